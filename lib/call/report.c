/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told: states, log lines, traces. */
#include "base/text.h"
#include "call/context.h"
#include <stdarg.h>
#include <string.h>

#define MOST_TEXT 64 /* bytes of an account or a cookie in a line */
#define MOST_TITLE (8 * MOST_TEXT + 64) /* with both, escaped */
#define MOST_STATE 64                   /* "ended: " and a reason */

/* How every line about a call begins: the peer's texts, made harmless. */
static const char *title_of(msnav_call *call) {
  char text[MOST_TITLE];
  msnav_out out;
  if (call->title == NULL) {
    msnav_out_init(&out, text, sizeof(text));
    msnav_out_text(&out, "call with ");
    msnav_out_escaped(&out, msnav_str_of(call->peer), MOST_TEXT);
    if (call->cookie[0] != '\0') { /* direct calls have none */
      msnav_out_text(&out, ", cookie ");
      msnav_out_escaped(&out, msnav_str_of(call->cookie), MOST_TEXT);
    }
    msnav_out_text(&out, ": ");
    call->title = g_strndup(text, out.len);
  }
  return call->title;
}

/* Where to cut so that no character is cut in two. */
static size_t cut_at(const char *line, size_t most) {
  while (most > 0 && ((unsigned char)line[most] & 0xc0) == 0x80) {
    most--;
  }
  return most;
}

/* Somebody listens; the line may be cut. */
static void
hand_over(msnav_context *ctx, msnav_log_level level, char *line, size_t len) {
  size_t most = ctx->limits[MSNAV_LIMIT_LOG_LINE];
  if (len > most) {
    ctx->refused[MSNAV_LIMIT_LOG_LINE]++;
    len = cut_at(line, most);
    line[len] = '\0';
  }
  ctx->events.log(level, line, len, ctx->self);
}

void msnav_call_log(msnav_context *ctx, msnav_log_level level, msnav_call *call,
                    const char *format, ...) {
  if (ctx->events.log == NULL) {
    return;
  }
  va_list args;
  va_start(args, format);
  char *line = g_strdup_vprintf(format, args);
  va_end(args);
  if (call != NULL) {
    char *text = line;
    line = g_strconcat(title_of(call), text, NULL);
    g_free(text);
  }
  hand_over(ctx, level, line, strlen(line));
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

static void log_state(msnav_call *call, const char *state) {
  char line[MOST_TITLE + MOST_STATE];
  msnav_out out;
  if (call->ctx->events.log == NULL) {
    return;
  }
  msnav_out_init(&out, line, sizeof(line) - 1);
  msnav_out_text(&out, title_of(call));
  msnav_out_text(&out, state);
  if (call->state == MSNAV_STATE_ENDED) {
    msnav_out_text(&out, ": ");
    msnav_out_text(&out, msnav_reason_name((msnav_reason)call->reason));
  }
  line[out.len] = '\0';
  hand_over(call->ctx, MSNAV_LOG_INFO, line, out.len);
}

void msnav_call_report_state(msnav_call *call, msnav_state state) {
  msnav_context *ctx = call->ctx;
  const char *name = msnav_state_name(state);
  call->state = state;
  if (state == MSNAV_STATE_TALKING) {
    call->talk_began = msnav_call_now(ctx);
    call->setup_time = call->talk_began - call->asked;
  }
  log_state(call, name);
  msnav_trace record = {.kind = MSNAV_TRACE_STATE,
                        .data = (const uint8_t *)name,
                        .len = strlen(name)};
  msnav_call_trace(ctx, &record, call);
  if (ctx->events.state != NULL && !call->released) {
    ctx->events.state(ctx->self, call, state, (msnav_reason)call->reason);
  }
}
