/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade, see people.h, beside the same six SIP
 * messages between two bare agents, see bare.h:
 *
 *   call_rate    an agent goes with its call, as it is by default
 *   call_shared  an agent serves several calls, as in a gateway
 *   call_alike   an agent goes with its call on both sides: what is left is
 *                not the price of agents; no bar */
#include "bare.h"
#include "bench.h"
#include "people.h"

#define BAR 0.3
#define SHARED 8 /* calls an agent */

/* What the bare side does in a turn. */
typedef struct work {
  int pairs; /* of agents */
  int calls; /* for each of them */
} work;

/* New agents each time, so that what calls leave behind counts: transactions
 * that wait for repetitions. */
static double bare_turn(void *arg) {
  const work *w = arg;
  double start = bench_cpu();
  for (int i = 0; i < w->pairs; i++) {
    bare_open();
    for (int j = 0; j < w->calls; j++) {
      bare_call();
    }
    bare_close();
  }
  return w->pairs * w->calls * 1e9 / (bench_cpu() - start);
}

static double compare(const char *name, unsigned calls_per_agent, work w) {
  const bench_side ours = {"msnav", people_turn, NULL};
  const bench_side bare = {"nta", bare_turn, &w};
  people_open(-1, calls_per_agent);
  double ratio = bench_compare(name, "calls/CPU-s", BENCH_TURNS, ours, bare);
  people_close();
  return ratio;
}

int main(void) {
  const work kept = {1, PEOPLE_CALLS};
  const work own = {PEOPLE_CALLS, 1};
  bench_pin();
  bare_init();
  bench_at_least("call_rate", compare("call_rate", 1, kept), BAR);
  bench_at_least("call_shared", compare("call_shared", SHARED, kept), BAR);
  bench_ratio("call_alike", compare("call_alike", 1, own));
  return bench_end();
}
