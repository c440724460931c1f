/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd's sd-event. */
#include "adapter.h"
#include "clock.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

const char adapter_name[] = "sd-event";

typedef struct watch {
  sd_event_source *source;
  msnav_io_fn fn;
  void *arg;
} watch;

typedef struct timer {
  sd_event_source *source;
  msnav_timer_fn fn;
  void *arg;
} timer;

static sd_event *event;

static uint32_t epoll_bits(unsigned events) {
  return (events & MSNAV_IO_READ ? (uint32_t)EPOLLIN : 0) |
         (events & MSNAV_IO_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static int on_ready(sd_event_source *s, int fd, uint32_t ready, void *arg) {
  const watch *w = arg;
  uint32_t asked = 0;
  sd_event_source_get_io_events(s, &asked);
  unsigned events = (ready & asked & EPOLLIN ? MSNAV_IO_READ : 0u) |
                    (ready & asked & EPOLLOUT ? MSNAV_IO_WRITE : 0u);
  if (ready & (EPOLLHUP | EPOLLERR)) {
    events |= MSNAV_IO_READ;
  }
  w->fn(fd, events, w->arg);
  return 0;
}

static void io_mod(void *data, void *io, unsigned events) {
  const watch *w = io;
  (void)data;
  if (events != 0) {
    sd_event_source_set_io_events(w->source, epoll_bits(events));
  }
  sd_event_source_set_enabled(w->source,
                              events != 0 ? SD_EVENT_ON : SD_EVENT_OFF);
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  watch *w = calloc(1, sizeof(*w));
  if (w == NULL || sd_event_add_io(event, &w->source, fd, epoll_bits(events),
                                   on_ready, w) < 0) {
    free(w);
    return NULL;
  }
  w->fn = fn;
  w->arg = arg;
  io_mod(data, w, events);
  return w;
}

static void io_del(void *data, void *io) {
  watch *w = io;
  (void)data;
  sd_event_source_disable_unref(w->source);
  free(w);
}

static int on_timer(sd_event_source *s, uint64_t due, void *arg) {
  const timer *t = arg;
  (void)s;
  (void)due;
  t->fn(t->arg);
  return 0;
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  timer *t = calloc(1, sizeof(*t));
  (void)data;
  /* accurate to 1 us; 0 would mean a quarter of a second */
  if (t == NULL || sd_event_add_time(event, &t->source, CLOCK_MONOTONIC, 0, 1,
                                     on_timer, t) < 0) {
    free(t);
    return NULL;
  }
  sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
  t->fn = fn;
  t->arg = arg;
  return t;
}

static void timer_set(void *data, void *handle, msnav_usec at) {
  const timer *t = handle;
  (void)data;
  sd_event_source_set_time(t->source, at);
  sd_event_source_set_enabled(t->source, at != MSNAV_NEVER ? SD_EVENT_ONESHOT
                                                           : SD_EVENT_OFF);
}

static void timer_del(void *data, void *handle) {
  timer *t = handle;
  (void)data;
  sd_event_source_disable_unref(t->source);
  free(t);
}

bool adapter_open(msnav_loop *loop) {
  *loop = (msnav_loop){.size = sizeof(*loop),
                       .now = monotonic,
                       .io_add = io_add,
                       .io_mod = io_mod,
                       .io_del = io_del,
                       .timer_add = timer_add,
                       .timer_set = timer_set,
                       .timer_del = timer_del};
  return sd_event_new(&event) >= 0;
}

void adapter_turn(void) {
  sd_event_run(event, UINT64_MAX);
}

void adapter_close(void) {
  sd_event_unref(event);
}
