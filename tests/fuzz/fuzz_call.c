/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole library: two messengers on a simulated network, and an input that
 * decides what their users and programs do, what becomes of messages and
 * datagrams, what others send, which system call fails, how time goes on, and
 * what happens inside callbacks.  Whatever it decides: states come in their
 * order, each call ends once and with a reason, nobody hears from a call that
 * was freed, nothing is sent to a host that no peer named, and in the end
 * nothing is left. */
#include "fuzz/call.h"
#include "fuzz/patience.h"

#define BUDGET (240 * SECOND) /* of virtual time in one run */

call_world w;

static void run(msnav_usec span) {
  msnav_usec until = simnet_now() + span;
  unsigned idle = 0;
  while (simnet_now() < until) {
    msnav_usec before = simnet_now();
    (void)!msnav_epoll_step(w.epoll, until);
    simnet_serve();
    idle = simnet_now() == before ? idle + 1 : 0;
    CHECK(idle < 10000); /* nobody spins */
  }
  call_note_peers(&w.people[0]);
  call_note_peers(&w.people[1]);
}

/* A context that was freed has told it to each of its calls. */
static void check_orphans(person *me) {
  for (unsigned i = 0; i < SLOTS; i++) {
    slot *s = &me->slots[i];
    if (s->orphan && s->call != NULL) {
      CHECK(s->told == MSNAV_STATE_ENDED);
      s->call = NULL;
    }
  }
}

static void step(void) {
  unsigned what = fuzz_byte(&w.in);
  person *me = &w.people[what & 1];
  if (what >= 0xc0) {
    run((what >> 1 & 31) * (what & 1 ? SECOND : 10000));
  } else {
    slot *s = &me->slots[fuzz_byte(&w.in) % SLOTS];
    call_act(me, s, what >> 1);
  }
  check_orphans(&w.people[0]);
  check_orphans(&w.people[1]);
}

/* Both users hang up over a good network, and wait. */
static void finish(void) {
  const simnet_path good = {.delay = 5000};
  w.in.left = 0;
  simnet_set_path(0, 0, &good);
  simnet_fail(SIMNET_SOCKET, 0, 0, false);
  for (unsigned i = 0; i < 2 * SLOTS; i++) {
    slot *s = &w.people[i % 2].slots[i / 2];
    if (s->call != NULL) {
      (void)msnav_call_hangup(s->call);
    }
  }
  run(30 * SECOND);
  for (unsigned i = 0; i < 2 * SLOTS; i++) {
    slot *s = &w.people[i % 2].slots[i / 2];
    CHECK(s->call == NULL || s->told == MSNAV_STATE_ENDED);
    if (s->call != NULL && i % 3 != 0) {
      call_release(s);
    }
  }
  call_close_context(&w.people[0]);
  call_close_context(&w.people[1]);
  if (w.letters_until > simnet_now()) {
    run(w.letters_until - simnet_now() + 1000);
  }
  msnav_epoll_free(w.epoll);
  CHECK(simnet_end() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_patience(20);
  memset(&w, 0, sizeof(w));
  w.in = (fuzz_input){data, size};
  simnet_begin(7);
  simnet_tap(call_tap, NULL);
  CHECK(msnav_epoll_new(&w.epoll) == MSNAV_OK);
  for (unsigned i = 0; i < 2; i++) {
    person *p = &w.people[i];
    p->account = i == 0 ? "alice@example.com" : "bob@example.com";
    p->ip = 0x0a000001 + i;
    p->other = &w.people[1 - i];
    simnet_host(p->ip);
  }
  bool plain = (fuzz_byte(&w.in) & 1) == 0;
  call_open_context(&w.people[0], plain);
  call_open_context(&w.people[1], plain);
  w.end = simnet_now() + BUDGET;
  while (w.in.left > 0 && simnet_now() < w.end) {
    step();
  }
  finish();
  return 0;
}
