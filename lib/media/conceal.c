/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In the spirit of ITU-T G.711 Appendix I: the pitch is looked for once, at
 * the begin of a loss; the last period is repeated.  Unlike there nothing of
 * the good sound is held back to smooth the seam: the step at the seam is
 * spread over the first milliseconds of the repetition instead. */
#include "media/conceal.h"

#include "media/timescale.h"

#include <string.h>

#define HOLD_MS 10
#define FADE_MS (MSNAV_CONCEAL_MS - HOLD_MS)
#define LONGEST_PITCH_MS 15
#define SHORTEST_PITCH_US 2500
#define WINDOW_US 7500
#define SEAM_US 2000
#define QUIET_MS 10

/* Below this the sound has no pitch: a long piece repeats less audibly. */
#define VOICED 0.4f

static size_t samples_of(uint32_t us, uint32_t rate) {
  return (size_t)us * (rate / 100) / 10000;
}

void msnav_conceal_begin(msnav_conceal *c, const int16_t *end, size_t known,
                         uint32_t rate) {
  size_t window = samples_of(WINDOW_US, rate);
  window = window > known / 3 ? known / 3 : window;
  size_t most = samples_of(LONGEST_PITCH_MS * 1000, rate);
  most = most > known - window ? known - window : most;
  size_t least = samples_of(SHORTEST_PITCH_US, rate);
  c->rate = (uint16_t)rate;
  c->elapsed = 0;
  c->active = true;
  msnav_lag lag = {most, 0};
  if (!msnav_is_quiet(end - window, window)) {
    lag = msnav_lag_find(end - window, window, least, most, true);
  }
  c->lag = (uint16_t)(lag.likeness >= VOICED ? lag.samples : most);
  c->lag = c->lag > 0 ? c->lag : 1;
  c->edge = known > c->lag ? end[-1] - end[-1 - c->lag] : 0;
}

size_t msnav_conceal_left(const msnav_conceal *c) {
  uint32_t all = c->rate / 1000u * MSNAV_CONCEAL_MS;
  return c->elapsed < all ? all - c->elapsed : 0;
}

static int16_t clip(int32_t sample) {
  return (int16_t)(sample > INT16_MAX   ? INT16_MAX
                   : sample < INT16_MIN ? INT16_MIN
                                        : sample);
}

static int16_t at_volume(int16_t sample, uint32_t left, uint32_t fade) {
  if (left >= fade) {
    return sample;
  }
  return (int16_t)((int32_t)sample * (int32_t)left / (int32_t)fade);
}

void msnav_conceal_run(msnav_conceal *c, const int16_t *end, int16_t *raw,
                       int16_t *out, size_t samples) {
  uint32_t fade = c->rate / 1000u * FADE_MS;
  uint32_t all = fade + c->rate / 1000u * HOLD_MS;
  int32_t seam = (int32_t)samples_of(SEAM_US, c->rate);
  for (size_t i = 0; i < samples; i++) {
    /* NOLINTNEXTLINE(clang-analyzer-core.*): the lag is a pitch, never 0 */
    int32_t sample = i < c->lag ? end[(ptrdiff_t)i - c->lag] : raw[i - c->lag];
    if (c->elapsed < seam) {
      sample += c->edge * (seam - c->elapsed) / seam;
    }
    raw[i] = clip(sample);
    uint32_t left = all - c->elapsed;
    out[i] = at_volume(raw[i], left, fade);
    c->elapsed = (uint16_t)(c->elapsed + (left > 0));
  }
}

void msnav_conceal_end(msnav_conceal *c, const int16_t *end, int16_t *pcm,
                       size_t samples, size_t quiet) {
  int16_t raw[48 * (MSNAV_CROSSFADE_MS + QUIET_MS)];
  int16_t out[48 * (MSNAV_CROSSFADE_MS + QUIET_MS)];
  size_t ms = c->rate / 1000u;
  quiet = quiet > ms * QUIET_MS ? ms * QUIET_MS : quiet;
  quiet = quiet > samples ? samples : quiet;
  size_t overlap = ms * MSNAV_CROSSFADE_MS;
  overlap = overlap > samples - quiet ? samples - quiet : overlap;
  msnav_conceal_run(c, end, raw, out, quiet + overlap);
  memcpy(pcm, out, quiet * sizeof(*pcm));
  for (size_t i = 0; i < overlap; i++) {
    int32_t weight = (int32_t)((i + 1) * 32768 / (overlap + 1));
    int32_t made = out[quiet + i];
    int32_t change = (pcm[quiet + i] - made) * (weight >> 1) >> 14;
    pcm[quiet + i] = (int16_t)(made + change);
  }
  c->active = false;
}
