/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second library: G.723.1 beside libavcodec used directly, and in a call.
 */
#include "test.h"

#include "call/context.h" /* what was offered */
#include "support/pair.h"
#include "support/sound.h"
#include <msnav/avcodec.h>

#include <libavcodec/avcodec.h>

#define SAMPLES 240
#define FRAMES 400
#define TALK 60

static const msnav_audio_codec *g723(void) {
  const msnav_audio_codec *codec = msnav_avcodec_audio(0);
  assert_non_null(codec);
  assert_string_equal(codec->name, "G723");
  return codec;
}

static void its_codecs_are_usable(void **state) {
  (void)state;
  size_t count = 0;
  const msnav_audio_codec *codec;
  while ((codec = msnav_avcodec_audio(count)) != NULL) {
    assert_int_equal(msnav_codec_check(codec), MSNAV_OK);
    count++;
  }
  assert_int_equal(count, 1);
  assert_null(msnav_avcodec_audio(SIZE_MAX));
  assert_int_equal(g723()->payload_type, 4); /* RFC 3551 table 4 */
  assert_int_equal(g723()->clock_rate, 8000);
  assert_int_equal(g723()->frame_samples, SAMPLES);
}

/* RFC 3551 section 4.5.3: the two lowest bits of a frame's first byte */
static void packets_are_chains_of_frames(void **state) {
  (void)state;
  static const struct {
    uint8_t kinds[6];
    size_t count, len;
    int frames; /* 0: refused */
  } rows[] = {
    {{0}, 1, 24, 1},
    {{1}, 1, 20, 1},
    {{2}, 1, 4, 1},
    {{3}, 1, 1, 1},
    {{0, 0}, 2, 48, 2},
    {{1, 1, 1}, 3, 60, 3},
    {{0, 1, 2, 3}, 4, 49, 4},
    {{3, 3, 3, 3}, 4, 4, 4},
    {{0, 2}, 2, 28, 2},
    {{0}, 1, 23, 0},
    {{0}, 1, 25, 2}, /* 25th byte is 0xff: untransmitted */
    {{1}, 1, 19, 0},
    {{2}, 1, 3, 0},
    {{0, 1}, 2, 43, 0},
    {{3, 3, 3, 3, 3}, 5, 5, 0},
    {{0, 0, 0, 0, 0}, 5, 120, 0},
  };
  static const size_t sizes[] = {24, 20, 4, 1};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t bytes[256];
    size_t at = 0;
    memset(bytes, 0xff, sizeof(bytes));
    for (size_t k = 0; k < rows[i].count; k++) {
      bytes[at] = rows[i].kinds[k];
      at += sizes[rows[i].kinds[k]];
    }
    uint8_t *copy = (uint8_t *)exact_copy(bytes, rows[i].len);
    int want = rows[i].frames > 0 ? rows[i].frames * SAMPLES : MSNAV_ERR_PARSE;
    if (g723()->duration(copy, rows[i].len) != want) {
      fail_msg("row %zu: %d", i, g723()->duration(copy, rows[i].len));
    }
    free(copy);
  }
  assert_int_equal(g723()->duration((const uint8_t *)"", 0), MSNAV_ERR_PARSE);
}

/* ---- beside libavcodec */

typedef struct reference {
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
} reference;

static reference reference_new(void) {
  const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_G723_1);
  reference r = {avcodec_alloc_context3(codec), av_packet_alloc(),
                 av_frame_alloc()};
  av_channel_layout_default(&r.decoder->ch_layout, 1);
  assert_int_equal(avcodec_open2(r.decoder, codec, NULL), 0);
  return r;
}

static void reference_free(reference *r) {
  avcodec_free_context(&r->decoder);
  av_packet_free(&r->packet);
  av_frame_free(&r->frame);
}

static void
reference_decode(reference *r, const uint8_t *in, size_t len, int16_t *pcm) {
  assert_int_equal(av_new_packet(r->packet, (int)len), 0);
  memcpy(r->packet->data, in, len);
  assert_int_equal(avcodec_send_packet(r->decoder, r->packet), 0);
  assert_int_equal(avcodec_receive_frame(r->decoder, r->frame), 0);
  assert_int_equal(r->frame->nb_samples, SAMPLES);
  memcpy(pcm, r->frame->data[0], SAMPLES * sizeof(*pcm));
  av_packet_unref(r->packet);
}

/* Speech, with frames of every kind in between that are made up, some of them
 * as no encoder would. */
static size_t
make_frame(uint8_t *out, size_t i, void *encoder, uint32_t *seed) {
  static const size_t sizes[] = {24, 20, 4, 1};
  size_t kind = i % 10 == 6 ? 1 : i % 20 == 8 ? 2 : i % 20 == 9 ? 3 : 0;
  if (kind == 0 && i % 10 != 3) {
    int16_t pcm[SAMPLES];
    sound_voice(pcm, SAMPLES, 130, 8000, i * SAMPLES);
    assert_int_equal(g723()->encode(encoder, pcm, SAMPLES, out, 24), 24);
    assert_int_equal(out[0] & 3, 0);
    return 24;
  }
  for (size_t k = 0; k < sizes[kind]; k++) {
    *seed = *seed * 1664525u + 1013904223u;
    out[k] = (uint8_t)(*seed >> 24);
  }
  out[0] = (uint8_t)((out[0] & ~3u) | kind);
  return sizes[kind];
}

static void decodes_as_libavcodec_does(void **state) {
  (void)state;
  for (size_t per_packet = 1; per_packet <= 4; per_packet++) {
    void *s;
    uint32_t seed = 5;
    reference r = reference_new();
    assert_int_equal(g723()->open(&s), MSNAV_OK);
    for (size_t i = 0; i < FRAMES; i += per_packet) {
      uint8_t bytes[96];
      int16_t want[4 * SAMPLES], got[4 * SAMPLES];
      size_t len = 0;
      for (size_t k = 0; k < per_packet; k++) {
        size_t n = make_frame(bytes + len, i + k, s, &seed);
        reference_decode(&r, bytes + len, n, want + k * SAMPLES);
        len += n;
      }
      uint8_t *copy = (uint8_t *)exact_copy(bytes, len);
      int samples = (int)(per_packet * SAMPLES);
      assert_int_equal(g723()->decode(s, copy, len, got, (size_t)samples - 1),
                       MSNAV_ERR_NOSPACE);
      assert_int_equal(g723()->decode(s, copy, len, got, (size_t)samples),
                       samples);
      assert_memory_equal(got, want, (size_t)samples * sizeof(*got));
      free(copy);
    }
    g723()->close(s);
    reference_free(&r);
  }
}

static void sounds_like_what_was_said(void **state) {
  (void)state;
  static int16_t said[TALK * SAMPLES], heard[TALK * SAMPLES];
  void *s;
  assert_int_equal(g723()->open(&s), MSNAV_OK);
  sound_voice(said, TALK * SAMPLES, 130, 8000, 0);
  for (size_t i = 0; i < TALK; i++) {
    uint8_t bytes[24];
    assert_int_equal(g723()->encode(s, said + i * SAMPLES, SAMPLES, bytes, 23),
                     MSNAV_ERR_NOSPACE);
    assert_int_equal(g723()->encode(s, said + i * SAMPLES, SAMPLES - 1, bytes,
                                    24),
                     MSNAV_ERR_INVALID);
    assert_int_equal(g723()->encode(s, said + i * SAMPLES, SAMPLES, bytes, 24),
                     24);
    assert_int_equal(g723()->decode(s, bytes, 24, heard + i * SAMPLES, SAMPLES),
                     SAMPLES);
  }
  g723()->close(s);
  double best = 0;
  for (size_t lag = 0; lag < SAMPLES; lag++) { /* it looks 7.5 ms ahead */
    double alike = sound_alike(said + 2400, heard + 2400 + lag, 8000);
    best = alike > best ? alike : best;
  }
  if (best < 0.8) {
    fail_msg("%.2f alike", best);
  }
}

/* A loss in a vowel: its frames are extrapolated and fade. */
static void losses_are_extrapolated(void **state) {
  (void)state;
  int16_t pcm[SAMPLES], heard[4 * SAMPLES];
  uint8_t bytes[24];
  void *s;
  assert_int_equal(g723()->open(&s), MSNAV_OK);
  for (size_t i = 0; i < 30; i++) {
    sound_voice(pcm, SAMPLES, 130, 8000, i * SAMPLES);
    assert_int_equal(g723()->encode(s, pcm, SAMPLES, bytes, 24), 24);
    assert_int_equal(g723()->decode(s, bytes, 24, pcm, SAMPLES), SAMPLES);
  }
  double before = sound_rms(pcm, SAMPLES);
  assert_int_equal(g723()->conceal(s, heard, SAMPLES), SAMPLES);
  assert_true(sound_rms(heard, SAMPLES) > 0.3 * before);
  assert_true(sound_rms(heard, SAMPLES) < 1.5 * before);
  assert_int_equal(g723()->conceal(s, heard, 4 * SAMPLES), 4 * SAMPLES);
  assert_true(sound_rms(heard, SAMPLES) < 0.5 * before);
  assert_true(abs(heard[SAMPLES - 1]) < 50);
  assert_true(sound_rms(heard + SAMPLES, 3 * SAMPLES) == 0);
  assert_int_equal(g723()->conceal(s, heard, 0), MSNAV_ERR_INVALID);
  assert_int_equal(g723()->conceal(s, heard, 160), MSNAV_ERR_INVALID);
  assert_int_equal(g723()->conceal(s, heard, 5 * SAMPLES), MSNAV_ERR_INVALID);
  /* after a reset the decoder is as new */
  int16_t fresh[SAMPLES];
  void *other;
  g723()->reset(s);
  assert_int_equal(g723()->open(&other), MSNAV_OK);
  assert_int_equal(g723()->decode(s, bytes, 24, pcm, SAMPLES), SAMPLES);
  assert_int_equal(g723()->decode(other, bytes, 24, fresh, SAMPLES), SAMPLES);
  assert_memory_equal(pcm, fresh, sizeof(pcm));
  g723()->close(other);
  g723()->close(s);
}

/* G.723.1 forbids pitches above 123: such frames are taken for lost. */
static void damaged_frames_fall_silent(void **state) {
  (void)state;
  uint8_t bytes[24], damaged[24];
  int16_t pcm[SAMPLES], again[SAMPLES];
  void *s;
  assert_int_equal(g723()->open(&s), MSNAV_OK);
  for (size_t i = 0; i < 30; i++) {
    sound_voice(pcm, SAMPLES, 130, 8000, i * SAMPLES);
    assert_int_equal(g723()->encode(s, pcm, SAMPLES, bytes, 24), 24);
    assert_int_equal(g723()->decode(s, bytes, 24, pcm, SAMPLES), SAMPLES);
  }
  memcpy(damaged, bytes, 24);
  damaged[3] |= 0xfc; /* bits 26 to 32: the pitch of the first half */
  damaged[4] |= 0x01;
  for (int i = 0; i < 50; i++) {
    assert_int_equal(g723()->decode(s, damaged, 24, again, SAMPLES), SAMPLES);
    assert_true(i == 0 ? sound_rms(again, SAMPLES) > 100
                       : i == 1 || sound_rms(again, SAMPLES) == 0);
  }
  assert_int_equal(g723()->decode(s, bytes, 24, again, SAMPLES), SAMPLES);
  assert_true(sound_rms(again, SAMPLES) > 0.2 * sound_rms(pcm, SAMPLES));
  assert_true(sound_rms(again, SAMPLES) < 2 * sound_rms(pcm, SAMPLES));
  g723()->close(s);
}

/* A loss in a pause: the comfort noise of the last description goes on. */
static void noise_goes_on_over_losses(void **state) {
  (void)state;
  static const uint8_t description[4] = {0x02, 0x80, 0x80, 0xa0};
  int16_t pcm[SAMPLES];
  void *s;
  assert_int_equal(g723()->open(&s), MSNAV_OK);
  assert_int_equal(g723()->decode(s, description, 4, pcm, SAMPLES), SAMPLES);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(g723()->conceal(s, pcm, SAMPLES), SAMPLES);
  }
  double level = sound_rms(pcm, SAMPLES);
  if (level < 1 || level > 2000) {
    fail_msg("noise of %.1f", level);
  }
  g723()->close(s);
}

/* ---- in calls */

static void a_context_is_needed(void **state) {
  (void)state;
  assert_int_equal(msnav_avcodec_register(NULL), MSNAV_ERR_INVALID);
}

static void calls_use_it_where_nothing_better_is(void **state) {
  pair *p = *state;
  for (int only = 0; only <= 1; only++) {
    pair_init(p, NULL, NULL);
    for (int i = 0; i < 2; i++) {
      msnav_context *ctx = p->people[i].ctx;
      assert_int_equal(only ? msnav_context_add_codec(ctx, g723())
                            : msnav_avcodec_register(ctx),
                       MSNAV_OK);
    }
    pair_connect(p);
    const msnav_call *call = p->people[BOB].call;
    char *offer = g_strndup(call->described, call->described_len);
    assert_non_null(strstr(offer, "a=rtpmap:4 G723/8000\r\n"));
    g_free(offer);
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info),
                     MSNAV_OK);
    assert_string_equal(info.codec, only ? "G723" : "PCMU");
    pair_run(p, 1500);
    assert_true(p->people[ALICE].heard_count > 8000);
    assert_true(p->people[BOB].heard_count > 8000);
    pair_free(p);
  }
}

static int make_pair(void **state) {
  *state = calloc(1, sizeof(pair));
  return *state == NULL;
}

static int drop_pair(void **state) {
  free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(its_codecs_are_usable),
    cmocka_unit_test(packets_are_chains_of_frames),
    cmocka_unit_test(decodes_as_libavcodec_does),
    cmocka_unit_test(sounds_like_what_was_said),
    cmocka_unit_test(losses_are_extrapolated),
    cmocka_unit_test(damaged_frames_fall_silent),
    cmocka_unit_test(noise_goes_on_over_losses),
    cmocka_unit_test(a_context_is_needed),
    cmocka_unit_test_setup_teardown(calls_use_it_where_nothing_better_is,
                                    make_pair, drop_pair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
