/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of a message says, in words. */
#ifndef DECODE_EXPLAIN_H
#define DECODE_EXPLAIN_H

#include "model.h"

/* "Name: value" of an invitation; freed by the caller. */
char *explain_invitation(msnav_str name, msnav_str value);
/* A SIP header by its name; "" when unknown; static. */
const char *explain_header(msnav_str name);
/* First line of a SIP message: a method or a status; static. */
const char *explain_method(msnav_str method);
const char *explain_status(unsigned status);
/* A line of a session description; freed by the caller. */
char *explain_sdp(char type, msnav_str value);
/* Name and rate of a payload type of RFC 3551; false: none. */
bool static_format(unsigned payload_type, const char **name, uint32_t *rate);

#endif
