/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/pool.h"

#include <string.h>

#define NONE 0xffffu

static void set_next(msnav_pool *p, unsigned at, unsigned next) {
  p->words[at + 1] = (p->words[at + 1] & 0xffff0000) | next;
}

void msnav_pool_compact(msnav_pool *p) {
  uint32_t copy[MSNAV_POOL_BYTES / 4];
  unsigned at = p->head, fill = 0;
  for (unsigned i = 0; i < p->count; i++) {
    unsigned size = msnav_pool_words(msnav_pool_packed(p, at) & MSNAV_POOL_LEN);
    unsigned next = msnav_pool_next(p, at);
    set_next(p, at, fill + size);
    memcpy(copy + fill, p->words + at, size * sizeof(*copy));
    p->tail = (uint16_t)fill;
    fill += size;
    at = next;
  }
  memcpy(p->words, copy, fill * sizeof(*copy));
  p->fill = (uint16_t)fill;
  p->end = p->limit;
  p->head = 0;
}

/* The waiting frames lie in their order, as in a ring: what is free lies
 * behind fill, up to here. */
static unsigned free_end(const msnav_pool *p) {
  return p->fill > p->head || p->count == 0 ? p->limit : p->head;
}

bool msnav_pool_fits(msnav_pool *p, unsigned size) {
  if (p->fill + size > free_end(p) && p->fill > p->head && size <= p->head) {
    set_next(p, p->tail, 0);
    p->fill = 0;
  }
  p->end = (uint16_t)free_end(p);
  return p->fill + size <= p->end;
}

bool msnav_pool_insert(msnav_pool *p, uint32_t media) {
  unsigned at = p->fill, prev = NONE, next = p->head;
  while ((int32_t)(msnav_pool_media(p, next) - media) < -MSNAV_POOL_SLACK_US) {
    if (next == p->tail) {
      return false;
    }
    prev = next;
    next = msnav_pool_next(p, next);
  }
  if ((int32_t)(msnav_pool_media(p, next) - media) <= MSNAV_POOL_SLACK_US) {
    return false;
  }
  set_next(p, at, next);
  if (prev == NONE) {
    p->head = (uint16_t)at;
  } else {
    set_next(p, prev, at);
  }
  p->count++;
  msnav_pool_compact(p);
  return true;
}
