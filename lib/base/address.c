/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

/* One number of a dotted quad in front: no sign, no leading zero, at most 255.
 * Its digits are skipped. */
static bool octet(msnav_str *text, uint32_t *value) {
  size_t n = 0;
  uint32_t v = 0;
  while (n < text->len && n < 4 && msnav_text_is_digit(text->ptr[n])) {
    v = v * 10 + (uint32_t)(text->ptr[n] - '0');
    n++;
  }
  if (n == 0 || v > 255 || (n > 1 && text->ptr[0] == '0')) {
    return false;
  }
  text->ptr += n;
  text->len -= n;
  *value = v;
  return true;
}

msnav_error msnav_addr_parse(msnav_str text, msnav_addr *addr) {
  uint32_t ip = 0;
  uint32_t port = 0;
  if (addr == NULL || (text.ptr == NULL && text.len > 0)) {
    return MSNAV_ERR_INVALID;
  }
  for (int i = 0; i < 4; i++) {
    uint32_t part;
    if ((i > 0 && !msnav_text_skip(&text, '.')) || !octet(&text, &part)) {
      return MSNAV_ERR_ADDRESS;
    }
    ip = ip << 8 | part;
  }
  if (text.len > 0 &&
      (!msnav_text_skip(&text, ':') ||
       msnav_text_u32(text, 65535, &port) != MSNAV_OK || port == 0)) {
    return MSNAV_ERR_ADDRESS;
  }
  *addr = (msnav_addr){ip, (uint16_t)port};
  return MSNAV_OK;
}

size_t msnav_addr_format(const msnav_addr *addr, char text[MSNAV_ADDR_TEXT]) {
  msnav_out out;
  msnav_out_init(&out, text, MSNAV_ADDR_TEXT - 1);
  msnav_out_addr(&out, addr);
  text[out.len] = '\0';
  return out.len;
}
