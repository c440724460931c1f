/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sound device by ALSA, which PulseAudio and PipeWire are reached by too
 * ("default").  Nothing here waits. */
#ifndef EXAMPLES_PHONE_DEVICE_H
#define EXAMPLES_PHONE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct device device;

/* 16-bit mono, periods of 20 ms.  NULL with why: no such device, busy, or a
 * build without ALSA.  Without a microphone device_capture() has nothing. */
device *
device_open(const char *name, uint32_t rate, bool microphone, const char **why);
/* false: less than that was heard since the last time. */
bool device_capture(device *d, int16_t *pcm, size_t samples);
void device_play(device *d, const int16_t *pcm, size_t samples);
/* May be NULL. */
void device_close(device *d);

#endif
