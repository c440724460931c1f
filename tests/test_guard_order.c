/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: what comes again, late or from somebody else. */
#include "guard_kit.h"

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
    STARTS(k, "ACK sip:127.0.0.1:9 SIP/2.0\r\n");
    HAS(k, "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
    ABSORBED(k, in(k, peer_inside(IN_ACK, "1 ACK")));
    ABSORBED(k, in(k, peer_first(IN_INVITE, "1 INVITE"))); /* a late copy */
    kit_free(k);
  }
}

/* RFC 3261 section 17: a request is repeated until its answer comes, the
 * answer to an INVITE until its ACK does. */
static void nothing_is_settled_before_its_answer(void **state) {
  (void)state;
  kit *k = kit_new();
  assert_true(msnav_guard_is_settled(k->g));
  const struct {
    bool in;
    wire message;
    bool settled;
  } rows[] = {
    {true, peer_first(IN_INVITE, "1 INVITE"), false},
    {false, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE"), false},
    {false, sofia_answers("SIP/2.0 200 OK", "1 INVITE"), false},
    {true, peer_inside(IN_ACK, "1 ACK"), true},
    {true, peer_inside(IN_OPTIONS, "2 OPTIONS"), false},
    {false, sofia_answers("SIP/2.0 200 OK", "2 OPTIONS"), true},
    {true, peer_inside(IN_INVITE, "3 INVITE"), false},
    {false, sofia_answers("SIP/2.0 488 No", "3 INVITE"), false},
    {true, peer_inside(IN_ACK, "3 ACK"), true},
    {false, sofia_inside_called(OUT_INVITE, "1 INVITE"), false},
    {true, peer_answers_called("SIP/2.0 180 Ringing", "1 INVITE"), false},
    {false, sofia_inside_called(OUT_CANCEL, "1 CANCEL"), false},
    {true, peer_answers_called("SIP/2.0 487 Gone", "1 INVITE"), false},
    {false, sofia_inside_called(OUT_ACK, "1 ACK"), false},
    {true, peer_answers_called("SIP/2.0 200 OK", "1 CANCEL"), true},
    {false, sofia_inside_called(OUT_BYE, "2 BYE"), false},
    {true, peer_answers_called("SIP/2.0 100 Trying", "2 BYE"), false},
    {true, peer_answers_called("SIP/2.0 200 OK", "2 BYE"), true},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    PASS(rows[i].in ? in(k, rows[i].message) : out(k, rows[i].message));
    assert_int_equal(msnav_guard_is_settled(k->g), rows[i].settled);
  }
  kit_free(k);
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
  STARTS(k, "ACK sip:127.0.0.1:9 SIP/2.0\r\n");
  kit_free(k);

  k = kit_new();
  called(k);
  msnav_guard_renewed(k->g);
  ABSORBED(k, in(k, peer_inside(IN_ACK, "1 ACK"))); /* a late copy */
  PASS(in(k, peer_inside(IN_INVITE, "2 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 488 No", "2 INVITE")));
  msnav_guard_renewed(k->g);
  REFUSED(in(k, peer_inside(IN_ACK, "2 ACK")), ORDER);
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
    LACKS(k, "Contact");
    PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
    assert_int_equal(has(k, "ACK sip:x@y SIP/2.0\r\n"), accepted);
    assert_int_equal(out(k, sofia_inside(OUT_BYE, "101 BYE")), bye);
    kit_free(k);
  }
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_branches_repetitions_still_match),
    cmocka_unit_test(an_ack_passes_once),
    cmocka_unit_test(nothing_is_settled_before_its_answer),
    cmocka_unit_test(an_ack_is_for_the_agent_that_answered),
    cmocka_unit_test(final_responses_to_an_invite_pass_again),
    cmocka_unit_test(other_final_responses_are_absorbed_when_repeated),
    cmocka_unit_test(the_answer_of_a_second_fork_is_refused),
    cmocka_unit_test(tags_compare_without_case),
    cmocka_unit_test(three_hundred_is_no_acceptance),
    cmocka_unit_test(a_tag_once_given_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
