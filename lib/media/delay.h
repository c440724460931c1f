/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long frames should wait: learns the network's delay from arrivals and
 * picks the delay with the least damage in terms of the E-model. */
#ifndef MSNAV_MEDIA_DELAY_H
#define MSNAV_MEDIA_DELAY_H

#include <msnav/base.h>

#define MSNAV_DELAY_BINS 52
#define MSNAV_DELAY_WINDOWS 3

/* A frame's weight in the histogram, and how many frames come between two
 * looks at it. */
#define MSNAV_DELAY_WEIGHT 30
#define MSNAV_DELAY_BATCH 64u

/* A frame that is later than the target brings the next look nearer by so
 * many frames. */
#define MSNAV_DELAY_LATE_HASTE 7

#define MSNAV_DELAY_WINDOW_US 500000u
#define MSNAV_DELAY_MAX_US 260000

typedef struct msnav_delay {
  uint32_t floor;                       /* least transit of two seconds */
  uint32_t since;                       /* begin of the newest window */
  uint32_t least;                       /* least transit in it */
  int32_t target;                       /* us above the floor */
  int32_t enough;                       /* us at which nine of ten are there */
  int32_t min, max;                     /* bounds of target, us */
  uint32_t minima[MSNAV_DELAY_WINDOWS]; /* least transit of past windows */
  uint16_t bins[MSNAV_DELAY_BINS];      /* how late frames were, forgetting */
  uint8_t window;                       /* index of the oldest minimum */
  uint8_t pending;                      /* frames since target was computed */
  uint16_t jumps;                       /* of the time line */
} msnav_delay;

void msnav_delay_init(msnav_delay *d, msnav_usec min, msnav_usec max);
void msnav_delay_set_min(msnav_delay *d, msnav_usec min);

/* The first frame of a time line arrives, before observe().  transit is
 * arrival time less media time, of any origin. */
void msnav_delay_begin(msnav_delay *d, uint32_t now, uint32_t transit);

/* Bins of 2 ms up to 32 ms, of 4 ms up to 96 ms, of 8 ms up to 224 ms, of 16
 * ms above: the upper bits of a floating point number.  us >= 0. */
static inline unsigned msnav_delay_bin(int32_t us) {
  union {
    float number;
    uint32_t bits;
  } u = {.number = (float)((us >> 10) + 32)};
  return (u.bits >> 19) - ((127 + 5) << 4);
}

/* A frame that is neither rare nor the last of a batch. */
static inline bool
msnav_delay_is_usual(const msnav_delay *d, uint32_t now, uint32_t transit) {
  return now - d->since < MSNAV_DELAY_WINDOW_US &&
         transit - d->floor <= (uint32_t)d->max &&
         d->pending < MSNAV_DELAY_BATCH;
}

static inline void msnav_delay_count(msnav_delay *d, uint32_t transit) {
  int32_t late = (int32_t)(transit - d->floor);
  uint32_t less = transit - d->least;
  d->least += less & (0u - (less >> 31)); /* no branch: who could foresee it? */
  d->bins[msnav_delay_bin(late)] += MSNAV_DELAY_WEIGHT;
  d->pending =
    (uint8_t)(d->pending + 1 + (late > d->target ? MSNAV_DELAY_LATE_HASTE : 0));
}

/* A frame arrived. */
void msnav_delay_observe(msnav_delay *d, uint32_t now, uint32_t transit);

#endif
