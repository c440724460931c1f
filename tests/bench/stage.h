/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A loop whose time can stand still: its now() does not move then, and no
 * timer beyond it fires; descriptors are served all the same. */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <msnav/loop.h>

typedef struct stage {
  msnav_epoll *epoll;
  msnav_loop loop;
  struct bell *bells;
  bool still;
  msnav_usec at;     /* while time stands still */
  msnav_usec behind; /* real time is ahead by this */
  unsigned long events;
} stage;

void stage_open(stage *s);
void stage_close(stage *s);
void stage_stop(stage *s);
void stage_go(stage *s);

/* The time outside. */
msnav_usec stage_real_now(stage *s);

#endif
