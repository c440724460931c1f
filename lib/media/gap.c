/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/gap.h"

#include "media/past.h"

#include <stdlib.h>
#include <string.h>

/* So much was made up for losses; how many frames that is goes by the length
 * that they have now. */
static void count_concealed(msnav_playout *p, size_t samples) {
  uint32_t us = msnav_pull_us(p, samples);
  uint32_t frame =
    p->jitter.play_us > 0 ? p->jitter.play_us : MSNAV_PLAYOUT_FRAME_US;
  p->concealed_us += us;
  p->rest_us += us;
  p->concealed += p->rest_us / frame;
  p->rest_us %= frame;
}

/* The comfort noise that is heard in a pause, NULL when there is none. */
static msnav_noise *noise_of(const msnav_playout *p) {
  unsigned slot = p->noise;
  return slot > 0 && msnav_playout_codec(p, slot - 1) == NULL
           ? p->decoders[slot - 1].state
           : NULL;
}

/* Let noise appear or go away beneath sound: its volume is `begin` of `whole`
 * at the first sample, one more (or less) at each further one. */
static void mix_noise(msnav_noise *noise, int16_t *pcm, size_t samples,
                      int32_t begin, int32_t whole, int32_t step) {
  int16_t made[MSNAV_PLAYOUT_PULL_MAX];
  msnav_noise_make(noise, made, samples);
  for (size_t i = 0; i < samples; i++, begin += step) {
    int32_t sum = pcm[i] + made[i] * begin / whole;
    pcm[i] = (int16_t)(sum > INT16_MAX   ? INT16_MAX
                       : sum < INT16_MIN ? INT16_MIN
                                         : sum);
  }
}

void msnav_gap_noise(msnav_playout *p, msnav_pull *u, size_t samples) {
  msnav_noise *noise = noise_of(p);
  if (noise != NULL) {
    msnav_noise_make(noise, u->pcm, samples);
  } else {
    memset(u->pcm, 0, samples * sizeof(*u->pcm));
  }
  u->played |= MSNAV_PLAYED_NOISE;
  msnav_pull_advance(u, samples);
}

static void begin(msnav_playout *p) {
  if (!p->conceal.active) {
    msnav_conceal_begin(&p->conceal, msnav_past_end(p), p->room, p->rate);
  }
}

void msnav_gap_fill(msnav_playout *p, msnav_pull *u, size_t samples,
                    unsigned kind) {
  int16_t raw[MSNAV_PLAYOUT_PULL_MAX];
  samples = samples < MSNAV_PLAYOUT_PULL_MAX ? samples : MSNAV_PLAYOUT_PULL_MAX;
  begin(p);
  size_t left = msnav_conceal_left(&p->conceal);
  if (left == 0) {
    msnav_gap_noise(p, u, samples);
    return;
  }
  samples = samples < left ? samples : left;
  msnav_conceal_run(&p->conceal, msnav_past_end(p), raw, u->pcm, samples);
  msnav_past_append(p, raw, samples);
  if (noise_of(p) != NULL) {
    size_t whole = (size_t)p->rate / 1000 * MSNAV_CONCEAL_MS;
    mix_noise(noise_of(p), u->pcm, samples, (int32_t)(whole - left),
              (int32_t)whole, 1);
  }
  if (kind == MSNAV_PLAYED_CONCEALED) {
    count_concealed(p, samples);
  }
  u->played |= kind;
  msnav_pull_advance(u, samples);
}

void msnav_gap_lost(msnav_playout *p, msnav_pull *u) {
  size_t before = u->done;
  msnav_gap_fill(p, u, p->lost < u->need ? p->lost : u->need,
                 MSNAV_PLAYED_CONCEALED);
  p->lost = (uint16_t)(p->lost - (u->done - before));
}

bool msnav_gap_by_codec(msnav_playout *p, msnav_pull *u,
                        const msnav_jitter_out *f, uint32_t us) {
  int16_t pcm[MSNAV_PULL_FRAME_MAX];
  const msnav_decoder *d = &p->decoders[p->decoder];
  if (d->codec == NULL || d->codec->channels > 1 || p->conceal.active ||
      p->made > p->rate / 5) {
    return false;
  }
  size_t samples = msnav_pull_samples(p, us);
  samples = samples > MSNAV_PULL_FRAME_MAX ? MSNAV_PULL_FRAME_MAX : samples;
  int made = 0;
  if (d->codec->recover != NULL && f->data != NULL &&
      f->decoder == p->decoder) {
    made = d->codec->recover(d->state, f->data, f->len, pcm, samples);
  }
  if (made > 0) {
    p->recovered++;
    msnav_pull_emit(p, u, pcm, (size_t)made, MSNAV_PLAYED_FRAME);
    return true;
  }
  if (d->codec->conceal != NULL) {
    made = d->codec->conceal(d->state, pcm, samples);
  }
  if (made <= 0) {
    return false;
  }
  p->made += (uint32_t)made;
  count_concealed(p, (size_t)made);
  msnav_pull_emit(p, u, pcm, (size_t)made, MSNAV_PLAYED_CONCEALED);
  return true;
}

void msnav_gap_pause(msnav_playout *p, msnav_pull *u,
                     const msnav_jitter_out *f) {
  /* of another rate it has another colour */
  bool fits = p->rate == p->jitter.clock_rate;
  p->noise = (uint8_t)(f->decoder + 1);
  if (noise_of(p) != NULL) {
    msnav_noise_follow(noise_of(p), f->data, fits ? f->len : 1);
  }
  size_t samples = msnav_pull_samples(p, f->duration_us);
  msnav_gap_fill(p, u, samples < u->need ? samples : u->need,
                 MSNAV_PLAYED_NOISE);
}

/* Codecs that look ahead are late: the first milliseconds from a new one are
 * silence (6.5 of Opus) and have to be filled.  How many samples are much
 * softer than what was heard last. */
static size_t
quiet_begin(msnav_playout *p, const int16_t *pcm, size_t samples) {
  size_t most = p->rate / 100, i = 0;
  int peak = 0;
  for (const int16_t *past = msnav_past_end(p) - most; i < most; i++) {
    peak = abs(past[i]) > peak ? abs(past[i]) : peak;
  }
  most = most < samples ? most : samples;
  for (i = 0; i < most && 16 * abs(pcm[i]) < peak; i++) {
  }
  return i;
}

/* Speech begins: what was heard before it does not stop at once. */
static void end_noise(msnav_playout *p, int16_t *pcm, size_t samples) {
  size_t fade = (size_t)p->rate / 1000 * MSNAV_CROSSFADE_MS;
  if (noise_of(p) != NULL) {
    mix_noise(noise_of(p), pcm, fade < samples ? fade : samples, (int32_t)fade,
              (int32_t)fade, -1);
  }
  p->noise = 0;
}

void msnav_gap_end(msnav_playout *p, const msnav_pull *u, int16_t *pcm,
                   size_t samples) {
  begin(p);
  size_t quiet = u->changed ? quiet_begin(p, pcm, samples) : 0;
  msnav_conceal_end(&p->conceal, msnav_past_end(p), pcm, samples, quiet);
  end_noise(p, pcm, samples);
}
