/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One tick of one call's sound, between the application and the stream:
 * echo cancellation, gain and rate. */
#include "call/context.h"
#include "media/level.h"
#include <string.h>

#define LONGEST_FRAME 120000 /* us; what a codec may have */
#define MAX_FRAME 5760       /* its samples at 48 kHz */

void msnav_call_sound_free(call_sound *sound) {
  msnav_uplink_free(sound->up);
  msnav_downlink_free(sound->down);
  msnav_echo_free(sound->echo);
  sound->up = NULL;
  sound->down = NULL;
  sound->echo = NULL;
}

size_t msnav_call_tick_samples(const msnav_call *call, uint32_t rate) {
  uint64_t length = msnav_call_tick_length(call->ctx);
  uint64_t ticks = call->ticks;
  return (size_t)((ticks + 1) * length * rate / 1000000 -
                  ticks * length * rate / 1000000);
}

/* Whether sound of that rate comes in the same portion every time. */
static bool is_whole(const msnav_context *ctx, uint32_t rate) {
  return msnav_call_tick_length(ctx) * rate % 1000000 == 0;
}

/* Whether a call may have codecs of another rate. */
static bool is_mixed(const msnav_context *ctx, uint32_t rate) {
  for (size_t i = 0; i < ctx->codec_count; i++) {
    if (ctx->codecs[i]->sample_rate != rate) {
      return true;
    }
  }
  return false;
}

static msnav_error prepare_up(msnav_call *call, const msnav_audio_codec *codec,
                              uint32_t rate, bool mixed) {
  call_sound *sound = &call->sound;
  if (sound->up != NULL && sound->up->rates.app != rate) {
    msnav_uplink_free(sound->up); /* the application follows the codec */
    sound->up = NULL;
  }
  size_t tick = msnav_call_tick_samples(call, rate);
  bool straight = !mixed && codec->sample_rate == rate &&
                  codec->frame_samples == tick && is_whole(call->ctx, rate);
  if (sound->up == NULL && straight) {
    return MSNAV_OK;
  }
  if (sound->up == NULL) {
    sound->up = msnav_uplink_new(rate, mixed, LONGEST_FRAME);
  }
  return sound->up != NULL
           ? msnav_rates_add(&sound->up->rates, codec->sample_rate)
           : MSNAV_ERR_NOMEM;
}

static msnav_error
prepare_down(msnav_call *call, const msnav_stream_config *config) {
  call_sound *sound = &call->sound;
  uint32_t rate = call->ctx->config.sound_rate;
  if (sound->down == NULL) {
    sound->down = msnav_downlink_new(rate, true);
  }
  if (sound->down == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  /* before anything arrives, a stream plays silence at 8,000 Hz */
  msnav_error err = msnav_rates_add(&sound->down->rates, 8000);
  for (uint32_t i = 0; i < config->format_count && err == MSNAV_OK; i++) {
    const msnav_audio_codec *codec = config->formats[i].codec;
    if (codec != NULL) {
      err = msnav_rates_add(&sound->down->rates, codec->sample_rate);
    }
  }
  return err;
}

static msnav_error prepare_echo(msnav_call *call) {
  const msnav_config *c = &call->ctx->config;
  if (c->echo_tail == 0 || call->sound.echo != NULL) {
    return MSNAV_OK;
  }
  size_t frame = msnav_call_tick_samples(call, c->sound_rate);
  call->sound.echo = msnav_echo_new(c->sound_rate, frame, c->echo_tail);
  return call->sound.echo != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

msnav_error
msnav_call_sound_prepare(msnav_call *call, const msnav_stream_config *config) {
  const msnav_context *ctx = call->ctx;
  const msnav_audio_codec *codec = config->send_codec;
  uint32_t chosen = ctx->config.sound_rate;
  bool mixed = chosen != 0 && is_mixed(ctx, chosen);
  msnav_error err = MSNAV_OK;
  if (codec != NULL) {
    err =
      prepare_up(call, codec, chosen != 0 ? chosen : codec->sample_rate, mixed);
  }
  if (err == MSNAV_OK && mixed) {
    err = prepare_down(call, config);
  }
  return err == MSNAV_OK ? prepare_echo(call) : err;
}

static void send_frame(call_stream *st, const int16_t *pcm, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_send(st->stream, pcm, now, out, &len) == MSNAV_OK) {
    msnav_call_send_rtp(st, out, len);
  }
}

static void
meter(msnav_call *call, unsigned which, const int16_t *pcm, size_t samples) {
  if (call->ctx->events.level != NULL && pcm != NULL) {
    uint8_t level = msnav_level(pcm, samples);
    call->sound.loudest[which] = MIN(call->sound.loudest[which], level);
  }
}

static void
amplify(call_sound *sound, unsigned which, int16_t *pcm, size_t samples) {
  msnav_gain_apply(pcm, samples, sound->gain_was[which], sound->gain[which]);
  sound->gain_was[which] = sound->gain[which];
}

/* From the moment the user asks for it. */
static bool is_quiet(const msnav_call *call) {
  return call->muted || call->hold || (call->offering && call->wanted_hold);
}

/* The microphone; false when it gave nothing or the call is over. */
static bool listen(msnav_call *call, int16_t *pcm, size_t samples) {
  msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  if (ctx->sound.capture == NULL || call->released ||
      !ctx->sound.capture(ctx->self, call, pcm, samples) ||
      st->stream == NULL) {
    return false;
  }
  if (call->sound.echo != NULL) {
    msnav_echo_cancel(call->sound.echo, pcm);
  }
  amplify(&call->sound, MSNAV_SENT, pcm, samples);
  return !is_quiet(call);
}

void msnav_call_capture(msnav_call *call, msnav_usec now) {
  const msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  call_sound *sound = &call->sound;
  uint32_t codec_rate = msnav_stream_send_rate(st->stream);
  size_t frame = msnav_stream_send_samples(st->stream);
  if (codec_rate == 0) {
    return;
  }
  uint32_t rate =
    ctx->config.sound_rate != 0 ? ctx->config.sound_rate : codec_rate;
  size_t samples = msnav_call_tick_samples(call, rate);
  int16_t pcm[MSNAV_MAX_PCM] = {0};
  bool heard = listen(call, pcm, samples);
  if (st->stream == NULL) {
    return; /* the callback ended the call */
  }
  meter(call, MSNAV_SENT, heard ? pcm : NULL, samples);
  if (sound->up == NULL) {
    send_frame(st, heard ? pcm : NULL, now);
    return;
  }
  msnav_uplink_put(sound->up, heard ? pcm : NULL, samples);
  int16_t out[MAX_FRAME];
  while (msnav_uplink_take(sound->up, codec_rate, out, frame, &heard)) {
    send_frame(st, heard && !is_quiet(call) ? out : NULL, now);
  }
}

void msnav_call_play(msnav_call *call, msnav_usec now) {
  msnav_context *ctx = call->ctx;
  call_stream *st = &call->streams[AUDIO_STREAM];
  call_sound *sound = &call->sound;
  uint32_t codec_rate = msnav_stream_play_rate(st->stream);
  uint32_t rate =
    ctx->config.sound_rate != 0 ? ctx->config.sound_rate : codec_rate;
  int16_t decoded[MSNAV_MAX_PCM];
  size_t n = msnav_call_tick_samples(call, codec_rate);
  unsigned played = msnav_stream_play(st->stream, decoded, n, now);
  if (ctx->sound.play == NULL || call->released) {
    return;
  }
  int16_t *pcm = decoded;
  int16_t converted[MSNAV_MAX_PCM];
  if (sound->down != NULL) {
    msnav_downlink_put(sound->down, codec_rate, decoded, n);
    n = msnav_call_tick_samples(call, rate);
    msnav_downlink_take(sound->down, converted, n);
    pcm = converted;
  }
  amplify(sound, MSNAV_RECEIVED, pcm, n);
  meter(call, MSNAV_RECEIVED, pcm, n);
  if (sound->echo != NULL) {
    msnav_echo_played(sound->echo, pcm);
  }
  ctx->sound.play(ctx->self, call, pcm, n, played);
}

msnav_error
msnav_call_set_gain(msnav_call *call, uint32_t sent, uint32_t received) {
  if (call == NULL || sent > MSNAV_GAIN_MAX || received > MSNAV_GAIN_MAX) {
    return MSNAV_ERR_INVALID;
  }
  call->sound.gain[MSNAV_SENT] = sent;
  call->sound.gain[MSNAV_RECEIVED] = received;
  return MSNAV_OK;
}
