/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

/* One number of a dotted quad: no sign, no leading zero, at most 255. */
static msnav_error octet(msnav_str text, uint32_t *value) {
  if (text.len > 1 && text.ptr[0] == '0') {
    return MSNAV_ERR_PARSE;
  }
  return msnav_text_u32(text, 255, value);
}

msnav_error msnav_addr_parse(msnav_str text, msnav_addr *addr) {
  if (addr == NULL || (text.ptr == NULL && text.len > 0)) {
    return MSNAV_ERR_ADDRESS;
  }
  uint32_t ip = 0;
  msnav_str host = text;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == ':') {
      host.len = i;
      break;
    }
  }
  msnav_str rest = host;
  size_t dots = 0;
  for (size_t i = 0; i < host.len; i++) {
    dots += host.ptr[i] == '.';
  }
  for (int i = 0; i < 4; i++) {
    uint32_t part;
    if (dots != 3 || octet(msnav_text_until(&rest, '.'), &part) != MSNAV_OK) {
      return MSNAV_ERR_ADDRESS;
    }
    ip = ip << 8 | part;
  }
  uint32_t port = 0;
  if (host.len < text.len) {
    msnav_str number = {text.ptr + host.len + 1, text.len - host.len - 1};
    if (msnav_text_u32(number, 65535, &port) != MSNAV_OK || port == 0) {
      return MSNAV_ERR_ADDRESS;
    }
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
