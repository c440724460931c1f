/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Integers in network byte order, read and written byte by byte: a datagram
 * has no alignment.  Compilers make one load and one swap of each. */
#ifndef MSNAV_MEDIA_WIRE_H
#define MSNAV_MEDIA_WIRE_H

#include <stdint.h>

static inline uint16_t msnav_get16(const uint8_t *p) {
  return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t msnav_get32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
         p[3];
}

static inline void msnav_put16(uint8_t *p, unsigned value) {
  p[0] = (uint8_t)(value >> 8);
  p[1] = (uint8_t)value;
}

static inline void msnav_put32(uint8_t *p, uint32_t value) {
  p[0] = (uint8_t)(value >> 24);
  p[1] = (uint8_t)(value >> 16);
  p[2] = (uint8_t)(value >> 8);
  p[3] = (uint8_t)value;
}

#endif
