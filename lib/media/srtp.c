/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/srtp.h"

#include "config.h"

#if HAVE_SRTP

#include "media/rtp.h"
#include "media/wire.h"

#include <srtp2/srtp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define KEY 30            /* the longest master key and salt */
#define KEY_GCM 28        /* likewise of GCM, RFC 7714 section 12 */
#define RTCP_HEADER 8     /* with the sender's SSRC */
#define RTCP_SSRC_AT 4    /* in a datagram */
#define RTP_SSRC_AT 8     /* likewise */
#define REPLAY_WINDOW 128 /* packets: more than a jitter buffer waits for */

typedef struct direction {
  srtp_t session; /* NULL in a plan: the old one goes on */
  uint32_t suite; /* a msnav_srtp_suite */
  uint8_t key[KEY];
  uint32_t ssrcs[MSNAV_SRTP_SSRCS]; /* that were authentic, incoming only */
  unsigned ssrc_count;
} direction;

struct msnav_srtp {
  direction out, in;
};

static void set_suite(srtp_policy_t *p, uint32_t suite) {
  if (suite == MSNAV_SRTP_AES_128_GCM) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtcp);
    return;
  }
  if (suite == MSNAV_SRTP_AES_CM_SHA1_32) {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&p->rtp);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtp);
  }
  /* RFC 4568 section 6.2.2: of RTCP the tag is never shortened */
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtcp);
}

/* ---- the library, once in a process */

enum { UNTOUCHED, BUSY, READY, BROKEN };

/* Debian's libsrtp2 sets its cryptography up with the first session and tears
 * it down with the last one, which takes twenty times as long as the session
 * itself: this one stays. */
static bool start(void) {
  static srtp_t kept;
  static uint8_t key[KEY];
  srtp_policy_t policy;
  memset(&policy, 0, sizeof(policy));
  set_suite(&policy, MSNAV_SRTP_AES_128_GCM);
  policy.ssrc.type = ssrc_any_outbound;
  policy.key = key;
  return srtp_init() == srtp_err_status_ok &&
         srtp_create(&kept, &policy) == srtp_err_status_ok;
}

/* libsrtp2 must not be initialised by two threads at a time. */
static bool is_ready(void) {
  static atomic_int state;
  int expected = UNTOUCHED;
  if (atomic_compare_exchange_strong(&state, &expected, BUSY)) {
    atomic_store(&state, start() ? READY : BROKEN);
  }
  while (atomic_load(&state) == BUSY) {
    /* another thread is at it, for a moment */
  }
  return atomic_load(&state) == READY;
}

/* ---- keys */

static size_t key_length(uint32_t suite) {
  return suite == MSNAV_SRTP_AES_128_GCM ? KEY_GCM : KEY;
}

static msnav_error open_direction(direction *d, const uint8_t key[KEY],
                                  uint32_t suite, srtp_ssrc_type_t type) {
  srtp_policy_t policy;
  memset(&policy, 0, sizeof(policy));
  memcpy(d->key, key, key_length(suite));
  d->suite = suite;
  set_suite(&policy, suite);
  policy.ssrc.type = type;
  policy.key = d->key;
  policy.window_size = REPLAY_WINDOW;
  srtp_err_status_t status = srtp_create(&d->session, &policy);
  if (status != srtp_err_status_ok) {
    d->session = NULL;
    return status == srtp_err_status_alloc_fail ? MSNAV_ERR_NOMEM
                                                : MSNAV_ERR_UNSUPPORTED;
  }
  return MSNAV_OK;
}

static void close_direction(direction *d) {
  if (d->session != NULL) {
    (void)srtp_dealloc(d->session);
  }
  explicit_bzero(d, sizeof(*d));
}

/* What lies behind a shorter key is no part of it: to begin anew for its sake
 * would encrypt other packets with the numbers of earlier ones. */
static bool
is_same(const direction *d, const uint8_t key[KEY], uint32_t suite) {
  return d->suite == suite && memcmp(d->key, key, key_length(suite)) == 0;
}

/* ---- changing them */

msnav_error msnav_srtp_plan(msnav_srtp *old, const msnav_stream_config *c,
                            msnav_srtp **next) {
  *next = NULL;
  if (c->srtp_suite == MSNAV_SRTP_NONE) {
    return old == NULL ? MSNAV_OK : MSNAV_ERR_INVALID;
  }
  bool same_out =
    old != NULL && is_same(&old->out, c->srtp_send_key, c->srtp_suite);
  bool same_in =
    old != NULL && is_same(&old->in, c->srtp_receive_key, c->srtp_suite);
  if (same_out && same_in) {
    *next = old;
    return MSNAV_OK;
  }
  if (!is_ready()) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  msnav_srtp *made = calloc(1, sizeof(*made));
  if (made == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_error err = MSNAV_OK;
  if (!same_out) {
    err = open_direction(&made->out, c->srtp_send_key, c->srtp_suite,
                         ssrc_any_outbound);
  }
  if (err == MSNAV_OK && !same_in) {
    err = open_direction(&made->in, c->srtp_receive_key, c->srtp_suite,
                         ssrc_any_inbound);
  }
  if (err != MSNAV_OK) {
    msnav_srtp_free(made);
    return err;
  }
  *next = made;
  return MSNAV_OK;
}

static void go_on(direction *next, direction *old) {
  if (next->session == NULL) {
    *next = *old;
    old->session = NULL;
  }
}

void msnav_srtp_adopt(msnav_srtp **old, msnav_srtp *next) {
  if (*old == next) {
    return;
  }
  if (*old != NULL) {
    go_on(&next->out, &(*old)->out);
    go_on(&next->in, &(*old)->in);
    msnav_srtp_free(*old);
  }
  *old = next;
}

void msnav_srtp_abandon(msnav_srtp *old, msnav_srtp *next) {
  if (next != old) {
    msnav_srtp_free(next);
  }
}

void msnav_srtp_free(msnav_srtp *s) {
  if (s != NULL) {
    close_direction(&s->out);
    close_direction(&s->in);
    free(s);
  }
}

/* ---- datagrams */

msnav_error msnav_srtp_protect(msnav_srtp *s, uint8_t *data, size_t *len) {
  int n = (int)*len;
  if (srtp_protect(s->out.session, data, &n) != srtp_err_status_ok) {
    return MSNAV_ERR_LIMIT;
  }
  *len = (size_t)n;
  return MSNAV_OK;
}

msnav_error msnav_srtp_protect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len) {
  int n = (int)*len;
  if (srtp_protect_rtcp(s->out.session, data, &n) != srtp_err_status_ok) {
    return MSNAV_ERR_LIMIT;
  }
  *len = (size_t)n;
  return MSNAV_OK;
}

bool msnav_srtp_forget(msnav_srtp *s, uint32_t ssrc) {
  uint8_t bytes[4];
  uint32_t as_sent; /* network byte order */
  msnav_put32(bytes, ssrc);
  memcpy(&as_sent, bytes, sizeof(as_sent));
  return srtp_remove_stream(s->out.session, as_sent) == srtp_err_status_ok;
}

/* libsrtp2 keeps a state for each SSRC that was authentic. */
static bool has_room(const direction *d, uint32_t ssrc) {
  for (unsigned i = 0; i < d->ssrc_count; i++) {
    if (d->ssrcs[i] == ssrc) {
      return true;
    }
  }
  return d->ssrc_count < MSNAV_SRTP_SSRCS;
}

static void remember(direction *d, uint32_t ssrc) {
  for (unsigned i = 0; i < d->ssrc_count; i++) {
    if (d->ssrcs[i] == ssrc) {
      return;
    }
  }
  d->ssrcs[d->ssrc_count++] = ssrc;
}

static msnav_error
unprotect(direction *d, uint8_t *data, size_t *len, bool rtcp) {
  if (*len < (rtcp ? RTCP_HEADER : MSNAV_RTP_HEADER)) {
    return MSNAV_ERR_PARSE;
  }
  uint32_t ssrc = msnav_get32(data + (rtcp ? RTCP_SSRC_AT : RTP_SSRC_AT));
  if (!has_room(d, ssrc)) {
    return MSNAV_ERR_PARSE;
  }
  int n = (int)*len;
  srtp_err_status_t status = rtcp ? srtp_unprotect_rtcp(d->session, data, &n)
                                  : srtp_unprotect(d->session, data, &n);
  if (status != srtp_err_status_ok) {
    return MSNAV_ERR_PARSE;
  }
  remember(d, ssrc);
  *len = (size_t)n;
  return MSNAV_OK;
}

msnav_error msnav_srtp_unprotect(msnav_srtp *s, uint8_t *data, size_t *len) {
  return unprotect(&s->in, data, len, false);
}

msnav_error
msnav_srtp_unprotect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len) {
  return unprotect(&s->in, data, len, true);
}

#else /* a build without libsrtp2: there are no keys */

msnav_error msnav_srtp_plan(msnav_srtp *old, const msnav_stream_config *c,
                            msnav_srtp **next) {
  *next = old;
  return c->srtp_suite == MSNAV_SRTP_NONE ? MSNAV_OK : MSNAV_ERR_UNSUPPORTED;
}

void msnav_srtp_adopt(msnav_srtp **old, msnav_srtp *next) {
  *old = next;
}

void msnav_srtp_abandon(msnav_srtp *old, msnav_srtp *next) {
  (void)old;
  (void)next;
}

void msnav_srtp_free(msnav_srtp *s) {
  (void)s;
}

msnav_error msnav_srtp_protect(msnav_srtp *s, uint8_t *data, size_t *len) {
  (void)s;
  (void)data;
  (void)len;
  return MSNAV_ERR_UNSUPPORTED;
}

msnav_error msnav_srtp_protect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len) {
  return msnav_srtp_protect(s, data, len);
}

bool msnav_srtp_forget(msnav_srtp *s, uint32_t ssrc) {
  (void)s;
  (void)ssrc;
  return false;
}

msnav_error msnav_srtp_unprotect(msnav_srtp *s, uint8_t *data, size_t *len) {
  return msnav_srtp_protect(s, data, len);
}

msnav_error
msnav_srtp_unprotect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len) {
  return msnav_srtp_protect(s, data, len);
}

#endif
