/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches and timers on one epoll set: what the epoll loop and the mux have
 * in common. */
#ifndef MSNAV_LOOP_SET_H
#define MSNAV_LOOP_SET_H

#include "loop/heap.h"

#define MSNAV_SET_BATCH 64 /* descriptors run per poll */

typedef struct msnav_watch msnav_watch;

typedef struct msnav_set {
  int epfd;
  size_t watches;       /* live ones */
  msnav_watch *all;     /* live ones, linked */
  msnav_watch *removed; /* wait until no dispatch can meet them */
  msnav_heap heap;
  msnav_usec now; /* of the timers that are running, 0: none */
  unsigned depth; /* nested dispatches */
} msnav_set;

msnav_error msnav_set_init(msnav_set *s);
void msnav_set_close(msnav_set *s);

void *msnav_set_io_add(msnav_set *s, int fd, unsigned events, msnav_io_fn fn,
                       void *arg);
void msnav_set_io_mod(msnav_set *s, void *io, unsigned events);
void msnav_set_io_del(msnav_set *s, void *io);
void msnav_set_timer_set(msnav_set *s, void *timer, msnav_usec at);

/* Earliest deadline, MSNAV_NEVER when there is none. */
msnav_usec msnav_set_deadline(const msnav_set *s);

/* Wait at most timeout milliseconds (-1: for ever) and run what is ready, at
 * most one batch; the number of ready descriptors, or MSNAV_ERR_SYSTEM. */
int msnav_set_poll(msnav_set *s, int timeout);

/* Run the timers that are due at now, in their order; those that are armed
 * meanwhile run at the next call. */
void msnav_set_run_timers(msnav_set *s, msnav_usec now);

msnav_usec msnav_set_clock(void);

#endif
