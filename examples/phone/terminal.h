/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controlling terminal in raw mode: bytes in, frames out.  It is put back
 * as it was however the program ends, but by SIGKILL. */
#ifndef EXAMPLES_PHONE_TERMINAL_H
#define EXAMPLES_PHONE_TERMINAL_H

#include <msnav/loop.h>

typedef struct terminal terminal;

/* Keys that are no characters. */
enum {
  KEY_UP = 0x110000,
  KEY_DOWN,
  KEY_PAGE_UP,
  KEY_PAGE_DOWN,
  KEY_ENTER,
  KEY_ESCAPE,
  KEY_BACKSPACE,
  KEY_ERASE_LINE, /* Ctrl-U */
  KEY_ERASE_WORD, /* Ctrl-W */
  KEY_REDRAW      /* Ctrl-L */
};

typedef struct terminal_events {
  void (*key)(void *self, uint32_t key); /* a character or a KEY_ */
  void (*resized)(void *self);
  void (*closed)(void *self);
} terminal_events;

/* NULL: there is none. */
terminal *terminal_open(const msnav_loop *loop, const terminal_events *events,
                        void *self);
void terminal_size(const terminal *t, int *columns, int *rows);
/* Never waits: what the terminal does not take at once goes out later.  false
 * when it takes nothing any more. */
bool terminal_write(terminal *t, const char *bytes, size_t len);
/* Something of it has not gone out yet: a poor time for more. */
bool terminal_busy(const terminal *t);
/* May be NULL. */
void terminal_close(terminal *t);

#endif
