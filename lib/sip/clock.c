/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip/clock.h"
#include <time.h>

#define STEP INT64_C(1000000) /* microseconds */

static int64_t read_clock(clockid_t id) {
  struct timespec t = {0, 0};
  (void)clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t msnav_clock_offset(void) {
  return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

bool msnav_clock_stepped(int64_t before, int64_t now) {
  return now - before > STEP || before - now > STEP;
}
