/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of peers. */
#include "base/text.h"
#include "call/context.h"
#include "session/received.h"

/* Read it once, when it may be read, for us and for the sessions. */
static msnav_error
receive(msnav_context *ctx, msnav_str peer, const char *payload, size_t len) {
  msnav_session *session;
  msnav_invite v = {.size = sizeof(v)};
  msnav_error err = msnav_limits_payload(ctx, peer, payload, len);
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_error read = msnav_invite_read(payload, len, &v);
  err = read == MSNAV_OK ? msnav_limits_invitation(ctx, peer, &v) : MSNAV_OK;
  if (err == MSNAV_OK) {
    err = msnav_session_received(ctx->sessions, peer, read, &v,
                                 msnav_call_now(ctx), &session);
    msnav_limits_note_calls(ctx, err);
  }
  return err;
}

static void
log_refusal(msnav_context *ctx, msnav_str peer, msnav_error verdict) {
  char name[160];
  msnav_out out;
  msnav_out_init(&out, name, sizeof(name) - 1);
  msnav_out_escaped(&out, peer, 32);
  name[out.len] = '\0';
  msnav_call_log(ctx, MSNAV_LOG_WARNING, NULL, "invitation from %s refused: %s",
                 name, msnav_strerror(verdict));
}

msnav_error msnav_context_receive(msnav_context *ctx, msnav_str peer,
                                  const char *payload, size_t len) {
  if (ctx == NULL || payload == NULL || peer.ptr == NULL || peer.len == 0) {
    return MSNAV_ERR_INVALID;
  }
  if (ctx->freeing) {
    return MSNAV_ERR_STATE;
  }
  msnav_call_enter(ctx);
  msnav_error err = receive(ctx, peer, payload, len);
  if (err != MSNAV_ERR_NOT_OURS) {
    msnav_trace record = {
      .kind = err == MSNAV_OK ? MSNAV_TRACE_MSNP : MSNAV_TRACE_REFUSED,
      .direction = MSNAV_IN,
      .peer = peer,
      .data = (const uint8_t *)payload,
      .len = len,
      .verdict = err == MSNAV_OK ? NULL : msnav_strerror(err),
    };
    msnav_call_trace(ctx, &record, NULL);
    if (err != MSNAV_OK) {
      log_refusal(ctx, peer, err);
    }
  }
  msnav_call_leave(ctx);
  return err;
}
