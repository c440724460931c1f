/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIGINT, SIGTERM and SIGHUP as an event of the loop. */
#ifndef EXAMPLES_SIGNALS_H
#define EXAMPLES_SIGNALS_H

#include <msnav/loop.h>

typedef struct signals {
  msnav_loop loop;
  int fd;
  void *io;
  void (*fn)(void *arg);
  void *arg;
} signals;

/* Call fn once for each signal; false when the system refuses. */
bool signals_watch(signals *s, const msnav_loop *loop, void (*fn)(void *arg),
                   void *arg);
/* After signals_watch(), or of a struct that is all zero. */
void signals_unwatch(signals *s);

#endif
