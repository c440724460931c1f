/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every codec keeps, whoever brings it: the rules of msnav/codec.h, and
 * the vectors of others.  Its limits: test_codec_limits.c. */
#include "codec_kit.h"

#include "support/sound.h"

static void every_codec_is_looked_at(void **state) {
  (void)state;
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = each(i)) != NULL; i++) {
    bool found = false;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
      found |= codec_of(&rows[k]) == codec;
    }
    if (!found) {
      fail_msg("no vectors for %s", codec->name);
    }
  }
}

static double decibels(const int16_t *want, const int16_t *got, size_t n) {
  double signal = 0, noise = 1e-9;
  for (size_t i = 0; i < n; i++) {
    double wrong = want[i] - got[i];
    signal += (double)want[i] * want[i];
    noise += wrong * wrong;
  }
  return 10 * log10(signal / noise);
}

static void check_decoder(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  int16_t *got = calloc(v.heard_count, sizeof(*got));
  void *s = open_state(codec);
  assert_int_equal(decode_all(codec, s, &v, got), v.heard_count);
  if (r->decodes == 0) {
    assert_memory_equal(got, v.heard, v.heard_count * sizeof(*got));
  } else {
    assert_true(decibels(v.heard, got, v.heard_count) >= r->decodes);
  }
  close_state(codec, s);
  free(got);
  unload(&v);
}

static void decodes_what_others_wrote(void **state) {
  (void)state;
  for_each(check_decoder);
}

/* The frames of the packets one after another: how they are packed is the
 * sender's affair. */
static void check_encoder(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  uint8_t *want = malloc(v.packets_len), *got = malloc(PAYLOAD_MAX);
  size_t at = 0, len, total = 0, done = 0;
  uint8_t *packet;
  while ((packet = next_packet(&v, &at, &len)) != NULL) {
    memcpy(want + total, packet, len);
    total += len;
    free(packet);
  }
  void *s = open_state(codec);
  size_t n = codec->frame_samples;
  for (size_t i = 0; r->encodes_exactly && i < v.said_count; i += n) {
    int bytes = codec->encode(s, v.said + i, n, got, PAYLOAD_MAX);
    assert_true(bytes > 0 && done + (size_t)bytes <= total);
    assert_memory_equal(got, want + done, (size_t)bytes);
    assert_int_equal(codec->duration(got, (size_t)bytes), n);
    done += (size_t)bytes;
  }
  assert_true(!r->encodes_exactly || done == total);
  close_state(codec, s);
  free(want);
  free(got);
  unload(&v);
}

static void encodes_as_others_do(void **state) {
  (void)state;
  for_each(check_encoder);
}

/* Both directions with one state, as a stream has it, a frame each in turn. */
static void check_round(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  int16_t *back = calloc(v.said_count, sizeof(*back));
  size_t n = codec->frame_samples, bits = 0;
  void *s = open_state(codec);
  for (size_t i = 0; i < v.said_count; i += n) {
    uint8_t payload[PAYLOAD_MAX];
    int len = codec->encode(s, v.said + i, n, payload, sizeof(payload));
    assert_true(len >= 0);
    bits += 8 * (size_t)len;
    if (len > 0) {
      assert_int_equal(codec->duration(payload, (size_t)len), n);
      assert_int_equal(codec->decode(s, payload, (size_t)len, back + i, n), n);
    }
  }
  double best = -1;
  size_t span = v.said_count / 2; /* up to 20 ms late */
  for (size_t lag = 0; lag <= codec->sample_rate / 50; lag++) {
    double alike = sound_alike(v.said + span / 2, back + span / 2 + lag, span);
    best = alike > best ? alike : best;
  }
  double rate = (double)bits * codec->sample_rate / (double)v.said_count;
  if (best < r->alike || rate > 1.5 * codec->bitrate ||
      rate < 0.5 * codec->bitrate) {
    fail_msg("%.4f alike at %.0f bit/s", best, rate);
  }
  close_state(codec, s);
  free(back);
  unload(&v);
}

static void sounds_like_what_was_said(void **state) {
  (void)state;
  for_each(check_round);
}

/* What one state encodes and decodes is not another one's affair. */
static void check_independence(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  size_t n = codec->frame_samples;
  void *one = open_state(codec), *two = open_state(codec);
  void *mixed = open_state(codec);
  for (size_t i = 0; i + n < v.said_count; i += n) {
    uint8_t a[PAYLOAD_MAX], b[PAYLOAD_MAX], other[PAYLOAD_MAX];
    int16_t pcm[PCM_MAX];
    int a_len = codec->encode(one, v.said + i, n, a, sizeof(a));
    int other_len = codec->encode(two, v.heard + i, n, other, sizeof(other));
    if (other_len > 0) {
      assert_int_equal(codec->decode(mixed, other, (size_t)other_len, pcm,
                                     PCM_MAX),
                       n);
    }
    int b_len = codec->encode(mixed, v.said + i, n, b, sizeof(b));
    assert_int_equal(b_len, a_len);
    assert_memory_equal(a, b, (size_t)a_len);
  }
  close_state(codec, one);
  close_state(codec, two);
  close_state(codec, mixed);
  unload(&v);
}

static void calls_and_directions_are_independent(void **state) {
  (void)state;
  for_each(check_independence);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_codec_is_looked_at),
    cmocka_unit_test(decodes_what_others_wrote),
    cmocka_unit_test(encodes_as_others_do),
    cmocka_unit_test(sounds_like_what_was_said),
    cmocka_unit_test(calls_and_directions_are_independent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
