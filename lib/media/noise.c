/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/noise.h"

#include <math.h>
#include <string.h>

/* Of a new frame in the average: about seven frames count. */
#define SHARE 0.15f

/* RFC 3389 section 3.2: k = 258 (N - 127) / 32768, N at most 254. */
#define STEP (258.0f / 32768.0f)
#define ZERO 127
#define N_MAX 254

/* Noise from outside the filter's band keeps its inverse tame: -40 dB. */
#define WHITE 1.0001f

/* Way of the gain to its target that each sample goes: 8 ms at 8 kHz. */
#define GLIDE (1.0f / 64)

/* No sound is as loud: the filter was changed too much at once. */
#define OUT_OF_HAND (4 * 32768.0f)

/* ---- describing */

void msnav_background_hear(msnav_background *b, const int16_t *pcm,
                           size_t samples) {
  float share = b->known ? SHARE : 1;
  for (size_t lag = 0; lag <= MSNAV_NOISE_ORDER; lag++) {
    float sum = 0;
    for (size_t i = lag; i < samples; i++) {
      sum += (float)pcm[i] * (float)pcm[i - lag];
    }
    float now = sum / (float)samples;
    b->correlation[lag] += share * (now - b->correlation[lag]);
  }
  b->known = true;
}

static uint8_t quantised(float k) {
  long n = lrintf(k / STEP) + ZERO;
  return (uint8_t)(n < 0 ? 0 : n > N_MAX ? N_MAX : n);
}

/* Levinson and Durbin's recursion. */
static void
find_reflections(const float *correlation, float out[MSNAV_NOISE_ORDER]) {
  float a[MSNAV_NOISE_ORDER + 1] = {1};
  float error = correlation[0] * WHITE;
  for (size_t m = 1; m <= MSNAV_NOISE_ORDER; m++) {
    float sum = 0;
    for (size_t i = 0; i < m; i++) {
      sum += a[i] * correlation[m - i];
    }
    float k = error > 0 ? -sum / error : 0;
    float before[MSNAV_NOISE_ORDER + 1];
    memcpy(before, a, sizeof(a));
    for (size_t i = 1; i <= m; i++) {
      a[i] = before[i] + k * before[m - i];
    }
    error *= 1 - k * k;
    out[m - 1] = k;
  }
}

void msnav_background_describe(const msnav_background *b,
                               uint8_t payload[MSNAV_NOISE_PAYLOAD]) {
  float k[MSNAV_NOISE_ORDER];
  float power = b->correlation[0] / (32768.0f * 32768.0f);
  float level = power > 0 ? -10 * log10f(power) : 127;
  payload[0] = (uint8_t)(level < 0 ? 0 : level > 127 ? 127 : lrintf(level));
  find_reflections(b->correlation, k);
  for (size_t i = 0; i < MSNAV_NOISE_ORDER; i++) {
    payload[1 + i] = quantised(k[i]);
  }
}

/* ---- making */

void msnav_noise_init(msnav_noise *n) {
  memset(n, 0, sizeof(*n));
  n->seed = 1;
}

void msnav_noise_follow(msnav_noise *n, const uint8_t *payload, size_t len) {
  /* what the filter adds to the power of its excitation */
  float shrink = 1;
  for (size_t i = 0; i < MSNAV_NOISE_ORDER; i++) {
    int index = i + 1 < len ? payload[i + 1] : ZERO;
    float k = index <= N_MAX ? STEP * (float)(index - ZERO) : 0;
    n->reflection[i] = k;
    shrink *= 1 - k * k;
  }
  /* uniform noise is sqrt(3) weaker than its peak */
  float peak = 32768.0f * 1.7320508f;
  n->target = peak * powf(10, -(float)(payload[0] & 0x7f) / 20) * sqrtf(shrink);
  if (!n->known) {
    n->gain = n->target;
    n->known = true;
  }
}

static float excitation(msnav_noise *n) {
  n->seed = n->seed * 1664525u + 1013904223u;
  n->gain += GLIDE * (n->target - n->gain);
  return n->gain * (float)((int32_t)(n->seed >> 8) - 0x800000) / 0x800000;
}

static float filter(msnav_noise *n, float sample) {
  float *b = n->memory;
  for (size_t i = MSNAV_NOISE_ORDER; i-- > 0;) {
    sample -= n->reflection[i] * b[i];
    b[i + 1] = b[i] + n->reflection[i] * sample;
  }
  b[0] = sample;
  return sample;
}

void msnav_noise_make(msnav_noise *n, int16_t *pcm, size_t samples) {
  for (size_t i = 0; i < samples; i++) {
    float sample = filter(n, excitation(n));
    if (fabsf(sample) > OUT_OF_HAND) {
      memset(n->memory, 0, sizeof(n->memory));
      sample = 0;
    }
    pcm[i] = (int16_t)(sample > 32767    ? 32767
                       : sample < -32768 ? -32768
                                         : sample);
  }
}
