/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose datagrams are taken and where ours go (msnav_source_policy). */
#ifndef MSNAV_MEDIA_SOURCE_H
#define MSNAV_MEDIA_SOURCE_H

#include <msnav/media.h>

typedef enum msnav_trust {
  MSNAV_TRUST_NONE,  /* refuse */
  MSNAV_TRUST_TRIAL, /* may be locked on after a probation */
  MSNAV_TRUST_FULL
} msnav_trust;

typedef struct msnav_source {
  msnav_addr rtp;            /* where RTP goes, and is locked to */
  msnav_addr rtcp;           /* likewise RTCP */
  msnav_addr signalled;      /* as the peer named them */
  msnav_addr signalled_rtcp; /* never port 0 while signalled has one */
  uint32_t host;             /* a further named address, or 0 */
  uint8_t policy;            /* a msnav_source_policy */
  bool locked;               /* LATCH: rtp is locked */
  bool rtcp_locked;          /* LATCH: rtcp is locked */
} msnav_source;

/* Start with the signalled addresses. */
void msnav_source_init(msnav_source *s, const msnav_stream_config *config);

/* Whether the same addresses and policy are named. */
bool msnav_source_is_same(const msnav_source *s,
                          const msnav_stream_config *config);

static inline bool msnav_addr_equal(const msnav_addr *a, const msnav_addr *b) {
  return a->ip == b->ip && a->port == b->port;
}

msnav_trust msnav_source_check(const msnav_source *s, const msnav_addr *from);
bool msnav_source_check_rtcp(const msnav_source *s, const msnav_addr *from);

/* A source has passed its probation; whether that locked the stream. */
bool msnav_source_lock(msnav_source *s, const msnav_addr *from);

/* Valid RTCP came from the peer's SSRC. */
void msnav_source_lock_rtcp(msnav_source *s, const msnav_addr *from);

#endif
