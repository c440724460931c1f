/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Silence suppression: what is sent while nobody speaks.  The background is
 * described when a pause begins, when it has changed, and once a second, which
 * mends a lost description and keeps address translators open. */
#ifndef MSNAV_MEDIA_PAUSE_H
#define MSNAV_MEDIA_PAUSE_H

#include "media/activity.h"
#include "media/noise.h"

typedef enum msnav_pause_verdict {
  MSNAV_PAUSE_SPEECH,   /* send the frame */
  MSNAV_PAUSE_DESCRIBE, /* send the description instead */
  MSNAV_PAUSE_NOTHING   /* send nothing */
} msnav_pause_verdict;

/* Zero at first. */
typedef struct msnav_pause {
  msnav_activity activity;
  msnav_background background;
  uint8_t said[MSNAV_NOISE_PAYLOAD]; /* the last description */
  uint32_t since_us;                 /* it was sent */
  uint32_t descriptions;
  uint32_t suppressed; /* frames */
  bool pausing;
} msnav_pause;

/* Hear the next frame of frame_us.  DESCRIBE leaves the payload in said. */
msnav_pause_verdict msnav_pause_hear(msnav_pause *p, const int16_t *pcm,
                                     size_t samples, uint32_t frame_us);

#endif
