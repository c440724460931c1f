/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool missed;

void bench_pin(void) {
  cpu_set_t set;
  const char *wish = getenv("BENCH_CPU");
  size_t core = wish != NULL ? (size_t)atoi(wish) : CPU_SETSIZE;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (wish == NULL && sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
      core = CPU_ISSET(i, &set) ? i : core;
    }
  }
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (core >= CPU_SETSIZE || sched_setaffinity(0, sizeof(set), &set) != 0) {
    puts("# not pinned to a core");
  } else {
    printf("# pinned to core %zu\n", core); /* now stdout has its buffer */
  }
}

double bench_cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  const double *x = a;
  const double *y = b;
  return (*x > *y) - (*x < *y);
}

double bench_median(const double *values, size_t count) {
  double sorted[BENCH_TURNS_MAX];
  if (count == 0 || count > BENCH_TURNS_MAX) {
    abort();
  }
  memcpy(sorted, values, count * sizeof(sorted[0]));
  qsort(sorted, count, sizeof(sorted[0]), by_value);
  return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

void bench_result(const char *name, const char *who, double median,
                  const char *unit) {
  printf("RESULT %s %s %.3f %s\n", name, who, median, unit);
}

void bench_ratio(const char *name, double value) {
  printf("RATIO %s %.3f\n", name, value);
}

static void ratio(const char *name, double value, const char *relation,
                  double bar, bool kept) {
  printf("RATIO %s %.3f (bar %s %.2f)%s\n", name, value, relation, bar,
         kept ? "" : " MISSED");
  missed = missed || !kept;
}

void bench_at_most(const char *name, double value, double bar) {
  ratio(name, value, "<=", bar, value <= bar);
}

void bench_at_least(const char *name, double value, double bar) {
  ratio(name, value, ">=", bar, value >= bar);
}

void bench_require(bool holds, const char *what) {
  if (!holds) {
    printf("FAILED %s\n", what);
    exit(1);
  }
}

/* Our side alone, and the end. */
static void count(bench_side ours) {
  const char *turns = getenv("BENCH_TURNS");
  for (int i = turns != NULL ? atoi(turns) : 1; i > 0; i--) {
    ours.turn(ours.arg);
  }
  exit(0);
}

double bench_compare(const char *name, const char *unit, size_t turns,
                     bench_side ours, bench_side theirs) {
  const char *only = getenv("BENCH_ONLY");
  if (only != NULL) {
    if (strcmp(only, name) == 0) {
      count(ours);
    }
    return NAN;
  }
  double a[BENCH_TURNS_MAX];
  double b[BENCH_TURNS_MAX];
  double quotient[BENCH_TURNS_MAX];
  ours.turn(ours.arg); /* warm up */
  theirs.turn(theirs.arg);
  for (size_t i = 0; i < turns; i++) {
    b[i] = theirs.turn(theirs.arg);
    a[i] = ours.turn(ours.arg);
    quotient[i] = a[i] / b[i];
  }
  bench_result(name, theirs.who, bench_median(b, turns), unit);
  bench_result(name, ours.who, bench_median(a, turns), unit);
  return bench_median(quotient, turns);
}

int bench_end(void) {
  return missed ? 1 : 0;
}
