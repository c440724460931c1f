/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A wall clock that can be set.  A test linked with timejump.c has it in the
 * whole process, libraries included; the monotonic clock is left alone. */
#ifndef MSNAV_TIMEJUMP_H
#define MSNAV_TIMEJUMP_H

void timejump(long long seconds);

#endif
