/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* device.h in a build without ALSA. */
#include "device.h"

device *device_open(const char *name, uint32_t rate, bool microphone,
                    const char **why) {
  (void)name;
  (void)rate;
  (void)microphone;
  *why = "built without ALSA";
  return NULL;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): as in the header */
bool device_capture(device *d, int16_t *pcm, size_t samples) {
  (void)d;
  (void)pcm;
  (void)samples;
  return false;
}

void device_play(device *d, const int16_t *pcm, size_t samples) {
  (void)d;
  (void)pcm;
  (void)samples;
}

void device_close(device *d) {
  (void)d;
}
