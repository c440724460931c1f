/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told: states, log lines, traces. */
#include "base/text.h"
#include "call/context.h"
#include <stdarg.h>
#include <string.h>

#define MOST_TEXT 64 /* bytes of an account or a cookie in a line */

/* A text of the peer's, made harmless for a line. */
static char *safe(const char *text) {
  char line[(size_t)4 * MOST_TEXT + sizeof("...")];
  msnav_out out;
  msnav_out_init(&out, line, sizeof(line));
  msnav_out_escaped(&out, msnav_str_of(text), MOST_TEXT);
  return g_strndup(line, out.len);
}

/* Where to cut so that no character is cut in two. */
static size_t cut_at(const char *line, size_t most) {
  while (most > 0 && ((unsigned char)line[most] & 0xc0) == 0x80) {
    most--;
  }
  return most;
}

void msnav_call_log(msnav_context *ctx, msnav_log_level level,
                    const msnav_call *call, const char *format, ...) {
  if (ctx->events.log == NULL) {
    return;
  }
  va_list args;
  va_start(args, format);
  char *text = g_strdup_vprintf(format, args);
  va_end(args);
  char *line = text;
  if (call != NULL) {
    char *peer = safe(call->peer);
    char *cookie = safe(call->cookie); /* empty in direct calls */
    line = g_strdup_printf("call with %s%s%s: %s", peer,
                           cookie[0] != '\0' ? ", cookie " : "", cookie, text);
    g_free(peer);
    g_free(cookie);
    g_free(text);
  }
  size_t len = strlen(line), most = ctx->limits[MSNAV_LIMIT_LOG_LINE];
  if (len > most) {
    ctx->refused[MSNAV_LIMIT_LOG_LINE]++;
    len = cut_at(line, most);
    line[len] = '\0';
  }
  ctx->events.log(level, line, len, ctx->self);
  g_free(line);
}

void msnav_call_trace(msnav_context *ctx, msnav_trace *record,
                      const msnav_call *call) {
  if (ctx->events.trace == NULL) {
    return;
  }
  record->size = sizeof(*record);
  if (record->time == 0) {
    record->time = msnav_call_now(ctx);
  }
  if (call != NULL && record->peer.len == 0) {
    record->peer = msnav_str_of(call->peer);
  }
  ctx->events.trace(record, ctx->self);
}

void msnav_call_report_state(msnav_call *call, msnav_state state) {
  msnav_context *ctx = call->ctx;
  const char *name = msnav_state_name(state);
  call->state = state;
  if (state == MSNAV_STATE_TALKING) {
    call->talk_began = msnav_call_now(ctx);
    call->setup_time = call->talk_began - call->asked;
  }
  if (state == MSNAV_STATE_ENDED) {
    msnav_call_log(ctx, MSNAV_LOG_INFO, call, "ended: %s",
                   msnav_reason_name((msnav_reason)call->reason));
  } else {
    msnav_call_log(ctx, MSNAV_LOG_INFO, call, "%s", name);
  }
  msnav_trace record = {.kind = MSNAV_TRACE_STATE,
                        .data = (const uint8_t *)name,
                        .len = strlen(name)};
  msnav_call_trace(ctx, &record, call);
  if (ctx->events.state != NULL && !call->released) {
    ctx->events.state(ctx->self, call, state, (msnav_reason)call->reason);
  }
}
