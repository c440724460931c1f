/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard, message by message: what the peer and Sofia see of each other
 * in the standard profile. */
#include "guard_kit.h"

/* ---- the standard profile */

static void writes_standard_messages_as_caller(void **state) {
  (void)state;
  msnav_guard_config config = standard();
  config.user = msnav_str_of("me");
  config.remote_user = msnav_str_of("you");
  kit *k = kit_with(&config);
  wire invite = sofia_first(OUT_INVITE, "100 INVITE");
  invite.more = "Contact: <sip:127.1.2.3:4001>\r\nUser-Agent: msnav\r\n";
  invite.body = SDP;
  PASS(out(k, invite));
  IS(k, "INVITE sip:you@10.0.0.2:5062 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
        "Max-Forwards: 70\r\n"
        "From: " SOFIA_FROM ";tag=otag\r\n"
        "To: " SOFIA_TO "\r\n"
        "Call-ID: call\r\n"
        "CSeq: 100 INVITE\r\n"
        "Contact: <sip:me@10.0.0.1:5060>\r\n"
        "User-Agent: msnav\r\n"
        "Content-Type: application/sdp\r\n"
        "Content-Length: 30\r\n\r\n" SDP);
  wire ok = peer_answers("SIP/2.0 200 OK", "100 INVITE");
  ok.more = "Contact: \"P\" <sip:line1@10.0.0.2:5062;x=y>;expires=60\r\n"
            "Server: S\r\nAllow: INVITE\r\n";
  ok.body = SDP;
  PASS(in(k, ok));
  IS(k, "SIP/2.0 200 OK\r\n"
        "Via: " SOFIA_VIA "\r\n"
        "From: " SOFIA_FROM ";tag=otag\r\n"
        "To: " SOFIA_TO ";tag=ptag\r\n"
        "Call-ID: call\r\n"
        "CSeq: 100 INVITE\r\n"
        "Content-Type: application/sdp\r\n"
        "Content-Length: 30\r\n\r\n" SDP);
  wire ack = sofia_inside(OUT_ACK, "100 ACK");
  ack.via = "SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKack";
  PASS(out(k, ack));
  IS(k, "ACK sip:line1@10.0.0.2:5062;x=y SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKack\r\n"
        "Max-Forwards: 70\r\n"
        "From: " SOFIA_FROM ";tag=otag\r\n"
        "To: " SOFIA_TO ";tag=ptag\r\n"
        "Call-ID: call\r\n"
        "CSeq: 100 ACK\r\n"
        "Content-Length: 0\r\n\r\n");
  PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  STARTS(k, "BYE sip:line1@10.0.0.2:5062;x=y SIP/2.0\r\n");
  HAS(k, "\r\nCSeq: 101 BYE\r\n");
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "101 BYE")));
  LACKS(k, "Contact");
  kit_free(k);
}

static void writes_standard_messages_as_called_side(void **state) {
  (void)state;
  msnav_guard_config config = standard();
  config.user = msnav_str_of("me");
  kit *k = kit_with(&config);
  called(k);
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE"))); /* repeated */
  IS(k, "SIP/2.0 200 OK\r\n"
        "Via: " PEER_VIA "\r\n"
        "From: " PEER_FROM ";tag=ptag\r\n"
        "To: " PEER_TO ";tag=otag\r\n"
        "Call-ID: call\r\n"
        "CSeq: 1 INVITE\r\n"
        "Contact: <sip:me@10.0.0.1:5060>\r\n"
        "Content-Length: 0\r\n\r\n");
  /* names and tags change over, unlike in the paper */
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  IS(k, "BYE sip:10.0.0.2:5062 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
        "Max-Forwards: 70\r\n"
        "From: " PEER_TO ";tag=otag\r\n"
        "To: " PEER_FROM ";tag=ptag\r\n"
        "Call-ID: call\r\n"
        "CSeq: 7 BYE\r\n"
        "Content-Length: 0\r\n\r\n");
  wire wrong = peer_answers_called("SIP/2.0 200 OK", "7 BYE");
  wrong.from = PEER_FROM ";tag=ptag";
  wrong.to = PEER_TO ";tag=otag";
  REFUSED(in(k, wrong), TAG);
  PASS(in(k, peer_answers_called("SIP/2.0 200 OK", "7 BYE")));
  kit_free(k);
}

/* ---- what Sofia gets to see */

static void sofia_sees_a_clean_message_only(void **state) {
  (void)state;
  static const char dirty[] =
    "\r\n\nINVITE sip:anybody@10.0.0.1:5060;user=phone SIP/2.0\n"
    "v:SIP/2.0/UDP 10.0.0.2:5062 ;rport; branch = z9hG4bKx\n"
    "f : Peer No Quotes <sip:p@[::1]> ; tag = abc ; x=\n"
    "t:sip:me@10.0.0.1;lr\n"
    "i:\tid@x\n"
    "cseq:  0012   INVITE\n"
    "no colon here\n"
    ": no name\n"
    "m:<sip:evil@203.0.113.1>\n"
    "Contact: <sip:evil@203.0.113.2>\n"
    "Route: <sip:203.0.113.3>\n"
    "Proxy-Authorization: Digest x\n"
    "Max-Forwards: 999999\n"
    "User-Agent: RTC/1.2 (ok)\n"
    "c:APPLICATION/SDP ; charset=x\n"
    "l: 3\n"
    "\n"
    "v=0\r\nmore";
  kit *k = kit_new();
  PASS(pass_in(k, dirty, sizeof(dirty) - 1));
  IS(k, "INVITE sip:127.0.0.1:9 SIP/2.0\r\n"
        "Via: " INNER_VIA("1") "\r\n"
                               "From: <sip:peer@10.0.0.2:5062>;tag=abc\r\n"
                               "To: <sip:me@10.0.0.1:5060>\r\n"
                               "Call-ID: id@x\r\n"
                               "CSeq: 12 INVITE\r\n"
                               "Content-Type: application/sdp\r\n"
                               "Content-Length: 3\r\n\r\nv=0");
  /* and the peer gets its own lines back, with the port it asked for */
  wire ringing = {.start = "SIP/2.0 180 Ringing",
                  .via = INNER_VIA("1"),
                  .from = "<sip:peer@10.0.0.2:5062>;tag=abc",
                  .to = "<sip:me@10.0.0.1:5060>;tag=otag",
                  .call_id = "id@x",
                  .cseq = "12 INVITE"};
  PASS(out(k, ringing));
  IS(k, "SIP/2.0 180 Ringing\r\n"
        "Via: SIP/2.0/UDP 10.0.0.2:5062; branch = z9hG4bKx"
        ";received=10.0.0.2;rport=5062\r\n"
        "From: Peer No Quotes <sip:p@[::1]> ; tag = abc ; x=\r\n"
        "To: sip:me@10.0.0.1;lr;tag=otag\r\n"
        "Call-ID: id@x\r\n"
        "CSeq: 12 INVITE\r\n"
        "Content-Length: 0\r\n\r\n");
  kit_free(k);
}

static void phrases_of_the_peer_are_cut_to_printable_ascii(void **state) {
  (void)state;
  static const struct {
    const char *start, *agent, *want_start;
  } rows[] = {
    {"SIP/2.0 180 Ringing", "A\tB", "SIP/2.0 180 Ringing\r\n"},
    {"SIP/2.0 180", "RTC/1.2", "SIP/2.0 180 \r\n"},
    {"sip/2.0 180 Es l\xc3\xa4utet", "\xc3\xa4", "SIP/2.0 180 Es l\r\n"},
    {"SIP/2.0 183 A\tB", "", "SIP/2.0 183 A\r\n"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
    char more[80];
    snprintf(more, sizeof(more), "User-Agent: %s\r\n", rows[i].agent);
    wire ringing = peer_answers(rows[i].start, "100 INVITE");
    ringing.more = more;
    PASS(in(k, ringing));
    STARTS(k, rows[i].want_start);
    LACKS(k, "User-Agent");
    kit_free(k);
  }
}

static void long_phrases_of_the_peer_are_cut(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  char start[128] = "SIP/2.0 180 ";
  memset(start + 12, 'p', 100);
  PASS(in(k, peer_answers(start, "100 INVITE")));
  assert_int_equal(strcspn(k->out, "\r"), 12 + 64);
  kit_free(k);
}

static void the_body_is_as_long_as_it_says(void **state) {
  (void)state;
  static const struct {
    const char *tail, *want;
  } rows[] = {
    {"Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n",
     "v=0\n"},
    {"Content-Type: application/sdp\r\nContent-Length: 2\r\n\r\nv=0\n", "v="},
    {"Content-Type: application/sdp\r\nContent-Length: 99\r\n\r\nv=0\n",
     "v=0\n"},
    {"Content-Type: application/sdp\r\nContent-Length: 2147483647\r\n\r\nv",
     "v"},
    {"Content-Type: application/sdp\r\n\r\nv=0\n", "v=0\n"},
    {"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nv=0\n", ""},
    {"Content-Length: 4\r\n\r\nv=0\n", ""}, /* not said to be SDP */
    {"\r\n", ""},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    char text[512];
    char want[64];
    int n = snprintf(text, sizeof(text),
                     IN_INVITE "\r\nVia: " PEER_VIA "\r\nFrom: <sip:p@p>;tag=p"
                               "\r\nTo: <sip:o@o>\r\nCall-ID: c\r\n"
                               "CSeq: 1 INVITE\r\n%s",
                     rows[i].tail);
    PASS(pass_in(k, text, (size_t)n));
    snprintf(want, sizeof(want), "Content-Length: %zu\r\n\r\n%s",
             strlen(rows[i].want), rows[i].want);
    assert_string_equal(strstr(k->out, "Content-Length"), want);
    assert_int_equal(has(k, "Content-Type: application/sdp\r\n"),
                     rows[i].want[0] != '\0');
    kit_free(k);
  }
}

static void a_body_may_hold_any_bytes(void **state) {
  (void)state;
  static const char text[] =
    IN_INVITE "\r\nVia: " PEER_VIA "\r\nFrom: <sip:p@p>;tag=p\r\n"
              "To: <sip:o@o>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
              "Content-Type: application/sdp\r\n\r\n\0\r\x7f\xff\n";
  kit *k = kit_new();
  PASS(pass_in(k, text, sizeof(text) - 1));
  assert_memory_equal(k->out + k->len - 5, "\0\r\x7f\xff\n", 5);
  assert_null(wire_fault(k->out, k->len, true));
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(writes_standard_messages_as_caller),
    cmocka_unit_test(writes_standard_messages_as_called_side),
    cmocka_unit_test(sofia_sees_a_clean_message_only),
    cmocka_unit_test(phrases_of_the_peer_are_cut_to_printable_ascii),
    cmocka_unit_test(long_phrases_of_the_peer_are_cut),
    cmocka_unit_test(the_body_is_as_long_as_it_says),
    cmocka_unit_test(a_body_may_hold_any_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
