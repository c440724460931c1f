/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audio.h"
#include "wav.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct files {
  wav *said, *heard; /* NULL: none */
} files;

static bool capture(void *self, int16_t *pcm, size_t samples) {
  const files *f = self;
  return f->said != NULL && wav_read(f->said, pcm, samples) == samples;
}

static void play(void *self, const int16_t *pcm, size_t samples) {
  const files *f = self;
  if (f->heard != NULL) {
    wav_write(f->heard, pcm, samples);
  }
}

static bool close_files(void *self) {
  files *f = self;
  wav_close(f->said);
  bool complete = wav_close(f->heard);
  free(f);
  return complete;
}

bool audio_wav(audio *a, const char *said, const char *heard, uint32_t rate,
               const char **file, const char **why) {
  files *f = calloc(1, sizeof(*f));
  *file = said != NULL ? said : heard;
  if (f == NULL) {
    *why = strerror(ENOMEM);
    return false;
  }
  if (said != NULL && (f->said = wav_open(said, why)) == NULL) {
    close_files(f);
    return false;
  }
  rate = f->said != NULL ? wav_rate(f->said) : rate;
  *file = heard;
  if (said != NULL && heard != NULL && wav_is_same(said, heard)) {
    *why = "the file that is said";
    close_files(f);
    return false;
  }
  if (heard != NULL && (f->heard = wav_create(heard, rate, why)) == NULL) {
    close_files(f);
    return false;
  }
  *a = (audio){.rate = rate, .capture = capture, .play = play};
  a->close = close_files;
  a->self = f;
  return true;
}
