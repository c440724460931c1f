/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard in the paper's profile: its messages, byte for byte. */
#include "guard_kit.h"

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
        "CSeq: 1001106695 INVITE\r\n"
        "Content-Length: 0\r\n\r\n");
  receive_paper(k, "paper-sip-3-180.sip");
  HAS(k, "SIP/2.0 180 Ringing\r\n");
  HAS(k, "To: " PAPER_TO ";tag=" PAPER_CALLED "\r\n");
  receive_paper(k, "paper-sip-4-200.sip");
  LACKS(k, "Contact");
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
  IS(k, "BYE sip:127.0.0.1:9 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKguard2\r\n"
        "From: <sip:peer@192.168.0.127:12449>;tag=" PAPER_CALLED "\r\n"
        "To: <sip:me@192.168.0.165:11630>;tag=" PAPER_CALLER "\r\n"
        "Call-ID: " PAPER_CALL_ID "\r\n"
        "CSeq: 1 BYE\r\n"
        "Content-Length: 0\r\n\r\n");
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
  STARTS(k, "INVITE sip:127.0.0.1:9 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKguard1\r\n"
            "From: <sip:peer@192.168.0.165:11630>;tag=" PAPER_CALLER "\r\n"
            "To: <sip:me@192.168.0.127:12449>\r\n"
            "Call-ID: " PAPER_CALL_ID "\r\n"
            "CSeq: 1 INVITE\r\n"
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
  HAS(k, "ACK sip:127.0.0.1:9 SIP/2.0\r\n"
         "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKguard1\r\n");
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
        "CSeq: 1001106695 BYE\r\n"
        "Content-Length: 0\r\n\r\n");
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(writes_the_papers_messages_as_caller),
    cmocka_unit_test(writes_the_papers_messages_as_called_side),
    cmocka_unit_test(counts_from_one_in_the_papers_profile),
    cmocka_unit_test(a_callers_bye_is_not_swapped_in_the_papers_profile),
    cmocka_unit_test(an_unswapped_bye_may_be_answered_either_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
