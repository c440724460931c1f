/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each file here shows: libmsnav on one more event loop.  call.c places
 * the same call over each of them. */
#ifndef EXAMPLES_LOOPS_ADAPTER_H
#define EXAMPLES_LOOPS_ADAPTER_H

#include <msnav/loop.h>

extern const char adapter_name[];
bool adapter_open(msnav_loop *loop); /* false: it cannot be */
void adapter_turn(void);             /* wait for something and run it */
void adapter_close(void);

#endif
