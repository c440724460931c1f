/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Probation (RFC 3550 A.1, section 8.2): an address or SSRC that is not
 * known yet is believed after so many packets in sequence.  One candidate at
 * a time. */
#ifndef MSNAV_MEDIA_TRIAL_H
#define MSNAV_MEDIA_TRIAL_H

#include <msnav/base.h>

/* RFC 3550 A.1, MIN_SEQUENTIAL */
#define MSNAV_TRIAL_PACKETS 2

/* For what the peer did not announce: another port of its host, or another
 * SSRC in mid-stream. */
#define MSNAV_TRIAL_PACKETS_STRICT 4

/* A candidate that is silent for so long gives way to another one. */
#define MSNAV_TRIAL_EXPIRES_US 200000

typedef struct msnav_trial {
  msnav_usec last; /* when the candidate was heard */
  msnav_addr from;
  uint32_t ssrc;
  uint16_t next;  /* sequence number that continues the run */
  uint8_t run;    /* packets in sequence so far, 0: no candidate */
  bool preferred; /* from the signalled address */
} msnav_trial;

typedef struct msnav_trial_packet {
  msnav_addr from;
  uint32_t ssrc;
  uint16_t sequence;
  bool preferred; /* from the signalled address: takes the place of others */
} msnav_trial_packet;

/* Another packet; `needed` in sequence are enough.  True when it has passed;
 * the candidate is forgotten then. */
bool msnav_trial_take(msnav_trial *t, const msnav_trial_packet *p,
                      unsigned needed, msnav_usec now);

#endif
