/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether somebody speaks.
 *
 * A frame is sound when it is louder than the background by some decibels, in
 * all or in its treble alone (an s begins before a vowel does), or louder
 * than any background.  The background is the least that is heard: it is
 * followed down at once, up slowly.  In doubt it is speech: what is kept back
 * by mistake is lost, what is sent by mistake costs a packet. */
#ifndef MSNAV_MEDIA_ACTIVITY_H
#define MSNAV_MEDIA_ACTIVITY_H

#include <msnav/base.h>

/* Zero before anything was heard. */
typedef struct msnav_activity {
  float floor[2];     /* of all and of the treble, dBov */
  uint32_t quiet_us;  /* since the last sound */
  uint32_t spoken_us; /* how long the sound before was */
  bool known;
} msnav_activity;

/* Hear one more frame.  False when nobody has spoken in it, nor shortly
 * before. */
bool msnav_activity_hear(msnav_activity *a, const int16_t *pcm, size_t samples,
                         uint32_t frame_us);

/* Whether the last frame itself was background: within the first moments
 * after speech it still is sent. */
bool msnav_activity_is_background(const msnav_activity *a);

#endif
