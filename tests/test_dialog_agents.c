/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agents of Sofia's that serve several calls one after the other: how long
 * they stay. */
#include "dialog_kit.h"
#include "support/timejump.h"

#define MONTH (30LL * 24 * 3600)

static void only_sane_numbers_are_taken(void **state) {
  (void)state;
  assert_int_equal(msnav_sip_set_calls_per_agent(NULL, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sip_set_calls_per_agent(sip, 0), MSNAV_ERR_INVALID);
  assert_int_equal(
    msnav_sip_set_calls_per_agent(sip, MSNAV_SIP_MAX_CALLS_PER_AGENT + 1),
    MSNAV_ERR_INVALID);
  share(MSNAV_SIP_MAX_CALLS_PER_AGENT);
}

/* An agent that waits has a descriptor: there is one for each side. */
static void an_agent_goes_after_so_many_calls(void **state) {
  (void)state;
  whole_call();
  int without = count_fds();
  share(CALLS);
  for (int i = 1; i <= 2 * CALLS + 1; i++) {
    whole_call();
    assert_int_equal(count_fds(), without + (i % CALLS != 0 ? 2 : 0));
  }
  share(1);
  whole_call();
  assert_int_equal(count_fds(), without);
  assert_int_equal(refused_seen, 0);
}

static void two_calls_at_once_have_two_agents(void **state) {
  (void)state;
  side a = {0}, b = {0}, c = {0}, d = {0};
  share(CALLS);
  whole_call();
  talk(&a, &b, 0);
  talk(&c, &d, 0);
  hang_up(&b, &a);
  hang_up(&c, &d);
  close_pair(&a, &b);
  close_pair(&c, &d);
  assert_int_equal(refused_seen, 0);
}

static void an_agent_that_waits_wakes_nobody(void **state) {
  (void)state;
  share(CALLS);
  whole_call();
  run_for(50 * MS);
  msnav_usec end = now() + 9000 * MS; /* longer than any timer of the call's */
  unsigned steps = 0;
  while (now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
    steps++;
  }
  assert_int_equal(steps, 1);
  whole_call();
  assert_int_equal(refused_seen, 0);
}

/* What is left of the calls before has timers of the wall clock. */
static void a_step_of_the_clock_ends_it(void **state) {
  (void)state;
  static const long long steps[] = {3600, -3600, MONTH, -MONTH};
  whole_call();
  int without = count_fds();
  share(CALLS);
  for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
    whole_call();
    timejump(steps[i]);
    for (int k = 1; k <= CALLS; k++) { /* another one serves them */
      whole_call();
      assert_int_equal(count_fds(), without + (k < CALLS ? 2 : 0));
    }
  }
  assert_int_equal(refused_seen, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(only_sane_numbers_are_taken),       T(an_agent_goes_after_so_many_calls),
    T(two_calls_at_once_have_two_agents), T(an_agent_that_waits_wakes_nobody),
    T(a_step_of_the_clock_ends_it),
  };
  return cmocka_run_group_tests_name("dialog_agents", tests, NULL, NULL);
}
