/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libevent. */
#include "adapter.h"
#include "clock.h"

#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>

/* A time_t may have 32 bits, and libevent adds it to the present. */
#define FAR ((msnav_usec)1000000 * 1000000000)

const char adapter_name[] = "libevent";

typedef struct watch {
  struct event *event;
  msnav_io_fn fn;
  void *arg;
} watch;

typedef struct timer {
  struct event *event;
  msnav_timer_fn fn;
  void *arg;
} timer;

static struct event_base *base;

static void on_ready(evutil_socket_t fd, short ready, void *arg) {
  const watch *w = arg;
  unsigned events = (ready & EV_READ ? MSNAV_IO_READ : 0u) |
                    (ready & EV_WRITE ? MSNAV_IO_WRITE : 0u);
  struct pollfd p = {.fd = fd};
  if (ready == EV_WRITE && poll(&p, 1, 0) > 0) {
    events |= MSNAV_IO_READ; /* libevent does not tell an error apart */
  }
  w->fn(fd, events, w->arg);
}

static bool listen_to(watch *w, evutil_socket_t fd, unsigned events) {
  short wanted = (short)((events & MSNAV_IO_READ ? EV_READ : 0) |
                         (events & MSNAV_IO_WRITE ? EV_WRITE : 0));
  event_assign(w->event, base, fd, (short)(wanted | EV_PERSIST), on_ready, w);
  return wanted == 0 || event_add(w->event, NULL) == 0;
}

static void io_del(void *data, void *io) {
  watch *w = io;
  (void)data;
  event_free(w->event);
  free(w);
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  watch *w = calloc(1, sizeof(*w));
  if (w == NULL) {
    return NULL;
  }
  w->event = event_new(base, fd, EV_PERSIST, on_ready, w);
  w->fn = fn;
  w->arg = arg;
  if (!listen_to(w, fd, events)) {
    io_del(data, w);
    return NULL;
  }
  return w;
}

static void io_mod(void *data, void *io, unsigned events) {
  watch *w = io;
  (void)data;
  evutil_socket_t fd = event_get_fd(w->event);
  event_del(w->event);
  listen_to(w, fd, events);
}

static void on_timer(evutil_socket_t fd, short ready, void *arg) {
  const timer *t = arg;
  (void)fd;
  (void)ready;
  t->fn(t->arg);
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  timer *t = calloc(1, sizeof(*t));
  (void)data;
  if (t != NULL) {
    t->event = evtimer_new(base, on_timer, t);
    t->fn = fn;
    t->arg = arg;
  }
  return t;
}

static void timer_set(void *data, void *handle, msnav_usec at) {
  const timer *t = handle;
  msnav_usec now = monotonic(data);
  msnav_usec wait = at > now ? at - now : 0;
  wait = wait < FAR ? wait : FAR;
  struct timeval tv = {(time_t)(wait / 1000000), (suseconds_t)(wait % 1000000)};
  event_del(t->event);
  if (at != MSNAV_NEVER) {
    evtimer_add(t->event, &tv);
  }
}

static void timer_del(void *data, void *handle) {
  timer *t = handle;
  (void)data;
  event_free(t->event);
  free(t);
}

/* Deadlines are counted from the present, not from when the turn began. */
bool adapter_open(msnav_loop *loop) {
  struct event_config *config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
  event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
  base = event_base_new_with_config(config);
  event_config_free(config);
  *loop = (msnav_loop){.size = sizeof(*loop),
                       .now = monotonic,
                       .io_add = io_add,
                       .io_mod = io_mod,
                       .io_del = io_del,
                       .timer_add = timer_add,
                       .timer_set = timer_set,
                       .timer_del = timer_del};
  return base != NULL;
}

void adapter_turn(void) {
  event_base_loop(base, EVLOOP_ONCE);
}

void adapter_close(void) {
  event_base_free(base);
}
