/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each watch and each timer is one long-lived GSource: arming again makes no
 * new one.  GLib calls sources that are ready in the order they were made,
 * and decides what is ready before it calls the first: what a callback did to
 * others is looked at again in dispatch. */
#include "base/sized.h"
#include <assert.h>
#include <glib-unix.h>
#include <msnav/glib.h>

typedef struct glib_watch {
  GSource source; /* must stand first: GLib allocates it */
  gpointer tag;   /* of the descriptor, NULL while paused */
  int fd;
  unsigned events;
  msnav_io_fn fn;
  void *arg;
} glib_watch;

typedef struct glib_timer {
  GSource source; /* likewise */
  msnav_usec at;
  msnav_timer_fn fn;
  void *arg;
} glib_timer;

static msnav_usec now(void *data) {
  (void)data;
  return (msnav_usec)g_get_monotonic_time();
}

static void del(void *data, void *source) {
  (void)data;
  g_source_destroy(source);
  g_source_unref(source); /* GLib keeps it while it is dispatched */
}

/* ---- watches */

/* What the watch wants to hear of what poll said.  Hang-ups and errors are
 * for all. */
static unsigned wanted(glib_watch *w) {
  if (w->tag == NULL) {
    return 0;
  }
  GIOCondition said = g_source_query_unix_fd(&w->source, w->tag);
  unsigned events = 0;
  if ((said & (G_IO_HUP | G_IO_ERR)) != 0) {
    events = MSNAV_IO_READ;
  } else if ((said & G_IO_IN) != 0) {
    events = w->events & MSNAV_IO_READ;
  }
  return (said & G_IO_OUT) != 0 ? events | (w->events & MSNAV_IO_WRITE)
                                : events;
}

static gboolean check_io(GSource *source) {
  return wanted((glib_watch *)source) != 0;
}

static gboolean
dispatch_io(GSource *source, GSourceFunc callback, gpointer data) {
  glib_watch *w = (glib_watch *)source;
  unsigned events = wanted(w);
  (void)callback;
  (void)data;
  if (events != 0) {
    w->fn(w->fd, events, w->arg);
  }
  return G_SOURCE_CONTINUE;
}

/* GLib wants these writable; nobody writes to them. */
static GSourceFuncs io_funcs = {
  .check = check_io,
  .dispatch = dispatch_io,
};

static GIOCondition condition(unsigned events) {
  return (GIOCondition)(((events & MSNAV_IO_READ) != 0 ? G_IO_IN : 0) |
                        ((events & MSNAV_IO_WRITE) != 0 ? G_IO_OUT : 0) |
                        G_IO_HUP | G_IO_ERR);
}

/* A paused descriptor is not polled: hang-ups are reported unasked else. */
static void io_mod(void *data, void *io, unsigned events) {
  glib_watch *w = io;
  (void)data;
  w->events = events;
  if (events == 0 && w->tag != NULL) {
    g_source_remove_unix_fd(&w->source, w->tag);
    w->tag = NULL;
  } else if (events != 0 && w->tag == NULL) {
    w->tag = g_source_add_unix_fd(&w->source, w->fd, condition(events));
  } else if (events != 0) {
    g_source_modify_unix_fd(&w->source, w->tag, condition(events));
  }
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  glib_watch *w = (glib_watch *)g_source_new(&io_funcs, sizeof(*w));
  w->fd = fd;
  w->fn = fn;
  w->arg = arg;
  io_mod(data, w, events);
  g_source_attach(&w->source, data);
  return w;
}

/* ---- timers */

static gboolean
dispatch_timer(GSource *source, GSourceFunc callback, gpointer data) {
  glib_timer *t = (glib_timer *)source;
  (void)callback;
  (void)data;
  if (t->at <= now(NULL)) { /* not disarmed or put off meanwhile */
    t->at = MSNAV_NEVER;
    g_source_set_ready_time(source, -1);
    t->fn(t->arg);
  }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = {.dispatch = dispatch_timer};

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  glib_timer *t = (glib_timer *)g_source_new(&timer_funcs, sizeof(*t));
  t->at = MSNAV_NEVER;
  t->fn = fn;
  t->arg = arg;
  g_source_attach(&t->source, data);
  return t;
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  glib_timer *t = timer;
  (void)data;
  t->at = at;
  /* GLib adds to the time when it rounds it up: stay away from the limit. */
  gint64 ready = (gint64)MIN(at, (msnav_usec)G_MAXINT64 / 2);
  g_source_set_ready_time(&t->source, at == MSNAV_NEVER ? -1 : ready);
}

/* The caller cannot say how large its struct is: a loop that has grown must be
 * filled in as far as the first one went, and say so in its size. */
static_assert(sizeof(msnav_loop) == MSNAV_SIZED_UP_TO(msnav_loop, timer_del),
              "msnav_glib_loop() writes the first layout only");

msnav_error msnav_glib_loop(msnav_loop *loop, GMainContext *context) {
  if (loop == NULL) {
    return MSNAV_ERR_INVALID;
  }
  *loop = (msnav_loop){.size = sizeof(*loop),
                       .data = context,
                       .now = now,
                       .io_add = io_add,
                       .io_mod = io_mod,
                       .io_del = del,
                       .timer_add = timer_add,
                       .timer_set = timer_set,
                       .timer_del = del};
  return MSNAV_OK;
}
