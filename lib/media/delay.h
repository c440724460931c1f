/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long frames should wait: learns the network's delay from arrivals and
 * picks the delay with the least damage in terms of the E-model. */
#ifndef MSNAV_MEDIA_DELAY_H
#define MSNAV_MEDIA_DELAY_H

#include <msnav/base.h>

#define MSNAV_DELAY_BINS 64
#define MSNAV_DELAY_WINDOWS 4

typedef struct msnav_delay {
  uint16_t bins[MSNAV_DELAY_BINS];      /* how late frames were, forgetting */
  uint32_t minima[MSNAV_DELAY_WINDOWS]; /* least transit of each half second */
  uint32_t since;                       /* begin of the newest of them */
  uint32_t floor;                       /* the least of them */
  int32_t target;                       /* us above the floor */
  int32_t enough;                       /* us at which nine of ten are there */
  int32_t min, max;                     /* bounds of target, us */
  uint8_t window;                       /* index of the newest minimum */
  uint8_t pending;                      /* frames since target was computed */
  bool started;
} msnav_delay;

void msnav_delay_init(msnav_delay *d, msnav_usec min, msnav_usec max);

/* A frame arrived.  transit is arrival time less media time, any origin. */
void msnav_delay_observe(msnav_delay *d, uint32_t now, uint32_t transit);

/* The origin of media time changed. */
void msnav_delay_restart(msnav_delay *d);

#endif
