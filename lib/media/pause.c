/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/pause.h"

#include <stdlib.h>
#include <string.h>

/* Decays of the last word are no background. */
#define SETTLED_US 60000u

#define REFRESH_US 1000000u
#define CHANGE_US 100000u

/* What is heard as a change: 3 dB, or 0.12 of one of the coefficients that
 * make most of the colour. */
#define LEVEL_CHANGE 3
#define COLOUR_CHANGE 15
#define COLOURS 2

static bool has_changed(const uint8_t *said, const uint8_t *now) {
  if (abs(said[0] - now[0]) >= LEVEL_CHANGE) {
    return true;
  }
  for (size_t i = 1; i <= COLOURS; i++) {
    if (abs(said[i] - now[i]) >= COLOUR_CHANGE) {
      return true;
    }
  }
  return false;
}

msnav_pause_verdict msnav_pause_hear(msnav_pause *p, const int16_t *pcm,
                                     size_t samples, uint32_t frame_us) {
  bool speech = msnav_activity_hear(&p->activity, pcm, samples, frame_us);
  if (msnav_activity_is_background(&p->activity) &&
      (p->activity.quiet_us > SETTLED_US || !speech)) {
    msnav_background_hear(&p->background, pcm, samples);
  }
  if (speech) {
    p->pausing = false;
    return MSNAV_PAUSE_SPEECH;
  }
  p->suppressed++;
  p->since_us += frame_us;
  if (p->pausing && p->since_us < CHANGE_US) {
    return MSNAV_PAUSE_NOTHING;
  }
  uint8_t now[MSNAV_NOISE_PAYLOAD];
  msnav_background_describe(&p->background, now);
  if (p->pausing && p->since_us < REFRESH_US && !has_changed(p->said, now)) {
    return MSNAV_PAUSE_NOTHING;
  }
  memcpy(p->said, now, sizeof(now));
  p->since_us = 0;
  p->pausing = true;
  p->descriptions++;
  return MSNAV_PAUSE_DESCRIBE;
}
