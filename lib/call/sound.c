/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sound clock: every 10 or 20 ms it serves each call that talks. */
#include "call/context.h"

#define MOST_TICKS 10 /* caught up after the host's loop was held up */
#define LATE 2000     /* us: more than the rounding of a host's timers */
#define LEVELS_PER_SECOND 10
#define SILENCE 127 /* -dBov */

msnav_usec msnav_call_tick_length(const msnav_context *ctx) {
  const msnav_config *c = &ctx->config;
  return c->sound_frame != 0 && c->sound_frame == c->sound_rate / 100 ? 10000
                                                                      : 20000;
}

void msnav_call_clock(msnav_context *ctx) {
  if (ctx->talking == 0) {
    ctx->next_tick = MSNAV_NEVER;
  } else if (ctx->next_tick == MSNAV_NEVER || ctx->next_tick == 0) {
    ctx->next_tick = msnav_call_now(ctx) + msnav_call_tick_length(ctx);
  }
  ctx->loop->timer_set(ctx->loop->data, ctx->tick, ctx->next_tick);
}

/* The loudest since the last report. */
static void report_level(msnav_call *call) {
  msnav_context *ctx = call->ctx;
  uint8_t sent = call->sound.loudest[MSNAV_SENT];
  uint8_t received = call->sound.loudest[MSNAV_RECEIVED];
  call->sound.loudest[MSNAV_SENT] = call->sound.loudest[MSNAV_RECEIVED] =
    SILENCE;
  if (ctx->events.level != NULL && !call->released &&
      call->streams[AUDIO_STREAM].stream != NULL) {
    ctx->events.level(ctx->self, call, sent, received);
  }
}

static void serve(msnav_call *call, msnav_usec length, msnav_usec now) {
  call_stream *st = &call->streams[AUDIO_STREAM];
  unsigned per_second = (unsigned)(1000000 / length);
  msnav_usec due = call->ctx->next_tick; /* being late makes no sound older */
  if (st->stream != NULL) {
    msnav_call_capture(call, now);
  }
  if (st->stream != NULL) {
    msnav_call_play(call, due);
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

/* The loop was held up, and may run timers before descriptors: what came
 * meanwhile must not be taken for lost by the ticks that should play it. */
static void receive_all_waiting(msnav_context *ctx) {
  for (msnav_call *call = ctx->calls, *next; call != NULL; call = next) {
    next = call->next;
    for (int i = 0; i < STREAMS; i++) {
      msnav_call_receive_waiting(&call->streams[i]);
    }
  }
}

void msnav_call_tick(void *arg) {
  msnav_context *ctx = arg;
  msnav_usec length = msnav_call_tick_length(ctx);
  msnav_usec now = msnav_call_now(ctx);
  if (ctx->talking > 0 && now >= ctx->next_tick + LATE) {
    receive_all_waiting(ctx);
  }
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
