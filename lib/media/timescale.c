/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/timescale.h"

#include <math.h>
#include <string.h>

/* Pitch of human speech, 80...400 Hz, and what is compared to find it. */
#define LEAST_PER_SECOND 400
#define MOST_PER_SECOND 80
#define WINDOW_PER_SECOND 133

/* Quieter than -60 dBov. */
#define QUIET_POWER (32.0f * 32.0f)

/* The search looks at every sample of 4 kHz first, then at the neighbours of
 * what it found. */
static size_t stride_for(size_t most) {
  size_t stride = most / 50;
  return stride < 1 ? 1 : stride;
}

static float power_of(const int16_t *x, size_t window, size_t stride) {
  float sum = 0;
  for (size_t i = 0; i < window; i += stride) {
    sum += (float)x[i] * (float)x[i];
  }
  return sum;
}

static float likeness_of(const int16_t *a, const int16_t *b, size_t window,
                         size_t stride, float power) {
  float both = 0, other = 0;
  for (size_t i = 0; i < window; i += stride) {
    both += (float)a[i] * (float)b[i];
    other += (float)b[i] * (float)b[i];
  }
  float product = power * other;
  return product > 0 ? both / sqrtf(product) : power == other ? 1.0f : 0.0f;
}

static msnav_lag search(const int16_t *x, size_t window, size_t from, size_t to,
                        size_t stride, bool backward) {
  msnav_lag best = {from, -2.0f};
  float power = power_of(x, window, stride);
  for (size_t lag = from; lag <= to; lag += stride) {
    const int16_t *other = backward ? x - lag : x + lag;
    float likeness = likeness_of(x, other, window, stride, power);
    if (likeness > best.likeness) {
      best.likeness = likeness;
      best.samples = lag;
    }
  }
  return best;
}

msnav_lag msnav_lag_find(const int16_t *x, size_t window, size_t least,
                         size_t most, bool backward) {
  size_t stride = stride_for(most);
  msnav_lag coarse = search(x, window, least, most, stride, backward);
  size_t from = coarse.samples - (stride - 1), to = coarse.samples + stride - 1;
  from = from < least ? least : from;
  to = to > most ? most : to;
  return search(x, window, from, to, 1, backward);
}

void msnav_crossfade(int16_t *into, const int16_t *towards, size_t samples) {
  int32_t weight = 0, step = (1 << 15) / (int32_t)(samples + 1);
  for (size_t i = 0; i < samples; i++) {
    weight += step;
    int32_t difference = towards[i] - into[i];
    into[i] = (int16_t)(into[i] + ((difference * (weight >> 1)) >> 14));
  }
}

bool msnav_is_quiet(const int16_t *pcm, size_t samples) {
  return power_of(pcm, samples, 1) <= QUIET_POWER * (float)samples;
}

/* Where pcm may be cut: a lag of at most `most` samples and the length over
 * which it was found to be alike; 0 when there is none. */
static size_t find_cut(const int16_t *pcm, size_t samples, uint32_t rate,
                       size_t most, float likeness, size_t *window) {
  size_t least = rate / LEAST_PER_SECOND, longest = rate / MOST_PER_SECOND;
  *window = rate / WINDOW_PER_SECOND;
  *window = *window > samples / 2 ? samples / 2 : *window;
  most = most > longest ? longest : most;
  size_t rest = samples - *window - (samples > *window);
  most = most > rest ? rest : most;
  if (most > 0 && msnav_is_quiet(pcm, samples)) {
    return most;
  }
  if (most < least) {
    return 0;
  }
  msnav_lag lag = msnav_lag_find(pcm, *window, least, most, false);
  return lag.likeness >= likeness ? lag.samples : 0;
}

size_t msnav_timescale_shorten(int16_t *pcm, size_t samples, uint32_t rate,
                               size_t most, float likeness) {
  size_t window;
  size_t cut = find_cut(pcm, samples, rate, most, likeness, &window);
  if (cut == 0) {
    return samples;
  }
  msnav_crossfade(pcm, pcm + cut, window);
  memmove(pcm + window, pcm + window + cut,
          (samples - window - cut) * sizeof(*pcm));
  return samples - cut;
}

size_t msnav_timescale_lengthen(int16_t *pcm, size_t samples, uint32_t rate,
                                size_t most, float likeness) {
  size_t window;
  size_t cut = find_cut(pcm, samples, rate, most, likeness, &window);
  if (cut == 0) {
    return samples;
  }
  /* x[0...cut), then from x[cut...] over to x[0...], then on from there */
  size_t fade = window < cut ? window : cut;
  memmove(pcm + cut + fade, pcm + fade, (samples - fade) * sizeof(*pcm));
  msnav_crossfade(pcm + cut, pcm, fade);
  return samples + cut;
}
