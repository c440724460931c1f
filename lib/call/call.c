/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls: made, fed, asked about, released. */
#include "base/sized.h"
#include "base/text.h"
#include "call/context.h"
#include "sip/random.h"
#include <string.h>

static void on_deadline(void *arg) {
  msnav_call *call = arg;
  call->armed = MSNAV_NEVER;
  if (call->session == NULL) {
    return;
  }
  if (msnav_session_deadline(call->session) > msnav_call_now(call->ctx)) {
    msnav_call_arm(call); /* it was put off in the meantime */
    return;
  }
  (void)msnav_call_feed(call, MSNAV_EV_TIMEOUT);
}

void msnav_call_arm(msnav_call *call) {
  const msnav_loop *loop = call->ctx->loop;
  msnav_usec at = msnav_session_deadline(call->session);
  if (at != call->armed) {
    call->armed = at;
    loop->timer_set(loop->data, call->timer, at);
  }
}

/* The session's texts, kept beyond its end. */
static void remember(msnav_call *call) {
  call->info.size = sizeof(call->info);
  (void)msnav_session_get_info(call->session, &call->info);
  if (call->peer == NULL) {
    call->peer = g_strndup(call->info.peer.ptr, call->info.peer.len);
    call->cookie = g_strndup(call->info.cookie.ptr, call->info.cookie.len);
  }
  call->info.peer = msnav_str_of(call->peer);
  call->info.cookie = msnav_str_of(call->cookie);
}

msnav_call *msnav_call_make(msnav_context *ctx, msnav_session *session) {
  msnav_call *call = g_new(msnav_call, 1);
  *call = (msnav_call){.ctx = ctx, .session = session, .armed = MSNAV_NEVER};
  call->timer = ctx->loop->timer_add(ctx->loop->data, on_deadline, call);
  if (call->timer == NULL) {
    g_free(call);
    return NULL;
  }
  static const uint32_t media[STREAMS] = {MSNAV_AUDIO, MSNAV_VIDEO};
  for (int i = 0; i < STREAMS; i++) {
    call->streams[i] = (call_stream){.call = call,
                                     .media = media[i],
                                     .rtp_fd = -1,
                                     .rtcp_fd = -1};
    msnav_random_bytes(msnav_sip_random_pool(ctx->sip), &call->streams[i].ssrc,
                       sizeof(call->streams[i].ssrc));
  }
  for (int i = 0; i < 2; i++) {
    call->sound.gain[i] = call->sound.gain_was[i] = MSNAV_GAIN_ONE;
    call->sound.loudest[i] = 127; /* silence */
  }
  msnav_session_set_user(session, call);
  remember(call);
  call->media = call->info.media;
  call->next = ctx->calls;
  if (ctx->calls != NULL) {
    ctx->calls->prev = call;
  }
  ctx->calls = call;
  msnav_call_arm(call);
  return call;
}

void msnav_call_destroy(msnav_call *call) {
  msnav_context *ctx = call->ctx;
  msnav_call_stop_media(call);
  for (int i = 0; i < STREAMS; i++) {
    msnav_call_close_stream(&call->streams[i]);
  }
  msnav_call_close_dialog(call);
  ctx->loop->timer_del(ctx->loop->data, call->timer);
  msnav_session_free(call->session);
  *(call->prev != NULL ? &call->prev->next : &ctx->calls) = call->next;
  if (call->next != NULL) {
    call->next->prev = call->prev;
  }
  msnav_call_forget(&call->offer, &call->offer_len);
  msnav_call_forget(&call->described, &call->described_len);
  for (int i = 0; i < STREAMS; i++) {
    msnav_call_forget_stream(&call->streams[i]);
  }
  g_free(call->peer);
  g_free(call->cookie);
  g_free(call->title);
  g_free(call);
}

void msnav_call_bury(msnav_call *call) {
  if (call->released && call->ended) {
    call->next_grave = call->ctx->graves;
    call->ctx->graves = call;
  }
}

msnav_error msnav_call_feed(msnav_call *call, msnav_event event) {
  if (call->session == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_error err =
    msnav_session_feed(call->session, event, msnav_call_now(call->ctx));
  if (err == MSNAV_OK) {
    msnav_call_arm(call);
  }
  return err;
}

/* Make a call of a session that was just started. */
static msnav_error
started(msnav_context *ctx, msnav_session *session, msnav_call **out) {
  msnav_call *call = msnav_call_make(ctx, session);
  if (call == NULL) {
    msnav_session_free(session);
    return MSNAV_ERR_NOMEM;
  }
  call->asked = msnav_call_now(ctx);
  *out = call;
  return MSNAV_OK;
}

msnav_error msnav_call_start(msnav_context *ctx, msnav_str peer, uint32_t media,
                             msnav_call **call) {
  if (ctx == NULL || call == NULL || ctx->freeing) {
    return MSNAV_ERR_INVALID;
  }
  msnav_call_enter(ctx);
  msnav_session *session;
  msnav_error err = msnav_session_start(ctx->sessions, peer, media,
                                        msnav_call_now(ctx), &session);
  if (err == MSNAV_OK) {
    err = started(ctx, session, call);
  }
  msnav_call_leave(ctx);
  return err;
}

msnav_error msnav_call_dial(msnav_context *ctx, const msnav_addr *remote,
                            uint32_t media, msnav_call **call) {
  if (ctx == NULL || remote == NULL || call == NULL || ctx->freeing) {
    return MSNAV_ERR_INVALID;
  }
  msnav_call_enter(ctx);
  msnav_session *session;
  msnav_error err =
    msnav_session_start_direct(ctx->sessions, MSNAV_ROLE_DIRECT_CALLER, remote,
                               media, msnav_call_now(ctx), &session);
  if (err == MSNAV_OK) {
    err = started(ctx, session, call);
  }
  msnav_call_leave(ctx);
  return err;
}

msnav_error msnav_call_listen(msnav_context *ctx, const msnav_addr *local,
                              uint32_t media, msnav_call **call) {
  if (ctx == NULL || local == NULL || call == NULL || ctx->freeing) {
    return MSNAV_ERR_INVALID;
  }
  msnav_call_enter(ctx);
  msnav_addr anybody = {0, 0};
  msnav_session *session;
  msnav_call *made = NULL;
  msnav_error err =
    msnav_session_start_direct(ctx->sessions, MSNAV_ROLE_DIRECT_CALLED,
                               &anybody, media, msnav_call_now(ctx), &session);
  if (err == MSNAV_OK) {
    err = started(ctx, session, &made);
  }
  if (err == MSNAV_OK) {
    made->listen_at = *local;
    err = msnav_call_open_dialog(made); /* here, to report why it failed */
    if (err == MSNAV_OK) {
      *call = made;
    } else {
      msnav_call_destroy(made);
    }
  }
  msnav_call_leave(ctx);
  return err;
}

msnav_error msnav_call_accept(msnav_call *call, uint32_t media) {
  if (call == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (call->session == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_call_enter(call->ctx);
  msnav_usec now = msnav_call_now(call->ctx);
  msnav_error err =
    msnav_session_accept(call->session, media != 0 ? media : call->media, now);
  if (err == MSNAV_OK) {
    call->asked = now;
    remember(call);
    call->media = call->info.media;
    msnav_call_arm(call);
  }
  msnav_call_leave(call->ctx);
  return err;
}

static msnav_error feed_entered(msnav_call *call, msnav_event event) {
  if (call == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_context *ctx = call->ctx;
  msnav_call_enter(ctx);
  msnav_error err = msnav_call_feed(call, event);
  msnav_call_leave(ctx);
  return err;
}

msnav_error msnav_call_reject(msnav_call *call) {
  return feed_entered(call, MSNAV_EV_REJECT);
}

msnav_error msnav_call_hangup(msnav_call *call) {
  return feed_entered(call, MSNAV_EV_HANGUP);
}

msnav_error msnav_call_undelivered(msnav_call *call) {
  return feed_entered(call, MSNAV_EV_UNDELIVERED);
}

void msnav_call_free(msnav_call *call) {
  if (call == NULL || call->released) {
    return;
  }
  msnav_context *ctx = call->ctx;
  msnav_call_enter(ctx);
  call->released = true;
  if (!call->ended) {
    (void)msnav_call_feed(call, MSNAV_EV_HANGUP);
  } else {
    msnav_call_bury(call);
  }
  msnav_call_leave(ctx);
}

void msnav_call_set_user(msnav_call *call, void *ptr) {
  if (call != NULL) {
    call->user = ptr;
  }
}

void *msnav_call_user(const msnav_call *call) {
  return call != NULL ? call->user : NULL;
}

msnav_context *msnav_call_context(const msnav_call *call) {
  return call != NULL ? call->ctx : NULL;
}

void msnav_call_mute(msnav_call *call, bool muted) {
  if (call != NULL) {
    call->muted = muted;
  }
}

msnav_error msnav_call_dtmf(msnav_call *call, char key, msnav_usec duration) {
  static const char keys[] = "0123456789*#ABCDF";
  const char *at = key != '\0' ? strchr(keys, key) : NULL;
  if (call == NULL || at == NULL) {
    return MSNAV_ERR_INVALID;
  }
  call_stream *st = &call->streams[AUDIO_STREAM];
  if (!call->talking || st->stream == NULL) {
    return MSNAV_ERR_STATE;
  }
  return msnav_stream_dtmf(st->stream, (unsigned)(at - keys),
                           duration != 0 ? duration : 100000);
}

/* A re-INVITE towards what is wanted. */
static msnav_error renegotiate(msnav_call *call, uint32_t media, bool hold) {
  if (!call->talking || call->offering || call->dialog == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_call_enter(call->ctx);
  call->wants_media = media != call->media;
  call->wanted = media;
  call->wanted_hold = hold;
  msnav_error err = msnav_call_invite(call);
  if (err != MSNAV_OK) {
    msnav_call_close_unused(call);
  }
  msnav_call_leave(call->ctx);
  return err;
}

msnav_error msnav_call_hold(msnav_call *call, bool held) {
  if (call == NULL) {
    return MSNAV_ERR_INVALID;
  }
  return renegotiate(call, call->media, held);
}

msnav_error msnav_call_set_media(msnav_call *call, uint32_t media) {
  if (call == NULL || media == 0 || (media & ~call->ctx->config.media) != 0) {
    return MSNAV_ERR_INVALID;
  }
  return renegotiate(call, media, call->hold);
}

msnav_error
msnav_call_send_video(msnav_call *call, const msnav_payload *payload) {
  if (call == NULL || payload == NULL) {
    return MSNAV_ERR_INVALID;
  }
  call_stream *st = &call->streams[VIDEO_STREAM];
  if (!call->talking || st->stream == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_context *ctx = call->ctx;
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  msnav_call_enter(ctx); /* the trace may free the call */
  msnav_error err = msnav_stream_send_payload(st->stream, payload,
                                              msnav_call_now(ctx), out, &len);
  if (err == MSNAV_OK) {
    msnav_call_send_rtp(st, out, len);
  }
  msnav_call_leave(ctx);
  return err;
}

msnav_error msnav_call_get_info(const msnav_call *call, msnav_call_info *info) {
  if (call == NULL || !msnav_sized_ok(info, sizeof(size_t))) {
    return MSNAV_ERR_INVALID;
  }
  const call_stream *audio = &call->streams[AUDIO_STREAM];
  msnav_session_info session = {.size = sizeof(session)};
  if (call->session != NULL) {
    (void)msnav_session_get_info(call->session, &session);
  } else {
    session = call->info;
  }
  msnav_usec end =
    call->talk_ended != 0 ? call->talk_ended : msnav_call_now(call->ctx);
  msnav_call_info all = {
    .state = call->session != NULL ? session.state : call->state,
    .reason = session.reason,
    .role = session.role,
    .media = call->media,
    .crossing = session.crossing,
    .held = call->hold,
    .held_by_peer = audio->held_by_peer,
    .muted = call->muted,
    .gain_sent = call->sound.gain[MSNAV_SENT],
    .gain_received = call->sound.gain[MSNAV_RECEIVED],
    .srtp_suite = audio->suite,
    .sip_status = call->sip_status,
    .peer = msnav_str_of(call->peer),
    .cookie = msnav_str_of(call->cookie),
    .local_sip = session.local,
    .remote_sip = session.remote.port != 0 ? session.remote : call->caller,
    .local_rtp = audio->local,
    .codec = audio->codec,
    .setup_time = call->setup_time,
    .duration = call->talk_began != 0 ? end - call->talk_began : 0,
    .video_payload_type = call->streams[VIDEO_STREAM].video_type,
  };
  if (audio->stream != NULL) {
    all.remote_rtp = *msnav_stream_remote(audio->stream);
  }
  msnav_sized_give(info, &all, sizeof(all));
  return MSNAV_OK;
}

msnav_error
msnav_call_get_stats(const msnav_call *call, msnav_stream_stats *stats) {
  if (call == NULL || !msnav_sized_ok(stats, sizeof(size_t))) {
    return MSNAV_ERR_INVALID;
  }
  const call_stream *audio = &call->streams[AUDIO_STREAM];
  if (audio->stream != NULL) {
    return msnav_stream_get_stats(audio->stream, stats);
  }
  if (audio->last == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_sized_give(stats, audio->last, sizeof(*audio->last));
  return MSNAV_OK;
}
