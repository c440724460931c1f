/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "row.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool colours = true;

void row_init(void) {
  const char *none = getenv("NO_COLOR");
  colours = none == NULL || none[0] == '\0';
}

const char *row_mark(const char *strong, const char *plain) {
  return text_is_utf8() ? strong : plain;
}

static const char *code(style s) {
  static const char *const coloured[] = {
    [STYLE_PLAIN] = "",        [STYLE_STRONG] = "\x1b[1m",
    [STYLE_FAINT] = "\x1b[2m", [STYLE_GOOD] = "\x1b[32m",
    [STYLE_FAIR] = "\x1b[33m", [STYLE_BAD] = "\x1b[31m",
    [STYLE_ME] = "\x1b[36m",   [STYLE_PEER] = "\x1b[35m",
    [STYLE_BAR] = "\x1b[7m",   [STYLE_ALARM] = "\x1b[30;43m"};
  if (colours) {
    return coloured[s];
  }
  if (s == STYLE_BAR || s == STYLE_ALARM) {
    return "\x1b[7m";
  }
  return s == STYLE_STRONG ? "\x1b[1m" : "";
}

row row_new(int width) {
  return (row){.bytes = g_string_sized_new(256), .width = width};
}

static void put(row *r, style s, const char *text, size_t len) {
  const char *on = code(s);
  if (len == 0) {
    return;
  }
  g_string_append(r->bytes, on);
  g_string_append_len(r->bytes, text, (gssize)len);
  if (*on != '\0') {
    g_string_append(r->bytes, "\x1b[0m");
  }
}

static int room(const row *r, int max) {
  return MAX(MIN(max, r->width - r->columns), 0);
}

void row_text(row *r, style s, const char *text, int max) {
  size_t len = text_fit(text, room(r, max));
  char *part = g_strndup(text, len);
  put(r, s, part, len);
  r->columns += text_columns(part);
  g_free(part);
}

void row_cut(row *r, style s, const char *text, int max) {
  int most = room(r, max);
  if (text_columns(text) <= most) {
    row_text(r, s, text, max);
    return;
  }
  const char *mark = row_mark("…", "~");
  row_text(r, s, text, most - 1);
  row_text(r, s, mark, 1);
}

void row_to(row *r, style s, int column) {
  row_repeat(r, s, " ", column - r->columns);
}

void row_repeat(row *r, style s, const char *mark, int times) {
  GString *all = g_string_new(NULL);
  times = room(r, times);
  for (int i = 0; i < times; i++) {
    g_string_append(all, mark);
  }
  put(r, s, all->str, all->len);
  r->columns += times;
  g_string_free(all, TRUE);
}

/* Eighths of a column where the terminal has them. */
void row_bar(row *r, style full, double value, int columns) {
  static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  columns = room(r, columns);
  int eighths = (int)(CLAMP(value, 0, 1) * columns * 8 + 0.5);
  if (!text_is_utf8()) {
    row_repeat(r, full, "#", (eighths + 4) / 8);
    row_repeat(r, STYLE_FAINT, ".", columns - (eighths + 4) / 8);
    return;
  }
  row_repeat(r, full, "█", eighths / 8);
  if (eighths % 8 != 0) {
    row_repeat(r, full, parts[eighths % 8], 1);
  }
  row_repeat(r, STYLE_FAINT, "·", columns - (eighths + 7) / 8);
}
