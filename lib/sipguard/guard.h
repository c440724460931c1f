/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: no datagram reaches Sofia as it came from the network.
 *
 * guard_in() bounds and parses a datagram from the negotiated peer, checks
 * it against the transactions and the one dialog it knows, undoes dialects,
 * and writes a clean message from the parsed parts with a whitelist of
 * headers.  guard_out() does the reverse for what Sofia sends.  One guard per
 * call, one peer and one dialog per guard.  Pure: no I/O, no clock, no
 * allocation; the state is one struct of at most 4 KiB.
 *
 * Sofia lives behind a private socket pair on loopback; "inner" addresses
 * below are those, "outer" ones are what the peer sees. */
#ifndef MSNAV_SIPGUARD_GUARD_H
#define MSNAV_SIPGUARD_GUARD_H

#include <msnav/base.h>

#define MSNAV_GUARD_MAX_IN 8192           /* longest datagram looked at */
#define MSNAV_GUARD_MAX_OUT (8192 + 2048) /* room a clean message may need */

/* Why a message did not pass.  Each has a test. */
typedef enum msnav_guard_verdict {
  MSNAV_GUARD_PASS = 0,
  MSNAV_GUARD_SIZE,      /* too short, too long, too many or too long lines */
  MSNAV_GUARD_CHARS,     /* control characters, bare CR */
  MSNAV_GUARD_START,     /* no SIP/2.0 request or status line */
  MSNAV_GUARD_HEADER,    /* header section not closed, folded line */
  MSNAV_GUARD_DUPLICATE, /* a key header twice */
  MSNAV_GUARD_MISSING,   /* a key header missing */
  MSNAV_GUARD_VIA,       /* not one sane UDP hop; port 0 */
  MSNAV_GUARD_ADDRESS,   /* From or To is no sane name-addr */
  MSNAV_GUARD_CALL_ID,
  MSNAV_GUARD_CSEQ,
  MSNAV_GUARD_BODY,      /* Content-Length is no number, body too long */
  MSNAV_GUARD_METHOD,    /* not INVITE, ACK, BYE, CANCEL, OPTIONS */
  MSNAV_GUARD_NO_DIALOG, /* for a dialog or call that is not this one */
  MSNAV_GUARD_TAG,       /* wrong or missing tag */
  MSNAV_GUARD_ORDER,     /* not now: ACK twice, CANCEL after a final, ... */
  MSNAV_GUARD_NO_TRANSACTION, /* a response to nothing we sent */
  MSNAV_GUARD_SOURCE,         /* not from the negotiated address */
  MSNAV_GUARD_FULL,           /* no room for one more transaction */
  MSNAV_GUARD_VERDICTS        /* how many there are */
} msnav_guard_verdict;

/* "pass", "size", ...; never NULL */
const char *msnav_guard_verdict_name(msnav_guard_verdict verdict);

typedef struct msnav_guard_config {
  msnav_addr outer_local;  /* our address as the peer must see it */
  msnav_addr outer_remote; /* the negotiated peer */
  msnav_addr inner_guard;  /* the guard's private socket */
  msnav_addr inner_sofia;  /* Sofia's private socket */
  bool branch;             /* write a Via branch (false in profile rtc-1.2) */
  msnav_str user;          /* user part of our own outer Contact and
                              Request-URI forms; empty in profile rtc-1.2 */
} msnav_guard_config;

typedef struct msnav_guard msnav_guard; /* defined in state.h, <= 4 KiB */

size_t msnav_guard_size(void);
/* MSNAV_ERR_INVALID when an address has no port or user is no token. */
MSNAV_MUST_CHECK msnav_error msnav_guard_init(msnav_guard *g,
                                              const msnav_guard_config *config);

/* Peer to Sofia.  out holds the clean message when MSNAV_GUARD_PASS comes
 * back; nothing is to be sent otherwise.  *out_len 0 with PASS: absorbed (a
 * retransmission Sofia need not see).  Changes no state unless it passes. */
msnav_guard_verdict
msnav_guard_in(msnav_guard *g, const char *data, size_t len,
               const msnav_addr *from, char *out, size_t cap, size_t *out_len);

/* Sofia to peer. . */
msnav_guard_verdict
msnav_guard_out(msnav_guard *g, const char *data, size_t len, char *out,
                size_t cap, size_t *out_len);

/* How often each verdict was given by msnav_guard_in(). */
const uint32_t *msnav_guard_counts(const msnav_guard *g);

#endif
