/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers by their deadline: a binary heap whose members know their place, so
 * that arming and disarming cost O(log n).  Equal deadlines run in the order
 * in which they were armed. */
#ifndef MSNAV_LOOP_HEAP_H
#define MSNAV_LOOP_HEAP_H

#include <msnav/loop.h>

typedef struct msnav_timer {
  size_t place; /* in the heap's slots */
  msnav_timer_fn fn;
  void *arg;
} msnav_timer;

/* What the heap compares stands in one piece of memory. */
typedef struct msnav_slot {
  msnav_usec at;
  uint64_t order; /* among equal deadlines */
  msnav_timer *timer;
} msnav_slot;

/* Every timer has a slot from its making, so that arming cannot fail: the
 * armed ones come first and are the heap, the others follow. */
typedef struct msnav_heap {
  msnav_slot *slots;
  size_t armed, made, room;
  uint64_t order; /* of the next that is armed */
} msnav_heap;

/* A disarmed timer; NULL: no memory. */
msnav_timer *msnav_heap_make(msnav_heap *h, msnav_timer_fn fn, void *arg);
void msnav_heap_drop(msnav_heap *h, msnav_timer *t);
/* MSNAV_NEVER disarms. */
void msnav_heap_set(msnav_heap *h, msnav_timer *t, msnav_usec at);
/* The earliest, NULL when none is armed; valid until the next change. */
const msnav_slot *msnav_heap_first(const msnav_heap *h);
/* Drops every timer. */
void msnav_heap_free(msnav_heap *h);

#endif
