/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/red.h"

#include "media/wire.h"

#include <string.h>

#define FOLLOWS 0x80
#define HEADER 4
#define OFFSET_MAX 0x3fff

/* Headers only; lengths are those of the redundant blocks.  Returns bytes
 * read, 0 when they are wrong. */
static size_t read_headers(const uint8_t *p, size_t len, msnav_red *red) {
  size_t at = 0;
  red->count = 0;
  while (at < len && (p[at] & FOLLOWS) != 0) {
    if (len - at < HEADER || red->count == MSNAV_RED_BLOCKS - 1) {
      return 0;
    }
    uint32_t w = msnav_get32(p + at);
    red->blocks[red->count++] = (msnav_red_block){
      .payload_type = w >> 24 & 0x7f,
      .offset = (uint16_t)(w >> 10 & OFFSET_MAX),
      .len = w & 0x3ff,
    };
    at += HEADER;
  }
  if (at == len) {
    return 0;
  }
  red->blocks[red->count++] = (msnav_red_block){.payload_type = p[at]};
  return at + 1;
}

msnav_error msnav_red_parse(const uint8_t *payload, size_t len, uint8_t red,
                            msnav_red *out) {
  msnav_red r;
  size_t at = read_headers(payload, len, &r);
  if (at == 0) {
    return MSNAV_ERR_PARSE;
  }
  msnav_red_block *primary = &r.blocks[r.count - 1];
  for (size_t i = 0; i + 1 < r.count; i++) {
    msnav_red_block *b = &r.blocks[i];
    if (b->len > len - at) {
      return MSNAV_ERR_PARSE;
    }
    b->data = payload + at;
    at += b->len;
    if (b->payload_type == red) {
      b->payload_type = primary->payload_type;
    }
  }
  if (at == len || len - at > UINT16_MAX || primary->payload_type == red) {
    return MSNAV_ERR_PARSE;
  }
  primary->data = payload + at;
  primary->len = (uint16_t)(len - at);
  *out = r;
  return MSNAV_OK;
}

void msnav_red_clear(msnav_red_history *h) {
  memset(h->len, 0, sizeof(h->len));
}

void msnav_red_remember(msnav_red_history *h, const msnav_red_block *sent,
                        uint32_t timestamp) {
  unsigned at = (h->newest + 1u) % MSNAV_RED_DISTANCE_MAX;
  h->newest = (uint8_t)at;
  h->len[at] = 0;
  if (sent->len > MSNAV_RED_PAYLOAD_MAX) {
    return;
  }
  h->len[at] = sent->len;
  h->timestamp[at] = timestamp;
  h->payload_type[at] = sent->payload_type;
  memcpy(h->data[at], sent->data, sent->len);
}

size_t msnav_red_write(const msnav_red_history *h, unsigned distance,
                       uint8_t payload_type, uint32_t timestamp, uint8_t *out) {
  unsigned at = (h->newest + 1u + MSNAV_RED_DISTANCE_MAX - distance) %
                MSNAV_RED_DISTANCE_MAX;
  uint32_t offset = timestamp - h->timestamp[at];
  if (h->len[at] == 0 || h->payload_type[at] != payload_type || offset == 0 ||
      offset > OFFSET_MAX) {
    return 0;
  }
  msnav_put32(out, (uint32_t)(FOLLOWS | payload_type) << 24 | offset << 10 |
                     h->len[at]);
  out[4] = payload_type;
  memcpy(out + MSNAV_RED_HEADER, h->data[at], h->len[at]);
  return MSNAV_RED_HEADER + (size_t)h->len[at];
}
