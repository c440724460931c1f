/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct calls with a dialog that says what it likes. */
#include "dialog_kit.h"
#include <msnav/call.h>

#define SDP(c, media)                                                          \
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\n" c "t=0 0\r\n" media
#define HERE "c=IN IP4 127.0.0.1\r\n"
#define AUDIO "m=audio 40000 RTP/AVP 0\r\n"
#define VIDEO "m=video 40002 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\n"

static msnav_context *ctx;
static msnav_call *talk_of;
static uint32_t reason_of;

static void on_send(void *self, msnav_call *call, msnav_str to,
                    const char *payload, size_t len) {
  (void)self, (void)call, (void)to, (void)payload, (void)len;
  fail(); /* direct calls have no messages */
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  (void)self, (void)call, (void)state;
  reason_of = reason;
}

static bool capture(void *self, msnav_call *call, int16_t *pcm, size_t n) {
  (void)self, (void)call;
  memset(pcm, 0, n * sizeof(*pcm));
  return true;
}

static const msnav_sound SOUND = {.size = sizeof(SOUND), .capture = capture};

static int setup(void **state) {
  int err = kit_setup(state);
  const msnav_config config = {.size = sizeof(config),
                               .bind_ip = LOOPBACK,
                               .media = MSNAV_AUDIO | MSNAV_VIDEO};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .state = on_state,
                               .sound = &SOUND};
  return err != 0 ? err
                  : (int)msnav_context_new(msnav_epoll_loop(loop), &config,
                                           &events, NULL, &ctx);
}

static int teardown(void **state) {
  msnav_context_free(ctx);
  return kit_teardown(state);
}

static msnav_call_info info(void) {
  msnav_call_info all = {.size = sizeof(all)};
  assert_int_equal(msnav_call_get_info(talk_of, &all), MSNAV_OK);
  return all;
}

static void wait_state(uint32_t state) {
  msnav_usec end = now() + 3000 * MS;
  while (info().state != state && now() < end) {
    assert_int_equal(msnav_epoll_step(loop, now() + MS), MSNAV_OK);
  }
  assert_int_equal(info().state, state);
}

/* We call: the offer has come there. */
static void dial(side *there) {
  msnav_dialog_config config = local_config();
  config.accept_first = 1;
  *there = (side){0};
  open_side(there, &config);
  assert_int_equal(msnav_call_dial(ctx, msnav_dialog_local(there->d),
                                   MSNAV_AUDIO, &talk_of),
                   MSNAV_OK);
  wait_words(there, "offer ");
}

static void answer_with(const side *there, const char *sdp) {
  assert_int_equal(msnav_dialog_answer(there->d, sdp, strlen(sdp)), MSNAV_OK);
}

static uint64_t sent_packets(void) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_call_get_stats(talk_of, &stats), MSNAV_OK);
  return stats.sent_packets;
}

/* An address that was not negotiated makes us a weapon, for RTP or RTCP. */
static void nobody_else_is_sent_to(void **state) {
  (void)state;
  static const struct {
    const char *sdp;
    bool fine;
  } rows[] = {
    {SDP(HERE, AUDIO), true},
    {SDP(HERE, AUDIO "a=rtcp:40009\r\n"), true},
    {SDP(HERE, AUDIO "a=rtcp:40009 IN IP4 127.0.0.1\r\n"), true},
    {SDP("c=IN IP4 127.0.0.2\r\n", AUDIO), false},
    {SDP("c=IN IP4 127.0.0.2\r\n", AUDIO "a=rtcp:40001 IN IP4 127.0.0.1\r\n"),
     false},
    {SDP(HERE, AUDIO "a=rtcp:40009 IN IP4 127.0.0.2\r\n"), false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side there;
    dial(&there);
    answer_with(&there, rows[i].sdp);
    wait_state(rows[i].fine ? MSNAV_STATE_TALKING : MSNAV_STATE_ENDED);
    if (!rows[i].fine) {
      assert_int_equal(reason_of, MSNAV_REASON_SIP_REFUSED);
    }
    msnav_call_free(talk_of);
    msnav_dialog_free(there.d);
  }
}

/* RFC 3264 section 8.4: 0.0.0.0 is hold. */
static void nothing_is_sent_to_nowhere(void **state) {
  (void)state;
  for (int held = 0; held < 2; held++) {
    side there;
    dial(&there);
    answer_with(&there,
                held ? SDP("c=IN IP4 0.0.0.0\r\n", AUDIO) : SDP(HERE, AUDIO));
    wait_state(MSNAV_STATE_TALKING);
    run_for(100 * MS);
    assert_int_equal(info().held_by_peer, held);
    assert_int_equal(sent_packets() > 0, !held);
    msnav_call_free(talk_of);
    msnav_dialog_free(there.d);
  }
}

/* Not only when the peer has agreed to it. */
static void who_asks_for_hold_is_quiet_at_once(void **state) {
  (void)state;
  side there;
  dial(&there);
  answer_with(&there, SDP(HERE, AUDIO));
  wait_state(MSNAV_STATE_TALKING);
  run_for(100 * MS);
  assert_int_equal(msnav_call_hold(talk_of, true), MSNAV_OK);
  uint64_t sent = sent_packets();
  assert_true(sent > 0);
  wait_for(&there, "reoffer ");
  run_for(100 * MS);
  assert_int_equal(sent_packets(), sent);
  msnav_call_free(talk_of);
  msnav_dialog_free(there.d);
}

/* Who listens for sound is not made to show pictures. */
static void no_more_is_taken_than_was_asked_for(void **state) {
  (void)state;
  static const char offer[] = SDP(HERE, AUDIO VIDEO);
  const msnav_addr anywhere = {LOOPBACK, 0};
  assert_int_equal(msnav_call_listen(ctx, &anywhere, MSNAV_AUDIO, &talk_of),
                   MSNAV_OK);
  run_for(200 * MS); /* until somebody calls */
  side there = {0};
  const msnav_addr to = info().local_sip;
  msnav_dialog_config config = local_config();
  config.remote = to;
  open_side(&there, &config);
  assert_int_equal(msnav_dialog_invite(there.d, offer, strlen(offer)),
                   MSNAV_OK);
  wait_for(&there, "answer ");
  assert_non_null(strstr(there.sdp, "m=audio "));
  assert_non_null(strstr(there.sdp, "m=video 0 "));
  wait_state(MSNAV_STATE_TALKING);
  assert_int_equal(info().media, MSNAV_AUDIO);
  /* call.h: from the offer on */
  assert_in_range(info().setup_time, 1, 150 * MS);
  msnav_call_free(talk_of);
  msnav_dialog_free(there.d);
}

/* What the last answer to us was. */
static void the_status_of_an_answer_is_known(void **state) {
  (void)state;
  side there;
  dial(&there);
  assert_int_equal(info().sip_status, 0);
  assert_int_equal(msnav_dialog_refuse(there.d, 486), MSNAV_OK);
  wait_state(MSNAV_STATE_ENDED);
  assert_int_equal(info().sip_status, 486);
  msnav_call_free(talk_of);
  msnav_dialog_free(there.d);
  dial(&there);
  answer_with(&there, SDP(HERE, AUDIO));
  wait_state(MSNAV_STATE_TALKING);
  assert_int_equal(info().sip_status, 200);
  msnav_call_free(talk_of);
  msnav_dialog_free(there.d);
}

static void a_duration_ends_with_its_call(void **state) {
  (void)state;
  side there;
  dial(&there);
  answer_with(&there, SDP(HERE, AUDIO));
  wait_state(MSNAV_STATE_TALKING);
  run_for(50 * MS);
  assert_int_equal(msnav_call_hangup(talk_of), MSNAV_OK);
  wait_state(MSNAV_STATE_ENDED);
  msnav_usec duration = info().duration;
  assert_true(duration >= 50 * MS);
  run_for(20 * MS);
  assert_int_equal(info().duration, duration);
  msnav_call_free(talk_of);
  msnav_dialog_free(there.d);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(nobody_else_is_sent_to),
    CASE(nothing_is_sent_to_nowhere),
    CASE(who_asks_for_hold_is_quiet_at_once),
    CASE(no_more_is_taken_than_was_asked_for),
    CASE(the_status_of_an_answer_is_known),
    CASE(a_duration_ends_with_its_call),
  };
  return cmocka_run_group_tests_name("call_direct", tests, NULL, NULL);
}
