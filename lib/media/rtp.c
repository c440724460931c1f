/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/rtp.h"

#include "media/wire.h"

#define VERSION 0xc0
#define VERSION_2 0x80
#define PADDING 0x20
#define EXTENSION 0x10
#define CSRC_COUNT 0x0f

/* Bytes before the payload, 0 when they reach beyond the datagram. */
static size_t header_length(const uint8_t *data, size_t len) {
  size_t header = MSNAV_RTP_HEADER + 4u * (data[0] & CSRC_COUNT);
  if ((data[0] & EXTENSION) != 0) {
    if (len < header + 4) {
      return 0;
    }
    header += 4 + 4 * (size_t)msnav_get16(data + header + 2);
  }
  return header <= len ? header : 0;
}

msnav_error msnav_rtp_parse(const uint8_t *data, size_t len, msnav_rtp *out) {
  if (len < MSNAV_RTP_HEADER || (data[0] & VERSION) != VERSION_2) {
    return MSNAV_ERR_PARSE;
  }
  size_t header = header_length(data, len);
  if (header == 0) {
    return MSNAV_ERR_PARSE;
  }
  size_t payload = len - header;
  if ((data[0] & PADDING) != 0) {
    size_t padding = payload > 0 ? data[len - 1] : 0;
    if (padding == 0 || padding > payload) {
      return MSNAV_ERR_PARSE;
    }
    payload -= padding;
  }
  out->payload = data + header;
  out->len = payload;
  out->timestamp = msnav_get32(data + 4);
  out->ssrc = msnav_get32(data + 8);
  out->sequence = msnav_get16(data + 2);
  out->payload_type = data[1] & 0x7f;
  out->marker = (data[1] & 0x80) != 0;
  return MSNAV_OK;
}

bool msnav_rtp_is_rtcp(const uint8_t *data, size_t len) {
  return len >= 4 && (data[0] & VERSION) == VERSION_2 && data[1] >= 192 &&
         data[1] <= 223;
}

void msnav_rtp_write(uint8_t out[MSNAV_RTP_HEADER], const msnav_rtp *rtp) {
  out[0] = VERSION_2;
  out[1] = (uint8_t)((rtp->marker ? 0x80 : 0) | rtp->payload_type);
  msnav_put16(out + 2, rtp->sequence);
  msnav_put32(out + 4, rtp->timestamp);
  msnav_put32(out + 8, rtp->ssrc);
}
