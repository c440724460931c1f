/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes in the middle of a stream without a loss: hold, codec, clock
 * rate. */
#include "stream_kit.h"

/* ---- hold */

static void hold_for(unsigned ms) {
  line l;
  line_up(&l);
  line_run(&l, 3000);
  msnav_stream_config a = alice_config(), b = bob_config();
  uint32_t timestamp = get32(l.a.last + 4);
  unsigned sequence = get16(l.a.last + 2);
  a.can_send = 0; /* Bob holds: neither is heard */
  a.can_receive = 0;
  b.can_send = 0;
  b.can_receive = 0;
  assert_int_equal(msnav_stream_update(l.a.s, &a, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
  unsigned sent = l.a.sent, reported = l.a.reported;
  line_run(&l, ms);
  assert_int_equal(l.a.sent, sent);
  assert_true(l.a.reported > reported || ms < 10000); /* RTCP goes on */
  assert_true(sound_rms(l.b.heard + l.samples - RATE, RATE) == 0);
  assert_int_equal(stats_of(l.b.s).received_level, 127);
  a.can_send = a.can_receive = b.can_send = b.can_receive = 1;
  assert_int_equal(msnav_stream_update(l.a.s, &a, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
  line_tick(&l);
  assert_int_equal(l.a.last[1] >> 7, 1);
  assert_int_equal(get16(l.a.last + 2), (sequence + 1) & 0xffff);
  assert_int_equal(get32(l.a.last + 4), timestamp + (ms / 20 + 1) * 160);
  line_run(&l, 4000);
  assert_true(line_alike(&l.a, &l.b, ms + 4000, ms + 7000) > 0.97);
  msnav_stream_stats s = stats_of(l.b.s);
  assert_int_equal(s.lost_packets, 0);
  assert_int_equal(s.resyncs, 0);
  assert_int_equal(s.ssrc_changes, 0);
  assert_in_range(s.concealed_frames, 0, 3);
  line_down(&l);
}

static void hold_and_resume_are_no_loss(void **state) {
  (void)state;
  hold_for(10000);
  hold_for(2000); /* time goes on in this one, too: RFC 3550 section 5.1 */
}

/* One side does not listen for ten seconds while the other goes on. */
static void what_was_not_listened_to_is_no_loss(void **state) {
  (void)state;
  line l;
  line_up(&l);
  line_run(&l, 3000);
  msnav_stream_config b = bob_config();
  b.can_receive = 0;
  assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
  uint64_t before = stats_of(l.b.s).received_packets;
  line_run(&l, 10000);
  assert_int_equal(l.b.last_err, MSNAV_ERR_STATE);
  assert_int_equal(stats_of(l.b.s).received_packets, before);
  b.can_receive = 1;
  assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
  line_run(&l, 4000);
  msnav_stream_stats s = stats_of(l.b.s);
  assert_int_equal(s.lost_packets, 0);
  assert_in_range(s.received_packets, before + 198, before + 202);
  assert_int_equal(s.resyncs, 0);
  assert_true(line_alike(&l.a, &l.b, 14000, 17000) > 0.97);
  line_down(&l);
}

/* ---- another codec */

static void codec_changes_without_a_gap_or_another_ssrc(void **state) {
  (void)state;
  line l;
  msnav_stream_config a = alice_config(), b = bob_config();
  line_up_as(&l, &a, &b);
  line_run(&l, 3000);
  static const char *const names[] = {"PCMA", "DVI4", "PCMU"};
  static const uint8_t types[] = {8, 5, 0};
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    const msnav_audio_codec *codec =
      msnav_codec_find(msnav_str_of(names[i]), 8000);
    assert_non_null(codec);
    a.send_codec = codec;
    a.send_payload_type = types[i];
    b.formats[0] = (msnav_stream_format){codec, types[i]};
    unsigned sequence = get16(l.a.last + 2);
    uint32_t timestamp = get32(l.a.last + 4);
    /* Bob still has packets of the old codec in his buffer, none on the way */
    l.delay_ms = 5;
    line_tick(&l);
    assert_int_equal(msnav_stream_update(l.a.s, &a, l.now), MSNAV_OK);
    assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
    line_tick(&l);
    assert_int_equal(l.a.last[1] & 0x7f, types[i]);
    assert_int_equal(get16(l.a.last + 2), (sequence + 2) & 0xffff);
    assert_int_equal(get32(l.a.last + 4), timestamp + 320);
    assert_int_equal(get32(l.a.last + 8), 0xa11ce);
    line_run(&l, 2960);
    assert_int_equal(stats_of(l.b.s).receive_payload_type, types[i]);
  }
  msnav_stream_stats s = stats_of(l.b.s);
  assert_int_equal(s.lost_packets, 0);
  assert_int_equal(s.concealed_frames, 0);
  assert_int_equal(s.ssrc_changes, 0);
  assert_int_equal(s.resyncs, 0);
  assert_true(line_alike(&l.a, &l.b, 1000, 11500) > 0.95);
  line_down(&l);
}

static void new_clock_rate_is_followed(void **state) {
  (void)state;
  const msnav_audio_codec *wide = msnav_codec_find(msnav_str_of("DVI4"), 16000);
  assert_non_null(wide);
  msnav_stream_config a = alice_config(), b = bob_config();
  b.formats[1] = (msnav_stream_format){wide, 6};
  b.format_count = 2;
  msnav_stream *sa, *sb;
  assert_int_equal(msnav_stream_new(&a, 0, &sa), MSNAV_OK);
  assert_int_equal(msnav_stream_new(&b, 0, &sb), MSNAV_OK);
  assert_int_equal(msnav_stream_play_rate(sb), 8000);
  int16_t pcm[320], heard[320];
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  for (unsigned i = 0; i < 300; i++) {
    msnav_usec now = i * 20 * MS;
    if (i == 100) {
      a.send_codec = wide;
      a.send_payload_type = 6;
      assert_int_equal(msnav_stream_update(sa, &a, now), MSNAV_OK);
      assert_int_equal(msnav_stream_send_rate(sa), 16000);
      assert_int_equal(msnav_stream_send_samples(sa), 320);
    }
    unsigned rate = i < 100 ? 8000 : 16000;
    sound_voice(pcm, rate / 50, 120, rate, i * (rate / 50));
    assert_int_equal(msnav_stream_send(sa, pcm, now, out, &len), MSNAV_OK);
    assert_int_equal(msnav_stream_receive(sb, out, len, &alice_rtp, now),
                     MSNAV_OK);
    msnav_stream_play(sb, heard, msnav_stream_play_rate(sb) / 50, now);
  }
  assert_int_equal(msnav_stream_play_rate(sb), 16000);
  msnav_stream_stats s = stats_of(sb);
  assert_in_range(s.jitter_us, 0, 200);
  assert_int_equal(s.lost_packets, 0);
  assert_int_equal(s.resyncs, 0);
  msnav_stream_free(sa);
  msnav_stream_free(sb);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hold_and_resume_are_no_loss),
    cmocka_unit_test(what_was_not_listened_to_is_no_loss),
    cmocka_unit_test(codec_changes_without_a_gap_or_another_ssrc),
    cmocka_unit_test(new_clock_rate_is_followed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
