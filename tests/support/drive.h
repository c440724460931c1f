/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A jitter buffer in a made-up network, one tick per 20 ms on a virtual
 * clock that begins with the first arrival; frames are played whole. */
#ifndef MSNAV_TEST_DRIVE_H
#define MSNAV_TEST_DRIVE_H

#include "media/jitter.h"
#include "traces.h"

#include <string.h>

typedef struct drive_result {
  double delay_ms;     /* mean, over what the network added at least */
  double worst_ms;     /* greatest delay after the first second */
  double loss_percent; /* of the network */
  double gap_percent;  /* ticks without a frame beyond that */
  double r;            /* E-model */
  uint32_t played;     /* different frames */
  uint32_t repeated;   /* frames played twice */
  uint32_t backward;   /* frames played after later ones */
} drive_result;

/* Called after each tick. */
typedef void (*drive_watch_fn)(const msnav_jitter *j, int64_t now, void *arg);

static inline void drive_push(msnav_jitter *j, const trace_packet *p) {
  uint8_t payload[160] = {0};
  memcpy(payload, &p->index, sizeof(p->index));
  msnav_jitter_frame f = {.sequence = p->index + 65000,
                          .timestamp = p->index * 160 + 0xfffff000u,
                          .duration = 160,
                          .data = payload,
                          .len = sizeof(payload)};
  (void)msnav_jitter_push(j, &f, (msnav_usec)(p->arrival + 1000000));
}

static inline drive_result
drive(msnav_jitter *j, const trace *t, drive_watch_fn watch, void *arg) {
  drive_result r = {.loss_percent = 100.0 * t->lost / t->frames};
  uint8_t *seen = calloc(t->frames, 1);
  size_t next = 0;
  uint32_t ticks = 0, gaps = 0;
  int64_t newest = -1, now = t->packets[0].arrival;
  for (; next < t->count; now += TRACE_FRAME_US, ticks++) {
    for (; next < t->count && t->packets[next].arrival <= now; next++) {
      drive_push(j, &t->packets[next]);
    }
    uint32_t got = 0;
    msnav_jitter_out out;
    msnav_usec clock = (msnav_usec)(now + 1000000);
    while (msnav_jitter_pop(j, clock, &out) == MSNAV_JITTER_FRAME) {
      uint32_t index;
      memcpy(&index, out.data, sizeof(index));
      double delay = ((double)now - index * t->period) / 1000;
      got++;
      r.repeated += seen[index];
      r.backward += index < newest;
      r.played += !seen[index];
      r.delay_ms += delay;
      r.worst_ms = now > 1000000 && delay > r.worst_ms ? delay : r.worst_ms;
      seen[index] = 1;
      newest = index;
      if (!msnav_jitter_hurry(j)) {
        break;
      }
    }
    gaps += got == 0 && newest >= 0;
    if (watch != NULL) {
      watch(j, now, arg);
    }
  }
  free(seen);
  r.delay_ms /= r.played > 0 ? r.played : 1;
  double all = 100.0 * gaps / ticks;
  r.gap_percent = all - r.loss_percent;
  r.r = e_model(r.delay_ms, all > r.loss_percent ? all : r.loss_percent);
  return r;
}

#endif
