/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/playout.h"

#include "media/past.h"

#include <assert.h>
#include <string.h>

/* The stream's whole state is 4,096 bytes; this is its share. */
static_assert(sizeof(msnav_playout) <= 3144, "a stream outgrows 4 KiB");

void msnav_playout_init(msnav_playout *p, const msnav_decoder *decoders,
                        msnav_usec min_delay, msnav_usec max_delay) {
  memset(p, 0, offsetof(msnav_playout, jitter));
  msnav_jitter_init(&p->jitter, min_delay, max_delay > 0 ? max_delay : 250000);
  p->decoders = decoders;
  p->rate = 8000;
  p->ahead = UINT16_MAX;
  msnav_past_init(p);
}

void msnav_playout_set_rate(msnav_playout *p, uint32_t rate) {
  msnav_past_resample(p, rate);
  p->rate = rate;
  p->conceal.active = false;
  p->lost = 0;
}

static msnav_error
push_noise(msnav_playout *p, msnav_jitter_frame *f, msnav_usec now) {
  if (f->len == 0) {
    return MSNAV_ERR_PARSE;
  }
  if (f->duration == 0) {
    f->duration = p->jitter.clock_rate / (1000000 / MSNAV_PLAYOUT_FRAME_US);
  }
  f->len = f->len < MSNAV_NOISE_PAYLOAD ? f->len : MSNAV_NOISE_PAYLOAD;
  return msnav_jitter_push(&p->jitter, f, now);
}

msnav_error
msnav_playout_push(msnav_playout *p, msnav_jitter_frame *f, msnav_usec now) {
  const msnav_audio_codec *codec = msnav_playout_codec(p, f->decoder);
  if (codec == NULL) {
    return push_noise(p, f, now);
  }
  int samples = codec->duration(f->data, f->len);
  if (samples <= 0) {
    return MSNAV_ERR_PARSE;
  }
  if (samples > MSNAV_PLAYOUT_FRAME_MAX) {
    return MSNAV_ERR_INVALID;
  }
  f->duration = (uint32_t)samples;
  if (codec->clock_rate != codec->sample_rate) {
    f->duration = (uint32_t)((uint64_t)f->duration * codec->clock_rate /
                             codec->sample_rate);
  }
  msnav_jitter_set_clock(&p->jitter, codec->clock_rate);
  msnav_error err = msnav_jitter_push(&p->jitter, f, now);
  msnav_playout_follow(p);
  return err;
}

void msnav_playout_note(msnav_playout *p, uint32_t sequence) {
  msnav_jitter_note(&p->jitter, sequence);
}

void msnav_playout_resync(msnav_playout *p) {
  msnav_jitter_resync(&p->jitter);
  p->jitter.resyncs++;
  p->lost = 0;
  const msnav_decoder *d = &p->decoders[p->decoder];
  if (d->codec != NULL && d->codec->reset != NULL) {
    d->codec->reset(d->state);
  }
}

uint32_t msnav_playout_rate(const msnav_playout *p) {
  return p->rate;
}

void msnav_playout_get_stats(const msnav_playout *p, msnav_playout_stats *out) {
  const msnav_jitter *j = &p->jitter;
  *out = (msnav_playout_stats){
    .late = j->late,
    .duplicate = j->duplicate,
    .discarded = j->discarded,
    .played = p->played,
    .concealed = p->concealed,
    .excused = p->excused + (j->dry ? p->concealed - p->steady : 0),
    .recovered = p->recovered,
    .underruns = j->underruns,
    .resyncs = msnav_jitter_resyncs(j),
    .concealed_us = p->concealed_us,
    .inserted_us = p->inserted_us,
    .removed_us = p->removed_us,
    .delay_us = (j->held > 0 ? (uint32_t)j->held : 0) + p->ahead_now,
    .target_us = (uint32_t)j->delay.target,
  };
}

void msnav_playout_set_min_delay(msnav_playout *p, msnav_usec min_delay) {
  msnav_delay_set_min(&p->jitter.delay, min_delay);
}
