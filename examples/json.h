/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON on a stream, for the programs beside it.  Bytes that are no UTF-8
 * become U+FFFD, and what terminals act on is escaped: whatever a peer sent,
 * the output stays JSON and can be looked at. */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include <msnav/base.h>
#include <stdio.h>

/* A string with its quotes. */
void json_string(FILE *f, msnav_str text);
/* "name": "text" or "name": number, with ", " in front unless it is the
 * first member. */
void json_member(FILE *f, bool first, const char *name, msnav_str text);
void json_number(FILE *f, bool first, const char *name, double value);

#endif
