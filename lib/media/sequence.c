/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/sequence.h"

#include <string.h>

#define NO_JUMP 0x10000u

void msnav_sequence_start(msnav_sequence *q, uint16_t number) {
  memset(q, 0, sizeof(*q));
  q->window = 1;
  q->highest = number;
  q->base = number;
  q->unique = 1;
  q->confirms = NO_JUMP;
}

msnav_order msnav_sequence_look(const msnav_sequence *q, uint16_t number,
                                uint32_t *extended) {
  unsigned ahead = (uint16_t)(number - q->highest);
  if (ahead == 0) {
    *extended = q->highest;
    return MSNAV_ORDER_REPEATED;
  }
  if (ahead < MSNAV_MAX_DROPOUT) {
    *extended = q->highest + ahead;
    return MSNAV_ORDER_NEXT;
  }
  unsigned behind = 0x10000 - ahead;
  if (behind < MSNAV_MAX_MISORDER) {
    *extended = q->highest - behind;
    bool seen = behind < 64 && (q->window >> behind & 1) != 0;
    return seen ? MSNAV_ORDER_REPEATED : MSNAV_ORDER_OLD;
  }
  if (number == q->confirms) {
    *extended = number;
    return MSNAV_ORDER_RESTART;
  }
  return MSNAV_ORDER_JUMP;
}

void msnav_sequence_take(msnav_sequence *q, uint16_t number, msnav_order order,
                         uint32_t extended) {
  switch (order) {
  case MSNAV_ORDER_NEXT:
    msnav_sequence_advance(q, extended - q->highest);
    return;
  case MSNAV_ORDER_OLD: {
    uint32_t behind = q->highest - extended;
    q->window |= behind < 64 ? (uint64_t)1 << behind : 0;
    q->unique++;
    q->reordered++;
    return;
  }
  case MSNAV_ORDER_REPEATED:
    q->repeated++;
    return;
  case MSNAV_ORDER_RESTART:
    msnav_sequence_start(q, number);
    return;
  case MSNAV_ORDER_JUMP:
    q->confirms = (uint16_t)(number + 1);
    return;
  }
}

int64_t msnav_sequence_lost(const msnav_sequence *q) {
  return (int64_t)msnav_sequence_expected(q) - (int64_t)q->unique;
}

bool msnav_sequence_complete(const msnav_sequence *q, uint32_t extended,
                             unsigned count) {
  uint32_t behind = q->highest - extended;
  if (behind > 63 || count > 63 - behind) {
    return false;
  }
  uint64_t mask = (((uint64_t)1 << count) - 1) << 1 << behind;
  return (q->window & mask) == mask;
}

uint8_t msnav_sequence_fraction(msnav_sequence *q) {
  uint32_t expected = msnav_sequence_expected(q);
  uint32_t received = q->unique + q->repeated;
  uint32_t wanted = expected - q->expected_prior;
  int32_t lost = (int32_t)(wanted - (received - q->received_prior));
  q->expected_prior = expected;
  q->received_prior = received;
  if (wanted == 0 || lost <= 0) {
    return 0;
  }
  uint64_t fraction = ((uint64_t)lost << 8) / wanted;
  return fraction > 255 ? 255 : (uint8_t)fraction;
}

int32_t msnav_sequence_cumulative(const msnav_sequence *q) {
  int64_t lost = msnav_sequence_lost(q) - (int64_t)q->repeated;
  return lost > 0x7fffff    ? 0x7fffff
         : lost < -0x800000 ? -0x800000
                            : (int32_t)lost;
}

void msnav_interarrival_start(msnav_interarrival *a, uint32_t clock_rate,
                              uint32_t timestamp, msnav_usec now) {
  a->us_q16 = (uint32_t)(((uint64_t)1000000 << 16) / clock_rate);
  a->timestamp = timestamp;
  a->arrival = now;
}
