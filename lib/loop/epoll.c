/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/set.h"
#include <stdlib.h>

#define DAY_MS 86400000

struct msnav_epoll {
  msnav_set set;
  msnav_loop loop;
  uint64_t wakeups;
  unsigned runs; /* nested msnav_epoll_run() */
  bool stopped;
  bool freed;
};

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
  e->loop = (msnav_loop){.size = sizeof(e->loop),
                         .data = &e->set,
                         .now = msnav_set_clock,
                         .io_add = msnav_set_io_add,
                         .io_mod = msnav_set_io_mod,
                         .io_del = msnav_set_io_del,
                         .timer_add = msnav_set_timer_add,
                         .timer_set = msnav_set_timer_set,
                         .timer_del = msnav_set_timer_del};
  *out = e;
  return MSNAV_OK;
}

/* The outermost run or step destroys what was freed inside a callback. */
static void destroy_when_idle(msnav_epoll *e) {
  if (e->freed && e->runs == 0 && e->set.depth == 0) {
    msnav_set_close(&e->set);
    free(e);
  }
}

void msnav_epoll_free(msnav_epoll *e) {
  if (e != NULL) {
    e->freed = true;
    msnav_epoll_stop(e);
    destroy_when_idle(e);
  }
}

const msnav_loop *msnav_epoll_loop(msnav_epoll *e) {
  return e != NULL ? &e->loop : NULL;
}

/* Milliseconds until a deadline, rounded up so that it is not woken early. */
static int timeout_of(msnav_usec at) {
  if (at == MSNAV_NEVER) {
    return -1;
  }
  msnav_usec now = msnav_set_clock(NULL);
  if (at <= now) {
    return 0;
  }
  msnav_usec ms = (at - now - 1) / 1000 + 1;
  return ms > DAY_MS ? DAY_MS : (int)ms;
}

static msnav_error turn(msnav_epoll *e, msnav_usec until) {
  msnav_set_ready ready;
  msnav_usec due = msnav_set_deadline(&e->set);
  msnav_error err =
    msnav_set_wait(&e->set, timeout_of(due < until ? due : until), &ready);
  e->wakeups++;
  if (err == MSNAV_OK) {
    msnav_set_enter(&e->set);
    msnav_set_dispatch(&e->set, &ready);
    msnav_set_run_timers(&e->set, msnav_set_clock(NULL));
    msnav_set_leave(&e->set);
  }
  return err;
}

msnav_error msnav_epoll_step(msnav_epoll *e, msnav_usec until) {
  if (e == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = turn(e, until);
  destroy_when_idle(e);
  return err;
}

msnav_error msnav_epoll_run(msnav_epoll *e) {
  if (e == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = MSNAV_OK;
  e->runs++;
  e->stopped = false;
  while (err == MSNAV_OK && !e->stopped) {
    err = turn(e, MSNAV_NEVER);
  }
  e->runs--;
  destroy_when_idle(e);
  return err;
}

void msnav_epoll_stop(msnav_epoll *e) {
  if (e != NULL) {
    e->stopped = true;
    msnav_set_halt(&e->set);
  }
}

uint64_t msnav_epoll_wakeups(const msnav_epoll *e) {
  return e != NULL ? e->wakeups : 0;
}
