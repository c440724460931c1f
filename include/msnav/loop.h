/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  The event loop the caller brings, and a small one for programs without.
 *
 *  libmsnav has no thread and no loop of its own.  It asks the caller's loop
 *  for one descriptor watch and one timer per context, however many calls
 *  are up, and for nothing at all while it is idle. */
#ifndef MSNAV_LOOP_H
#define MSNAV_LOOP_H

#include <msnav/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Readiness bits. */
enum {
  MSNAV_IO_READ = 1, /**< readable, hung up or in error */
  MSNAV_IO_WRITE = 2 /**< writable */
};

/** Called by the loop when a descriptor is ready.
 *  @param fd     the descriptor.
 *  @param events MSNAV_IO_READ, MSNAV_IO_WRITE or both.
 *  @param arg    what was given to io_add. */
typedef void (*msnav_io_fn)(int fd, unsigned events, void *arg);

/** Called by the loop at or after the requested time, once per timer_set.
 *  @param arg what was given to timer_add. */
typedef void (*msnav_timer_fn)(void *arg);

/** Event loop supplied by the caller; every member is required.  Removal is
 *  allowed inside any callback, of the watch that is calling too; after it
 *  the callback is not called again.  The struct is copied: it need not
 *  outlive the call it was given to, but what @c data points to must. */
typedef struct msnav_loop {
  size_t size; /**< sizeof of the struct the caller was built with */
  void *data;  /**< passed to every function below */
  /** Current monotonic time. */
  msnav_usec (*now)(void *data);
  /** Watch a descriptor, level-triggered; NULL means out of memory, or a
   *  descriptor that cannot be watched.  One descriptor has one watch. */
  void *(*io_add)(void *data, int fd, unsigned events, msnav_io_fn fn,
                  void *arg);
  /** Change the watched events; 0 pauses the watch. */
  void (*io_mod)(void *data, void *io, unsigned events);
  /** Stop watching, before the descriptor is closed; safe inside the
   *  callback. */
  void (*io_del)(void *data, void *io);
  /** Make a disarmed one-shot timer; NULL means out of memory. */
  void *(*timer_add)(void *data, msnav_timer_fn fn, void *arg);
  /** Arm at an absolute time on now()'s clock, re-arm, or disarm with
   *  #MSNAV_NEVER. */
  void (*timer_set)(void *data, void *timer, msnav_usec at);
  /** Destroy; safe inside the callback. */
  void (*timer_del)(void *data, void *timer);
} msnav_loop;

/** Check that a loop can be used.
 *  @param loop caller's loop.
 *  @retval MSNAV_OK          usable
 *  @retval MSNAV_ERR_INVALID a member is missing, or size is too small */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_loop_check(const msnav_loop *loop);

/** An event loop on epoll(7) for programs that have none. */
typedef struct msnav_epoll msnav_epoll;

/** Make an epoll loop.
 *  @param[out] out receives the loop, owned by the caller.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID @p out is NULL
 *  @retval MSNAV_ERR_NOMEM   no memory
 *  @retval MSNAV_ERR_SYSTEM  epoll_create1(2) failed */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_epoll_new(msnav_epoll **out);

/** Destroy an epoll loop.  Its watches and timers must be gone.  Inside a
 *  callback it is the last thing done with the loop: the step or run that is
 *  up ends after it.
 *  @param e may be NULL. */
MSNAV_API void msnav_epoll_free(msnav_epoll *e);

/** The loop as libmsnav wants to see it.
 *  @param e the loop.
 *  @return a vtable that is valid as long as @p e; NULL for NULL. */
MSNAV_API const msnav_loop *msnav_epoll_loop(msnav_epoll *e);

/** Run until msnav_epoll_stop().
 *  @param e the loop.
 *  @retval MSNAV_OK          stopped
 *  @retval MSNAV_ERR_INVALID @p e is NULL
 *  @retval MSNAV_ERR_SYSTEM  epoll_wait(2) failed */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_epoll_run(msnav_epoll *e);

/** Wait for readiness or a timer at most until @p until, and run what is due.
 *  @param e     the loop.
 *  @param until absolute time; a time in the past polls once,
 *               #MSNAV_NEVER waits as long as it takes.
 *  @retval MSNAV_OK          callbacks ran, or the time or a signal came
 *  @retval MSNAV_ERR_INVALID @p e is NULL
 *  @retval MSNAV_ERR_SYSTEM  epoll_wait(2) failed */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_epoll_step(msnav_epoll *e,
                                                        msnav_usec until);

/** Make msnav_epoll_run() return after the callback that is running.
 *  @param e the loop. */
MSNAV_API void msnav_epoll_stop(msnav_epoll *e);

/** How often the loop came back from epoll_wait(2).
 *  @param e the loop.
 *  @return the count since msnav_epoll_new(). */
MSNAV_API uint64_t msnav_epoll_wakeups(const msnav_epoll *e);

#ifdef __cplusplus
}
#endif
#endif
