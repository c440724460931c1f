/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard, whole calls: what the peer and Sofia see of each other. */
#include "guard_kit.h"

/* ---- the paper, byte for byte */

#define PAPER_CALL_ID "a0c241bf9538449aa9b95d4872e0dd22@192.168.0.165"
#define PAPER_CALLER "756b3f5213a2415e8c2583753fa06cca"
#define PAPER_CALLED "d1486a68903a42e0b491b958f0691c6c"
#define PAPER_FROM "\"yxu\" <sip:taogx@163.com>;tag=" PAPER_CALLER
#define PAPER_TO "<sip:192.168.0.127:12449>"
#define RTC "User-Agent: RTC/1.2\r\n"

static const msnav_addr paper_caller = {0xc0a800a5, 11630};
static const msnav_addr paper_called = {0xc0a8007f, 12449};

static kit *kit_paper(bool caller) {
  msnav_guard_config config = standard();
  config.branch = false;
  config.outer_local = caller ? paper_caller : paper_called;
  config.outer_remote = caller ? paper_called : paper_caller;
  return kit_with(&config);
}

static char *paper(const char *name, size_t *len) {
  return load_data(name, len);
}

/* The body of one of the paper's messages, NUL-terminated. */
static char *paper_body(const char *name) {
  size_t len = 0;
  char *text = paper(name, &len);
  char *copy = calloc(1, len + 1);
  for (size_t i = 0; i + 4 <= len; i++) {
    if (memcmp(text + i, "\r\n\r\n", 4) == 0) {
      memcpy(copy, text + i + 4, len - i - 4);
      break;
    }
  }
  free(text);
  return copy;
}

/* The last message is this one of the paper. */
static void assert_paper(const kit *k, const char *name) {
  size_t len = 0;
  char *text = paper(name, &len);
  if (k->len != len || memcmp(k->out, text, len) != 0) {
    fail_msg("not %s but\n%s", name, k->out);
  }
  free(text);
}

static void receive_paper(kit *k, const char *name) {
  size_t len = 0;
  char *text = paper(name, &len);
  PASS(pass_in(k, text, len));
  assert_null(wire_head_end(k->out, k->len) == NULL ? "" : NULL);
  free(text);
}

static void writes_the_papers_messages_as_caller(void **state) {
  (void)state;
  kit *k = kit_paper(true);
  char *offer = paper_body("paper-sip-1-invite.sip");
  wire invite = {.start = "INVITE sip:192.168.0.127:12449 SIP/2.0",
                 .via = "SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKDKS93a2g6S",
                 .from = PAPER_FROM,
                 .to = PAPER_TO,
                 .call_id = PAPER_CALL_ID,
                 .cseq = "1001106695 INVITE",
                 .more = "Contact: <sip:127.1.2.3:4001;transport=udp>\r\n" RTC,
                 .body = offer};
  PASS(out(k, invite));
  assert_paper(k, "paper-sip-1-invite.sip");
  PASS(out(k, invite)); /* repeated by Sofia's timer A */
  assert_paper(k, "paper-sip-1-invite.sip");

  receive_paper(k, "paper-sip-2-100.sip");
  IS(k, "SIP/2.0 100 Trying\r\n"
        "Via: SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKDKS93a2g6S\r\n"
        "From: " PAPER_FROM "\r\n"
        "To: " PAPER_TO "\r\n" /* no tag yet */
        "Call-ID: " PAPER_CALL_ID "\r\n"
        "CSeq: 1001106695 INVITE\r\n" RTC "Content-Length: 0\r\n\r\n");
  receive_paper(k, "paper-sip-3-180.sip");
  HAS(k, "SIP/2.0 180 Ringing\r\n");
  HAS(k, "To: " PAPER_TO ";tag=" PAPER_CALLED "\r\n");
  receive_paper(k, "paper-sip-4-200.sip");
  HAS(k, "Contact: <sip:127.1.2.3:4000>\r\n");
  HAS(k, "Content-Length: 286\r\n\r\nv=0\r\no=- 0 0 IN IP4 192.168.0.127\r\n");

  wire ack = {.start = "ACK sip:127.1.2.3:4000 SIP/2.0",
              .via = "SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKevj255jm32",
              .from = PAPER_FROM,
              .to = PAPER_TO ";tag=" PAPER_CALLED,
              .call_id = PAPER_CALL_ID,
              .cseq = "1001106695 ACK",
              .more = RTC};
  PASS(out(k, ack));
  assert_paper(k, "paper-sip-5-ack.sip");

  /* the called side hangs up: turned round for Sofia, and back */
  receive_paper(k, "paper-sip-6-bye-unswapped.sip");
  IS(k, "BYE sip:127.1.2.3:4001 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.1.2.3:4000;branch=z9hG4bKguard2\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:peer@192.168.0.127:12449>;tag=" PAPER_CALLED "\r\n"
        "To: <sip:me@192.168.0.165:11630>;tag=" PAPER_CALLER "\r\n"
        "Call-ID: " PAPER_CALL_ID "\r\n"
        "CSeq: 1 BYE\r\n" RTC "Content-Length: 0\r\n\r\n");
  PASS(out(k, (wire){.start = "SIP/2.0 200 OK",
                     .via = INNER_VIA("2"),
                     .from = "<sip:peer@192.168.0.127:12449>;tag=" PAPER_CALLED,
                     .to = "<sip:me@192.168.0.165:11630>;tag=" PAPER_CALLER,
                     .call_id = PAPER_CALL_ID,
                     .cseq = "1 BYE",
                     .more = RTC}));
  assert_paper(k, "paper-sip-7-bye-200.sip");
  free(offer);
  kit_free(k);
}

static void writes_the_papers_messages_as_called_side(void **state) {
  (void)state;
  static const char inner_from[] =
    "<sip:peer@192.168.0.165:11630>;tag=" PAPER_CALLER;
  static const char inner_to[] =
    "<sip:me@192.168.0.127:12449>;tag=" PAPER_CALLED;
  kit *k = kit_paper(false);
  char *offer = paper_body("paper-sip-1-invite.sip");
  char *answer = paper_body("paper-sip-4-200.sip");
  receive_paper(k, "paper-sip-1-invite.sip");
  STARTS(k, "INVITE sip:127.1.2.3:4001 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.1.2.3:4000;branch=z9hG4bKguard1\r\n"
            "Max-Forwards: 70\r\n"
            "From: <sip:peer@192.168.0.165:11630>;tag=" PAPER_CALLER "\r\n"
            "To: <sip:me@192.168.0.127:12449>\r\n"
            "Call-ID: " PAPER_CALL_ID "\r\n"
            "CSeq: 1 INVITE\r\n"
            "Contact: <sip:127.1.2.3:4000>\r\n" RTC
            "Content-Type: application/sdp\r\n"
            "Content-Length: 286\r\n\r\n");
  HAS(k, offer);

  static const struct {
    const char *start, *name;
  } rows[] = {{"SIP/2.0 100 Trying", "paper-sip-2-100.sip"},
              {"SIP/2.0 180 Ringing", "paper-sip-3-180.sip"},
              {"SIP/2.0 200 OK", "paper-sip-4-200.sip"}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    PASS(out(k, (wire){.start = rows[i].start,
                       .via = INNER_VIA("1"),
                       .from = inner_from,
                       .to = inner_to,
                       .call_id = PAPER_CALL_ID,
                       .cseq = "1 INVITE",
                       .more = RTC,
                       .body = i == 2 ? answer : NULL}));
    assert_paper(k, rows[i].name);
  }
  receive_paper(k, "paper-sip-5-ack.sip");
  HAS(k, "ACK sip:127.1.2.3:4001 SIP/2.0\r\n"
         "Via: SIP/2.0/UDP 127.1.2.3:4000;branch=z9hG4bKguard1\r\n");
  HAS(k, ";tag=" PAPER_CALLED "\r\nCall-ID");

  /* we hang up as the original did: From and To as in the INVITE, CSeq 1 */
  wire bye = {.start = "BYE sip:127.1.2.3:4000 SIP/2.0",
              .via = "SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKv3j1UHHc",
              .from = inner_to,
              .to = inner_from,
              .call_id = PAPER_CALL_ID,
              .cseq = "1001106695 BYE",
              .more = RTC};
  PASS(out(k, bye));
  assert_paper(k, "paper-sip-6-bye-unswapped.sip");
  PASS(out(k, bye));
  assert_paper(k, "paper-sip-6-bye-unswapped.sip");
  receive_paper(k, "paper-sip-7-bye-200.sip");
  IS(k, "SIP/2.0 200 OK\r\n"
        "Via: SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKv3j1UHHc\r\n"
        "From: <sip:me@192.168.0.127:12449>;tag=" PAPER_CALLED "\r\n"
        "To: <sip:peer@192.168.0.165:11630>;tag=" PAPER_CALLER "\r\n"
        "Call-ID: " PAPER_CALL_ID "\r\n"
        "CSeq: 1001106695 BYE\r\n" RTC "Content-Length: 0\r\n\r\n");
  free(offer);
  free(answer);
  kit_free(k);
}

static void counts_from_one_in_the_papers_profile(void **state) {
  (void)state;
  kit *k = kit_rtc();
  calling_rtc(k);
  PASS(out(k, sofia_inside(OUT_INVITE, "101 INVITE")));
  HAS(k, "\r\nCSeq: 2 INVITE\r\n");
  PASS(in(k, peer_answers("SIP/2.0 491 Request Pending", "2 INVITE")));
  HAS(k, "\r\nCSeq: 101 INVITE\r\n");
  PASS(out(k, sofia_inside(OUT_ACK, "101 ACK")));
  HAS(k, "\r\nCSeq: 2 ACK\r\n");
  PASS(out(k, sofia_inside(OUT_INVITE, "103 INVITE")));
  HAS(k, "\r\nCSeq: 4 INVITE\r\n");
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "4 INVITE")));
  PASS(out(k, sofia_inside(OUT_CANCEL, "103 CANCEL")));
  HAS(k, "\r\nCSeq: 4 CANCEL\r\n");
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "4 CANCEL")));
  HAS(k, "\r\nCSeq: 103 CANCEL\r\n");
  kit_free(k);
}

static void a_callers_bye_is_not_swapped_in_the_papers_profile(void **state) {
  (void)state;
  kit *k = kit_rtc();
  calling_rtc(k);
  PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  HAS(k, "From: " SOFIA_FROM ";tag=otag\r\nTo: " SOFIA_TO ";tag=ptag\r\n");
  HAS(k, "Via: SIP/2.0/UDP 10.0.0.1:5060\r\n"); /* no branch */
  REFUSED(in(k, peer_inside_calling("SIP/2.0 200 OK", "2 BYE")), TAG);
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "2 BYE")));
  kit_free(k);
}

static void an_unswapped_bye_may_be_answered_either_way(void **state) {
  (void)state;
  for (int straight = 0; straight < 2; straight++) {
    kit *k = kit_rtc();
    called(k);
    PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
    HAS(k, "From: " PEER_FROM ";tag=ptag\r\nTo: " PEER_TO ";tag=otag\r\n");
    wire ok = peer_answers_called("SIP/2.0 200 OK", "1 BYE");
    if (!straight) {
      ok.from = PEER_FROM ";tag=ptag";
      ok.to = PEER_TO ";tag=otag";
    }
    PASS(in(k, ok));
    HAS(k, "CSeq: 7 BYE\r\n");
    HAS(k, "From: <sip:me@10.0.0.1:5060>;tag=otag\r\n"
           "To: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n");
    kit_free(k);
  }
}

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
        "Contact: <sip:127.1.2.3:4000>\r\n"
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
  IS(k, "INVITE sip:127.1.2.3:4001 SIP/2.0\r\n"
        "Via: " INNER_VIA("1") "\r\n"
                               "Max-Forwards: 70\r\n"
                               "From: <sip:peer@10.0.0.2:5062>;tag=abc\r\n"
                               "To: <sip:me@10.0.0.1:5060>\r\n"
                               "Call-ID: id@x\r\n"
                               "CSeq: 12 INVITE\r\n"
                               "Contact: <sip:127.1.2.3:4000>\r\n"
                               "User-Agent: RTC/1.2 (ok)\r\n"
                               "Content-Type: application/sdp\r\n"
                               "Content-Length: 3\r\n\r\nv=0");
  /* and the peer gets its own lines back */
  wire ringing = {.start = "SIP/2.0 180 Ringing",
                  .via = INNER_VIA("1"),
                  .from = "<sip:peer@10.0.0.2:5062>;tag=abc",
                  .to = "<sip:me@10.0.0.1:5060>;tag=otag",
                  .call_id = "id@x",
                  .cseq = "12 INVITE"};
  PASS(out(k, ringing));
  IS(k, "SIP/2.0 180 Ringing\r\n"
        "Via: SIP/2.0/UDP 10.0.0.2:5062 ;rport; branch = z9hG4bKx\r\n"
        "From: Peer No Quotes <sip:p@[::1]> ; tag = abc ; x=\r\n"
        "To: sip:me@10.0.0.1;lr;tag=otag\r\n"
        "Call-ID: id@x\r\n"
        "CSeq: 12 INVITE\r\n"
        "Content-Length: 0\r\n\r\n");
  kit_free(k);
}

static void texts_of_the_peer_are_cut_to_printable_ascii(void **state) {
  (void)state;
  static const struct {
    const char *start, *agent, *want_start, *want_agent;
  } rows[] = {
    {"SIP/2.0 180 Ringing", "A\tB", "SIP/2.0 180 Ringing\r\n", NULL},
    {"SIP/2.0 180", "RTC/1.2", "SIP/2.0 180 \r\n", "RTC/1.2\r\n"},
    {"sip/2.0 180 Es l\xc3\xa4utet", "\xc3\xa4", "SIP/2.0 180 Es l\r\n", NULL},
    {"SIP/2.0 183 A\tB", "", "SIP/2.0 183 A\r\n", NULL},
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
    if (rows[i].want_agent != NULL) {
      HAS(k, rows[i].want_agent);
    } else {
      LACKS(k, "User-Agent");
    }
    kit_free(k);
  }
}

static void long_texts_of_the_peer_are_left_out(void **state) {
  (void)state;
  kit *k = kit_new();
  char more[256] = "User-Agent: ";
  memset(more + 12, 'u', 129);
  memcpy(more + 12 + 129, "\r\n", 3);
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  invite.more = more;
  PASS(in(k, invite));
  LACKS(k, "User-Agent");
  kit_free(k);

  k = kit_new();
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

/* ---- retransmissions and order */

static void without_branches_repetitions_still_match(void **state) {
  (void)state;
  static const char via[] = "SIP/2.0/UDP 10.0.0.2:5062";
  kit *k = kit_new();
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  wire ack = peer_inside(IN_ACK, "1 ACK");
  wire cancel = peer_first(IN_CANCEL, "1 CANCEL");
  wire bye = peer_inside(IN_BYE, "2 BYE");
  invite.via = ack.via = cancel.via = bye.via = via;
  PASS(in(k, invite));
  char first[sizeof(k->out)];
  memcpy(first, k->out, sizeof(first));
  PASS(in(k, invite));
  IS(k, first);
  /* CANCEL and ACK have the INVITE's branch, a BYE has one of its own */
  PASS(in(k, cancel));
  HAS(k, "Via: " INNER_VIA("1") "\r\n");
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  HAS(k, "\r\nVia: SIP/2.0/UDP 10.0.0.2:5062\r\n");
  PASS(in(k, ack));
  HAS(k, "Via: " INNER_VIA("1") "\r\n");
  PASS(in(k, bye));
  LACKS(k, "Via: " INNER_VIA("1") "\r\n");
  memcpy(first, k->out, sizeof(first));
  PASS(in(k, bye));
  IS(k, first);
  kit_free(k);
}

static void an_ack_passes_once(void **state) {
  (void)state;
  static const char *const finals[] = {"SIP/2.0 200 OK", "SIP/2.0 486 Busy"};
  for (size_t i = 0; i < ARRAY_LEN(finals); i++) {
    kit *k = kit_new();
    PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
    REFUSED(in(k, peer_inside(IN_ACK, "1 ACK")), ORDER);
    PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
    REFUSED(in(k, peer_inside(IN_ACK, "1 ACK")), ORDER);
    PASS(out(k, sofia_answers(finals[i], "1 INVITE")));
    PASS(in(k, peer_first(IN_INVITE, "1 INVITE"))); /* our answer was lost */
    assert_int_not_equal(k->len, 0);
    REFUSED(in(k, peer_first(IN_ACK, "1 ACK")), TAG);
    REFUSED(in(k, peer_inside(IN_ACK, "2 ACK")), ORDER);
    PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
    STARTS(k, "ACK sip:127.1.2.3:4001 SIP/2.0\r\n");
    HAS(k, "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
    ABSORBED(k, in(k, peer_inside(IN_ACK, "1 ACK")));
    ABSORBED(k, in(k, peer_first(IN_INVITE, "1 INVITE"))); /* a late copy */
    kit_free(k);
  }
}

/* After a step of the clock another agent sits behind the guard: it knows no
 * answer that it has not given, and Sofia aborts over an ACK to none. */
static void an_ack_is_for_the_agent_that_answered(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 603 Decline", "1 INVITE")));
  msnav_guard_renewed(k->g);
  REFUSED(in(k, peer_inside(IN_ACK, "1 ACK")), ORDER);
  PASS(out(k, sofia_answers("SIP/2.0 603 Decline", "1 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  STARTS(k, "ACK sip:127.1.2.3:4001 SIP/2.0\r\n");
  kit_free(k);
}

static void final_responses_to_an_invite_pass_again(void **state) {
  (void)state;
  kit *k = kit_new();
  calling(k);
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")));
  STARTS(k, "SIP/2.0 200 OK\r\n");
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  STARTS(k, "ACK sip:10.0.0.2:5062 SIP/2.0\r\n");
  /* nothing else does after it */
  REFUSED(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")), ORDER);
  REFUSED(in(k, peer_answers("SIP/2.0 100 Trying", "100 INVITE")), ORDER);
  REFUSED(in(k, peer_answers("SIP/2.0 486 Busy", "100 INVITE")), ORDER);
  REFUSED(in(k, peer_answers("SIP/2.0 202 Accepted", "100 INVITE")), ORDER);
  kit_free(k);

  k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 486 Busy", "100 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  PASS(in(k, peer_answers("SIP/2.0 486 Busy", "100 INVITE")));
  STARTS(k, "SIP/2.0 486 Busy\r\n");
  REFUSED(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")), ORDER);
  REFUSED(in(k, peer_answers("SIP/2.0 487 Gone", "100 INVITE")), ORDER);
  kit_free(k);
}

static void other_final_responses_are_absorbed_when_repeated(void **state) {
  (void)state;
  kit *k = kit_new();
  calling(k);
  PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  PASS(in(k, peer_answers("SIP/2.0 100 Trying", "101 BYE")));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "101 BYE")));
  assert_int_not_equal(k->len, 0);
  ABSORBED(k, in(k, peer_answers("SIP/2.0 200 OK", "101 BYE")));
  REFUSED(in(k, peer_answers("SIP/2.0 481 Gone", "101 BYE")), ORDER);
  kit_free(k);
}

static void the_answer_of_a_second_fork_is_refused(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  wire other = peer_answers("SIP/2.0 180 Ringing", "100 INVITE");
  other.to = SOFIA_TO ";tag=second";
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")));
  PASS(in(k, other)); /* who of them answers is open */
  HAS(k, ";tag=second\r\n");
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")));
  other.start = "SIP/2.0 200 OK";
  REFUSED(in(k, other), TAG);
  wire own = peer_answers("SIP/2.0 200 OK", "100 INVITE");
  own.to = SOFIA_TO;
  REFUSED(in(k, own), TAG);
  kit_free(k);
}

static void tags_compare_without_case(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  wire bye = peer_inside(IN_BYE, "2 BYE");
  bye.from = PEER_FROM ";TAG=PTAG";
  bye.to = PEER_TO ";Tag=oTag";
  PASS(in(k, bye));
  HAS(k, ";tag=ptag\r\n"); /* Sofia is shown one spelling */
  HAS(k, ";tag=otag\r\n");
  kit_free(k);
}

static void three_hundred_is_no_acceptance(void **state) {
  (void)state;
  for (int accepted = 0; accepted < 2; accepted++) {
    const char *start = accepted ? "SIP/2.0 299 Odd" : "SIP/2.0 300 Choices";
    msnav_guard_verdict bye = accepted ? MSNAV_GUARD_PASS : MSNAV_GUARD_ORDER;
    kit *k = kit_new();
    wire invite = peer_first(IN_INVITE, "1 INVITE");
    invite.more = "Record-Route: <sip:a;lr>\r\n";
    PASS(in(k, invite));
    PASS(out(k, sofia_answers(start, "1 INVITE")));
    assert_int_equal(has(k, "Contact: <sip:10.0.0.1:5060>\r\n"), accepted);
    assert_int_equal(has(k, "Record-Route: <sip:a;lr>\r\n"), accepted);
    PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
    assert_int_equal(in(k, peer_inside(IN_BYE, "2 BYE")), bye);
    kit_free(k);

    k = kit_new();
    PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
    wire answer = peer_answers(start, "100 INVITE");
    answer.more = "Contact: <sip:x@y>\r\n";
    PASS(in(k, answer));
    assert_int_equal(has(k, "Contact"), accepted);
    PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
    assert_int_equal(has(k, "ACK sip:x@y SIP/2.0\r\n"), accepted);
    assert_int_equal(out(k, sofia_inside(OUT_BYE, "101 BYE")), bye);
    kit_free(k);
  }
}

/* ---- one dialog */

static void a_second_call_is_refused(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  wire other = peer_first(IN_INVITE, "1 INVITE");
  other.call_id = "other";
  REFUSED(in(k, other), NO_DIALOG);
  wire own = sofia_first(OUT_INVITE, "1 INVITE");
  own.call_id = "other";
  REFUSED(out(k, own), NO_DIALOG);
  REFUSED(in(k, peer_first(IN_INVITE, "2 INVITE")), TAG);
  kit_free(k);

  k = kit_new();
  calling(k);
  REFUSED(in(k, other), NO_DIALOG);
  kit_free(k);

  k = kit_new(); /* Sofia's call is not answered yet */
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  REFUSED(in(k, other), NO_DIALOG);
  REFUSED(in(k, peer_inside_calling(IN_BYE, "1 BYE")), ORDER);
  REFUSED(in(k, peer_inside_calling(IN_INVITE, "1 INVITE")), ORDER);
  REFUSED(out(k, sofia_first(OUT_INVITE, "101 INVITE")), ORDER);
  kit_free(k);
}

static void after_a_refused_call_only_we_may_try_again(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 488 Not Acceptable", "100 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  REFUSED(out(k, sofia_first(OUT_INVITE, "100 OPTIONS")), CSEQ);
  PASS(out(k, sofia_first(OUT_INVITE, "101 INVITE"))); /* same Call-ID */
  PASS(in(k, peer_answers("SIP/2.0 488 Not Acceptable", "101 INVITE")));
  wire other = sofia_first(OUT_INVITE, "5 INVITE");
  other.call_id = "other";
  PASS(out(k, other));
  wire ok = peer_answers("SIP/2.0 200 OK", "5 INVITE");
  ok.call_id = "other";
  PASS(in(k, ok));
  /* the old one can still be acknowledged */
  PASS(in(k, peer_answers("SIP/2.0 488 Not Acceptable", "101 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "101 ACK")));
  REFUSED(out(k, sofia_inside(OUT_BYE, "102 BYE")), NO_DIALOG);
  kit_free(k);

  k = kit_new();
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  REFUSED(in(k, peer_first(IN_INVITE, "2 INVITE")), TAG);
  REFUSED(in(k, peer_inside(IN_INVITE, "2 INVITE")), ORDER);
  REFUSED(in(k, peer_inside(IN_BYE, "2 BYE")), ORDER);
  wire own = sofia_first(OUT_INVITE, "100 INVITE");
  own.call_id = "own";
  PASS(out(k, own));
  kit_free(k);
}

static void a_new_count_begins_with_a_new_call_of_ours(void **state) {
  (void)state;
  kit *k = kit_rtc();
  wire invite = sofia_first(OUT_INVITE, "100 INVITE");
  wire busy = peer_answers("SIP/2.0 486 Busy", "1 INVITE");
  PASS(out(k, invite));
  PASS(in(k, busy));
  invite.cseq = "101 INVITE"; /* the same call goes on counting */
  PASS(out(k, invite));
  HAS(k, "CSeq: 2 INVITE\r\n");
  busy.cseq = "2 INVITE";
  PASS(in(k, busy));
  invite.cseq = "55 INVITE";
  REFUSED(out(k, invite), ORDER);
  invite.call_id = "other";
  PASS(out(k, invite));
  HAS(k, "CSeq: 1 INVITE\r\n");
  kit_free(k);
}

static void a_failed_call_of_the_peer_gives_way_to_ours(void **state) {
  (void)state;
  kit *k = kit_new();
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  invite.call_id = "theirs";
  invite.more = "Record-Route: <sip:a;lr>\r\nContact: <sip:b>\r\n";
  wire busy = sofia_answers("SIP/2.0 486 Busy", "1 INVITE");
  busy.call_id = "theirs";
  wire ack = peer_inside(IN_ACK, "1 ACK");
  ack.call_id = "theirs";
  PASS(in(k, invite));
  PASS(out(k, busy));
  calling(k);
  PASS(in(k, invite)); /* its last words come late */
  PASS(out(k, busy));
  PASS(in(k, ack));
  PASS(out(k, sofia_inside(OUT_OPTIONS, "101 OPTIONS")));
  STARTS(k, "OPTIONS sip:10.0.0.2:5062 SIP/2.0\r\n");
  LACKS(k, "Route"); /* nothing of it is left */
  PASS(in(k, peer_inside_calling(IN_BYE, "1 BYE")));
  kit_free(k);
}

/* ---- BYE */

static void bye_needs_a_confirmed_dialog(void **state) {
  (void)state;
  kit *k = kit_new();
  REFUSED(in(k, peer_inside(IN_BYE, "2 BYE")), NO_DIALOG);
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  REFUSED(in(k, peer_first(IN_BYE, "2 BYE")), TAG);
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  REFUSED(in(k, peer_inside(IN_BYE, "2 BYE")), ORDER);
  REFUSED(out(k, sofia_inside_called(OUT_BYE, "7 BYE")), ORDER);
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  PASS(in(k, peer_inside(IN_BYE, "2 BYE"))); /* its ACK was lost */
  kit_free(k);

  k = kit_new();
  REFUSED(out(k, sofia_inside(OUT_BYE, "101 BYE")), NO_DIALOG);
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")));
  REFUSED(out(k, sofia_inside(OUT_BYE, "101 BYE")), ORDER);
  kit_free(k);
}

static void byes_may_cross(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  PASS(in(k, peer_inside(IN_BYE, "2 BYE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 BYE")));
  PASS(in(k, peer_answers_called("SIP/2.0 200 OK", "7 BYE")));
  /* nothing begins again after it */
  REFUSED(in(k, peer_inside(IN_INVITE, "3 INVITE")), ORDER);
  REFUSED(out(k, sofia_inside_called(OUT_INVITE, "8 INVITE")), ORDER);
  PASS(in(k, peer_inside(IN_BYE, "2 BYE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 BYE")));
  kit_free(k);
}

static void requests_in_either_order_are_turned_round(void **state) {
  (void)state;
  static const struct {
    const char *start, *cseq, *answer;
  } rows[] = {{IN_BYE, "1 BYE", "1 BYE"},
              {IN_INVITE, "2 INVITE", "2 INVITE"},
              {IN_OPTIONS, "3 OPTIONS", "3 OPTIONS"}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int swapped = 0; swapped < 2; swapped++) {
      kit *k = kit_new();
      calling(k);
      wire w = peer_inside_calling(rows[i].start, rows[i].cseq);
      if (swapped) {
        w.from = SOFIA_FROM ";tag=otag";
        w.to = SOFIA_TO ";tag=ptag";
      }
      PASS(in(k, w));
      HAS(k, "From: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n"
             "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
      PASS(in(k, w)); /* repeated */
      assert_int_not_equal(k->len, 0);
      wire other = w;
      other.from = w.to;
      other.to = w.from;
      REFUSED(in(k, other), TAG); /* not the same request any more */
      PASS(out(k, sofia_answers_calling("SIP/2.0 200 OK", rows[i].answer)));
      char want[128];
      snprintf(want, sizeof(want), "From: %s\r\nTo: %s\r\n", w.from, w.to);
      HAS(k, want);
      kit_free(k);
    }
  }
}

/* ---- CANCEL */

static void the_peer_may_cancel_before_an_answer(void **state) {
  (void)state;
  kit *k = kit_new();
  REFUSED(in(k, peer_first(IN_CANCEL, "1 CANCEL")), NO_DIALOG);
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  REFUSED(in(k, peer_first(IN_CANCEL, "2 CANCEL")), ORDER);
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  PASS(in(k, peer_first(IN_CANCEL, "1 CANCEL")));
  IS(k, "CANCEL sip:127.1.2.3:4001 SIP/2.0\r\n"
        "Via: " INNER_VIA("1") "\r\n"
                               "Max-Forwards: 70\r\n"
                               "From: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n"
                               "To: <sip:me@10.0.0.1:5060>\r\n"
                               "Call-ID: call\r\n"
                               "CSeq: 1 CANCEL\r\n"
                               "Content-Length: 0\r\n\r\n");
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 CANCEL")));
  HAS(k, "CSeq: 1 CANCEL\r\n");
  REFUSED(in(k, peer_inside(IN_BYE, "2 BYE")), ORDER); /* no call yet */
  PASS(out(k, sofia_answers("SIP/2.0 487 Request Terminated", "1 INVITE")));
  PASS(in(k, peer_first(IN_CANCEL, "1 CANCEL"))); /* repeated */
  assert_int_not_equal(k->len, 0);
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  kit_free(k);
}

static void cancel_comes_too_late_after_an_answer(void **state) {
  (void)state;
  static const char *const finals[] = {"SIP/2.0 200 OK", "SIP/2.0 486 Busy"};
  for (size_t i = 0; i < ARRAY_LEN(finals); i++) {
    kit *k = kit_new();
    PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
    PASS(out(k, sofia_answers(finals[i], "1 INVITE")));
    REFUSED(in(k, peer_first(IN_CANCEL, "1 CANCEL")), ORDER);
    kit_free(k);
  }
}

static void a_cancel_may_have_the_tag_of_the_ringing(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  wire cancel = peer_inside(IN_CANCEL, "1 CANCEL");
  cancel.to = PEER_TO ";tag=strange";
  REFUSED(in(k, cancel), TAG);
  cancel.to = PEER_TO ";tag=otag";
  PASS(in(k, cancel));
  HAS(k, "To: <sip:me@10.0.0.1:5060>\r\n"); /* as the INVITE had it */
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 CANCEL")));
  HAS(k, "To: " PEER_TO ";tag=otag\r\n");
  kit_free(k);
}

static void we_may_cancel_before_an_answer(void **state) {
  (void)state;
  kit *k = kit_new();
  REFUSED(out(k, sofia_first(OUT_CANCEL, "100 CANCEL")), ORDER);
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")));
  PASS(out(k, sofia_first(OUT_CANCEL, "100 CANCEL")));
  IS(k, "CANCEL sip:10.0.0.2:5062 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
        "Max-Forwards: 70\r\n"
        "From: " SOFIA_FROM ";tag=otag\r\n"
        "To: " SOFIA_TO "\r\n"
        "Call-ID: call\r\n"
        "CSeq: 100 CANCEL\r\n"
        "Content-Length: 0\r\n\r\n");
  wire ok = peer_answers("SIP/2.0 200 OK", "100 CANCEL");
  ok.to = SOFIA_TO ";tag=hop"; /* a proxy may answer it with its own tag */
  PASS(in(k, ok));
  PASS(in(k, peer_answers("SIP/2.0 487 Terminated", "100 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  PASS(out(k, sofia_first(OUT_CANCEL, "100 CANCEL"))); /* repeated */
  kit_free(k);

  k = kit_new(); /* the answer was faster */
  calling(k);
  REFUSED(out(k, sofia_first(OUT_CANCEL, "100 CANCEL")), ORDER);
  kit_free(k);
}

static void an_answer_may_win_against_our_cancel(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 180 Ringing", "100 INVITE")));
  PASS(out(k, sofia_first(OUT_CANCEL, "100 CANCEL")));
  wire gone = peer_answers("SIP/2.0 481 Gone", "100 CANCEL");
  gone.to = SOFIA_TO ";tag=hop";
  PASS(in(k, gone));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  PASS(in(k, peer_inside_calling(IN_INVITE, "1 INVITE"))); /* it is a call */
  PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  kit_free(k);
}

/* ---- re-INVITE */

static void the_peer_may_invite_again(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  REFUSED(in(k, peer_inside(IN_INVITE, "0 INVITE")), ORDER);
  PASS(in(k, peer_inside(IN_OPTIONS, "1 OPTIONS")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 OPTIONS")));
  PASS(in(k, peer_inside(IN_INVITE, "2 INVITE")));
  HAS(k, "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
  HAS(k, INNER_VIA("3"));
  REFUSED(in(k, peer_inside(IN_INVITE, "3 INVITE")), ORDER); /* one by one */
  PASS(in(k, peer_inside(IN_CANCEL, "2 CANCEL")));
  HAS(k, "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 INVITE")));
  HAS(k, "To: " PEER_TO ";tag=otag\r\n"); /* not tagged twice */
  PASS(in(k, peer_inside(IN_ACK, "2 ACK")));
  HAS(k, INNER_VIA("3"));
  PASS(in(k, peer_inside(IN_OPTIONS, "8 OPTIONS")));
  REFUSED(in(k, peer_inside(IN_INVITE, "8 INVITE")), ORDER); /* not higher */
  PASS(in(k, peer_inside(IN_INVITE, "9 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 488 No", "9 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "9 ACK")));
  PASS(in(k, peer_inside(IN_BYE, "9 BYE"))); /* the call went on */
  kit_free(k);

  k = kit_new(); /* the ACK for our 200 got lost */
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  PASS(in(k, peer_inside(IN_INVITE, "2 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  assert_int_not_equal(k->len, 0);
  kit_free(k);
}

static void we_may_invite_again(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  PASS(out(k, sofia_inside_called(OUT_INVITE, "7 INVITE")));
  STARTS(k, "INVITE sip:10.0.0.2:5062 SIP/2.0\r\n");
  HAS(k, "From: " PEER_TO ";tag=otag\r\nTo: " PEER_FROM ";tag=ptag\r\n");
  PASS(in(k, peer_answers_called("SIP/2.0 100 Trying", "7 INVITE")));
  HAS(k, "To: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n");
  PASS(in(k, peer_answers_called("SIP/2.0 200 OK", "7 INVITE")));
  HAS(k, "Contact: <sip:127.1.2.3:4000>\r\n");
  PASS(out(k, sofia_inside_called(OUT_ACK, "7 ACK")));
  HAS(k, "From: " PEER_TO ";tag=otag\r\nTo: " PEER_FROM ";tag=ptag\r\n");
  REFUSED(out(k, sofia_inside_called(OUT_INVITE, "6 INVITE")), ORDER);
  kit_free(k);
}

static void crossing_invites_pass_and_are_answered_491(void **state) {
  (void)state;
  kit *k = kit_new();
  calling(k);
  PASS(out(k, sofia_inside(OUT_INVITE, "101 INVITE")));
  PASS(in(k, peer_inside_calling(IN_INVITE, "1 INVITE")));
  STARTS(k, "INVITE sip:127.1.2.3:4001 SIP/2.0\r\n");
  PASS(out(k, sofia_answers_calling("SIP/2.0 491 Pending", "1 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 491 Pending", "101 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "101 ACK")));
  PASS(in(k, peer_inside_calling(IN_ACK, "1 ACK")));
  PASS(out(k, sofia_inside(OUT_INVITE, "102 INVITE"))); /* the call goes on */
  PASS(in(k, peer_inside_calling(IN_INVITE, "2 INVITE")));
  kit_free(k);
}

/* ---- OPTIONS */

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

static void a_tag_once_given_stays(void **state) {
  (void)state;
  kit *k = kit_new();
  wire trying = sofia_answers("SIP/2.0 100 Trying", "1 INVITE");
  trying.to = "<sip:me@10.0.0.1:5060>";
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, trying));
  HAS(k, "To: " PEER_TO "\r\n");
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  PASS(out(k, trying));
  HAS(k, "To: " PEER_TO ";tag=otag\r\n");
  kit_free(k);
}

static void sofia_may_move_in_mid_call(void **state) {
  (void)state;
  static const msnav_addr guard = {0x7f040506, 5000};
  static const msnav_addr sofia = {0x7f040506, 5001};
  kit *k = kit_new();
  called(k);
  msnav_guard_move(k->g, &guard, &sofia);
  char text[2048];
  wire w = peer_inside(IN_BYE, "2 BYE");
  w.via = PEER_VIA;
  PASS(pass_in(k, text, wire_write(text, sizeof(text), &w)));
  assert_true(has(k, "BYE sip:127.4.5.6:5001 SIP/2.0\r\n"
                     "Via: SIP/2.0/UDP 127.4.5.6:5000;branch="));
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sofia_may_move_in_mid_call),
    cmocka_unit_test(writes_the_papers_messages_as_caller),
    cmocka_unit_test(writes_the_papers_messages_as_called_side),
    cmocka_unit_test(counts_from_one_in_the_papers_profile),
    cmocka_unit_test(a_callers_bye_is_not_swapped_in_the_papers_profile),
    cmocka_unit_test(an_unswapped_bye_may_be_answered_either_way),
    cmocka_unit_test(writes_standard_messages_as_caller),
    cmocka_unit_test(writes_standard_messages_as_called_side),
    cmocka_unit_test(sofia_sees_a_clean_message_only),
    cmocka_unit_test(texts_of_the_peer_are_cut_to_printable_ascii),
    cmocka_unit_test(long_texts_of_the_peer_are_left_out),
    cmocka_unit_test(the_body_is_as_long_as_it_says),
    cmocka_unit_test(a_body_may_hold_any_bytes),
    cmocka_unit_test(without_branches_repetitions_still_match),
    cmocka_unit_test(an_ack_passes_once),
    cmocka_unit_test(an_ack_is_for_the_agent_that_answered),
    cmocka_unit_test(final_responses_to_an_invite_pass_again),
    cmocka_unit_test(other_final_responses_are_absorbed_when_repeated),
    cmocka_unit_test(the_answer_of_a_second_fork_is_refused),
    cmocka_unit_test(tags_compare_without_case),
    cmocka_unit_test(three_hundred_is_no_acceptance),
    cmocka_unit_test(a_second_call_is_refused),
    cmocka_unit_test(after_a_refused_call_only_we_may_try_again),
    cmocka_unit_test(a_new_count_begins_with_a_new_call_of_ours),
    cmocka_unit_test(a_failed_call_of_the_peer_gives_way_to_ours),
    cmocka_unit_test(bye_needs_a_confirmed_dialog),
    cmocka_unit_test(byes_may_cross),
    cmocka_unit_test(requests_in_either_order_are_turned_round),
    cmocka_unit_test(the_peer_may_cancel_before_an_answer),
    cmocka_unit_test(cancel_comes_too_late_after_an_answer),
    cmocka_unit_test(a_cancel_may_have_the_tag_of_the_ringing),
    cmocka_unit_test(we_may_cancel_before_an_answer),
    cmocka_unit_test(an_answer_may_win_against_our_cancel),
    cmocka_unit_test(the_peer_may_invite_again),
    cmocka_unit_test(we_may_invite_again),
    cmocka_unit_test(crossing_invites_pass_and_are_answered_491),
    cmocka_unit_test(options_pass_at_any_time),
    cmocka_unit_test(required_extensions_pass_as_bare_tags),
    cmocka_unit_test(required_extensions_are_bounded_tokens),
    cmocka_unit_test(we_may_send_options),
    cmocka_unit_test(a_tag_once_given_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
