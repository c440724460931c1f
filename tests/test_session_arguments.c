/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sessions and their sets refuse to take. */
#include "session_kit.h"

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_str p = STR("p@q");
  msnav_addr there = {0x0a000001, 5060};
  msnav_addr anybody = {0, 0};
  msnav_addr group = {0xe0000001, 5060};
  msnav_session *s = NULL;
#define INVALID(call) assert_int_equal(call, MSNAV_ERR_INVALID)
  INVALID(msnav_session_set_new(NULL, &a.set));
  INVALID(msnav_session_set_new(&c, NULL));
  INVALID(msnav_session_start(NULL, p, A, START, &s));
  INVALID(msnav_session_start(a.set, p, A, START, NULL));
  INVALID(msnav_session_start(a.set, p, 0, START, &s));
  INVALID(msnav_session_start(a.set, p, AV, START, &s)); /* we have no V */
  INVALID(msnav_session_start(a.set, (msnav_str){NULL, 0}, A, START, &s));
  INVALID(msnav_session_start(a.set, msnav_str_of("a\tb"), A, START, &s));
  INVALID(msnav_session_start_direct(NULL, MSNAV_ROLE_DIRECT_CALLER, &there, A,
                                     START, &s));
  INVALID(msnav_session_start_direct(a.set, MSNAV_ROLE_INVITER, &there, A,
                                     START, &s));
  INVALID(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER, NULL, A,
                                     START, &s));
  INVALID(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER, &there, V,
                                     START, &s));
  assert_int_equal(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLER,
                                              &anybody, A, START, &s),
                   MSNAV_ERR_ADDRESS);
  assert_int_equal(msnav_session_start_direct(a.set, MSNAV_ROLE_DIRECT_CALLED,
                                              &group, A, START, &s),
                   MSNAV_ERR_ADDRESS);
  INVALID(msnav_session_set_receive(NULL, p, "x", 1, START, &s));
  INVALID(msnav_session_set_receive(a.set, p, NULL, 1, START, &s));
  INVALID(msnav_session_feed(NULL, MSNAV_EV_HANGUP, START));
  INVALID(msnav_session_accept(NULL, A, START));
  INVALID(msnav_session_listening(NULL, &there, START));
  INVALID(msnav_session_next_action(NULL, NULL));
  INVALID(msnav_session_get_info(NULL, NULL));
  INVALID(msnav_session_set_counters(NULL, NULL));
  assert_null(s);
  assert_int_equal(counters_of(&a).live, 0);
  assert_int_equal(msnav_session_deadline(NULL), MSNAV_NEVER);
  assert_null(msnav_session_user(NULL));
  msnav_session_set_user(NULL, &a);
  msnav_session_set_free(a.set);
}

static void accounts_have_at_most_255_bytes(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  char name[257];
  memset(name, 'x', sizeof(name));
  name[255] = '\0';
  msnav_session *s = start(&a, name);
  assert_str(info_of(s).peer, name);
  name[255] = 'x';
  name[256] = '\0';
  assert_int_equal(msnav_session_start(a.set, msnav_str_of(name), MSNAV_AUDIO,
                                       START, &s),
                   MSNAV_ERR_INVALID);
  assert_int_equal(from(&a, name, INVITE "1\r\n", NULL), MSNAV_ERR_INVALID);
  msnav_session_set_free(a.set);
}

static void our_address_must_be_one(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s;
  static const msnav_addr bad[] = {{0, 5060}, {0x0a000001, 0}, {0, 0}};
  assert_int_equal(from(&a, "p@q", INVITE "1\r\n", &s), MSNAV_OK);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_ERR_STATE);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_ACCEPT, START), MSNAV_OK);
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_int_equal(msnav_session_listening(s, &bad[i], START),
                     MSNAV_ERR_INVALID);
  }
  assert_int_equal(msnav_session_listening(s, NULL, START), MSNAV_ERR_INVALID);
  assert_int_equal(info_of(s).local.port, 0);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_ERR_STATE);
  assert_int_equal(info_of(s).local.port, 12449);
  msnav_session_set_free(a.set);
}

/* An older caller has shorter structs; what lies behind them is its own. */
static void no_more_is_filled_in_than_the_caller_has(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s = start(&a, "p@q");
  msnav_session_info info;
  memset(&info, 0x55, sizeof(info));
  info.size = offsetof(msnav_session_info, reason);
  assert_int_equal(msnav_session_get_info(s, &info), MSNAV_OK);
  assert_int_equal(info.state, MSNAV_STATE_INVITING);
  assert_int_equal(info.reason, 0x55555555);
  info.size = 0;
  assert_int_equal(msnav_session_get_info(s, &info), MSNAV_ERR_INVALID);
  msnav_session_counters n;
  memset(&n, 0x55, sizeof(n));
  n.size = offsetof(msnav_session_counters, repeated);
  assert_int_equal(msnav_session_set_counters(a.set, &n), MSNAV_OK);
  assert_int_equal(n.invites_out, 1);
  assert_int_equal(n.repeated, 0x5555555555555555);
  n.size = 0;
  assert_int_equal(msnav_session_set_counters(a.set, &n), MSNAV_ERR_INVALID);
  int mine = 0;
  assert_null(msnav_session_user(s));
  msnav_session_set_user(s, &mine);
  assert_ptr_equal(msnav_session_user(s), &mine);
  msnav_session_set_free(a.set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(wrong_arguments_are_refused),
    cmocka_unit_test(accounts_have_at_most_255_bytes),
    cmocka_unit_test(our_address_must_be_one),
    cmocka_unit_test(no_more_is_filled_in_than_the_caller_has),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
