/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixed words of invitations. */
#ifndef MSNAV_INVITE_NAMES_H
#define MSNAV_INVITE_NAMES_H

#include "base/sized.h"
#include "base/text.h"
#include <msnav/invite.h>
#include <string.h>

#define MSNAV_INVITE_HEADER                                                    \
  "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "                   \
  "charset=UTF-8\r\n\r\n"

/* The first msnav_invite that was released. */
#define MSNAV_INVITE_LEAST MSNAV_SIZED_UP_TO(msnav_invite, source)

/* Indexed by their enums; empty where there is no word. */
extern const msnav_str msnav_invite_commands[4];
extern const msnav_str msnav_invite_cancel_codes[7];
extern const msnav_str msnav_invite_conn_types[8];

/* Position of a word in such a list without case, 0 when it is not there. */
uint32_t
msnav_invite_lookup(msnav_str word, const msnav_str *list, uint32_t count);

/* The MSNAV_HAS_ bit of a field name without case, 0 for unknown names.
 * Context-Data gives MSNAV_HAS_REQUESTED. */
uint32_t msnav_invite_field(msnav_str name);

#endif
