/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP (RFC 3550 section 6): reading and writing of datagrams, and when to
 * send one. */
#ifndef MSNAV_MEDIA_RTCP_H
#define MSNAV_MEDIA_RTCP_H

#include "media/xr.h"

#define MSNAV_RTCP_SR 200
#define MSNAV_RTCP_RR 201
#define MSNAV_RTCP_SDES 202
#define MSNAV_RTCP_BYE 203
#define MSNAV_RTCP_APP 204

#define MSNAV_CNAME_MAX 63

/* ---- reading */

/* One packet of a datagram. */
typedef struct msnav_rtcp_packet {
  const uint8_t *data; /* the packet with its header */
  size_t len;          /* bytes, without padding */
  uint8_t type;
  uint8_t count; /* reports, chunks or sources */
} msnav_rtcp_packet;

/* Check a whole datagram: versions, lengths, padding, and that the reports,
 * chunks and sources of the types above lie inside their packets.
 * MSNAV_ERR_PARSE otherwise.  As protocol.md section 6 asks, any type may
 * come first or alone, what follows the reports of an SR or RR (a profile
 * extension) is not looked at, and neither are other types, 192...223. */
msnav_error msnav_rtcp_check(const uint8_t *data, size_t len);

/* Take the next packet of a checked datagram; false at its end. */
bool msnav_rtcp_next(const uint8_t **data, size_t *len, msnav_rtcp_packet *out);

typedef struct msnav_sender_info {
  uint64_t ntp;
  uint32_t timestamp;
  uint32_t packets;
  uint32_t octets;
} msnav_sender_info;

typedef struct msnav_report_block {
  uint32_t ssrc;
  uint32_t highest; /* extended sequence number */
  uint32_t jitter;  /* ticks of the RTP clock */
  uint32_t lsr;     /* middle of the NTP timestamp of the last SR */
  uint32_t dlsr;    /* since then, 1/65536 s */
  int32_t lost;     /* cumulative, 24 bits */
  uint8_t fraction; /* lost since the last report, 1/256 */
} msnav_report_block;

/* SSRC of the packet's sender. */
uint32_t msnav_rtcp_ssrc(const msnav_rtcp_packet *p);
/* of an SR */
void msnav_rtcp_sender_info(const msnav_rtcp_packet *p, msnav_sender_info *out);
/* the reports of an SR or RR: is there one about this SSRC? */
bool msnav_rtcp_find_block(const msnav_rtcp_packet *p, uint32_t ssrc,
                           msnav_report_block *out);
/* of a BYE: does it name this SSRC? */
bool msnav_rtcp_bye_names(const msnav_rtcp_packet *p, uint32_t ssrc);

/* ---- writing */

typedef struct msnav_rtcp_report {
  uint32_t ssrc;
  const msnav_sender_info *sender; /* NULL: a receiver report */
  const msnav_report_block *block; /* NULL: nothing was received */
  const msnav_voip *voip;          /* about the block's source, or NULL */
  const char *cname;               /* not terminated */
  uint8_t cname_len;
  bool bye;
} msnav_rtcp_report;

/* SR or RR, SDES with CNAME, XR, and BYE; at most 28 + 24 + 76 + 44 + 8
 * bytes. */
size_t msnav_rtcp_write(const msnav_rtcp_report *r, uint8_t *out);

/* ---- timing (RFC 3550 section 6.3) for a session of two */

typedef struct msnav_rtcp_timer {
  msnav_usec last;       /* tp: when we sent last */
  msnav_usec next;       /* tn */
  uint32_t average_q4;   /* size of datagrams with IP and UDP headers */
  uint32_t bytes_second; /* that may be spent on RTCP */
  uint32_t random;
  uint8_t members; /* we, and the peer when it was heard */
  bool initial;    /* nothing was sent yet */
} msnav_rtcp_timer;

/* bandwidth of the session in bit/s, a twentieth of which is RTCP's. */
void msnav_rtcp_timer_init(msnav_rtcp_timer *t, uint32_t bandwidth,
                           uint32_t random, msnav_usec now);

/* A new random interval, us. */
msnav_usec msnav_rtcp_interval(msnav_rtcp_timer *t);

/* `next` has come.  Timer reconsideration: false when it was put off. */
bool msnav_rtcp_timer_expire(msnav_rtcp_timer *t, msnav_usec now);

/* We sent so many bytes of RTCP. */
void msnav_rtcp_timer_sent(msnav_rtcp_timer *t, size_t len, msnav_usec now);

/* So many bytes came from the peer. */
void msnav_rtcp_timer_heard(msnav_rtcp_timer *t, size_t len);

/* The peer was heard last then, 0: never or no more.  After five intervals of
 * silence it is no member any more. */
void msnav_rtcp_timer_check(msnav_rtcp_timer *t, msnav_usec heard,
                            msnav_usec now);

/* The peer said BYE: reverse reconsideration. */
void msnav_rtcp_timer_left(msnav_rtcp_timer *t, msnav_usec now);

#endif
