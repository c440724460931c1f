/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/echo.h"
#include "config.h"

#if HAVE_SPEEXDSP
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

/* Frames in a row that the filter made much louder before it starts over.
 * speexdsp does so by itself after 50, but says so on the standard error
 * output. */
#define PATIENCE 20

/* There is an echo when the filter has taken out this many times the energy
 * it left (6 dB) while something was played, over some frames; for so many
 * played frames after that it is believed to be there. */
#define FOUND 4
#define AVERAGE 16
#define BELIEF 500

struct msnav_echo {
  SpeexEchoState *filter;
  SpeexPreprocessState *rest; /* suppresses what the filter leaves */
  size_t frame;
  unsigned worse;         /* frames in a row */
  unsigned belief;        /* frames that an echo is believed in */
  uint64_t before, after; /* energy of recent ones, by the filter */
  int16_t *played, *out;  /* a frame each */
};

bool msnav_echo_supported(void) {
  return true;
}

static void tune(msnav_echo *e, uint32_t rate) {
  spx_int32_t hertz = (spx_int32_t)rate;
  spx_int32_t none = 0; /* dB: background noise stays what it is */
  speex_echo_ctl(e->filter, SPEEX_ECHO_SET_SAMPLING_RATE, &hertz);
  speex_preprocess_ctl(e->rest, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &none);
  speex_preprocess_ctl(e->rest, SPEEX_PREPROCESS_SET_ECHO_STATE, e->filter);
}

msnav_echo *msnav_echo_new(uint32_t rate, size_t frame, msnav_usec tail) {
  msnav_echo *e = calloc(1, sizeof(*e));
  if (e == NULL) {
    return NULL;
  }
  int taps = (int)(tail * rate / 1000000);
  e->frame = frame;
  e->filter = speex_echo_state_init((int)frame, taps);
  e->rest = speex_preprocess_state_init((int)frame, (int)rate);
  e->played = calloc(2 * frame, sizeof(int16_t));
  if (e->filter == NULL || e->rest == NULL || e->played == NULL) {
    msnav_echo_free(e);
    return NULL;
  }
  e->out = e->played + frame;
  tune(e, rate);
  return e;
}

void msnav_echo_free(msnav_echo *e) {
  if (e == NULL) {
    return;
  }
  if (e->rest != NULL) {
    speex_preprocess_state_destroy(e->rest);
  }
  if (e->filter != NULL) {
    speex_echo_state_destroy(e->filter);
  }
  free(e->played);
  free(e);
}

/* Near full scale at high frequencies, which no voice is: beyond speexdsp's
 * bounds.  It would start over and say so on the standard error output, which
 * a peer shall not be able to cause. */
static bool is_shrill(const msnav_echo *e, const int16_t *pcm) {
  uint64_t sum = 0;
  for (size_t i = 1; i < e->frame; i++) {
    int64_t step = pcm[i] - pcm[i - 1];
    sum += (uint64_t)(step * step);
  }
  return sum > 1500000000u * (uint64_t)e->frame;
}

/* At half its loudness, which the filter makes up for, to stay away from the
 * bounds. */
void msnav_echo_played(msnav_echo *e, const int16_t *pcm) {
  bool shrill = is_shrill(e, pcm);
  for (size_t i = 0; i < e->frame; i++) {
    e->played[i] = (int16_t)(shrill ? 0 : pcm[i] / 2);
  }
}

static uint64_t energy(const int16_t *pcm, size_t samples) {
  uint64_t sum = 0;
  for (size_t i = 0; i < samples; i++) {
    sum += (uint64_t)((int32_t)pcm[i] * pcm[i]);
  }
  return sum;
}

/* After tones, when the sound changes, the filter may add echo. */
static bool is_worse(msnav_echo *e, const int16_t *pcm) {
  uint64_t noise = 100 * e->frame;
  bool worse = energy(e->out, e->frame) > 2 * (energy(pcm, e->frame) + noise);
  e->worse = worse ? e->worse + 1 : 0;
  if (e->worse == PATIENCE) {
    speex_echo_state_reset(e->filter);
    e->worse = 0;
  }
  return worse;
}

/* With headphones there is none, and what the filter finds alike in two
 * voices must stay. */
static bool is_there(msnav_echo *e, const int16_t *pcm) {
  uint64_t noise = 100 * e->frame;
  if (energy(e->played, e->frame) < noise) {
    return e->belief > 0;
  }
  e->before += energy(pcm, e->frame) - e->before / AVERAGE;
  e->after += energy(e->out, e->frame) - e->after / AVERAGE;
  if (e->before > FOUND * (e->after + noise)) {
    e->belief = BELIEF;
  } else if (e->belief > 0) {
    e->belief--;
  }
  return e->belief > 0;
}

void msnav_echo_cancel(msnav_echo *e, int16_t *pcm) {
  if (is_shrill(e, pcm)) {
    return;
  }
  speex_echo_cancellation(e->filter, pcm, e->played, e->out);
  bool there = is_there(e, pcm);
  if (is_worse(e, pcm) || !there) {
    memcpy(e->out, pcm, e->frame * sizeof(int16_t));
  }
  speex_preprocess_run(e->rest, e->out);
  memcpy(pcm, e->out, e->frame * sizeof(int16_t));
}
#else
bool msnav_echo_supported(void) {
  return false;
}

msnav_echo *msnav_echo_new(uint32_t rate, size_t frame, msnav_usec tail) {
  (void)rate;
  (void)frame;
  (void)tail;
  return NULL;
}

void msnav_echo_free(msnav_echo *e) {
  (void)e;
}

void msnav_echo_played(msnav_echo *e, const int16_t *pcm) {
  (void)e;
  (void)pcm;
}

void msnav_echo_cancel(msnav_echo *e, int16_t *pcm) {
  (void)e;
  (void)pcm;
}
#endif
