/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixed words of invitations. */
#ifndef MSNAV_INVITE_NAMES_H
#define MSNAV_INVITE_NAMES_H

#include "base/text.h"
#include <msnav/invite.h>

#define MSNAV_INVITE_HEADER                                                    \
  "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "                   \
  "charset=UTF-8\r\n\r\n"

/* Indexed by their enums; NULL or "" where there is no word. */
extern const char *const msnav_invite_commands[4];
extern const char *const msnav_invite_cancel_codes[7];
extern const char *const msnav_invite_conn_types[8];

/* Position of a word in such a list without case, 0 when it is not there. */
uint32_t
msnav_invite_lookup(msnav_str word, const char *const *list, uint32_t count);

/* The MSNAV_HAS_ bit of a field name without case, 0 for unknown names.
 * Context-Data gives MSNAV_HAS_REQUESTED. */
uint32_t msnav_invite_field(msnav_str name);

#endif
