/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jitter buffer as a peer of a comparison with other libraries: fills in
 * the harness's jb_msnav.c.template.  Built only where meson is told the
 * harness's directory (-Dpeers_bench=DIR); see doc/performance.md. */
#include "media/jitter.h"

#include "common/trace.h"

#define FRAME_TICKS 160

/* Payloads are copied in and out, as by the limit and the other engines. */
static uint8_t sound[FRAME_TICKS], heard[FRAME_TICKS];

static void *create(void) {
  msnav_jitter *j = malloc(sizeof(*j));
  if (j == NULL) {
    abort();
  }
  msnav_jitter_init(j, 0, 250000);
  return j;
}

static void put(void *arg, const struct tp *p, int64_t now) {
  static msnav_jitter_frame f = {.duration = FRAME_TICKS,
                                 .data = sound,
                                 .len = sizeof(sound)};
  f.sequence = (uint32_t)p->idx;
  f.timestamp = p->ts;
  (void)msnav_jitter_push(arg, &f, (msnav_usec)now);
}

/* The sequence number of what is handed out says which frame it is. */
static int get(void *arg, int64_t now, int *index) {
  msnav_jitter *j = arg;
  msnav_jitter_out out;
  if (msnav_jitter_pop(j, (msnav_usec)now, &out) != MSNAV_JITTER_FRAME) {
    return 0;
  }
  memcpy(heard, out.data, sizeof(heard));
  *index = j->played;
  return msnav_jitter_hurry(j) ? 2 : 1;
}

int main(void) {
  struct jb engine = {"libmsnav", create, put, get, free};
  trace_bench(&engine);
  return 0;
}
