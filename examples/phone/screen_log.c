/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happened, in rows: long texts are wrapped at blanks. */
#include "screen_state.h"

#include "text.h"

#include <string.h>

#define INDENT 6 /* the clock and a blank */

/* How many bytes of the text stand in a row, and how many are used up. */
static size_t wrap(const char *text, int columns, size_t *used) {
  size_t fit = text_fit(text, columns);
  *used = fit;
  if (text[fit] == '\0') {
    return fit;
  }
  for (size_t i = fit; i > fit / 2; i--) {
    if (text[i] == ' ') {
      *used = i + 1;
      return i;
    }
  }
  if (fit == 0) { /* a character wider than the row */
    fit = *used = strlen(text);
  }
  return fit;
}

static void add_entry(GPtrArray *rows, const entry *e, int columns) {
  const char *text = e->text;
  bool first = true;
  do {
    row r = row_new(columns);
    size_t used;
    size_t len = wrap(text, columns - INDENT, &used);
    char *part = g_strndup(text, len);
    row_text(&r, STYLE_FAINT, first ? e->clock : "", INDENT);
    row_to(&r, STYLE_PLAIN, INDENT);
    row_text(&r, e->style, part, columns);
    row_to(&r, STYLE_PLAIN, columns);
    g_free(part);
    g_ptr_array_add(rows, g_string_free(r.bytes, FALSE));
    text += used;
    first = false;
  } while (*text != '\0');
}

GPtrArray *screen_log(const screen *s, int columns) {
  GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
  for (size_t i = 0; i < s->count; i++) {
    add_entry(rows, &s->entries[(s->first + i) % MOST_LINES], columns);
  }
  return rows;
}
