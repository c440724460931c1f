/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* G.711, both laws, exactly as the ITU-T's own software (G.191) has it.
 *
 * A code is a small floating point number: sign, 3 bits of exponent, 4 of
 * mantissa.  So encoding is a conversion to float whose upper bits are kept.
 * There is no branch and no table in it, and compilers turn it into vector
 * instructions, which are faster than a table. */
#include "codec/builtin.h"

#include <string.h>

#define BLOCK 32

/* Bits of an IEEE 754 single precision number for a small integer. */
static inline uint32_t float_bits(int32_t value) {
  union {
    float number;
    uint32_t bits;
  } u = {.number = (float)value};
  return u.bits;
}

/* G.191 complements negative samples to one, not to two, before it cuts
 * them to 14 bits; the bias is 33 and the largest magnitude 8191. */
static inline uint8_t ulaw_of(int16_t sample) {
  int32_t sign = sample >> 15;
  int32_t magnitude = ((sample ^ sign) >> 2) + 33;
  magnitude = magnitude > 8191 ? 8191 : magnitude;
  uint32_t code = (float_bits(magnitude) >> 19) - ((127 + 5) << 4);
  return (uint8_t)(~code ^ ((uint32_t)sign & 0x80));
}

/* Likewise with 12 bits and without a bias, and every even bit is inverted.
 * The lowest two segments are one line, so what is below 16 is taken from the
 * upper one of them: a condition, but compilers make vectors of sums only. */
static inline uint8_t alaw_of(int16_t sample) {
  int32_t sign = sample >> 15;
  int32_t magnitude = (sample ^ sign) >> 4;
  int32_t lift = (magnitude - 16) >> 16 & 16;
  uint32_t code = (float_bits(magnitude + lift) >> 19) - ((127 + 3) << 4);
  return (uint8_t)((code - (uint32_t)lift) ^ 0xd5 ^ ((uint32_t)sign & 0x80));
}

/* The decoders' output, indexed by the code; generated from the definition
 * in G.711 (tests/test_g711.c does so again). */
static const int16_t ulaw_samples[256] = {
  -32124, -31100, -30076, -29052, -28028, -27004, -25980, -24956, -23932,
  -22908, -21884, -20860, -19836, -18812, -17788, -16764, -15996, -15484,
  -14972, -14460, -13948, -13436, -12924, -12412, -11900, -11388, -10876,
  -10364, -9852,  -9340,  -8828,  -8316,  -7932,  -7676,  -7420,  -7164,
  -6908,  -6652,  -6396,  -6140,  -5884,  -5628,  -5372,  -5116,  -4860,
  -4604,  -4348,  -4092,  -3900,  -3772,  -3644,  -3516,  -3388,  -3260,
  -3132,  -3004,  -2876,  -2748,  -2620,  -2492,  -2364,  -2236,  -2108,
  -1980,  -1884,  -1820,  -1756,  -1692,  -1628,  -1564,  -1500,  -1436,
  -1372,  -1308,  -1244,  -1180,  -1116,  -1052,  -988,   -924,   -876,
  -844,   -812,   -780,   -748,   -716,   -684,   -652,   -620,   -588,
  -556,   -524,   -492,   -460,   -428,   -396,   -372,   -356,   -340,
  -324,   -308,   -292,   -276,   -260,   -244,   -228,   -212,   -196,
  -180,   -164,   -148,   -132,   -120,   -112,   -104,   -96,    -88,
  -80,    -72,    -64,    -56,    -48,    -40,    -32,    -24,    -16,
  -8,     0,      32124,  31100,  30076,  29052,  28028,  27004,  25980,
  24956,  23932,  22908,  21884,  20860,  19836,  18812,  17788,  16764,
  15996,  15484,  14972,  14460,  13948,  13436,  12924,  12412,  11900,
  11388,  10876,  10364,  9852,   9340,   8828,   8316,   7932,   7676,
  7420,   7164,   6908,   6652,   6396,   6140,   5884,   5628,   5372,
  5116,   4860,   4604,   4348,   4092,   3900,   3772,   3644,   3516,
  3388,   3260,   3132,   3004,   2876,   2748,   2620,   2492,   2364,
  2236,   2108,   1980,   1884,   1820,   1756,   1692,   1628,   1564,
  1500,   1436,   1372,   1308,   1244,   1180,   1116,   1052,   988,
  924,    876,    844,    812,    780,    748,    716,    684,    652,
  620,    588,    556,    524,    492,    460,    428,    396,    372,
  356,    340,    324,    308,    292,    276,    260,    244,    228,
  212,    196,    180,    164,    148,    132,    120,    112,    104,
  96,     88,     80,     72,     64,     56,     48,     40,     32,
  24,     16,     8,      0,
};

static const int16_t alaw_samples[256] = {
  -5504,  -5248,  -6016,  -5760,  -4480,  -4224,  -4992,  -4736,  -7552,
  -7296,  -8064,  -7808,  -6528,  -6272,  -7040,  -6784,  -2752,  -2624,
  -3008,  -2880,  -2240,  -2112,  -2496,  -2368,  -3776,  -3648,  -4032,
  -3904,  -3264,  -3136,  -3520,  -3392,  -22016, -20992, -24064, -23040,
  -17920, -16896, -19968, -18944, -30208, -29184, -32256, -31232, -26112,
  -25088, -28160, -27136, -11008, -10496, -12032, -11520, -8960,  -8448,
  -9984,  -9472,  -15104, -14592, -16128, -15616, -13056, -12544, -14080,
  -13568, -344,   -328,   -376,   -360,   -280,   -264,   -312,   -296,
  -472,   -456,   -504,   -488,   -408,   -392,   -440,   -424,   -88,
  -72,    -120,   -104,   -24,    -8,     -56,    -40,    -216,   -200,
  -248,   -232,   -152,   -136,   -184,   -168,   -1376,  -1312,  -1504,
  -1440,  -1120,  -1056,  -1248,  -1184,  -1888,  -1824,  -2016,  -1952,
  -1632,  -1568,  -1760,  -1696,  -688,   -656,   -752,   -720,   -560,
  -528,   -624,   -592,   -944,   -912,   -1008,  -976,   -816,   -784,
  -880,   -848,   5504,   5248,   6016,   5760,   4480,   4224,   4992,
  4736,   7552,   7296,   8064,   7808,   6528,   6272,   7040,   6784,
  2752,   2624,   3008,   2880,   2240,   2112,   2496,   2368,   3776,
  3648,   4032,   3904,   3264,   3136,   3520,   3392,   22016,  20992,
  24064,  23040,  17920,  16896,  19968,  18944,  30208,  29184,  32256,
  31232,  26112,  25088,  28160,  27136,  11008,  10496,  12032,  11520,
  8960,   8448,   9984,   9472,   15104,  14592,  16128,  15616,  13056,
  12544,  14080,  13568,  344,    328,    376,    360,    280,    264,
  312,    296,    472,    456,    504,    488,    408,    392,    440,
  424,    88,     72,     120,    104,    24,     8,      56,     40,
  216,    200,    248,    232,    152,    136,    184,    168,    1376,
  1312,   1504,   1440,   1120,   1056,   1248,   1184,   1888,   1824,
  2016,   1952,   1632,   1568,   1760,   1696,   688,    656,    752,
  720,    560,    528,    624,    592,    944,    912,    1008,   976,
  816,    784,    880,    848,
};

/* Inlined into both encoders, so that `law` is no call.  The copies let
 * compilers see that input and output do not overlap. */
static inline int encode(uint8_t (*law)(int16_t), const int16_t *pcm,
                         size_t samples, uint8_t *out, size_t cap) {
  if (samples > cap || samples > INT16_MAX) {
    return MSNAV_ERR_NOSPACE;
  }
  size_t i = 0;
  for (; i + BLOCK <= samples; i += BLOCK) {
    int16_t block[BLOCK];
    uint8_t codes[BLOCK];
    memcpy(block, pcm + i, sizeof(block));
    for (size_t k = 0; k < BLOCK; k++) {
      codes[k] = law(block[k]);
    }
    memcpy(out + i, codes, sizeof(codes));
  }
  for (; i < samples; i++) {
    out[i] = law(pcm[i]);
  }
  return (int)samples;
}

static int encode_ulaw(void *state, const int16_t *pcm, size_t samples,
                       uint8_t *out, size_t cap) {
  (void)state;
  return encode(ulaw_of, pcm, samples, out, cap);
}

static int encode_alaw(void *state, const int16_t *pcm, size_t samples,
                       uint8_t *out, size_t cap) {
  (void)state;
  return encode(alaw_of, pcm, samples, out, cap);
}

/* One byte is one sample (RFC 3551 section 4.5.14); 200 ms are the most that
 * a receiver should accept (section 4.2). */
static int duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len <= 1600 ? (int)len : MSNAV_ERR_PARSE;
}

static int decode(const int16_t table[256], const uint8_t *in, size_t len,
                  int16_t *pcm, size_t cap) {
  int samples = duration(in, len);
  if (samples < 0) {
    return samples;
  }
  if (len > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < len; i++) {
    pcm[i] = table[in[i]];
  }
  return samples;
}

static int decode_ulaw(void *state, const uint8_t *in, size_t len, int16_t *pcm,
                       size_t cap) {
  (void)state;
  return decode(ulaw_samples, in, len, pcm, cap);
}

static int decode_alaw(void *state, const uint8_t *in, size_t len, int16_t *pcm,
                       size_t cap) {
  (void)state;
  return decode(alaw_samples, in, len, pcm, cap);
}

const msnav_audio_codec msnav_codec_pcmu = {
  .size = sizeof(msnav_audio_codec),
  .name = "PCMU",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .bitrate = 64000,
  .frame_samples = 160,
  .payload_type = 0,
  .channels = 1,
  .encode = encode_ulaw,
  .decode = decode_ulaw,
  .duration = duration,
};

const msnav_audio_codec msnav_codec_pcma = {
  .size = sizeof(msnav_audio_codec),
  .name = "PCMA",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .bitrate = 64000,
  .frame_samples = 160,
  .payload_type = 8,
  .channels = 1,
  .encode = encode_alaw,
  .decode = decode_alaw,
  .duration = duration,
};
