/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Via (RFC 3261 section 20.42).  It is never used to route anything, only
 * echoed: but other programs read the echo, and route by it. */
#ifndef MSNAV_SIPGUARD_VIA_H
#define MSNAV_SIPGUARD_VIA_H

#include "base/text.h"
#include "sipguard/message.h"

/* All Via lines of a message: 1 to MSNAV_GUARD_MAX_VIAS hops, the first over
 * UDP, no port 0.  *branch receives that of the first hop, or nothing. */
bool msnav_guard_via_read(const msnav_guard_lines *lines, size_t *hops,
                          msnav_str *branch);

/* Write a first line that was read, and in its first hop where the request
 * came from: received= when the hop names another host (RFC 3261 section
 * 18.2.1), both it and the port for an empty rport (RFC 3581 section 4). */
void msnav_guard_via_write(msnav_str line, const msnav_addr *source,
                           msnav_out *out);

#endif
