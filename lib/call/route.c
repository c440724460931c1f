/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of our addresses a peer can answer to. */
#include "call/context.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANYWHERE 0xc0000201u /* 192.0.2.1 (RFC 5737): the default route */

/* A connected UDP socket knows its source address; nothing is sent. */
uint32_t msnav_call_route(uint32_t towards) {
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(9),
                           .sin_addr.s_addr =
                             htonl(towards != 0 ? towards : ANYWHERE)};
  socklen_t len = sizeof(sa);
  uint32_t found = INADDR_LOOPBACK;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return found;
  }
  if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
      getsockname(fd, (struct sockaddr *)&sa, &len) == 0) {
    found = ntohl(sa.sin_addr.s_addr);
  }
  close(fd);
  return found;
}
