/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* device.h on ALSA.  The library's clock decides when a frame is taken and
 * given; the device's clock runs a little faster or slower.  So what was
 * heard waits here for its turn, and both directions skip a frame when more
 * than MOST_WAITING has gathered. */
#include "device.h"

#include <alsa/asoundlib.h>
#include <glib.h>

#define PERIOD_MS 20
#define BUFFER_MS 160
#define MOST_WAITING_MS                                                        \
  80                /* what clocks may drift before a frame is left out */
#define AHEAD_MS 40 /* what is given ahead, so that no gap is heard */

struct device {
  snd_pcm_t *speaker, *microphone;
  uint32_t rate;
  size_t buffer;    /* samples that the speaker's holds */
  int16_t *waiting; /* heard, not taken yet */
  size_t count, room;
  bool begun;   /* the speaker has what is given ahead */
  bool clocked; /* it had nothing once */
};

static void silent(const char *file, int line, const char *function, int error,
                   const char *format, ...) {
  (void)file;
  (void)line;
  (void)function;
  (void)error;
  (void)format;
}

static size_t samples_of(const device *d, unsigned ms) {
  return (size_t)d->rate * ms / 1000;
}

static int set_up(snd_pcm_t *pcm, uint32_t rate) {
  snd_pcm_hw_params_t *hw;
  snd_pcm_uframes_t period = rate * PERIOD_MS / 1000;
  snd_pcm_uframes_t buffer = rate * BUFFER_MS / 1000;
  int error = snd_pcm_hw_params_malloc(&hw);
  if (error < 0) {
    return error;
  }
  error = snd_pcm_hw_params_any(pcm, hw);
  if (error >= 0) {
    error =
      snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
  }
  if (error >= 0) {
    error = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16);
  }
  if (error >= 0) {
    error = snd_pcm_hw_params_set_channels(pcm, hw, 1);
  }
  if (error >= 0) {
    error = snd_pcm_hw_params_set_rate(pcm, hw, rate, 0);
  }
  if (error >= 0) {
    (void)snd_pcm_hw_params_set_period_size_near(pcm, hw, &period, NULL);
    (void)snd_pcm_hw_params_set_buffer_size_near(pcm, hw, &buffer);
    error = snd_pcm_hw_params(pcm, hw);
  }
  snd_pcm_hw_params_free(hw);
  return error;
}

/* Begin to play when a little has gathered; sound servers would otherwise wait
 * for a full buffer. */
static int set_start(snd_pcm_t *pcm, uint32_t rate) {
  snd_pcm_sw_params_t *sw;
  int error = snd_pcm_sw_params_malloc(&sw);
  if (error < 0) {
    return error;
  }
  error = snd_pcm_sw_params_current(pcm, sw);
  if (error >= 0) {
    error = snd_pcm_sw_params_set_start_threshold(
      pcm, sw, rate * (AHEAD_MS + PERIOD_MS) / 1000);
  }
  if (error >= 0) {
    error = snd_pcm_sw_params(pcm, sw);
  }
  snd_pcm_sw_params_free(sw);
  return error;
}

static int open_one(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t way,
                    uint32_t rate) {
  int error = snd_pcm_open(pcm, name, way, SND_PCM_NONBLOCK);
  return error < 0 ? error : set_up(*pcm, rate);
}

device *device_open(const char *name, uint32_t rate, bool microphone,
                    const char **why) {
  snd_lib_error_set_handler(silent); /* its own lines say less than ours */
  device *d = g_new0(device, 1);
  d->rate = rate;
  d->room = samples_of(d, MOST_WAITING_MS + PERIOD_MS);
  d->waiting = g_new(int16_t, d->room);
  int error = open_one(&d->speaker, name, SND_PCM_STREAM_PLAYBACK, rate);
  if (error >= 0) {
    error = set_start(d->speaker, rate);
  }
  if (error >= 0 && microphone) {
    error = open_one(&d->microphone, name, SND_PCM_STREAM_CAPTURE, rate);
  }
  if (error >= 0 && d->microphone != NULL) {
    error = snd_pcm_start(d->microphone);
  }
  snd_pcm_uframes_t buffer = 0;
  snd_pcm_uframes_t period = 0;
  if (error >= 0) {
    error = snd_pcm_get_params(d->speaker, &buffer, &period);
    d->buffer = buffer;
  }
  if (error < 0) {
    *why = snd_strerror(error);
    device_close(d);
    return NULL;
  }
  return d;
}

/* Fetch what the microphone has.  A device without a clock (ALSA's "null" and
 * "file") always has more: of it a frame is taken at a time. */
static void listen_now(device *d, size_t samples) {
  size_t most = d->clocked ? d->room : samples;
  while (d->count < most) {
    snd_pcm_sframes_t got =
      snd_pcm_readi(d->microphone, d->waiting + d->count, most - d->count);
    if (got == -EAGAIN) {
      d->clocked = true;
      return;
    }
    if (got < 0) {
      (void)snd_pcm_recover(d->microphone, (int)got, 1);
      (void)snd_pcm_start(d->microphone);
      return;
    }
    if (got == 0) {
      return;
    }
    d->count += (size_t)got;
  }
}

bool device_capture(device *d, int16_t *pcm, size_t samples) {
  if (d->microphone == NULL) {
    return false;
  }
  listen_now(d, samples);
  if (d->count < samples) {
    return false;
  }
  size_t most = samples_of(d, MOST_WAITING_MS);
  if (d->count > most && d->count - samples >= samples) { /* drifted: skip */
    d->count -= samples;
    memmove(d->waiting, d->waiting + samples, d->count * sizeof(*pcm));
  }
  memcpy(pcm, d->waiting, samples * sizeof(*pcm));
  d->count -= samples;
  memmove(d->waiting, d->waiting + samples, d->count * sizeof(*pcm));
  return true;
}

static void give_ahead(device *d) {
  int16_t quiet[480] = {0};
  for (size_t left = samples_of(d, AHEAD_MS); left > 0;) {
    size_t n = MIN(left, G_N_ELEMENTS(quiet));
    if (snd_pcm_writei(d->speaker, quiet, n) < 0) {
      return;
    }
    left -= n;
  }
}

/* What waits in the device's buffer; not snd_pcm_delay(), which counts what a
 * sound server has on its way, too. */
static size_t ahead(const device *d) {
  snd_pcm_sframes_t room = snd_pcm_avail_update(d->speaker);
  return room >= 0 && (size_t)room < d->buffer ? d->buffer - (size_t)room : 0;
}

void device_play(device *d, const int16_t *pcm, size_t samples) {
  snd_pcm_state_t state = snd_pcm_state(d->speaker);
  if (state == SND_PCM_STATE_XRUN || state == SND_PCM_STATE_SUSPENDED) {
    (void)snd_pcm_prepare(d->speaker);
    d->begun = false;
  }
  if (!d->begun) {
    d->begun = true;
    give_ahead(d);
  } else if (ahead(d) > samples_of(d, AHEAD_MS + MOST_WAITING_MS)) {
    return; /* drifted: skip */
  }
  (void)snd_pcm_writei(d->speaker, pcm, samples);
}

void device_close(device *d) {
  if (d == NULL) {
    return;
  }
  if (d->speaker != NULL) {
    snd_pcm_close(d->speaker);
  }
  if (d->microphone != NULL) {
    snd_pcm_close(d->microphone);
  }
  g_free(d->waiting);
  g_free(d);
}
