/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Make up sound that was lost: the last pitch period goes on, at full volume
 * for 10 ms, then ever softer, and is silent after 60 ms. */
#ifndef MSNAV_MEDIA_CONCEAL_H
#define MSNAV_MEDIA_CONCEAL_H

#include <msnav/base.h>

/* How long a loss is heard, and how long the seam behind it is. */
#define MSNAV_CONCEAL_MS 60
#define MSNAV_CROSSFADE_MS 5

typedef struct msnav_conceal {
  int32_t edge;     /* step to be hidden where the repetition begins */
  uint16_t elapsed; /* samples made up since the loss began, until silence */
  uint16_t rate;    /* Hz */
  uint16_t lag;     /* of the repetition, samples */
  bool active;
} msnav_conceal;

/* A loss begins.  end is one past the newest sample that was played or is
 * waiting to be played; `known` samples are known before it. */
void msnav_conceal_begin(msnav_conceal *c, const int16_t *end, size_t known,
                         uint32_t rate);

/* Samples until it is silent. */
size_t msnav_conceal_left(const msnav_conceal *c);

/* Make up the next samples.  end is one past the newest sample; raw (full
 * volume, to be remembered as the newest samples) and out (to be played)
 * receive `samples` samples. */
void msnav_conceal_run(msnav_conceal *c, const int16_t *end, int16_t *raw,
                       int16_t *out, size_t samples);

/* The loss is over: cross-fade from what would have been made up into the
 * first good frame.  Its first `quiet` samples, at most 10 ms, are no sound yet
 * and made up as well. */
void msnav_conceal_end(msnav_conceal *c, const int16_t *end, int16_t *pcm,
                       size_t samples, size_t quiet);

#endif
