/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event in every state, against a matrix written from the paper and
 * from the policy of the design: what is not in it must be refused and
 * change nothing. */
#include "test.h"

#include "session/inner.h"

#define NOW ((msnav_usec)1000000000)

/* state, event -> next state, reason once ended, actions in their order.
 * "send X" names the message: INVITE, ACCEPT or the Cancel-Code. */
static const struct cell {
  msnav_state state;
  msnav_event event;
  msnav_state next;
  msnav_reason reason;
  const char *actions;
} matrix[] = {
#define S(s) MSNAV_STATE_##s
#define E(e) MSNAV_EV_##e
#define R(r) MSNAV_REASON_##r
  /* paper 1: INVITE; protocol: unsupported is REJECT_NOT_INSTALLED */
  {S(IDLE), E(START), S(INVITING), R(NONE), "send INVITE"},
  {S(IDLE), E(DIAL), S(ACCEPTED), R(NONE), "listen"},
  {S(IDLE), E(AWAIT), S(ANSWERED), R(NONE), "listen"},
  {S(IDLE), E(GOT_INVITE), S(RINGING), R(NONE), ""},
  {S(IDLE), E(GOT_FOREIGN), S(ENDED), R(NOTHING_COMMON),
   "send REJECT_NOT_INSTALLED"},

  /* paper 1: ACCEPT is answered with our address; policy: ring 60 s */
  {S(INVITING), E(GOT_ACCEPT), S(ANSWERED), R(NONE), "listen"},
  {S(INVITING), E(GOT_BAD_ACCEPT), S(ENDED), R(BAD_ADDRESS), "send FAIL"},
  {S(INVITING), E(GOT_FOREIGN), S(ENDED), R(NOTHING_COMMON),
   "send REJECT_NOT_INSTALLED"},
  {S(INVITING), E(GOT_CANCEL), S(ENDED), R(REJECTED_REMOTE), ""},
  {S(INVITING), E(HANGUP), S(ENDED), R(CANCELLED_LOCAL), "send TIMEOUT"},
  {S(INVITING), E(TIMEOUT), S(ENDED), R(NO_ANSWER), "send TIMEOUT"},
  {S(INVITING), E(UNDELIVERED), S(ENDED), R(UNDELIVERED), ""},
  {S(INVITING), E(CROSSED), S(ENDED), R(CROSSED), "send TIMEOUT"},
  {S(INVITING), E(FAILED), S(ENDED), R(NETWORK), "send FAIL"},
  {S(INVITING), E(SHUTDOWN), S(ENDED), R(SHUTDOWN), "send TIMEOUT"},

  /* paper 6: reject */
  {S(RINGING), E(ACCEPT), S(ACCEPTED), R(NONE), "listen"},
  {S(RINGING), E(REJECT), S(ENDED), R(REJECTED_LOCAL), "send REJECT"},
  {S(RINGING), E(HANGUP), S(ENDED), R(REJECTED_LOCAL), "send REJECT"},
  {S(RINGING), E(GOT_CANCEL), S(ENDED), R(CANCELLED_REMOTE), ""},
  {S(RINGING), E(TIMEOUT), S(ENDED), R(MISSED), "send TIMEOUT"},
  {S(RINGING), E(CROSSED), S(ENDED), R(CROSSED), "send TIMEOUT"},
  {S(RINGING), E(FAILED), S(ENDED), R(NETWORK), "send FAIL"},
  {S(RINGING), E(SHUTDOWN), S(ENDED), R(SHUTDOWN), "send TIMEOUT"},

  /* paper 1 and 2: the invitee waits for the second ACCEPT, then sends the
   * SIP INVITE */
  {S(ACCEPTED), E(LISTENING), S(ACCEPTED), R(NONE), "send ACCEPT"},
  {S(ACCEPTED), E(READY), S(CONNECTING), R(NONE), "invite"},
  {S(ACCEPTED), E(GOT_ACCEPT), S(CONNECTING), R(NONE), "invite"},
  {S(ACCEPTED), E(GOT_BAD_ACCEPT), S(ENDED), R(BAD_ADDRESS),
   "send FAIL, close"},
  {S(ACCEPTED), E(GOT_CANCEL), S(ENDED), R(REJECTED_REMOTE), "close"},
  {S(ACCEPTED), E(HANGUP), S(ENDED), R(CANCELLED_LOCAL), "send TIMEOUT, close"},
  {S(ACCEPTED), E(TIMEOUT), S(ENDED), R(NO_ADDRESS), "send TIMEOUT, close"},
  {S(ACCEPTED), E(UNDELIVERED), S(ENDED), R(UNDELIVERED), "close"},
  {S(ACCEPTED), E(FAILED), S(ENDED), R(NETWORK), "send FAIL, close"},
  {S(ACCEPTED), E(SHUTDOWN), S(ENDED), R(SHUTDOWN), "send TIMEOUT, close"},

  /* the inviter waits for that SIP INVITE */
  {S(ANSWERED), E(LISTENING), S(ANSWERED), R(NONE), "send ACCEPT"},
  {S(ANSWERED), E(SIP_INCOMING), S(CONNECTING), R(NONE), ""},
  {S(ANSWERED), E(GOT_CANCEL), S(ENDED), R(REJECTED_REMOTE), "close"},
  {S(ANSWERED), E(HANGUP), S(ENDED), R(CANCELLED_LOCAL), "send TIMEOUT, close"},
  {S(ANSWERED), E(TIMEOUT), S(ENDED), R(NO_ADDRESS), "send TIMEOUT, close"},
  {S(ANSWERED), E(UNDELIVERED), S(ENDED), R(UNDELIVERED), "close"},
  {S(ANSWERED), E(FAILED), S(ENDED), R(NETWORK), "send FAIL, close"},
  {S(ANSWERED), E(SHUTDOWN), S(ENDED), R(SHUTDOWN), "send TIMEOUT, close"},

  /* paper 2; policy: SIP set-up 8 s; CANCEL wins */
  {S(CONNECTING), E(SIP_UP), S(TALKING), R(NONE), "start"},
  {S(CONNECTING), E(SIP_FAILED), S(ENDED), R(SIP_REFUSED), "send FAIL, close"},
  {S(CONNECTING), E(SIP_BYE), S(ENDED), R(CANCELLED_REMOTE),
   "send TIMEOUT, close"},
  {S(CONNECTING), E(GOT_CANCEL), S(HANGING_UP), R(NONE), "hangup"},
  {S(CONNECTING), E(HANGUP), S(HANGING_UP), R(NONE), "hangup, send TIMEOUT"},
  {S(CONNECTING), E(TIMEOUT), S(HANGING_UP), R(NONE), "hangup, send TIMEOUT"},
  {S(CONNECTING), E(FAILED), S(HANGING_UP), R(NONE), "hangup, send FAIL"},
  {S(CONNECTING), E(SHUTDOWN), S(ENDED), R(SHUTDOWN),
   "hangup, send TIMEOUT, close"},

  /* paper 4: BYE, then both send CANCEL TIMEOUT; policy: 30 s of silence */
  {S(TALKING), E(MEDIA_SEEN), S(TALKING), R(NONE), ""},
  {S(TALKING), E(SIP_BYE), S(ENDED), R(HANGUP_REMOTE),
   "stop, send TIMEOUT, close"},
  {S(TALKING), E(SIP_FAILED), S(ENDED), R(SIP_LOST),
   "stop, send TIMEOUT, close"},
  {S(TALKING), E(GOT_CANCEL), S(HANGING_UP), R(NONE),
   "stop, hangup, send TIMEOUT"},
  {S(TALKING), E(HANGUP), S(HANGING_UP), R(NONE), "stop, hangup, send TIMEOUT"},
  {S(TALKING), E(TIMEOUT), S(HANGING_UP), R(NONE),
   "stop, hangup, send TIMEOUT"},
  {S(TALKING), E(FAILED), S(HANGING_UP), R(NONE), "stop, hangup, send TIMEOUT"},
  {S(TALKING), E(SHUTDOWN), S(ENDED), R(SHUTDOWN),
   "stop, hangup, send TIMEOUT, close"},

  /* policy: BYE 2 s; the peer's CANCEL is absorbed */
  {S(HANGING_UP), E(SIP_CLOSED), S(ENDED), R(HANGUP_LOCAL), "close"},
  {S(HANGING_UP), E(SIP_BYE), S(ENDED), R(HANGUP_LOCAL), "close"},
  {S(HANGING_UP), E(SIP_FAILED), S(ENDED), R(HANGUP_LOCAL), "close"},
  {S(HANGING_UP), E(FAILED), S(ENDED), R(HANGUP_LOCAL), "close"},
  {S(HANGING_UP), E(SHUTDOWN), S(ENDED), R(HANGUP_LOCAL), "close"},
  {S(HANGING_UP), E(TIMEOUT), S(ENDED), R(BYE_TIMEOUT), "close"},
  {S(HANGING_UP), E(GOT_CANCEL), S(HANGING_UP), R(NONE), ""},
#undef S
#undef E
#undef R
};

static void count_up(void *arg, void *bytes, size_t len) {
  (void)arg;
  static uint8_t n;
  for (size_t i = 0; i < len; i++) {
    ((uint8_t *)bytes)[i] = ++n;
  }
}

static msnav_session_set *new_set(void) {
  msnav_session_config config = {.size = sizeof(config),
                                 .random = count_up,
                                 .capabilities = MSNAV_AUDIO};
  msnav_session_set *set = NULL;
  assert_int_equal(msnav_session_set_new(&config, &set), MSNAV_OK);
  return set;
}

static void drain(msnav_session_set *set) {
  msnav_action action;
  while (msnav_session_next_action(set, &action) == MSNAV_OK) {
  }
}

/* The way to each state, by events that the matrix itself allows. */
static msnav_session *reach(msnav_session_set *set, msnav_state state) {
  static const msnav_event inviter[] = {
    MSNAV_EV_START,        MSNAV_EV_GOT_ACCEPT, MSNAV_EV_LISTENING,
    MSNAV_EV_SIP_INCOMING, MSNAV_EV_SIP_UP,     MSNAV_EV_HANGUP,
    MSNAV_EV_SIP_CLOSED};
  static const msnav_event invitee[] = {MSNAV_EV_GOT_INVITE, MSNAV_EV_ACCEPT};
  bool incoming = state == MSNAV_STATE_RINGING || state == MSNAV_STATE_ACCEPTED;
  const msnav_event *way = incoming ? invitee : inviter;
  session_account peer = msnav_session_account(set, msnav_str_of("p@x"));
  msnav_session *s = NULL;
  assert_int_equal(msnav_session_make(set,
                                      incoming ? MSNAV_ROLE_INVITEE
                                               : MSNAV_ROLE_INVITER,
                                      &peer, msnav_str_of("1"), NOW, &s),
                   MSNAV_OK);
  s->media = s->requested = MSNAV_AUDIO;
  s->local = s->remote = (msnav_addr){0x01020304, 5};
  while (s->state != state) {
    assert_int_equal(msnav_session_apply(s, *way++, NOW), MSNAV_OK);
    drain(set);
  }
  return s;
}

/* The actions that wait, as the matrix writes them. */
static void describe(msnav_session_set *set, char text[256], bool *told) {
  static const char *const names[] = {"",     "listen", "invite", "start",
                                      "stop", "hangup", "send",   "close"};
  msnav_action a;
  text[0] = '\0';
  *told = false;
  while (msnav_session_next_action(set, &a) == MSNAV_OK) {
    if (a.kind == MSNAV_ACTION_STATE) {
      *told = true;
      continue;
    }
    assert_true(!*told || a.state != MSNAV_STATE_ENDED); /* ENDED is last */
    strcat(text, text[0] != '\0' ? ", " : "");
    strcat(text, names[a.kind]);
    if (a.kind == MSNAV_ACTION_SEND) {
      msnav_invite v = {.size = sizeof(v)};
      assert_int_equal(msnav_invite_read(a.payload.ptr, a.payload.len, &v),
                       MSNAV_OK);
      strcat(text, " ");
      if (v.command == MSNAV_INVITE_CANCEL) {
        strncat(text, v.cancel_text.ptr, v.cancel_text.len);
      } else {
        strcat(text, v.command == MSNAV_INVITE_INVITE ? "INVITE" : "ACCEPT");
      }
    }
  }
}

static const struct cell *find(msnav_state state, msnav_event event) {
  for (size_t i = 0; i < ARRAY_LEN(matrix); i++) {
    if (matrix[i].state == state && matrix[i].event == event) {
      return &matrix[i];
    }
  }
  return NULL;
}

static void check(msnav_state state, msnav_event event) {
  const struct cell *cell = find(state, event);
  msnav_session_set *set = new_set();
  msnav_session *s = reach(set, state);
  char actions[256];
  bool told;
  msnav_session_info info = {.size = sizeof(info)};
  s->cancel_code = MSNAV_CANCEL_REJECT; /* of GOT_CANCEL */
  msnav_usec deadline = s->deadline;
  msnav_error err = msnav_session_apply(s, event, NOW + 5);
  msnav_session_get_info(s, &info);
  describe(set, actions, &told);
  if (cell == NULL) {
    if (err != MSNAV_ERR_STATE) {
      fail_msg("%s in %s is allowed", msnav_event_name(event),
               msnav_state_name(state));
    }
    assert_int_equal(info.state, state);
    assert_int_equal(s->deadline, deadline);
    assert_string_equal(actions, "");
  } else {
    if (err != MSNAV_OK || info.state != cell->next ||
        info.reason != cell->reason || strcmp(actions, cell->actions) != 0) {
      fail_msg("%s in %s: %s, %s, \"%s\" instead of %s, %s, \"%s\"",
               msnav_event_name(event), msnav_state_name(state),
               msnav_state_name((msnav_state)info.state),
               msnav_reason_name((msnav_reason)info.reason), actions,
               msnav_state_name(cell->next), msnav_reason_name(cell->reason),
               cell->actions);
    }
    assert_int_equal(told, cell->next != state);
  }
  msnav_session_set_free(set);
}

static void every_event_in_every_state(void **state) {
  (void)state;
  for (int s = MSNAV_STATE_IDLE; s <= MSNAV_STATE_ENDED; s++) {
    for (int e = MSNAV_EV_START; e <= MSNAV_EV_READY; e++) {
      check((msnav_state)s, (msnav_event)e);
    }
  }
}

/* design, session policy: 60, 60, 20, 8, 30 and 2 seconds */
static void deadlines_are_those_of_the_policy(void **state) {
  (void)state;
  static const struct {
    msnav_state state;
    unsigned seconds;
  } rows[] = {
    {MSNAV_STATE_INVITING, 60},  {MSNAV_STATE_RINGING, 60},
    {MSNAV_STATE_ACCEPTED, 20},  {MSNAV_STATE_ANSWERED, 20},
    {MSNAV_STATE_CONNECTING, 8}, {MSNAV_STATE_TALKING, 30},
    {MSNAV_STATE_HANGING_UP, 2},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_session_set *set = new_set();
    msnav_session *s = reach(set, rows[i].state);
    msnav_usec end = NOW + (msnav_usec)rows[i].seconds * 1000000;
    assert_int_equal(msnav_session_deadline(s), end);
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_TIMEOUT, end - 1),
                     MSNAV_ERR_STATE);
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_TIMEOUT, end), MSNAV_OK);
    msnav_session_set_free(set);
  }
  msnav_session_set *set = new_set();
  assert_int_equal(msnav_session_deadline(reach(set, MSNAV_STATE_ENDED)),
                   MSNAV_NEVER);
  msnav_session_set_free(set);
}

static void each_cancel_code_has_its_reason(void **state) {
  (void)state;
  static const struct {
    msnav_cancel_code code;
    msnav_reason reason;
  } rows[] = {
    {MSNAV_CANCEL_REJECT, MSNAV_REASON_REJECTED_REMOTE},
    {MSNAV_CANCEL_TIMEOUT, MSNAV_REASON_CANCELLED_REMOTE},
    {MSNAV_CANCEL_NOT_INSTALLED, MSNAV_REASON_NOT_INSTALLED},
    {MSNAV_CANCEL_FAIL, MSNAV_REASON_PEER_FAILED},
    {MSNAV_CANCEL_FTTIMEOUT, MSNAV_REASON_PEER_FAILED},
    {MSNAV_CANCEL_OUTBAND, MSNAV_REASON_CANCELLED_REMOTE},
    {MSNAV_CANCEL_OTHER, MSNAV_REASON_CANCELLED_REMOTE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_session_set *set = new_set();
    msnav_session *s = reach(set, MSNAV_STATE_INVITING);
    s->cancel_code = rows[i].code;
    assert_int_equal(msnav_session_apply(s, MSNAV_EV_GOT_CANCEL, NOW),
                     MSNAV_OK);
    assert_int_equal(s->reason, rows[i].reason);
    msnav_session_set_free(set);
  }
}

/* Only a local hang-up becomes "not confirmed"; who hung up stays. */
static void reasons_survive_the_tear_down(void **state) {
  (void)state;
  static const struct {
    msnav_event hangup;
    msnav_reason closed, timed_out;
  } rows[] = {
    {MSNAV_EV_HANGUP, MSNAV_REASON_HANGUP_LOCAL, MSNAV_REASON_BYE_TIMEOUT},
    {MSNAV_EV_GOT_CANCEL, MSNAV_REASON_HANGUP_REMOTE,
     MSNAV_REASON_HANGUP_REMOTE},
    {MSNAV_EV_TIMEOUT, MSNAV_REASON_NO_MEDIA, MSNAV_REASON_NO_MEDIA},
    {MSNAV_EV_FAILED, MSNAV_REASON_NETWORK, MSNAV_REASON_NETWORK},
  };
  for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
    msnav_session_set *set = new_set();
    msnav_session *s = reach(set, MSNAV_STATE_TALKING);
    bool late = i % 2 != 0;
    assert_int_equal(msnav_session_apply(s, rows[i / 2].hangup, NOW), MSNAV_OK);
    assert_int_equal(msnav_session_apply(
                       s, late ? MSNAV_EV_TIMEOUT : MSNAV_EV_SIP_CLOSED, NOW),
                     MSNAV_OK);
    assert_int_equal(s->reason,
                     late ? rows[i / 2].timed_out : rows[i / 2].closed);
    msnav_session_set_free(set);
  }
}

static void internal_events_cannot_be_fed(void **state) {
  (void)state;
  static const msnav_event inner[] = {
    MSNAV_EV_START,      MSNAV_EV_GOT_INVITE,     MSNAV_EV_GOT_FOREIGN,
    MSNAV_EV_GOT_ACCEPT, MSNAV_EV_GOT_BAD_ACCEPT, MSNAV_EV_GOT_CANCEL,
    MSNAV_EV_LISTENING,  MSNAV_EV_CROSSED,        MSNAV_EV_DIAL,
    MSNAV_EV_AWAIT,      MSNAV_EV_READY,          (msnav_event)24,
    (msnav_event)-1};
  msnav_session_set *set = new_set();
  msnav_session *s = reach(set, MSNAV_STATE_INVITING);
  for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
    assert_int_equal(msnav_session_feed(s, inner[i], NOW), MSNAV_ERR_INVALID);
  }
  msnav_session_set_free(set);
}

/* ---- doc/session.md shows the matrix to people */

/* Why it ends in the words of the page. */
static const char *reason_in_words(const struct cell *cell) {
  if (cell->state == MSNAV_STATE_HANGING_UP) {
    return cell->next != MSNAV_STATE_ENDED   ? ""
           : cell->event == MSNAV_EV_TIMEOUT ? "kept, or hung up, not confirmed"
                                             : "kept";
  }
  msnav_session_set *set = new_set();
  msnav_session *s = reach(set, cell->state);
  s->cancel_code = MSNAV_CANCEL_REJECT;
  assert_int_equal(msnav_session_apply(s, cell->event, NOW), MSNAV_OK);
  if (s->state == MSNAV_STATE_HANGING_UP) {
    assert_int_equal(msnav_session_apply(s, MSNAV_EV_SIP_CLOSED, NOW),
                     MSNAV_OK);
  }
  msnav_session_info info = {.size = sizeof(info)};
  msnav_session_get_info(s, &info);
  msnav_session_set_free(set);
  if (info.reason == MSNAV_REASON_REJECTED_REMOTE) {
    return "by its code";
  }
  return info.reason == MSNAV_REASON_NONE
           ? ""
           : msnav_reason_name((msnav_reason)info.reason);
}

static void write_row(const struct cell *cell, char row[256]) {
  const char *reason = reason_in_words(cell);
  snprintf(row, 256, "| %s | %s | %s |%s%s |%s%s |\n",
           msnav_state_name(cell->state), msnav_event_name(cell->event),
           msnav_state_name(cell->next), reason[0] != '\0' ? " " : "", reason,
           cell->actions[0] != '\0' ? " " : "", cell->actions);
}

static void the_page_shows_this_matrix(void **state) {
  (void)state;
  static const char title[] =
    "| state | event | next state | reason | does |\n|---|---|---|---|---|\n";
  size_t len;
  char *page = load_data("../../doc/session.md", &len);
  page = realloc(page, len + 1);
  page[len] = '\0';
  const char *at = strstr(page, title);
  assert_non_null(at);
  at += sizeof(title) - 1;
  for (size_t i = 0; i < ARRAY_LEN(matrix); i++) {
    char row[256];
    write_row(&matrix[i], row);
    if (strncmp(at, row, strlen(row)) != 0) {
      fail_msg("doc/session.md lacks this row, or has it elsewhere:\n%s", row);
    }
    at += strlen(row);
  }
  assert_int_equal(*at, '\n'); /* and no row more */
  free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_event_in_every_state),
    cmocka_unit_test(the_page_shows_this_matrix),
    cmocka_unit_test(deadlines_are_those_of_the_policy),
    cmocka_unit_test(each_cancel_code_has_its_reason),
    cmocka_unit_test(reasons_survive_the_tear_down),
    cmocka_unit_test(internal_events_cannot_be_fed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
