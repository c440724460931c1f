/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers by their deadline: a binary heap whose members know their place, so
 * that arming and disarming cost O(log n).  Equal deadlines run in the order
 * in which they were armed. */
#ifndef MSNAV_LOOP_HEAP_H
#define MSNAV_LOOP_HEAP_H

#include <msnav/loop.h>

typedef struct msnav_timer {
  msnav_usec at;
  uint64_t order;                   /* among equal deadlines */
  size_t place;                     /* index in the heap + 1, 0: not armed */
  struct msnav_timer *next, **link; /* among all that were made */
  msnav_timer_fn fn;
  void *arg;
} msnav_timer;

/* Room is reserved when a timer is made, so that arming cannot fail. */
typedef struct msnav_heap {
  msnav_timer **timers;
  msnav_timer *all;
  size_t count, room, made;
  uint64_t order;
} msnav_heap;

msnav_timer *msnav_heap_make(msnav_heap *h, msnav_timer_fn fn, void *arg);
void msnav_heap_drop(msnav_heap *h, msnav_timer *t);
void msnav_heap_set(msnav_heap *h, msnav_timer *t, msnav_usec at);
/* The earliest, NULL when none is armed. */
msnav_timer *msnav_heap_first(const msnav_heap *h);
void msnav_heap_free(msnav_heap *h);

#endif
