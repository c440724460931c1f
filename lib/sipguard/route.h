/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record-Route and Route (RFC 3261 sections 12.1 and 16.12.1.1).  Sofia does
 * not see them: the guard keeps the route set and obeys it. */
#ifndef MSNAV_SIPGUARD_ROUTE_H
#define MSNAV_SIPGUARD_ROUTE_H

#include "sipguard/message.h"

#define MSNAV_GUARD_MAX_ROUTES 4
#define MSNAV_GUARD_MAX_ROUTE 128 /* bytes in one entry */
#define MSNAV_GUARD_ROUTES_TEXT                                                \
  ((size_t)MSNAV_GUARD_MAX_ROUTES * (MSNAV_GUARD_MAX_ROUTE + 1))

/* All entries as one text, one a line, in the order of the message or
 * reversed (what a caller needs).  Empty without Record-Route.  False: too
 * many, too long, or no <sip:...>. */
bool msnav_guard_route_read(const msnav_guard_lines *lines, bool reversed,
                            char buf[MSNAV_GUARD_ROUTES_TEXT], msnav_str *text);

/* The URI of a Contact that requests to the peer may name, or nothing. */
msnav_str msnav_guard_route_contact(const msnav_guard_message *m);

/* The URI of the first entry when that proxy is a strict router (has no ;lr,
 * section 12.2.1.1), else nothing. */
msnav_str msnav_guard_route_strict(msnav_str text);

#endif
