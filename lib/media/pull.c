/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/pull.h"

#include "media/gap.h"
#include "media/past.h"
#include "media/timescale.h"

#include <string.h>

/* Every fourth frame may be scaled; when the delay is farther than FAR above
 * its target every other one, and with less suitable sound.  Less than a
 * period of a low voice (LEAST_LONGER) cannot be put in. */
#define FAR_US 60000
#define LEAST_LONGER_US 12500
#define REST_FRAMES 3
#define REST_FRAMES_FAR 1
#define ALIKE 0.85f
#define ALIKE_FAR 0.5f

void msnav_pull_emit(msnav_playout *p, msnav_pull *u, const int16_t *pcm,
                     size_t samples, unsigned kind) {
  size_t part = samples < u->need ? samples : u->need;
  size_t left = samples - part;
  memcpy(u->pcm, pcm, part * sizeof(*pcm));
  if (left > p->room) {
    msnav_past_keep(p, left);
  }
  msnav_past_append(p, pcm, samples);
  p->pending = (uint16_t)(left < p->room ? left : p->room);
  p->kind = (uint8_t)kind;
  u->played |= kind;
  msnav_pull_advance(u, part);
}

static void emit_pending(msnav_playout *p, msnav_pull *u) {
  size_t part = p->pending < u->need ? p->pending : u->need;
  memcpy(u->pcm, msnav_past_end(p) - p->pending, part * sizeof(*u->pcm));
  p->pending = (uint16_t)(p->pending - part);
  u->played |= p->kind;
  msnav_pull_advance(u, part);
}

/* How much is to be taken out (+) or put in (-) of a frame, us.
 *
 * What counts is when a frame must have come, and that is in the pull in
 * which its first sample is needed: shortening sound moves that by a whole
 * pull or frame as soon as the next frame is needed one pull earlier, and by
 * nothing before.  So at first the sound is brought into step with the pulls
 * (ahead: how far into its pull a frame begins), which costs no safety, and
 * only a whole step above the target is more taken out. */
static int32_t wanted_scaling(const msnav_playout *p, const msnav_pull *u) {
  int32_t excess = msnav_jitter_excess(&p->jitter);
  int32_t step = (int32_t)msnav_pull_us(p, u->done + u->need);
  if ((int32_t)p->jitter.play_us < step) {
    step = (int32_t)p->jitter.play_us;
  }
  /* with nothing waiting the delay is the network's, not ours to save */
  if (excess > step + step / 4 && p->jitter.pool.count > 0) {
    return excess;
  }
  if (excess < 0 && !msnav_jitter_is_full(&p->jitter)) {
    int32_t rest = step - p->ahead_now;
    return -(rest > LEAST_LONGER_US ? rest : LEAST_LONGER_US);
  }
  return excess < 0 ? 0 : p->ahead;
}

static size_t scale(msnav_playout *p, msnav_pull *u, int16_t *pcm,
                    size_t samples, int32_t us) {
  size_t most = msnav_pull_samples(p, (uint32_t)(us < 0 ? -us : us)), scaled;
  bool far = us > FAR_US;
  p->rest = far ? REST_FRAMES_FAR : REST_FRAMES;
  if (us > 0) {
    scaled = msnav_timescale_shorten(pcm, samples, p->rate, most,
                                     far ? ALIKE_FAR : ALIKE);
    p->removed_us += msnav_pull_us(p, samples - scaled);
  } else {
    size_t space = MSNAV_PAST_MAX + u->need - samples;
    most = most > space ? space : most;
    scaled = msnav_timescale_lengthen(pcm, samples, p->rate, most, ALIKE);
    p->inserted_us += msnav_pull_us(p, scaled - samples);
  }
  if (scaled == samples) {
    return samples;
  }
  msnav_jitter_settle(&p->jitter);
  u->played |= MSNAV_PLAYED_STRETCHED;
  p->ahead = UINT16_MAX;
  return scaled;
}

/* A frame begins here, so far into its pull. */
static int32_t note_begin(msnav_playout *p, const msnav_pull *u) {
  uint32_t us = msnav_pull_us(p, u->done);
  p->ahead_now = (uint16_t)us;
  p->ahead = us < p->ahead ? (uint16_t)us : p->ahead;
  if (p->rest > 0) {
    p->rest--;
    return 0;
  }
  return wanted_scaling(p, u);
}

static int decode_mono(const msnav_decoder *d, const msnav_jitter_out *f,
                       int16_t *pcm, size_t cap) {
  int samples = d->codec->decode(d->state, f->data, f->len, pcm, cap);
  if (samples <= 0 || d->codec->channels == 1) {
    return samples;
  }
  for (size_t i = 0; i < (size_t)samples; i++) {
    pcm[i] = (int16_t)((pcm[2 * i] + pcm[2 * i + 1]) / 2);
  }
  return samples;
}

/* Decode by way of a buffer, because the frame is to be joined, scaled or
 * cut. */
static void play_through(msnav_playout *p, msnav_pull *u,
                         const msnav_jitter_out *f, int32_t scaling) {
  int16_t pcm[MSNAV_PULL_FRAME_MAX];
  const msnav_decoder *d = &p->decoders[p->decoder];
  int decoded = decode_mono(d, f, pcm, MSNAV_PLAYOUT_FRAME_MAX);
  if (decoded <= 0) {
    p->lost = (uint16_t)msnav_pull_samples(p, f->duration_us);
    return;
  }
  size_t samples = (size_t)decoded;
  if (p->conceal.active || f->skipped_us > 0 || u->changed) {
    msnav_gap_end(p, u, pcm, samples);
  }
  u->changed = false;
  if (scaling != 0) {
    samples = scale(p, u, pcm, samples, scaling);
  }
  p->played++;
  msnav_pull_emit(p, u, pcm, samples, MSNAV_PLAYED_FRAME);
}

static void
play_frame(msnav_playout *p, msnav_pull *u, const msnav_jitter_out *f) {
  const msnav_audio_codec *codec = msnav_playout_codec(p, f->decoder);
  if (f->paused) {
    p->excused += p->concealed - p->steady;
  }
  if (codec == NULL) {
    msnav_gap_pause(p, u, f);
    return;
  }
  u->changed = false;
  if (f->decoder != p->decoder) {
    const msnav_audio_codec *before = msnav_playout_codec(p, p->decoder);
    u->changed = p->played > 0 && before != NULL &&
                 (codec->open != NULL || before->open != NULL);
    p->decoder = f->decoder;
    if (codec->reset != NULL) {
      codec->reset(p->decoders[p->decoder].state);
    }
  }
  p->made = 0;
  int32_t scaling = note_begin(p, u);
  int samples = codec->duration(f->data, f->len);
  if (scaling != 0 || p->conceal.active || f->skipped_us > 0 || u->changed ||
      codec->channels > 1 || samples < 0 || (size_t)samples > u->need) {
    play_through(p, u, f, scaling);
    return;
  }
  samples = codec->decode(p->decoders[p->decoder].state, f->data, f->len,
                          u->pcm, u->need);
  if (samples <= 0) {
    p->lost = (uint16_t)msnav_pull_samples(p, f->duration_us);
    return;
  }
  p->noise = 0;
  p->played++;
  u->played |= MSNAV_PLAYED_FRAME;
  msnav_past_append(p, u->pcm, (size_t)samples);
  msnav_pull_advance(u, (size_t)samples);
}

static void produce(msnav_playout *p, msnav_pull *u) {
  msnav_jitter_out f;
  if (p->noise > 0 && p->jitter.pool.count == 0) { /* a pause, no underrun */
    msnav_gap_fill(p, u, u->need, MSNAV_PLAYED_NOISE);
    return;
  }
  if (msnav_playout_next_rate(p) != p->rate) {
    msnav_gap_fill(p, u, u->need, MSNAV_PLAYED_CONCEALED);
    return;
  }
  switch (msnav_jitter_pop(&p->jitter, u->now, &f)) {
  case MSNAV_JITTER_FRAME:
    play_frame(p, u, &f);
    return;
  case MSNAV_JITTER_LOST:
    if (!msnav_gap_by_codec(p, u, &f, f.duration_us)) {
      p->lost = (uint16_t)msnav_pull_samples(p, f.duration_us);
    }
    return;
  case MSNAV_JITTER_EMPTY:
    p->steady = f.ran_dry ? p->concealed : p->steady;
    if (!msnav_gap_by_codec(p, u, &f, p->jitter.play_us)) {
      msnav_gap_fill(p, u, u->need, MSNAV_PLAYED_CONCEALED);
    }
    return;
  case MSNAV_JITTER_WAIT:
    break;
  }
  if (p->jitter.playing) {
    msnav_gap_fill(p, u, u->need, MSNAV_PLAYED_NOISE);
  } else {
    msnav_gap_noise(p, u, u->need);
  }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written through u */
unsigned msnav_playout_pull(msnav_playout *p, int16_t *pcm, size_t samples,
                            msnav_usec now) {
  msnav_pull u = {.pcm = pcm, .need = samples, .now = now};
  while (u.need > 0) {
    if (p->pending > 0) {
      emit_pending(p, &u);
    } else if (p->lost > 0) {
      msnav_gap_lost(p, &u);
    } else {
      produce(p, &u);
    }
  }
  msnav_playout_follow(p);
  return u.played;
}
