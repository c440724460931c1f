/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/rtcp.h"
#include "media/wire.h"

#include <string.h>

#define VERSION_2 0x80
#define SDES_CNAME 1

/* A packet of whole words, RFC 3550 section 6.4.1: length is words less
 * one. */
static void
write_header(uint8_t *out, unsigned count, uint8_t type, size_t len) {
  out[0] = (uint8_t)(VERSION_2 | count);
  out[1] = type;
  msnav_put16(out + 2, (unsigned)(len / 4 - 1));
}

static size_t write_report(const msnav_rtcp_report *r, uint8_t *out) {
  size_t len = 8;
  msnav_put32(out + 4, r->ssrc);
  if (r->sender != NULL) {
    msnav_put32(out + 8, (uint32_t)(r->sender->ntp >> 32));
    msnav_put32(out + 12, (uint32_t)r->sender->ntp);
    msnav_put32(out + 16, r->sender->timestamp);
    msnav_put32(out + 20, r->sender->packets);
    msnav_put32(out + 24, r->sender->octets);
    len += 20;
  }
  if (r->block != NULL) {
    uint8_t *b = out + len;
    msnav_put32(b, r->block->ssrc);
    msnav_put32(b + 4, (uint32_t)r->block->fraction << 24 |
                         ((uint32_t)r->block->lost & 0xffffff));
    msnav_put32(b + 8, r->block->highest);
    msnav_put32(b + 12, r->block->jitter);
    msnav_put32(b + 16, r->block->lsr);
    msnav_put32(b + 20, r->block->dlsr);
    len += 24;
  }
  write_header(out, r->block != NULL,
               r->sender != NULL ? MSNAV_RTCP_SR : MSNAV_RTCP_RR, len);
  return len;
}

/* One chunk with one item, and at least one NUL up to a whole word. */
static size_t write_sdes(const msnav_rtcp_report *r, uint8_t *out) {
  size_t len = (4 + 4 + 2 + (size_t)r->cname_len + 4) & ~(size_t)3;
  memset(out, 0, len);
  write_header(out, 1, MSNAV_RTCP_SDES, len);
  msnav_put32(out + 4, r->ssrc);
  out[8] = SDES_CNAME;
  out[9] = r->cname_len;
  memcpy(out + 10, r->cname, r->cname_len);
  return len;
}

size_t msnav_rtcp_write(const msnav_rtcp_report *r, uint8_t *out) {
  size_t len = write_report(r, out);
  len += write_sdes(r, out + len);
  if (r->voip != NULL && r->block != NULL) {
    msnav_xr_write_voip(r->voip, r->ssrc, r->block->ssrc, out + len);
    len += MSNAV_XR_VOIP_LEN;
  }
  if (r->bye) {
    write_header(out + len, 1, MSNAV_RTCP_BYE, 8);
    msnav_put32(out + len + 4, r->ssrc);
    len += 8;
  }
  return len;
}
