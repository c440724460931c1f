/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/set.h"
#include <stdlib.h>

struct msnav_epoll {
  msnav_set set;
  msnav_loop loop;
  uint64_t wakeups;
  bool stopped;
};

static msnav_usec now(void *data) {
  (void)data;
  return msnav_set_clock();
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  msnav_epoll *e = data;
  return msnav_set_io_add(&e->set, fd, events, fn, arg);
}

static void io_mod(void *data, void *io, unsigned events) {
  msnav_epoll *e = data;
  msnav_set_io_mod(&e->set, io, events);
}

static void io_del(void *data, void *io) {
  msnav_epoll *e = data;
  msnav_set_io_del(&e->set, io);
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  msnav_epoll *e = data;
  return msnav_heap_make(&e->set.heap, fn, arg);
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  msnav_epoll *e = data;
  msnav_set_timer_set(&e->set, timer, at);
}

static void timer_del(void *data, void *timer) {
  msnav_epoll *e = data;
  msnav_heap_drop(&e->set.heap, timer);
}

msnav_error msnav_epoll_new(msnav_epoll **out) {
  if (out == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_epoll *e = calloc(1, sizeof(*e));
  if (e == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_error err = msnav_set_init(&e->set);
  if (err != MSNAV_OK) {
    free(e);
    return err;
  }
  e->loop =
    (msnav_loop){sizeof(e->loop), e,         now,       io_add,   io_mod,
                 io_del,          timer_add, timer_set, timer_del};
  *out = e;
  return MSNAV_OK;
}

void msnav_epoll_free(msnav_epoll *e) {
  if (e != NULL) {
    msnav_set_close(&e->set);
    free(e);
  }
}

const msnav_loop *msnav_epoll_loop(msnav_epoll *e) {
  return &e->loop;
}

/* Milliseconds until a deadline, rounded up so that it is not woken early. */
static int timeout_of(msnav_usec at) {
  msnav_usec t = msnav_set_clock();
  if (at == MSNAV_NEVER) {
    return -1;
  }
  if (at <= t) {
    return 0;
  }
  msnav_usec ms = (at - t + 999) / 1000;
  return ms > 86400000 ? 86400000 : (int)ms;
}

msnav_error msnav_epoll_step(msnav_epoll *e, msnav_usec until) {
  if (e == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_usec due = msnav_set_deadline(&e->set);
  int n = msnav_set_poll(&e->set, timeout_of(due < until ? due : until));
  e->wakeups++;
  if (n < 0) {
    return MSNAV_ERR_SYSTEM;
  }
  msnav_set_run_timers(&e->set, msnav_set_clock());
  return MSNAV_OK;
}

msnav_error msnav_epoll_run(msnav_epoll *e) {
  if (e == NULL) {
    return MSNAV_ERR_INVALID;
  }
  e->stopped = false;
  msnav_error err = MSNAV_OK;
  while (err == MSNAV_OK && !e->stopped) {
    err = msnav_epoll_step(e, MSNAV_NEVER);
  }
  return err;
}

void msnav_epoll_stop(msnav_epoll *e) {
  e->stopped = true;
}

uint64_t msnav_epoll_wakeups(const msnav_epoll *e) {
  return e->wakeups;
}
