/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/level.h"

#define BLOCK 32

/* log2 in 1/65536, by a parabola through the octave's ends: off by less than
 * 0.009, which is 0.03 dB. */
static int32_t log2_q16(uint64_t x) {
  int32_t octave = 0;
  for (int shift = 32; shift > 0; shift >>= 1) {
    if (x >> (octave + shift) != 0) {
      octave += shift;
    }
  }
  uint64_t mantissa = octave >= 16 ? x >> (octave - 16) : x << (16 - octave);
  uint32_t f = (uint32_t)mantissa & 0xffff;
  uint32_t bend = (uint32_t)(((uint64_t)f * (65536 - f) * 22630) >> 32);
  return octave * 65536 + (int32_t)(f + bend);
}

static uint32_t square(int16_t sample) {
  return (uint32_t)(sample * sample) >> 5;
}

uint8_t msnav_level(const int16_t *pcm, size_t samples) {
  uint64_t energy = 0;
  size_t i = 0;
  size_t blocks = samples - samples % BLOCK;
  /* a sum of 32 bits over a block of a known length is what compilers turn
   * into vectors */
  for (; i < blocks; i += BLOCK) {
    uint32_t sum = 0;
    for (size_t k = 0; k < BLOCK; k++) {
      sum += square(pcm[i + k]);
    }
    energy += sum;
  }
  for (; i < samples; i++) {
    energy += square(pcm[i]);
  }
  if (energy == 0) {
    return MSNAV_LEVEL_SILENCE;
  }
  /* full scale is 2^30 for each sample, 2^25 after the shift; 3.0103 dB is
   * half of the power */
  int32_t octaves = 25 * 65536 + log2_q16(samples) - log2_q16(energy);
  int32_t level = (int32_t)(((int64_t)octaves * 197283 + (1u << 31)) >> 32);
  return level < 0 ? 0 : level > 127 ? 127 : (uint8_t)level;
}
