/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/playout.h"

#include "media/timescale.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The stream's whole state is 4,096 bytes; this is its share. */
static_assert(sizeof(msnav_playout) <= 3136, "a stream outgrows 4 KiB");

/* One frame, its channels, and what time-scaling may add to it. */
#define FRAME_MAX ((size_t)2 * MSNAV_PLAYOUT_FRAME_MAX)

/* Every fourth frame may be scaled; when the delay is farther than FAR above
 * its target every other one, and with less suitable sound.  Less than a
 * period of a low voice (LEAST_LONGER) cannot be put in. */
#define FAR_US 60000
#define LEAST_LONGER_US 12500
#define REST_FRAMES 3
#define REST_FRAMES_FAR 1
#define ALIKE 0.85f
#define ALIKE_FAR 0.5f

/* A frame, or a description of noise, whose length is not known. */
#define FRAME_US 20000

/* Most samples of the pool; what is left holds the smallest packets. */
#define ROOM_MAX (MSNAV_PLAYOUT_FRAME_MAX + 20)

/* What is kept of the past: 24 ms at 8 kHz, less time above. */
static size_t history_for(uint32_t rate) {
  return rate <= 8000 ? 192 : rate <= 16000 ? 320 : 480;
}

static int16_t *newest_end(msnav_playout *p) {
  return p->jitter.pool.pcm + MSNAV_POOL_BYTES / 2;
}

/* Keep room for so many samples. */
static void set_room(msnav_playout *p, size_t samples) {
  samples = (samples + 1) & ~(size_t)1;
  samples = samples > ROOM_MAX ? ROOM_MAX : samples;
  if (samples > p->room) {
    msnav_jitter_set_limit(&p->jitter, MSNAV_POOL_BYTES - 2 * samples);
    memset(newest_end(p) - samples, 0, 2 * (samples - p->room));
  } else {
    msnav_jitter_set_limit(&p->jitter, MSNAV_POOL_BYTES - 2 * samples);
  }
  p->room = (uint16_t)samples;
}

void msnav_playout_init(msnav_playout *p, const msnav_decoder *decoders,
                        msnav_usec min_delay, msnav_usec max_delay) {
  memset(p, 0, offsetof(msnav_playout, jitter));
  msnav_jitter_init(&p->jitter, min_delay, max_delay > 0 ? max_delay : 250000);
  p->decoders = decoders;
  p->rate = 8000;
  p->ahead = UINT16_MAX;
  set_room(p, history_for(p->rate));
}

/* Append to the newest samples. */
static void remember(msnav_playout *p, const int16_t *pcm, size_t samples) {
  int16_t *end = newest_end(p);
  if (samples >= p->room) {
    memcpy(end - p->room, pcm + samples - p->room, p->room * sizeof(*pcm));
    return;
  }
  memmove(end - p->room, end - p->room + samples,
          (p->room - samples) * sizeof(*pcm));
  memcpy(end - samples, pcm, samples * sizeof(*pcm));
}

/* Another rate: the past is resampled roughly, so that the seam has no step.
 */
static void set_rate(msnav_playout *p, uint32_t rate) {
  if (rate == p->rate || p->pending > 0) {
    return;
  }
  int16_t past[480];
  size_t keep = history_for(rate);
  const int16_t *end = newest_end(p);
  for (size_t i = 0; i < keep; i++) {
    size_t back = (i * (size_t)p->rate) / rate;
    past[keep - 1 - i] = end[-1 - (ptrdiff_t)(back < p->room ? back : 0)];
  }
  p->rate = rate;
  p->conceal.active = false;
  p->lost = 0;
  set_room(p, keep);
  remember(p, past, keep);
}

static const msnav_audio_codec *
codec_of(const msnav_playout *p, unsigned decoder) {
  return p->decoders[decoder & 7].codec;
}

/* Between pulls the rate follows the frame that is next. */
static void follow_rate(msnav_playout *p) {
  int next = msnav_jitter_next_decoder(&p->jitter);
  if (next < 0) {
    return;
  }
  const msnav_audio_codec *codec = codec_of(p, (unsigned)next);
  if (codec != NULL) {
    set_rate(p, codec->sample_rate);
  }
}

static msnav_error
push_noise(msnav_playout *p, msnav_jitter_frame *f, msnav_usec now) {
  if (f->len == 0) {
    return MSNAV_ERR_PARSE;
  }
  if (f->duration == 0) {
    f->duration = p->jitter.clock_rate / (1000000 / FRAME_US);
  }
  f->len = f->len < MSNAV_NOISE_PAYLOAD ? f->len : MSNAV_NOISE_PAYLOAD;
  return msnav_jitter_push(&p->jitter, f, now);
}

msnav_error
msnav_playout_push(msnav_playout *p, msnav_jitter_frame *f, msnav_usec now) {
  const msnav_audio_codec *codec = codec_of(p, f->decoder);
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
  if (p->pending == 0) {
    follow_rate(p);
  }
  return err;
}

void msnav_playout_note(msnav_playout *p, uint32_t sequence) {
  msnav_jitter_note(&p->jitter, sequence);
}

/* ---- the next piece of sound */

/* Where a pull stands. */
typedef struct pull {
  int16_t *pcm; /* what is to be filled yet */
  size_t need;
  size_t done;
  unsigned played; /* MSNAV_PLAYED_ bits */
  bool changed;    /* the frame is of another codec than the last one */
  msnav_usec now;
} pull;

static void advance(pull *u, size_t samples) {
  u->pcm += samples;
  u->need -= samples;
  u->done += samples;
}

static uint32_t us_of(const msnav_playout *p, size_t samples) {
  return (uint32_t)((uint64_t)samples * 1000000u / p->rate);
}

static size_t samples_of(const msnav_playout *p, uint32_t us) {
  return (size_t)((uint64_t)us * p->rate / 1000000u);
}

/* So much was made up for losses; how many frames that is goes by the length
 * that they have now. */
static void count_concealed(msnav_playout *p, size_t samples) {
  uint32_t us = us_of(p, samples);
  uint32_t frame = p->jitter.play_us > 0 ? p->jitter.play_us : FRAME_US;
  p->concealed_us += us;
  p->rest_us += us;
  p->concealed += p->rest_us / frame;
  p->rest_us %= frame;
}

/* A whole frame of some kind (a MSNAV_PLAYED_ bit) is there: play its begin,
 * keep the rest for later. */
static void emit(msnav_playout *p, pull *u, const int16_t *pcm, size_t samples,
                 unsigned kind) {
  size_t part = samples < u->need ? samples : u->need;
  size_t left = samples - part;
  memcpy(u->pcm, pcm, part * sizeof(*pcm));
  if (left > p->room) {
    set_room(p, left);
  }
  remember(p, pcm, samples);
  p->pending = (uint16_t)(left < p->room ? left : p->room);
  p->kind = (uint8_t)kind;
  u->played |= kind;
  advance(u, part);
}

static void emit_pending(msnav_playout *p, pull *u) {
  size_t part = p->pending < u->need ? p->pending : u->need;
  memcpy(u->pcm, newest_end(p) - p->pending, part * sizeof(*u->pcm));
  p->pending = (uint16_t)(p->pending - part);
  u->played |= p->kind;
  advance(u, part);
}

/* The comfort noise that is heard in a pause, NULL when there is none. */
static msnav_noise *noise_of(const msnav_playout *p) {
  unsigned slot = p->noise;
  return slot > 0 && codec_of(p, slot - 1) == NULL ? p->decoders[slot - 1].state
                                                   : NULL;
}

static void make_noise(msnav_playout *p, pull *u, size_t samples) {
  msnav_noise *noise = noise_of(p);
  if (noise != NULL) {
    msnav_noise_make(noise, u->pcm, samples);
  } else {
    memset(u->pcm, 0, samples * sizeof(*u->pcm));
  }
  u->played |= MSNAV_PLAYED_NOISE;
  advance(u, samples);
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

/* Let the past fade out; noise after that.  Whether it stands for a loss or
 * for silence is said by `kind`, a MSNAV_PLAYED_ bit. */
static void make_up(msnav_playout *p, pull *u, size_t samples, unsigned kind) {
  int16_t raw[MSNAV_PLAYOUT_PULL_MAX];
  samples = samples < MSNAV_PLAYOUT_PULL_MAX ? samples : MSNAV_PLAYOUT_PULL_MAX;
  if (!p->conceal.active) {
    msnav_conceal_begin(&p->conceal, newest_end(p), p->room, p->rate);
  }
  size_t left = msnav_conceal_left(&p->conceal);
  if (left == 0) {
    make_noise(p, u, samples);
    return;
  }
  samples = samples < left ? samples : left;
  msnav_conceal_run(&p->conceal, newest_end(p), raw, u->pcm, samples);
  remember(p, raw, samples);
  if (noise_of(p) != NULL) {
    size_t whole = (size_t)p->rate / 1000 * MSNAV_CONCEAL_MS;
    mix_noise(noise_of(p), u->pcm, samples, (int32_t)(whole - left),
              (int32_t)whole, 1);
  }
  if (kind == MSNAV_PLAYED_CONCEALED) {
    count_concealed(p, samples);
  }
  u->played |= kind;
  advance(u, samples);
}

static void make_up_lost(msnav_playout *p, pull *u) {
  size_t before = u->done;
  make_up(p, u, p->lost < u->need ? p->lost : u->need, MSNAV_PLAYED_CONCEALED);
  p->lost = (uint16_t)(p->lost - (u->done - before));
}

/* How much is to be taken out (+) or put in (-) of a frame, us.
 *
 * What counts is when a frame must have come, and that is in the pull in
 * which its first sample is needed: shortening sound moves that by a whole
 * pull or frame as soon as the next frame is needed one pull earlier, and by
 * nothing before.  So at first the sound is brought into step with the pulls
 * (ahead: how far into its pull a frame begins), which costs no safety, and
 * only a whole step above the target is more taken out. */
static int32_t wanted_scaling(const msnav_playout *p, const pull *u) {
  int32_t excess = msnav_jitter_excess(&p->jitter);
  int32_t step = (int32_t)us_of(p, u->done + u->need);
  if ((int32_t)p->jitter.play_us < step) {
    step = (int32_t)p->jitter.play_us;
  }
  /* with nothing waiting the delay is the network's, not ours to save */
  if (excess > step + step / 4 && p->jitter.pool.count > 0) {
    return excess;
  }
  if (excess < 0) {
    int32_t rest = step - p->ahead_now;
    return -(rest > LEAST_LONGER_US ? rest : LEAST_LONGER_US);
  }
  return p->ahead;
}

static size_t
scale(msnav_playout *p, pull *u, int16_t *pcm, size_t samples, int32_t us) {
  size_t most = samples_of(p, (uint32_t)(us < 0 ? -us : us)), scaled;
  bool far = us > FAR_US;
  p->rest = far ? REST_FRAMES_FAR : REST_FRAMES;
  if (us > 0) {
    scaled = msnav_timescale_shorten(pcm, samples, p->rate, most,
                                     far ? ALIKE_FAR : ALIKE);
    p->removed_us += us_of(p, samples - scaled);
  } else {
    size_t space = ROOM_MAX + u->need - samples;
    most = most > space ? space : most;
    scaled = msnav_timescale_lengthen(pcm, samples, p->rate, most, ALIKE);
    p->inserted_us += us_of(p, scaled - samples);
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
static int32_t note_begin(msnav_playout *p, const pull *u) {
  uint32_t us = us_of(p, u->done);
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

/* Codecs that look ahead are late: the first milliseconds from a new one are
 * silence (6.5 of Opus) and have to be filled.  How many samples are much
 * softer than what was heard last. */
static size_t
quiet_begin(msnav_playout *p, const int16_t *pcm, size_t samples) {
  size_t most = p->rate / 100, i = 0;
  int peak = 0;
  for (const int16_t *past = newest_end(p) - most; i < most; i++) {
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

/* Decode by way of a buffer, because the frame is to be joined, scaled or
 * cut. */
static void play_through(msnav_playout *p, pull *u, const msnav_jitter_out *f,
                         int32_t scaling) {
  int16_t pcm[FRAME_MAX];
  const msnav_decoder *d = &p->decoders[p->decoder];
  int decoded = decode_mono(d, f, pcm, MSNAV_PLAYOUT_FRAME_MAX);
  if (decoded <= 0) {
    p->lost = (uint16_t)samples_of(p, f->duration_us);
    return;
  }
  size_t samples = (size_t)decoded;
  if ((f->skipped_us > 0 || u->changed) && !p->conceal.active) {
    msnav_conceal_begin(&p->conceal, newest_end(p), p->room, p->rate);
  }
  if (p->conceal.active) {
    size_t quiet = u->changed ? quiet_begin(p, pcm, samples) : 0;
    msnav_conceal_end(&p->conceal, newest_end(p), pcm, samples, quiet);
    end_noise(p, pcm, samples);
  }
  u->changed = false;
  if (scaling != 0) {
    samples = scale(p, u, pcm, samples, scaling);
  }
  p->played++;
  emit(p, u, pcm, samples, MSNAV_PLAYED_FRAME);
}

static void play_noise(msnav_playout *p, pull *u, const msnav_jitter_out *f) {
  /* of another rate it has another colour */
  bool fits = p->rate == p->jitter.clock_rate;
  p->noise = (uint8_t)(f->decoder + 1);
  if (noise_of(p) != NULL) {
    msnav_noise_follow(noise_of(p), f->data, fits ? f->len : 1);
  }
  size_t samples = samples_of(p, f->duration_us);
  make_up(p, u, samples < u->need ? samples : u->need, MSNAV_PLAYED_NOISE);
}

static void play_frame(msnav_playout *p, pull *u, const msnav_jitter_out *f) {
  const msnav_audio_codec *codec = codec_of(p, f->decoder);
  if (codec == NULL) {
    play_noise(p, u, f);
    return;
  }
  u->changed = false;
  if (f->decoder != p->decoder) {
    const msnav_audio_codec *before = codec_of(p, p->decoder);
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
    p->lost = (uint16_t)samples_of(p, f->duration_us);
    return;
  }
  p->noise = 0;
  p->played++;
  u->played |= MSNAV_PLAYED_FRAME;
  remember(p, u->pcm, (size_t)samples);
  advance(u, (size_t)samples);
}

/* The codec's own ways; false when it has none that helps. */
static bool codec_makes_up(msnav_playout *p, pull *u, const msnav_jitter_out *f,
                           uint32_t us) {
  int16_t pcm[FRAME_MAX];
  const msnav_decoder *d = &p->decoders[p->decoder];
  if (d->codec == NULL || d->codec->channels > 1 || p->conceal.active ||
      p->made > p->rate / 5) {
    return false;
  }
  size_t samples = samples_of(p, us);
  samples = samples > FRAME_MAX ? FRAME_MAX : samples;
  int made = 0;
  if (d->codec->recover != NULL && f->data != NULL &&
      f->decoder == p->decoder) {
    made = d->codec->recover(d->state, f->data, f->len, pcm, samples);
  }
  if (made > 0) {
    p->recovered++;
    emit(p, u, pcm, (size_t)made, MSNAV_PLAYED_FRAME);
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
  emit(p, u, pcm, (size_t)made, MSNAV_PLAYED_CONCEALED);
  return true;
}

/* Whether the next frame has another rate than this pull. */
static bool is_foreign(const msnav_playout *p) {
  int next = msnav_jitter_next_decoder(&p->jitter);
  if (next < 0) {
    return false;
  }
  const msnav_audio_codec *codec = codec_of(p, (unsigned)next);
  return codec != NULL && codec->sample_rate != p->rate;
}

static void produce(msnav_playout *p, pull *u) {
  msnav_jitter_out f;
  if (p->noise > 0 && p->jitter.pool.count == 0) { /* a pause, no underrun */
    make_up(p, u, u->need, MSNAV_PLAYED_NOISE);
    return;
  }
  if (is_foreign(p)) {
    make_up(p, u, u->need, MSNAV_PLAYED_CONCEALED);
    return;
  }
  switch (msnav_jitter_pop(&p->jitter, u->now, &f)) {
  case MSNAV_JITTER_FRAME:
    play_frame(p, u, &f);
    return;
  case MSNAV_JITTER_LOST:
    if (!codec_makes_up(p, u, &f, f.duration_us)) {
      p->lost = (uint16_t)samples_of(p, f.duration_us);
    }
    return;
  case MSNAV_JITTER_EMPTY:
    if (!codec_makes_up(p, u, &f, p->jitter.play_us)) {
      make_up(p, u, u->need, MSNAV_PLAYED_CONCEALED);
    }
    return;
  case MSNAV_JITTER_WAIT:
    break;
  }
  if (p->jitter.playing) {
    make_up(p, u, u->need, MSNAV_PLAYED_NOISE);
  } else {
    make_noise(p, u, u->need);
  }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written through u */
unsigned msnav_playout_pull(msnav_playout *p, int16_t *pcm, size_t samples,
                            msnav_usec now) {
  pull u = {.pcm = pcm, .need = samples, .now = now};
  while (u.need > 0) {
    if (p->pending > 0) {
      emit_pending(p, &u);
    } else if (p->lost > 0) {
      make_up_lost(p, &u);
    } else {
      produce(p, &u);
    }
  }
  if (p->pending == 0) {
    follow_rate(p);
  }
  return u.played;
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
