/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ears and mouth of the phone: WAV files, a sound device, or nothing. */
#ifndef EXAMPLES_PHONE_SOUND_H
#define EXAMPLES_PHONE_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sound sound;

typedef enum sound_result {
  SOUND_OK,
  SOUND_NO_DEVICE, /* there is none, or this build knows none */
  SOUND_BAD_FILE   /* no WAV, or it cannot be written */
} sound_result;

typedef struct sound_config {
  const char *play, *record; /* WAV files or NULL */
  const char *device;        /* ALSA's name; NULL: none */
  uint32_t rate;             /* 0: that of play, or else 8,000 */
} sound_config;

/* why is for g_free() unless SOUND_OK is returned.  The device is tried, and
 * opened again for each call. */
sound_result sound_open(const sound_config *config, sound **out, char **why);
uint32_t sound_rate(const sound *s);
/* Whether what is played may be heard by the microphone. */
bool sound_is_live(const sound *s);
/* A call begins or ends.  false with why (static): no device any more. */
bool sound_start(sound *s, const char **why);
void sound_stop(sound *s);
/* A frame from the microphone or the file; false when there is none. */
bool sound_capture(sound *s, int16_t *pcm, size_t samples);
void sound_play(sound *s, const int16_t *pcm, size_t samples);
/* false when a recording is not complete. */
bool sound_close(sound *s);

#endif
