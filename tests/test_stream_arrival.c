/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How jitter and bursts of losses are measured where the source, or its clock,
 * changes (RFC 3550 A.8, RFC 7160, RFC 3611 section 4.7.2). */
#include "source_kit.h"

/* A packet that is later than the one before. */
static void say_late(msnav_stream *s, talker *t, msnav_usec by) {
  t->now += by;
  say_ok(s, t, 1);
}

static const char wide_frame[4 + 160]; /* of DVI4 at 16,000 Hz */

/* It takes both of them. */
static msnav_stream *stream_of_two_clocks(void) {
  msnav_stream_config c = alice_config();
  const msnav_audio_codec *wide = msnav_codec_find(msnav_str_of("DVI4"), 16000);
  c.formats[c.format_count++] = (msnav_stream_format){wide, 6};
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

static void speak_wide(talker *t) {
  t->m.type = 6;
  t->m.payload = wide_frame;
  t->m.len = sizeof(wide_frame);
}

static void jitter_begins_with_the_second_packet(void **state) {
  (void)state;
  for (int wide = 0; wide <= 1; wide++) {
    msnav_stream *s = stream_of_two_clocks();
    talker b = talker_of(&bob_rtp, 2, 0);
    if (wide) {
      speak_wide(&b);
    }
    say_ok(s, &b, 1);
    assert_int_equal(stats_of(s).jitter_us, 0);
    b.m.timestamp += wide ? 160 : 0; /* 320 a packet */
    say_late(s, &b, 16 * MS);
    assert_int_equal(stats_of(s).jitter_us, 1000); /* a sixteenth */
    msnav_stream_free(s);
  }
}

/* It is that of arrivals, whatever their order. */
static void a_packet_that_was_overtaken_counts(void **state) {
  (void)state;
  msnav_stream *s = stream_of_two_clocks();
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 1);
  talker slow = b;
  b.m.sequence++; /* the second one is still on its way */
  b.m.timestamp += 160;
  say_late(s, &b, 20 * MS);
  assert_int_equal(stats_of(s).jitter_us, 0);
  say_late(s, &slow, 20 * MS); /* it comes with the third one */
  assert_int_equal(stats_of(s).jitter_us, 1250); /* 20 ms / 16 */
  assert_int_equal(stats_of(s).reordered_packets, 1);
  msnav_stream_free(s);
}

/* Between timestamps of two clocks there is no difference, and what was
 * measured stays. */
static void jitter_goes_on_with_another_clock(void **state) {
  (void)state;
  msnav_stream *s = stream_of_two_clocks();
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 1);
  say_late(s, &b, 16 * MS);
  speak_wide(&b);
  for (int i = 0; i < 3; i++) {
    say_late(s, &b, i == 0 ? 0 : 16 * MS);
    b.m.sequence++; /* every other one is lost */
    b.m.timestamp += 160 + 320;
    b.now += 20 * MS;
  }
  /* 1000; 1000 + (16000 - 1000) / 16; again */
  assert_in_range(stats_of(s).jitter_us, 2816, 2817);
  msnav_stream_free(s);
}

/* Two that are lonely, however near their numbers are. */
static void losses_of_two_sources_are_no_burst(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  talker n = talker_of(&bob_rtp, 3, 16);
  say_ok(s, &b, 12);
  b.m.sequence++; /* 12 is lost */
  say_ok(s, &b, 2);
  n.now = b.now;
  while (say(s, &n) != MSNAV_OK) {
    assert_true(n.m.sequence < 24);
  }
  n.m.sequence++;
  say_ok(s, &n, 20);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.ssrc_changes, 1);
  assert_int_equal(t.lost_packets, 2);
  assert_int_equal(t.burst_permille, 0);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(jitter_begins_with_the_second_packet),
    cmocka_unit_test(a_packet_that_was_overtaken_counts),
    cmocka_unit_test(jitter_goes_on_with_another_clock),
    cmocka_unit_test(losses_of_two_sources_are_no_burst),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
