/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocations that fail on demand, and how many there were: those of the
 * library and of the tests, not those of GLib, Sofia and libc. */
#ifndef MSNAV_TEST_OOM_H
#define MSNAV_TEST_OOM_H

#include <stdbool.h>

/* Let one allocation fail: the nth from now, 1 is the next; 0: none. */
void oom_fail(unsigned nth);

/* Whether it came to that; and lets none fail any more. */
bool oom_failed(void);

/* Allocations since the program began, reallocations included. */
unsigned long oom_allocations(void);

#endif
