/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream puts on the wire: numbers, marks and times, pauses, and when
 * nothing is sent. */
#include "stream_kit.h"

static void packets_count_up_and_the_first_is_marked(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  int16_t pcm[FRAME] = {0};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(msnav_stream_send_samples(s), FRAME);
  assert_int_equal(msnav_stream_send_rate(s), RATE);
  unsigned sequence = 0;
  uint32_t timestamp = 0;
  for (unsigned i = 0; i < 70000; i++) { /* beyond a wrap */
    assert_int_equal(msnav_stream_send(s, pcm, i * 20000ull, out, &len),
                     MSNAV_OK);
    assert_int_equal(len, 172);
    assert_int_equal(out[0], 0x80);
    assert_int_equal(out[1], i == 0 ? 0x80 : 0);
    assert_int_equal(get32(out + 8), 0xa11ce);
    if (i > 0) {
      assert_int_equal(get16(out + 2), (sequence + 1) & 0xffff);
      assert_int_equal(get32(out + 4), timestamp + 160);
    }
    sequence = get16(out + 2);
    timestamp = get32(out + 4);
  }
  assert_int_equal(out[12], 0xff); /* PCMU of 0 */
  msnav_stream_free(s);
}

static void seeds_choose_where_numbers_start(void **state) {
  (void)state;
  uint32_t first[2][2];
  for (uint32_t i = 0; i < 2; i++) {
    msnav_stream_config c = alice_config();
    msnav_stream *s;
    int16_t pcm[FRAME] = {0};
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    c.random = i;
    assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
    assert_int_equal(msnav_stream_send(s, pcm, 0, out, &len), MSNAV_OK);
    first[i][0] = get16(out + 2);
    first[i][1] = get32(out + 4);
    msnav_stream_free(s);
  }
  assert_int_not_equal(first[0][0], first[1][0]);
  assert_int_not_equal(first[0][1], first[1][1]);
}

static void nothing_is_sent_without_leave_or_address(void **state) {
  (void)state;
  int16_t pcm[FRAME] = {0};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  for (int i = 0; i < 4; i++) {
    msnav_stream_config c = alice_config();
    c.can_send = i != 0;
    c.remote_rtp.port = i == 1 ? 0 : c.remote_rtp.port;
    c.remote_rtp.ip = i == 2 ? 0 : c.remote_rtp.ip; /* c=IN IP4 0.0.0.0 */
    c.send_codec = i == 3 ? NULL : c.send_codec;
    msnav_stream *s;
    assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
    assert_int_equal(msnav_stream_send(s, pcm, 0, out, &len), MSNAV_ERR_STATE);
    if (i == 1 || i == 2) {
      assert_int_equal(msnav_stream_remote(s)->port, 0);
      assert_int_equal(msnav_stream_remote_rtcp(s)->port, 0);
      assert_true(msnav_stream_rtcp_due(s) == MSNAV_NEVER);
      assert_int_equal(msnav_stream_write_rtcp(s, 1u << 30, 0, out, &len),
                       MSNAV_ERR_STATE);
    }
    msnav_stream_free(s);
  }
}

/* ---- pauses */

static void mute_goes_on_in_time_and_marks_the_next_spurt(void **state) {
  (void)state;
  line l;
  line_up(&l);
  line_run(&l, 2000);
  unsigned sequence = get16(l.a.last + 2);
  uint32_t timestamp = get32(l.a.last + 4);
  unsigned reported = l.a.reported;
  l.a.mute = true;
  line_run(&l, 20000);
  assert_int_equal(l.a.sent, 100);
  assert_true(l.a.reported >= reported + 2); /* RTCP keeps flowing */
  assert_int_equal(stats_of(l.a.s).sent_level, 127);
  assert_true(stats_of(l.b.s).received_level > 60); /* silence, in the end */
  assert_int_equal(stats_of(l.b.s).lost_packets, 0);
  l.a.mute = false;
  line_tick(&l);
  assert_int_equal(l.a.last[1], 0x80);
  assert_int_equal(get16(l.a.last + 2), (sequence + 1) & 0xffff);
  assert_int_equal(get32(l.a.last + 4), timestamp + 160 * 1001);
  line_tick(&l);
  assert_int_equal(l.a.last[1], 0);
  line_run(&l, 3000);
  assert_true(line_alike(&l.a, &l.b, 22500, 25000) > 0.95);
  assert_int_equal(stats_of(l.b.s).lost_packets, 0);
  line_down(&l);
}

static int encoded; /* frames so far */

static int dtx_encode(void *state, const int16_t *pcm, size_t samples,
                      uint8_t *out, size_t cap) {
  (void)state, (void)pcm, (void)samples, (void)cap;
  memset(out, 0xff, FRAME);
  return encoded++ % 10 < 5 ? (int)FRAME : 0;
}

static void silent_codec_sends_nothing_and_marks_the_next_spurt(void **state) {
  (void)state;
  msnav_audio_codec dtx = *codec_of("PCMU");
  dtx.name = "DTX";
  dtx.encode = dtx_encode;
  msnav_stream_config c = alice_config();
  c.send_codec = &dtx;
  msnav_stream *s;
  int16_t pcm[FRAME] = {0};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  uint32_t first = 0;
  encoded = 0;
  for (unsigned i = 0; i < 30; i++) {
    msnav_error err = msnav_stream_send(s, pcm, i * 20 * MS, out, &len);
    assert_int_equal(err, i % 10 < 5 ? MSNAV_OK : MSNAV_ERR_AGAIN);
    if (err == MSNAV_OK) {
      first = i == 0 ? get32(out + 4) : first;
      assert_int_equal(out[1] >> 7, i % 10 == 0);
      assert_int_equal(get32(out + 4), first + i * 160);
    }
  }
  assert_int_equal(stats_of(s).sent_packets, 15);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(packets_count_up_and_the_first_is_marked),
    cmocka_unit_test(seeds_choose_where_numbers_start),
    cmocka_unit_test(mute_goes_on_in_time_and_marks_the_next_spurt),
    cmocka_unit_test(silent_codec_sends_nothing_and_marks_the_next_spurt),
    cmocka_unit_test(nothing_is_sent_without_leave_or_address),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
