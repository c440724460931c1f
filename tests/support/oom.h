/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocations that fail on demand, how many there were, and what is left in
 * memory that is freed: of the library and of the tests, not of GLib, Sofia
 * and libc. */
#ifndef MSNAV_TEST_OOM_H
#define MSNAV_TEST_OOM_H

#include <stdbool.h>
#include <stddef.h>

/* Let one allocation fail: the nth from now, 1 is the next; 0: none. */
void oom_fail(unsigned nth);

/* Whether it came to that; and lets none fail any more. */
bool oom_failed(void);

/* Allocations since the program began, reallocations included. */
unsigned long oom_allocations(void);

/* Look for these bytes in every block that is freed from now on; NULL: stop.
 * They are not copied. */
void oom_watch(const void *secret, size_t len);

/* How many blocks had them. */
unsigned oom_found(void);

#endif
