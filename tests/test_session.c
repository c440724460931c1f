/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole conversations between two sets, and the routing of messages: what
 * one writes the other reads, in virtual time. */
#include "session_kit.h"

/* paper sections 1 to 4: every byte of the exchange, in its order */
static void papers_call_is_reproduced(void **state) {
  (void)state;
  side a;
  side b;
  connect_both(&a, &b);
  assert_string_equal(
    a.done, "inviting send listen answered send connecting start talking");
  assert_string_equal(
    b.done, "ringing listen accepted send invite connecting start talking");
  assert_int_equal(info_of(b.last).remote.port, 12449);
  assert_int_equal(info_of(a.last).remote.port, 11630);
  a.done[0] = b.done[0] = '\0';
  feed(&a, MSNAV_EV_HANGUP, START + 5);
  feed(&b, MSNAV_EV_SIP_BYE, START + 6);
  pump_both(&a, &b, START + 6);
  feed(&a, MSNAV_EV_SIP_CLOSED, START + 7);
  pump_both(&a, &b, START + 7);
  assert_string_equal(a.done, "stop hangup hanging up send close ended");
  assert_string_equal(b.done, "stop send close ended");
  assert_wire(&a, 0, "paper-1-invite.msg");
  assert_wire(&b, 0, "paper-2-accept1.msg");
  assert_wire(&a, 1, "paper-3-accept2.msg");
  assert_wire(&a, 2, "paper-4-cancel-timeout-inviter.msg");
  assert_wire(&b, 1, "paper-5-cancel-timeout-invitee.msg");
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(info_of(b.last).reason, MSNAV_REASON_HANGUP_REMOTE);
  tear_down(&a, &b);
}

/* paper section 6 */
static void papers_rejection_is_reproduced(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  call(&a, START);
  pump_both(&a, &b, START);
  feed(&b, MSNAV_EV_REJECT, START);
  pump_both(&a, &b, START);
  assert_wire(&b, 0, "paper-6-cancel-reject.msg");
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_REJECTED_REMOTE);
  assert_str(info_of(a.last).cancel_text, "REJECT");
  tear_down(&a, &b);
}

/* CANCEL against ACCEPT, in either order: CANCEL wins, once */
static void cancel_beats_accept_in_both_orders(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    side a;
    side b;
    set_up(&a, &b);
    call(&a, START);
    pump_both(&a, &b, START);
    if (order == 0) { /* both act before either message arrives */
      feed(&a, MSNAV_EV_HANGUP, START);
      feed(&b, MSNAV_EV_ACCEPT, START);
    } else {
      feed(&b, MSNAV_EV_ACCEPT, START);
      feed(&a, MSNAV_EV_HANGUP, START);
    }
    pump_both(&a, &b, START);
    assert_int_equal(info_of(a.last).state, MSNAV_STATE_ENDED);
    assert_int_equal(info_of(a.last).reason, MSNAV_REASON_CANCELLED_LOCAL);
    assert_int_equal(info_of(b.last).state, MSNAV_STATE_ENDED);
    assert_int_equal(info_of(b.last).reason, MSNAV_REASON_CANCELLED_REMOTE);
    assert_null(strstr(a.done, "invite "));
    tear_down(&a, &b);
  }
}

static void cancel_ends_the_call_in_every_state(void **state) {
  (void)state;
  for (int by = 0; by < 2; by++) {
    for (int steps = 0; steps < 4; steps++) {
      side a;
      side b;
      set_up(&a, &b);
      call(&a, START);
      pump_both(&a, &b, START);
      if (steps > 0) {
        feed(&b, MSNAV_EV_ACCEPT, START);
        pump_both(&a, &b, START);
      }
      if (steps > 1) {
        feed(&a, MSNAV_EV_SIP_INCOMING, START);
      }
      if (steps > 2) {
        feed(&a, MSNAV_EV_SIP_UP, START);
        feed(&b, MSNAV_EV_SIP_UP, START);
      }
      pump_both(&a, &b, START);
      side *who = by == 0 ? &a : &b;
      feed(who, MSNAV_EV_HANGUP, START);
      pump_both(&a, &b, START);
      for (int i = 0; i < 2; i++) { /* SIP is torn down, or times out */
        side *s = i == 0 ? &a : &b;
        if (info_of(s->last).state != MSNAV_STATE_ENDED) {
          (void)msnav_session_feed(s->last, MSNAV_EV_TIMEOUT,
                                   msnav_session_deadline(s->last));
        }
      }
      pump_both(&a, &b, START);
      assert_int_equal(info_of(a.last).state, MSNAV_STATE_ENDED);
      assert_int_equal(info_of(b.last).state, MSNAV_STATE_ENDED);
      assert_true(a.wires <= 3 && b.wires <= 2); /* nobody talks for ever */
      tear_down(&a, &b);
    }
  }
}

/* design: both ring, flagged; accepting one cancels the other */
static void crossing_calls_become_one(void **state) {
  (void)state;
  for (int who = 0; who < 2; who++) {
    side a;
    side b;
    set_up(&a, &b);
    call(&a, START);
    call(&b, START);
    msnav_session *from_a = a.last;
    msnav_session *from_b = b.last;
    pump_both(&a, &b, START);
    assert_int_equal(info_of(from_a).crossing, 1);
    assert_int_equal(info_of(from_b).crossing, 1);
    assert_int_equal(info_of(a.last).state, MSNAV_STATE_RINGING);
    assert_int_equal(info_of(b.last).state, MSNAV_STATE_RINGING);
    feed(who == 0 ? &a : &b, MSNAV_EV_ACCEPT, START);
    pump_both(&a, &b, START);
    msnav_session *kept = who == 0 ? from_b : from_a;
    msnav_session *dropped = who == 0 ? from_a : from_b;
    assert_int_equal(info_of(kept).state, MSNAV_STATE_ANSWERED);
    assert_int_equal(info_of(dropped).state, MSNAV_STATE_ENDED);
    assert_int_equal(info_of(dropped).reason, MSNAV_REASON_CROSSED);
    tear_down(&a, &b);
  }
}

/* Only what goes in the other direction is given up: a second call of ours
 * goes on when the first one is accepted. */
static void calls_in_one_direction_do_not_cross(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  call(&a, START);
  msnav_session *first = a.last;
  call(&a, START);
  msnav_session *second = a.last;
  assert_int_equal(info_of(first).crossing, 0);
  assert_int_equal(info_of(second).crossing, 0);
  call(&b, START);
  msnav_session *theirs = b.last;
  pump(&a, START);
  msnav_session *last_rung = b.last;
  pump(&b, START);
  assert_int_equal(info_of(first).crossing, 1);
  assert_int_equal(info_of(second).crossing, 1);
  b.last = last_rung; /* the second one */
  assert_str(info_of(last_rung).cookie, "23939641");
  feed(&b, MSNAV_EV_ACCEPT, START);
  pump_both(&a, &b, START);
  assert_int_equal(info_of(second).state, MSNAV_STATE_ANSWERED);
  assert_int_equal(info_of(first).state, MSNAV_STATE_INVITING);
  assert_int_equal(info_of(theirs).reason, MSNAV_REASON_CROSSED);
  tear_down(&a, &b);
}

static void direct_calls_send_no_message(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  msnav_addr anybody = {0, 0};
  assert_int_equal(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER,
                                              &b.sip, MSNAV_AUDIO, START,
                                              &a.last),
                   MSNAV_OK);
  assert_int_equal(msnav_session_start_direct(b.set, MSNAV_ROLE_DIRECT_CALLED,
                                              &anybody, MSNAV_AUDIO, START,
                                              &b.last),
                   MSNAV_OK);
  assert_int_equal(msnav_session_deadline(b.last), MSNAV_NEVER);
  pump_both(&a, &b, START);
  feed(&b, MSNAV_EV_SIP_INCOMING, START);
  feed(&b, MSNAV_EV_SIP_UP, START);
  feed(&a, MSNAV_EV_SIP_UP, START);
  feed(&a, MSNAV_EV_HANGUP, START);
  feed(&b, MSNAV_EV_SIP_BYE, START);
  feed(&a, MSNAV_EV_SIP_CLOSED, START);
  pump_both(&a, &b, START);
  assert_int_equal(a.wires + b.wires, 0);
  assert_int_equal(info_of(a.last).reason, MSNAV_REASON_HANGUP_LOCAL);
  msnav_addr multicast = {0xe0000001, 5060};
  msnav_session *s;
  assert_int_equal(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER,
                                              &multicast, MSNAV_AUDIO, START,
                                              &s),
                   MSNAV_ERR_ADDRESS);
  tear_down(&a, &b);
}

/* ---- routing */

static void repeated_invitations_ring_once(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  msnav_session *one;
  msnav_session *two;
  msnav_session *other;
  assert_int_equal(from(&b, "X@y.z", INVITE "5\r\n", &one), MSNAV_OK);
  assert_int_equal(from(&b, "x@Y.z", INVITE "5\r\n", &two), MSNAV_OK);
  assert_int_equal(from(&b, "x@y.z", INVITE "6\r\n", &other), MSNAV_OK);
  assert_ptr_equal(one, two);
  assert_ptr_not_equal(one, other);
  assert_int_equal(counters_of(&b).repeated, 1);
  assert_int_equal(counters_of(&b).live, 2);
  tear_down(&a, &b);
}

/* a server relays an INVITE to everyone in the room */
static void answers_count_only_from_the_invited(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  a.lossy = true;
  call(&a, START);
  pump(&a, START);
  static const char accept[] =
    "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 23939640\r\n"
    "IP-Address: 192.168.0.165:11630\r\n";
  static const char cancel[] = "Invitation-Command: CANCEL\r\n"
                               "Cancel-Code: REJECT\r\n"
                               "Invitation-Cookie: 23939640\r\n";
  msnav_session *s = a.last;
  assert_int_equal(from(&a, "intruder@x", accept, &s), MSNAV_OK);
  assert_null(s);
  assert_int_equal(from(&a, "intruder@x", cancel, NULL), MSNAV_OK);
  assert_int_equal(info_of(a.last).state, MSNAV_STATE_INVITING);
  assert_int_equal(counters_of(&a).unknown, 2);
  assert_int_equal(from(&a, "YXU68@hotmail.com", accept, NULL), MSNAV_OK);
  assert_int_equal(info_of(a.last).state, MSNAV_STATE_ANSWERED);
  tear_down(&a, &b);
}

/* aMSN answers CANCEL with CANCEL: two programs must not talk for ever */
static void cancel_for_an_ended_call_is_swallowed(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  a.lossy = true;
  call(&a, START);
  pump(&a, START);
  static const char cancel[] = "Invitation-Command: CANCEL\r\n"
                               "Cancel-Code: TIMEOUT\r\n"
                               "Invitation-Cookie: 23939640\r\n";
  for (int i = 0; i < 3; i++) {
    assert_int_equal(from(&a, "yxu68@hotmail.com", cancel, NULL), MSNAV_OK);
    pump(&a, START);
  }
  assert_int_equal(a.wires, 1); /* the INVITE */
  assert_int_equal(counters_of(&a).unknown, 2);
  tear_down(&a, &b);
}

static void foreign_and_broken_messages_change_nothing(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  static const struct {
    const char *body;
    msnav_error err;
  } rows[] = {
    {"Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n"
     "Invitation-Command: INVITE\r\nInvitation-Cookie: 1\r\n",
     MSNAV_ERR_NOT_OURS},
    {"Invitation-Command: INVITE\r\nInvitation-Cookie: 1\r\n",
     MSNAV_ERR_NOT_OURS},
    {"Invitation-Command: ACCEPT\r\n", MSNAV_ERR_PARSE}, /* no cookie */
    {"Invitation-Command: DANCE\r\nInvitation-Cookie: 1\r\n", MSNAV_ERR_PARSE},
    {INVITE "12345678901234567890123456789012345678901234567890123456789012"
            "345\r\n",
     MSNAV_ERR_PARSE}, /* a cookie of 65 bytes */
    {"nonsense\r\n", MSNAV_ERR_PARSE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    assert_int_equal(from(&b, "x@y.z", rows[i].body, NULL), rows[i].err);
  }
  assert_int_equal(from(&b, "", INVITE "1\r\n", NULL), MSNAV_ERR_INVALID);
  assert_int_equal(from(&b, "x\ny", INVITE "1\r\n", NULL), MSNAV_ERR_INVALID);
  assert_int_equal(counters_of(&b).live, 0);
  assert_int_equal(counters_of(&b).foreign, 2);
  assert_int_equal(counters_of(&b).malformed, 4);
  tear_down(&a, &b);
}

static void less_than_was_asked_for_can_be_taken(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  msnav_session *s;
  assert_int_equal(from(&b, "x@y.z",
                        "Application-GUID: " MSNAV_INVITE_GUID
                        "\r\nInvitation-Command: INVITE\r\nContext-Data: "
                        "Requested:SIP_A,SIP_V,;\r\nInvitation-Cookie: 3\r\n",
                        &s),
                   MSNAV_OK);
  assert_int_equal(info_of(s).media, MSNAV_AUDIO);
  assert_int_equal(msnav_session_accept(s, MSNAV_VIDEO, START),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_session_accept(s, MSNAV_AUDIO, START), MSNAV_OK);
  b.lossy = true;
  pump(&b, START);
  b.wire[0][b.wire_len[0] - 1] = '\0';
  assert_non_null(strstr(b.wire[0], "Context-Data: Requested:SIP_A,;\r\n"));
  tear_down(&a, &b);
}

static void limits_refuse_the_next_one(void **state) {
  (void)state;
  side a = {.guid = guid_a, .cookie = 1};
  msnav_session_config c = config_of(&a);
  c.max_per_peer = 2;
  c.max_sessions = 3;
  assert_int_equal(msnav_session_set_new(&c, &a.set), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", INVITE "1\r\n", NULL), MSNAV_OK);
  assert_int_equal(from(&a, "P@q", INVITE "2\r\n", NULL), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", INVITE "3\r\n", NULL), MSNAV_ERR_LIMIT);
  msnav_session *s;
  assert_int_equal(msnav_session_start(a.set, msnav_str_of("p@q"), MSNAV_AUDIO,
                                       START, &s),
                   MSNAV_ERR_LIMIT);
  assert_int_equal(from(&a, "r@s", INVITE "1\r\n", NULL), MSNAV_OK);
  assert_int_equal(from(&a, "t@u", INVITE "1\r\n", NULL), MSNAV_ERR_LIMIT);
  assert_int_equal(counters_of(&a).over_limit, 2);
  const msnav_addr there = {0x0a000001, 5060};
  assert_int_equal(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER,
                                              &there, MSNAV_AUDIO, START, &s),
                   MSNAV_ERR_LIMIT);
  msnav_session_set_free(a.set);
}

/* session.h: 8 with one peer when nothing is said */
static void eight_calls_with_one_peer_are_the_limit(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  for (int i = 0; i < 8; i++) {
    start(&a, "p@q");
  }
  assert_int_equal(from(&a, "p@q", INVITE "1\r\n", NULL), MSNAV_ERR_LIMIT);
  start(&a, "r@s");
  msnav_session_set_free(a.set);
}

static void thousands_find_their_way(void **state) {
  (void)state;
  side a = {.guid = guid_a, .cookie = 1};
  msnav_session_config c = config_of(&a);
  assert_int_equal(msnav_session_set_new(&c, &a.set), MSNAV_OK);
  enum { MANY = 5000 };
  static msnav_session *made[MANY];
  for (int i = 0; i < MANY; i++) {
    char peer[32];
    snprintf(peer, sizeof(peer), "user%d@example.com", i);
    assert_int_equal(from(&a, peer, INVITE "9\r\n", &made[i]), MSNAV_OK);
  }
  for (int i = MANY - 1; i >= 0; i -= 7) {
    char peer[32];
    msnav_session *s;
    snprintf(peer, sizeof(peer), "USER%d@example.com", i);
    assert_int_equal(from(&a, peer,
                          "Invitation-Command: CANCEL\r\n"
                          "Invitation-Cookie: 9\r\n",
                          &s),
                     MSNAV_OK);
    assert_ptr_equal(s, made[i]);
    msnav_session_free(s);
  }
  assert_int_equal(counters_of(&a).live, MANY - (MANY + 6) / 7);
  msnav_session_set_free(a.set);
}

static void unsent_invitation_needs_no_cancel(void **state) {
  (void)state;
  side a;
  side b;
  set_up(&a, &b);
  call(&a, START);
  feed(&a, MSNAV_EV_HANGUP, START);
  pump_both(&a, &b, START);
  assert_int_equal(a.wires, 0);
  assert_string_equal(a.done, "ended");
  tear_down(&a, &b);
}

static void wrong_configurations_are_refused(void **state) {
  (void)state;
  side a = {.guid = guid_a};
  msnav_session_set *set = NULL;
  msnav_session_config good = config_of(&a);
  msnav_session_config c = good;
  c.random = NULL;
  assert_int_equal(msnav_session_set_new(&c, &set), MSNAV_ERR_INVALID);
  c = good;
  c.capabilities = 0;
  assert_int_equal(msnav_session_set_new(&c, &set), MSNAV_ERR_INVALID);
  c.capabilities = 4;
  assert_int_equal(msnav_session_set_new(&c, &set), MSNAV_ERR_INVALID);
  c = good;
  c.app_name = "line\r\nbreak";
  assert_int_equal(msnav_session_set_new(&c, &set), MSNAV_ERR_INVALID);
  c = good;
  c.size = 8;
  assert_int_equal(msnav_session_set_new(&c, &set), MSNAV_ERR_INVALID);
  assert_null(set);
  msnav_session_set_free(NULL);
  msnav_session_free(NULL);
}

static void names_are_distinct(void **state) {
  (void)state;
  for (int i = 0; i <= MSNAV_REASON_SHUTDOWN; i++) {
    assert_string_not_equal(msnav_reason_name((msnav_reason)i), "unknown");
    for (int k = 0; k < i; k++) {
      assert_string_not_equal(msnav_reason_name((msnav_reason)i),
                              msnav_reason_name((msnav_reason)k));
    }
  }
  assert_string_equal(msnav_reason_name((msnav_reason)99), "unknown");
  assert_string_equal(msnav_state_name((msnav_state)9), "unknown");
  assert_string_equal(msnav_event_name((msnav_event)24), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(papers_call_is_reproduced),
    cmocka_unit_test(papers_rejection_is_reproduced),
    cmocka_unit_test(cancel_beats_accept_in_both_orders),
    cmocka_unit_test(cancel_ends_the_call_in_every_state),
    cmocka_unit_test(crossing_calls_become_one),
    cmocka_unit_test(calls_in_one_direction_do_not_cross),
    cmocka_unit_test(direct_calls_send_no_message),
    cmocka_unit_test(repeated_invitations_ring_once),
    cmocka_unit_test(answers_count_only_from_the_invited),
    cmocka_unit_test(cancel_for_an_ended_call_is_swallowed),
    cmocka_unit_test(foreign_and_broken_messages_change_nothing),
    cmocka_unit_test(less_than_was_asked_for_can_be_taken),
    cmocka_unit_test(limits_refuse_the_next_one),
    cmocka_unit_test(eight_calls_with_one_peer_are_the_limit),
    cmocka_unit_test(thousands_find_their_way),
    cmocka_unit_test(unsent_invitation_needs_no_cancel),
    cmocka_unit_test(wrong_configurations_are_refused),
    cmocka_unit_test(names_are_distinct),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
