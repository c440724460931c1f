/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame: title, contacts beside what happened, the call, the line that is
 * typed, the keys.  Only rows that changed are written. */
#include "screen_state.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

#define LEAST_COLUMNS 30
#define LEAST_ROWS 10

static row title(const screen *s) {
  const phone *p = s->phone;
  row r = row_new(s->columns);
  char *me = text_safe(msnav_str_of(p->options.account));
  char *server = text_safe(msnav_str_of(p->options.server));
  const char *state = p->online            ? "online"
                      : p->account != NULL ? "connecting"
                                           : "not connected";
  row_text(&r, STYLE_BAR, " msnav-phone  ", 20);
  row_cut(&r, STYLE_BAR, me, s->columns / 2);
  row_text(&r, STYLE_BAR, "  ", 2);
  row_text(&r, STYLE_BAR,
           row_mark(p->online ? "●" : "○", p->online ? "*" : "o"), 1);
  row_text(&r, STYLE_BAR, " ", 1);
  row_text(&r, STYLE_BAR, state, 16);
  int left = s->columns - text_columns(server) - 1;
  if (left > r.columns) {
    row_to(&r, STYLE_BAR, left);
    row_text(&r, STYLE_BAR, server, s->columns);
  }
  row_to(&r, STYLE_BAR, s->columns);
  g_free(me);
  g_free(server);
  return r;
}

/* ---- contacts */

static int contacts_columns(const screen *s) {
  return CLAMP(s->columns / 4, 14, 36);
}

static void contact_row(const screen *s, row *r, size_t index, int columns) {
  const contacts *all = &s->phone->contacts;
  if (index >= all->count) {
    return;
  }
  const contact *c = &all->at[index];
  bool here = contacts_is_here(c);
  bool chosen = c == screen_selected(s);
  bool away = here && strcmp(c->status, "NLN") != 0;
  style plain = chosen ? STYLE_BAR : here ? STYLE_PLAIN : STYLE_FAINT;
  style mark = chosen ? STYLE_BAR
               : away ? STYLE_FAIR
               : here ? STYLE_GOOD
                      : STYLE_FAINT;
  char unread[16] = "";
  if (c->unread > 0) {
    snprintf(unread, sizeof(unread), " (%u)", MIN(c->unread, 99));
  }
  row_text(r, plain, " ", 1);
  row_text(r, mark, row_mark(here ? "●" : "○", here ? "*" : "o"), 1);
  row_text(r, plain, " ", 1);
  row_cut(r, plain, c->name, columns - 4 - (int)strlen(unread));
  row_text(r, c->unread > 0 ? STYLE_FAIR : plain, unread, 8);
  row_to(r, plain, columns - 1);
}

/* The first contact to be shown, so that the chosen one is. */
static size_t contacts_top(const screen *s, int rows) {
  const contact *c = screen_selected(s);
  size_t at = c != NULL ? (size_t)(c - s->phone->contacts.at) : 0;
  return at >= (size_t)rows ? at - (size_t)rows + 1 : 0;
}

/* ---- the line that is typed, and the keys */

static row typed_row(const screen *s, int *cursor) {
  row r = row_new(s->columns);
  const contact *c = screen_selected(s);
  *cursor = -1;
  if (s->mode == MODE_KEYS) {
    return r;
  }
  char *safe = text_safe((msnav_str){s->typed, s->typed_len});
  if (s->mode == MODE_WRITE) {
    row_text(&r, STYLE_ME, " to ", 4);
    row_cut(&r, STYLE_ME, c != NULL ? c->name : "nobody", s->columns / 3);
    row_text(&r, STYLE_ME, "> ", 2);
  } else {
    row_text(&r, STYLE_ME, " : ", 3);
  }
  const char *tail = safe; /* its end is what one wants to see */
  while (text_columns(tail) > s->columns - r.columns - 1) {
    tail += text_fit(tail, 2) > 0 ? text_fit(tail, 2) : 1;
  }
  row_text(&r, STYLE_PLAIN, tail, s->columns);
  *cursor = r.columns + 1;
  g_free(safe);
  return r;
}

static const char *keys(const screen *s) {
  const phone *p = s->phone;
  uint32_t state =
    p->call != NULL ? calls_info(p->call).state : (uint32_t)MSNAV_STATE_IDLE;
  if (s->mode != MODE_KEYS) {
    return s->mode == MODE_WRITE ? "Enter say it   Esc back"
                                 : "Enter do it   Esc back   help lists them";
  }
  if (state == MSNAV_STATE_RINGING) {
    return "a answer   r reject   t write   q quit";
  }
  if (state == MSNAV_STATE_TALKING) {
    return "h hang up   m mute   o hold   0-9 * # dial   t write   q quit";
  }
  if (p->call != NULL) {
    return "h hang up   t write   q quit";
  }
  return row_mark("↑↓ choose   c call   t write   / command   q quit",
                  "j k choose   c call   t write   / command   q quit");
}

static row keys_row(const screen *s) {
  row r = row_new(s->columns);
  row_text(&r, STYLE_BAR, " ", 1);
  row_cut(&r, STYLE_BAR, keys(s), s->columns - 2);
  row_to(&r, STYLE_BAR, s->columns);
  return r;
}

/* ---- a frame */

static void middle(screen *s, row *all, int top, int rows) {
  int left = contacts_columns(s);
  int right = s->columns - left - 2;
  GPtrArray *log = screen_log(s, right);
  int most = MAX((int)log->len - rows, 0);
  s->back = CLAMP(s->back, 0, most);
  int from = most - s->back;
  size_t first = contacts_top(s, rows);
  for (int i = 0; i < rows; i++) {
    row r = row_new(s->columns);
    contact_row(s, &r, first + (size_t)i, left);
    row_to(&r, STYLE_PLAIN, left);
    row_text(&r, STYLE_FAINT, row_mark("│", "|"), 1);
    row_text(&r, STYLE_PLAIN, " ", 1);
    if (from + i < (int)log->len) { /* it is as wide as what is left */
      g_string_append(r.bytes, g_ptr_array_index(log, (guint)(from + i)));
      r.columns = r.width;
    }
    all[top + i] = r;
  }
  g_ptr_array_free(log, TRUE);
}

static row *frame(screen *s, int *cursor) {
  row *all = g_new0(row, s->rows);
  if (s->columns < LEAST_COLUMNS || s->rows < LEAST_ROWS) {
    for (int i = 0; i < s->rows; i++) {
      all[i] = row_new(s->columns);
    }
    row_text(&all[0], STYLE_PLAIN, "too small", s->columns);
    return all;
  }
  int call = MIN(screen_call_rows(s), s->rows - 6);
  int rows = s->rows - 3 - call;
  all[0] = title(s);
  middle(s, all, 1, rows);
  for (int i = 0; i < call; i++) {
    all[1 + rows + i] = screen_call_row(s, i);
  }
  all[s->rows - 2] = typed_row(s, cursor);
  all[s->rows - 1] = keys_row(s);
  return all;
}

static void forget_shown(screen *s) {
  g_strfreev(s->shown);
  s->shown = g_new0(char *, s->rows + 1);
  for (int i = 0; i < s->rows; i++) {
    s->shown[i] = g_strdup("?");
  }
}

void screen_draw(screen *s) {
  int columns;
  int rows;
  int cursor = -1;
  GString *out = g_string_new("\x1b[?25l");
  terminal_size(s->terminal, &columns, &rows);
  if (columns != s->columns || rows != s->rows || s->broken) {
    s->columns = columns;
    s->rows = rows;
    forget_shown(s);
    g_string_append(out, "\x18\x1b[0m\x1b[2J");
  }
  row *all = frame(s, &cursor);
  for (int i = 0; i < rows; i++) {
    /* blanks to the end: erasing would take the last column with it */
    row_to(&all[i], STYLE_PLAIN, columns);
    char *bytes = g_string_free(all[i].bytes, FALSE);
    if (strcmp(bytes, s->shown[i]) != 0) {
      g_string_append_printf(out, "\x1b[%d;1H%s", i + 1, bytes);
      g_free(s->shown[i]);
      s->shown[i] = bytes;
    } else {
      g_free(bytes);
    }
  }
  g_free(all);
  if (cursor >= 0) {
    g_string_append_printf(out, "\x1b[%d;%dH\x1b[?25h", rows - 1, cursor);
  }
  s->broken = !terminal_write(s->terminal, out->str, out->len);
  g_string_free(out, TRUE);
}
