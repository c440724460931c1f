/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two loops of the library as the suite makes and turns them. */
#include "support/loop_suite.h"
#include <msnav/glib.h>

static void open_epoll(loop_bench *b) {
  msnav_epoll *e = NULL;
  assert_int_equal(msnav_epoll_new(&e), MSNAV_OK);
  b->host = e;
  b->loop = msnav_epoll_loop(e);
}

static void close_epoll(loop_bench *b) {
  msnav_epoll_free(b->host);
}

static void step_epoll(loop_bench *b, msnav_usec until) {
  assert_int_equal(msnav_epoll_step(b->host, until), MSNAV_OK);
}

const loop_kind loop_kind_epoll = {"epoll", true, open_epoll, close_epoll,
                                   step_epoll};

/* A context of its own with its vtable. */
typedef struct glib_host {
  msnav_loop loop;
  GMainContext *context;
} glib_host;

static void open_glib(loop_bench *b) {
  glib_host *h = calloc(1, sizeof(*h));
  h->context = g_main_context_new();
  assert_int_equal(msnav_glib_loop(&h->loop, h->context), MSNAV_OK);
  b->host = h;
  b->loop = &h->loop;
}

static void close_glib(loop_bench *b) {
  glib_host *h = b->host;
  g_main_context_unref(h->context);
  free(h);
}

static gboolean keep(gpointer data) {
  (void)data;
  return G_SOURCE_CONTINUE;
}

static void step_glib(loop_bench *b, msnav_usec until) {
  glib_host *h = b->host;
  GSource *limit = g_timeout_source_new(0);
  g_source_set_ready_time(limit, (gint64)until);
  g_source_set_callback(limit, keep, NULL, NULL);
  g_source_attach(limit, h->context);
  g_main_context_iteration(h->context, TRUE);
  g_source_destroy(limit);
  g_source_unref(limit);
}

const loop_kind loop_kind_glib = {"glib", false, open_glib, close_glib,
                                  step_glib};
