/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that nobody can guess: tags, cookies, SSRCs. */
#ifndef MSNAV_SIP_RANDOM_H
#define MSNAV_SIP_RANDOM_H

#include <stddef.h>

/* The kernel's; those of GLib where a sandbox keeps the kernel's back.  Not
 * for keys. */
void msnav_random_bytes(void *bytes, size_t len);

#endif
