/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jitter buffer on made-up networks: delay, gaps and the E-model's R for
 * each of several seeds, and what a packet costs beside a ring of fixed
 * delay in the same loop.
 * usage: bench_jitter [SEEDS] */
#include "../support/drive.h"

#include <stdio.h>
#include <time.h>

#define FRAMES 15000 /* 5 minutes */

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

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

static void run_ring(ring *g, const trace *t) {
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
}

static void run_jitter(msnav_jitter *j, const trace *t) {
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
}

static void cost(void) {
  ring *g = malloc(sizeof(*g));
  msnav_jitter *j = malloc(sizeof(*j));
  puts("\nnetwork  ring ns  jitter ns  ratio   (push and pop of one packet)");
  for (unsigned kind = 0; kind < TRACE_KINDS; kind++) {
    trace t = trace_make((enum trace_kind)kind, 1, FRAMES);
    double least_ring = 1e18, least_jitter = 1e18;
    for (int i = 0; i < 15; i++) {
      double t0 = now_ns();
      run_ring(g, &t);
      double t1 = now_ns();
      run_jitter(j, &t);
      double t2 = now_ns();
      least_ring = t1 - t0 < least_ring ? t1 - t0 : least_ring;
      least_jitter = t2 - t1 < least_jitter ? t2 - t1 : least_jitter;
    }
    double n = (double)t.count;
    printf("%-8s %7.1f %10.1f %6.2f\n", trace_names[kind], least_ring / n,
           least_jitter / n, least_jitter / least_ring);
    free(t.packets);
  }
  free(g);
  free(j);
}

int main(int argc, char **argv) {
  int seeds = argc > 1 ? atoi(argv[1]) : 11;
  table(seeds > 0 ? (unsigned)seeds : 1);
  cost();
  return 0;
}
