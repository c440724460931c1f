/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip/socket.h"
#include "sip/inner.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_DISCARDED 64

static struct sockaddr_in to_system(const msnav_addr *addr) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(addr->port),
                              .sin_addr.s_addr = htonl(addr->ip)};
}

static msnav_addr from_system(const struct sockaddr_in *sa) {
  return (msnav_addr){ntohl(sa->sin_addr.s_addr), ntohs(sa->sin_port)};
}

msnav_error msnav_socket_error(const msnav_sip *sip, const char *what) {
  int err = errno;
  msnav_sip_log(sip, MSNAV_LOG_ERROR, what, strerror(err));
  switch (err) {
  case EADDRINUSE:
    return MSNAV_ERR_IN_USE;
  case EADDRNOTAVAIL:
    return MSNAV_ERR_ADDRESS;
  case ENOMEM:
  case ENOBUFS:
    return MSNAV_ERR_NOMEM;
  default:
    return MSNAV_ERR_SYSTEM;
  }
}

msnav_error msnav_socket_open(const msnav_sip *sip, const msnav_addr *addr,
                              int *fd, msnav_addr *bound) {
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (s < 0) {
    return msnav_socket_error(sip, "socket");
  }
  struct sockaddr_in sa = to_system(addr);
  socklen_t len = sizeof(sa);
  if (bind(s, (struct sockaddr *)&sa, len) < 0 ||
      getsockname(s, (struct sockaddr *)&sa, &len) < 0) {
    msnav_error err = msnav_socket_error(sip, "bind");
    (void)close(s);
    return err;
  }
  *bound = from_system(&sa);
  *fd = s;
  return MSNAV_OK;
}

void msnav_socket_close(const msnav_loop *loop, int *fd, void **io) {
  if (*io != NULL) {
    loop->io_del(loop->data, *io);
    *io = NULL;
  }
  if (*fd >= 0) {
    (void)close(*fd);
    *fd = -1;
  }
}

bool msnav_socket_connect(int fd, const msnav_addr *addr) {
  struct sockaddr_in sa = to_system(addr);
  return connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
}

bool msnav_socket_name(int fd, msnav_addr *addr) {
  struct sockaddr_in sa = {0};
  socklen_t len = sizeof(sa);
  if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0) {
    return false;
  }
  *addr = from_system(&sa);
  return true;
}

int msnav_socket_receive(int fd, msnav_batch *batch) {
  struct mmsghdr headers[MSNAV_SOCKET_BATCH] = {0};
  struct iovec vectors[MSNAV_SOCKET_BATCH];
  struct sockaddr_in from[MSNAV_SOCKET_BATCH] = {0};
  for (int i = 0; i < MSNAV_SOCKET_BATCH; i++) {
    vectors[i] = (struct iovec){batch->data[i], sizeof(batch->data[i])};
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &from[i];
    headers[i].msg_hdr.msg_namelen = sizeof(from[i]);
  }
  int n = recvmmsg(fd, headers, MSNAV_SOCKET_BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++) {
    batch->from[i] = from_system(&from[i]);
    batch->len[i] = headers[i].msg_len;
  }
  return n > 0 ? n : 0;
}

bool msnav_socket_send(int fd, const msnav_addr *to, const char *data,
                       size_t len) {
  if (to == NULL) {
    return send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  }
  struct sockaddr_in sa = to_system(to);
  return sendto(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL,
                (struct sockaddr *)&sa, sizeof(sa)) >= 0;
}

/* An error of an earlier datagram is read like one, and thrown away too. */
void msnav_socket_discard(int fd) {
  char data[1];
  for (int i = 0; i < MAX_DISCARDED; i++) {
    if (recv(fd, data, sizeof(data), MSG_DONTWAIT) < 0 &&
        errno != ECONNREFUSED) {
      return;
    }
  }
}
