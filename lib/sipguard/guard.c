/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/fold.h"
#include "sipguard/write.h"
#include <stddef.h>
#include <string.h>

size_t msnav_guard_size(void) {
  return sizeof(struct msnav_guard);
}

static bool is_address(const msnav_addr *addr) {
  return addr->ip != 0 && addr->port != 0;
}

static bool is_user(msnav_str user) {
  return user.len == 0 ||
         (user.ptr != NULL && msnav_text_is_token(user, MSNAV_GUARD_MAX_USER));
}

static uint8_t copy_user(char *to, msnav_str user) {
  if (user.len > 0) {
    memcpy(to, user.ptr, user.len);
  }
  return (uint8_t)user.len;
}

static void set(msnav_guard_hostport *hostport, const msnav_addr *addr) {
  hostport->len = (uint8_t)msnav_addr_format(addr, hostport->text);
}

msnav_error msnav_guard_init(msnav_guard *g, const msnav_guard_config *config) {
  if (g == NULL || config == NULL || !is_address(&config->outer_local) ||
      !is_address(&config->outer_remote) || !is_user(config->user) ||
      !is_user(config->remote_user)) {
    return MSNAV_ERR_INVALID;
  }
  bool direct = config->target.ip == 0 && config->target.port == 0;
  if (!direct && !is_address(&config->target)) {
    return MSNAV_ERR_INVALID;
  }
  memset(g, 0, sizeof(*g));
  g->outer_remote = config->outer_remote;
  set(&g->outer_local, &config->outer_local);
  set(&g->target, direct ? &config->outer_remote : &config->target);
  g->serial = config->transactions;
  g->branch = config->branch;
  g->user_len = copy_user(g->user, config->user);
  g->remote_user_len = copy_user(g->remote_user, config->remote_user);
  return MSNAV_OK;
}

void msnav_guard_renewed(msnav_guard *g) {
  for (size_t i = 0; i < MSNAV_GUARD_ALL; i++) {
    g->transaction[i].said = false;
  }
}

_Static_assert(offsetof(msnav_guard, pool) + MSNAV_GUARD_POOL ==
                 sizeof(msnav_guard),
               "what is saved ends with the pool");

/* Bytes of the state without the end of the pool, which is zeroes. */
static size_t used_size(const msnav_guard *g) {
  return offsetof(msnav_guard, pool) + g->pool_used;
}

static void restore(msnav_guard *g, const msnav_guard *before) {
  size_t used = used_size(before);
  if (used_size(g) > used) {
    memset((char *)g + used, 0, used_size(g) - used);
  }
  memcpy(g, before, used);
}

/* The state as it was comes back unless all went well: so no refusal can leave
 * half a change behind. */
static msnav_guard_verdict
pass_on(msnav_guard *g, const msnav_guard_message *m, bool in, msnav_out *out) {
  msnav_guard before;
  memcpy(&before, g, used_size(g));
  msnav_guard_verdict verdict = MSNAV_GUARD_PASS;
  if (in) {
    verdict = m->status != 0 ? msnav_guard_response_in(g, m, out)
                             : msnav_guard_request_in(g, m, out);
  } else {
    verdict = m->status != 0 ? msnav_guard_response_out(g, m, out)
                             : msnav_guard_request_out(g, m, out);
  }
  if (verdict == MSNAV_GUARD_PASS && out->full) {
    verdict = MSNAV_GUARD_SIZE;
  }
  if (verdict != MSNAV_GUARD_PASS) {
    restore(g, &before);
  }
  return verdict;
}

static msnav_guard_verdict check_in(msnav_guard *g, msnav_str data,
                                    const msnav_addr *from, msnav_out *out) {
  if (from == NULL || from->ip != g->outer_remote.ip ||
      from->port != g->outer_remote.port) {
    return MSNAV_GUARD_SOURCE;
  }
  char copy[MSNAV_GUARD_MAX_IN];
  msnav_guard_message m;
  msnav_guard_verdict verdict =
    msnav_guard_message_read(data.ptr, data.len, &m);
  if (verdict != MSNAV_GUARD_PASS) { /* no folded line passes */
    msnav_str whole = msnav_guard_unfold(data, copy);
    if (whole.ptr != data.ptr) {
      verdict = msnav_guard_message_read(whole.ptr, whole.len, &m);
    }
  }
  return verdict == MSNAV_GUARD_PASS ? pass_on(g, &m, true, out) : verdict;
}

/* NOLINTBEGIN(readability-function-size): in, from where, and out */
msnav_guard_verdict
msnav_guard_in(msnav_guard *g, const char *data, size_t len,
               const msnav_addr *from, char *out, size_t cap, size_t *out_len) {
  if (g == NULL || data == NULL || out == NULL || out_len == NULL) {
    return MSNAV_GUARD_SIZE;
  }
  msnav_out w;
  msnav_out_init(&w, out, cap);
  msnav_guard_verdict verdict = check_in(g, (msnav_str){data, len}, from, &w);
  g->counts[verdict]++;
  *out_len = verdict == MSNAV_GUARD_PASS ? w.len : 0;
  return verdict;
}
/* NOLINTEND(readability-function-size) */

msnav_guard_verdict
msnav_guard_out(msnav_guard *g, const char *data, size_t len, char *out,
                size_t cap, size_t *out_len) {
  if (g == NULL || data == NULL || out == NULL || out_len == NULL) {
    return MSNAV_GUARD_SIZE;
  }
  msnav_out w;
  msnav_out_init(&w, out, cap);
  msnav_guard_message m;
  msnav_guard_verdict verdict = msnav_guard_message_read(data, len, &m);
  if (verdict == MSNAV_GUARD_PASS) {
    verdict = pass_on(g, &m, false, &w);
  }
  *out_len = verdict == MSNAV_GUARD_PASS ? w.len : 0;
  return verdict;
}

const uint32_t *msnav_guard_counts(const msnav_guard *g) {
  return g != NULL ? g->counts : NULL;
}
