/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The C library's functions that stand before the simulated network.  Being
 * in the program they come before those of the C library for every shared
 * library too.  Descriptors that are not simulated go to the system. */
/* Neither other names for what is defined here, nor inline functions with the
 * same: fcntl() is meant, not fcntl64(). */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#include "support/simnet.h"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What fortified code calls; declared nowhere. */
ssize_t __recv_chk(int fd, void *data, size_t n, size_t room, int flags);
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t room);

static msnav_addr from_system(const struct sockaddr *sa) {
  struct sockaddr_in in;
  memcpy(&in, sa, sizeof(in));
  return (msnav_addr){ntohl(in.sin_addr.s_addr), ntohs(in.sin_port)};
}

static void to_system(const msnav_addr *addr, void *sa, socklen_t *len) {
  struct sockaddr_in in = {.sin_family = AF_INET,
                           .sin_port = htons(addr->port),
                           .sin_addr.s_addr = htonl(addr->ip)};
  if (sa != NULL) {
    socklen_t room = *len < sizeof(in) ? *len : (socklen_t)sizeof(in);
    memcpy(sa, &in, room);
    *len = sizeof(in);
  }
}

/* ---- sockets */

int socket(int domain, int type, int protocol) {
  if (!simnet_active() || domain != AF_INET || (type & 15) != SOCK_DGRAM) {
    return (int)syscall(SYS_socket, domain, type, protocol);
  }
  return simnet_fails(SIMNET_SOCKET) ? -1 : simnet_sock_new();
}

/* How glibc declares an address with _GNU_SOURCE: a transparent union. */
int bind(int fd, __CONST_SOCKADDR_ARG sa, socklen_t len) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_bind, fd, sa.__sockaddr__, len);
  }
  msnav_addr addr = from_system(sa.__sockaddr__);
  return simnet_fails(SIMNET_BIND) ? -1 : simnet_sock_bind(fd, &addr);
}

int connect(int fd, __CONST_SOCKADDR_ARG sa, socklen_t len) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_connect, fd, sa.__sockaddr__, len);
  }
  msnav_addr addr = from_system(sa.__sockaddr__);
  return simnet_fails(SIMNET_CONNECT) ? -1 : simnet_sock_connect(fd, &addr);
}

int getsockname(int fd, __SOCKADDR_ARG sa, socklen_t *restrict len) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_getsockname, fd, sa.__sockaddr__, len);
  }
  if (simnet_fails(SIMNET_GETSOCKNAME)) {
    return -1;
  }
  msnav_addr addr = simnet_sock_name(fd);
  to_system(&addr, sa.__sockaddr__, len);
  return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
  }
  return simnet_fails(SIMNET_SOCKOPT) ? -1 : 0;
}

int getsockopt(int fd, int level, int name, void *restrict value,
               socklen_t *restrict len) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
  }
  if (simnet_fails(SIMNET_SOCKOPT)) {
    return -1;
  }
  int answer = level == SOL_SOCKET && name == SO_ERROR  ? simnet_sock_error(fd)
               : name == SO_RCVBUF || name == SO_SNDBUF ? 212992
                                                        : 0;
  if (*len >= sizeof(answer)) {
    memcpy(value, &answer, sizeof(answer));
    *len = sizeof(answer);
  }
  return 0;
}

static int control(int fd, int op, void *arg) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_fcntl, fd, op, arg);
  }
  if (simnet_fails(SIMNET_FCNTL)) {
    return -1;
  }
  return op == F_GETFL ? O_RDWR | O_NONBLOCK : 0;
}

int fcntl(int fd, int op, ...) {
  va_list more;
  va_start(more, op);
  void *arg = va_arg(more, void *);
  va_end(more);
  return control(fd, op, arg);
}

int fcntl64(int fd, int op, ...) {
  va_list more;
  va_start(more, op);
  void *arg = va_arg(more, void *);
  va_end(more);
  return control(fd, op, arg);
}

int ioctl(int fd, unsigned long op, ...) {
  va_list more;
  va_start(more, op);
  void *arg = va_arg(more, void *);
  va_end(more);
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_ioctl, fd, op, arg);
  }
  if (simnet_fails(SIMNET_FCNTL)) {
    return -1;
  }
  if (op == FIONREAD) {
    const simnet_datagram *d = simnet_sock_first(fd);
    *(int *)arg = d != NULL ? (int)d->len : 0;
  }
  return 0;
}

int close(int fd) {
  return simnet_owns(fd) ? simnet_close(fd) : (int)syscall(SYS_close, fd);
}

/* ---- out */

ssize_t sendto(int fd, const void *data, size_t n, int flags,
               __CONST_SOCKADDR_ARG sa, socklen_t len) {
  if (!simnet_owns(fd)) {
    return syscall(SYS_sendto, fd, data, n, flags, sa.__sockaddr__, len);
  }
  if (simnet_fails(SIMNET_SEND)) {
    return -1;
  }
  msnav_addr to = {0, 0};
  if (sa.__sockaddr__ != NULL) {
    to = from_system(sa.__sockaddr__);
  }
  return simnet_sock_send(fd, sa.__sockaddr__ != NULL ? &to : NULL, data, n);
}

ssize_t send(int fd, const void *data, size_t n, int flags) {
  return sendto(fd, data, n, flags, (const struct sockaddr *)NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags) {
  if (!simnet_owns(fd)) {
    return syscall(SYS_sendmsg, fd, msg, flags);
  }
  if (simnet_fails(SIMNET_SENDMSG)) {
    return -1;
  }
  static uint8_t all[65536];
  size_t n = 0;
  for (size_t i = 0; i < msg->msg_iovlen; i++) {
    size_t part = msg->msg_iov[i].iov_len;
    if (part > sizeof(all) - n) {
      errno = EMSGSIZE;
      return -1;
    }
    memcpy(all + n, msg->msg_iov[i].iov_base, part);
    n += part;
  }
  msnav_addr to = {0, 0};
  if (msg->msg_name != NULL) {
    to = from_system(msg->msg_name);
  }
  return simnet_sock_send(fd, msg->msg_name != NULL ? &to : NULL, all, n);
}

/* ---- in */

static ssize_t take(int fd, struct msghdr *msg, int flags) {
  int error = simnet_sock_error(fd);
  const simnet_datagram *d = simnet_sock_first(fd);
  if (error != 0 || d == NULL || (flags & MSG_ERRQUEUE) != 0) {
    errno = error != 0 ? error : EAGAIN;
    return -1;
  }
  size_t n = 0;
  for (size_t i = 0; i < msg->msg_iovlen && n < d->len; i++) {
    size_t part = msg->msg_iov[i].iov_len;
    part = part < d->len - n ? part : d->len - n;
    memcpy(msg->msg_iov[i].iov_base, d->data + n, part);
    n += part;
  }
  to_system(&d->from, msg->msg_name, &msg->msg_namelen);
  msg->msg_flags = n < d->len ? MSG_TRUNC : 0;
  msg->msg_controllen = 0;
  ssize_t got = (ssize_t)((flags & MSG_TRUNC) != 0 ? d->len : n);
  if ((flags & MSG_PEEK) == 0) {
    simnet_sock_drop(fd);
  }
  return got;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags) {
  if (!simnet_owns(fd)) {
    return syscall(SYS_recvmsg, fd, msg, flags);
  }
  return simnet_fails(SIMNET_RECVMSG) ? -1 : take(fd, msg, flags);
}

ssize_t recvfrom(int fd, void *restrict data, size_t n, int flags,
                 __SOCKADDR_ARG sa, socklen_t *restrict len) {
  if (!simnet_owns(fd)) {
    return syscall(SYS_recvfrom, fd, data, n, flags, sa.__sockaddr__, len);
  }
  if (simnet_fails(SIMNET_RECV)) {
    return -1;
  }
  struct iovec iov = {data, n};
  struct msghdr msg = {.msg_name = sa.__sockaddr__,
                       .msg_namelen = len != NULL ? *len : 0,
                       .msg_iov = &iov,
                       .msg_iovlen = 1};
  ssize_t got = take(fd, &msg, flags);
  if (len != NULL) {
    *len = msg.msg_namelen;
  }
  return got;
}

ssize_t recv(int fd, void *data, size_t n, int flags) {
  return recvfrom(fd, data, n, flags, (struct sockaddr *)NULL, NULL);
}

ssize_t __recv_chk(int fd, void *data, size_t n, size_t room, int flags) {
  return recv(fd, data, n < room ? n : room, flags);
}

int recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags,
             struct timespec *timeout) {
  if (!simnet_owns(fd)) {
    return (int)syscall(SYS_recvmmsg, fd, msgs, count, flags, timeout);
  }
  if (simnet_fails(SIMNET_RECVMMSG)) {
    return -1;
  }
  unsigned n = 0;
  while (n < count) {
    ssize_t got = take(fd, &msgs[n].msg_hdr, flags);
    if (got < 0) {
      break;
    }
    msgs[n++].msg_len = (unsigned)got;
  }
  return n > 0 ? (int)n : -1;
}

/* ---- readiness */

int epoll_create1(int flags) {
  if (!simnet_active()) {
    return (int)syscall(SYS_epoll_create1, flags);
  }
  return simnet_fails(SIMNET_EPOLL_CREATE) ? -1 : simnet_set_new();
}

int epoll_create(int size) {
  (void)size;
  return epoll_create1(0);
}

int epoll_ctl(int set, int op, int fd, struct epoll_event *event) {
  if (!simnet_owns(set)) {
    return (int)syscall(SYS_epoll_ctl, set, op, fd, event);
  }
  return simnet_fails(SIMNET_EPOLL_CTL) ? -1
                                        : simnet_set_ctl(set, op, fd, event);
}

int epoll_wait(int set, struct epoll_event *events, int max, int timeout) {
  if (!simnet_owns(set)) {
    return (int)syscall(SYS_epoll_pwait, set, events, max, timeout, NULL, 8);
  }
  return simnet_fails(SIMNET_EPOLL_WAIT)
           ? -1
           : simnet_set_wait(set, events, max, timeout);
}

/* Of simulated descriptors only whether they are ready now is ever asked. */
int poll(struct pollfd *fds, nfds_t n, int timeout) {
  if (!simnet_active() || n == 0 || !simnet_owns(fds->fd)) {
    return (int)syscall(SYS_poll, fds, n, timeout);
  }
  if (simnet_fails(SIMNET_POLL)) {
    return -1;
  }
  int ready = 0;
  for (nfds_t i = 0; i < n; i++) {
    unsigned is = simnet_ready(fds[i].fd);
    fds[i].revents =
      (short)(is & ((unsigned)fds[i].events | (unsigned)EPOLLERR));
    ready += fds[i].revents != 0;
  }
  return ready;
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t room) {
  (void)room;
  return poll(fds, n, timeout);
}

/* ---- clocks */

int clock_gettime(clockid_t id, struct timespec *t) {
  bool wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
  bool steady = id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE ||
                id == CLOCK_BOOTTIME || id == CLOCK_MONOTONIC_RAW;
  if (!simnet_active() || (!wall && !steady)) {
    return (int)syscall(SYS_clock_gettime, id, t);
  }
  int64_t us = wall ? simnet_wall() : (int64_t)simnet_now();
  *t = (struct timespec){(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};
  return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
  (void)zone;
  struct timespec t;
  int err = clock_gettime(CLOCK_REALTIME, &t);
  *tv = (struct timeval){t.tv_sec, t.tv_nsec / 1000};
  return err;
}

time_t time(time_t *out) {
  struct timespec t;
  (void)clock_gettime(CLOCK_REALTIME, &t);
  if (out != NULL) {
    *out = t.tv_sec;
  }
  return t.tv_sec;
}

/* ---- chance */

static ssize_t draw(void *data, size_t n) {
  uint8_t *at = data;
  for (size_t i = 0; i < n; i++) {
    at[i] = (uint8_t)(simnet_random() >> 24);
  }
  return (ssize_t)n;
}

ssize_t getrandom(void *data, size_t n, unsigned flags) {
  if (!simnet_active()) {
    return syscall(SYS_getrandom, data, n, flags);
  }
  return simnet_fails(SIMNET_GETRANDOM) ? -1 : draw(data, n);
}

static ssize_t read_random(void *cookie, char *data, size_t n) {
  (void)cookie;
  return simnet_active() ? draw(data, n) : syscall(SYS_getrandom, data, n, 0);
}

typedef FILE *(*fopen_fn)(const char *name, const char *mode);

/* Sofia opens /dev/urandom once and for good.  Others, who look at the
 * descriptor, open it otherwise. */
static FILE *open_file(const char *name, const char *mode) {
  static fopen_fn next;
  if (simnet_active() && strcmp(name, "/dev/urandom") == 0 &&
      strcmp(mode, "rb") == 0) {
    FILE *f =
      fopencookie(NULL, "rb", (cookie_io_functions_t){.read = read_random});
    if (f != NULL) {
      (void)setvbuf(f, NULL, _IONBF, 0);
    }
    return f;
  }
  if (next == NULL) {
    void *symbol = dlsym(RTLD_NEXT, "fopen");
    memcpy(&next, &symbol, sizeof(next));
  }
  return next(name, mode);
}

FILE *fopen(const char *restrict name, const char *restrict mode) {
  return open_file(name, mode);
}

FILE *fopen64(const char *restrict name, const char *restrict mode) {
  return open_file(name, mode);
}
