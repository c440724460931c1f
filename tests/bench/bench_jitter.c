/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jitter buffer on made-up networks: delay, gaps and the E-model's R for
 * each of several seeds, and what a packet costs beside a ring of fixed
 * delay in the same loop.
 * usage: bench_jitter [SEEDS] */
#include "../support/drive.h"
#include "bench.h"

#include <stdio.h>

#define FRAMES 15000 /* 5 minutes */

static void table(unsigned seeds) {
  msnav_jitter *j = malloc(sizeof(*j));
  puts("network  delay ms   p(gap) %   R       over seeds: delay ms  gap %  R");
  for (unsigned kind = 0; kind < TRACE_KINDS; kind++) {
    drive_result first = {0}, sum = {0};
    for (unsigned seed = 1; seed <= seeds; seed++) {
      trace t = trace_make((enum trace_kind)kind, seed, FRAMES);
      msnav_jitter_init(j, 0, 250000);
      drive_result r = drive(j, &t, NULL, NULL);
      first = seed == 1 ? r : first;
      sum.delay_ms += r.delay_ms / seeds;
      sum.gap_percent += r.gap_percent / seeds;
      sum.r += r.r / seeds;
      free(t.packets);
    }
    printf("%-8s %8.1f %9.3f %8.2f %22.1f %8.3f %8.2f\n", trace_names[kind],
           first.delay_ms, first.gap_percent, first.r, sum.delay_ms,
           sum.gap_percent, sum.r);
  }
  free(j);
}

/* ---- cost: the least that a buffer of fixed delay has to do */

typedef struct ring {
  uint8_t there[64];
  uint8_t data[64][160];
  uint32_t next;
  int64_t start;
} ring;

/* Where payloads come from and where they go: apart, since what a receiver
 * gets from the network is not what was played just before. */
static uint8_t source[160], sink[160];

static ring fixed;
static msnav_jitter adaptive;

static double ring_turn(void *arg) {
  const trace *t = arg;
  ring *g = &fixed;
  double start = bench_cpu();
  size_t next = 0;
  memset(g, 0, sizeof(*g));
  g->next = t->packets[0].index;
  g->start = t->packets[0].arrival + 60000 - TRACE_FRAME_US * (int64_t)g->next;
  int64_t end = t->packets[t->count - 1].arrival;
  for (int64_t now = t->packets[0].arrival; now <= end; now += TRACE_FRAME_US) {
    for (; next < t->count && t->packets[next].arrival <= now; next++) {
      uint32_t index = t->packets[next].index;
      if (index - g->next < 64 && !g->there[index & 63]) {
        g->there[index & 63] = 1;
        memcpy(g->data[index & 63], source, 160);
      }
    }
    if (now >= g->start + TRACE_FRAME_US * (int64_t)g->next) {
      uint32_t at = g->next++ & 63;
      if (g->there[at]) {
        g->there[at] = 0;
        memcpy(sink, g->data[at], 160);
      }
    }
  }
  return (bench_cpu() - start) / (double)t->count;
}

static double jitter_turn(void *arg) {
  const trace *t = arg;
  msnav_jitter *j = &adaptive;
  double start = bench_cpu();
  size_t next = 0;
  msnav_jitter_init(j, 0, 250000);
  int64_t end = t->packets[t->count - 1].arrival;
  for (int64_t now = t->packets[0].arrival; now <= end; now += TRACE_FRAME_US) {
    for (; next < t->count && t->packets[next].arrival <= now; next++) {
      const trace_packet *p = &t->packets[next];
      msnav_jitter_frame f = {.sequence = p->index,
                              .timestamp = p->index * 160,
                              .duration = 160,
                              .data = source,
                              .len = 160};
      (void)msnav_jitter_push(j, &f, (msnav_usec)p->arrival);
    }
    msnav_jitter_out out;
    while (msnav_jitter_pop(j, (msnav_usec)now, &out) == MSNAV_JITTER_FRAME) {
      memcpy(sink, out.data, 160);
      if (!msnav_jitter_hurry(j)) {
        break;
      }
    }
  }
  return (bench_cpu() - start) / (double)t->count;
}

static void cost(void) {
  for (unsigned kind = 0; kind < TRACE_KINDS; kind++) {
    char name[32];
    trace t = trace_make((enum trace_kind)kind, 1, FRAMES);
    snprintf(name, sizeof(name), "jitter_%s", trace_names[kind]);
    double ratio = bench_compare(name, "ns/packet", BENCH_TURNS,
                                 (bench_side){"msnav", jitter_turn, &t},
                                 (bench_side){"ring", ring_turn, &t});
    bench_ratio(name, ratio);
    free(t.packets);
  }
}

int main(int argc, char **argv) {
  int seeds = argc > 1 ? atoi(argv[1]) : 11;
  bench_pin();
  table(seeds > 0 ? (unsigned)seeds : 1);
  cost();
  return bench_end();
}
