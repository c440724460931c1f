/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sequence numbers and interarrival jitter of one source (RFC 3550 A.1, A.3,
 * A.8).  Probation, the rest of A.1, is in media/trial.h.
 *
 * Two counts of what came: A.3 lets duplicates make up for losses, so that is
 * what RTCP reports say; `unique` tells what really is there. */
#ifndef MSNAV_MEDIA_SEQUENCE_H
#define MSNAV_MEDIA_SEQUENCE_H

#include <msnav/base.h>

/* RFC 3550 A.1 */
#define MSNAV_MAX_DROPOUT 3000
#define MSNAV_MAX_MISORDER 100

typedef enum msnav_order {
  MSNAV_ORDER_NEXT,     /* newer than all before */
  MSNAV_ORDER_OLD,      /* late, but not seen before */
  MSNAV_ORDER_REPEATED, /* seen before */
  MSNAV_ORDER_RESTART,  /* the second one after a jump: it is real */
  MSNAV_ORDER_JUMP      /* far from all before: wait for a second one */
} msnav_order;

typedef struct msnav_sequence {
  uint64_t window;         /* bit n: highest - n came */
  uint32_t highest;        /* extended sequence number */
  uint32_t base;           /* the first one, extended */
  uint32_t unique;         /* packets since base */
  uint32_t repeated;       /* duplicates since base */
  uint32_t reordered;      /* packets since base behind the highest */
  uint32_t expected_prior; /* at the last report */
  uint32_t received_prior;
  uint32_t confirms; /* what confirms a jump; beyond 16 bits: no jump */
} msnav_sequence;

/* The first valid packet of a source. */
void msnav_sequence_start(msnav_sequence *q, uint16_t number);

/* What a number would be; *extended is it, unless the result is JUMP. */
msnav_order msnav_sequence_look(const msnav_sequence *q, uint16_t number,
                                uint32_t *extended);

/* Count it; the arguments are number and result of msnav_sequence_look(). */
void msnav_sequence_take(msnav_sequence *q, uint16_t number, msnav_order order,
                         uint32_t extended);

/* NEXT, so many ahead of the highest: the path of nearly every packet. */
static inline void msnav_sequence_advance(msnav_sequence *q, unsigned ahead) {
  q->window = ahead < 64 ? q->window << ahead | 1 : 1;
  q->highest += ahead;
  q->unique++;
}

static inline uint32_t msnav_sequence_expected(const msnav_sequence *q) {
  return q->highest - q->base + 1;
}

/* Packets lost since base, duplicates ignored; late ones make it shrink. */
int64_t msnav_sequence_lost(const msnav_sequence *q);

/* Whether all of the `count` packets before this one came; false when that is
 * too long ago to know. */
bool msnav_sequence_complete(const msnav_sequence *q, uint32_t extended,
                             unsigned count);

/* For a reception report (A.3): the fraction since the last report in 1/256,
 * and the total within 24 bits. */
uint8_t msnav_sequence_fraction(msnav_sequence *q);
int32_t msnav_sequence_cumulative(const msnav_sequence *q);

/* Interarrival jitter, kept in microseconds: finer than most RTP clocks, and
 * nothing has to be divided when a packet comes. */
typedef struct msnav_interarrival {
  msnav_usec arrival; /* of the last packet */
  uint32_t timestamp; /* of the last packet */
  uint32_t us_q16;    /* length of a tick of the RTP clock */
  uint32_t jitter_q4; /* us */
} msnav_interarrival;

/* RTP clock of the packets that come next (RFC 7160: nothing can be said
 * about the distance over such a change). */
void msnav_interarrival_start(msnav_interarrival *a, uint32_t clock_rate,
                              uint32_t timestamp, msnav_usec now);

static inline void msnav_interarrival_take(msnav_interarrival *a,
                                           uint32_t timestamp, msnav_usec now) {
  int32_t ticks = (int32_t)(timestamp - a->timestamp);
  int64_t media = ((int64_t)ticks * a->us_q16) >> 16;
  int64_t late = (int64_t)(now - a->arrival) - media;
  late = late < 0 ? -late : late;
  uint32_t d = late < 10000000 ? (uint32_t)late : 10000000;
  a->jitter_q4 += d - ((a->jitter_q4 + 8) >> 4);
  a->timestamp = timestamp;
  a->arrival = now;
}

#endif
