/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom we hear: the source address, the SSRC, the sequence numbers, and what
 * follows from them (RFC 3550 appendix A). */
#ifndef MSNAV_MEDIA_RECEIVER_H
#define MSNAV_MEDIA_RECEIVER_H

#include "media/rtp.h"
#include <msnav/media.h>

#define MSNAV_PROBATION 4         /* packets in sequence that earn trust */
#define MSNAV_SSRC_SILENCE 200000 /* µs that the old SSRC must be silent */

typedef struct msnav_source {
  uint32_t policy;
  uint32_t host, second_host; /* that the peer named */
  msnav_addr signalled;
  msnav_addr locked;    /* port 0: none yet */
  msnav_addr candidate; /* on probation */
  uint32_t candidate_ssrc;
  uint16_t candidate_next;
  uint8_t candidate_count;
  uint8_t trusted_count; /* packets from the signalled address */
} msnav_source;

void msnav_source_init(msnav_source *s, const msnav_stream_config *config);
/* MSNAV_OK when packets from there count; MSNAV_ERR_SOURCE else, also while
 * an address is on probation.  *locked is set when the source was locked by
 * this packet. */
msnav_error msnav_source_check(msnav_source *s, const msnav_addr *from,
                               const msnav_rtp *rtp, bool *locked);
/* Whether RTCP from there may be the peer's. */
bool msnav_source_allows_rtcp(const msnav_source *s, const msnav_addr *from);

typedef enum msnav_sequence_result {
  MSNAV_SEQUENCE_NEXT = 0, /* newer than all before */
  MSNAV_SEQUENCE_OLD,      /* behind the newest, or again */
  MSNAV_SEQUENCE_JUMP,     /* started anew: resynchronise */
  MSNAV_SEQUENCE_REFUSED   /* far off; believed when a second one follows */
} msnav_sequence_result;

typedef struct msnav_receiver {
  uint32_t ssrc;
  bool known; /* ssrc has been heard */
  uint16_t max_seq;
  uint32_t cycles;   /* 65,536 for each wrap */
  uint32_t base_seq; /* extended */
  uint32_t bad_seq;
  uint32_t received;
  uint32_t expected_prior, received_prior;
  uint32_t clock_q32; /* RTP units per µs, times 2^32 */
  uint32_t last_timestamp;
  uint32_t jitter_q4;
  msnav_usec last_arrival; /* of another timestamp than before */
  msnav_usec last_heard;
  uint32_t losses, burst_losses, since_loss; /* RFC 3611 section 4.7.2 */
  /* another SSRC on probation */
  uint32_t new_ssrc;
  uint16_t new_next;
  uint8_t new_count;
} msnav_receiver;

void msnav_receiver_set_clock(msnav_receiver *r, uint32_t clock_rate);
/* Whether this SSRC counts; *changed when it was taken over now. */
bool msnav_receiver_accepts(msnav_receiver *r, const msnav_rtp *rtp,
                            msnav_usec now, bool *changed);
msnav_sequence_result
msnav_receiver_take(msnav_receiver *r, const msnav_rtp *rtp, msnav_usec now,
                    uint32_t *extended);
/* Expected minus received packets, since the start. */
int64_t msnav_receiver_lost(const msnav_receiver *r);
/* Fraction lost since the last call, in 1/256 (A.3). */
uint8_t msnav_receiver_fraction(msnav_receiver *r);

#endif
