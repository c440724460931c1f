/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile SIP from the negotiated peer.  After every hundred messages a call
 * succeeds. */
#include "test.h"

#include "support/hostile_sip.h"
#include "support/world.h"

#define MESSAGES 100000
#define BATCH 100

/* ---- the attack */

static const msnav_addr bob_sip = {WORLD_BOB_IP, 5060};

static void attack(world *w, const msnav_addr *from, const msnav_addr *to) {
  hostile_sip_deaf(true);
  for (unsigned i = 0; i < BATCH; i++) {
    size_t len;
    const char *message = hostile_sip_message(&len);
    char *copy = exact_copy(message, len);
    simnet_inject(from, to, copy, len);
    free(copy);
    if (simnet_random() % 4 == 0) {
      msnav_usec pause = simnet_random() % 40000;
      (void)world_run(w, simnet_now() + pause, NULL, 0);
    }
  }
  (void)world_run(w, simnet_now() + WORLD_SECOND / 10, NULL, 0);
  hostile_sip_deaf(false);
}

static void end(world *w) {
  for (int i = 0; i < 2; i++) {
    msnav_call *call = i == 0 ? w->alice.call : w->bob.call;
    if (call != NULL) {
      (void)msnav_call_hangup(call);
    }
  }
  (void)world_run(w, simnet_now() + 5 * WORLD_SECOND, NULL, 0);
  assert_null(w->alice.call);
  assert_null(w->bob.call);
}

static void talk(world *w) {
  w->bob.answers = true;
  w->alice.talking = w->bob.talking = 0;
  assert_int_equal(world_call(w), MSNAV_OK);
  assert_true(world_talk(w, 5 * WORLD_SECOND));
}

/* The attacker is he whom Alice calls, waits for, or talks to. */
static void attack_somehow(world *w, unsigned how) {
  msnav_call_info alice = {.size = sizeof(alice)}, bob = {.size = sizeof(bob)};
  msnav_addr here;
  if (how == 0) {
    here = world_listen(w, &bob_sip);
    assert_int_not_equal(here.port, 0);
    attack(w, &bob_sip, &here);
    return;
  }
  if (how == 1) {
    assert_int_equal(msnav_call_dial(w->alice.ctx, &bob_sip, MSNAV_AUDIO,
                                     &w->alice.call),
                     MSNAV_OK);
    (void)world_run(w, simnet_now() + 1000, NULL, 0);
    assert_int_equal(msnav_call_get_info(w->alice.call, &alice), MSNAV_OK);
    attack(w, &bob_sip, &alice.local_sip);
    return;
  }
  talk(w);
  assert_int_equal(msnav_call_get_info(w->alice.call, &alice), MSNAV_OK);
  assert_int_equal(msnav_call_get_info(w->bob.call, &bob), MSNAV_OK);
  attack(w, &bob.local_sip, &alice.local_sip);
}

static void a_call_succeeds_after_every_hundred(void **state) {
  (void)state;
  unsigned batches = MESSAGES / BATCH;
  world w = {0};
  simnet_begin(4475);
  hostile_sip_begin(NULL);
  simnet_tap(hostile_sip_see, NULL);
  assert_int_equal(world_open(&w, NULL, NULL), MSNAV_OK);
  unsigned open = 0;
  unsigned survived = 0;
  for (unsigned i = 0; i < batches; i++) {
    attack_somehow(&w, i % 3);
    survived += i % 3 == 2 && w.alice.call != NULL;
    end(&w);
    talk(&w);
    unsigned long heard = w.bob.heard;
    (void)world_run(&w, simnet_now() + WORLD_SECOND / 2, NULL, 0);
    assert_true(w.bob.heard > heard + 20);
    assert_int_equal(msnav_call_hangup(w.alice.call), MSNAV_OK);
    (void)world_run(&w, simnet_now() + WORLD_SECOND, NULL, 0);
    assert_null(w.alice.call);
    assert_null(w.bob.call);
    assert_int_equal(w.alice.reason, MSNAV_REASON_HANGUP_LOCAL);
    assert_int_equal(w.bob.reason, MSNAV_REASON_HANGUP_REMOTE);
    w.alice.states[0] = w.bob.states[0] = '\0';
    open = i == 2 ? simnet_open() : open;
    assert_true(i <= 2 || simnet_open() <= open + 2);
  }
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(w.alice.ctx, &c), MSNAV_OK);
  print_message(
    "# %u messages, %llu refused by the guard; %u of %u calls lived "
    "through a hundred\n",
    batches * BATCH, (unsigned long long)c.sip_refused, survived, batches / 3);
  for (int i = 0; i < 32; i++) {
    if (c.ended[i] > 0) {
      print_message("#   %6llu %s\n", (unsigned long long)c.ended[i],
                    msnav_reason_name((msnav_reason)i));
    }
  }
  /* the grammar gets somewhere: not all is refused at the door */
  assert_true(c.sip_refused > batches * BATCH / 2);
  assert_true(c.sip_refused < batches * BATCH * 99 / 100);
  /* what the peer does is not our network's fault */
  assert_int_equal(c.ended[MSNAV_REASON_NETWORK], 0);
  assert_int_equal(c.live, 0);
  world_close(&w);
  assert_int_equal(simnet_end(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_call_succeeds_after_every_hundred),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
