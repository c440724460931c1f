/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/mux.h"
#include "loop/set.h"
#include <stdlib.h>
#include <string.h>

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
  unsigned depth; /* dispatches that are running */
  bool freed;
};

/* Tell the host the earliest deadline.  While a dispatch runs it is told
 * once, at the end. */
static void arm(msnav_mux *m) {
  msnav_usec at = msnav_set_deadline(&m->set);
  if (m->depth == 0 && at != m->armed) {
    m->armed = at;
    m->host.timer_set(m->host.data, m->host_timer, at);
  }
}

static void on_ready(int fd, unsigned events, void *arg);

/* The host watches us only while we watch something. */
static bool watch(msnav_mux *m) {
  if (m->set.watches > 0 && m->host_io == NULL) {
    m->host_io =
      m->host.io_add(m->host.data, m->set.epfd, MSNAV_IO_READ, on_ready, m);
    return m->host_io != NULL;
  }
  if (m->set.watches == 0 && m->host_io != NULL) {
    m->host.io_del(m->host.data, m->host_io);
    m->host_io = NULL;
  }
  return true;
}

static void destroy(msnav_mux *m) {
  if (m->host_io != NULL) {
    m->host.io_del(m->host.data, m->host_io);
  }
  if (m->host_timer != NULL) {
    m->host.timer_del(m->host.data, m->host_timer);
  }
  msnav_set_close(&m->set);
  free(m);
}

static void begin(msnav_mux *m) {
  m->depth++;
  if (m->enter != NULL) {
    m->enter(m->hook_arg);
  }
}

static void end(msnav_mux *m) {
  if (m->leave != NULL) {
    m->leave(m->hook_arg); /* may free the mux: it is destroyed below */
  }
  m->depth--;
  if (m->depth > 0) {
    return;
  }
  if (m->freed) {
    destroy(m);
    return;
  }
  (void)watch(m);
  arm(m);
}

static void on_ready(int fd, unsigned events, void *arg) {
  msnav_mux *m = arg;
  (void)fd;
  (void)events;
  begin(m);
  for (int i = 0; i < ROUNDS && !m->freed; i++) {
    if (msnav_set_poll(&m->set, 0) < MSNAV_SET_BATCH) {
      break;
    }
  }
  end(m);
}

static void on_time(void *arg) {
  msnav_mux *m = arg;
  m->armed = MSNAV_NEVER;
  begin(m);
  msnav_set_run_timers(&m->set, m->host.now(m->host.data));
  end(m);
}

static msnav_usec now(void *data) {
  msnav_mux *m = data;
  return m->host.now(m->host.data);
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  msnav_mux *m = data;
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
  if (m->depth == 0) {
    (void)watch(m);
  }
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  msnav_mux *m = data;
  return msnav_heap_make(&m->set.heap, fn, arg);
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  msnav_mux *m = data;
  msnav_set_timer_set(&m->set, timer, at);
  arm(m);
}

static void timer_del(void *data, void *timer) {
  msnav_mux *m = data;
  msnav_heap_drop(&m->set.heap, timer);
  arm(m);
}

msnav_error msnav_mux_new(const msnav_loop *host, msnav_mux **out) {
  if (out == NULL || msnav_loop_check(host) != MSNAV_OK) {
    return MSNAV_ERR_INVALID;
  }
  msnav_mux *m = calloc(1, sizeof(*m));
  if (m == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  memcpy(&m->host, host, sizeof(m->host));
  m->armed = MSNAV_NEVER;
  m->set.epfd = -1;
  m->host_timer = m->host.timer_add(m->host.data, on_time, m);
  msnav_error err =
    m->host_timer != NULL ? msnav_set_init(&m->set) : MSNAV_ERR_NOMEM;
  if (err != MSNAV_OK) {
    destroy(m);
    return err;
  }
  m->inner =
    (msnav_loop){sizeof(m->inner), m,         now,       io_add,   io_mod,
                 io_del,           timer_add, timer_set, timer_del};
  *out = m;
  return MSNAV_OK;
}

void msnav_mux_free(msnav_mux *m) {
  if (m == NULL || m->freed) {
    return;
  }
  m->freed = true;
  if (m->depth == 0) {
    destroy(m);
  }
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
