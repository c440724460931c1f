/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/rtp.h"

msnav_error msnav_rtp_read(const uint8_t *data, size_t len, msnav_rtp *rtp) {
  if (len < MSNAV_RTP_HEADER || data[0] >> 6 != 2) {
    return MSNAV_ERR_PARSE;
  }
  size_t at = MSNAV_RTP_HEADER + 4 * (size_t)(data[0] & 15); /* CSRCs */
  size_t end = len;
  if ((data[0] & 0x10) != 0) { /* header extension */
    if (end < at + 4) {
      return MSNAV_ERR_PARSE;
    }
    at += 4 + 4 * (size_t)msnav_be16(data + at + 2);
  }
  if (end < at) {
    return MSNAV_ERR_PARSE;
  }
  if ((data[0] & 0x20) != 0) { /* padding */
    size_t padding = data[len - 1];
    if (padding == 0 || padding > end - at) {
      return MSNAV_ERR_PARSE;
    }
    end -= padding;
  }
  rtp->marker = data[1] >> 7 != 0;
  rtp->payload_type = data[1] & 0x7f;
  rtp->sequence = msnav_be16(data + 2);
  rtp->timestamp = msnav_be32(data + 4);
  rtp->ssrc = msnav_be32(data + 8);
  rtp->payload = data + at;
  rtp->len = end - at;
  return MSNAV_OK;
}

void msnav_rtp_write(uint8_t *out, const msnav_rtp *rtp) {
  out[0] = 0x80;
  out[1] = (uint8_t)(rtp->payload_type | (rtp->marker ? 0x80 : 0));
  msnav_put16(out + 2, rtp->sequence);
  msnav_put32(out + 4, rtp->timestamp);
  msnav_put32(out + 8, rtp->ssrc);
}

int msnav_red_read(const uint8_t *data, size_t len,
                   msnav_red_block blocks[MSNAV_RED_BLOCKS]) {
  int n = 0;
  size_t at = 0;
  while (at < len && (data[at] & 0x80) != 0) { /* F: another header follows */
    if (n == MSNAV_RED_BLOCKS - 1 || len - at < 5) {
      return MSNAV_ERR_PARSE;
    }
    uint32_t bits = msnav_be32(data + at);
    blocks[n].payload_type = data[at] & 0x7f;
    blocks[n].offset = bits >> 10 & 0x3fff;
    blocks[n].len = bits & 0x3ff;
    n++;
    at += 4;
  }
  if (at >= len) {
    return MSNAV_ERR_PARSE;
  }
  blocks[n].payload_type = data[at] & 0x7f;
  blocks[n].offset = 0;
  at++;
  for (int i = 0; i < n; i++) {
    if (blocks[i].len > len - at) {
      return MSNAV_ERR_PARSE;
    }
    blocks[i].data = data + at;
    at += blocks[i].len;
  }
  blocks[n].data = data + at;
  blocks[n].len = len - at;
  return n + 1;
}
