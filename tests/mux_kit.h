/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mux on a loop in virtual time, whose watches and hooks may free it. */
#ifndef MSNAV_MUX_KIT_H
#define MSNAV_MUX_KIT_H

#include "test.h"

#include "loop/mux.h"
#include "support/fake_loop.h"
#include <sys/eventfd.h>
#include <unistd.h>

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

typedef struct bench {
  fake_loop *f;
  msnav_mux *mux;
  const msnav_loop *l;
  unsigned calls, enters, leaves;
  int depth;
  bool free_in_enter, free_in_leave, free_in_call;
} bench;

static inline void free_mux(bench *b) {
  msnav_mux_free(b->mux);
  msnav_mux_free(NULL);
  b->mux = NULL;
}

static inline void on_enter(void *arg) {
  bench *b = arg;
  b->enters++;
  b->depth++;
  if (b->free_in_enter) {
    free_mux(b);
  }
}

static inline void on_leave(void *arg) {
  bench *b = arg;
  b->leaves++;
  b->depth--;
  if (b->free_in_leave) {
    free_mux(b);
  }
}

static inline int setup(void **state) {
  bench *b = calloc(1, sizeof(*b));
  b->f = fake_loop_new();
  assert_int_equal(msnav_mux_new(fake_loop_vtable(b->f), &b->mux), MSNAV_OK);
  b->l = msnav_mux_loop(b->mux);
  msnav_mux_hooks(b->mux, on_enter, on_leave, b);
  *state = b;
  return 0;
}

static inline int teardown(void **state) {
  bench *b = *state;
  msnav_mux_free(b->mux);
  assert_int_equal(b->enters, b->leaves);
  fake_loop_free(b->f); /* nothing of the mux is left with the host */
  free(b);
  return 0;
}

/* Does not read: the descriptor stays ready. */
static inline void on_io(int fd, unsigned events, void *arg) {
  bench *b = arg;
  (void)fd, (void)events;
  assert_int_equal(b->depth, 1);
  b->calls++;
  if (b->free_in_call) {
    free_mux(b);
    b->free_in_call = false;
  }
}

static inline void on_timer(void *arg) {
  on_io(-1, 0, arg);
}

static inline int make_ready(bool ready) {
  int fd = eventfd(ready ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
  assert_true(fd >= 0);
  return fd;
}

#endif
