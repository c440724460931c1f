/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msnp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct msnp {
  msnav_loop loop;
  int fd;
  void *io;
  msnav_switchboard *decoder;
  msnp_fn fn;
  msnp_tap_fn tap;
  void *arg;
  bool busy, freed;
};

static struct sockaddr_in to_sockaddr(const msnav_addr *a) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(a->port),
                              .sin_addr.s_addr = htonl(a->ip)};
}

static void release(msnp *m) {
  msnav_switchboard_free(m->decoder);
  free(m);
}

void msnp_free(msnp *m) {
  if (m == NULL || m->freed) {
    return;
  }
  m->freed = true;
  m->loop.io_del(m->loop.data, m->io);
  close(m->fd);
  if (!m->busy) {
    release(m);
  }
}

/* Every command that is complete. */
static bool deliver(msnp *m, const char *bytes, size_t len) {
  for (size_t at = 0; !m->freed;) {
    at += msnav_switchboard_feed(m->decoder, bytes + at, len - at);
    msnav_switchboard_command c = {.size = sizeof(c)};
    msnav_error err = msnav_switchboard_next(m->decoder, &c);
    if (err == MSNAV_ERR_AGAIN) {
      return true;
    }
    if (err == MSNAV_ERR_TOO_LONG) {
      return false; /* as real servers: the connection is closed */
    }
    if (err == MSNAV_OK) {
      m->fn(m, &c, m->arg);
    }
  }
  return true;
}

static void on_readable(int fd, unsigned events, void *arg) {
  msnp *m = arg;
  char bytes[4096];
  (void)events;
  ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  m->busy = true;
  if (n > 0 && m->tap != NULL) {
    m->tap(m, false, bytes, (size_t)n, m->arg);
  }
  if ((n <= 0 || !deliver(m, bytes, (size_t)n)) && !m->freed) {
    m->fn(m, NULL, m->arg);
  }
  m->busy = false;
  if (m->freed) {
    release(m);
  }
}

msnp *msnp_new(const msnav_loop *loop, int fd, msnav_switchboard_side side,
               msnp_fn fn, void *arg) {
  msnp *m = calloc(1, sizeof(*m));
  if (m == NULL) {
    return NULL;
  }
  int one = 1; /* commands are small and wait for each other */
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  m->loop = *loop;
  m->fd = fd;
  m->fn = fn;
  m->arg = arg;
  if (msnav_switchboard_new(side, &m->decoder) != MSNAV_OK) {
    free(m);
    return NULL;
  }
  m->io = loop->io_add(loop->data, fd, MSNAV_IO_READ, on_readable, m);
  if (m->io == NULL) {
    release(m);
    return NULL;
  }
  return m;
}

msnp *msnp_connect(const msnav_loop *loop, const msnav_addr *to, msnp_fn fn,
                   void *arg) {
  struct sockaddr_in sa = to_sockaddr(to);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0) {
    int error = errno;
    if (fd >= 0) {
      close(fd);
    }
    errno = error;
    return NULL;
  }
  msnp *m = msnp_new(loop, fd, MSNAV_SB_CLIENT, fn, arg);
  if (m == NULL) {
    close(fd);
    errno = ENOMEM;
  }
  return m;
}

void msnp_tap(msnp *m, msnp_tap_fn tap) {
  m->tap = tap;
}

static bool put(msnp *m, const char *bytes, size_t len) {
  if (m->tap != NULL) {
    m->tap(m, true, bytes, len, m->arg);
  }
  for (size_t at = 0; at < len;) {
    ssize_t n = send(m->fd, bytes + at, len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EINTR) {
      shutdown(m->fd, SHUT_RDWR); /* the reader learns of it */
      return false;
    }
    at += n > 0 ? (size_t)n : 0;
  }
  return true;
}

bool msnp_send(msnp *m, const msnav_switchboard_command *command) {
  char bytes[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  size_t len;
  return !m->freed &&
         msnav_switchboard_write(command, bytes, sizeof(bytes), &len) ==
           MSNAV_OK &&
         put(m, bytes, len);
}

bool msnp_say(msnp *m, msnav_str payload, const char *format, ...) {
  char bytes[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  va_list args;
  va_start(args, format);
  /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is started */
  int n = vsnprintf(bytes, MSNAV_SWITCHBOARD_LINE - 2, format, args);
  va_end(args);
  if (m->freed || n < 0 || n >= MSNAV_SWITCHBOARD_LINE - 2 ||
      payload.len > MSNAV_SWITCHBOARD_PAYLOAD) {
    return false;
  }
  size_t len = (size_t)n;
  for (size_t i = 0; i < len; i++) {
    if ((unsigned char)bytes[i] < 0x20) {
      return false;
    }
  }
  bytes[len++] = '\r';
  bytes[len++] = '\n';
  if (payload.len > 0) {
    memcpy(bytes + len, payload.ptr, payload.len);
  }
  return put(m, bytes, len + payload.len);
}

msnp_words msnp_split(msnav_str line) {
  msnp_words w = {0};
  while (line.len > 0 && w.count < sizeof(w.at) / sizeof(w.at[0])) {
    const char *blank = memchr(line.ptr, ' ', line.len);
    size_t n = blank != NULL ? (size_t)(blank - line.ptr) : line.len;
    if (n > 0) {
      w.at[w.count++] = (msnav_str){line.ptr, n};
    }
    n += blank != NULL;
    line = (msnav_str){line.ptr + n, line.len - n};
  }
  return w;
}

bool msnp_is(msnav_str word, const char *text) {
  return word.len == strlen(text) && strncmp(word.ptr, text, word.len) == 0;
}

bool msnp_same(msnav_str account, msnav_str other) {
  return account.len == other.len && account.len > 0 &&
         strncasecmp(account.ptr, other.ptr, other.len) == 0;
}

static msnav_addr from_sockaddr(const struct sockaddr_in *sa) {
  return (msnav_addr){ntohl(sa->sin_addr.s_addr), ntohs(sa->sin_port)};
}

void msnp_ends(const msnp *m, msnav_addr *local, msnav_addr *remote) {
  struct sockaddr_in here = {0};
  struct sockaddr_in there = {0};
  socklen_t len = sizeof(here);
  getsockname(m->fd, (struct sockaddr *)&here, &len);
  len = sizeof(there);
  getpeername(m->fd, (struct sockaddr *)&there, &len);
  *local = from_sockaddr(&here);
  *remote = from_sockaddr(&there);
}

int msnp_listen(msnav_addr *at) {
  struct sockaddr_in sa = to_sockaddr(at);
  socklen_t len = sizeof(sa);
  int one = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return -1;
  }
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ||
      listen(fd, 16) != 0 ||
      getsockname(fd, (struct sockaddr *)&sa, &len) != 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  at->port = ntohs(sa.sin_port);
  return fd;
}
