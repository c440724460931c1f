/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Made-up networks for the jitter buffer, reproducible by seed, and the
 * E-model that judges what came of them.
 *
 *   lan    gamma delays, mean 2 ms; 0.1 % loss
 *   wifi   gamma, mean 12 ms; every 5 s a stall of 80...200 ms whose queue
 *          comes in a burst; 1 % loss in bursts of 2; duplicates
 *   dsl    gamma, mean 25 ms; 3 % loss in bursts of 3; 1 % overtaken by
 *          others; duplicates
 *   skew   lan, and the sender's clock is fast by 300 ppm
 *   step   lan, and the route is 80 ms longer in the middle third
 *   stall  lan without loss, and one stall of 200 ms after a third */
#ifndef MSNAV_TEST_TRACES_H
#define MSNAV_TEST_TRACES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define TRACE_FRAME_US 20000

enum trace_kind {
  TRACE_LAN,
  TRACE_WIFI,
  TRACE_DSL,
  TRACE_SKEW,
  TRACE_STEP,
  TRACE_STALL,
  TRACE_KINDS
};

static const char *const trace_names[TRACE_KINDS] = {"lan",  "wifi", "dsl",
                                                     "skew", "step", "stall"};

typedef struct trace_packet {
  int64_t arrival; /* us */
  int64_t sent;    /* us */
  uint32_t index;  /* of the frame */
} trace_packet;

typedef struct trace {
  trace_packet *packets;
  size_t count;
  uint32_t frames; /* sent */
  uint32_t lost;   /* of them */
  double period;   /* of the sender on our clock, us */
} trace;

/* ---- chance */

static inline uint64_t chance_next(uint64_t *s) {
  uint64_t z = (*s += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* 0 < x < 1 */
static inline double chance(uint64_t *s) {
  return ((double)(chance_next(s) >> 12) + 0.5) / 4503599627370496.0;
}

static inline double chance_normal(uint64_t *s) {
  double radius = sqrt(-2 * log(chance(s)));
  return radius * cos(2 * 3.14159265358979 * chance(s));
}

/* Marsaglia and Tsang, A simple method for generating gamma variables */
static inline double chance_gamma(uint64_t *s, double shape, double mean) {
  double scale = mean / shape, boost = 1;
  if (shape < 1) {
    boost = pow(chance(s), 1 / shape);
    shape += 1;
  }
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double x = chance_normal(s), v = pow(1 + c * x, 3);
    if (1 + c * x > 0 && log(chance(s)) < x * x / 2 + d - d * v + d * log(v)) {
      return d * v * boost * scale;
    }
  }
}

/* ---- networks */

typedef struct trace_state {
  uint64_t seed;
  double stall_until;
  int64_t newest; /* arrival */
  int bursting;   /* in a burst of losses */
} trace_state;

/* delay in us of a packet sent at `at` */
static inline double
trace_delay(trace_state *t, enum trace_kind kind, double at, double part) {
  switch (kind) {
  case TRACE_WIFI: {
    double delay = 1000 * chance_gamma(&t->seed, 0.8, 12);
    if (chance(&t->seed) < 1 / 250.0) {
      t->stall_until =
        fmax(t->stall_until, at + 80000 + 120000 * chance(&t->seed));
    }
    return fmax(delay, t->stall_until - at);
  }
  case TRACE_DSL:
    return 1000 * chance_gamma(&t->seed, 1.5, 25);
  case TRACE_STEP:
    return 1000 * chance_gamma(&t->seed, 2, 2) +
           (part >= 1 / 3.0 && part < 2 / 3.0 ? 80000 : 0);
  case TRACE_STALL:
    if (part >= 1 / 3.0 && t->stall_until == 0) {
      t->stall_until = at + 200000;
    }
    return fmax(1000 * chance_gamma(&t->seed, 2, 2), t->stall_until - at);
  case TRACE_LAN:
  case TRACE_SKEW:
  case TRACE_KINDS:
    break;
  }
  return 1000 * chance_gamma(&t->seed, 2, 2);
}

static inline int trace_loses(trace_state *t, enum trace_kind kind) {
  double u = chance(&t->seed);
  if (kind == TRACE_STALL) {
    return 0;
  }
  if (kind != TRACE_WIFI && kind != TRACE_DSL) {
    return u < 0.001;
  }
  double enter = kind == TRACE_WIFI ? 0.006 : 0.012;
  double leave = kind == TRACE_WIFI ? 0.5 : 0.333;
  t->bursting =
    t->bursting ? chance(&t->seed) > leave : chance(&t->seed) < enter;
  return u < (t->bursting ? 0.85 : 0.002);
}

static inline int trace_order(const void *a, const void *b) {
  const trace_packet *x = a, *y = b;
  return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

/* free() the packets */
static inline trace
trace_make(enum trace_kind kind, uint64_t seed, uint32_t frames) {
  trace_state t = {.seed = seed * 7919 + (uint64_t)kind, .newest = -1000};
  trace r = {.packets = calloc(2 * (size_t)frames, sizeof(trace_packet)),
             .frames = frames};
  r.period = TRACE_FRAME_US * (kind == TRACE_SKEW ? 1 - 300e-6 : 1);
  for (uint32_t i = 0; i < frames; i++) {
    double at = i * r.period;
    double delay = trace_delay(&t, kind, at, (double)i / frames);
    int overtaken = kind == TRACE_DSL && chance(&t.seed) < 0.01;
    if (overtaken) {
      delay += 20000 + 40000 * chance(&t.seed);
    }
    int64_t arrival = (int64_t)(at + delay);
    if (!overtaken) {
      arrival = arrival > t.newest + 50 ? arrival : t.newest + 50;
      t.newest = arrival;
    }
    if (trace_loses(&t, kind)) {
      r.lost++;
      continue;
    }
    r.packets[r.count++] = (trace_packet){arrival, (int64_t)at, i};
    if ((kind == TRACE_WIFI || kind == TRACE_DSL) && chance(&t.seed) < 0.004) {
      int64_t again = arrival + 1000 + (int64_t)(9000 * chance(&t.seed));
      r.packets[r.count++] = (trace_packet){again, (int64_t)at, i};
    }
  }
  qsort(r.packets, r.count, sizeof(trace_packet), trace_order);
  return r;
}

/* ---- judgement: ITU-T G.107 in the form of Cole and Rosenbluth; 60 ms of
 * delay outside the buffer; G.711 with concealment (Ie 0, Bpl 25.1) */
static inline double e_model(double buffer_ms, double lost_percent) {
  double delay = buffer_ms + 60;
  double by_delay =
    0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  return 93.2 - by_delay - 95 * lost_percent / (lost_percent + 25.1);
}

#endif
