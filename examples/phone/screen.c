/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen's state, and what keys do. */
#include "screen.h"

#include "screen_state.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define FRAME 50000        /* µs between two frames */
#define MOVING 100000      /* µs between two of a call that is up */
#define BELL_EVERY 3000000 /* µs, while somebody calls */

const contact *screen_selected(const screen *s) {
  const contacts *all = &s->phone->contacts;
  const contact *c =
    s->selected != NULL ? contacts_find(all, msnav_str_of(s->selected)) : NULL;
  return c != NULL || all->count == 0 ? c : &all->at[0];
}

/* ---- when to draw */

static void draw_soon(screen *s) {
  const msnav_loop *loop = &s->phone->loop;
  if (!s->drawing) {
    s->drawing = true;
    msnav_usec now = loop->now(loop->data);
    loop->timer_set(loop->data, s->timer, MAX(now, s->drawn + FRAME));
  }
}

static void ring(screen *s, msnav_usec now) {
  bool rings = calls_info(s->phone->call).state == MSNAV_STATE_RINGING;
  if (rings && now >= s->rung + BELL_EVERY) {
    s->rung = now;
    (void)terminal_write(s->terminal, "\a", 1);
  }
}

static void on_frame(void *arg) {
  screen *s = arg;
  const msnav_loop *loop = &s->phone->loop;
  s->drawing = false;
  s->drawn = loop->now(loop->data);
  if (terminal_busy(s->terminal)) { /* slow, or stopped by Ctrl-S */
    draw_soon(s);
    return;
  }
  screen_draw(s);
  if (s->phone->call != NULL || s->broken) {
    if (s->phone->call != NULL) {
      ring(s, s->drawn);
    }
    s->drawing = true;
    loop->timer_set(loop->data, s->timer, s->drawn + MOVING);
  }
}

/* ---- what happened */

static void add(screen *s, style look, const char *text) {
  entry *e = &s->entries[(s->first + s->count) % MOST_LINES];
  if (s->count == MOST_LINES) {
    g_free(e->text);
    s->first = (s->first + 1) % MOST_LINES;
  } else {
    s->count++;
  }
  GDateTime *now = g_date_time_new_now_local();
  char *clock = g_date_time_format(now, "%H:%M");
  g_strlcpy(e->clock, clock, sizeof(e->clock));
  g_free(clock);
  g_date_time_unref(now);
  e->style = look;
  e->text = g_strdup(text);
}

static const char *member(const event *e, const char *name) {
  for (size_t i = 0; i < e->count; i++) {
    if (strcmp(e->members[i].name, name) == 0) {
      return e->members[i].text;
    }
  }
  return NULL;
}

static style style_of(const event *e) {
  if (e->error) {
    return STYLE_BAD;
  }
  if (strcmp(e->kind, "chat") == 0) {
    return STYLE_PEER;
  }
  if (strcmp(e->kind, "said") == 0) {
    return STYLE_ME;
  }
  if (strcmp(e->kind, "contact") == 0) {
    return STYLE_FAINT;
  }
  return strcmp(e->kind, "ended") == 0 ? STYLE_STRONG : STYLE_PLAIN;
}

static void note_unread(screen *s, const char *peer) {
  contact *c = peer != NULL
                 ? contacts_find(&s->phone->contacts, msnav_str_of(peer))
                 : NULL;
  if (c != NULL && c != screen_selected(s)) {
    c->unread++;
  }
}

void screen_tell(screen *s, const event *e) {
  if (strcmp(e->kind, "chat") == 0) {
    note_unread(s, member(e, "peer"));
  }
  if (strcmp(e->kind, "incoming") == 0) {
    s->rung = 0;
  }
  if (e->sentence != NULL) {
    add(s, style_of(e), e->sentence);
    char **keep = e->error                        ? &s->last_error
                  : strcmp(e->kind, "ended") == 0 ? &s->last_call
                                                  : NULL;
    if (keep != NULL) {
      g_free(*keep);
      *keep = g_strdup(e->sentence);
    }
  }
  draw_soon(s);
}

/* ---- keys */

static void choose(screen *s, int step) {
  const contacts *all = &s->phone->contacts;
  const contact *c = screen_selected(s);
  if (c == NULL) {
    return;
  }
  int at = CLAMP((int)(c - all->at) + step, 0, (int)all->count - 1);
  g_free(s->selected);
  s->selected = g_strdup(all->at[at].account);
  all->at[at].unread = 0;
}

static void begin_typing(screen *s, mode m) {
  s->mode = m;
  s->typed_len = 0;
}

static void call_selected(screen *s) {
  const contact *c = screen_selected(s);
  if (c == NULL) {
    phone_complain(s->phone, "nobody to call: / and then call WHO");
  } else {
    calls_call(s->phone, msnav_str_of(c->account));
  }
}

static void press_key(screen *s, uint32_t key) {
  phone *p = s->phone;
  if (key < 0x80 && strchr("0123456789*#ABCD", (int)key) != NULL && key != 0) {
    calls_press(p, (char)key);
    return;
  }
  switch (key) {
  case 'a':
    calls_answer(p);
    break;
  case 'r':
    calls_reject(p);
    break;
  case 'h':
    calls_hang_up(p);
    break;
  case 'm':
    calls_mute(p);
    break;
  case 'o':
    calls_hold(p);
    break;
  case 'c':
    call_selected(s);
    break;
  case 't':
  case KEY_ENTER:
    begin_typing(s, MODE_WRITE);
    break;
  case '/':
  case ':':
    begin_typing(s, MODE_COMMAND);
    break;
  case 'q':
    phone_leave(p, EXIT_OK);
    break;
  default:
    break;
  }
}

static void move_key(screen *s, uint32_t key) {
  switch (key) {
  case KEY_UP:
  case 'k':
    choose(s, -1);
    break;
  case KEY_DOWN:
  case 'j':
    choose(s, 1);
    break;
  case KEY_PAGE_UP:
    s->back += s->rows / 2;
    break;
  case KEY_PAGE_DOWN:
    s->back -= s->rows / 2;
    break;
  case KEY_REDRAW:
    s->broken = true;
    break;
  default:
    press_key(s, key);
    break;
  }
}

static void enter(screen *s) {
  mode m = s->mode;
  const contact *c = screen_selected(s);
  s->typed[s->typed_len] = '\0';
  s->mode = MODE_KEYS;
  s->back = 0;
  if (s->typed_len == 0) {
    return;
  }
  if (m == MODE_COMMAND) {
    commands_run(s->phone, s->typed);
  } else if (c != NULL) {
    chat_say(s->phone, msnav_str_of(c->account), msnav_str_of(s->typed));
    s->mode = MODE_WRITE; /* one says more than one thing */
  }
  s->typed_len = 0;
}

static void type_key(screen *s, uint32_t key) {
  char bytes[6];
  size_t len;
  switch (key) {
  case KEY_ENTER:
    enter(s);
    return;
  case KEY_ESCAPE:
    s->mode = MODE_KEYS;
    return;
  case KEY_ERASE_LINE:
    s->typed_len = 0;
    return;
  case KEY_ERASE_WORD:
    while (s->typed_len > 0 && s->typed[s->typed_len - 1] == ' ') {
      s->typed_len--;
    }
    while (s->typed_len > 0 && s->typed[s->typed_len - 1] != ' ') {
      s->typed_len--;
    }
    return;
  case KEY_BACKSPACE:
    while (s->typed_len > 0 &&
           ((unsigned char)s->typed[--s->typed_len] & 0xc0) == 0x80) {
      /* the whole character */
    }
    return;
  case KEY_UP:
  case KEY_DOWN:
  case KEY_PAGE_UP:
  case KEY_PAGE_DOWN:
  case KEY_REDRAW:
    move_key(s, key);
    return;
  default:
    len = (size_t)g_unichar_to_utf8(key, bytes);
    if (s->typed_len + len <= MOST_TYPED) {
      memcpy(s->typed + s->typed_len, bytes, len);
      s->typed_len += len;
    }
    return;
  }
}

static void on_key(void *self, uint32_t key) {
  screen *s = self;
  if (s->mode == MODE_KEYS) {
    move_key(s, key);
  } else {
    type_key(s, key);
  }
  draw_soon(s);
}

static void on_resized(void *self) {
  draw_soon(self);
}

static void on_closed(void *self) {
  screen *s = self;
  phone_leave(s->phone, EXIT_OK);
}

/* ---- beginning and end */

screen *screen_start(phone *p) {
  static const terminal_events events = {on_key, on_resized, on_closed};
  screen *s = g_new0(screen, 1);
  s->phone = p;
  row_init();
  s->timer = p->loop.timer_add(p->loop.data, on_frame, s);
  s->terminal = s->timer != NULL ? terminal_open(&p->loop, &events, s) : NULL;
  if (s->terminal == NULL) {
    screen_stop(s);
    return NULL;
  }
  draw_soon(s);
  return s;
}

void screen_stop(screen *s) {
  if (s == NULL) {
    return;
  }
  terminal_close(s->terminal);
  if (s->timer != NULL) {
    s->phone->loop.timer_del(s->phone->loop.data, s->timer);
  }
  /* what would be lost with the screen */
  if (s->last_call != NULL) {
    printf("%s\n", s->last_call);
  }
  if (s->phone->code != EXIT_OK && s->last_error != NULL) {
    fprintf(stderr, "msnav-phone: %s\n", s->last_error);
  }
  for (size_t i = 0; i < s->count; i++) {
    g_free(s->entries[(s->first + i) % MOST_LINES].text);
  }
  g_strfreev(s->shown);
  g_free(s->selected);
  g_free(s->last_error);
  g_free(s->last_call);
  g_free(s);
}
