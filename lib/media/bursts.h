/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How losses crowd together (RFC 3611 section 4.7.2).  A packet counts when it
 * never came, or came too late to be played.  A burst begins and ends with
 * one and has no Gmin good packets in a row; gaps lie between bursts, and the
 * losses in them are alone.
 *
 * What is missing when a later packet comes may still arrive, or be recovered
 * from redundancy: the newest 32 packets are settled only when others follow
 * them.  Frames that a full buffer throws away are not counted here. */
#ifndef MSNAV_MEDIA_BURSTS_H
#define MSNAV_MEDIA_BURSTS_H

#include <msnav/base.h>

#define MSNAV_GMIN 16
#define MSNAV_BURSTS_OPEN 32

/* Zero, then msnav_bursts_cut(). */
typedef struct msnav_bursts {
  uint32_t lost;    /* packets */
  uint32_t runs;    /* in so many pieces, without a good packet inside */
  uint32_t crowded; /* of them, inside bursts */
  uint32_t span;    /* packets inside bursts, lost or not */
  uint32_t count;   /* bursts */
  uint32_t last;    /* extended sequence number of the last one settled */
  uint32_t first;   /* and that of bit 0 of ... */
  uint32_t missing; /* ... bit n: first + n is missing so far */
  bool alone;       /* the last one settled is no part of a burst so far */
} msnav_bursts;

/* So many packets from this extended sequence number on are missing; none
 * after them has been noted before. */
void msnav_bursts_note(msnav_bursts *b, uint32_t from, uint32_t count);

/* One that was missing is there after all. */
void msnav_bursts_forgive(msnav_bursts *b, uint32_t number);

/* Sequence numbers start over. */
void msnav_bursts_cut(msnav_bursts *b);

/* The same with all settled: what to read numbers from. */
msnav_bursts msnav_bursts_sum(const msnav_bursts *b);

#endif
