/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a conversation wants done, in which order, and until when. */
#include "session_kit.h"

/* An adapter may answer SIP_HANGUP at once, before the CANCEL was fetched:
 * paper section 4 has both, BYE and CANCEL. */
static void cancel_is_sent_though_sip_closes_at_once(void **state) {
  (void)state;
  static const msnav_event closing[] = {MSNAV_EV_SIP_CLOSED, MSNAV_EV_SIP_BYE,
                                        MSNAV_EV_SIP_FAILED, MSNAV_EV_FAILED,
                                        MSNAV_EV_TIMEOUT,    MSNAV_EV_SHUTDOWN};
  for (size_t i = 0; i < ARRAY_LEN(closing); i++) {
    side a;
    side b;
    connect_both(&a, &b);
    a.done[0] = '\0';
    feed(&a, MSNAV_EV_HANGUP, START);
    feed(&a, closing[i], START + 60000000);
    pump(&a, START);
    assert_string_equal(a.done, "stop hangup send close ended");
    assert_wire(&a, 2, "paper-4-cancel-timeout-inviter.msg");
    tear_down(&a, &b);
  }
}

static void assert_next(side *a, msnav_session *s, msnav_action_kind kind) {
  msnav_action action;
  assert_int_equal(msnav_session_next_action(a->set, &action), MSNAV_OK);
  assert_ptr_equal(action.session, s);
  assert_int_equal(action.kind, kind);
}

static void assert_no_more(side *a) {
  msnav_action action;
  assert_int_equal(msnav_session_next_action(a->set, &action), MSNAV_ERR_END);
}

static void first_come_first_served(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s[3];
  for (int i = 0; i < 3; i++) {
    s[i] = start(&a, "p@q");
  }
  for (int i = 0; i < 3; i++) {
    assert_next(&a, s[i], MSNAV_ACTION_STATE);
    assert_next(&a, s[i], MSNAV_ACTION_SEND);
  }
  assert_no_more(&a);
  msnav_session_set_free(a.set);
}

static void actions_of_forgotten_conversations_are_dropped(void **state) {
  (void)state;
  static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                  {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    set_up_one(&a, &c);
    msnav_session *s[3];
    for (int k = 0; k < 3; k++) {
      s[k] = start(&a, "p@q");
    }
    assert_next(&a, s[0], MSNAV_ACTION_STATE); /* half way through one */
    msnav_session_free(s[orders[i][0]]);
    msnav_session_free(s[orders[i][1]]);
    msnav_session *left = s[orders[i][2]];
    if (left != s[0]) {
      assert_next(&a, left, MSNAV_ACTION_STATE);
    }
    assert_next(&a, left, MSNAV_ACTION_SEND);
    msnav_session *later = start(&a, "p@q");
    assert_next(&a, later, MSNAV_ACTION_STATE);
    assert_next(&a, later, MSNAV_ACTION_SEND);
    assert_no_more(&a);
    msnav_session_set_free(a.set);
  }
}

/* What was asked for and not yet done is not begun once it is over. */
static void what_was_not_begun_is_not_begun_after_the_end(void **state) {
  (void)state;
  static const msnav_action_kind opening[] = {MSNAV_ACTION_LISTEN,
                                              MSNAV_ACTION_SIP_INVITE,
                                              MSNAV_ACTION_MEDIA_START};
  for (size_t i = 0; i < ARRAY_LEN(opening); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    set_up_one(&a, &c);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", INVITE "5\r\n", &s), MSNAV_OK);
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_ACCEPT, START), MSNAV_OK);
    if (i > 0) {
      collect(&a);
      assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
      collect(&a);
      assert_int_equal(from(&a, "p@q", ACCEPT("5"), NULL), MSNAV_OK);
    }
    if (i > 1) {
      collect(&a);
      assert_int_equal(msnav_session_feed(s, MSNAV_EV_SIP_UP, START), MSNAV_OK);
    }
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_HANGUP, START), MSNAV_OK);
    msnav_action action;
    while (msnav_session_next_action(a.set, &action) == MSNAV_OK) {
      assert_int_not_equal(action.kind, opening[i]);
    }
    msnav_session_set_free(a.set);
  }
}

/* An ACCEPT that waits when CANCEL comes is not sent: CANCEL wins. */
static void no_accept_follows_a_cancel(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q", INVITE "5\r\n", &s), MSNAV_OK);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_ACCEPT, START), MSNAV_OK);
  collect(&a);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", CANCEL("5"), NULL), MSNAV_OK);
  collect(&a);
  assert_int_equal(a.wires, 0);
  msnav_session_set_free(a.set);
}

/* ---- time */

/* Up to a state, in seconds that the test never lets pass. */
static msnav_session *reach(side *a, side *b, msnav_state goal) {
  call(a, START);
  pump_both(a, b, START);
  if (goal == MSNAV_STATE_INVITING) {
    return a->last;
  }
  if (goal == MSNAV_STATE_RINGING) {
    return b->last;
  }
  a->lossy = goal == MSNAV_STATE_ACCEPTED;
  feed(b, MSNAV_EV_ACCEPT, START);
  pump_both(a, b, START);
  if (goal == MSNAV_STATE_ACCEPTED) {
    return b->last;
  }
  static const msnav_event way[] = {MSNAV_EV_SIP_INCOMING, MSNAV_EV_SIP_UP,
                                    MSNAV_EV_HANGUP};
  for (size_t i = 0; info_of(a->last).state != goal; i++) {
    feed(a, way[i], START);
  }
  pump_both(a, b, START);
  return a->last;
}

static const struct {
  msnav_state state;
  size_t member;    /* of the configuration */
  unsigned seconds; /* design, session policy */
} limits[] = {
  {MSNAV_STATE_INVITING, offsetof(msnav_session_config, ring_out), 60},
  {MSNAV_STATE_RINGING, offsetof(msnav_session_config, ring_in), 60},
  {MSNAV_STATE_ACCEPTED, offsetof(msnav_session_config, exchange), 20},
  {MSNAV_STATE_ANSWERED, offsetof(msnav_session_config, exchange), 20},
  {MSNAV_STATE_CONNECTING, offsetof(msnav_session_config, setup), 8},
  {MSNAV_STATE_TALKING, offsetof(msnav_session_config, silence), 30},
  {MSNAV_STATE_HANGING_UP, offsetof(msnav_session_config, bye), 2},
};

/* The deadline of a state with one limit configured, 0: none. */
static msnav_usec deadline_with(size_t row, msnav_usec value) {
  side a;
  side b;
  set_up_with(&a, &b, limits[row].member, value);
  msnav_usec deadline =
    msnav_session_deadline(reach(&a, &b, limits[row].state));
  tear_down(&a, &b);
  return deadline;
}

static void each_limit_can_be_chosen(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    assert_int_equal(deadline_with(i, 0), START + limits[i].seconds * SECOND);
    assert_int_equal(deadline_with(i, 7 * SECOND), START + 7 * SECOND);
    assert_int_equal(deadline_with(i, 1), START + 1);
    assert_int_equal(deadline_with(i, MSNAV_NEVER), MSNAV_NEVER);
    assert_int_equal(deadline_with(i, MSNAV_NEVER - START), MSNAV_NEVER);
    assert_int_equal(deadline_with(i, MSNAV_NEVER - START - 1),
                     MSNAV_NEVER - 1);
  }
}

static void without_a_deadline_nothing_times_out(void **state) {
  (void)state;
  side a;
  side b;
  set_up_with(&a, &b, offsetof(msnav_session_config, ring_out), MSNAV_NEVER);
  msnav_session *s = reach(&a, &b, MSNAV_STATE_INVITING);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_TIMEOUT, MSNAV_NEVER),
                   MSNAV_ERR_STATE);
  tear_down(&a, &b);
}

/* A timer of the caller may fire for a deadline that has moved. */
static void media_moves_the_deadline(void **state) {
  (void)state;
  side a;
  side b;
  connect_both(&a, &b);
  msnav_usec first = msnav_session_deadline(a.last);
  a.done[0] = '\0';
  feed(&a, MSNAV_EV_MEDIA_SEEN, START + 10 * SECOND);
  assert_int_equal(msnav_session_deadline(a.last), first + 10 * SECOND);
  assert_int_equal(msnav_session_feed(a.last, MSNAV_EV_TIMEOUT, first),
                   MSNAV_ERR_STATE);
  pump(&a, first);
  assert_string_equal(a.done, ""); /* nothing to tell */
  assert_int_equal(info_of(a.last).connected, START);
  feed(&a, MSNAV_EV_TIMEOUT, first + 10 * SECOND);
  tear_down(&a, &b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cancel_is_sent_though_sip_closes_at_once),
    cmocka_unit_test(first_come_first_served),
    cmocka_unit_test(actions_of_forgotten_conversations_are_dropped),
    cmocka_unit_test(what_was_not_begun_is_not_begun_after_the_end),
    cmocka_unit_test(no_accept_follows_a_cancel),
    cmocka_unit_test(each_limit_can_be_chosen),
    cmocka_unit_test(without_a_deadline_nothing_times_out),
    cmocka_unit_test(media_moves_the_deadline),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
