/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
  msnav_loop loop;
  const terminal_events *events;
  void *self;
  void *io, *resize_io;
  int resize_fd;
  char pending[16]; /* a character or sequence that is not complete */
  size_t count;
  GString *waiting; /* written, and not taken by the terminal yet */
};

static const char enter[] = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[2J";
/* a cut sequence is ended first */
static const char leave[] = "\x18\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1049l";

/* For the handlers of signals that end the program: one terminal. */
static int tty = -1;
static struct termios before;
static const int deadly[] = {SIGQUIT, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

static void restore(void) {
  if (tty >= 0) {
    (void)!write(tty, leave, sizeof(leave) - 1);
    tcsetattr(tty, TCSANOW, &before);
    tty = -1;
  }
}

static void on_deadly(int number) {
  restore();
  signal(number, SIG_DFL);
  raise(number);
}

static bool raw_mode(void) {
  tty = open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (tty < 0) {
    return false;
  }
  if (tcgetattr(tty, &before) != 0) {
    close(tty);
    tty = -1;
    return false;
  }
  struct termios raw = before;
  cfmakeraw(&raw);
  raw.c_lflag |= ISIG; /* Ctrl-C ends us */
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(tty, TCSAFLUSH, &raw);
  for (size_t i = 0; i < G_N_ELEMENTS(deadly); i++) {
    signal(deadly[i], on_deadly);
  }
  atexit(restore);
  return true;
}

/* ---- keys */

typedef struct sequence {
  const char *bytes;
  uint32_t key;
} sequence;

static const sequence sequences[] = {
  {"\x1b[A", KEY_UP},   {"\x1b[B", KEY_DOWN},     {"\x1bOA", KEY_UP},
  {"\x1bOB", KEY_DOWN}, {"\x1b[5~", KEY_PAGE_UP}, {"\x1b[6~", KEY_PAGE_DOWN},
};

static uint32_t control_key(unsigned char c) {
  switch (c) {
  case '\r':
  case '\n':
    return KEY_ENTER;
  case 0x7f:
  case 0x08:
    return KEY_BACKSPACE;
  case 0x15:
    return KEY_ERASE_LINE;
  case 0x17:
    return KEY_ERASE_WORD;
  case 0x0c:
    return KEY_REDRAW;
  default:
    return 0;
  }
}

/* Length of the escape sequence at the start; 0 when it is not complete. */
static size_t escape_length(const char *p, size_t len) {
  if (len < 2 || (p[1] != '[' && p[1] != 'O')) {
    return len < 2 ? 0 : 1; /* ESC, and then something else */
  }
  for (size_t i = 2; i < len; i++) {
    if (p[i] >= 0x40) {
      return i + 1;
    }
  }
  return 0;
}

/* Take one key from the pending bytes; its length, 0 when more must come. */
static size_t take_key(const char *p, size_t len, uint32_t *key) {
  unsigned char c = (unsigned char)p[0];
  *key = 0;
  if (c == 0x1b) {
    size_t n = escape_length(p, len);
    for (size_t i = 0; i < G_N_ELEMENTS(sequences); i++) {
      if (strlen(sequences[i].bytes) == n &&
          memcmp(sequences[i].bytes, p, n) == 0) {
        *key = sequences[i].key;
      }
    }
    *key = n == 1 ? (uint32_t)KEY_ESCAPE : *key;
    return n;
  }
  if (c < 0x20 || c == 0x7f) {
    *key = control_key(c);
    return 1;
  }
  gunichar character = g_utf8_get_char_validated(p, (gssize)len);
  if (character == (gunichar)-2) {
    return 0;
  }
  *key = character == (gunichar)-1 ? 0 : character;
  return *key != 0 ? (size_t)g_unichar_to_utf8(character, NULL) : 1;
}

/* What is left goes out when the terminal takes it; false: it never will. */
static bool flush(terminal *t) {
  GString *w = t->waiting;
  bool ok = true;
  while (w->len > 0 && ok) {
    ssize_t n = tty >= 0 ? write(tty, w->str, w->len) : -1;
    if (n > 0) {
      g_string_erase(w, 0, n);
    } else if (tty >= 0 && n < 0 && errno == EAGAIN) {
      break;
    } else {
      ok = tty >= 0 && n < 0 && errno == EINTR;
    }
  }
  if (!ok) {
    g_string_truncate(w, 0);
  }
  if (t->io != NULL) {
    t->loop.io_mod(t->loop.data, t->io,
                   w->len > 0 ? MSNAV_IO_READ | MSNAV_IO_WRITE : MSNAV_IO_READ);
  }
  return ok;
}

static void on_ready(int fd, unsigned events, void *arg) {
  terminal *t = arg;
  if ((events & MSNAV_IO_WRITE) != 0) {
    (void)flush(t);
  }
  if ((events & MSNAV_IO_READ) == 0) {
    return;
  }
  ssize_t n = read(fd, t->pending + t->count, sizeof(t->pending) - t->count);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (n <= 0) {
    t->loop.io_mod(t->loop.data, t->io, 0);
    t->events->closed(t->self);
    return;
  }
  t->count += (size_t)n;
  size_t at = 0;
  while (at < t->count) {
    uint32_t key;
    size_t used = take_key(t->pending + at, t->count - at, &key);
    if (used == 0 && at == 0 &&
        (t->count == 1 || t->count == sizeof(t->pending))) {
      used = t->pending[0] == 0x1b ? 1 : 0; /* the key itself: nothing came */
      key = KEY_ESCAPE;
      used = t->count == sizeof(t->pending) ? t->count : used;
    }
    if (used == 0) {
      break;
    }
    at += used;
    if (key != 0) {
      t->events->key(t->self, key);
    }
  }
  memmove(t->pending, t->pending + at, t->count - at);
  t->count -= at;
}

/* ---- size */

static void on_resize(int fd, unsigned events, void *arg) {
  terminal *t = arg;
  struct signalfd_siginfo info;
  (void)events;
  if (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
    t->events->resized(t->self);
  }
}

static void watch_size(terminal *t) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGWINCH);
  sigprocmask(SIG_BLOCK, &set, NULL);
  t->resize_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (t->resize_fd >= 0) {
    t->resize_io =
      t->loop.io_add(t->loop.data, t->resize_fd, MSNAV_IO_READ, on_resize, t);
  }
}

void terminal_size(const terminal *t, int *columns, int *rows) {
  struct winsize size = {0};
  (void)t;
  (void)ioctl(tty, TIOCGWINSZ, &size);
  *columns = size.ws_col > 0 ? size.ws_col : 80;
  *rows = size.ws_row > 0 ? size.ws_row : 24;
}

/* ---- beginning and end */

bool terminal_write(terminal *t, const char *bytes, size_t len) {
  g_string_append_len(t->waiting, bytes, (gssize)len);
  return flush(t);
}

bool terminal_busy(const terminal *t) {
  return t->waiting->len > 0;
}

terminal *terminal_open(const msnav_loop *loop, const terminal_events *events,
                        void *self) {
  if (!raw_mode()) {
    return NULL;
  }
  terminal *t = g_new0(terminal, 1);
  *t =
    (terminal){.loop = *loop, .events = events, .self = self, .resize_fd = -1};
  t->waiting = g_string_new(NULL);
  t->io = loop->io_add(loop->data, tty, MSNAV_IO_READ, on_ready, t);
  watch_size(t);
  (void)terminal_write(t, enter, sizeof(enter) - 1);
  return t;
}

void terminal_close(terminal *t) {
  if (t == NULL) {
    return;
  }
  int fd = tty;
  if (t->io != NULL) {
    t->loop.io_del(t->loop.data, t->io);
  }
  if (t->resize_io != NULL) {
    t->loop.io_del(t->loop.data, t->resize_io);
  }
  if (t->resize_fd >= 0) {
    close(t->resize_fd);
  }
  restore();
  close(fd);
  g_string_free(t->waiting, TRUE);
  g_free(t);
}
