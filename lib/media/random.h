/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that need not be secret: RTCP intervals, first sequence number and
 * timestamp.  The seed comes from the caller. */
#ifndef MSNAV_MEDIA_RANDOM_H
#define MSNAV_MEDIA_RANDOM_H

#include <stdint.h>

/* A Weyl sequence through a mixer of 32 bits. */
static inline uint32_t msnav_random(uint32_t *state) {
  uint32_t x = *state += 0x9e3779b9u;
  x = (x ^ x >> 16) * 0x21f0aaadu;
  x = (x ^ x >> 15) * 0x735a2d97u;
  return x ^ x >> 15;
}

#endif
