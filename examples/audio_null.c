/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audio.h"

/* NOLINTNEXTLINE(readability-non-const-parameter): a device's signature */
static bool capture(void *self, int16_t *pcm, size_t samples) {
  (void)self;
  (void)pcm;
  (void)samples;
  return false;
}

static void play(void *self, const int16_t *pcm, size_t samples) {
  (void)self;
  (void)pcm;
  (void)samples;
}

static bool done(void *self) {
  (void)self;
  return true;
}

audio audio_null(uint32_t rate) {
  return (audio){.rate = rate, .capture = capture, .play = play, .close = done};
}
