/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sound clock: every 10 or 20 ms it moves sound between the application
 * and the stream of each call that talks, at the application's rate. */
#include "call/context.h"
#include "config.h"
#include <string.h>

#if HAVE_SPEEXDSP
#include <speex/speex_resampler.h>
#endif

#define DEFAULT_TICK 20000 /* µs */
#define MOST_TICKS 10      /* caught up after the host's loop was held up */
#define LEVELS_PER_SECOND 10
#define QUALITY 3 /* of speexdsp: meant for telephony */

bool msnav_call_rate_supported(uint32_t rate) {
  return rate == 8000 || HAVE_SPEEXDSP;
}

typedef struct rates {
  uint32_t from, to; /* Hz */
} rates;

#if HAVE_SPEEXDSP
struct msnav_resampler {
  SpeexResamplerState *state;
  uint32_t from, to;
};

/* A resampler for these rates, made anew when they changed. */
static msnav_resampler *
tuned(msnav_resampler **slot, uint32_t from, uint32_t to) {
  if (*slot == NULL) {
    *slot = g_new0(msnav_resampler, 1);
    (*slot)->state = speex_resampler_init(1, from, to, QUALITY, NULL);
    (*slot)->from = from;
    (*slot)->to = to;
  } else if ((*slot)->from != from || (*slot)->to != to) {
    speex_resampler_set_rate((*slot)->state, from, to);
    (*slot)->from = from;
    (*slot)->to = to;
  }
  return *slot;
}

static size_t resample(msnav_resampler **slot, rates r, const int16_t *in,
                       size_t n, int16_t *out, size_t cap) {
  if (r.from == r.to) {
    n = MIN(n, cap);
    memcpy(out, in, n * sizeof(*out));
    return n;
  }
  msnav_resampler *made_for = tuned(slot, r.from, r.to);
  spx_uint32_t taken = (spx_uint32_t)n;
  spx_uint32_t made = (spx_uint32_t)cap;
  speex_resampler_process_int(made_for->state, 0, in, &taken, out, &made);
  return made;
}

static void resampler_free(msnav_resampler *r) {
  if (r != NULL) {
    speex_resampler_destroy(r->state);
    g_free(r);
  }
}
#else
/* Only codecs at the application's own rate are in this build. */
static size_t resample(msnav_resampler **slot, rates r, const int16_t *in,
                       size_t n, int16_t *out, size_t cap) {
  (void)slot;
  (void)r;
  n = MIN(n, cap);
  memcpy(out, in, n * sizeof(*out));
  return n;
}

static void resampler_free(msnav_resampler *r) {
  (void)r;
}
#endif

void msnav_call_sound_free(call_sound *sound) {
  resampler_free(sound->to_codec);
  resampler_free(sound->from_codec);
  g_free(sound->outgoing);
  memset(sound, 0, sizeof(*sound));
}

static msnav_usec tick_length(const msnav_context *ctx) {
  const msnav_config *c = &ctx->config;
  return c->sound_frame != 0
           ? (msnav_usec)c->sound_frame * 1000000 / c->sound_rate
           : DEFAULT_TICK;
}

void msnav_call_clock(msnav_context *ctx) {
  if (ctx->talking == 0) {
    ctx->next_tick = MSNAV_NEVER;
  } else if (ctx->next_tick == MSNAV_NEVER || ctx->next_tick == 0) {
    ctx->next_tick = msnav_call_now(ctx) + tick_length(ctx);
  }
  ctx->loop->timer_set(ctx->loop->data, ctx->tick, ctx->next_tick);
}

static void send_frame(call_stream *st, const int16_t *pcm, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_send(st->stream, pcm, now, out, &len) == MSNAV_OK) {
    msnav_call_send_rtp(st, out, len);
  }
}

/* Captured sound to the codec's rate and frames. */
static void capture(msnav_call *call, msnav_usec length, msnav_usec now) {
  msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  call_sound *sound = &call->sound;
  uint32_t codec_rate = msnav_stream_send_rate(st->stream);
  size_t frame = msnav_stream_send_samples(st->stream);
  if (codec_rate == 0 || frame == 0) {
    return;
  }
  uint32_t rate =
    ctx->config.sound_rate != 0 ? ctx->config.sound_rate : codec_rate;
  size_t samples = (size_t)(length * rate / 1000000);
  int16_t pcm[MSNAV_MAX_PCM] = {0};
  bool heard = ctx->sound.capture != NULL && !call->released &&
               ctx->sound.capture(ctx->self, call, pcm, samples);
  if (st->stream == NULL) {
    return; /* the callback ended the call */
  }
  if (rate == codec_rate && samples == frame && sound->outgoing_count == 0) {
    send_frame(st, heard && !call->muted ? pcm : NULL, now);
    return;
  }
  size_t room = frame + MSNAV_MAX_PCM + 16;
  if (sound->outgoing == NULL) {
    sound->outgoing = g_new(int16_t, 120 * 48 + MSNAV_MAX_PCM + 16);
  }
  sound->outgoing_count +=
    resample(&sound->to_codec, (rates){rate, codec_rate}, pcm, samples,
             sound->outgoing + sound->outgoing_count,
             room - sound->outgoing_count);
  while (sound->outgoing_count >= frame) {
    send_frame(st, heard && !call->muted ? sound->outgoing : NULL, now);
    sound->outgoing_count -= frame;
    memmove(sound->outgoing, sound->outgoing + frame,
            sound->outgoing_count * sizeof(int16_t));
  }
}

static void play(msnav_call *call, msnav_usec length, msnav_usec now) {
  msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  uint32_t codec_rate = msnav_stream_play_rate(st->stream);
  uint32_t rate =
    ctx->config.sound_rate != 0 ? ctx->config.sound_rate : codec_rate;
  int16_t decoded[MSNAV_MAX_PCM];
  size_t n =
    MIN((size_t)(length * codec_rate / 1000000), (size_t)MSNAV_MAX_PCM);
  unsigned played = msnav_stream_play(st->stream, decoded, n, now);
  if (ctx->sound.play == NULL || call->released) {
    return;
  }
  size_t want = (size_t)(length * rate / 1000000);
  int16_t pcm[MSNAV_MAX_PCM + 16];
  size_t made = resample(&call->sound.from_codec, (rates){codec_rate, rate},
                         decoded, n, pcm, want);
  for (; made < want; made++) { /* the resampler's first frame is short */
    pcm[made] = (int16_t)(made > 0 ? pcm[made - 1] : 0);
  }
  ctx->sound.play(ctx->self, call, pcm, want, played);
}

static void report_level(msnav_call *call) {
  msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  if (ctx->events.level == NULL || call->released || st->stream == NULL) {
    return;
  }
  msnav_stream_stats stats = {.size = sizeof(stats)};
  (void)msnav_stream_get_stats(st->stream, &stats);
  ctx->events.level(ctx->self, call, stats.sent_level, stats.received_level);
}

static void serve(msnav_call *call, msnav_usec length, msnav_usec now) {
  call_stream *st = &call->streams[AUDIO_STREAM];
  unsigned per_second = (unsigned)(1000000 / length);
  if (st->stream != NULL) {
    capture(call, length, now);
  }
  if (st->stream != NULL) {
    play(call, length, now);
  }
  for (int i = 0; i < STREAMS; i++) {
    msnav_call_serve_rtcp(&call->streams[i], now);
    msnav_call_serve_events(&call->streams[i]);
  }
  call->ticks++;
  if (call->ticks % (per_second / LEVELS_PER_SECOND) == 0) {
    report_level(call);
  }
  if (call->ticks % per_second == 0 && call->media_seen) {
    call->media_seen = false;
    (void)msnav_call_feed(call, MSNAV_EV_MEDIA_SEEN);
  }
}

void msnav_call_tick(void *arg) {
  msnav_context *ctx = arg;
  msnav_usec length = tick_length(ctx);
  msnav_usec now = msnav_call_now(ctx);
  for (int n = 0; n < MOST_TICKS && ctx->talking > 0 && ctx->next_tick <= now;
       n++) {
    for (msnav_call *call = ctx->calls, *next; call != NULL; call = next) {
      next = call->next;
      if (call->talking) {
        serve(call, length, now);
      }
    }
    ctx->next_tick += length;
  }
  if (ctx->next_tick <= now) {
    ctx->next_tick = now + length; /* too far behind: let it go */
  }
  msnav_call_clock(ctx);
}
