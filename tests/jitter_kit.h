/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the jitter buffer share: a stream of numbered frames, each
 * of whose payloads says its number. */
#ifndef MSNAV_JITTER_KIT_H
#define MSNAV_JITTER_KIT_H

#include "test.h"

#include "support/drive.h"

#define MS 1000
#define FRAME 20000 /* us */
#define TICK 160    /* RTP units of a frame */

typedef struct bed {
  msnav_jitter j;
  uint32_t sequence, timestamp; /* of frame 0 */
} bed;

static inline bed *bed_new(void) {
  bed *b = malloc(sizeof(*b));
  msnav_jitter_init(&b->j, 0, 250 * MS);
  b->sequence = 100;
  b->timestamp = 5000;
  return b;
}

static inline msnav_error
push_sized(bed *b, int number, msnav_usec now, size_t len, uint32_t duration) {
  uint8_t *payload = malloc(len);
  memset(payload, number & 0xff, len);
  msnav_jitter_frame f = {.sequence = b->sequence + (uint32_t)number,
                          .timestamp =
                            b->timestamp + (uint32_t)number * duration,
                          .duration = duration,
                          .data = payload,
                          .len = (uint16_t)len,
                          .decoder = 3};
  msnav_error err = msnav_jitter_push(&b->j, &f, now);
  free(payload);
  return err;
}

static inline msnav_error push(bed *b, int number, msnav_usec now) {
  return push_sized(b, number, now, 160, TICK);
}

/* 0...255: a frame; otherwise what was said instead of one */
enum { LOST = -1, EMPTY = -2, WAIT = -3 };

static inline int pop(bed *b, msnav_usec now) {
  msnav_jitter_out out;
  switch (msnav_jitter_pop(&b->j, now, &out)) {
  case MSNAV_JITTER_FRAME:
    for (size_t i = 1; i < out.len; i++) {
      assert_int_equal(out.data[i], out.data[0]);
    }
    return out.data[0];
  case MSNAV_JITTER_LOST:
    return LOST;
  case MSNAV_JITTER_EMPTY:
    return EMPTY;
  case MSNAV_JITTER_WAIT:
    return WAIT;
  }
  return -4;
}

/* Time of frame n when every frame takes 5 ms through the network. */
static inline msnav_usec at(int number) {
  return (msnav_usec)(1000000 + 5 * MS + number * FRAME);
}

/* Frames up to `count` have come on time and as many as possible were played
 * with one frame in reserve: the next pop at at(count) gives count - 1. */
static inline void settle(bed *b, int count) {
  for (int i = 0; i < count; i++) {
    assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    int want = i == 0 ? WAIT : i - 1;
    assert_int_equal(pop(b, at(i)), want);
  }
}

#endif
