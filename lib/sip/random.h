/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that nobody can guess: tags, cookies, SSRCs. */
#ifndef MSNAV_SIP_RANDOM_H
#define MSNAV_SIP_RANDOM_H

#include <msnav/dialog.h>
#include <stddef.h>

/* Random bytes that were asked of the kernel together.  Each is given once and
 * wiped; a child of fork() finds none. */
typedef struct msnav_random msnav_random;

/* NULL: there is no memory that a child would find empty. */
msnav_random *msnav_random_new(void);
void msnav_random_free(msnav_random *pool);

/* The kernel's; those of GLib where a sandbox keeps the kernel's back.  Not
 * for keys.  pool NULL: the kernel is asked for these alone. */
void msnav_random_bytes(msnav_random *pool, void *bytes, size_t len);

/* The one a msnav_sip draws from; it lives as long, and may be NULL. */
msnav_random *msnav_sip_random_pool(const msnav_sip *sip);

#endif
