/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the playout share: codecs of many shapes, and a bed on
 * which packets are pushed and sound is pulled in virtual time. */
#ifndef MSNAV_PLAYOUT_KIT_H
#define MSNAV_PLAYOUT_KIT_H

#include "test.h"

#include "media/playout.h"
#include "support/sound.h"

#define MS 1000

/* ---- codecs: linear samples, so that what is heard can be compared */

static inline int linear_encode(void *state, const int16_t *pcm, size_t samples,
                                uint8_t *out, size_t cap) {
  (void)state;
  assert_true(2 * samples <= cap);
  memcpy(out, pcm, 2 * samples);
  return (int)(2 * samples);
}

static inline int linear_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len % 2 == 0 ? (int)(len / 2) : MSNAV_ERR_PARSE;
}

static inline int linear_decode(void *state, const uint8_t *in, size_t len,
                                int16_t *pcm, size_t cap) {
  (void)state;
  if (len / 2 > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  memcpy(pcm, in, len);
  return (int)(len / 2);
}

static inline int stereo_duration(const uint8_t *in, size_t len) {
  return linear_duration(in, len / 2);
}

static inline int stereo_decode(void *state, const uint8_t *in, size_t len,
                                int16_t *pcm, size_t cap) {
  return linear_decode(state, in, len, pcm, 2 * cap) / 2;
}

#define LINEAR(clock, rate)                                                    \
  {                                                                            \
    .size = sizeof(msnav_audio_codec), .name = "LINEAR",                       \
    .clock_rate = (clock), .sample_rate = (rate),                              \
    .frame_samples = (rate) / 50, .channels = 1, .encode = linear_encode,      \
    .decode = linear_decode, .duration = linear_duration,                      \
  }

static const msnav_audio_codec linear8 = LINEAR(8000, 8000);
static const msnav_audio_codec linear16 = LINEAR(16000, 16000);
static const msnav_audio_codec clock8_rate16 = LINEAR(8000, 16000);

/* a codec of its own mind: two bytes of seed make `rate / 50` samples; it
 * conceals with 111 and recovers with 222 */
typedef struct minded {
  int concealed, recovered, resets;
} minded;

static inline int minded_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len == 2 ? 160 : MSNAV_ERR_PARSE;
}

static inline int minded_decode(void *state, const uint8_t *in, size_t len,
                                int16_t *pcm, size_t cap) {
  (void)state;
  if (cap < 160 || len != 2 || in[0] == 0xee) {
    return MSNAV_ERR_PARSE;
  }
  for (int i = 0; i < 160; i++) {
    pcm[i] = (int16_t)(1000 + in[0]);
  }
  return 160;
}

static inline int minded_conceal(void *state, int16_t *pcm, size_t samples) {
  ((minded *)state)->concealed++;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = 111;
  }
  return (int)samples;
}

static inline int minded_recover(void *state, const uint8_t *next, size_t len,
                                 int16_t *pcm, size_t samples) {
  if (len != 2 || next[1] == 0) {
    return 0;
  }
  ((minded *)state)->recovered++;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = 222;
  }
  return (int)samples;
}

static inline void minded_reset(void *state) {
  ((minded *)state)->resets++;
}

static const msnav_audio_codec minded_codec = {
  .size = sizeof(msnav_audio_codec),
  .name = "MINDED",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .frame_samples = 160,
  .channels = 1,
  .encode = linear_encode,
  .decode = minded_decode,
  .duration = minded_duration,
  .conceal = minded_conceal,
  .recover = minded_recover,
  .reset = minded_reset,
};

/* 48 kHz in few bytes: each one is 16 samples */
static inline int coarse_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len <= 360 ? (int)(16 * len) : MSNAV_ERR_PARSE;
}

static inline int coarse_decode(void *state, const uint8_t *in, size_t len,
                                int16_t *pcm, size_t cap) {
  (void)state;
  if (16 * len > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < 16 * len; i++) {
    pcm[i] = (int16_t)((in[i / 16] - 128) * 100);
  }
  return (int)(16 * len);
}

static const msnav_audio_codec coarse48 = {
  .size = sizeof(msnav_audio_codec),
  .name = "COARSE",
  .clock_rate = 48000,
  .sample_rate = 48000,
  .frame_samples = 960,
  .channels = 1,
  .encode = linear_encode,
  .decode = coarse_decode,
  .duration = coarse_duration,
};

static const msnav_audio_codec stereo8 = {
  .size = sizeof(msnav_audio_codec),
  .name = "STEREO",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .frame_samples = 160,
  .channels = 2,
  .encode = linear_encode,
  .decode = stereo_decode,
  .duration = stereo_duration,
};

/* ---- the bed */

enum { L8, L16K, C48, PCMU, MINDED, STEREO, NOISE, MIXED };

typedef struct bed {
  msnav_playout p;
  msnav_decoder decoders[8];
  minded mind;
  msnav_noise noise;
  uint32_t sequence, timestamp; /* of the next frame */
  msnav_usec now;
} bed;

static inline bed *bed_new(void) {
  bed *b = calloc(1, sizeof(*b));
  b->decoders[L8].codec = &linear8;
  b->decoders[L16K].codec = &linear16;
  b->decoders[C48].codec = &coarse48;
  b->decoders[PCMU].codec = msnav_codec_find((msnav_str)STR("PCMU"), 8000);
  b->decoders[MINDED].codec = &minded_codec;
  b->decoders[MINDED].state = &b->mind;
  b->decoders[STEREO].codec = &stereo8;
  b->decoders[NOISE].state = &b->noise;
  msnav_noise_init(&b->noise);
  b->decoders[MIXED].codec = &clock8_rate16;
  b->sequence = 65530;
  b->timestamp = 0xffffff00u;
  b->now = 1000000;
  msnav_playout_init(&b->p, b->decoders, 0, 0);
  return b;
}

static inline msnav_error
push(bed *b, int decoder, const void *data, size_t len, uint32_t ticks) {
  uint8_t *copy = (uint8_t *)exact_copy(data, len);
  msnav_jitter_frame f = {.sequence = b->sequence++,
                          .timestamp = b->timestamp,
                          .data = copy,
                          .len = (uint16_t)len,
                          .decoder = (uint8_t)decoder};
  b->timestamp += ticks;
  msnav_error err = msnav_playout_push(&b->p, &f, b->now);
  free(copy);
  return err;
}

/* leave out a packet */
static inline void lose(bed *b, uint32_t ticks) {
  b->sequence++;
  b->timestamp += ticks;
}

static inline unsigned pull(bed *b, int16_t *pcm, size_t samples) {
  /* exactly so large, that the sanitizer sees a sample too many */
  int16_t *block = malloc(samples * sizeof(*block));
  unsigned played = msnav_playout_pull(&b->p, block, samples, b->now);
  memcpy(pcm, block, samples * sizeof(*pcm));
  free(block);
  return played;
}

static inline msnav_playout_stats stats_of(const bed *b) {
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  return stats;
}

#endif
