/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guard under test, and the messages of the calls it guards. */
#ifndef MSNAV_GUARD_KIT_H
#define MSNAV_GUARD_KIT_H

#include "guard_wire.h"
#include "test.h"

#include "sipguard/state.h"

#define PEER_TO "<sip:10.0.0.1:5060>"
#define PEER_FROM "\"Peer\" <sip:peer@example.org>"
#define SOFIA_FROM "\"Me\" <sip:me@example.org>"
#define SOFIA_TO "<sip:10.0.0.2:5062>"

typedef struct kit {
  msnav_guard *g;
  msnav_addr peer;
  char out[MSNAV_GUARD_MAX_OUT + 1]; /* the last message, NUL-terminated */
  size_t len;
} kit;

static inline kit *kit_with(const msnav_guard_config *config) {
  kit *k = calloc(1, sizeof(*k));
  k->g = malloc(msnav_guard_size());
  k->peer = config->outer_remote;
  assert_int_equal(msnav_guard_init(k->g, config), MSNAV_OK);
  return k;
}

static inline msnav_guard_config standard(void) {
  return (msnav_guard_config){
    .outer_local = OUTER_LOCAL,
    .outer_remote = OUTER_REMOTE,
    .branch = true,
  };
}

static inline kit *kit_new(void) {
  msnav_guard_config config = standard();
  return kit_with(&config);
}

static inline kit *kit_rtc(void) {
  msnav_guard_config config = standard();
  config.branch = false;
  return kit_with(&config);
}

static inline void kit_free(kit *k) {
  free(k->g);
  free(k);
}

static inline msnav_guard_verdict
pass_in(kit *k, const char *text, size_t len) {
  char *copy = exact_copy(text, len);
  char *out = malloc(MSNAV_GUARD_MAX_OUT);
  msnav_guard_verdict verdict = msnav_guard_in(k->g, copy, len, &k->peer, out,
                                               MSNAV_GUARD_MAX_OUT, &k->len);
  memcpy(k->out, out, k->len);
  k->out[k->len] = '\0';
  free(copy);
  free(out);
  return verdict;
}

static inline msnav_guard_verdict
pass_out(kit *k, const char *text, size_t len) {
  char *copy = exact_copy(text, len);
  char *out = malloc(MSNAV_GUARD_MAX_OUT);
  msnav_guard_verdict verdict =
    msnav_guard_out(k->g, copy, len, out, MSNAV_GUARD_MAX_OUT, &k->len);
  memcpy(k->out, out, k->len);
  k->out[k->len] = '\0';
  free(copy);
  free(out);
  return verdict;
}

/* The peer sends; what passed must be sane. */
static inline msnav_guard_verdict in(kit *k, wire w) {
  char text[MSNAV_GUARD_MAX_IN + 1];
  w.via = w.via != NULL ? w.via : PEER_VIA;
  msnav_guard_verdict verdict =
    pass_in(k, text, wire_write(text, sizeof(text), &w));
  if (k->len > 0) {
    assert_null(wire_fault(k->out, k->len, true));
  }
  return verdict;
}

/* Sofia sends. */
static inline msnav_guard_verdict out(kit *k, wire w) {
  char text[MSNAV_GUARD_MAX_IN + 1];
  w.via = w.via != NULL ? w.via : SOFIA_VIA;
  msnav_guard_verdict verdict =
    pass_out(k, text, wire_write(text, sizeof(text), &w));
  if (k->len > 0) {
    assert_null(wire_fault(k->out, k->len, false));
  }
  return verdict;
}

#define PASS(call) assert_int_equal(call, MSNAV_GUARD_PASS)
#define REFUSED(call, verdict) assert_int_equal(call, MSNAV_GUARD_##verdict)

static inline bool has(const kit *k, const char *text) {
  return strstr(k->out, text) != NULL;
}

#define HAS(k, text) assert_true(has(k, text))
#define LACKS(k, text) assert_false(has(k, text))
#define IS(k, text) assert_string_equal((k)->out, text)
#define STARTS(k, text) assert_memory_equal((k)->out, text, strlen(text))

/* Passed, but nothing is to be sent. */
#define ABSORBED(k, call)                                                      \
  do {                                                                         \
    PASS(call);                                                                \
    assert_int_equal((k)->len, 0);                                             \
  } while (0)

/* ---- the messages of one call where the peer calls */

#define IN_INVITE "INVITE sip:10.0.0.1:5060 SIP/2.0"
#define IN_ACK "ACK sip:10.0.0.1:5060 SIP/2.0"
#define IN_BYE "BYE sip:10.0.0.1:5060 SIP/2.0"
#define IN_CANCEL "CANCEL sip:10.0.0.1:5060 SIP/2.0"
#define IN_OPTIONS "OPTIONS sip:10.0.0.1:5060 SIP/2.0"
#define OUT_INVITE "INVITE sip:127.1.2.3:4000 SIP/2.0"
#define OUT_ACK "ACK sip:127.1.2.3:4000 SIP/2.0"
#define OUT_BYE "BYE sip:127.1.2.3:4000 SIP/2.0"
#define OUT_CANCEL "CANCEL sip:127.1.2.3:4000 SIP/2.0"
#define OUT_OPTIONS "OPTIONS sip:127.1.2.3:4000 SIP/2.0"

#define INNER_VIA(n) "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKguard" n

/* A request of the peer: inside the dialog both tags, else its own. */
static inline wire peer_inside(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = PEER_FROM ";tag=ptag",
                .to = PEER_TO ";tag=otag",
                .cseq = cseq};
}

static inline wire peer_first(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = PEER_FROM ";tag=ptag",
                .to = PEER_TO,
                .cseq = cseq};
}

/* Sofia's answer to it: what it was shown, and its tag. */
static inline wire sofia_answers(const char *start, const char *cseq) {
  return (wire){.start = start,
                .via = INNER_VIA("1"),
                .from = "<sip:peer@10.0.0.2:5062>;tag=ptag",
                .to = "<sip:me@10.0.0.1:5060>;tag=otag",
                .cseq = cseq};
}

/* Sofia's request in a call of the peer's. */
static inline wire sofia_inside_called(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = "<sip:me@10.0.0.1:5060>;tag=otag",
                .to = "<sip:peer@10.0.0.2:5062>;tag=ptag",
                .cseq = cseq};
}

static inline wire peer_answers_called(const char *start, const char *cseq) {
  return (wire){.start = start,
                .via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia",
                .from = PEER_TO ";tag=otag",
                .to = PEER_FROM ";tag=ptag",
                .cseq = cseq};
}

/* ---- and of one where we call */

static inline wire sofia_first(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = SOFIA_FROM ";tag=otag",
                .to = SOFIA_TO,
                .cseq = cseq};
}

static inline wire sofia_inside(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = SOFIA_FROM ";tag=otag",
                .to = SOFIA_TO ";tag=ptag",
                .cseq = cseq};
}

static inline wire peer_answers(const char *start, const char *cseq) {
  return (wire){.start = start,
                .via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia",
                .from = SOFIA_FROM ";tag=otag",
                .to = SOFIA_TO ";tag=ptag",
                .cseq = cseq};
}

static inline wire peer_inside_calling(const char *start, const char *cseq) {
  return (wire){.start = start,
                .from = SOFIA_TO ";tag=ptag",
                .to = SOFIA_FROM ";tag=otag",
                .cseq = cseq};
}

static inline wire sofia_answers_calling(const char *start, const char *cseq) {
  return (wire){.start = start,
                .via = INNER_VIA("2"),
                .from = "<sip:peer@10.0.0.2:5062>;tag=ptag",
                .to = "<sip:me@10.0.0.1:5060>;tag=otag",
                .cseq = cseq};
}

/* The peer called and Sofia took the call. */
static inline void called(kit *k) {
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
}

/* Sofia called and the peer took the call. */
static inline void calling(kit *k) {
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
}

/* The same in profile rtc-1.2, where Sofia's numbers are not the peer's. */
static inline void calling_rtc(kit *k) {
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "1 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
}

/* ---- a refusal leaves no trace but its count */

#define V(name) MSNAV_GUARD_##name

static inline void
assert_unchanged(const msnav_guard *was, const msnav_guard *is) {
  msnav_guard copy = *is;
  memcpy(copy.counts, was->counts, sizeof(copy.counts));
  assert_memory_equal(&copy, was, sizeof(copy));
}

static inline void assert_refused(kit *k, const char *text, size_t len,
                                  bool inwards, msnav_guard_verdict want) {
  msnav_guard was = *k->g;
  msnav_guard_verdict got =
    inwards ? pass_in(k, text, len) : pass_out(k, text, len);
  if (got != want) {
    fail_msg("%s instead of %s:\n%.*s", msnav_guard_verdict_name(got),
             msnav_guard_verdict_name(want), (int)len, text);
  }
  assert_int_equal(k->len, 0);
  assert_unchanged(&was, k->g);
  for (size_t i = 0; i < MSNAV_GUARD_VERDICTS; i++) {
    uint32_t more = inwards && i == (size_t)want ? 1 : 0;
    assert_int_equal(k->g->counts[i], was.counts[i] + more);
  }
}

static inline void
refuses(kit *k, wire w, bool inwards, msnav_guard_verdict want) {
  static char text[MSNAV_GUARD_MAX_IN * 2];
  w.via = w.via != NULL ? w.via : inwards ? PEER_VIA : SOFIA_VIA;
  assert_refused(k, text, wire_write(text, sizeof(text), &w), inwards, want);
}

/* ---- a message by the line */

#define GOOD_VIA "Via: " PEER_VIA "\r\n"
#define GOOD_FROM "From: <sip:p@p>;tag=p\r\n"
#define GOOD_TO "To: <sip:o@o>\r\n"
#define GOOD_ID "Call-ID: c\r\n"
#define GOOD_CSEQ "CSeq: 1 INVITE\r\n"
#define GOOD IN_INVITE "\r\n" GOOD_VIA GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ

#endif
