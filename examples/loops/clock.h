/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EXAMPLES_LOOPS_CLOCK_H
#define EXAMPLES_LOOPS_CLOCK_H

#include <msnav/base.h>
#include <time.h>

/* msnav_loop's now() where a loop's own clock is CLOCK_MONOTONIC. */
static inline msnav_usec monotonic(void *data) {
  struct timespec t;
  (void)data;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (msnav_usec)t.tv_sec * 1000000 + (msnav_usec)t.tv_nsec / 1000;
}

#endif
