/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One pull of sound from a playout. */
#ifndef MSNAV_MEDIA_PULL_H
#define MSNAV_MEDIA_PULL_H

#include "media/playout.h"

/* One frame, its channels, and what time-scaling may add to it. */
#define MSNAV_PULL_FRAME_MAX ((size_t)2 * MSNAV_PLAYOUT_FRAME_MAX)

/* Where a pull stands. */
typedef struct msnav_pull {
  int16_t *pcm; /* what is to be filled yet */
  size_t need;
  size_t done;
  unsigned played; /* MSNAV_PLAYED_ bits */
  bool changed;    /* the frame is of another codec than the last one */
  msnav_usec now;
} msnav_pull;

static inline void msnav_pull_advance(msnav_pull *u, size_t samples) {
  u->pcm += samples;
  u->need -= samples;
  u->done += samples;
}

/* A whole frame of some kind (a MSNAV_PLAYED_ bit) is there: play its begin,
 * keep the rest for later. */
void msnav_pull_emit(msnav_playout *p, msnav_pull *u, const int16_t *pcm,
                     size_t samples, unsigned kind);

static inline uint32_t msnav_pull_us(const msnav_playout *p, size_t samples) {
  return (uint32_t)((uint64_t)samples * 1000000u / p->rate);
}

static inline size_t msnav_pull_samples(const msnav_playout *p, uint32_t us) {
  return (size_t)((uint64_t)us * p->rate / 1000000u);
}

#endif
