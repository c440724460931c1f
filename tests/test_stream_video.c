/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of video: payloads pass as they are, with their format, and are no
 * sound. */
#include "stream_kit.h"

static void video_payloads_pass_as_they_are(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  msnav_stream *s, *from;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  c.ssrc++;
  assert_int_equal(msnav_stream_new(&c, 0, &from), MSNAV_OK);
  msnav_payload got;
  assert_int_equal(msnav_stream_payload(s, &got), MSNAV_ERR_STATE);
  uint8_t out[MSNAV_STREAM_MTU], picture[1488];
  memset(picture, 0x5a, sizeof(picture));
  size_t len;
  for (unsigned i = 0; i < 100; i++) { /* four packets a picture */
    msnav_payload p = {.data = picture,
                       .len = 1 + i * 15,
                       .timestamp = i / 4 * 6000,
                       .marker = i % 4 == 3};
    assert_int_equal(msnav_stream_send_payload(from, &p, i / 4 * 66666, out,
                                               &len),
                     MSNAV_OK);
    assert_int_equal(len, 12 + p.len);
    assert_int_equal(out[1], i % 4 == 3 ? 0x80 | 34 : 34);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp,
                                          i / 4 * 66666 + 50000),
                     MSNAV_OK);
    assert_int_equal(msnav_stream_payload(s, &got), MSNAV_OK);
    assert_ptr_equal(got.data, out + 12);
    assert_int_equal(got.len, p.len);
    assert_int_equal(got.timestamp, p.timestamp);
    assert_int_equal(got.marker, p.marker);
    assert_int_equal(got.payload_type, 34);
    assert_int_equal((uint16_t)got.sequence, get16(out + 2));
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.received_packets, 100);
  assert_int_equal(stats_of(from).sent_packets, 100);
  assert_int_equal(stats_of(from).sent_bytes, t.received_bytes);
  assert_in_range(t.jitter_us, 0, 2);
  msnav_payload p = {.data = picture, .len = sizeof(picture)};
  assert_int_equal(msnav_stream_send_payload(s, &p, 0, out, &len), MSNAV_OK);
  assert_int_equal(len, MSNAV_STREAM_MTU);
  p.len++;
  assert_int_equal(msnav_stream_send_payload(s, &p, 0, out, &len),
                   MSNAV_ERR_TOO_LONG);
  p.len = 0;
  assert_int_equal(msnav_stream_send_payload(s, &p, 0, out, &len),
                   MSNAV_ERR_INVALID);
  msnav_stream_free(from);
  msnav_stream_free(s);
}

/* As with sound (msnav_stream_send()). */
static void video_is_not_sent_to_nowhere(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  c.remote_rtp = (msnav_addr){0, 0};
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  const msnav_payload p = {.data = (const uint8_t *)"picture", .len = 7};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(msnav_stream_send_payload(s, &p, 0, out, &len),
                   MSNAV_ERR_STATE);
  msnav_stream_free(s);
}

static void video_tells_which_format_each_packet_has(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  made m = {.ssrc = 9, .payload = "picture", .len = 7};
  for (unsigned i = 0; i < 60; i++) {
    m.type = i / 7 % 2 == 0 ? 34 : 31;
    m.marker = i % 3 == 0;
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len = make(&m, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp, i * 40000),
                     MSNAV_OK);
    msnav_payload got;
    assert_int_equal(msnav_stream_payload(s, &got), MSNAV_OK);
    assert_int_equal(got.payload_type, m.type);
    assert_int_equal(got.marker, m.marker);
    assert_int_equal(got.sequence, m.sequence);
    m.sequence++;
    m.timestamp += 3600;
  }
  msnav_stream_free(s);
}

static void video_is_no_sound_and_sound_no_video(void **state) {
  (void)state;
  msnav_stream_config v = video_config(), a = alice_config();
  msnav_stream *sv, *sa;
  assert_int_equal(msnav_stream_new(&v, 0, &sv), MSNAV_OK);
  assert_int_equal(msnav_stream_new(&a, 0, &sa), MSNAV_OK);
  int16_t pcm[FRAME];
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  memset(pcm, 0x55, sizeof(pcm));
  assert_int_equal(msnav_stream_play(sv, pcm, FRAME, 0), MSNAV_PLAYED_NOISE);
  assert_true(sound_rms(pcm, FRAME) == 0);
  assert_int_equal(msnav_stream_send(sv, pcm, 0, out, &len), MSNAV_ERR_STATE);
  assert_int_equal(msnav_stream_send_samples(sv), 0);
  assert_int_equal(msnav_stream_dtmf(sv, 1, 100 * MS), MSNAV_ERR_UNSUPPORTED);
  msnav_payload p = {.data = out, .len = 10};
  assert_int_equal(msnav_stream_send_payload(sa, &p, 0, out, &len),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_stream_payload(sa, &p), MSNAV_ERR_STATE);
  assert_int_equal(msnav_stream_update(sa, &v, 0), MSNAV_ERR_INVALID);
  msnav_stream_free(sv);
  msnav_stream_free(sa);
}

/* RTCP that comes to the RTP port (RFC 5761) is taken, but is no picture; the
 * one before it lies in a datagram that is gone. */
static void video_hands_out_each_payload_once(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  made m = {.ssrc = 9, .type = 34, .payload = "picture", .len = 7};
  uint8_t report[8] = {0x80, 201, 0, 1, 0, 0, 0, 9};
  for (unsigned i = 0; i < 6; i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    msnav_payload got;
    size_t len = make(&m, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp, i * 40000),
                     MSNAV_OK);
    assert_int_equal(msnav_stream_payload(s, &got), MSNAV_OK);
    m.sequence++;
    m.timestamp += 3600;
    if (i % 2 == 0) {
      continue; /* the next one takes the short way */
    }
    assert_int_equal(msnav_stream_receive(s, report, sizeof(report), &bob_rtp,
                                          i * 40000 + 1000),
                     MSNAV_OK);
    assert_int_equal(msnav_stream_payload(s, &got), MSNAV_ERR_STATE);
  }
  msnav_stream_free(s);
}

/* Keys and redundancy are sound's: their types mean nothing here. */
static void video_takes_neither_keys_nor_redundancy(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  c.red_receive_type = c.red_payload_type = 97;
  c.dtmf_receive_type = c.dtmf_payload_type = 101;
  c.cn_payload_type = 13;
  c.silence_suppression = 1;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  made picture = {.ssrc = 9, .type = 34, .payload = "picture", .len = 7};
  made red = {.ssrc = 9, .type = 97, .payload = "\x22pictures", .len = 9};
  made key = {.ssrc = 9, .type = 101, .payload = "\x01\x0a\x00\xa0", .len = 4};
  uint8_t out[MSNAV_STREAM_MTU];
  for (int round = 0; round < 2; round++) {
    size_t len = make(&picture, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp, 0), MSNAV_OK);
    picture.sequence += 3;
    red.sequence = (uint16_t)(picture.sequence - 2);
    key.sequence = (uint16_t)(picture.sequence - 1);
    len = make(&red, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp, 0),
                     MSNAV_ERR_UNSUPPORTED);
    len = make(&key, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &bob_rtp, 0),
                     MSNAV_ERR_UNSUPPORTED);
    assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  }
  msnav_stream_event e;
  assert_int_equal(msnav_stream_next_event(s, &e), MSNAV_ERR_END);
  assert_int_equal(stats_of(s).refused_format, 4);
  msnav_stream_free(s);
}

/* RFC 3550 section 6.4.1: the RTP timestamp of a sender report is that of its
 * own moment, not of the last picture. */
static void video_reports_tell_the_time_of_pictures(void **state) {
  (void)state;
  msnav_stream_config c = video_config();
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  const msnav_payload p = {.data = (const uint8_t *)"picture",
                           .len = 7,
                           .timestamp = 0xfffffff0};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(msnav_stream_send_payload(s, &p, 10000 * MS, out, &len),
                   MSNAV_OK);
  assert_int_equal(msnav_stream_write_rtcp(s, 11500 * MS, 0, out, &len),
                   MSNAV_OK);
  assert_int_equal(out[1], 200); /* a sender report */
  assert_int_equal(get32(out + 16), p.timestamp + 90000 * 3 / 2);
  assert_int_equal(get32(out + 20), 1); /* packet */
  assert_int_equal(get32(out + 24), p.len);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(video_payloads_pass_as_they_are),
    cmocka_unit_test(video_is_not_sent_to_nowhere),
    cmocka_unit_test(video_tells_which_format_each_packet_has),
    cmocka_unit_test(video_is_no_sound_and_sound_no_video),
    cmocka_unit_test(video_hands_out_each_payload_once),
    cmocka_unit_test(video_takes_neither_keys_nor_redundancy),
    cmocka_unit_test(video_reports_tell_the_time_of_pictures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
