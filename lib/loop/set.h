/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches and timers on one epoll set: what the epoll loop and the mux have
 * in common.  A descriptor can have one watch, and stops being watched before
 * it is closed: epoll would go on reporting a copy of it. */
#ifndef MSNAV_LOOP_SET_H
#define MSNAV_LOOP_SET_H

#include "loop/heap.h"
#include <sys/epoll.h>

#define MSNAV_SET_BATCH 64 /* descriptors run per wait */

typedef struct msnav_watch msnav_watch;

typedef struct msnav_set {
  int epfd;
  size_t watches;       /* live ones */
  msnav_watch *all;     /* live ones, linked */
  msnav_watch *removed; /* wait until no dispatch can meet them */
  msnav_heap heap;
  msnav_usec now; /* of the timers that are running, 0: none */
  unsigned depth; /* enters without their leave */
  bool halted;    /* no more callbacks before the outermost leave */
} msnav_set;

/* What a wait found, until it is dispatched. */
typedef struct msnav_set_ready {
  int count;
  struct epoll_event events[MSNAV_SET_BATCH];
} msnav_set_ready;

/* MSNAV_ERR_SYSTEM when there is no descriptor to be had. */
msnav_error msnav_set_init(msnav_set *s);
/* Drops what is left.  Not inside a dispatch. */
void msnav_set_close(msnav_set *s);

/* The members of a msnav_loop whose data is the set itself.  io_add is NULL
 * also for a descriptor that epoll refuses. */
msnav_usec msnav_set_clock(void *set);
void *
msnav_set_io_add(void *set, int fd, unsigned events, msnav_io_fn fn, void *arg);
void msnav_set_io_mod(void *set, void *io, unsigned events);
void msnav_set_io_del(void *set, void *io);
void *msnav_set_timer_add(void *set, msnav_timer_fn fn, void *arg);
void msnav_set_timer_set(void *set, void *timer, msnav_usec at);
void msnav_set_timer_del(void *set, void *timer);

/* Earliest deadline, MSNAV_NEVER when there is none. */
msnav_usec msnav_set_deadline(const msnav_set *s);

/* Wait at most timeout milliseconds (-1: for ever) for at most one batch.  A
 * signal ends the wait with nothing found.  Nothing may be removed between
 * this and its dispatch but by callbacks.  MSNAV_OK or MSNAV_ERR_SYSTEM. */
msnav_error
msnav_set_wait(const msnav_set *s, int timeout, msnav_set_ready *ready);

/* Callbacks run between these two, which nest: what is removed meanwhile is
 * released by the outermost leave. */
void msnav_set_enter(msnav_set *s);
void msnav_set_leave(msnav_set *s);

/* Run what a wait found. */
void msnav_set_dispatch(msnav_set *s, const msnav_set_ready *ready);

/* Run the timers that are due at now, in their order; those that are armed
 * meanwhile run at the next call. */
void msnav_set_run_timers(msnav_set *s, msnav_usec now);

/* Run no more callbacks, after the one that is running, before the outermost
 * leave. */
void msnav_set_halt(msnav_set *s);

#endif
