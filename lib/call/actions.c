/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries out what the sessions decided. */
#include "call/context.h"
#include <assert.h>
#include <string.h>

#define MOST_PEER 255 /* bytes of an account (session.h) */

static void listen_for(msnav_call *call) {
  msnav_error err =
    call->dialog == NULL ? msnav_call_open_dialog(call) : MSNAV_OK;
  if (err == MSNAV_OK) {
    err =
      msnav_session_listening(call->session, msnav_dialog_local(call->dialog),
                              msnav_call_now(call->ctx));
  }
  if (err != MSNAV_OK) {
    msnav_call_log(call->ctx, MSNAV_LOG_ERROR, call,
                   "cannot listen for SIP: %s", msnav_strerror(err));
    (void)msnav_call_feed(call, MSNAV_EV_FAILED);
  }
  msnav_call_arm(call);
}

static void sip_invite(msnav_call *call) {
  msnav_error err = MSNAV_ERR_STATE;
  if (call->dialog != NULL) {
    msnav_session_info info = {.size = sizeof(info)};
    (void)msnav_session_get_info(call->session, &info);
    err = msnav_dialog_remote(call->dialog)->port != 0
            ? MSNAV_OK
            : msnav_dialog_set_remote(call->dialog, &info.remote);
  }
  if (err == MSNAV_OK) {
    call->wanted = call->media;
    err = msnav_call_invite(call);
  }
  if (err != MSNAV_OK) {
    msnav_call_log(call->ctx, MSNAV_LOG_ERROR, call,
                   "cannot send the SIP INVITE: %s", msnav_strerror(err));
    (void)msnav_call_feed(call, MSNAV_EV_FAILED);
  }
}

static void sip_hangup(msnav_call *call) {
  if (call->dialog == NULL || msnav_dialog_hangup(call->dialog) != MSNAV_OK) {
    (void)msnav_call_feed(call, MSNAV_EV_SIP_CLOSED);
  }
}

static void send_message(msnav_context *ctx, const msnav_action *action) {
  msnav_call *call = msnav_session_user(action->session);
  msnav_session_info info = {.size = sizeof(info)};
  (void)msnav_session_get_info(action->session, &info);
  /* Copied: the callback may make the session write another message, and free
   * the session. */
  char payload[MSNAV_INVITE_MAX];
  char peer[MOST_PEER + 1];
  assert(action->payload.len <= sizeof(payload) && info.peer.len <= MOST_PEER);
  memcpy(payload, action->payload.ptr, action->payload.len);
  memcpy(peer, info.peer.ptr, info.peer.len);
  peer[info.peer.len] = '\0';
  msnav_trace record = {.kind = MSNAV_TRACE_MSNP,
                        .direction = MSNAV_OUT,
                        .peer = {peer, info.peer.len},
                        .data = (const uint8_t *)payload,
                        .len = action->payload.len};
  msnav_call_trace(ctx, &record, call);
  /* what the application freed, or never heard of, is nothing to show it */
  bool known = call != NULL && !call->released;
  ctx->events.send(ctx->self, known ? call : NULL, record.peer, payload,
                   record.len);
}

static void ended(msnav_call *call) {
  call->ended = true;
  call->state = MSNAV_STATE_ENDED;
  call->info.size = sizeof(call->info);
  (void)msnav_session_get_info(call->session, &call->info);
  call->info.peer = msnav_str_of(call->peer);
  call->info.cookie = msnav_str_of(call->cookie);
  call->info.cancel_text = (msnav_str){NULL, 0};
  call->reason = call->info.reason;
  msnav_session_set_user(call->session, NULL);
  msnav_session_free(call->session);
  call->session = NULL;
  msnav_call_arm(call);
  msnav_call_stop_media(call);
  msnav_call_close_dialog(call);
  call->ctx->ended[MIN(call->reason, 31u)]++;
  msnav_call_bury(call);
}

/* A conversation that nobody has been told of: a peer began it. */
static msnav_call *introduce(msnav_context *ctx, const msnav_action *action) {
  if (action->state == MSNAV_STATE_ENDED) { /* refused before it rang */
    msnav_session_info info = {.size = sizeof(info)};
    (void)msnav_session_get_info(action->session, &info);
    ctx->ended[MIN(info.reason, 31u)]++;
    msnav_session_free(action->session);
    return NULL;
  }
  if (ctx->freeing) { /* there would be no end to report */
    (void)msnav_session_feed(action->session, MSNAV_EV_SHUTDOWN,
                             msnav_call_now(ctx));
    return NULL;
  }
  msnav_call *call = msnav_call_make(ctx, action->session);
  if (call == NULL) {
    (void)msnav_session_feed(action->session, MSNAV_EV_FAILED,
                             msnav_call_now(ctx));
    return NULL;
  }
  if (ctx->events.incoming != NULL) {
    ctx->events.incoming(ctx->self, call);
  }
  return call;
}

static void changed(msnav_context *ctx, const msnav_action *action) {
  msnav_call *call = msnav_session_user(action->session);
  if (call == NULL) {
    call = introduce(ctx, action);
    if (call == NULL) {
      return;
    }
  }
  if (action->state == MSNAV_STATE_ENDED) {
    ended(call);
  } else {
    msnav_call_arm(call);
  }
  msnav_call_report_state(call, (msnav_state)action->state);
}

static void act(msnav_context *ctx, const msnav_action *action) {
  msnav_call *call = msnav_session_user(action->session);
  if (action->kind == MSNAV_ACTION_SEND) {
    send_message(ctx, action);
    return;
  }
  if (action->kind == MSNAV_ACTION_STATE) {
    changed(ctx, action);
    return;
  }
  if (call == NULL) {
    return;
  }
  switch ((msnav_action_kind)action->kind) {
  case MSNAV_ACTION_LISTEN:
    listen_for(call);
    break;
  case MSNAV_ACTION_SIP_INVITE:
    sip_invite(call);
    break;
  case MSNAV_ACTION_MEDIA_START:
    msnav_call_start_media(call);
    break;
  case MSNAV_ACTION_MEDIA_STOP:
    msnav_call_stop_media(call);
    break;
  case MSNAV_ACTION_SIP_HANGUP:
    sip_hangup(call);
    break;
  case MSNAV_ACTION_SIP_CLOSE:
    msnav_call_close_dialog(call);
    break;
  case MSNAV_ACTION_SEND:
  case MSNAV_ACTION_STATE:
    break;
  }
}

void msnav_call_drain(msnav_context *ctx) {
  if (ctx->draining) {
    return;
  }
  ctx->draining = true;
  msnav_action action;
  while (msnav_session_next_action(ctx->sessions, &action) == MSNAV_OK) {
    act(ctx, &action);
  }
  ctx->draining = false;
}
