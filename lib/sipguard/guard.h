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
 * Sofia lives behind a private socket pair on loopback and sends everything
 * there: addresses in the messages between both mean nothing.  "Outer" ones
 * are what the peer sees. */
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
  MSNAV_GUARD_HEADER,    /* header section not closed */
  MSNAV_GUARD_DUPLICATE, /* a key header twice */
  MSNAV_GUARD_MISSING,   /* a key header missing */
  MSNAV_GUARD_VIA,       /* not 1 to 8 sane hops, UDP first; port 0 */
  MSNAV_GUARD_ADDRESS,   /* From, To or Record-Route is no sane name-addr */
  MSNAV_GUARD_CALL_ID,
  MSNAV_GUARD_CSEQ,
  MSNAV_GUARD_BODY,      /* Content-Length is no number, body too long, or
                            the peer accepts no SDP */
  MSNAV_GUARD_METHOD,    /* not INVITE, ACK, BYE, CANCEL, OPTIONS */
  MSNAV_GUARD_NO_DIALOG, /* for a dialog or call that is not this one */
  MSNAV_GUARD_TAG,       /* wrong or missing tag */
  MSNAV_GUARD_ORDER,     /* not now: ACK twice, CANCEL after a final, ... */
  MSNAV_GUARD_NO_TRANSACTION, /* a response to nothing we sent */
  MSNAV_GUARD_SOURCE,         /* not from the negotiated address */
  MSNAV_GUARD_FULL, /* no room for one more transaction, or 4096 were begun */
  MSNAV_GUARD_VERDICTS /* how many there are */
} msnav_guard_verdict;

/* "pass", "size", ...; never NULL */
const char *msnav_guard_verdict_name(msnav_guard_verdict verdict);

typedef struct msnav_guard_config {
  msnav_addr outer_local;  /* our address as the peer must see it */
  msnav_addr outer_remote; /* the negotiated peer */
  bool branch;             /* false: profile rtc-1.2, see msnav_guard_out() */
  msnav_str user;          /* user part of our own outer Contact; empty in
                              profile rtc-1.2 */
  msnav_str remote_user;   /* user part of the Request-URI while the peer has
                              not named a Contact; empty: none */
  msnav_addr target;       /* whom request URIs name when outer_remote is an
                              outbound proxy; zero: outer_remote */
  uint32_t transactions;   /* how many Sofia's agent may still know from other
                              guards: ours have other numbers */
} msnav_guard_config;

typedef struct msnav_guard msnav_guard; /* defined in state.h, <= 4 KiB */

size_t msnav_guard_size(void);
/* The config is copied.  MSNAV_ERR_INVALID when an address but target is
 * zero or has no port, or a user is neither empty nor a token of at most 63
 * bytes; g is untouched then. */
MSNAV_MUST_CHECK msnav_error msnav_guard_init(msnav_guard *g,
                                              const msnav_guard_config *config);

/* It is another agent of Sofia's from now on (a clock step asks for it).
 * Dialog and transactions stay: its leg has to go on with Call-ID, tags and a
 * higher CSeq.  What the former one answered is unknown to it: an ACK passes
 * once it has answered the INVITE itself. */
void msnav_guard_renewed(msnav_guard *g);

/* Peer to Sofia.  from is where the datagram came from; out takes what
 * Sofia gets and should have MSNAV_GUARD_MAX_OUT bytes (MSNAV_GUARD_SIZE when
 * a message does not fit).  out holds the clean message when MSNAV_GUARD_PASS
 * comes back; nothing is to be sent otherwise.  *out_len 0 with PASS:
 * absorbed (a retransmission Sofia need not see).  Changes nothing but the
 * counts unless it passes.
 *
 * What Sofia sees of the peer: method, Call-ID, tags, CSeq number, status and
 * phrase, body.  What the layer above relies on:
 * - The one dialog is that of the first INVITE, whoever sent it.  While it
 *   lives, an INVITE with another Call-ID is refused.  When it failed, only
 *   we may try again.
 * - A re-INVITE of the peer passes while ours is pending; it is for us to
 *   answer 491 (RFC 3261 section 14.2).  A second one while the first is
 *   unanswered is refused.
 * - From and To may stand the wrong way round in every request inside the
 *   dialog, not only in the paper's BYE (section 4).
 * - OPTIONS passes inside and outside the dialog, before any INVITE too.
 * - Repeated final responses to our INVITE pass, because the ACK must be
 *   repeated; those to other requests are absorbed. */
msnav_guard_verdict
msnav_guard_in(msnav_guard *g, const char *data, size_t len,
               const msnav_addr *from, char *out, size_t cap, size_t *out_len);

/* Sofia to peer, likewise.  The standard profile keeps Sofia's Via branch,
 * names the peer's Contact in requests inside the dialog and obeys its
 * Record-Route.  Profile rtc-1.2 writes what the paper shows: no branch, no
 * user part, CSeq from 1 on whatever Sofia counts from, and the BYE of the
 * called side with From and To as in the INVITE. */
msnav_guard_verdict
msnav_guard_out(msnav_guard *g, const char *data, size_t len, char *out,
                size_t cap, size_t *out_len);

/* Whether nothing is under way: every request that passed was answered, and
 * every answer to an INVITE acknowledged.  Until then Sofia repeats something
 * on her own, whatever became of the call. */
bool msnav_guard_is_settled(const msnav_guard *g);

/* How often each verdict was given by msnav_guard_in(): an array of
 * MSNAV_GUARD_VERDICTS, valid as long as g. */
const uint32_t *msnav_guard_counts(const msnav_guard *g);

#endif
