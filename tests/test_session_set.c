/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of conversations from outside: arguments, keys, limits, memory and
 * the order of actions. */
#include "session_kit.h"

/* ---- actions */

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cancel_is_sent_though_sip_closes_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
