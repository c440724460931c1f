/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two bare agents of Sofia's on one root of their own, and nothing behind
 * them: no MSNP, no guard, no SDP, no media. */
#ifndef TESTS_BARE_H
#define TESTS_BARE_H

/* Once, before everything else. */
void bare_init(void);

/* Both agents. */
void bare_open(void);
void bare_close(void);

/* A call between them, its six messages from INVITE to the answered BYE. */
void bare_call(void);

#endif
