/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of a call that are longer than SIP waits: when SIP has given up
 * (RFC 3261 section 17, 8 s), the call ends, and for the same reason as if
 * the limit had passed. */
#include "test.h"

#include "support/world.h"

static const msnav_usec limits[] = {30 * WORLD_SECOND, MSNAV_NEVER};

static void nothing_arrives(uint32_t from) {
  simnet_set_path(from, 0, &(simnet_path){.loss = 1});
}

static void assert_ends_in_8_s(world *w, world_person *who, msnav_usec began,
                               msnav_reason reason) {
  (void)world_run(w, began + 60 * WORLD_SECOND, &who->ended, 1);
  assert_int_equal(who->ended, 1);
  assert_int_equal(who->reason, reason);
  assert_in_range(who->ended_at - began, 7 * WORLD_SECOND, 9 * WORLD_SECOND);
}

static void nobody_answers_the_invite(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    world w = {0};
    simnet_begin(1);
    msnav_config patient = world_config(WORLD_BOB_IP);
    patient.setup = limits[i];
    assert_int_equal(world_open(&w, NULL, &patient), MSNAV_OK);
    nothing_arrives(0);
    assert_int_equal(world_call(&w), MSNAV_OK);
    assert_true(
      world_run(&w, simnet_now() + 9 * WORLD_SECOND, &w.bob.incoming, 1));
    while (world_state(&w.bob) != MSNAV_STATE_CONNECTING) {
      (void)world_run(&w, simnet_now() + WORLD_SECOND / 10, NULL, 0);
    }
    assert_ends_in_8_s(&w, &w.bob, simnet_now(), MSNAV_REASON_SIP_TIMEOUT);
    world_close(&w);
    assert_int_equal(simnet_end(), 0);
  }
}

static void nobody_acknowledges_the_answer(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    world w = {0};
    simnet_begin(2);
    msnav_config patient = world_config(WORLD_ALICE_IP);
    patient.setup = limits[i];
    assert_int_equal(world_open(&w, &patient, NULL), MSNAV_OK);
    assert_int_equal(world_call(&w), MSNAV_OK);
    while (world_state(&w.alice) != MSNAV_STATE_CONNECTING) {
      (void)world_run(&w, simnet_now() + 1000, NULL, 0);
    }
    nothing_arrives(WORLD_BOB_IP);
    assert_ends_in_8_s(&w, &w.alice, simnet_now(), MSNAV_REASON_SIP_TIMEOUT);
    world_close(&w);
    assert_int_equal(simnet_end(), 0);
  }
}

static void nobody_answers_the_bye(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    world w = {0};
    simnet_begin(3);
    msnav_config patient = world_config(WORLD_ALICE_IP);
    patient.bye = limits[i];
    assert_int_equal(world_open(&w, &patient, NULL), MSNAV_OK);
    assert_int_equal(world_call(&w), MSNAV_OK);
    assert_true(world_talk(&w, 20 * WORLD_SECOND));
    nothing_arrives(0);
    w.bob.loses_msnp = true; /* his CANCEL would confirm it */
    msnav_usec began = simnet_now();
    assert_int_equal(msnav_call_hangup(w.alice.call), MSNAV_OK);
    assert_ends_in_8_s(&w, &w.alice, began, MSNAV_REASON_BYE_TIMEOUT);
    world_close(&w);
    assert_int_equal(simnet_end(), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nobody_answers_the_invite),
    cmocka_unit_test(nobody_acknowledges_the_answer),
    cmocka_unit_test(nobody_answers_the_bye),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
