/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DVI4 (RFC 3551 section 4.5.1): the IMA ADPCM of 1992 with a header of four
 * bytes in front of every packet, which holds the state after the packet
 * before it, so that a decoder needs none of its own. */
#include "codec/builtin.h"

#include <stdlib.h>

#define HEADER 4
#define PAYLOAD_MAX 1604 /* 200 ms at 16 kHz */
#define LAST_STEP 88

typedef struct adpcm {
  int32_t predicted;
  int32_t index;
} adpcm;

/* The two tables of the IMA's recommended practices. */
static const int8_t index_change[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

static const int16_t steps[LAST_STEP + 1] = {
  7,     8,     9,     10,    11,    12,    13,    14,    16,    17,
  19,    21,    23,    25,    28,    31,    34,    37,    41,    45,
  50,    55,    60,    66,    73,    80,    88,    97,    107,   118,
  130,   143,   157,   173,   190,   209,   230,   253,   279,   307,
  337,   371,   408,   449,   494,   544,   598,   658,   724,   796,
  876,   963,   1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,
  2272,  2499,  2749,  3024,  3327,  3660,  4026,  4428,  4871,  5358,
  5894,  6484,  7132,  7845,  8630,  9493,  10442, 11487, 12635, 13899,
  15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767};

/* What both ends do with a code. */
static void step(adpcm *a, unsigned code) {
  int32_t size = steps[a->index], change = size >> 3;
  if (code & 4) {
    change += size;
  }
  if (code & 2) {
    change += size >> 1;
  }
  if (code & 1) {
    change += size >> 2;
  }
  a->predicted += code & 8 ? -change : change;
  a->predicted = a->predicted > INT16_MAX   ? INT16_MAX
                 : a->predicted < INT16_MIN ? INT16_MIN
                                            : a->predicted;
  a->index += index_change[code & 7];
  a->index = a->index < 0 ? 0 : a->index > LAST_STEP ? LAST_STEP : a->index;
}

static unsigned quantise(const adpcm *a, int16_t sample) {
  int32_t rest = sample - a->predicted, size = steps[a->index];
  unsigned code = 0;
  if (rest < 0) {
    code = 8;
    rest = -rest;
  }
  for (unsigned bit = 4; bit != 0; bit >>= 1) {
    if (rest >= size) {
      code |= bit;
      rest -= size;
    }
    size >>= 1;
  }
  return code;
}

static msnav_error open_state(void **state) {
  *state = calloc(1, sizeof(adpcm));
  return *state != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

static void close_state(void *state) {
  free(state);
}

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  adpcm *a = state;
  size_t len = HEADER + samples / 2;
  if (samples % 2 != 0 || samples > INT16_MAX || len > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  out[0] = (uint8_t)((uint16_t)a->predicted >> 8);
  out[1] = (uint8_t)(a->predicted & 0xff);
  out[2] = (uint8_t)a->index;
  out[3] = 0;
  for (size_t i = 0; i < samples; i += 2) {
    unsigned first = quantise(a, pcm[i]);
    step(a, first);
    unsigned second = quantise(a, pcm[i + 1]);
    step(a, second);
    out[HEADER + i / 2] = (uint8_t)(first << 4 | second);
  }
  return (int)len;
}

static int duration(const uint8_t *in, size_t len) {
  if (len <= HEADER || len > PAYLOAD_MAX || in[2] > LAST_STEP) {
    return MSNAV_ERR_PARSE;
  }
  return (int)(2 * (len - HEADER));
}

static int
decode(void *state, const uint8_t *in, size_t len, int16_t *pcm, size_t cap) {
  (void)state;
  int samples = duration(in, len);
  if (samples < 0) {
    return samples;
  }
  if ((size_t)samples > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  adpcm a = {(int16_t)(in[0] << 8 | in[1]), in[2]};
  for (int i = 0; i < samples; i += 2) {
    unsigned codes = in[HEADER + i / 2];
    step(&a, codes >> 4);
    pcm[i] = (int16_t)a.predicted;
    step(&a, codes & 15);
    pcm[i + 1] = (int16_t)a.predicted;
  }
  return samples;
}

#define DVI4(rate, type)                                                       \
  {                                                                            \
    .size = sizeof(msnav_audio_codec), .name = "DVI4", .clock_rate = (rate),   \
    .sample_rate = (rate), .bitrate = (rate)*4 + 1600,                         \
    .frame_samples = (rate) / 50, .payload_type = (type), .channels = 1,       \
    .open = open_state, .close = close_state, .encode = encode,                \
    .decode = decode, .duration = duration,                                    \
  }

const msnav_audio_codec msnav_codec_dvi4_8k = DVI4(8000, 5);
const msnav_audio_codec msnav_codec_dvi4_16k = DVI4(16000, 6);
