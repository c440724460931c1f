/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libuv.  Its handles live until their close callback has run. */
#include "adapter.h"

#include <stdlib.h>
#include <uv.h>

const char adapter_name[] = "libuv";

typedef struct watch {
  uv_poll_t poll; /* first: libuv gives it back */
  int fd;
  unsigned events;
  msnav_io_fn fn;
  void *arg;
} watch;

typedef struct timer {
  uv_timer_t timer; /* likewise */
  msnav_timer_fn fn;
  void *arg;
} timer;

static uv_loop_t uv;
static bool in_timer;

static msnav_usec now(void *data) {
  (void)data;
  return uv_hrtime() / 1000;
}

static void free_handle(uv_handle_t *handle) {
  free(handle);
}

static void io_mod(void *data, void *io, unsigned events);

static void on_ready(uv_poll_t *poll, int status, int ready) {
  watch *w = (watch *)poll;
  unsigned events = (ready & UV_READABLE ? MSNAV_IO_READ : 0u) |
                    (ready & UV_WRITABLE ? MSNAV_IO_WRITE : 0u);
  if (status < 0) { /* an error, and libuv has stopped watching */
    events = w->events | MSNAV_IO_READ;
    io_mod(NULL, w, w->events);
  }
  w->fn(w->fd, events, w->arg);
}

static void io_mod(void *data, void *io, unsigned events) {
  watch *w = io;
  (void)data;
  w->events = events;
  if (events == 0) {
    uv_poll_stop(&w->poll);
  } else {
    int wanted = (events & MSNAV_IO_READ ? UV_READABLE : 0) |
                 (events & MSNAV_IO_WRITE ? UV_WRITABLE : 0);
    uv_poll_start(&w->poll, wanted, on_ready);
  }
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  watch *w = calloc(1, sizeof(*w));
  if (w == NULL || uv_poll_init(&uv, &w->poll, fd) != 0) {
    free(w);
    return NULL;
  }
  w->fd = fd;
  w->fn = fn;
  w->arg = arg;
  io_mod(data, w, events);
  return w;
}

static void io_del(void *data, void *io) {
  (void)data;
  uv_close(io, free_handle);
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  timer *t = calloc(1, sizeof(*t));
  (void)data;
  if (t != NULL) {
    uv_timer_init(&uv, &t->timer);
    t->fn = fn;
    t->arg = arg;
  }
  return t;
}

static void on_timer(uv_timer_t *handle) {
  timer *t = (timer *)handle;
  in_timer = true;
  t->fn(t->arg);
  in_timer = false;
  uv_stop(&uv); /* for adapter_turn(): do not wait after it */
}

/* libuv counts whole milliseconds on its own, older idea of now.  While it
 * runs timers, one that is due at once would keep it there for ever. */
static void timer_set(void *data, void *handle, msnav_usec at) {
  timer *t = handle;
  (void)data;
  if (at == MSNAV_NEVER) {
    uv_timer_stop(&t->timer);
    return;
  }
  uv_update_time(&uv);
  uint64_t due = at / 1000 + (at % 1000 != 0), since = uv_now(&uv);
  uv_timer_start(&t->timer, on_timer, due > since ? due - since : in_timer, 0);
}

static void timer_del(void *data, void *handle) {
  (void)data;
  uv_close(handle, free_handle);
}

bool adapter_open(msnav_loop *loop) {
  *loop = (msnav_loop){.size = sizeof(*loop),
                       .now = now,
                       .io_add = io_add,
                       .io_mod = io_mod,
                       .io_del = io_del,
                       .timer_add = timer_add,
                       .timer_set = timer_set,
                       .timer_del = timer_del};
  return uv_loop_init(&uv) == 0;
}

void adapter_turn(void) {
  uv_run(&uv, UV_RUN_ONCE);
}

void adapter_close(void) {
  uv_run(&uv, UV_RUN_DEFAULT); /* closes what is left to close */
  uv_loop_close(&uv);
}
