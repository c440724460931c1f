/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the screen's parts share. */
#ifndef EXAMPLES_PHONE_SCREEN_STATE_H
#define EXAMPLES_PHONE_SCREEN_STATE_H

#include "row.h"
#include "screen.h"
#include "terminal.h"

#define MOST_LINES 1000
#define MOST_TYPED 1200 /* bytes; more does not fit a MSG */

/* One line of what happened. */
typedef struct entry {
  char clock[6]; /* "12:34" */
  style style;
  char *text;
} entry;

typedef enum mode { MODE_KEYS, MODE_WRITE, MODE_COMMAND } mode;

typedef struct screen {
  phone *phone;
  terminal *terminal;
  void *timer;
  bool drawing, broken; /* a frame is due; the last one did not arrive whole */
  msnav_usec drawn, rung;
  char **shown; /* rows as they stand on the terminal */
  int columns, rows;
  entry entries[MOST_LINES];
  size_t first, count;
  int back;       /* rows that the log is scrolled back */
  char *selected; /* account */
  mode mode;
  char typed[MOST_TYPED + 8];
  size_t typed_len;
  char *last_error, *last_call;
} screen;

/* screen.c */
const contact *screen_selected(const screen *s);

/* screen_log.c: the last rows of what happened, for g_ptr_array_free() */
GPtrArray *screen_log(const screen *s, int columns);

/* screen_call.c: the call in so many rows, 0 without one */
int screen_call_rows(const screen *s);
row screen_call_row(const screen *s, int index);

/* screen_draw.c */
void screen_draw(screen *s);

#endif
