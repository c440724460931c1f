/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets of a dialog: one that the peer sees, and a private pair on
 * loopback with the guard at one end and Sofia at the other. */
#include "sip/inner.h"
#include "sip/socket.h"
#include <fcntl.h>
#include <string.h>

#define TRANSACTIONS 8192 /* more than the guard of one dialog begins */
#define GUARDS 500000     /* that have numbers of their own, below 2^32 */
#define ROUND 32          /* datagrams before others get their turn */
#define MARGIN 1000000    /* us: steps of the clock that are not noticed */

/* ---- the trace */

static void
trace(const msnav_dialog *d, msnav_direction direction,
      const msnav_addr *remote, msnav_str data, const char *verdict) {
  const msnav_sip *sip = d->sip;
  if (sip->trace == NULL) {
    return;
  }
  const msnav_trace record = {
    .size = sizeof(record),
    .kind = verdict != NULL ? MSNAV_TRACE_REFUSED : MSNAV_TRACE_SIP,
    .direction = direction,
    .time = sip->loop.now(sip->loop.data),
    .local = d->local,
    .remote = *remote,
    .data = (const uint8_t *)data.ptr,
    .len = data.len,
    .verdict = verdict,
  };
  sip->trace(&record, sip->arg);
}

/* ---- in */

static void refuse(msnav_dialog *d, const msnav_addr *from, msnav_str data,
                   msnav_guard_verdict verdict) {
  d->refused[verdict]++;
  trace(d, MSNAV_IN, from, data, msnav_guard_verdict_name(verdict));
}

static msnav_error guard_init(msnav_dialog *d, const msnav_addr *peer) {
  const msnav_guard_config config = {
    .outer_local = d->local,
    .outer_remote = *peer,
    .branch = d->standard,
    .user = msnav_str_of(d->user),
    .remote_user = msnav_str_of(d->remote_user),
    .target = d->remote.port != 0 ? d->remote : *peer,
    .transactions = d->sip->guards % GUARDS * TRANSACTIONS,
  };
  return msnav_guard_init(d->guard, &config);
}

/* Those that are made for a datagram alone let nothing pass to Sofia: they need
 * no numbers of their own. */
static void keep_guard(msnav_dialog *d) {
  d->guarded = true;
  d->sip->guards++;
}

msnav_error msnav_transport_guard(msnav_dialog *d) {
  if (d->guarded) {
    return MSNAV_OK;
  }
  msnav_error err = guard_init(d, &d->peer);
  if (err == MSNAV_OK) {
    keep_guard(d);
  }
  return err;
}

void msnav_transport_deliver(msnav_dialog *d, const char *clean, size_t len) {
  msnav_shard *shard = d->shard;
  if (shard->fd >= 0 && msnav_socket_send(shard->inner, NULL, clean, len)) {
    msnav_shard_run(shard);
  }
}

static bool is_same(const msnav_addr *a, const msnav_addr *b) {
  return a->ip == b->ip && a->port == b->port;
}

/* Whether this is with whom datagrams are exchanged, or may become it. */
static bool is_heard(const msnav_dialog *d, const msnav_addr *from) {
  if (d->peer.port != 0) {
    return is_same(from, &d->peer);
  }
  return d->accept_first && msnav_dialog_may_call(d, from) &&
         (d->proxy.port == 0 || is_same(from, &d->proxy));
}

static bool is_invite(msnav_str clean) {
  return msnav_text_starts_nocase(clean, MSNAV_LITERAL("INVITE "));
}

/* What it answers to an INVITE of ours, if that is a 2xx; else 0. */
static uint32_t accepted_cseq(msnav_str clean) {
  static const char name[] = "\r\nCSeq: ";
  uint32_t cseq = 0;
  if (!msnav_text_starts_nocase(clean, MSNAV_LITERAL("SIP/2.0 2"))) {
    return 0;
  }
  const char *at = memmem(clean.ptr, clean.len, name, sizeof(name) - 1);
  if (at == NULL) {
    return 0;
  }
  at += sizeof(name) - 1;
  msnav_str line = {at, clean.len - (size_t)(at - clean.ptr)};
  line = msnav_text_until(&line, '\r');
  msnav_str number = msnav_text_until(&line, ' ');
  bool invite = MSNAV_TEXT_IS(line, "INVITE");
  return invite && msnav_text_u32(number, INT32_MAX, &cseq) == MSNAV_OK ? cseq
                                                                        : 0;
}

/* An INVITE that was cancelled and answered by a 200 nevertheless: when it
 * comes again and Sofia's ACK has had its time, she takes it for a stranger's,
 * sends an ACK and a BYE of her own, and when these cannot be sent she uses
 * memory that she has freed. */
static bool is_overdue(const msnav_dialog *d, msnav_str clean) {
  uint32_t cseq = d->given_up != 0 ? accepted_cseq(clean) : 0;
  if (cseq == 0 || cseq > d->given_up ||
      (d->invite.transaction != NULL && cseq == d->invite.cseq)) {
    return false;
  }
  msnav_usec now = d->sip->loop.now(d->sip->loop.data);
  return cseq != d->acked_cseq || now + MARGIN >= d->acked_until;
}

/* A caller that is not known yet has a guard for one datagram: it is kept when
 * that makes it known. */
static msnav_guard_verdict
ask_guard(msnav_dialog *d, const msnav_addr *from, msnav_str data,
          char out[MSNAV_GUARD_MAX_OUT], msnav_str *clean) {
  bool known = d->peer.port != 0;
  if ((known ? msnav_transport_guard(d) : guard_init(d, from)) != MSNAV_OK) {
    return MSNAV_GUARD_SOURCE;
  }
  *clean = (msnav_str){out, 0};
  msnav_guard_verdict verdict =
    msnav_guard_in(d->guard, data.ptr, data.len, from, out, MSNAV_GUARD_MAX_OUT,
                   &clean->len);
  if (verdict != MSNAV_GUARD_PASS) {
    return verdict;
  }
  if (!known && !is_invite(*clean)) {
    return MSNAV_GUARD_SOURCE;
  }
  if (is_overdue(d, *clean)) {
    return MSNAV_GUARD_ORDER;
  }
  bool forgotten = d->slept && d->agent == NULL;
  return forgotten && d->state == MSNAV_DIALOG_OVER ? MSNAV_GUARD_NO_DIALOG
                                                    : MSNAV_GUARD_PASS;
}

static void pass_in(msnav_dialog *d, const msnav_addr *from, msnav_str data,
                    msnav_str clean) {
  d->touched = d->sip->loop.now(d->sip->loop.data);
  trace(d, MSNAV_IN, from, data, NULL);
  if (clean.len == 0 || d->dead) {
    return;
  }
  if (d->offer == NULL && is_invite(clean)) {
    (void)msnav_body_keep(&d->asked, clean.ptr, clean.len);
  }
  msnav_transport_deliver(d, clean.ptr, clean.len);
  if (d->offer == NULL) {
    msnav_body_drop(&d->asked);
  }
}

/* Only what the guard lets pass is worth an agent. */
static void look_at(msnav_dialog *d, const msnav_addr *from, msnav_str data) {
  char out[MSNAV_GUARD_MAX_OUT];
  msnav_str clean;
  msnav_guard_verdict verdict = ask_guard(d, from, data, out, &clean);
  if (verdict != MSNAV_GUARD_PASS) {
    refuse(d, from, data, verdict);
    return;
  }
  if (d->peer.port == 0) {
    msnav_transport_set_peer(d, from);
    keep_guard(d);
  }
  msnav_error err = msnav_agent_enter(d);
  if (err != MSNAV_OK) {
    msnav_dialog_fail(d, err);
    return;
  }
  msnav_shard *shard = d->shard;
  pass_in(d, from, data, clean);
  msnav_shard_leave(shard);
}

/* With an agent all is one entry: if the clock stepped, the guard has to know
 * of the new one first. */
static void take(msnav_dialog *d, const msnav_addr *from, msnav_str data) {
  if (!is_heard(d, from)) {
    refuse(d, from, data, MSNAV_GUARD_SOURCE);
    return;
  }
  if (data.len > d->max_message) {
    refuse(d, from, data, MSNAV_GUARD_SIZE);
    return;
  }
  if (d->agent == NULL) {
    look_at(d, from, data);
    return;
  }
  msnav_shard *shard = d->shard;
  msnav_shard_enter(shard);
  if (!d->dead && d->agent != NULL) {
    look_at(d, from, data);
  }
  msnav_shard_leave(shard);
}

static void on_outer(int fd, unsigned events, void *arg) {
  (void)events;
  msnav_dialog *d = arg;
  msnav_sip *sip = d->sip;
  msnav_sip_enter(sip);
  int n = MSNAV_SOCKET_BATCH;
  for (int i = 0; i < ROUND && n == MSNAV_SOCKET_BATCH && !d->dead; i += n) {
    msnav_batch b;
    n = msnav_socket_receive(fd, &b);
    for (int k = 0; k < n && !d->dead; k++) {
      take(d, &b.from[k], (msnav_str){b.data[k], b.len[k]});
    }
  }
  msnav_sip_leave(sip);
}

/* ---- out */

static void send_out(msnav_dialog *d, const char *data, size_t len) {
  /* Before it leaves: the answer may be traced before sendto() returns. */
  trace(d, MSNAV_OUT, &d->peer, (msnav_str){data, len}, NULL);
  if (d->dead) {
    return;
  }
  if (msnav_socket_send(d->outer, &d->peer, data, len)) {
    d->send_failed = false;
    d->touched = d->sip->loop.now(d->sip->loop.data);
    return;
  }
  if (!d->send_failed) { /* Sofia will repeat it; the log need not */
    d->send_failed = true;
    (void)msnav_socket_error(d->sip, "send");
  }
}

static void pass_out(msnav_dialog *d, msnav_str data) {
  char out[MSNAV_GUARD_MAX_OUT];
  size_t len = 0;
  msnav_guard_verdict verdict =
    msnav_guard_out(d->guard, data.ptr, data.len, out, sizeof(out), &len);
  if (verdict != MSNAV_GUARD_PASS) {
    trace(d, MSNAV_OUT, &d->peer, data, msnav_guard_verdict_name(verdict));
  } else if (len > 0) {
    send_out(d, out, len);
  }
}

void msnav_transport_flush(msnav_dialog *d) {
  int n = MSNAV_SOCKET_BATCH;
  for (int i = 0;
       i < ROUND && n == MSNAV_SOCKET_BATCH && !d->dead && d->shard != NULL;
       i += n) {
    msnav_batch b;
    n = msnav_socket_receive(d->shard->inner, &b);
    for (int k = 0; k < n && !d->dead; k++) {
      pass_out(d, (msnav_str){b.data[k], b.len[k]});
    }
  }
}

static void on_inner(int fd, unsigned events, void *arg) {
  (void)fd;
  (void)events;
  msnav_shard *shard = arg;
  if (shard->user == NULL || shard->user->dead) {
    msnav_socket_discard(shard->inner);
    return;
  }
  msnav_sip *sip = shard->user->sip;
  msnav_sip_enter(sip);
  msnav_transport_flush(shard->user);
  msnav_sip_leave(sip);
}

/* ---- the peer */

void msnav_transport_set_peer(msnav_dialog *d, const msnav_addr *remote) {
  d->remote = *remote;
  d->peer = d->proxy.port != 0 ? d->proxy : *remote;
}

/* ---- life */

msnav_error msnav_transport_open(msnav_dialog *d, const msnav_addr *bind_to) {
  msnav_addr bound;
  msnav_error err = msnav_socket_open(d->sip, bind_to, &d->outer, &bound);
  if (err != MSNAV_OK) {
    return err;
  }
  d->local.port = bound.port;
  d->outer_io = d->sip->loop.io_add(d->sip->loop.data, d->outer, MSNAV_IO_READ,
                                    on_outer, d);
  return d->outer_io != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

void msnav_transport_close(msnav_dialog *d) {
  msnav_socket_close(&d->sip->loop, &d->outer, &d->outer_io);
}

msnav_error msnav_transport_open_inner(msnav_sip *sip, msnav_shard *shard) {
  /* an address of our own in 127.0.0.0/8, so that nobody else's mistake
   * ends up here */
  uint8_t random[3];
  msnav_random_bytes(sip->random, random, sizeof(random));
  const msnav_addr addr = {0x7f000000u | (random[0] % 250u + 1) << 16 |
                             (uint32_t)random[1] << 8 | (random[2] % 254u + 1),
                           0};
  msnav_error err =
    msnav_socket_open(sip, &addr, &shard->inner, &shard->inner_addr);
  if (err != MSNAV_OK) {
    return err;
  }
  shard->inner_io = sip->loop.io_add(sip->loop.data, shard->inner,
                                     MSNAV_IO_READ, on_inner, shard);
  if (shard->inner_io == NULL) {
    msnav_transport_close_inner(shard);
    return MSNAV_ERR_NOMEM;
  }
  return MSNAV_OK;
}

void msnav_transport_close_inner(msnav_shard *shard) {
  msnav_socket_close(shard->loop, &shard->inner, &shard->inner_io);
}

/* Sofia's end is connected already.  Neither takes anything from anybody else
 * from now on. */
msnav_error msnav_transport_connect_inner(const msnav_dialog *d) {
  const msnav_shard *shard = d->shard;
  msnav_addr sofia;
  (void)fcntl(shard->fd, F_SETFD, FD_CLOEXEC);
  if (!msnav_socket_name(shard->fd, &sofia) ||
      !msnav_socket_connect(shard->inner, &sofia)) {
    return msnav_socket_error(d->sip, "connect");
  }
  return MSNAV_OK;
}

void msnav_transport_drain_inner(const msnav_shard *shard) {
  msnav_socket_discard(shard->fd);
  msnav_socket_discard(shard->inner);
}
