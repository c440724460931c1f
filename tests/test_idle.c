/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Idle costs nothing: with calls up in which nothing happens, the host's loop
 * sleeps from the first to the last moment.  Wake-ups are counted at the
 * host, over real time. */
#include "loop/mux.h"
#include "test.h"
#include <msnav/glib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WATCHES 100
#define SPAN 300000 /* µs */

typedef struct idler {
  msnav_mux *mux;
  int fds[WATCHES];
  void *ios[WATCHES];
  void *timers[WATCHES];
  unsigned calls;
} idler;

static void on_io(int fd, unsigned events, void *arg) {
  idler *i = arg;
  uint64_t value;
  (void)events;
  assert_int_equal(read(fd, &value, sizeof(value)), sizeof(value));
  i->calls++;
}

static void on_timer(void *arg) {
  idler *i = arg;
  i->calls++;
}

/* 100 watches; 100 timers that were to run in the span, of which some have
 * run and the others were cancelled or are destroyed. */
static void begin(idler *i, const msnav_loop *host) {
  *i = (idler){0};
  assert_int_equal(msnav_mux_new(host, &i->mux), MSNAV_OK);
  const msnav_loop *l = msnav_mux_loop(i->mux);
  msnav_usec now = l->now(l->data);
  for (size_t n = 0; n < WATCHES; n++) {
    i->fds[n] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    i->ios[n] = l->io_add(l->data, i->fds[n], MSNAV_IO_READ, on_io, i);
    i->timers[n] = l->timer_add(l->data, on_timer, i);
    l->timer_set(l->data, i->timers[n], n < 10 ? now : now + 100000 + n * 1000);
  }
  uint64_t one = 1;
  assert_int_equal(write(i->fds[7], &one, sizeof(one)), sizeof(one));
}

static void cancel(idler *i) {
  const msnav_loop *l = msnav_mux_loop(i->mux);
  assert_int_equal(i->calls, 11);
  for (size_t n = 0; n < WATCHES; n++) {
    l->timer_set(l->data, i->timers[n], MSNAV_NEVER);
    if (n % 2 != 0) {
      l->timer_del(l->data, i->timers[n]);
    }
  }
}

static void end(idler *i) {
  assert_int_equal(i->calls, 11);
  msnav_mux_free(i->mux);
  for (size_t n = 0; n < WATCHES; n++) {
    close(i->fds[n]);
  }
}

static void an_idle_mux_never_wakes_an_epoll_loop(void **state) {
  (void)state;
  msnav_epoll *e = NULL;
  idler i;
  assert_int_equal(msnav_epoll_new(&e), MSNAV_OK);
  const msnav_loop *host = msnav_epoll_loop(e);
  begin(&i, host);
  while (i.calls < 11) {
    assert_int_equal(msnav_epoll_step(e, MSNAV_NEVER), MSNAV_OK);
  }
  cancel(&i);
  uint64_t before = msnav_epoll_wakeups(e);
  msnav_usec start = host->now(host->data);
  assert_int_equal(msnav_epoll_step(e, start + SPAN), MSNAV_OK);
  assert_true(host->now(host->data) >= start + SPAN);
  assert_int_equal(msnav_epoll_wakeups(e) - before, 1); /* its own limit */
  end(&i);
  msnav_epoll_free(e);
}

static unsigned polls; /* GPollFunc has no argument of its own */

static gint counting_poll(GPollFD *fds, guint count, gint timeout) {
  gint n = g_poll(fds, count, timeout);
  polls++;
  return n;
}

static gboolean quit(gpointer loop) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

static void an_idle_mux_never_wakes_a_glib_context(void **state) {
  (void)state;
  GMainContext *context = g_main_context_new();
  GMainLoop *loop = g_main_loop_new(context, FALSE);
  msnav_loop host;
  idler i;
  g_main_context_set_poll_func(context, counting_poll);
  assert_int_equal(msnav_glib_loop(&host, context), MSNAV_OK);
  begin(&i, &host);
  while (i.calls < 11) {
    g_main_context_iteration(context, TRUE);
  }
  cancel(&i);
  while (g_main_context_iteration(context, FALSE)) {
  }
  GSource *limit = g_timeout_source_new(SPAN / 1000);
  g_source_set_callback(limit, quit, loop, NULL);
  g_source_attach(limit, context);
  polls = 0;
  msnav_usec start = host.now(host.data);
  g_main_loop_run(loop);
  assert_true(host.now(host.data) >= start + SPAN);
  assert_int_equal(polls, 1); /* the one that ends it */
  g_source_unref(limit);
  end(&i);
  g_main_loop_unref(loop);
  g_main_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_idle_mux_never_wakes_an_epoll_loop),
    cmocka_unit_test(an_idle_mux_never_wakes_a_glib_context),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
