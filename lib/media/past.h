/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The newest decoded samples of a playout, at the end of its jitter buffer's
 * pool.  The last `pending` of them wait to be played, the others are the past
 * that concealment looks at.  There are always `room` of them. */
#ifndef MSNAV_MEDIA_PAST_H
#define MSNAV_MEDIA_PAST_H

#include "media/playout.h"

/* Most samples of the pool; what is left holds the smallest packets. */
#define MSNAV_PAST_MAX (MSNAV_PLAYOUT_FRAME_MAX + 20)

/* Behind the newest sample. */
static inline int16_t *msnav_past_end(msnav_playout *p) {
  return p->jitter.pool.pcm + MSNAV_POOL_BYTES / 2;
}

/* Nothing was heard yet: silence, as much as concealment wants at p->rate. */
void msnav_past_init(msnav_playout *p);

/* Keep room for so many samples; those that are new are silence. */
void msnav_past_keep(msnav_playout *p, size_t samples);

/* Append to the newest samples; the oldest ones go. */
void msnav_past_append(msnav_playout *p, const int16_t *pcm, size_t samples);

/* The past at another rate than p->rate, as much as concealment wants there:
 * resampled roughly, so that the seam has no step.  Nothing is pending. */
void msnav_past_resample(msnav_playout *p, uint32_t rate);

#endif
