/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/quality.h"

#define DEFAULT_R 93.2   /* G.107 with all parameters at their defaults */
#define LOSS_ROBUST 25.1 /* Bpl of G.711 with concealment, G.113 */

double msnav_quality_r(double delay_ms, double loss_percent) {
  double r = DEFAULT_R - 0.024 * delay_ms;
  if (delay_ms > 177.3) {
    r -= 0.11 * (delay_ms - 177.3);
  }
  r -= 95 * loss_percent / (loss_percent + LOSS_ROBUST);
  return r < 0 ? 0 : r;
}

double msnav_quality_mos(double r) {
  if (r <= 0) {
    return 1;
  }
  if (r >= 100) {
    return 4.5;
  }
  double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return mos < 1 ? 1 : mos;
}

/* 10 log10 of a power of two's multiple: the exponent, and the fraction by a
 * straight line, which is at most 0.26 dB off. */
uint8_t msnav_quality_level(const int16_t *pcm, size_t samples) {
  uint64_t sum = 0;
  for (size_t i = 0; i < samples; i++) {
    sum += (uint64_t)((int32_t)pcm[i] * pcm[i]);
  }
  uint64_t mean = samples > 0 ? sum / samples : 0;
  if (mean == 0) {
    return 127;
  }
  unsigned exponent = 63u - (unsigned)__builtin_clzll(mean);
  uint64_t fraction = (mean << 8 >> exponent) - 256; /* 0...255 */
  uint64_t log2_q8 = (uint64_t)exponent << 8 | fraction;
  uint64_t full = 30u << 8; /* 32768 squared */
  uint64_t below = log2_q8 < full ? full - log2_q8 : 0;
  uint64_t db = (below * 771 + (1u << 15)) >> 16; /* 3.0103 / 256 */
  return db > 127 ? 127 : (uint8_t)db;
}
