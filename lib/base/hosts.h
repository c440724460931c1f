/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an IPv4 address in host byte order is. */
#ifndef MSNAV_BASE_HOSTS_H
#define MSNAV_BASE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool msnav_ip_is_loopback(uint32_t ip) {
  return ip >> 24 == 127;
}

/* Not 0.0.0.0/8, multicast, class E or broadcast. */
static inline bool msnav_ip_is_host(uint32_t ip) {
  return ip >> 24 != 0 && ip >> 28 < 0xe;
}

#endif
