/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/bursts.h"

/* Far from where numbers start. */
#define NOWHERE 0x80000000u

static uint32_t at_most(uint32_t value, uint32_t most) {
  return value < most ? value : most;
}

/* These are missing for good. */
static void settle(msnav_bursts *b, uint32_t from, uint32_t count) {
  bool near = b->lost > 0 && from - b->last - 1 < MSNAV_GMIN;
  if (near && b->alone) {
    b->crowded++; /* the one before turns out to begin a burst */
    b->span++;
    b->count++;
  }
  if (near) {
    b->crowded += count;
    b->span += from + count - 1 - b->last;
  } else if (count > 1) {
    b->crowded += count;
    b->span += count;
    b->count++;
  }
  b->alone = !near && count == 1;
  b->runs += b->lost == 0 || from - b->last != 1;
  b->lost += count;
  b->last = from + count - 1;
}

/* What lies before this number is settled. */
static void advance(msnav_bursts *b, uint32_t number) {
  while (b->missing != 0 && (int32_t)(number - b->first) > 0) {
    if ((b->missing & 1) != 0) {
      settle(b, b->first, 1);
    }
    b->missing >>= 1;
    b->first++;
  }
}

void msnav_bursts_note(msnav_bursts *b, uint32_t from, uint32_t count) {
  if (count == 0) {
    return;
  }
  uint32_t open = at_most(count, MSNAV_BURSTS_OPEN);
  advance(b, from + count - MSNAV_BURSTS_OPEN);
  if (count > open) {
    settle(b, from, count - open);
    from += count - open;
  }
  b->first = b->missing != 0 ? b->first : from;
  b->missing |= UINT32_MAX >> (32 - open) << (from - b->first);
}

void msnav_bursts_forgive(msnav_bursts *b, uint32_t number) {
  uint32_t n = number - b->first;
  if (n < MSNAV_BURSTS_OPEN) {
    b->missing &= ~((uint32_t)1 << n);
  }
}

void msnav_bursts_cut(msnav_bursts *b) {
  advance(b, b->first + MSNAV_BURSTS_OPEN);
  b->last = NOWHERE;
  b->alone = false;
}

msnav_bursts msnav_bursts_sum(const msnav_bursts *b) {
  msnav_bursts sum = *b;
  advance(&sum, sum.first + MSNAV_BURSTS_OPEN);
  return sum;
}
