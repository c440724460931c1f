/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that have no loop use the library's own, on epoll(7). */
#include "adapter.h"

const char adapter_name[] = "epoll";

static msnav_epoll *epoll;

bool adapter_open(msnav_loop *loop) {
  if (msnav_epoll_new(&epoll) != MSNAV_OK) {
    return false;
  }
  *loop = *msnav_epoll_loop(epoll);
  return true;
}

void adapter_turn(void) {
  (void)!msnav_epoll_step(epoll, MSNAV_NEVER); /* or msnav_epoll_run() */
}

void adapter_close(void) {
  msnav_epoll_free(epoll);
}
