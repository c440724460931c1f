/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade, see people.h, beside the same six SIP
 * messages between two bare agents, see bare.h:
 *
 *   call_rate    an agent goes with its call, as it is by default
 *   call_shared  an agent serves several calls, as in a gateway */
#include "bare.h"
#include "bench.h"
#include "people.h"

#define BAR 0.3
#define SHARED 8 /* calls an agent */

/* New agents each time, so that what calls leave behind counts: transactions
 * that wait for repetitions. */
static double bare_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  bare_open();
  for (int i = 0; i < PEOPLE_CALLS; i++) {
    bare_call();
  }
  bare_close();
  return PEOPLE_CALLS * 1e9 / (bench_cpu() - start);
}

static void compare(const char *name, unsigned calls_per_agent) {
  const bench_side ours = {"msnav", people_turn, NULL};
  const bench_side bare = {"nta", bare_turn, NULL};
  people_open(-1, calls_per_agent);
  bench_at_least(name,
                 bench_compare(name, "calls/CPU-s", BENCH_TURNS, ours, bare),
                 BAR);
  people_close();
}

int main(void) {
  bench_pin();
  bare_init();
  compare("call_rate", 1);
  compare("call_shared", SHARED);
  return bench_end();
}
