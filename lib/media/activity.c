/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/activity.h"

#include <math.h>

/* dB above the background that are sound. */
#define ABOVE 6.0f

/* dBov: no background is louder, and none that matters is softer. */
#define LOUDEST (-35.0f)
#define SOFTEST (-64.0f)

/* How the background is followed: down by that part of the way in a frame of
 * 20 ms, up by so many dB a second in pauses, and while somebody speaks. */
#define DOWN 0.5f
#define UP_QUIET 3.0f
#define UP_SPEECH 0.7f

/* After speech words go on in a moment; after a click they do not. */
#define HANGOVER_US 240000u
#define HANGOVER_CLICK_US 100000u
#define CLICK_US 60000u

static float decibels(float energy, size_t samples) {
  float power = energy / (float)samples / (32768.0f * 32768.0f);
  float level = power > 0 ? 10 * log10f(power) : SOFTEST;
  return level > SOFTEST ? level : SOFTEST;
}

/* Of all, and of the differences of samples, which are high-pass. */
static void measure(const int16_t *pcm, size_t samples, float level[2]) {
  float all = 0, treble = 0;
  for (size_t i = 0; i < samples; i++) {
    float sample = pcm[i];
    float change = i > 0 ? sample - (float)pcm[i - 1] : 0;
    all += sample * sample;
    treble += change * change;
  }
  level[0] = decibels(all, samples);
  level[1] = decibels(treble, samples);
}

static void follow(float *floor, float level, float frames, bool sound) {
  if (level < *floor) {
    *floor += (DOWN * frames > 1 ? 1 : DOWN * frames) * (level - *floor);
    return;
  }
  *floor += (sound ? UP_SPEECH : UP_QUIET) * frames / 50;
  *floor = *floor > level ? level : *floor;
  *floor = *floor > LOUDEST ? LOUDEST : *floor;
}

bool msnav_activity_hear(msnav_activity *a, const int16_t *pcm, size_t samples,
                         uint32_t frame_us) {
  float level[2];
  measure(pcm, samples, level);
  if (!a->known) {
    a->known = true;
    a->floor[0] = level[0] > LOUDEST ? LOUDEST : level[0];
    a->floor[1] = level[1] > LOUDEST ? LOUDEST : level[1];
  }
  bool sound = level[0] > a->floor[0] + ABOVE ||
               level[1] > a->floor[1] + ABOVE || level[0] > LOUDEST;
  float frames = (float)frame_us / 20000;
  follow(&a->floor[0], level[0], frames, sound);
  follow(&a->floor[1], level[1], frames, sound);
  if (sound) {
    a->spoken_us = a->quiet_us > 0 ? frame_us : a->spoken_us + frame_us;
    a->quiet_us = 0;
    return true;
  }
  bool spoken = a->spoken_us >= CLICK_US;
  a->quiet_us += a->quiet_us < UINT32_MAX / 2 ? frame_us : 0;
  return a->spoken_us > 0 &&
         a->quiet_us <= (spoken ? HANGOVER_US : HANGOVER_CLICK_US);
}

bool msnav_activity_is_background(const msnav_activity *a) {
  return a->quiet_us > 0;
}
