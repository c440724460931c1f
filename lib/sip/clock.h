/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of the wall clock, which Sofia's timers run on. */
#ifndef MSNAV_SIP_CLOCK_H
#define MSNAV_SIP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* How far the wall clock stands from the monotonic one, in microseconds. */
int64_t msnav_clock_offset(void);

/* Whether the wall clock was set between two such readings.  What slewing
 * does to a transaction's timers is far less. */
bool msnav_clock_stepped(int64_t before, int64_t now);

#endif
