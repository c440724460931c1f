/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip/random.h"
#include <glib.h>
#include <stdint.h>
#include <sys/random.h>

void msnav_random_bytes(void *bytes, size_t len) {
  uint8_t *at = bytes;
  ssize_t n = getrandom(bytes, len, 0);
  for (size_t have = n > 0 ? (size_t)n : 0; have < len; have++) {
    at[have] = (uint8_t)g_random_int();
  }
}
