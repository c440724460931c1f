/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RED payloads: blocks lie one after the other inside the payload, the primary
 * one at its end; what we write is read as it was meant. */
#include "fuzz/fuzz.h"
#include "media/red.h"

#define RED 97

static void read_it(const uint8_t *data, size_t len) {
  msnav_red red;
  if (msnav_red_parse(data, len, RED, &red) != MSNAV_OK) {
    return;
  }
  CHECK(red.count >= 1 && red.count <= MSNAV_RED_BLOCKS);
  const uint8_t *at = red.blocks[0].data;
  CHECK(at == data + 4 * (red.count - 1) + 1);
  for (size_t i = 0; i < red.count; i++) {
    CHECK(red.blocks[i].data == at);
    CHECK(red.blocks[i].payload_type != RED);
    at += red.blocks[i].len;
  }
  CHECK(at == data + len);
  CHECK(red.blocks[red.count - 1].len > 0);
  CHECK(red.blocks[red.count - 1].offset == 0);
}

/* Payloads of lengths, types and ages from the input. */
static void write_it(const uint8_t *data, size_t len) {
  static const uint8_t payload[300];
  static msnav_red_history h;
  uint8_t out[600];
  uint32_t timestamp = 0;
  memset(&h, 0, sizeof(h));
  for (; len >= 4; data += 4, len -= 4) {
    uint8_t type = data[0] & 0x7f;
    timestamp += (uint32_t)data[1] << (data[0] >> 7) * 7;
    size_t head = msnav_red_write(&h, 1 + data[2] % 3, type, timestamp, out);
    CHECK(head <= MSNAV_RED_HEADER + MSNAV_RED_PAYLOAD_MAX);
    if (head > 0) {
      msnav_red red;
      out[head] = 1;
      CHECK(msnav_red_parse(out, head + 1, 127, &red) ==
            (type == 127 ? MSNAV_ERR_PARSE : MSNAV_OK));
      CHECK(type == 127 || (red.count == 2 && red.blocks[1].len == 1));
    }
    msnav_red_block b = {.data = payload,
                         .len = (uint16_t)(data[3] + (data[2] >> 7) * 40),
                         .payload_type = type};
    msnav_red_remember(&h, &b, timestamp);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (size > 0) {
    memcpy(copy, data, size);
  }
  read_it(copy, size);
  write_it(copy, size);
  free(copy);
  return 0;
}
