/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As much of HTTP as a scraper needs: one request, one answer. */
#include "metrics.h"

#include "../msnp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CLIENTS 8
#define PATIENCE 5000000 /* µs for a request */

typedef struct client {
  struct metrics *metrics;
  int fd; /* 0: free */
  void *io, *timer;
  char request[1024];
  size_t len;
} client;

struct metrics {
  phone *phone;
  int fd;
  void *io;
  msnav_metrics *counted;
  client clients[MOST_CLIENTS];
};

static void hang_up(void *arg) {
  client *c = arg;
  const msnav_loop *loop = &c->metrics->phone->loop;
  if (c->io != NULL) {
    loop->io_del(loop->data, c->io);
  }
  if (c->timer != NULL) {
    loop->timer_del(loop->data, c->timer);
  }
  close(c->fd);
  c->fd = 0;
  c->io = c->timer = NULL;
}

static void answer(const client *c) {
  bool get = strncmp(c->request, "GET ", 4) == 0;
  bool here = get && strncmp(c->request + 4, "/metrics", 8) == 0 &&
              strchr(" ?", c->request[12]) != NULL && c->request[12] != '\0';
  GString *body = here ? metrics_text(c->metrics->phone, c->metrics->counted)
                       : g_string_new(get ? "see /metrics\n" : "GET only\n");
  GString *all = g_string_new(NULL);
  g_string_printf(all,
                  "HTTP/1.1 %s\r\nContent-Type: " MSNAV_METRICS_TYPE
                  "\r\nContent-Length: %zu\r\n"
                  "Connection: close\r\n\r\n%s",
                  here  ? "200 OK"
                  : get ? "404 Not Found"
                        : "405 Method Not Allowed\r\nAllow: GET",
                  body->len, body->str);
  (void)send(c->fd, all->str, all->len, MSG_NOSIGNAL | MSG_DONTWAIT);
  g_string_free(all, TRUE);
  g_string_free(body, TRUE);
}

static void on_request(int fd, unsigned events, void *arg) {
  client *c = arg;
  (void)events;
  ssize_t n = recv(fd, c->request + c->len, sizeof(c->request) - 1 - c->len,
                   MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (n > 0) {
    c->len += (size_t)n;
    c->request[c->len] = '\0';
    bool whole = strstr(c->request, "\r\n\r\n") != NULL;
    if (!whole && c->len < sizeof(c->request) - 1) {
      return;
    }
    answer(c); /* all that matters stands in the first line */
  }
  hang_up(c);
}

static void on_client(int fd, unsigned events, void *arg) {
  struct metrics *m = arg;
  const msnav_loop *loop = &m->phone->loop;
  client *c = m->clients;
  (void)events;
  int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  while (c < m->clients + MOST_CLIENTS && c->fd != 0) {
    c++;
  }
  if (peer < 0 || c == m->clients + MOST_CLIENTS) {
    if (peer >= 0) {
      close(peer);
    }
    return;
  }
  *c = (client){.metrics = m, .fd = peer};
  c->io = loop->io_add(loop->data, peer, MSNAV_IO_READ, on_request, c);
  c->timer = loop->timer_add(loop->data, hang_up, c);
  if (c->io == NULL || c->timer == NULL) {
    hang_up(c);
    return;
  }
  loop->timer_set(loop->data, c->timer, loop->now(loop->data) + PATIENCE);
}

struct metrics *metrics_start(phone *p, uint16_t port) {
  msnav_addr at = {0x7f000001, port};
  int fd = msnp_listen(&at);
  if (fd < 0) {
    phone_complain(p, "metrics: port %u: %s", port, strerror(errno));
    return NULL;
  }
  struct metrics *m = g_new0(struct metrics, 1);
  if (msnav_metrics_new(&m->counted) != MSNAV_OK) {
    phone_complain(p, "metrics: out of memory");
    close(fd);
    g_free(m);
    return NULL;
  }
  m->phone = p;
  m->fd = fd;
  m->io = p->loop.io_add(p->loop.data, fd, MSNAV_IO_READ, on_client, m);
  return m;
}

void metrics_ended(struct metrics *m, const msnav_call *call) {
  if (m == NULL) {
    return;
  }
  msnav_call_info info = calls_info(call);
  msnav_stream_stats s = {.size = sizeof(s)};
  bool talked = msnav_call_get_stats(call, &s) == MSNAV_OK;
  msnav_metrics_ended(m->counted, &info, talked ? &s : NULL);
}

void metrics_stop(struct metrics *m) {
  if (m == NULL) {
    return;
  }
  for (client *c = m->clients; c < m->clients + MOST_CLIENTS; c++) {
    if (c->fd != 0) {
      hang_up(c);
    }
  }
  if (m->io != NULL) {
    m->phone->loop.io_del(m->phone->loop.data, m->io);
  }
  close(m->fd);
  msnav_metrics_free(m->counted);
  g_free(m);
}
