/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pairs of ports that RTP and RTCP are received on. */
#include "call/context.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int bind_udp(uint32_t ip, uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    return -1;
  }
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(port),
                           .sin_addr.s_addr = htonl(ip)};
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

/* Where the system bound it; 0 on failure. */
static uint16_t bound_port(int fd) {
  struct sockaddr_in sa = {0};
  socklen_t len = sizeof(sa);
  return getsockname(fd, (struct sockaddr *)&sa, &len) == 0 ? ntohs(sa.sin_port)
                                                            : 0;
}

/* An even port and the odd one after it (RFC 3550 section 11); any, when port
 * is 0: what the system gives is the one or the other. */
static bool bind_pair(call_stream *st, uint32_t ip, uint16_t port) {
  int first = bind_udp(ip, port);
  if (first < 0) {
    return false;
  }
  uint16_t got = port != 0 ? port : bound_port(first);
  int second = got != 0 ? bind_udp(ip, got ^ 1) : -1;
  if (second < 0) {
    int error = errno;
    close(first);
    errno = error;
    return false;
  }
  st->rtp_fd = got % 2 == 0 ? first : second;
  st->rtcp_fd = got % 2 == 0 ? second : first;
  st->local.port = (uint16_t)(got & ~1);
  return true;
}

static bool bind_somewhere(call_stream *st) {
  msnav_context *ctx = st->call->ctx;
  const msnav_config *c = &ctx->config;
  uint32_t ip = msnav_call_bind_at(st->call).ip;
  if (c->rtp_port_max == 0) {
    for (int i = 0; i < 64; i++) { /* the other one may be taken */
      if (bind_pair(st, ip, 0)) {
        return true;
      }
    }
    return false;
  }
  uint16_t first;
  unsigned pairs = msnav_call_rtp_pairs(c, &first);
  for (unsigned i = 0; i < pairs; i++) {
    unsigned at = (ctx->next_rtp_port++) % pairs;
    if (bind_pair(st, ip, (uint16_t)(first + 2 * at))) {
      return true;
    }
  }
  return false;
}

msnav_error msnav_call_open_stream(call_stream *st, uint32_t ip) {
  st->local.ip = ip;
  if (st->rtp_fd >= 0) {
    return MSNAV_OK;
  }
  if (!bind_somewhere(st)) {
    int error = errno; /* the application may log by system calls */
    msnav_call_log(st->call->ctx, MSNAV_LOG_ERROR, st->call,
                   "no pair of RTP ports: %s", g_strerror(error));
    return error == EADDRINUSE ? MSNAV_ERR_IN_USE : MSNAV_ERR_SYSTEM;
  }
  return MSNAV_OK;
}
