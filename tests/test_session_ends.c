/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How conversations end, seen from both sides: what one side does, what goes
 * over the wire, and what the other makes of it. */
#include "session_kit.h"

typedef enum stage {
  RING,     /* inviting, ringing */
  EXCHANGE, /* answered, accepted: the inviter's ACCEPT has not arrived */
  SETUP,    /* both connecting */
  TALK      /* both talking */
} stage;

static void go_to(side *a, side *b, stage goal) {
  set_up(a, b);
  call(a, START);
  pump_both(a, b, START);
  if (goal == RING) {
    return;
  }
  a->lossy = goal == EXCHANGE;
  feed(b, MSNAV_EV_ACCEPT, START);
  pump_both(a, b, START);
  a->lossy = false;
  if (goal == EXCHANGE) {
    return;
  }
  feed(a, MSNAV_EV_SIP_INCOMING, START);
  pump_both(a, b, START);
  if (goal == TALK) {
    feed(a, MSNAV_EV_SIP_UP, START);
    feed(b, MSNAV_EV_SIP_UP, START);
    pump_both(a, b, START);
  }
}

/* Who does what when; how it ends for both, and the Cancel-Codes that both
 * write, "" for none.  From the paper, sections 4 and 6, the table of
 * Cancel-Codes in protocol.md and the session policy. */
static const struct {
  stage when;
  int who; /* 0: the inviter, 1: the invitee */
  msnav_event what;
  msnav_reason mine;
  const char *sent;
  msnav_reason theirs;
  const char *back;
} rows[] = {
#define E(e) MSNAV_EV_##e
#define R(r) MSNAV_REASON_##r
  {RING, 0, E(HANGUP), R(CANCELLED_LOCAL), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {RING, 0, E(TIMEOUT), R(NO_ANSWER), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {RING, 0, E(FAILED), R(NETWORK), "FAIL", R(CANCELLED_REMOTE), ""},
  {RING, 0, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {RING, 0, E(UNDELIVERED), R(UNDELIVERED), "", R(NONE), ""},
  {RING, 1, E(REJECT), R(REJECTED_LOCAL), "REJECT", R(REJECTED_REMOTE), ""},
  {RING, 1, E(HANGUP), R(REJECTED_LOCAL), "REJECT", R(REJECTED_REMOTE), ""},
  {RING, 1, E(TIMEOUT), R(MISSED), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {RING, 1, E(FAILED), R(NETWORK), "FAIL", R(PEER_FAILED), ""},
  {RING, 1, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},

  {EXCHANGE, 0, E(HANGUP), R(CANCELLED_LOCAL), "TIMEOUT", R(CANCELLED_REMOTE),
   ""},
  {EXCHANGE, 0, E(TIMEOUT), R(NO_ADDRESS), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {EXCHANGE, 0, E(FAILED), R(NETWORK), "FAIL", R(PEER_FAILED), ""},
  {EXCHANGE, 0, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {EXCHANGE, 0, E(UNDELIVERED), R(UNDELIVERED), "", R(NONE), ""},
  {EXCHANGE, 1, E(HANGUP), R(CANCELLED_LOCAL), "TIMEOUT", R(CANCELLED_REMOTE),
   ""},
  {EXCHANGE, 1, E(TIMEOUT), R(NO_ADDRESS), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {EXCHANGE, 1, E(FAILED), R(NETWORK), "FAIL", R(PEER_FAILED), ""},
  {EXCHANGE, 1, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {EXCHANGE, 1, E(UNDELIVERED), R(UNDELIVERED), "", R(NONE), ""},

  {SETUP, 0, E(HANGUP), R(CANCELLED_LOCAL), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {SETUP, 0, E(TIMEOUT), R(SIP_TIMEOUT), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {SETUP, 0, E(SIP_FAILED), R(SIP_REFUSED), "FAIL", R(PEER_FAILED), ""},
  {SETUP, 0, E(SIP_BYE), R(CANCELLED_REMOTE), "TIMEOUT", R(CANCELLED_REMOTE),
   ""},
  {SETUP, 0, E(FAILED), R(NETWORK), "FAIL", R(PEER_FAILED), ""},
  {SETUP, 0, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {SETUP, 1, E(HANGUP), R(CANCELLED_LOCAL), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {SETUP, 1, E(TIMEOUT), R(SIP_TIMEOUT), "TIMEOUT", R(CANCELLED_REMOTE), ""},
  {SETUP, 1, E(SIP_FAILED), R(SIP_REFUSED), "FAIL", R(PEER_FAILED), ""},
  {SETUP, 1, E(FAILED), R(NETWORK), "FAIL", R(PEER_FAILED), ""},
  {SETUP, 1, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(CANCELLED_REMOTE), ""},

  /* paper section 4: both send CANCEL TIMEOUT when a call that was up ends */
  {TALK, 0, E(HANGUP), R(HANGUP_LOCAL), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 0, E(SIP_BYE), R(HANGUP_REMOTE), "TIMEOUT", R(HANGUP_REMOTE),
   "TIMEOUT"},
  {TALK, 0, E(TIMEOUT), R(NO_MEDIA), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 0, E(SIP_FAILED), R(SIP_LOST), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 0, E(FAILED), R(NETWORK), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 0, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 1, E(HANGUP), R(HANGUP_LOCAL), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 1, E(SIP_BYE), R(HANGUP_REMOTE), "TIMEOUT", R(HANGUP_REMOTE),
   "TIMEOUT"},
  {TALK, 1, E(TIMEOUT), R(NO_MEDIA), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 1, E(SIP_FAILED), R(SIP_LOST), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 1, E(FAILED), R(NETWORK), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
  {TALK, 1, E(SHUTDOWN), R(SHUTDOWN), "TIMEOUT", R(HANGUP_REMOTE), "TIMEOUT"},
#undef E
#undef R
};

/* The paper's CANCEL of this side with another code in it: sections 4 (TIMEOUT,
 * FAIL) and 6 (the two REJECTs, which have Session-Protocol). */
static void assert_cancel(const side *s, int who, const char *code) {
  static const char *const files[] = {"paper-4-cancel-timeout-inviter.msg",
                                      "paper-5-cancel-timeout-invitee.msg",
                                      "paper-6-cancel-reject.msg"};
  bool reject = strncmp(code, "REJECT", 6) == 0;
  const char *old = reject ? "REJECT" : "TIMEOUT";
  assert_true(!reject || who == 1); /* the inviter never declines */
  assert_int_equal(s->wires, 1);
  size_t len;
  char *paper = load_data(files[reject ? 2 : who], &len);
  static const char field[] = "Cancel-Code: ";
  size_t at = 0;
  while (memcmp(paper + at, field, sizeof(field) - 1) != 0) {
    at++;
  }
  at += sizeof(field) - 1;
  char want[MSNAV_INVITE_MAX];
  size_t rest = len - at - strlen(old);
  memcpy(want, paper, at);
  memcpy(want + at, code, strlen(code));
  memcpy(want + at + strlen(code), paper + at + strlen(old), rest);
  free(paper);
  assert_int_equal(s->wire_len[0], at + strlen(code) + rest);
  assert_memory_equal(s->wire[0], want, s->wire_len[0]);
}

static void assert_sent(const side *s, int who, const char *code) {
  if (code[0] == '\0') {
    assert_int_equal(s->wires, 0);
  } else {
    assert_cancel(s, who, code);
  }
}

static int times(const char *text, const char *word) {
  int n = 0;
  for (const char *at = strstr(text, word); at != NULL;
       at = strstr(at + 1, word)) {
    n++;
  }
  return n;
}

static void forget(side *s) {
  s->done[0] = '\0';
  s->wires = 0;
}

/* SIP comes to its end where it was begun. */
static void close_sip(side *s) {
  if (info_of(s->last).state == MSNAV_STATE_HANGING_UP) {
    feed(s, MSNAV_EV_SIP_CLOSED, START);
  }
}

static void check_row(size_t i) {
  side a;
  side b;
  go_to(&a, &b, rows[i].when);
  side *me = rows[i].who == 0 ? &a : &b;
  side *they = me->other;
  forget(me);
  forget(they);
  msnav_usec now =
    rows[i].what == MSNAV_EV_TIMEOUT ? msnav_session_deadline(me->last) : START;
  feed(me, rows[i].what, now);
  pump_both(me, they, now);
  close_sip(me);
  close_sip(they);
  pump_both(me, they, now);
  assert_int_equal(info_of(me->last).state, MSNAV_STATE_ENDED);
  assert_int_equal(info_of(me->last).reason, rows[i].mine);
  assert_int_equal(info_of(they->last).reason, rows[i].theirs);
  assert_sent(me, rows[i].who, rows[i].sent);
  assert_sent(they, 1 - rows[i].who, rows[i].back);
  assert_int_equal(times(me->done, "ended"), 1);
  assert_int_equal(times(me->done, "close"), rows[i].when != RING);
  assert_int_equal(times(me->done, "stop"), rows[i].when == TALK);
  if (rows[i].theirs != MSNAV_REASON_NONE) {
    assert_int_equal(times(they->done, "ended"), 1);
    assert_int_equal(times(they->done, "close"), rows[i].when != RING);
    assert_int_equal(times(they->done, "stop"), rows[i].when == TALK);
  }
  assert_int_equal(counters_of(me).live, 0);
  assert_int_equal(msnav_session_deadline(me->last), MSNAV_NEVER);
  tear_down(&a, &b);
}

static void each_end_is_seen_from_both_sides(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    check_row(i);
  }
}

/* Nobody answers, nobody gives up: the clock alone ends every state, with a
 * reason of its own. */
static void the_clock_ends_every_state(void **state) {
  (void)state;
  for (int when = RING; when <= TALK; when++) {
    side a;
    side b;
    go_to(&a, &b, (stage)when);
    a.lossy = b.lossy = true;
    for (int i = 0; i < 4; i++) {
      side *s = i % 2 == 0 ? &a : &b;
      msnav_usec deadline = msnav_session_deadline(s->last);
      if (deadline != MSNAV_NEVER) {
        assert_int_equal(msnav_session_feed(s->last, MSNAV_EV_TIMEOUT,
                                            deadline - 1),
                         MSNAV_ERR_STATE);
        feed(s, MSNAV_EV_TIMEOUT, deadline);
        pump(s, deadline);
      }
    }
    static const msnav_reason mine[] = {MSNAV_REASON_NO_ANSWER,
                                        MSNAV_REASON_NO_ADDRESS,
                                        MSNAV_REASON_SIP_TIMEOUT,
                                        MSNAV_REASON_NO_MEDIA};
    assert_int_equal(info_of(a.last).reason, mine[when]);
    assert_int_equal(info_of(b.last).reason,
                     when == RING ? MSNAV_REASON_MISSED : mine[when]);
    tear_down(&a, &b);
  }
}

static void an_unconfirmed_hangup_says_so(void **state) {
  (void)state;
  side a;
  side b;
  go_to(&a, &b, TALK);
  b.lossy = true;
  feed(&a, MSNAV_EV_HANGUP, START);
  pump(&a, START);
  assert_int_equal(msnav_session_deadline(a.last), START + 2 * SECOND);
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_NONE); /* not yet */
  feed(&a, MSNAV_EV_TIMEOUT, START + 2 * SECOND);
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_BYE_TIMEOUT);
  tear_down(&a, &b);
}

/* paper section 4: the other side sends a CANCEL too; its SIP answer may have
 * been lost. */
static void a_cancel_confirms_a_hangup(void **state) {
  (void)state;
  side a;
  side b;
  go_to(&a, &b, TALK);
  feed(&a, MSNAV_EV_HANGUP, START);
  pump(&a, START);
  pump(&b, START); /* its CANCEL */
  feed(&a, MSNAV_EV_TIMEOUT, START + 2 * SECOND);
  pump(&a, START + 2 * SECOND);
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_HANGUP_LOCAL);
  tear_down(&a, &b);
}

/* ---- messages that cross on their way */

/* What a side sent and nobody has got yet, to the other. */
static void arrive(side *s, int wire) {
  deliver(s, s->wire[wire], s->wire_len[wire], START);
}

static void begin_crossing(side *a, side *b, stage when) {
  go_to(a, b, when);
  forget(a);
  forget(b);
  a->lossy = b->lossy = true;
}

static void assert_over(side *s, msnav_reason reason) {
  pump(s, START);
  assert_int_equal(info_of(s->last).state, MSNAV_STATE_ENDED);
  assert_int_equal(info_of(s->last).reason, reason);
  assert_int_equal(times(s->done, "ended"), 1);
  assert_int_equal(counters_of(s).live, 0);
}

static void cancel_crosses_the_first_accept(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    side a;
    side b;
    begin_crossing(&a, &b, RING);
    feed(&a, MSNAV_EV_HANGUP, START);
    pump(&a, START);
    feed(&b, MSNAV_EV_ACCEPT, START);
    pump(&b, START); /* listens, sends its ACCEPT */
    arrive(order == 0 ? &a : &b, 0);
    arrive(order == 0 ? &b : &a, 0);
    assert_over(&a, MSNAV_REASON_CANCELLED_LOCAL);
    assert_over(&b, MSNAV_REASON_CANCELLED_REMOTE);
    assert_int_equal(counters_of(&a).unknown, 1); /* the ACCEPT */
    assert_int_equal(a.wires, 1);
    assert_int_equal(b.wires, 1);
    assert_int_equal(times(b.done, "close"), 1);
    tear_down(&a, &b);
  }
}

static void cancel_crosses_the_second_accept(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    side a;
    side b;
    begin_crossing(&a, &b, RING);
    feed(&b, MSNAV_EV_ACCEPT, START);
    pump(&b, START);
    arrive(&b, 0);
    pump(&a, START); /* listens, sends its ACCEPT */
    feed(&b, MSNAV_EV_HANGUP, START);
    pump(&b, START);
    if (order == 0) {
      arrive(&a, 0);
      arrive(&b, 1);
    } else {
      arrive(&b, 1);
      arrive(&a, 0);
    }
    assert_over(&a, MSNAV_REASON_CANCELLED_REMOTE);
    assert_over(&b, MSNAV_REASON_CANCELLED_LOCAL);
    assert_int_equal(counters_of(&b).unknown, 1); /* the ACCEPT */
    assert_int_equal(times(b.done, "invite"), 0);
    assert_int_equal(a.wires, 1);
    assert_int_equal(b.wires, 2);
    tear_down(&a, &b);
  }
}

/* The ACCEPT came first, SIP is under way: it is torn down once. */
static void cancel_after_the_second_accept_tears_sip_down(void **state) {
  (void)state;
  side a;
  side b;
  go_to(&a, &b, RING);
  feed(&b, MSNAV_EV_ACCEPT, START);
  pump_both(&a, &b, START); /* b sends the SIP INVITE, a has not seen it */
  forget(&a);
  forget(&b);
  feed(&a, MSNAV_EV_HANGUP, START);
  pump_both(&a, &b, START);
  assert_string_equal(b.done, "hangup hanging up");
  assert_int_equal(b.wires, 0);
  feed(&b, MSNAV_EV_SIP_CLOSED, START);
  assert_over(&b, MSNAV_REASON_CANCELLED_REMOTE);
  assert_over(&a, MSNAV_REASON_CANCELLED_LOCAL);
  tear_down(&a, &b);
}

static void both_give_up_at_once(void **state) {
  (void)state;
  static const struct {
    stage when;
    msnav_event theirs;
    msnav_reason a, b;
  } pairs[] = {
    {RING, MSNAV_EV_REJECT, MSNAV_REASON_CANCELLED_LOCAL,
     MSNAV_REASON_REJECTED_LOCAL},
    {EXCHANGE, MSNAV_EV_HANGUP, MSNAV_REASON_CANCELLED_LOCAL,
     MSNAV_REASON_CANCELLED_LOCAL},
    {SETUP, MSNAV_EV_HANGUP, MSNAV_REASON_CANCELLED_LOCAL,
     MSNAV_REASON_CANCELLED_LOCAL},
    {TALK, MSNAV_EV_HANGUP, MSNAV_REASON_HANGUP_LOCAL,
     MSNAV_REASON_HANGUP_LOCAL},
  };
  for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
    side a;
    side b;
    begin_crossing(&a, &b, pairs[i].when);
    feed(&a, MSNAV_EV_HANGUP, START);
    feed(&b, pairs[i].theirs, START);
    pump(&a, START);
    pump(&b, START);
    arrive(&a, 0);
    arrive(&b, 0);
    pump(&a, START);
    pump(&b, START);
    close_sip(&a);
    close_sip(&b);
    assert_over(&a, pairs[i].a);
    assert_over(&b, pairs[i].b);
    assert_int_equal(a.wires, 1); /* a CANCEL is not answered */
    assert_int_equal(b.wires, 1);
    tear_down(&a, &b);
  }
}

/* Two who accept the other's call at the same moment give up their own, and
 * CANCEL wins: no call is left, and nothing rings for ever. */
static void both_accept_crossing_calls_at_once(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  call(&a, START);
  call(&b, START);
  pump_both(&a, &b, START);
  a.lossy = b.lossy = true;
  forget(&a);
  forget(&b);
  feed(&a, MSNAV_EV_ACCEPT, START);
  feed(&b, MSNAV_EV_ACCEPT, START);
  pump(&a, START);
  pump(&b, START);
  assert_int_equal(a.wires, 2); /* its ACCEPT, the CANCEL of its own call */
  assert_int_equal(b.wires, 2);
  for (int i = 0; i < 2; i++) {
    arrive(&a, i);
    arrive(&b, i);
  }
  pump_both(&a, &b, START);
  assert_int_equal(counters_of(&a).live, 0);
  assert_int_equal(counters_of(&b).live, 0);
  assert_int_equal(a.wires, 2);
  assert_int_equal(b.wires, 2);
  tear_down(&a, &b);
}

/* aMSN answers each CANCEL with CANCEL; so would a hostile peer, for ever. */
static void an_echoing_peer_gets_no_second_cancel(void **state) {
  (void)state;
  for (int when = RING; when <= TALK; when++) {
    side a;
    side b;
    begin_crossing(&a, &b, (stage)when);
    feed(&a, MSNAV_EV_HANGUP, START);
    pump(&a, START);
    assert_int_equal(a.wires, 1);
    for (int i = 0; i < 5; i++) { /* its own CANCEL comes back */
      assert_int_equal(msnav_session_set_receive(a.set, msnav_str_of(b.account),
                                                 a.wire[0], a.wire_len[0],
                                                 START, NULL),
                       MSNAV_OK);
      pump(&a, START);
      if (i == 2) {
        close_sip(&a);
      }
    }
    assert_int_equal(a.wires, 1);
    assert_over(&a, when == TALK ? MSNAV_REASON_HANGUP_LOCAL
                                 : MSNAV_REASON_CANCELLED_LOCAL);
    tear_down(&a, &b);
  }
}

/* ---- calls without MSNP */

static void direct_calls_end_without_a_word(void **state) {
  (void)state;
  static const struct {
    msnav_event what;
    msnav_reason waiting, setting_up, talking;
  } ends[] = {
#define R(r) MSNAV_REASON_##r
    {MSNAV_EV_HANGUP, R(CANCELLED_LOCAL), R(CANCELLED_LOCAL), R(HANGUP_LOCAL)},
    {MSNAV_EV_FAILED, R(NETWORK), R(NETWORK), R(NETWORK)},
    {MSNAV_EV_SHUTDOWN, R(SHUTDOWN), R(SHUTDOWN), R(SHUTDOWN)},
    {MSNAV_EV_SIP_FAILED, R(NONE), R(SIP_REFUSED), R(SIP_LOST)},
    {MSNAV_EV_SIP_BYE, R(NONE), R(CANCELLED_REMOTE), R(HANGUP_REMOTE)},
#undef R
  };
  for (size_t i = 0; i < 3 * ARRAY_LEN(ends); i++) {
    side a;
    side b;
    set_up(&a, &b);
    size_t steps = i % 3;
    msnav_addr anybody = {0, 0};
    assert_int_equal(msnav_session_start_direct(b.set, MSNAV_ROLE_DIRECT_CALLED,
                                                &anybody, MSNAV_AUDIO, START,
                                                &b.last),
                     MSNAV_OK);
    pump(&b, START);
    assert_int_equal(msnav_session_deadline(b.last), MSNAV_NEVER);
    if (steps > 0) {
      feed(&b, MSNAV_EV_SIP_INCOMING, START);
      assert_int_equal(msnav_session_deadline(b.last), START + 8 * SECOND);
    }
    if (steps > 1) {
      feed(&b, MSNAV_EV_SIP_UP, START);
    }
    pump(&b, START);
    msnav_reason want = steps == 0   ? ends[i / 3].waiting
                        : steps == 1 ? ends[i / 3].setting_up
                                     : ends[i / 3].talking;
    msnav_error err = msnav_session_feed(b.last, ends[i / 3].what, START);
    assert_int_equal(err,
                     want == MSNAV_REASON_NONE ? MSNAV_ERR_STATE : MSNAV_OK);
    pump(&b, START);
    close_sip(&b);
    pump(&b, START);
    assert_int_equal(info_of(b.last).reason, want);
    assert_int_equal(b.wires, 0);
    tear_down(&a, &b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_end_is_seen_from_both_sides),
    cmocka_unit_test(the_clock_ends_every_state),
    cmocka_unit_test(an_unconfirmed_hangup_says_so),
    cmocka_unit_test(a_cancel_confirms_a_hangup),
    cmocka_unit_test(cancel_crosses_the_first_accept),
    cmocka_unit_test(cancel_crosses_the_second_accept),
    cmocka_unit_test(cancel_after_the_second_accept_tears_sip_down),
    cmocka_unit_test(both_give_up_at_once),
    cmocka_unit_test(both_accept_crossing_calls_at_once),
    cmocka_unit_test(an_echoing_peer_gets_no_second_cancel),
    cmocka_unit_test(direct_calls_end_without_a_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
