/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/rtcp.h"
#include "media/wire.h"
#include "media/xr.h"

#define HEADER 4u
#define SSRC 4u
#define SENDER_INFO 20u
#define BLOCK 24u
#define PADDING 0x20

/* Text of an SDES item may hold or be followed by a NUL, which then reads as
 * the end of its chunk; nothing depends on it. */
static bool are_chunks_inside(const uint8_t *p, size_t len, unsigned chunks) {
  size_t at = HEADER;
  while (chunks-- > 0) {
    if (len - at < SSRC) {
      return false;
    }
    at += SSRC;
    while (at < len && p[at] != 0) {
      if (len - at < 2 || len - at - 2 < p[at + 1]) {
        return false;
      }
      at += 2u + p[at + 1];
    }
    at = (at + 4) & ~(size_t)3; /* at least one NUL ends the chunk */
    at = at < len ? at : len;   /* RTC forgets it at the end */
  }
  return true;
}

static bool is_bye_inside(const uint8_t *p, size_t len, unsigned sources) {
  size_t at = HEADER + SSRC * sources;
  return at <= len && (at == len || p[at] <= len - at - 1);
}

/* Whether what the header promises lies inside the packet. */
static bool is_inside(const uint8_t *p, size_t len) {
  unsigned count = p[0] & 0x1f;
  switch (p[1]) {
  case MSNAV_RTCP_SR:
    return len >= HEADER + SSRC + SENDER_INFO + BLOCK * count;
  case MSNAV_RTCP_RR:
    return len >= HEADER + SSRC + BLOCK * count;
  case MSNAV_RTCP_SDES:
    return are_chunks_inside(p, len, count);
  case MSNAV_RTCP_BYE:
    return is_bye_inside(p, len, count);
  case MSNAV_RTCP_APP:
    return len >= HEADER + SSRC + 4;
  case MSNAV_RTCP_XR:
    return msnav_xr_is_inside(p, len);
  default:
    return p[1] >= 192 && p[1] <= 223; /* RFC 5761 section 4 */
  }
}

/* Length without padding, 0 when the padding is wrong. */
static size_t unpadded(const uint8_t *p, size_t len, bool last) {
  if ((p[0] & PADDING) == 0) {
    return len;
  }
  size_t padding = p[len - 1];
  bool fits = padding > 0 && padding % 4 == 0 && padding <= len - HEADER;
  return last && fits ? len - padding : 0;
}

bool msnav_rtcp_next(const uint8_t **data, size_t *len,
                     msnav_rtcp_packet *out) {
  const uint8_t *p = *data;
  if (*len < HEADER || p[0] >> 6 != 2) {
    return false;
  }
  size_t whole = HEADER + 4 * (size_t)msnav_get16(p + 2);
  if (whole > *len) {
    return false;
  }
  size_t inner = unpadded(p, whole, whole == *len);
  if (inner == 0 || !is_inside(p, inner)) {
    return false;
  }
  out->data = p;
  out->len = inner;
  out->type = p[1];
  out->count = p[0] & 0x1f;
  *data += whole;
  *len -= whole;
  return true;
}

msnav_error msnav_rtcp_check(const uint8_t *data, size_t len) {
  msnav_rtcp_packet p;
  if (len == 0) {
    return MSNAV_ERR_PARSE;
  }
  while (len > 0) {
    if (!msnav_rtcp_next(&data, &len, &p)) {
      return MSNAV_ERR_PARSE;
    }
  }
  return MSNAV_OK;
}

uint32_t msnav_rtcp_ssrc(const msnav_rtcp_packet *p) {
  return p->len >= HEADER + SSRC ? msnav_get32(p->data + HEADER) : 0;
}

void msnav_rtcp_sender_info(const msnav_rtcp_packet *p,
                            msnav_sender_info *out) {
  const uint8_t *at = p->data + HEADER + SSRC;
  out->ntp = (uint64_t)msnav_get32(at) << 32 | msnav_get32(at + 4);
  out->timestamp = msnav_get32(at + 8);
  out->packets = msnav_get32(at + 12);
  out->octets = msnav_get32(at + 16);
}

static int32_t signed24(uint32_t value) {
  return (value & 0x800000) != 0 ? (int32_t)value - 0x1000000 : (int32_t)value;
}

bool msnav_rtcp_find_block(const msnav_rtcp_packet *p, uint32_t ssrc,
                           msnav_report_block *out) {
  size_t at = HEADER + SSRC + (p->type == MSNAV_RTCP_SR ? SENDER_INFO : 0);
  for (unsigned i = 0; i < p->count; i++, at += BLOCK) {
    const uint8_t *b = p->data + at;
    if (msnav_get32(b) == ssrc) {
      out->ssrc = ssrc;
      out->fraction = b[4];
      out->lost = signed24(msnav_get32(b + 4) & 0xffffff);
      out->highest = msnav_get32(b + 8);
      out->jitter = msnav_get32(b + 12);
      out->lsr = msnav_get32(b + 16);
      out->dlsr = msnav_get32(b + 20);
      return true;
    }
  }
  return false;
}

bool msnav_rtcp_bye_names(const msnav_rtcp_packet *p, uint32_t ssrc) {
  size_t at = HEADER;
  for (unsigned i = 0; i < p->count; i++, at += SSRC) {
    if (msnav_get32(p->data + at) == ssrc) {
      return true;
    }
  }
  return false;
}
