/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Made-up sound, and measures of what became of it. */
#ifndef MSNAV_TEST_SOUND_H
#define MSNAV_TEST_SOUND_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define TWO_PI 6.283185307179586

static inline void sound_sine(int16_t *pcm, size_t n, double hertz, double rate,
                              double amplitude, size_t from) {
  for (size_t i = 0; i < n; i++) {
    pcm[i] = (int16_t)lrint(amplitude *
                            sin(TWO_PI * hertz * (double)(from + i) / rate));
  }
}

/* A vowel: harmonics of a pitch that wanders by +-4 % in 0.7 s, under
 * formants at 700 and 1,200 Hz. */
static inline void
sound_voice(int16_t *pcm, size_t n, double pitch, double rate, size_t from) {
  for (size_t i = 0; i < n; i++) {
    double t = (double)(from + i) / rate, sample = 0;
    double phase =
      TWO_PI * pitch * (t + 0.04 * 0.7 / TWO_PI * (1 - cos(TWO_PI * t / 0.7)));
    for (int k = 1; k * pitch < 0.45 * rate && k < 24; k++) {
      double f = k * pitch;
      double near = exp(-(f - 700) * (f - 700) / 60000) +
                    0.5 * exp(-(f - 1200) * (f - 1200) / 90000) + 0.05;
      sample += near * sin(k * phase);
    }
    pcm[i] = (int16_t)lrint(4000 * sample);
  }
}

static inline void
sound_noise(int16_t *pcm, size_t n, int amplitude, uint32_t *seed) {
  for (size_t i = 0; i < n; i++) {
    *seed = *seed * 1664525u + 1013904223u;
    pcm[i] = (int16_t)((int)(*seed >> 16) % (2 * amplitude + 1) - amplitude);
  }
}

/* Greatest difference between neighbours. */
static inline int sound_step(const int16_t *pcm, size_t n) {
  int most = 0;
  for (size_t i = 1; i < n; i++) {
    int step = abs(pcm[i] - pcm[i - 1]);
    most = step > most ? step : most;
  }
  return most;
}

static inline double sound_rms(const int16_t *pcm, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += (double)pcm[i] * pcm[i];
  }
  return sqrt(sum / (double)(n > 0 ? n : 1));
}

/* How alike two stretches of sound are, -1...1. */
static inline double sound_alike(const int16_t *a, const int16_t *b, size_t n) {
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < n; i++) {
    ab += (double)a[i] * b[i];
    aa += (double)a[i] * a[i];
    bb += (double)b[i] * b[i];
  }
  return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* Power at one frequency (Goertzel), as amplitude of a sine. */
static inline double
sound_tone(const int16_t *pcm, size_t n, double hertz, double rate) {
  double w = 2 * cos(TWO_PI * hertz / rate), s1 = 0, s2 = 0;
  for (size_t i = 0; i < n; i++) {
    double s0 = pcm[i] + w * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return 2 * sqrt(s1 * s1 + s2 * s2 - w * s1 * s2) / (double)n;
}

#endif
