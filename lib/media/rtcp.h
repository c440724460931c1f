/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP packets as bytes (RFC 3550 section 6), and when to send them. */
#ifndef MSNAV_MEDIA_RTCP_H
#define MSNAV_MEDIA_RTCP_H

#include <msnav/base.h>

/* A report block, as it is written and read. */
typedef struct msnav_rtcp_block {
  uint32_t ssrc;     /* whom it is about */
  uint8_t fraction;  /* lost since the last report, 1/256 */
  int32_t lost;      /* cumulative, 24 bits */
  uint32_t highest;  /* extended sequence number */
  uint32_t jitter;   /* RTP units */
  uint32_t last_sr;  /* middle 32 bits of its NTP timestamp */
  uint32_t since_sr; /* 1/65536 s */
} msnav_rtcp_block;

/* What one datagram says.  Packets may stand alone (RTC/1.2 sends them so);
 * unknown types and profile extensions are skipped. */
typedef struct msnav_rtcp {
  bool has_ssrc; /* some packet names its sender */
  uint32_t ssrc;
  bool has_sr;
  uint32_t ntp_middle;
  bool has_block; /* about our SSRC; the last one counts */
  msnav_rtcp_block block;
  bool bye;         /* BYE of ssrc */
  unsigned packets; /* in the datagram */
} msnav_rtcp;

/* MSNAV_ERR_PARSE when any length or version is wrong; nothing of such a
 * datagram counts. */
msnav_error msnav_rtcp_read(const uint8_t *data, size_t len, uint32_t our_ssrc,
                            msnav_rtcp *out);

typedef struct msnav_rtcp_writer {
  uint32_t ssrc;
  bool sender; /* SR, else RR */
  uint64_t ntp;
  uint32_t timestamp; /* that belongs to ntp */
  uint32_t packets, bytes;
  bool has_block;
  msnav_rtcp_block block;
  const char *cname;
  bool bye;
} msnav_rtcp_writer;

/* SR or RR, SDES with CNAME, BYE when asked for; at most 160 bytes. */
size_t msnav_rtcp_write(const msnav_rtcp_writer *w, uint8_t *out);

/* RFC 3550 section 6.3 for two members. */
typedef struct msnav_rtcp_timer {
  msnav_usec next, previous;
  uint32_t average; /* size with UDP and IP headers, bytes times 16 */
  uint32_t random;
  uint32_t bandwidth; /* bit/s of the session */
  bool initial;
} msnav_rtcp_timer;

void msnav_rtcp_timer_init(msnav_rtcp_timer *t, uint32_t random,
                           uint32_t bandwidth, msnav_usec now);
/* Whether to send now; else next was put off (reconsideration, 6.3.6). */
bool msnav_rtcp_timer_due(msnav_rtcp_timer *t, msnav_usec now);
/* A datagram of this size was sent, or received. */
void msnav_rtcp_timer_sent(msnav_rtcp_timer *t, size_t bytes, msnav_usec now);
void msnav_rtcp_timer_received(msnav_rtcp_timer *t, size_t bytes);
uint32_t msnav_random(uint32_t *state);

#endif
