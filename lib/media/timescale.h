/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Play faster or slower without changing the pitch: whole pitch periods are
 * taken out or put in, cross-faded, and only where the sound repeats itself
 * well enough or is too quiet to be heard. */
#ifndef MSNAV_MEDIA_TIMESCALE_H
#define MSNAV_MEDIA_TIMESCALE_H

#include <msnav/base.h>

/* How alike two stretches of sound are, and how far apart. */
typedef struct msnav_lag {
  size_t samples;
  float likeness; /* -1...1; 1 when both are silent */
} msnav_lag;

/* Find the lag in [least, most] at which x[lag...] resembles x[0...] best
 * over `window` samples.  With backward set it is x[-lag...]. */
msnav_lag msnav_lag_find(const int16_t *x, size_t window, size_t least,
                         size_t most, bool backward);

/* into[i] goes from into[i] to towards[i]. */
void msnav_crossfade(int16_t *into, const int16_t *towards, size_t samples);

/* Whether the sound is so quiet that nobody hears what is done to it. */
bool msnav_is_quiet(const int16_t *pcm, size_t samples);

/* Take at most `most` samples out of pcm.  likeness is what is asked for,
 * 0...1.  Returns the new number of samples, `samples` when nothing fits. */
size_t msnav_timescale_shorten(int16_t *pcm, size_t samples, uint32_t rate,
                               size_t most, float likeness);

/* Put at most `most` samples into pcm, which has room for them. */
size_t msnav_timescale_lengthen(int16_t *pcm, size_t samples, uint32_t rate,
                                size_t most, float likeness);

#endif
