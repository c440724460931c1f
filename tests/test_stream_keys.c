/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys as telephone-events: heard once, whatever the network does, and told in
 * events of the stream. */
#include "support/streams.h"

static void keys_are_heard_as_events(void **state) {
  (void)state;
  line l;
  line_up(&l);
  line_run(&l, 1000);
  take_event(l.b.s, MSNAV_STREAM_LOCKED);
  assert_int_equal(msnav_stream_dtmf(l.a.s, 5, 100 * MS), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(l.a.s, 11, 60 * MS), MSNAV_OK);
  line_tick(&l);
  assert_int_equal(l.a.last[1], 0x80 | 101);
  line_run(&l, 980);
  assert_int_equal(take_event(l.b.s, MSNAV_STREAM_DTMF_BEGIN).value, 5);
  msnav_stream_event e = take_event(l.b.s, MSNAV_STREAM_DTMF_END);
  assert_int_equal(e.value, 5);
  assert_int_equal(e.duration, 100 * MS);
  assert_int_equal(take_event(l.b.s, MSNAV_STREAM_DTMF_BEGIN).value, 11);
  e = take_event(l.b.s, MSNAV_STREAM_DTMF_END);
  assert_int_equal(e.value, 11);
  assert_int_equal(e.duration, 60 * MS);
  assert_no_event(l.b.s);
  msnav_stream_stats b = stats_of(l.b.s);
  assert_int_equal(b.lost_packets, 0);
  assert_int_equal(b.resyncs, 0);
  assert_in_range(b.jitter_us, 0,
                  100); /* the standing timestamp is no jitter */
  assert_in_range(b.concealed_frames, 0, 3); /* the sound before fades out */
  assert_int_equal(b.receive_payload_type, 0);
  line_run(&l, 2000);
  assert_true(line_alike(&l.a, &l.b, 2500, 4000) > 0.97);
  line_down(&l);
}

static void keys_come_through_while_muted_and_losing(void **state) {
  (void)state;
  line l;
  line_up(&l);
  l.loss_permille = 200;
  l.jitter_ms = 30;
  l.a.mute = true;
  line_run(&l, 1000);
  for (unsigned key = 0; key < 16; key++) {
    assert_int_equal(msnav_stream_dtmf(l.a.s, key, 80 * MS), MSNAV_OK);
    line_run(&l, 1000);
    msnav_stream_event e;
    unsigned begins = 0, ends = 0;
    while (msnav_stream_next_event(l.b.s, &e) == MSNAV_OK) {
      begins += e.kind == MSNAV_STREAM_DTMF_BEGIN && e.value == key;
      ends += e.kind == MSNAV_STREAM_DTMF_END && e.value == key;
    }
    assert_int_equal(begins, 1);
    assert_int_equal(ends, 1);
  }
  line_down(&l);
}

static void event_whose_end_is_lost_ends_by_itself(void **state) {
  (void)state;
  line l;
  line_up(&l);
  line_run(&l, 1000);
  take_event(l.b.s, MSNAV_STREAM_LOCKED);
  assert_int_equal(msnav_stream_dtmf(l.a.s, 7, 2000 * MS), MSNAV_OK);
  line_run(&l, 200);
  l.loss_permille = 1000;
  line_run(&l, 200);
  take_event(l.b.s, MSNAV_STREAM_DTMF_BEGIN);
  assert_no_event(l.b.s);
  line_run(&l, 200);
  msnav_stream_event e = take_event(l.b.s, MSNAV_STREAM_DTMF_END);
  assert_in_range(e.duration, 140 * MS, 200 * MS);
  line_down(&l);
}

static void keys_need_negotiation(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  c.dtmf_payload_type = 0;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_ERR_UNSUPPORTED);
  c.dtmf_payload_type = 101;
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(s, 17, 100 * MS), MSNAV_ERR_INVALID);
  for (int i = 0; i < 8; i++) {
    assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_OK);
  }
  assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_ERR_LIMIT);
  assert_int_equal(msnav_stream_dtmf(NULL, 1, 100 * MS), MSNAV_ERR_INVALID);
  msnav_stream_free(s);
}

/* A key that is pressed on hold is not kept for when the call goes on. */
static void keys_need_a_stream_that_may_send(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  c.dtmf_payload_type = 101;
  c.can_send = 0;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_ERR_STATE);
  c.can_send = 1;
  c.remote_rtp.port = 0;
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_ERR_STATE);
  c.remote_rtp = bob_rtp;
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(s, 1, 100 * MS), MSNAV_OK);
  msnav_stream_free(s);
}

static void events_that_nobody_fetches_are_counted(void **state) {
  (void)state;
  line l;
  line_up(&l);
  for (unsigned i = 0; i < 10; i++) {
    line_run(&l, 400);
    assert_int_equal(msnav_stream_dtmf(l.a.s, i, 60 * MS), MSNAV_OK);
  }
  line_run(&l, 1000);
  assert_int_equal(stats_of(l.b.s).events_lost, 1 + 20 - 8);
  take_event(l.b.s, MSNAV_STREAM_LOCKED); /* the oldest are kept */
  assert_int_equal(take_event(l.b.s, MSNAV_STREAM_DTMF_BEGIN).value, 0);
  line_down(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_are_heard_as_events),
    cmocka_unit_test(keys_come_through_while_muted_and_losing),
    cmocka_unit_test(event_whose_end_is_lost_ends_by_itself),
    cmocka_unit_test(keys_need_negotiation),
    cmocka_unit_test(keys_need_a_stream_that_may_send),
    cmocka_unit_test(events_that_nobody_fetches_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
