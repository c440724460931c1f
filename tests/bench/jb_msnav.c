/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jitter buffer as a peer of a comparison with other libraries: fills in
 * the harness's jb_msnav.c.template.  Built only where meson is told the
 * harness's directory (-Dpeers_bench=DIR); see doc/performance.md. */
#include "media/jitter.h"

#include "common/trace.h"

#define FRAME_TICKS 160

typedef struct frame {
  int32_t index;
  uint8_t sound[FRAME_TICKS - sizeof(int32_t)];
} frame;

static uint8_t sound[FRAME_TICKS];

static void *create(void) {
  msnav_jitter *j = malloc(sizeof(*j));
  if (j == NULL) {
    abort();
  }
  msnav_jitter_init(j, 0, 250000);
  return j;
}

static void put(void *arg, const struct tp *p, int64_t now) {
  frame data;
  data.index = p->idx;
  msnav_jitter_frame f = {.sequence = (uint32_t)p->idx,
                          .timestamp = p->ts,
                          .duration = FRAME_TICKS,
                          .data = (const uint8_t *)&data,
                          .len = sizeof(data)};
  (void)msnav_jitter_push(arg, &f, (msnav_usec)now);
}

static int get(void *arg, int64_t now, int *index) {
  msnav_jitter_out out;
  if (msnav_jitter_pop(arg, (msnav_usec)now, &out) != MSNAV_JITTER_FRAME) {
    return 0;
  }
  memcpy(sound, out.data, sizeof(sound));
  memcpy(index, sound, sizeof(*index));
  return msnav_jitter_hurry(arg) ? 2 : 1;
}

int main(void) {
  struct jb engine = {"libmsnav", create, put, get, free};
  trace_bench(&engine);
  return 0;
}
