/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Via (RFC 3261 section 20.42).  It is never used to route anything, only
 * echoed: but other programs read the echo. */
#ifndef MSNAV_SIPGUARD_VIA_H
#define MSNAV_SIPGUARD_VIA_H

#include "sipguard/message.h"

/* All Via lines of a message: 1 to MSNAV_GUARD_MAX_VIAS hops, the first over
 * UDP, no port 0.  *branch receives that of the first hop, or nothing. */
bool msnav_guard_via_read(const msnav_guard_lines *lines, size_t *hops,
                          msnav_str *branch);

#endif
