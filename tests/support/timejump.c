/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/timejump.h"
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long jumped;

void timejump(long long seconds) {
  jumped += seconds;
}

int clock_gettime(clockid_t id, struct timespec *t) {
  int err = (int)syscall(SYS_clock_gettime, id, t);
  if (err == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
    t->tv_sec += (time_t)jumped;
  }
  return err;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
  (void)zone;
  struct timespec t;
  int err = clock_gettime(CLOCK_REALTIME, &t);
  tv->tv_sec = t.tv_sec;
  tv->tv_usec = t.tv_nsec / 1000;
  return err;
}

time_t time(time_t *out) {
  struct timespec t;
  (void)clock_gettime(CLOCK_REALTIME, &t);
  if (out != NULL) {
    *out = t.tv_sec;
  }
  return t.tv_sec;
}
