/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sound.h"

#include "../wav.h"
#include "device.h"

#include <glib.h>

struct sound {
  wav *said, *heard;
  char *device_name;
  device *device;
  uint32_t rate;
  size_t unsaved; /* samples since the recording's header was true */
};

static sound_result
open_files(sound *s, const sound_config *config, char **why) {
  const char *reason = NULL;
  if (config->play != NULL) {
    s->said = wav_open(config->play, &reason);
    if (s->said == NULL) {
      *why = g_strdup_printf("%s: %s", config->play, reason);
      return SOUND_BAD_FILE;
    }
    if (config->rate != 0 && config->rate != wav_rate(s->said)) {
      *why = g_strdup_printf("%s: has %u Hz, not %u", config->play,
                             wav_rate(s->said), config->rate);
      return SOUND_BAD_FILE;
    }
    s->rate = wav_rate(s->said);
    if (s->rate < 8000 || s->rate > 48000) {
      *why = g_strdup_printf("%s: %u Hz are not 8000 to 48000", config->play,
                             s->rate);
      return SOUND_BAD_FILE;
    }
  }
  if (config->record != NULL) {
    s->heard = wav_replace(config->record, s->rate, &reason);
    if (s->heard == NULL) {
      *why = g_strdup_printf("%s: %s", config->record, reason);
      return SOUND_BAD_FILE;
    }
  }
  return SOUND_OK;
}

static sound_result try_device(sound *s, char **why) {
  const char *reason = NULL;
  device *d = device_open(s->device_name, s->rate, s->said == NULL, &reason);
  if (d == NULL) {
    char *name = g_strescape(s->device_name, NULL);
    *why = g_strdup_printf("no sound device \"%s\": %s", name, reason);
    g_free(name);
    return SOUND_NO_DEVICE;
  }
  device_close(d);
  return SOUND_OK;
}

sound_result sound_open(const sound_config *config, sound **out, char **why) {
  sound *s = g_new0(sound, 1);
  s->rate = config->rate != 0 ? config->rate : 8000;
  s->device_name = g_strdup(config->device);
  sound_result result = open_files(s, config, why);
  if (result == SOUND_OK && s->device_name != NULL) {
    result = try_device(s, why);
  }
  if (result != SOUND_OK) {
    sound_close(s);
    return result;
  }
  *out = s;
  return SOUND_OK;
}

uint32_t sound_rate(const sound *s) {
  return s->rate;
}

bool sound_is_live(const sound *s) {
  return s->device_name != NULL && s->said == NULL;
}

bool sound_start(sound *s, const char **why) {
  if (s->said != NULL) {
    wav_rewind(s->said); /* every caller hears all of it */
  }
  if (s->device_name == NULL || s->device != NULL) {
    return true;
  }
  s->device = device_open(s->device_name, s->rate, s->said == NULL, why);
  return s->device != NULL;
}

void sound_stop(sound *s) {
  device_close(s->device);
  s->device = NULL;
  if (s->heard != NULL) {
    wav_flush(s->heard);
  }
}

bool sound_capture(sound *s, int16_t *pcm, size_t samples) {
  if (s->said != NULL) {
    return wav_read(s->said, pcm, samples) == samples;
  }
  return s->device != NULL && device_capture(s->device, pcm, samples);
}

void sound_play(sound *s, const int16_t *pcm, size_t samples) {
  if (s->heard != NULL) {
    wav_write(s->heard, pcm, samples);
    s->unsaved += samples;
    if (s->unsaved >= s->rate) { /* whatever happens to us, a second is lost */
      s->unsaved = 0;
      wav_flush(s->heard);
    }
  }
  if (s->device != NULL) {
    device_play(s->device, pcm, samples);
  }
}

bool sound_close(sound *s) {
  if (s == NULL) {
    return true;
  }
  device_close(s->device);
  wav_close(s->said);
  bool ok = wav_close(s->heard);
  g_free(s->device_name);
  g_free(s);
  return ok;
}
