/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event loop whose clock is turned by hand, for tests in virtual time.
 *
 *     fake_loop *f = fake_loop_new();
 *     msnav_context_new(fake_loop_vtable(f), ...);
 *     fake_loop_advance(f, 60000000);      one minute passes, in microseconds
 *     assert_int_equal(f->timer_sets, 3);
 *     fake_loop_free(f);                   fails when something was left
 *
 * Timers run in the order of their deadlines, equal ones in the order in
 * which they were armed; the clock stands at the deadline of the one that
 * runs.  Descriptors are real ones and are polled without waiting: after
 * every timer, at the end of fake_loop_advance(), and by fake_loop_step().
 * What one side sends over loopback at an instant therefore arrives at the
 * same instant.  Simple on purpose: lists, no heap, no epoll, so that it
 * shares no mistake with the loops of the library. */
#ifndef MSNAV_TEST_FAKE_LOOP_H
#define MSNAV_TEST_FAKE_LOOP_H

#include <msnav/loop.h>

typedef struct fake_item fake_item;

typedef struct fake_loop {
  msnav_loop loop;
  msnav_usec now; /* virtual; starts at FAKE_LOOP_START */
  fake_item *items;
  uint64_t order;
  unsigned depth;

  /* what is there now */
  unsigned watches, timers;
  unsigned armed; /* timers */

  /* what was asked of the loop so far */
  unsigned io_adds, io_mods, io_dels;
  unsigned timer_adds, timer_sets, timer_dels;
  unsigned wakeups; /* a timer ran, or a poll found something ready */

  /* let the next so many calls return NULL */
  unsigned fail_io_add, fail_timer_add;
} fake_loop;

/* Not 0, so that a forgotten deadline of 0 is seen to be in the past. */
#define FAKE_LOOP_START 1000000

fake_loop *fake_loop_new(void);

/* Fails the test when a watch or a timer is left. */
void fake_loop_free(fake_loop *f);

const msnav_loop *fake_loop_vtable(fake_loop *f);

/* Poll the descriptors once without waiting and run what is ready.  The
 * clock stands still and no timer runs.  How many callbacks ran. */
unsigned fake_loop_step(fake_loop *f);

/* Let time pass: run the timers that are due on the way, and the descriptors
 * until none is ready (or 64 polls in one instant did not calm them). */
void fake_loop_advance(fake_loop *f, msnav_usec span);

/* The earliest deadline, MSNAV_NEVER when no timer is armed. */
msnav_usec fake_loop_deadline(const fake_loop *f);

/* The descriptor of the watch that was added last, -1 when there is none. */
int fake_loop_fd(const fake_loop *f);

#endif
