/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sequence numbers and timestamps of a source that jump, stand still, repeat or
 * come late. */
#include "source_kit.h"

static void restarted_peer_is_followed(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 100);
  take_event(s, MSNAV_STREAM_LOCKED);
  b.m.sequence = 30000;
  b.m.timestamp = 0x70000000;
  assert_int_equal(say(s, &b), MSNAV_ERR_SOURCE);
  say_ok(s, &b, 1);
  take_event(s, MSNAV_STREAM_RESYNC);
  say_ok(s, &b, 98);
  assert_no_event(s);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.resyncs, 1);
  assert_int_equal(t.refused_sequence, 1);
  assert_int_equal(t.received_packets, 199);
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.ssrc_changes, 0);
  msnav_stream_free(s);
}

/* Its timestamps have nothing to do with those before. */
static void key_of_a_restarted_peer_is_heard_at_once(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  static const char event[4] = {5, (char)0x8a, 1, 0x40};
  for (int i = 0; i < 2; i++) {
    b.m.payload = NULL;
    b.m.type = 0;
    b.m.timestamp = i == 0 ? 0x70000000 : 0x60000000;
    (void)say(s, &b);
    say_ok(s, &b, 5);
    b.m.payload = event;
    b.m.len = sizeof(event);
    b.m.type = 101;
    say_ok(s, &b, 1);
    take_event(s, i == 0 ? MSNAV_STREAM_LOCKED : MSNAV_STREAM_RESYNC);
    take_event(s, MSNAV_STREAM_DTMF_BEGIN);
    take_event(s, MSNAV_STREAM_DTMF_END);
    b.m.sequence = 30000;
  }
  msnav_stream_free(s);
}

static void single_far_packets_change_nothing(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 10);
  for (unsigned i = 0; i < 50; i++) {
    made far = b.m;
    far.sequence = (uint16_t)(far.sequence + 4000 + i * 1000);
    assert_int_equal(hand_in(s, &far, &bob_rtp, b.now), MSNAV_ERR_SOURCE);
    say_ok(s, &b, 1);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.refused_sequence, 50);
  assert_int_equal(t.resyncs, 0);
  assert_int_equal(t.received_packets, 60);
  msnav_stream_free(s);
}

static void jumping_timestamp_is_told(void **state) {
  (void)state;
  static const int seconds[] = {-3600, -60, 5, 60, 600, 3600};
  for (size_t k = 0; k < ARRAY_LEN(seconds); k++) {
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    talker b = talker_of(&bob_rtp, 2, 0);
    int16_t pcm[FRAME];
    for (int i = 0; i < 100; i++) {
      if (i == 50) { /* the sequence goes on */
        b.m.timestamp += (uint32_t)(8000 * seconds[k]);
      }
      (void)say(s, &b);
      msnav_stream_play(s, pcm, FRAME, b.now);
    }
    take_event(s, MSNAV_STREAM_LOCKED);
    take_event(s, MSNAV_STREAM_RESYNC);
    assert_no_event(s);
    assert_int_equal(stats_of(s).resyncs, 1);
    assert_int_equal(stats_of(s).lost_packets, 0);
    msnav_stream_free(s);
  }
}

static void timestamp_that_stood_still_is_told(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  int16_t pcm[FRAME];
  for (int i = 0; i < 100; i++) {
    if (i == 50) {
      b.now += 15000 * MS; /* a pause that the peer's clock does not know */
    }
    say_ok(s, &b, 1);
    msnav_stream_play(s, pcm, FRAME, b.now);
  }
  take_event(s, MSNAV_STREAM_LOCKED);
  take_event(s, MSNAV_STREAM_RESYNC);
  assert_no_event(s);
  assert_int_equal(stats_of(s).resyncs, 1);
  msnav_stream_free(s);
}

static void duplicates_and_late_ones_are_told_apart(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 100);
  say_ok(s, &b, 10);
  made again = b.m, late = b.m;
  again.sequence--;
  again.timestamp -= 160;
  assert_int_equal(hand_in(s, &again, &bob_rtp, b.now), MSNAV_ERR_DUPLICATE);
  b.m.sequence++; /* one is overtaken ... */
  b.m.timestamp += 160;
  say_ok(s, &b, 3);
  assert_int_equal(stats_of(s).lost_packets, 1);
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_OK);
  msnav_stream_stats t = stats_of(s); /* ... and comes */
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.reordered_packets, 1);
  assert_int_equal(t.duplicate_packets, 1);
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_ERR_DUPLICATE);
  int16_t pcm[FRAME];
  for (int i = 0; i < 30; i++) {
    msnav_stream_play(s, pcm, FRAME, b.now + (unsigned)i * 20 * MS);
  }
  b.m.sequence++;
  b.m.timestamp += 160;
  b.now += 600 * MS;
  say_ok(s, &b, 1);
  msnav_stream_play(s, pcm, FRAME, b.now);
  msnav_stream_play(s, pcm, FRAME, b.now + 20 * MS);
  late = b.m;
  late.sequence = (uint16_t)(late.sequence - 2);
  late.timestamp -= 320;
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_ERR_LATE);
  t = stats_of(s);
  assert_int_equal(t.late_packets, 1);
  assert_int_equal(t.lost_packets, 0);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(restarted_peer_is_followed),
    cmocka_unit_test(key_of_a_restarted_peer_is_heard_at_once),
    cmocka_unit_test(single_far_packets_change_nothing),
    cmocka_unit_test(jumping_timestamp_is_told),
    cmocka_unit_test(timestamp_that_stood_still_is_told),
    cmocka_unit_test(duplicates_and_late_ones_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
