/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Should the host run its loop inside a callback of ours, nothing breaks,
 * but what is armed meanwhile waits until that callback returns. */
#include "loop/mux.h"
#include "base/sized.h"
#include "loop/set.h"
#include <stdlib.h>

#define ROUNDS 4 /* batches per wake-up; then the host gets its turn */

struct msnav_mux {
  msnav_loop host;
  msnav_loop inner;
  msnav_set set;
  void *host_io; /* NULL while nothing is watched */
  void *host_timer;
  msnav_usec armed; /* what the host's timer is set to */
  void (*enter)(void *);
  void (*leave)(void *);
  void *hook_arg;
  bool freed;
};

/* ---- what the host sees */

/* The host's timer follows the earliest deadline only when that comes
 * earlier, or is gone.  Setting it costs a host more (GLib: a write to wake
 * itself) than one wake-up for nothing when a deadline was put off.  While a
 * dispatch runs the host is told once, at its end. */
static void arm(msnav_mux *m) {
  msnav_usec at = msnav_set_deadline(&m->set);
  bool gone = at == MSNAV_NEVER && m->armed != MSNAV_NEVER;
  if (m->set.depth == 0 && !m->freed && (at < m->armed || gone)) {
    m->armed = at;
    m->host.timer_set(m->host.data, m->host_timer, at);
  }
}

static void on_ready(int fd, unsigned events, void *arg);

static bool watch(msnav_mux *m) {
  if (m->host_io == NULL) {
    m->host_io =
      m->host.io_add(m->host.data, m->set.epfd, MSNAV_IO_READ, on_ready, m);
  }
  return m->host_io != NULL;
}

/* The host watches us only while we watch something. */
static void unwatch_when_empty(msnav_mux *m) {
  if (m->set.depth == 0 && m->set.watches == 0 && m->host_io != NULL) {
    m->host.io_del(m->host.data, m->host_io);
    m->host_io = NULL;
  }
}

static void detach(msnav_mux *m) {
  if (m->host_io != NULL) {
    m->host.io_del(m->host.data, m->host_io);
    m->host_io = NULL;
  }
  if (m->host_timer != NULL) {
    m->host.timer_del(m->host.data, m->host_timer);
    m->host_timer = NULL;
  }
}

/* ---- dispatch */

static void destroy(msnav_mux *m) {
  detach(m);
  msnav_set_close(&m->set);
  free(m);
}

static void begin(msnav_mux *m) {
  msnav_set_enter(&m->set);
  if (m->enter != NULL) {
    m->enter(m->hook_arg);
  }
}

static void end(msnav_mux *m) {
  if (m->leave != NULL) {
    m->leave(m->hook_arg); /* may free the mux: it is destroyed below */
  }
  msnav_set_leave(&m->set);
  if (m->freed) {
    if (m->set.depth == 0) {
      destroy(m);
    }
    return;
  }
  unwatch_when_empty(m);
  arm(m);
}

static bool wait(msnav_mux *m, msnav_set_ready *ready) {
  return !m->freed && msnav_set_wait(&m->set, 0, ready) == MSNAV_OK &&
         ready->count > 0;
}

static void on_ready(int fd, unsigned events, void *arg) {
  msnav_mux *m = arg;
  msnav_set_ready ready;
  (void)fd;
  (void)events;
  if (!wait(m, &ready)) {
    return;
  }
  begin(m);
  msnav_set_dispatch(&m->set, &ready);
  for (int i = 1; i < ROUNDS && ready.count == MSNAV_SET_BATCH; i++) {
    if (!wait(m, &ready)) {
      break;
    }
    msnav_set_dispatch(&m->set, &ready);
  }
  end(m);
}

static void on_time(void *arg) {
  msnav_mux *m = arg;
  msnav_usec now = m->host.now(m->host.data);
  m->armed = MSNAV_NEVER;
  if (msnav_set_deadline(&m->set) > now) { /* put off meanwhile */
    arm(m);
    return;
  }
  begin(m);
  msnav_set_run_timers(&m->set, now);
  end(m);
}

/* ---- the inner loop */

static msnav_usec now(void *data) {
  msnav_mux *m = data;
  return m->host.now(m->host.data);
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  msnav_mux *m = data;
  if (m->freed) {
    return NULL;
  }
  void *io = msnav_set_io_add(&m->set, fd, events, fn, arg);
  if (io != NULL && !watch(m)) {
    msnav_set_io_del(&m->set, io);
    return NULL;
  }
  return io;
}

static void io_mod(void *data, void *io, unsigned events) {
  msnav_mux *m = data;
  msnav_set_io_mod(&m->set, io, events);
}

static void io_del(void *data, void *io) {
  msnav_mux *m = data;
  msnav_set_io_del(&m->set, io);
  unwatch_when_empty(m);
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  msnav_mux *m = data;
  return msnav_set_timer_add(&m->set, fn, arg);
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  msnav_mux *m = data;
  msnav_set_timer_set(&m->set, timer, at);
  arm(m);
}

static void timer_del(void *data, void *timer) {
  msnav_mux *m = data;
  msnav_set_timer_del(&m->set, timer);
  arm(m);
}

/* ---- life */

msnav_error msnav_mux_new(const msnav_loop *host, msnav_mux **out) {
  if (out == NULL || msnav_loop_check(host) != MSNAV_OK) {
    return MSNAV_ERR_INVALID;
  }
  msnav_mux *m = calloc(1, sizeof(*m));
  if (m == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_sized_take(&m->host, sizeof(m->host), host);
  m->host.size = sizeof(m->host);
  m->armed = MSNAV_NEVER;
  msnav_error err = msnav_set_init(&m->set);
  if (err == MSNAV_OK) {
    m->host_timer = m->host.timer_add(m->host.data, on_time, m);
    err = m->host_timer != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
  }
  if (err != MSNAV_OK) {
    destroy(m);
    return err;
  }
  m->inner = (msnav_loop){.size = sizeof(m->inner),
                          .data = m,
                          .now = now,
                          .io_add = io_add,
                          .io_mod = io_mod,
                          .io_del = io_del,
                          .timer_add = timer_add,
                          .timer_set = timer_set,
                          .timer_del = timer_del};
  *out = m;
  return MSNAV_OK;
}

void msnav_mux_free(msnav_mux *m) {
  if (m == NULL || m->freed) {
    return;
  }
  m->freed = true;
  if (m->set.depth == 0) {
    destroy(m);
    return;
  }
  msnav_set_halt(&m->set); /* end() destroys it */
  detach(m);
}

const msnav_loop *msnav_mux_loop(msnav_mux *m) {
  return &m->inner;
}

void msnav_mux_hooks(msnav_mux *m, void (*enter)(void *), void (*leave)(void *),
                     void *arg) {
  m->enter = enter;
  m->leave = leave;
  m->hook_arg = arg;
}
