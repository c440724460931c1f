/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/rtcp.h"
#include "media/rtp.h"
#include <string.h>

enum { SR = 200, RR = 201, SDES = 202, BYE = 203 };

#define LEAST_INTERVAL 5000000 /* µs, RFC 3550 section 6.2 */
#define MEMBERS 2
#define UDP_AND_IP 28
#define MOST_CNAME 63
/* e - 3/2, which makes up for the reconsideration, as a fraction */
#define COMPENSATION_NUMERATOR 100000
#define COMPENSATION_DENOMINATOR 121828

static void read_block(const uint8_t *p, msnav_rtcp_block *b) {
  uint32_t lost = msnav_be32(p + 4) & 0xffffff;
  b->ssrc = msnav_be32(p);
  b->fraction = p[4];
  b->lost = (lost & 0x800000) != 0 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
  b->highest = msnav_be32(p + 8);
  b->jitter = msnav_be32(p + 12);
  b->last_sr = msnav_be32(p + 16);
  b->since_sr = msnav_be32(p + 20);
}

/* The blocks of an SR or RR; an extension may follow them. */
static msnav_error
read_report(const uint8_t *p, size_t len, uint32_t our_ssrc, msnav_rtcp *out) {
  size_t at = p[1] == SR ? 28 : 8;
  size_t count = p[0] & 31;
  if (len < at + 24 * count) {
    return MSNAV_ERR_PARSE;
  }
  out->has_ssrc = true;
  out->ssrc = msnav_be32(p + 4);
  if (p[1] == SR) {
    out->has_sr = true;
    out->ntp_middle = msnav_be32(p + 10);
  }
  for (size_t i = 0; i < count; i++) {
    msnav_rtcp_block block;
    read_block(p + at + 24 * i, &block);
    if (block.ssrc == our_ssrc) {
      out->has_block = true;
      out->block = block;
    }
  }
  return MSNAV_OK;
}

/* Chunks of items; every length is checked, nothing is kept: names are no
 * business of ours.  RTC/1.2 ends texts with a NUL inside their length. */
static msnav_error read_sdes(const uint8_t *p, size_t len) {
  size_t at = 4;
  for (unsigned i = 0; i < (p[0] & 31u); i++) {
    if (len - at < 4) {
      return MSNAV_ERR_PARSE;
    }
    at += 4;
    while (at < len && p[at] != 0) {
      if (len - at < 2 || len - at - 2 < p[at + 1]) {
        return MSNAV_ERR_PARSE;
      }
      at += 2 + (size_t)p[at + 1];
    }
    if (at >= len) {
      return MSNAV_ERR_PARSE;
    }
    at = (at + 4) & ~(size_t)3; /* the null item and its padding */
    if (at > len) {
      return MSNAV_ERR_PARSE;
    }
  }
  return MSNAV_OK;
}

static msnav_error read_bye(const uint8_t *p, size_t len, msnav_rtcp *out) {
  size_t count = p[0] & 31;
  if (len < 4 + 4 * count) {
    return MSNAV_ERR_PARSE;
  }
  if (count > 0) {
    out->has_ssrc = true;
    out->ssrc = msnav_be32(p + 4);
    out->bye = true;
  }
  return MSNAV_OK;
}

msnav_error msnav_rtcp_read(const uint8_t *data, size_t len, uint32_t our_ssrc,
                            msnav_rtcp *out) {
  msnav_rtcp r = {0};
  if (len < 4) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t at = 0; at < len;) {
    const uint8_t *p = data + at;
    if (len - at < 4 || p[0] >> 6 != 2 || p[1] < 192 || p[1] > 223) {
      return MSNAV_ERR_PARSE;
    }
    size_t size = 4 * ((size_t)msnav_be16(p + 2) + 1);
    if (size > len - at) {
      return MSNAV_ERR_PARSE;
    }
    size_t content = size;
    if ((p[0] & 0x20) != 0) { /* padding: only in the last packet */
      size_t padding = p[size - 1];
      if (at + size != len || padding == 0 || padding > size - 4) {
        return MSNAV_ERR_PARSE;
      }
      content -= padding;
    }
    msnav_error err = MSNAV_OK;
    if ((p[1] == SR || p[1] == RR) && content >= 8) {
      err = read_report(p, content, our_ssrc, &r);
    } else if (p[1] == SR || p[1] == RR) {
      err = MSNAV_ERR_PARSE;
    } else if (p[1] == SDES) {
      err = read_sdes(p, content);
    } else if (p[1] == BYE) {
      err = read_bye(p, content, &r);
    }
    if (err != MSNAV_OK) {
      return err;
    }
    r.packets++;
    at += size;
  }
  *out = r;
  return MSNAV_OK;
}

static size_t head(uint8_t *p, unsigned count, uint8_t type, size_t size) {
  p[0] = (uint8_t)(0x80 | count);
  p[1] = type;
  msnav_put16(p + 2, (uint32_t)(size / 4 - 1));
  return size;
}

static size_t write_report(const msnav_rtcp_writer *w, uint8_t *p) {
  size_t at = 8;
  msnav_put32(p + 4, w->ssrc);
  if (w->sender) {
    msnav_put32(p + 8, (uint32_t)(w->ntp >> 32));
    msnav_put32(p + 12, (uint32_t)w->ntp);
    msnav_put32(p + 16, w->timestamp);
    msnav_put32(p + 20, w->packets);
    msnav_put32(p + 24, w->bytes);
    at = 28;
  }
  if (w->has_block) {
    const msnav_rtcp_block *b = &w->block;
    int32_t lost = b->lost > 0x7fffff    ? 0x7fffff
                   : b->lost < -0x800000 ? -0x800000
                                         : b->lost;
    msnav_put32(p + at, b->ssrc);
    msnav_put32(p + at + 4,
                (uint32_t)b->fraction << 24 | ((uint32_t)lost & 0xffffff));
    msnav_put32(p + at + 8, b->highest);
    msnav_put32(p + at + 12, b->jitter);
    msnav_put32(p + at + 16, b->last_sr);
    msnav_put32(p + at + 20, b->since_sr);
    at += 24;
  }
  return head(p, w->has_block, w->sender ? SR : RR, at);
}

size_t msnav_rtcp_write(const msnav_rtcp_writer *w, uint8_t *out) {
  size_t at = write_report(w, out);
  uint8_t *p = out + at;
  size_t name = strlen(w->cname);
  name = name > MOST_CNAME ? MOST_CNAME : name;
  size_t chunk = (4 + 4 + 2 + name + 1 + 3) & ~(size_t)3;
  memset(p, 0, chunk);
  msnav_put32(p + 4, w->ssrc);
  p[8] = 1; /* CNAME */
  p[9] = (uint8_t)name;
  memcpy(p + 10, w->cname, name);
  at += head(p, 1, SDES, chunk);
  if (w->bye) {
    msnav_put32(out + at + 4, w->ssrc);
    at += head(out + at, 1, BYE, 8);
  }
  return at;
}

uint32_t msnav_random(uint32_t *state) {
  uint32_t x = *state != 0 ? *state : 0x9e3779b9u;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

/* 0.5 to 1.5 times the deterministic interval, compensated (A.7). */
static msnav_usec interval(msnav_rtcp_timer *t) {
  uint64_t least = t->initial ? LEAST_INTERVAL / 2 : LEAST_INTERVAL;
  uint64_t share = t->bandwidth / 20; /* 5 % for RTCP */
  uint64_t by_size =
    share > 0 ? (uint64_t)MEMBERS * (t->average / 16) * 8 * 1000000 / share
              : least;
  uint64_t td = by_size > least ? by_size : least;
  uint64_t spread = (td * (32768 + (msnav_random(&t->random) >> 16))) >> 16;
  return spread * COMPENSATION_NUMERATOR / COMPENSATION_DENOMINATOR;
}

void msnav_rtcp_timer_init(msnav_rtcp_timer *t, uint32_t random,
                           uint32_t bandwidth, msnav_usec now) {
  *t = (msnav_rtcp_timer){.previous = now,
                          .average = 16 * (100 + UDP_AND_IP),
                          .random = random,
                          .bandwidth = bandwidth,
                          .initial = true};
  t->next = now + interval(t);
}

bool msnav_rtcp_timer_due(msnav_rtcp_timer *t, msnav_usec now) {
  if (now < t->next) {
    return false;
  }
  msnav_usec again = t->previous + interval(t);
  if (again > now) {
    t->next = again;
    return false;
  }
  return true;
}

static void average(msnav_rtcp_timer *t, size_t bytes) {
  uint32_t size = (uint32_t)(bytes + UDP_AND_IP);
  t->average = size + t->average - t->average / 16;
}

void msnav_rtcp_timer_sent(msnav_rtcp_timer *t, size_t bytes, msnav_usec now) {
  average(t, bytes);
  t->initial = false;
  t->previous = now;
  t->next = now + interval(t);
}

void msnav_rtcp_timer_received(msnav_rtcp_timer *t, size_t bytes) {
  average(t, bytes);
}
