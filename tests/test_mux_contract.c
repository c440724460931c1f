/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list that every loop passes, with the mux between, over two hosts. */
#include "loop/mux.h"
#include "support/loop_suite.h"

typedef struct muxed {
  loop_bench host;
  const loop_kind *kind;
} muxed;

static void open_muxed(loop_bench *b, const loop_kind *kind) {
  muxed *m = calloc(1, sizeof(*m));
  msnav_mux *mux = NULL;
  m->kind = kind;
  kind->open(&m->host);
  assert_int_equal(msnav_mux_new(m->host.loop, &mux), MSNAV_OK);
  b->host = m;
  b->extra = mux;
  b->loop = msnav_mux_loop(mux);
}

static void open_on_epoll(loop_bench *b) {
  open_muxed(b, &loop_kind_epoll);
}

static void open_on_glib(loop_bench *b) {
  open_muxed(b, &loop_kind_glib);
}

static void close_muxed(loop_bench *b) {
  muxed *m = b->host;
  msnav_mux_free(b->extra);
  m->kind->close(&m->host);
  free(m);
}

static void step_muxed(loop_bench *b, msnav_usec until) {
  muxed *m = b->host;
  m->kind->step(&m->host, until);
}

static const loop_kind on_epoll = {"mux on epoll", true, open_on_epoll,
                                   close_muxed, step_muxed};
static const loop_kind on_glib = {"mux on glib", true, open_on_glib,
                                  close_muxed, step_muxed};

int main(void) {
  struct CMUnitTest tests[2 * LOOP_SUITE_MAX];
  size_t used = loop_suite_append(tests, &on_epoll);
  used += loop_suite_append(tests + used, &on_glib);
  return loop_suite_run(tests, used);
}
