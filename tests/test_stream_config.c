/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configurations and arguments of streams: what is refused, what older and
 * newer callers mean, how much memory it takes. */
#include "stream_kit.h"

typedef void (*spoil_fn)(msnav_stream_config *);

static void no_size(msnav_stream_config *c) {
  c->size = 8;
}
static void third_kind(msnav_stream_config *c) {
  c->kind = 2;
}
static void fourth_policy(msnav_stream_config *c) {
  c->policy = 3;
}
static void nine_formats(msnav_stream_config *c) {
  c->format_count = 9;
}
static void great_type(msnav_stream_config *c) {
  c->formats[0].payload_type = 128;
}
static void rtcp_type(msnav_stream_config *c) {
  c->formats[0].payload_type = 72; /* with marker: 200, a sender report */
}
static void great_send_type(msnav_stream_config *c) {
  c->send_payload_type = 128;
}
static void great_dtmf_type(msnav_stream_config *c) {
  c->dtmf_payload_type = 1000;
}
static void broken_codec(msnav_stream_config *c) {
  static msnav_audio_codec broken;
  broken = *codec_of("PCMU");
  broken.decode = NULL;
  c->formats[0].codec = &broken;
}
static void broken_send_codec(msnav_stream_config *c) {
  static msnav_audio_codec broken;
  broken = *codec_of("PCMU");
  broken.frame_samples = 0;
  c->send_codec = &broken;
}
static void delays_crossed(msnav_stream_config *c) {
  c->min_delay = 100 * MS;
  c->max_delay = 50 * MS;
}
static void video_without_clock(msnav_stream_config *c) {
  *c = video_config();
  c->clock_rate = 0;
}
static void video_with_codec(msnav_stream_config *c) {
  *c = video_config();
  c->formats[0].codec = codec_of("PCMU");
}
static void fifth_suite(msnav_stream_config *c) {
  c->srtp_suite = 4;
}

static void wrong_configurations_are_refused(void **state) {
  (void)state;
  static const struct {
    spoil_fn spoil;
    msnav_error err;
  } rows[] = {
    {no_size, MSNAV_ERR_INVALID},
    {third_kind, MSNAV_ERR_INVALID},
    {fourth_policy, MSNAV_ERR_INVALID},
    {nine_formats, MSNAV_ERR_INVALID},
    {great_type, MSNAV_ERR_INVALID},
    {rtcp_type, MSNAV_ERR_INVALID},
    {great_send_type, MSNAV_ERR_INVALID},
    {great_dtmf_type, MSNAV_ERR_INVALID},
    {broken_codec, MSNAV_ERR_INVALID},
    {broken_send_codec, MSNAV_ERR_INVALID},
    {delays_crossed, MSNAV_ERR_INVALID},
    {video_without_clock, MSNAV_ERR_INVALID},
    {video_with_codec, MSNAV_ERR_INVALID},
    {fifth_suite, MSNAV_ERR_INVALID},
  };
  msnav_stream_config good = alice_config();
  msnav_stream *kept;
  assert_int_equal(msnav_stream_new(&good, 0, &kept), MSNAV_OK);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream_config c = alice_config();
    msnav_stream *s = NULL;
    rows[i].spoil(&c);
    if (msnav_stream_new(&c, 0, &s) != rows[i].err ||
        msnav_stream_update(kept, &c, 0) != rows[i].err) {
      fail_msg("row %zu", i);
    }
    assert_null(s);
  }
  msnav_stream_free(kept);
}

/* A peer decides about payload types: what it says twice must not fail. */
static void first_of_equal_payload_types_counts(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  c.formats[1] = (msnav_stream_format){codec_of("PCMA"), 0};
  c.formats[2] = (msnav_stream_format){codec_of("PCMA"), 101};
  c.format_count = 3;
  c.red_receive_type = 101;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  int16_t pcm[FRAME];
  for (uint16_t i = 0; i < 10; i++) {
    made m = {.ssrc = 1, .sequence = i, .timestamp = i * 160u};
    assert_int_equal(hand_in(s, &m, &bob_rtp, i * 20 * MS), MSNAV_OK);
    msnav_stream_play(s, pcm, FRAME, i * 20 * MS);
  }
  assert_int_equal(pcm[0], 0); /* 0xff is 0 in PCMU, 848 in PCMA */
  made m = {.ssrc = 1, .type = 101, .sequence = 10, .timestamp = 1600};
  assert_int_equal(hand_in(s, &m, &bob_rtp, 200 * MS), MSNAV_OK);
  assert_int_equal(stats_of(s).receive_payload_type, 101);
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  msnav_stream_free(s);
}

static void older_and_newer_callers_are_understood(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  c.size = offsetof(msnav_stream_config, min_delay);
  memset((char *)&c + c.size, 0xee, sizeof(c) - c.size); /* not there */
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  msnav_stream_free(s);
  struct {
    msnav_stream_config c;
    char more[64];
  } newer;
  memset(&newer, 0xee, sizeof(newer));
  newer.c = alice_config();
  newer.c.size = sizeof(newer);
  assert_int_equal(msnav_stream_new(&newer.c, 0, &s), MSNAV_OK);
  /* statistics fill in what the caller knows, no more */
  msnav_stream_stats t;
  memset(&t, 0xee, sizeof(t));
  t.size = offsetof(msnav_stream_stats, received_packets);
  assert_int_equal(msnav_stream_get_stats(s, &t), MSNAV_OK);
  assert_int_equal(t.size, offsetof(msnav_stream_stats, received_packets));
  assert_int_equal(t.sent_packets, 0);
  assert_int_equal(t.received_packets, 0xeeeeeeeeeeeeeeee);
  t.size = sizeof(size_t);
  assert_int_equal(msnav_stream_get_stats(s, &t), MSNAV_ERR_INVALID);
  msnav_stream_free(s);
}

static void null_arguments_are_refused(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  uint8_t buf[MSNAV_STREAM_MTU] = {0};
  int16_t pcm[FRAME];
  size_t len;
  msnav_stream_event e;
  msnav_stream_stats t = {.size = sizeof(t)};
  msnav_payload p = {.data = buf, .len = 1};
  assert_int_equal(msnav_stream_new(NULL, 0, &s), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_new(&c, 0, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(msnav_stream_update(NULL, &c, 0), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_update(s, NULL, 0), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_receive(NULL, buf, 12, &bob_rtp, 0),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_receive(s, NULL, 12, &bob_rtp, 0),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_receive(s, buf, 12, NULL, 0),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_receive_rtcp(s, NULL, 12, &bob_rtp, 0),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_send(NULL, pcm, 0, buf, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_send(s, pcm, 0, NULL, &len), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_send(s, pcm, 0, buf, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_send_payload(s, NULL, 0, buf, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_send_payload(NULL, &p, 0, buf, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_payload(s, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_write_rtcp(s, 0, 0, NULL, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_write_bye(NULL, 0, 0, buf, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_next_event(NULL, &e), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_next_event(s, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_get_stats(NULL, &t), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_get_stats(s, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_play(NULL, pcm, FRAME, 0), 0);
  assert_int_equal(msnav_stream_play(s, NULL, FRAME, 0), 0);
  assert_int_equal(msnav_stream_remote(NULL)->port, 0);
  assert_int_equal(msnav_stream_remote_rtcp(NULL)->port, 0);
  assert_true(msnav_stream_rtcp_due(NULL) == MSNAV_NEVER);
  assert_int_equal(msnav_stream_send_samples(NULL), 0);
  assert_int_equal(msnav_stream_send_rate(NULL), 0);
  assert_int_equal(msnav_stream_play_rate(NULL), 8000);
  msnav_stream_free(s);
  msnav_stream_free(NULL);
}

static void state_fits_into_four_kilobytes(void **state) {
  (void)state;
  assert_in_range(msnav_stream_footprint(), 1, 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(wrong_configurations_are_refused),
    cmocka_unit_test(first_of_equal_payload_types_counts),
    cmocka_unit_test(older_and_newer_callers_are_understood),
    cmocka_unit_test(null_arguments_are_refused),
    cmocka_unit_test(state_fits_into_four_kilobytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
