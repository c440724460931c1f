/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/gain.h"

static int16_t amplified(int16_t sample, int32_t gain) {
  int32_t x = sample * gain; /* |x| <= 32,768 * 16,000 < 2^31 */
  x = (x + (x < 0 ? -MSNAV_GAIN_ONE / 2 : MSNAV_GAIN_ONE / 2)) / MSNAV_GAIN_ONE;
  return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

void msnav_gain_apply(int16_t *pcm, size_t samples, uint32_t from,
                      uint32_t to) {
  if (from == MSNAV_GAIN_ONE && to == MSNAV_GAIN_ONE) {
    return;
  }
  int64_t way = (int64_t)to - (int64_t)from;
  for (size_t i = 0; i < samples; i++) {
    int64_t gain =
      way == 0 ? to : from + way * (int64_t)(i + 1) / (int64_t)samples;
    pcm[i] = amplified(pcm[i], (int32_t)gain);
  }
}
