/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound devices for programs without ears: nothing, and WAV files.  A real
 * device has the same four members. */
#ifndef EXAMPLES_AUDIO_H
#define EXAMPLES_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct audio {
  void *self;
  uint32_t rate; /* Hz, for msnav_config::sound_rate */
  /* What msnav_sound asks for: false when there is nothing to say. */
  bool (*capture)(void *self, int16_t *pcm, size_t samples);
  void (*play)(void *self, const int16_t *pcm, size_t samples);
  bool (*close)(void *self); /* false: what was recorded is not complete */
} audio;

/* Says nothing and hears nothing. */
audio audio_null(uint32_t rate);

/* Says one file, once, and records another; either may be NULL.  The rate is
 * that of the file that is said, or else the given one.  false with the file
 * and the reason. */
bool audio_wav(audio *a, const char *said, const char *heard, uint32_t rate,
               const char **file, const char **why);

#endif
