/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: CANCEL, and INVITE in a call. */
#include "guard_kit.h"

/* ---- CANCEL */

static void the_peer_may_cancel_before_an_answer(void **state) {
  (void)state;
  kit *k = kit_new();
  REFUSED(in(k, peer_first(IN_CANCEL, "1 CANCEL")), NO_DIALOG);
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  REFUSED(in(k, peer_first(IN_CANCEL, "2 CANCEL")), ORDER);
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  PASS(in(k, peer_first(IN_CANCEL, "1 CANCEL")));
  IS(k, "CANCEL sip:127.0.0.1:9 SIP/2.0\r\n"
        "Via: " INNER_VIA("1") "\r\n"
                               "From: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n"
                               "To: <sip:me@10.0.0.1:5060>\r\n"
                               "Call-ID: call\r\n"
                               "CSeq: 1 CANCEL\r\n"
                               "Content-Length: 0\r\n\r\n");
  /* RFC 3261 section 9.2: with the tag of what it cancels */
  wire taken = sofia_answers("SIP/2.0 200 OK", "1 CANCEL");
  taken.to = "<sip:me@10.0.0.1:5060>";
  PASS(out(k, taken));
  HAS(k, "To: " PEER_TO ";tag=otag\r\n");
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
  LACKS(k, "Contact");
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
  STARTS(k, "INVITE sip:127.0.0.1:9 SIP/2.0\r\n");
  PASS(out(k, sofia_answers_calling("SIP/2.0 491 Pending", "1 INVITE")));
  PASS(in(k, peer_answers("SIP/2.0 491 Pending", "101 INVITE")));
  PASS(out(k, sofia_inside(OUT_ACK, "101 ACK")));
  PASS(in(k, peer_inside_calling(IN_ACK, "1 ACK")));
  PASS(out(k, sofia_inside(OUT_INVITE, "102 INVITE"))); /* the call goes on */
  PASS(in(k, peer_inside_calling(IN_INVITE, "2 INVITE")));
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_peer_may_cancel_before_an_answer),
    cmocka_unit_test(cancel_comes_too_late_after_an_answer),
    cmocka_unit_test(a_cancel_may_have_the_tag_of_the_ringing),
    cmocka_unit_test(we_may_cancel_before_an_answer),
    cmocka_unit_test(an_answer_may_win_against_our_cancel),
    cmocka_unit_test(the_peer_may_invite_again),
    cmocka_unit_test(we_may_invite_again),
    cmocka_unit_test(crossing_invites_pass_and_are_answered_491),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
