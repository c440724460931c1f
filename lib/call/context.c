/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/context.h"
#include "base/hosts.h"
#include "base/sized.h"
#include "base/text.h"
#include "sip/random.h"
#include <string.h>

#define EVENTS_LEAST MSNAV_SIZED_UP_TO(msnav_events, send)
#define SOUND_LEAST MSNAV_SIZED_UP_TO(msnav_sound, play)

/* The caller's structs; false when one of them is too small, or nothing could
 * be sent. */
static bool take_structs(msnav_context *ctx, const msnav_config *config,
                         const msnav_events *events) {
  if (!msnav_sized_ok(events, EVENTS_LEAST) ||
      (config != NULL && !msnav_sized_ok(config, sizeof(size_t)))) {
    return false;
  }
  msnav_sized_take(&ctx->events, sizeof(ctx->events), events);
  if (config != NULL) {
    msnav_sized_take(&ctx->config, sizeof(ctx->config), config);
  }
  const msnav_sound *sound = ctx->events.sound;
  if (sound != NULL && !msnav_sized_ok(sound, SOUND_LEAST)) {
    return false;
  }
  if (sound != NULL) {
    msnav_sized_take(&ctx->sound, sizeof(ctx->sound), sound);
  }
  return ctx->events.send != NULL;
}

static void session_random(void *arg, void *bytes, size_t len) {
  const msnav_context *ctx = arg;
  msnav_random_bytes(msnav_sip_random_pool(ctx->sip), bytes, len);
}

static void on_dispatch(void *arg) {
  msnav_call_enter(arg);
}

static void on_dispatched(void *arg) {
  msnav_call_leave(arg);
}

/* Its lines are shorter than any limit of theirs. */
static void
sip_log(msnav_log_level level, const char *line, size_t len, void *arg) {
  msnav_context *ctx = arg;
  if (ctx->events.log != NULL) {
    ctx->events.log(level, line, len, ctx->self);
  }
}

static void sip_trace(const msnav_trace *record, void *arg) {
  msnav_context *ctx = arg;
  if (ctx->events.trace == NULL) {
    return;
  }
  msnav_trace copy = *record;
  msnav_call_trace(ctx, &copy,
                   g_hash_table_lookup(ctx->by_port,
                                       GUINT_TO_POINTER(copy.local.port)));
}

/* Whether its sound can reach the application. */
static bool usable(const msnav_context *ctx, const msnav_audio_codec *codec) {
  uint32_t rate = ctx->config.sound_rate;
  return rate == 0 || msnav_resample_supported(rate, codec->sample_rate);
}

/* The dialect of the original has no codec that it did not have, unless asked
 * for by name. */
static bool
fits_dialect(const msnav_context *ctx, const msnav_audio_codec *codec) {
  return ctx->config.profile != MSNAV_PROFILE_RTC_1_2 ||
         codec->payload_type < 96;
}

static bool is_known(const msnav_context *ctx, const msnav_audio_codec *codec) {
  for (size_t i = 0; i < ctx->codec_count; i++) {
    if (ctx->codecs[i] == codec) {
      return true;
    }
  }
  return false;
}

/* "PCMU,PCMA" against the built-in codecs, in the order given; who is named
 * twice stays where it was. */
static msnav_error choose_codecs(msnav_context *ctx, const char *names) {
  if (names == NULL) {
    const msnav_audio_codec *codec;
    for (size_t i = 0; ctx->codec_count < MSNAV_MAX_CODECS &&
                       (codec = msnav_codec_builtin(i)) != NULL;
         i++) {
      if (usable(ctx, codec) && fits_dialect(ctx, codec) &&
          !msnav_text_equal_nocase(msnav_str_of(codec->name),
                                   MSNAV_LITERAL("L16"))) { /* for tests */
        ctx->codecs[ctx->codec_count++] = codec;
      }
    }
    return ctx->codec_count > 0 ? MSNAV_OK : MSNAV_ERR_UNSUPPORTED;
  }
  msnav_str rest = msnav_str_of(names);
  while (rest.len > 0) {
    msnav_str rate = msnav_text_trim(msnav_text_until(&rest, ','));
    msnav_str name = msnav_text_until(&rate, '/');
    uint32_t clock_rate = 0;
    if (rate.len > 0 && msnav_text_u32(rate, 192000, &clock_rate) != MSNAV_OK) {
      return MSNAV_ERR_INVALID;
    }
    const msnav_audio_codec *codec = msnav_codec_find(name, clock_rate);
    if (codec == NULL || !usable(ctx, codec)) {
      return MSNAV_ERR_UNSUPPORTED;
    }
    if (!is_known(ctx, codec)) { /* there are fewer than there is room for */
      ctx->codecs[ctx->codec_count++] = codec;
    }
  }
  return ctx->codec_count > 0 ? MSNAV_OK : MSNAV_ERR_INVALID;
}

/* Our own copy of every text and every default in place. */
static void own_config(msnav_config *c) {
  c->account = g_strdup(c->account != NULL ? c->account : "msnav");
  c->name = g_strdup(c->name);
  c->app_name = g_strdup(c->app_name);
  c->user_agent = g_strdup(c->user_agent);
  c->codecs = g_strdup(c->codecs);
  c->media = c->media != 0 ? c->media : MSNAV_AUDIO;
  c->conn_type = c->conn_type != 0 ? c->conn_type : MSNAV_CONN_DIRECT;
}

static void free_text(const char *text) {
  g_free((char *)(uintptr_t)text);
}

static void disown_config(msnav_config *c) {
  free_text(c->account);
  free_text(c->name);
  free_text(c->app_name);
  free_text(c->user_agent);
  free_text(c->codecs);
}

static bool sound_ok(const msnav_config *c) {
  uint32_t rate = c->sound_rate;
  if (rate == 0) {
    return c->sound_frame == 0 && c->echo_tail == 0;
  }
  /* the canceller's frames are all of one length */
  bool whole = rate % (c->sound_frame == rate / 100 ? 100 : 50) == 0;
  return rate >= 8000 && rate <= 48000 &&
         (c->sound_frame == 0 || c->sound_frame == rate / 50 ||
          c->sound_frame == rate / 100) &&
         (c->echo_tail == 0 ||
          (whole && c->echo_tail >= 20000 && c->echo_tail <= 1000000));
}

static bool config_ok(const msnav_config *c) {
  return msnav_call_can_use(c) && sound_ok(c) &&
         c->encryption <= MSNAV_ENCRYPT_ALWAYS &&
         c->profile <= MSNAV_PROFILE_RTC_1_2 &&
         c->source_policy <= 1 + MSNAV_SOURCE_LATCH &&
         (c->media & ~(uint32_t)(MSNAV_AUDIO | MSNAV_VIDEO)) == 0;
}

static msnav_error make_sessions(msnav_context *ctx) {
  const msnav_config *c = &ctx->config;
  uint32_t ip = c->advertised_ip != 0 ? c->advertised_ip
                : c->bind_ip != 0     ? c->bind_ip
                                      : msnav_call_route(0);
  msnav_session_config config = {
    .size = sizeof(config),
    .random = session_random,
    .random_arg = ctx,
    .capabilities = c->media,
    .conn_type = c->conn_type,
    .private_ip = c->private_ip != 0 ? c->private_ip : ip,
    .public_ip = c->public_ip != 0 ? c->public_ip : ip,
    .upnp = c->upnp,
    .allow_loopback = msnav_ip_is_loopback(c->bind_ip),
    .app_name = c->app_name,
    .max_sessions = c->max_calls,
    .max_per_peer = c->max_calls_per_peer,
    .ring_out = c->ring_out,
    .ring_in = c->ring_in,
    .exchange = c->exchange,
    .setup = c->setup,
    .silence = c->silence,
    .bye = c->bye,
  };
  return msnav_session_set_new(&config, &ctx->sessions);
}

static msnav_error make_parts(msnav_context *ctx, const msnav_loop *loop) {
  msnav_error err = msnav_mux_new(loop, &ctx->mux);
  if (err != MSNAV_OK) {
    return err;
  }
  ctx->loop = msnav_mux_loop(ctx->mux);
  msnav_mux_hooks(ctx->mux, on_dispatch, on_dispatched, ctx);
  ctx->tick = ctx->loop->timer_add(ctx->loop->data, msnav_call_tick, ctx);
  if (ctx->tick == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  err =
    msnav_sip_new(ctx->loop, sip_log,
                  ctx->events.trace != NULL ? sip_trace : NULL, ctx, &ctx->sip);
  if (err == MSNAV_OK && ctx->config.calls_per_agent != 0) {
    err = msnav_sip_set_calls_per_agent(ctx->sip, ctx->config.calls_per_agent);
  }
  return err == MSNAV_OK ? make_sessions(ctx) : err;
}

static void destroy(msnav_context *ctx) {
  while (ctx->calls != NULL) {
    msnav_call_destroy(ctx->calls);
  }
  msnav_session_set_free(ctx->sessions);
  msnav_sip_free(ctx->sip);
  if (ctx->tick != NULL) {
    ctx->loop->timer_del(ctx->loop->data, ctx->tick);
  }
  msnav_mux_free(ctx->mux);
  g_hash_table_unref(ctx->by_port);
  disown_config(&ctx->config);
  g_free(ctx);
}

msnav_error
msnav_context_new(const msnav_loop *loop, const msnav_config *config,
                  const msnav_events *events, void *self,
                  msnav_context **context) {
  if (loop == NULL || context == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_context *ctx = g_new0(msnav_context, 1);
  if (!take_structs(ctx, config, events)) {
    g_free(ctx);
    return MSNAV_ERR_INVALID;
  }
  ctx->self = self;
  own_config(&ctx->config);
  ctx->by_port = g_hash_table_new(NULL, NULL);
  msnav_limits_init(ctx);
  msnav_error err = config_ok(&ctx->config) ? MSNAV_OK : MSNAV_ERR_INVALID;
  if (err == MSNAV_OK) {
    err = choose_codecs(ctx, ctx->config.codecs);
  }
  bool echo = ctx->config.echo_tail != 0;
  bool always = ctx->config.encryption == MSNAV_ENCRYPT_ALWAYS;
  if (err == MSNAV_OK && ((echo && !msnav_echo_supported()) ||
                          (always && !msnav_call_can_encrypt()))) {
    err = MSNAV_ERR_UNSUPPORTED;
  }
  if (err == MSNAV_OK) {
    err = make_parts(ctx, loop);
  }
  if (err != MSNAV_OK) {
    destroy(ctx);
    return err;
  }
  *context = ctx;
  return MSNAV_OK;
}

void msnav_context_free(msnav_context *ctx) {
  if (ctx == NULL || ctx->freeing) {
    return;
  }
  msnav_call_enter(ctx);
  for (msnav_call *call = ctx->calls; call != NULL; call = call->next) {
    (void)msnav_call_feed(call, MSNAV_EV_SHUTDOWN);
  }
  ctx->freeing = true;
  msnav_call_leave(ctx);
}

void msnav_call_enter(msnav_context *ctx) {
  ctx->depth++;
}

void msnav_call_leave(msnav_context *ctx) {
  if (ctx->depth == 1) {
    msnav_call_drain(ctx);
    while (ctx->graves != NULL) {
      msnav_call *call = ctx->graves;
      ctx->graves = call->next_grave;
      msnav_call_destroy(call);
    }
  }
  ctx->depth--;
  if (ctx->depth == 0 && ctx->freeing) {
    destroy(ctx);
  }
}

msnav_usec msnav_call_now(const msnav_context *ctx) {
  return ctx->loop->now(ctx->loop->data);
}

/* Whether a description could not tell it from another: no call could be
 * offered then.  13 is comfort noise, and from 64 to 95 RTP looks like RTCP. */
static bool
is_ambiguous(const msnav_context *ctx, const msnav_audio_codec *codec) {
  uint32_t pt = codec->payload_type;
  for (size_t i = 0; i < ctx->codec_count; i++) {
    const msnav_audio_codec *other = ctx->codecs[i];
    bool same = other->clock_rate == codec->clock_rate &&
                g_ascii_strcasecmp(other->name, codec->name) == 0;
    if (same || (pt < 96 && other->payload_type == pt)) {
      return true;
    }
  }
  return pt == 13 || (pt >= 64 && pt < 96);
}

static msnav_error
add_codec(msnav_context *ctx, const msnav_audio_codec *codec, bool first) {
  if (ctx == NULL || msnav_codec_check(codec) != MSNAV_OK ||
      is_ambiguous(ctx, codec)) {
    return MSNAV_ERR_INVALID;
  }
  if (!usable(ctx, codec)) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  if (ctx->codec_count == MSNAV_MAX_CODECS) {
    return MSNAV_ERR_LIMIT;
  }
  size_t at = first ? 0 : ctx->codec_count;
  for (size_t i = ctx->codec_count; i > at; i--) {
    ctx->codecs[i] = ctx->codecs[i - 1];
  }
  ctx->codecs[at] = codec;
  ctx->codec_count++;
  return MSNAV_OK;
}

msnav_error
msnav_context_add_codec(msnav_context *ctx, const msnav_audio_codec *codec) {
  return add_codec(ctx, codec, true);
}

msnav_error msnav_context_add_codec_last(msnav_context *ctx,
                                         const msnav_audio_codec *codec) {
  return add_codec(ctx, codec, false);
}

msnav_error msnav_context_get_counters(const msnav_context *ctx,
                                       msnav_context_counters *counters) {
  if (ctx == NULL || !msnav_sized_ok(counters, sizeof(size_t))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_session_counters s = {.size = sizeof(s)};
  (void)msnav_session_set_counters(ctx->sessions, &s);
  /* those of calls are in the set's */
  uint64_t early = ctx->long_payloads + ctx->refused[MSNAV_LIMIT_NAME] +
                   ctx->refused[MSNAV_LIMIT_FIELDS] +
                   ctx->refused[MSNAV_LIMIT_FIELD] +
                   ctx->refused[MSNAV_LIMIT_INVITES];
  msnav_context_counters all = {
    .live = s.live,
    .repeated = s.repeated,
    .unknown = s.unknown,
    .out_of_state = s.out_of_state,
    .foreign = s.foreign,
    .malformed = s.malformed,
    .over_limit = s.over_limit + early,
    .sip_refused = ctx->sip_refused,
  };
  memcpy(all.ended, ctx->ended, sizeof(all.ended));
  memcpy(all.refused, ctx->refused, sizeof(ctx->refused));
  msnav_sized_give(counters, &all, sizeof(all));
  return MSNAV_OK;
}
