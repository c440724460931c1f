/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: which message is refused in which place of a call, why, and
 * that a refusal changes nothing. */
#include "guard_kit.h"

/* ---- the source */

static void refuses_every_other_source(void **state) {
  (void)state;
  static const msnav_addr rows[] = {{0x0a000002, 5063}, {0x0a000003, 5062},
                                    {0x0a000001, 5060}, {0x7f010203, 4001},
                                    {0x0a000002, 0},    {0, 0}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    k->peer = rows[i];
    refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(SOURCE));
    assert_refused(k, "", 0, true, V(SOURCE));
    kit_free(k);
  }
  msnav_guard_config config = standard(); /* behind a proxy it is the proxy */
  config.target = (msnav_addr){0xc0000207, 5080};
  kit *k = kit_with(&config);
  k->peer = config.target;
  refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(SOURCE));
  k->peer = OUTER_REMOTE;
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  kit_free(k);
}

/* ---- the place of a message in the call */

typedef enum phase {
  FRESH,
  RUNG,     /* the peer's INVITE arrived */
  RINGING,  /* and Sofia said 180 */
  CALLED,   /* and 200, and the ACK came */
  ANSWERED, /* the same without the ACK */
  BUSY,     /* Sofia said 486 */
  HUNG_UP,  /* the peer said BYE */
  DIALED,   /* Sofia's INVITE went out */
  CALLING,  /* and was answered */
  LEFT,     /* and Sofia said BYE */
  PHASES
} phase;

static kit *kit_in(phase p) {
  kit *k = kit_new();
  if (p == CALLED || p == HUNG_UP) {
    called(k);
  } else if (p == CALLING || p == LEFT) {
    calling(k);
  } else if (p == DIALED) {
    PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  } else if (p != FRESH) {
    PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  }
  if (p == RINGING || p == BUSY || p == ANSWERED) {
    PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  }
  if (p == ANSWERED) {
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  } else if (p == BUSY) {
    PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
  } else if (p == HUNG_UP) {
    PASS(in(k, peer_inside(IN_BYE, "2 BYE")));
  } else if (p == LEFT) {
    PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  }
  return k;
}

#define TWO_XX "SIP/2.0 200 OK"

/* What the peer sends in each phase, in the order of enum phase.  The columns
 * are RFC 3261 sections 8, 9, 12, 13, 14, 15 and 17. */
static void every_phase_takes_what_belongs_to_it(void **state) {
  (void)state;
  const struct {
    wire w;
    msnav_guard_verdict want[PHASES];
  } rows[] = {
    {peer_first(IN_INVITE, "1 INVITE"), /* the first, or its repetition */
     {V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(ORDER),
      V(TAG), V(TAG)}},
    {peer_first(IN_INVITE, "2 INVITE"), /* another first one */
     {V(PASS), V(TAG), V(TAG), V(TAG), V(TAG), V(TAG), V(TAG), V(ORDER), V(TAG),
      V(TAG)}},
    {peer_inside(IN_INVITE, "3 INVITE"),
     {V(NO_DIALOG), V(TAG), V(ORDER), V(PASS), V(PASS), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(ORDER)}},
    {peer_inside(IN_ACK, "1 ACK"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(PASS), V(PASS),
      V(ORDER), V(ORDER), V(ORDER)}},
    {peer_first(IN_CANCEL, "1 CANCEL"),
     {V(NO_DIALOG), V(PASS), V(PASS), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(ORDER), V(ORDER)}},
    {peer_inside(IN_BYE, "3 BYE"),
     {V(NO_DIALOG), V(TAG), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {peer_inside(IN_OPTIONS, "3 OPTIONS"),
     {V(NO_DIALOG), V(TAG), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {peer_answers("SIP/2.0 180 Ringing", "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(ORDER), V(ORDER)}},
    {peer_answers(TWO_XX, "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(PASS), V(PASS)}},
    {peer_answers("SIP/2.0 486 Busy", "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(ORDER), V(ORDER)}},
    {peer_answers(TWO_XX, "101 BYE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION), V(PASS)}},
    {peer_answers(TWO_XX, "100 ACK"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION)}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int p = FRESH; p < PHASES; p++) {
      kit *k = kit_in((phase)p);
      if (rows[i].want[p] == V(PASS)) {
        if (in(k, rows[i].w) != V(PASS)) {
          fail_msg("%s refused in phase %d", rows[i].w.start, p);
        }
      } else {
        refuses(k, rows[i].w, true, rows[i].want[p]);
      }
      kit_free(k);
    }
  }
}

/* The same for Sofia, whose mistakes do not reach the peer either. */
static void every_phase_lets_out_what_belongs_to_it(void **state) {
  (void)state;
  const struct {
    wire w;
    msnav_guard_verdict want[PHASES];
  } rows[] = {
    {sofia_first(OUT_INVITE, "100 INVITE"),
     {V(PASS), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(PASS), V(ORDER),
      V(PASS), V(PASS), V(PASS)}},
    {sofia_inside(OUT_INVITE, "105 INVITE"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(ORDER)}},
    {sofia_inside(OUT_ACK, "100 ACK"),
     {V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(PASS)}},
    {sofia_first(OUT_CANCEL, "100 CANCEL"),
     {V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(PASS), V(ORDER), V(ORDER)}},
    {sofia_inside(OUT_BYE, "105 BYE"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {sofia_inside(OUT_BYE, "99 BYE"), /* its count only goes up */
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(ORDER), V(ORDER)}},
    {sofia_answers("SIP/2.0 183 Progress", "1 INVITE"),
     {V(NO_TRANSACTION), V(PASS), V(PASS), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
    {sofia_answers(TWO_XX, "1 INVITE"),
     {V(NO_TRANSACTION), V(PASS), V(PASS), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
    {sofia_answers(TWO_XX, "2 BYE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION), V(PASS),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int p = FRESH; p < PHASES; p++) {
      kit *k = kit_in((phase)p);
      if (rows[i].want[p] == V(PASS)) {
        if (out(k, rows[i].w) != V(PASS)) {
          fail_msg("%s refused in phase %d", rows[i].w.start, p);
        }
      } else {
        refuses(k, rows[i].w, false, rows[i].want[p]);
      }
      kit_free(k);
    }
  }
}

/* ---- whose call it is */

static wire with_tags(wire w, const char *from, const char *to) {
  w.from = from;
  w.to = to;
  return w;
}

static wire with_call_id(wire w, const char *call_id) {
  w.call_id = call_id;
  return w;
}

static void refuses_strange_tags_and_calls(void **state) {
  (void)state;
  wire bye = peer_inside(IN_BYE, "2 BYE");
  wire ack = peer_inside(IN_ACK, "1 ACK");
  wire cancel = peer_first(IN_CANCEL, "1 CANCEL");
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  wire ok = peer_answers(TWO_XX, "100 INVITE");
  const struct {
    phase p;
    wire w;
    msnav_guard_verdict want;
  } rows[] = {
    {FRESH, with_tags(invite, "<sip:p>", "<sip:o>"), V(TAG)},
    {FRESH, with_tags(invite, "<sip:p>;tag=p", "<sip:o>;tag=o"), V(NO_DIALOG)},
    {RUNG, with_tags(invite, "<sip:p>;tag=other", PEER_TO), V(TAG)},
    {RINGING, with_tags(invite, PEER_FROM ";tag=ptag", PEER_TO ";tag=otag"),
     V(TAG)}, /* a repetition that got a tag */
    {RUNG, with_tags(cancel, "<sip:p>;tag=other", PEER_TO), V(TAG)},
    {RUNG, with_call_id(cancel, "other"), V(NO_DIALOG)},
    {ANSWERED, with_tags(ack, "<sip:p>;tag=other", PEER_TO ";tag=otag"),
     V(TAG)},
    {ANSWERED, with_tags(ack, PEER_FROM ";tag=ptag", PEER_TO), V(TAG)},
    {ANSWERED, with_call_id(ack, "other"), V(NO_DIALOG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO), V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO ";tag=x"), V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=otag", PEER_TO ";tag=otag"),
     V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO ";tag=ptag"),
     V(TAG)},
    {CALLED, with_call_id(bye, "other"), V(NO_DIALOG)},
    {CALLED, with_call_id(bye, "CALL"), V(NO_DIALOG)}, /* case counts */
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=x", SOFIA_TO ";tag=ptag"), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM, SOFIA_TO ";tag=ptag"), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO ";tag=otag"),
     V(TAG)}, /* two ends with one tag */
    {DIALED, with_call_id(ok, "other"), V(NO_TRANSACTION)},
    {DIALED, peer_answers(TWO_XX, "101 INVITE"), V(NO_TRANSACTION)},
    {CALLING, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO ";tag=x"), V(TAG)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_in(rows[i].p);
    refuses(k, rows[i].w, true, rows[i].want);
    kit_free(k);
  }
}

static void a_response_has_one_via(void **state) {
  (void)state;
  kit *k = kit_in(DIALED);
  wire ok = peer_answers(TWO_XX, "100 INVITE");
  ok.via = "SIP/2.0/UDP 10.0.0.1:5060, SIP/2.0/UDP 10.0.0.1:5060";
  refuses(k, ok, true, V(VIA));
  kit_free(k);
}

static void sofia_has_to_keep_to_the_form_too(void **state) {
  (void)state;
  wire invite = sofia_first(OUT_INVITE, "100 INVITE");
  kit *k = kit_new();
  refuses(k, with_tags(invite, SOFIA_FROM, SOFIA_TO), false, V(TAG));
  invite.via = "SIP/2.0/UDP 127.1.2.3:4001";
  refuses(k, invite, false, V(VIA)); /* no branch to hand on */
  invite.via = SOFIA_VIA ", SIP/2.0/UDP 127.1.2.3";
  refuses(k, invite, false, V(VIA)); /* no proxy */
  invite.via = "SIP/2.0/UDP 127.1.2.3:4001";
  assert_refused(k, "", 0, false, V(SIZE));
  assert_refused(k, "REGISTER sip:a@b SIP/2.0\r\n\r\n", 28, false, V(METHOD));
  kit_free(k);
  k = kit_rtc();
  PASS(out(k, invite)); /* none is wanted */
  kit_free(k);
  k = kit_in(CALLING);
  refuses(k,
          with_tags(sofia_inside(OUT_BYE, "101 BYE"), SOFIA_FROM ";tag=otag",
                    SOFIA_TO ";tag=x"),
          false, V(TAG));
  refuses(k,
          with_tags(sofia_inside(OUT_ACK, "100 ACK"), SOFIA_FROM ";tag=otag",
                    SOFIA_TO),
          false, V(TAG));
  kit_free(k);
  k = kit_in(DIALED);
  refuses(k,
          with_tags(sofia_first(OUT_CANCEL, "100 CANCEL"), SOFIA_FROM ";tag=x",
                    SOFIA_TO),
          false, V(TAG));
  kit_free(k);
}

static void a_full_guard_changes_nothing(void **state) {
  (void)state;
  kit *k = kit_in(FRESH);
  wire ping = peer_first(IN_OPTIONS, "1 OPTIONS");
  char id[8];
  ping.call_id = id;
  for (int i = 0; i < 6; i++) {
    snprintf(id, sizeof(id), "p%d", i);
    PASS(in(k, ping));
  }
  snprintf(id, sizeof(id), "p9");
  refuses(k, ping, true, V(FULL));
  refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(FULL));
  kit_free(k);

  k = kit_in(RUNG); /* a CANCEL needs a place too */
  for (int i = 0; i < 5; i++) {
    snprintf(id, sizeof(id), "p%d", i);
    PASS(in(k, ping));
  }
  refuses(k, peer_first(IN_CANCEL, "1 CANCEL"), true, V(FULL));
  kit_free(k);
}

static void every_verdict_has_a_name_of_its_own(void **state) {
  (void)state;
  for (int i = 0; i < MSNAV_GUARD_VERDICTS; i++) {
    const char *name = msnav_guard_verdict_name((msnav_guard_verdict)i);
    assert_non_null(name);
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(name,
                              msnav_guard_verdict_name((msnav_guard_verdict)j));
    }
  }
  assert_string_equal(msnav_guard_verdict_name(V(PASS)), "pass");
  assert_string_equal(msnav_guard_verdict_name(V(VIA)), "via");
  assert_string_equal(msnav_guard_verdict_name(V(NO_DIALOG)), "no-dialog");
  assert_string_equal(msnav_guard_verdict_name(MSNAV_GUARD_VERDICTS),
                      "unknown");
  assert_string_equal(msnav_guard_verdict_name((msnav_guard_verdict)-1),
                      "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(refuses_every_other_source),
    cmocka_unit_test(every_phase_takes_what_belongs_to_it),
    cmocka_unit_test(every_phase_lets_out_what_belongs_to_it),
    cmocka_unit_test(refuses_strange_tags_and_calls),
    cmocka_unit_test(a_response_has_one_via),
    cmocka_unit_test(sofia_has_to_keep_to_the_form_too),
    cmocka_unit_test(a_full_guard_changes_nothing),
    cmocka_unit_test(every_verdict_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
