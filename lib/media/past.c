/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/past.h"

#include <string.h>

/* Most that concealment wants, see wanted_at(). */
#define WANTED_MAX 480

/* What is kept of the past: 24 ms at 8 kHz, less time above. */
static size_t wanted_at(uint32_t rate) {
  return rate <= 8000 ? 192 : rate <= 16000 ? 320 : WANTED_MAX;
}

void msnav_past_keep(msnav_playout *p, size_t samples) {
  samples = (samples + 1) & ~(size_t)1;
  samples = samples > MSNAV_PAST_MAX ? MSNAV_PAST_MAX : samples;
  msnav_jitter_set_limit(&p->jitter, MSNAV_POOL_BYTES - 2 * samples);
  if (samples > p->room) {
    memset(msnav_past_end(p) - samples, 0, 2 * (samples - p->room));
  }
  p->room = (uint16_t)samples;
}

void msnav_past_init(msnav_playout *p) {
  msnav_past_keep(p, wanted_at(p->rate));
}

void msnav_past_append(msnav_playout *p, const int16_t *pcm, size_t samples) {
  int16_t *end = msnav_past_end(p);
  if (samples >= p->room) {
    memcpy(end - p->room, pcm + samples - p->room, p->room * sizeof(*pcm));
    return;
  }
  memmove(end - p->room, end - p->room + samples,
          (p->room - samples) * sizeof(*pcm));
  memcpy(end - samples, pcm, samples * sizeof(*pcm));
}

void msnav_past_resample(msnav_playout *p, uint32_t rate) {
  int16_t past[WANTED_MAX];
  size_t keep = wanted_at(rate);
  const int16_t *end = msnav_past_end(p);
  for (size_t i = 0; i < keep; i++) {
    size_t back = (i * (size_t)p->rate) / rate;
    past[keep - 1 - i] = end[-1 - (ptrdiff_t)(back < p->room ? back : 0)];
  }
  msnav_past_keep(p, keep);
  msnav_past_append(p, past, keep);
}
