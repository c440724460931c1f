/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came from the network, made fit for a terminal. */
#ifndef EXAMPLES_PHONE_TEXT_H
#define EXAMPLES_PHONE_TEXT_H

#include <msnav/base.h>

/* Set up by the locale: whether the terminal shows UTF-8. */
void text_init(void);
bool text_is_utf8(void);
/* A copy for g_free() in which nothing can move the cursor, change colours or
 * turn the direction of writing: control and format characters and broken
 * UTF-8 stand as \xHH.  Where there is no UTF-8, all but ASCII too. */
char *text_safe(msnav_str text);
/* The same of a name as it is on the wire, percent-encoded. */
char *text_name(msnav_str wire);
/* Columns that a safe text takes. */
int text_columns(const char *text);
/* How many bytes of a safe text fit into so many columns. */
size_t text_fit(const char *text, int columns);

#endif
