/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: the one call that it lets through, and how it ends. */
#include "guard_kit.h"

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
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "100 INVITE")));
  /* RFC 3261 section 12.2.1.1: with a higher number */
  REFUSED(out(k, sofia_inside(OUT_BYE, "100 BYE")), ORDER);
  PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_second_call_is_refused),
    cmocka_unit_test(after_a_refused_call_only_we_may_try_again),
    cmocka_unit_test(a_new_count_begins_with_a_new_call_of_ours),
    cmocka_unit_test(a_failed_call_of_the_peer_gives_way_to_ours),
    cmocka_unit_test(bye_needs_a_confirmed_dialog),
    cmocka_unit_test(byes_may_cross),
    cmocka_unit_test(requests_in_either_order_are_turned_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
