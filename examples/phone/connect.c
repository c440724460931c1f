/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 15000000 /* µs, for name and connection together */

/* What the resolver's thread and the loop share: the last who has it frees
 * it, because a look-up cannot be interrupted. */
typedef struct lookup {
  gint users;
  int done; /* eventfd */
  int error;
  char *host, *port;
  struct addrinfo *found;
} lookup;

struct connecting {
  msnav_loop loop;
  lookup *lookup;
  int fd;
  void *io, *timer;
  connect_fn fn;
  void *arg;
};

static void let_go(lookup *l) {
  if (!g_atomic_int_dec_and_test(&l->users)) {
    return;
  }
  if (l->found != NULL) {
    freeaddrinfo(l->found);
  }
  close(l->done);
  g_free(l->host);
  g_free(l->port);
  g_free(l);
}

static gpointer resolve(gpointer arg) {
  lookup *l = arg;
  const struct addrinfo hints = {.ai_family = AF_INET,
                                 .ai_socktype = SOCK_STREAM,
                                 .ai_flags = AI_NUMERICSERV};
  l->error = getaddrinfo(l->host, l->port, &hints, &l->found);
  uint64_t one = 1;
  (void)!write(l->done, &one, sizeof(one));
  let_go(l);
  return NULL;
}

void connect_cancel(connecting *c) {
  if (c == NULL) {
    return;
  }
  if (c->io != NULL) {
    c->loop.io_del(c->loop.data, c->io);
  }
  if (c->timer != NULL) {
    c->loop.timer_del(c->loop.data, c->timer);
  }
  if (c->fd >= 0) {
    close(c->fd);
  }
  let_go(c->lookup);
  g_free(c);
}

static void finish(connecting *c, const char *why) {
  int fd = why == NULL ? c->fd : -1;
  connect_fn fn = c->fn;
  void *arg = c->arg;
  if (fd >= 0) {
    c->fd = -1;
  }
  if (c->io != NULL) { /* before somebody else watches it */
    c->loop.io_del(c->loop.data, c->io);
    c->io = NULL;
  }
  fn(fd, why, arg);
  connect_cancel(c);
}

static void on_connected(int fd, unsigned events, void *arg) {
  int error = 0;
  socklen_t len = sizeof(error);
  (void)events;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
  finish(arg, error != 0 ? strerror(error) : NULL);
}

static void on_resolved(int fd, unsigned events, void *arg) {
  connecting *c = arg;
  const lookup *l = c->lookup;
  (void)fd;
  (void)events;
  c->loop.io_del(c->loop.data, c->io);
  c->io = NULL;
  if (l->error != 0) {
    finish(c, gai_strerror(l->error));
    return;
  }
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (c->fd < 0 ||
      (connect(c->fd, l->found->ai_addr, l->found->ai_addrlen) != 0 &&
       errno != EINPROGRESS)) {
    finish(c, strerror(errno));
    return;
  }
  c->io = c->loop.io_add(c->loop.data, c->fd, MSNAV_IO_WRITE, on_connected, c);
  if (c->io == NULL) {
    finish(c, "out of memory");
  }
}

static void on_timeout(void *arg) {
  finish(arg, "no answer");
}

connecting *connect_start(const msnav_loop *loop, msnav_str host, connect_fn fn,
                          void *arg) {
  const char *colon = host.len > 0 ? memchr(host.ptr, ':', host.len) : NULL;
  if (colon == NULL || colon == host.ptr) {
    return NULL;
  }
  lookup *l = g_new0(lookup, 1);
  l->users = 1;
  l->host = g_strndup(host.ptr, (gsize)(colon - host.ptr));
  l->port = g_strndup(colon + 1, host.len - (gsize)(colon - host.ptr) - 1);
  l->done = eventfd(0, EFD_CLOEXEC);
  connecting *c = g_new0(connecting, 1);
  *c = (connecting){.loop = *loop, .lookup = l, .fd = -1, .fn = fn, .arg = arg};
  c->io = l->done >= 0
            ? loop->io_add(loop->data, l->done, MSNAV_IO_READ, on_resolved, c)
            : NULL;
  c->timer = loop->timer_add(loop->data, on_timeout, c);
  if (c->io == NULL || c->timer == NULL) {
    connect_cancel(c);
    return NULL;
  }
  loop->timer_set(loop->data, c->timer, loop->now(loop->data) + PATIENCE);
  g_atomic_int_inc(&l->users);
  g_thread_unref(g_thread_new("resolver", resolve, l));
  return c;
}
