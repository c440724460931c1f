/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NULL in place of what is needed (base.h): every public function that can
 * fail says MSNAV_ERR_INVALID, and what frees or changes does nothing. */
#include "test.h"

#include <msnav/msnav.h>

#define REFUSES(call) assert_int_equal(call, MSNAV_ERR_INVALID)

static void base_refuses_null(void **state) {
  (void)state;
  const msnav_str some = {"x", 1};
  REFUSES(msnav_addr_parse(some, NULL));
}

static void invite_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_invite_reader_init(NULL, NULL, 1));
  REFUSES(msnav_invite_next(NULL, NULL));
  REFUSES(msnav_invite_read(NULL, 1, NULL));
  REFUSES(msnav_invite_address(NULL, NULL, NULL));
  assert_false(msnav_invite_is_ours(NULL));
  REFUSES(msnav_invite_write(NULL, NULL, 1, NULL));
}

static void switchboard_refuses_null(void **state) {
  (void)state;
  const msnav_str some = {"x", 1};
  REFUSES(msnav_switchboard_new(1, NULL));
  REFUSES(msnav_switchboard_next(NULL, NULL));
  REFUSES(msnav_switchboard_write(NULL, NULL, 1, NULL));
  REFUSES(msnav_switchboard_decode_name(some, NULL, 1, NULL));
  REFUSES(msnav_switchboard_encode_name(some, NULL, 1, NULL));
  msnav_switchboard_free(NULL);
}

static void loop_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_loop_check(NULL));
  REFUSES(msnav_epoll_new(NULL));
  REFUSES(msnav_epoll_run(NULL));
  REFUSES(msnav_epoll_step(NULL, 1));
  msnav_epoll_free(NULL);
  msnav_epoll_stop(NULL);
}

static void codec_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_codec_check(NULL));
}

static void media_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_stream_new(NULL, 1, NULL));
  REFUSES(msnav_stream_update(NULL, NULL, 1));
  REFUSES(msnav_stream_receive(NULL, NULL, 1, NULL, 1));
  REFUSES(msnav_stream_receive_rtcp(NULL, NULL, 1, NULL, 1));
  REFUSES(msnav_stream_payload(NULL, NULL));
  REFUSES(msnav_stream_send(NULL, NULL, 1, NULL, NULL));
  REFUSES(msnav_stream_send_payload(NULL, NULL, 1, NULL, NULL));
  REFUSES(msnav_stream_dtmf(NULL, 1, 1));
  REFUSES(msnav_stream_write_rtcp(NULL, 1, 1, NULL, NULL));
  REFUSES(msnav_stream_write_bye(NULL, 1, 1, NULL, NULL));
  REFUSES(msnav_stream_next_event(NULL, NULL));
  REFUSES(msnav_stream_get_stats(NULL, NULL));
  msnav_stream_free(NULL);
}

static void session_refuses_null(void **state) {
  (void)state;
  const msnav_str some = {"x", 1};
  REFUSES(msnav_session_set_new(NULL, NULL));
  REFUSES(msnav_session_start(NULL, some, 1, 1, NULL));
  REFUSES(msnav_session_start_direct(NULL, 1, NULL, 1, 1, NULL));
  REFUSES(msnav_session_set_receive(NULL, some, NULL, 1, 1, NULL));
  REFUSES(msnav_session_feed(NULL, 1, 1));
  REFUSES(msnav_session_accept(NULL, 1, 1));
  REFUSES(msnav_session_listening(NULL, NULL, 1));
  REFUSES(msnav_session_next_action(NULL, NULL));
  REFUSES(msnav_session_get_info(NULL, NULL));
  REFUSES(msnav_session_set_limits(NULL, 1, 1));
  REFUSES(msnav_session_set_counters(NULL, NULL));
  msnav_session_set_free(NULL);
  msnav_session_free(NULL);
  msnav_session_set_user(NULL, NULL);
}

static void dialog_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_sip_new(NULL, NULL, NULL, NULL, NULL));
  REFUSES(msnav_sip_set_calls_per_agent(NULL, 1));
  REFUSES(msnav_dialog_new(NULL, NULL, NULL, NULL, NULL));
  REFUSES(msnav_dialog_set_remote(NULL, NULL));
  REFUSES(msnav_dialog_invite(NULL, NULL, 1));
  REFUSES(msnav_dialog_answer(NULL, NULL, 1));
  REFUSES(msnav_dialog_refuse(NULL, 1));
  REFUSES(msnav_dialog_hangup(NULL));
  REFUSES(msnav_dialog_refusals(NULL, 1, NULL, NULL));
  msnav_sip_free(NULL);
  msnav_dialog_free(NULL);
}

static void call_refuses_null(void **state) {
  (void)state;
  const msnav_str some = {"x", 1};
  REFUSES(msnav_context_new(NULL, NULL, NULL, NULL, NULL));
  REFUSES(msnav_context_receive(NULL, some, NULL, 1));
  REFUSES(msnav_context_add_codec(NULL, NULL));
  REFUSES(msnav_context_add_codec_last(NULL, NULL));
  REFUSES(msnav_call_start(NULL, some, 1, NULL));
  REFUSES(msnav_call_dial(NULL, NULL, 1, NULL));
  REFUSES(msnav_call_listen(NULL, NULL, 1, NULL));
  REFUSES(msnav_call_accept(NULL, 1));
  REFUSES(msnav_call_reject(NULL));
  REFUSES(msnav_call_hangup(NULL));
  REFUSES(msnav_call_undelivered(NULL));
  REFUSES(msnav_call_dtmf(NULL, '1', 1));
  REFUSES(msnav_call_set_gain(NULL, 1, 1));
  REFUSES(msnav_call_hold(NULL, true));
  REFUSES(msnav_call_set_media(NULL, 1));
  REFUSES(msnav_call_send_video(NULL, NULL));
  REFUSES(msnav_call_get_info(NULL, NULL));
  REFUSES(msnav_call_get_stats(NULL, NULL));
  REFUSES(msnav_context_set_limit(NULL, 1, 1));
  REFUSES(msnav_context_get_counters(NULL, NULL));
  msnav_context_free(NULL);
  msnav_call_free(NULL);
  msnav_call_set_user(NULL, NULL);
  msnav_call_mute(NULL, true);
}

static void metrics_refuses_null(void **state) {
  (void)state;
  REFUSES(msnav_metrics_new(NULL));
  REFUSES(msnav_metrics_ended(NULL, NULL, NULL));
  REFUSES(msnav_metrics_write(NULL, NULL, NULL, 1, NULL));
  msnav_metrics_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(base_refuses_null),
    cmocka_unit_test(invite_refuses_null),
    cmocka_unit_test(switchboard_refuses_null),
    cmocka_unit_test(loop_refuses_null),
    cmocka_unit_test(codec_refuses_null),
    cmocka_unit_test(media_refuses_null),
    cmocka_unit_test(session_refuses_null),
    cmocka_unit_test(dialog_refuses_null),
    cmocka_unit_test(call_refuses_null),
    cmocka_unit_test(metrics_refuses_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
