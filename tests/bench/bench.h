/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the benchmarks share.  A figure counts only beside another one that
 * was measured in the same process, turn by turn: CPU time, not wall time, on
 * one pinned core, and the median of the turns.
 *
 *   RESULT <name> <who> <median> <unit>
 *   RATIO <name> <value> (bar <bar>)
 *
 * A program ends with bench_end(), 1 when a bar was missed.
 *
 * With $BENCH_ONLY a program takes $BENCH_TURNS turns (1) of our side of that
 * comparison and nothing else, so that its instructions can be counted: see
 * tests/checks/cost.sh. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#define BENCH_TURNS 11 /* at most BENCH_TURNS_MAX */
#define BENCH_TURNS_MAX 64

/* One measurement: the value of one turn, in the unit that is printed. */
typedef struct bench_side {
  const char *who;
  double (*turn)(void *arg);
  void *arg;
} bench_side;

/* Pin this process to one core: $BENCH_CPU, else the last one it may use. */
void bench_pin(void);

/* CPU time of this process, all threads, in nanoseconds. */
double bench_cpu(void);

/* malloc(), calloc() and realloc() of the whole process so far. */
unsigned long bench_mallocs(void);

double bench_median(const double *values, size_t count);

void bench_result(const char *name, const char *who, double median,
                  const char *unit);
/* A ratio without a bar; "at most" or "at least" one. */
void bench_ratio(const char *name, double value);
void bench_at_most(const char *name, double value, double bar);
void bench_at_least(const char *name, double value, double bar);
/* A condition without which the figures mean nothing. */
void bench_require(bool holds, const char *what);

/* Take turns, print both medians, return the median of the turns' ratios
 * ours / theirs. */
double bench_compare(const char *name, const char *unit, size_t turns,
                     bench_side ours, bench_side theirs);

/* The exit status. */
int bench_end(void);

#endif
