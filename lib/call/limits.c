/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a context puts up with from others: looked at before anything is
 * believed, allocated or answered. */
#include "base/text.h"
#include "call/context.h"
#include <string.h>

#define MINUTE UINT64_C(60000000) /* µs */
#define SECOND UINT64_C(1000000)

static const struct {
  const char *name;
  uint32_t value, least, most;
} limits[MSNAV_LIMITS] = {
  [MSNAV_LIMIT_PAYLOAD] = {"payload", 1664, 256, 1664},
  [MSNAV_LIMIT_FIELDS] = {"fields", 64, 8, 800},
  [MSNAV_LIMIT_FIELD] = {"field", 1024, 64, 1664},
  [MSNAV_LIMIT_NAME] = {"name", 255, 16, 255},
  [MSNAV_LIMIT_INVITES] = {"invites", 600, 1, 60000},
  [MSNAV_LIMIT_CALLS] = {"calls", 10000, 1, 1000000},
  [MSNAV_LIMIT_CALLS_PER_PEER] = {"calls_per_peer", 8, 1, 1000000},
  [MSNAV_LIMIT_SIP] = {"sip", 8192, 1024, 8192},
  [MSNAV_LIMIT_SDP] = {"sdp", 4096, 256, 4096},
  [MSNAV_LIMIT_SDP_LINES] = {"sdp_lines", 128, 8, 128},
  [MSNAV_LIMIT_SDP_MEDIA] = {"sdp_media", 8, 1, 8},
  [MSNAV_LIMIT_SDP_FORMATS] = {"sdp_formats", 64, 1, 255},
  [MSNAV_LIMIT_RTP] = {"rtp", 2000, 50, 100000},
  [MSNAV_LIMIT_RTCP] = {"rtcp", 100, 5, 100000},
  [MSNAV_LIMIT_LOG_LINE] = {"log_line", 1024, 80, 65536},
};

void msnav_limits_init(msnav_context *ctx) {
  for (int i = 0; i < MSNAV_LIMITS; i++) {
    ctx->limits[i] = limits[i].value;
  }
  const msnav_config *c = &ctx->config;
  if (c->max_calls != 0) {
    ctx->limits[MSNAV_LIMIT_CALLS] = c->max_calls;
  }
  if (c->max_calls_per_peer != 0) {
    ctx->limits[MSNAV_LIMIT_CALLS_PER_PEER] = c->max_calls_per_peer;
  }
}

msnav_error
msnav_context_set_limit(msnav_context *ctx, msnav_limit limit, uint32_t value) {
  unsigned i = (unsigned)limit;
  if (ctx == NULL || i >= MSNAV_LIMITS || value < limits[i].least ||
      value > limits[i].most) {
    return MSNAV_ERR_INVALID;
  }
  ctx->limits[i] = value;
  return msnav_session_set_limits(ctx->sessions, ctx->limits[MSNAV_LIMIT_CALLS],
                                  ctx->limits[MSNAV_LIMIT_CALLS_PER_PEER]);
}

uint32_t msnav_context_limit(const msnav_context *ctx, msnav_limit limit) {
  return ctx != NULL && (unsigned)limit < MSNAV_LIMITS ? ctx->limits[limit] : 0;
}

const char *msnav_limit_name(msnav_limit limit) {
  return (unsigned)limit < MSNAV_LIMITS ? limits[limit].name : "unknown";
}

static msnav_error over(msnav_context *ctx, msnav_limit limit) {
  ctx->refused[limit]++;
  return MSNAV_ERR_LIMIT;
}

/* ---- rates */

/* Take one of so many per period; a bucket that was never used is full. */
static bool
take(call_bucket *b, uint64_t many, uint64_t period, msnav_usec now) {
  uint64_t full = many * period;
  uint64_t since = now > b->filled ? now - b->filled : 0;
  if (b->filled == 0 || since >= period) {
    b->tokens = full;
  } else {
    b->tokens += since * many;
    b->tokens = b->tokens > full ? full : b->tokens;
  }
  b->filled = now > 0 ? now : 1;
  if (b->tokens < period) {
    return false;
  }
  b->tokens -= period;
  return true;
}

/* The peer's bucket, or that of whoever was quiet longest.  Case does not make
 * another peer (session.h). */
static call_bucket *bucket_of(msnav_context *ctx, msnav_str peer) {
  uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
  for (size_t i = 0; i < peer.len; i++) {
    hash =
      (hash ^ (uint8_t)g_ascii_tolower(peer.ptr[i])) * UINT64_C(1099511628211);
  }
  call_bucket *oldest = &ctx->invites[0];
  for (size_t i = 0; i < G_N_ELEMENTS(ctx->invites); i++) {
    call_bucket *b = &ctx->invites[i];
    if (b->filled != 0 && b->owner == hash) {
      return b;
    }
    oldest = b->filled < oldest->filled ? b : oldest;
  }
  *oldest = (call_bucket){.owner = hash};
  return oldest;
}

bool msnav_limits_packet(call_stream *st, bool rtcp, const msnav_addr *from,
                         msnav_usec now) {
  msnav_limit limit = rtcp ? MSNAV_LIMIT_RTCP : MSNAV_LIMIT_RTP;
  msnav_context *ctx = st->call->ctx;
  const msnav_addr *known = rtcp ? msnav_stream_remote_rtcp(st->stream)
                                 : msnav_stream_remote(st->stream);
  if (known == NULL || known->ip != from->ip || known->port != from->port) {
    return true; /* strangers are the stream's affair, and have no share */
  }
  if (take(&st->packets[rtcp], ctx->limits[limit], SECOND, now)) {
    return true;
  }
  (void)over(ctx, limit);
  return false;
}

/* ---- invitations */

/* Lines behind the header, and the longest one. */
static void
measure(const char *payload, size_t len, uint32_t *lines, size_t *longest) {
  msnav_str rest = {payload, len};
  bool header = true;
  *lines = 0;
  *longest = 0;
  while (rest.len > 0) {
    msnav_str line = msnav_text_until(&rest, '\n');
    line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r';
    *longest = line.len > *longest ? line.len : *longest;
    *lines += !header && line.len > 0;
    header = header && line.len > 0;
  }
}

msnav_error msnav_limits_payload(msnav_context *ctx, msnav_str peer,
                                 const char *payload, size_t len) {
  const uint32_t *most = ctx->limits;
  uint32_t lines;
  size_t longest;
  if (len > most[MSNAV_LIMIT_PAYLOAD]) {
    msnav_error err = over(ctx, MSNAV_LIMIT_PAYLOAD);
    if (len > MSNAV_INVITE_MAX) {
      return MSNAV_OK; /* the set counts it, too */
    }
    ctx->long_payloads++;
    return err;
  }
  if (peer.len > most[MSNAV_LIMIT_NAME]) {
    return over(ctx, MSNAV_LIMIT_NAME);
  }
  measure(payload, len, &lines, &longest);
  if (lines > most[MSNAV_LIMIT_FIELDS]) {
    return over(ctx, MSNAV_LIMIT_FIELDS);
  }
  if (longest > most[MSNAV_LIMIT_FIELD]) {
    return over(ctx, MSNAV_LIMIT_FIELD);
  }
  return MSNAV_OK;
}

msnav_error msnav_limits_invitation(msnav_context *ctx, msnav_str peer,
                                    const msnav_invite *v) {
  if (v->command != MSNAV_INVITE_INVITE || !msnav_invite_is_ours(v) ||
      take(bucket_of(ctx, peer), ctx->limits[MSNAV_LIMIT_INVITES], MINUTE,
           msnav_call_now(ctx))) {
    return MSNAV_OK;
  }
  return over(ctx, MSNAV_LIMIT_INVITES);
}

void msnav_limits_note_calls(msnav_context *ctx, msnav_error err) {
  msnav_session_counters s = {.size = sizeof(s)};
  if (err != MSNAV_ERR_LIMIT) {
    return;
  }
  (void)msnav_session_set_counters(ctx->sessions, &s);
  (void)over(ctx, s.live >= ctx->limits[MSNAV_LIMIT_CALLS]
                    ? MSNAV_LIMIT_CALLS
                    : MSNAV_LIMIT_CALLS_PER_PEER);
}

/* ---- descriptions */

static uint32_t formats_of(msnav_str line) {
  uint32_t words = 0;
  while (line.len > 0) {
    words += msnav_text_until(&line, ' ').len > 0;
  }
  return words > 3 ? words - 3 : 0; /* media, port, protocol */
}

msnav_error msnav_limits_sdp(msnav_context *ctx, msnav_str text) {
  const uint32_t *most = ctx->limits;
  uint32_t lines = 0, media = 0;
  if (text.len > most[MSNAV_LIMIT_SDP]) {
    return over(ctx, MSNAV_LIMIT_SDP);
  }
  while (text.len > 0) {
    msnav_str line = msnav_text_until(&text, '\n');
    if (++lines > most[MSNAV_LIMIT_SDP_LINES]) {
      return over(ctx, MSNAV_LIMIT_SDP_LINES);
    }
    if (line.len < 2 || line.ptr[0] != 'm' || line.ptr[1] != '=') {
      continue;
    }
    if (++media > most[MSNAV_LIMIT_SDP_MEDIA]) {
      return over(ctx, MSNAV_LIMIT_SDP_MEDIA);
    }
    if (formats_of(line) > most[MSNAV_LIMIT_SDP_FORMATS]) {
      return over(ctx, MSNAV_LIMIT_SDP_FORMATS);
    }
  }
  return MSNAV_OK;
}
