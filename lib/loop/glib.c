/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each watch and each timer is one long-lived GSource. */
#include <glib-unix.h>
#include <msnav/glib.h>

typedef struct glib_watch {
  GSource source; /* must stand first: GLib allocates it */
  gpointer tag;   /* of the descriptor, NULL while paused */
  int fd;
  unsigned events;
  msnav_io_fn io;
  msnav_timer_fn timer;
  void *arg;
} glib_watch;

static msnav_usec now(void *data) {
  (void)data;
  return (msnav_usec)g_get_monotonic_time();
}

static GIOCondition condition(unsigned events) {
  return (GIOCondition)(((events & MSNAV_IO_READ) != 0 ? G_IO_IN : 0) |
                        ((events & MSNAV_IO_WRITE) != 0 ? G_IO_OUT : 0) |
                        G_IO_HUP | G_IO_ERR);
}

static gboolean check_io(GSource *source) {
  glib_watch *w = (glib_watch *)source;
  return w->tag != NULL && g_source_query_unix_fd(source, w->tag) != 0;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data) {
  glib_watch *w = (glib_watch *)source;
  (void)callback;
  (void)data;
  if (w->timer != NULL) {
    g_source_set_ready_time(source, -1);
    w->timer(w->arg); /* may arm it again or destroy it */
    return G_SOURCE_CONTINUE;
  }
  GIOCondition got =
    w->tag != NULL ? g_source_query_unix_fd(source, w->tag) : (GIOCondition)0;
  unsigned events =
    ((got & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0 ? (unsigned)MSNAV_IO_READ
                                                  : 0) |
    ((got & G_IO_OUT) != 0 ? (unsigned)MSNAV_IO_WRITE : 0);
  if (events != 0) {
    w->io(w->fd, events, w->arg);
  }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs io_funcs = {NULL, check_io, dispatch, NULL, NULL, NULL};
static GSourceFuncs timer_funcs = {NULL, NULL, dispatch, NULL, NULL, NULL};

static void io_mod(void *data, void *io, unsigned events) {
  glib_watch *w = io;
  (void)data;
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
  w->io = fn;
  w->arg = arg;
  io_mod(data, w, events);
  g_source_attach(&w->source, data);
  return w;
}

static void del(void *data, void *watch) {
  glib_watch *w = watch;
  (void)data;
  g_source_destroy(&w->source);
  g_source_unref(&w->source); /* GLib keeps it while it is dispatched */
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  glib_watch *w = (glib_watch *)g_source_new(&timer_funcs, sizeof(*w));
  w->timer = fn;
  w->arg = arg;
  g_source_attach(&w->source, data);
  return w;
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  glib_watch *w = timer;
  (void)data;
  g_source_set_ready_time(&w->source, at == MSNAV_NEVER ? -1 : (gint64)at);
}

msnav_error msnav_glib_loop(msnav_loop *loop, GMainContext *context) {
  if (loop == NULL) {
    return MSNAV_ERR_INVALID;
  }
  *loop = (msnav_loop){
    sizeof(*loop), context, now, io_add, io_mod, del, timer_add, timer_set, del,
  };
  return MSNAV_OK;
}
