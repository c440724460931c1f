/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row of the screen in the making: text with styles, never wider than
 * the row. */
#ifndef EXAMPLES_PHONE_ROW_H
#define EXAMPLES_PHONE_ROW_H

#include <glib.h>
#include <stdbool.h>

typedef enum style {
  STYLE_PLAIN,
  STYLE_STRONG,
  STYLE_FAINT,
  STYLE_GOOD,
  STYLE_FAIR,
  STYLE_BAD,
  STYLE_ME,
  STYLE_PEER,
  STYLE_BAR, /* reversed */
  STYLE_ALARM
} style;

typedef struct row {
  GString *bytes;
  int columns, width;
} row;

/* Colours unless NO_COLOR is set or TERM is "dumb". */
void row_init(void);
row row_new(int width);
/* As much of a safe text as there is room for, at most max columns. */
void row_text(row *r, style s, const char *text, int max);
/* The same of one that does not fit: its end is cut and marked. */
void row_cut(row *r, style s, const char *text, int max);
/* Blanks up to a column. */
void row_to(row *r, style s, int column);
void row_repeat(row *r, style s, const char *mark, int times);
/* A bar of so many columns that is full from 0 to 1.  full: the style of its
 * filled part. */
void row_bar(row *r, style full, double value, int columns);
/* "strong" where there is UTF-8, else "plain". */
const char *row_mark(const char *strong, const char *plain);

#endif
