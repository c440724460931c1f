/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound out. */
#include "media/stream.h"

#include "media/level.h"

#include <string.h>

#define RATE_DEFAULT 8000

/* Somebody speaks above this, -dBov; levels are averaged over 16 frames. */
#define VOICE_LEVEL 48

static void average(uint16_t *sum, uint8_t level) {
  int32_t now = level << 8;
  int32_t before = *sum != 0 ? *sum : now;
  *sum = (uint16_t)(before + (now - before) / 16);
}

/* How long redundancy is waited for when none is needed; a sender may turn it
 * off as well, so that this is not for packets to find out. */
#define RED_PATIENCE_US 10000000

static void wait_no_longer(msnav_stream *s, msnav_usec now) {
  if (s->red_us > 0 && now > s->red_at && now - s->red_at > RED_PATIENCE_US) {
    s->red_us = 0;
    msnav_playout_set_min_delay(&s->u.playout, s->min_delay);
  }
}

unsigned msnav_stream_play(msnav_stream *s, int16_t *pcm, size_t samples,
                           msnav_usec now) {
  if (s == NULL || pcm == NULL) {
    return 0;
  }
  if (s->event.active) {
    msnav_dtmf_news news;
    msnav_dtmf_expire(&s->event, now, &news);
    msnav_stream_tell_dtmf(s, &news);
  }
  if (s->kind != MSNAV_STREAM_AUDIO || !s->can_receive) {
    memset(pcm, 0, samples * sizeof(*pcm));
    s->level = MSNAV_LEVEL_SILENCE;
    return MSNAV_PLAYED_NOISE;
  }
  wait_no_longer(s, now);
  unsigned played = msnav_playout_pull(&s->u.playout, pcm, samples, now);
  s->level = msnav_level(pcm, samples);
  if ((played & MSNAV_PLAYED_FRAME) != 0) {
    average(s->level < VOICE_LEVEL ? &s->voice : &s->quiet, s->level);
  }
  return played;
}

uint32_t msnav_stream_play_rate(const msnav_stream *s) {
  if (s == NULL || s->kind != MSNAV_STREAM_AUDIO) {
    return RATE_DEFAULT;
  }
  return msnav_playout_rate(&s->u.playout);
}
