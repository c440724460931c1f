/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: OPTIONS, and what a request requires. */
#include "guard_kit.h"

static void options_pass_at_any_time(void **state) {
  (void)state;
  kit *k = kit_new();
  wire ping = peer_first(IN_OPTIONS, "4 OPTIONS");
  ping.call_id = "ping";
  wire pong = sofia_answers("SIP/2.0 200 OK", "4 OPTIONS");
  pong.to = "<sip:me@10.0.0.1:5060>;tag=other";
  pong.call_id = "ping";
  pong.more = "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
              "Accept: application/sdp\r\n";
  PASS(in(k, ping)); /* before any call */
  HAS(k, "To: <sip:me@10.0.0.1:5060>\r\n");
  PASS(out(k, pong));
  IS(k, "SIP/2.0 200 OK\r\n"
        "Via: " PEER_VIA "\r\n"
        "From: " PEER_FROM ";tag=ptag\r\n"
        "To: " PEER_TO ";tag=other\r\n"
        "Call-ID: ping\r\n"
        "CSeq: 4 OPTIONS\r\n"
        "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
        "Accept: application/sdp\r\n"
        "Content-Length: 0\r\n\r\n");
  called(k);
  REFUSED(in(k, peer_inside(IN_OPTIONS, "0 OPTIONS")), ORDER);
  REFUSED(in(k, peer_first(IN_OPTIONS, "2 OPTIONS")), TAG);
  PASS(in(k, peer_inside(IN_OPTIONS, "2 OPTIONS"))); /* inside the call */
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 OPTIONS")));
  ping.cseq = pong.cseq = "1 OPTIONS"; /* beside it: another count */
  PASS(in(k, ping));
  PASS(out(k, pong));
  ping.to = PEER_TO ";tag=otag";
  ping.cseq = "5 OPTIONS";
  REFUSED(in(k, ping), NO_DIALOG);
  PASS(in(k, peer_inside(IN_BYE, "3 BYE")));
  kit_free(k);
}

/* RFC 3261 section 8.2.2.3: whoever answers must know what it asks for. */
static void required_extensions_pass_as_bare_tags(void **state) {
  (void)state;
  kit *k = kit_new();
  wire ping = peer_first(IN_OPTIONS, "4 OPTIONS");
  ping.more = "Require: 100rel ,foo\r\nREQUIRE: a.b-c\r\n";
  PASS(in(k, ping));
  HAS(k, "Require: 100rel\r\nRequire: foo\r\nRequire: a.b-c\r\n");
  wire pong = sofia_answers("SIP/2.0 420 Bad Extension", "4 OPTIONS");
  pong.more = "Unsupported: 100rel, foo, a.b-c\r\n";
  PASS(out(k, pong));
  HAS(k, "SIP/2.0 420 Bad Extension\r\n");
  HAS(k, "\r\nUnsupported: 100rel, foo, a.b-c\r\n");
  kit_free(k);

  k = kit_new();
  called(k);
  wire hold = peer_inside(IN_INVITE, "2 INVITE");
  hold.more = "Require: x\r\n";
  PASS(in(k, hold));
  HAS(k, "Require: x\r\n");
  wire cancel = peer_inside(IN_CANCEL, "2 CANCEL");
  cancel.more = "Require: x\r\n"; /* must not be refused for it */
  PASS(in(k, cancel));
  LACKS(k, "Require");
  wire bye = peer_inside(IN_BYE, "3 BYE");
  bye.more = "Require: x\r\n"; /* the peer has gone all the same */
  PASS(in(k, bye));
  LACKS(k, "Require");
  kit_free(k);
}

static void required_extensions_are_bounded_tokens(void **state) {
  (void)state;
  static const struct {
    const char *more;
    msnav_guard_verdict verdict;
  } rows[] = {
    {"Require:\r\n", MSNAV_GUARD_HEADER},
    {"Require: ,\r\n", MSNAV_GUARD_HEADER},
    {"Require: a,,b\r\n", MSNAV_GUARD_HEADER},
    {"Require: a b\r\n", MSNAV_GUARD_HEADER},
    {"Require: a;b=c\r\n", MSNAV_GUARD_HEADER},
    {"Require: \"a\"\r\n", MSNAV_GUARD_HEADER},
    {"Require: "
     "12345678901234567890123456789012345678901234567890123456789012345\r\n",
     MSNAV_GUARD_HEADER},
    {"Require: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\r\n", MSNAV_GUARD_PASS},
    {"Require: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\r\n", MSNAV_GUARD_SIZE},
    {"Require: a\r\nRequire: b\r\nRequire: c\r\nRequire: d\r\nRequire: e\r\n"
     "Require: f\r\nRequire: g\r\nRequire: h\r\nRequire: i\r\n",
     MSNAV_GUARD_SIZE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    wire ping = peer_first(IN_OPTIONS, "4 OPTIONS");
    ping.more = rows[i].more;
    assert_int_equal(in(k, ping), rows[i].verdict);
    kit_free(k);
  }
}

static void we_may_send_options(void **state) {
  (void)state;
  kit *k = kit_new();
  wire ping = sofia_first(OUT_OPTIONS, "4 OPTIONS");
  ping.call_id = "ping";
  wire pong = peer_answers("SIP/2.0 200 OK", "4 OPTIONS");
  pong.call_id = "ping";
  PASS(out(k, ping));
  STARTS(k, "OPTIONS sip:10.0.0.2:5062 SIP/2.0\r\n");
  PASS(in(k, pong));
  calling(k);
  PASS(out(k, sofia_inside(OUT_OPTIONS, "101 OPTIONS")));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "101 OPTIONS")));
  ping.to = SOFIA_TO ";tag=ptag";
  ping.cseq = "5 OPTIONS";
  REFUSED(out(k, ping), NO_DIALOG);
  REFUSED(out(k, sofia_first(OUT_OPTIONS, "102 OPTIONS")), TAG);
  kit_free(k);

  k = kit_new(); /* beside a call of the peer's it has names of its own */
  called(k);
  ping.to = SOFIA_TO;
  PASS(out(k, ping));
  HAS(k, "From: " SOFIA_FROM ";tag=otag\r\nTo: " SOFIA_TO "\r\n");
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(options_pass_at_any_time),
    cmocka_unit_test(required_extensions_pass_as_bare_tags),
    cmocka_unit_test(required_extensions_are_bounded_tokens),
    cmocka_unit_test(we_may_send_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
