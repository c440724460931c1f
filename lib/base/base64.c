/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

static const char alphabet[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void msnav_out_base64(msnav_out *out, const void *bytes, size_t len) {
  const uint8_t *in = bytes;
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t group = (uint32_t)in[i] << 16 |
                     (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                     (left > 2 ? in[i + 2] : 0);
    char four[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                    (char)(left > 1 ? alphabet[group >> 6 & 63] : '='),
                    (char)(left > 2 ? alphabet[group & 63] : '=')};
    msnav_out_bytes(out, four, sizeof(four));
  }
}

static int sextet(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (msnav_text_is_digit(c)) {
    return c - '0' + 52;
  }
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

msnav_error
msnav_base64_decode(msnav_str text, void *bytes, size_t cap, size_t *len) {
  uint8_t *out = bytes;
  uint32_t bits = 0;
  unsigned have = 0;
  size_t n = 0;
  size_t padding = 0;
  while (text.len > 0 && padding < 2 && text.ptr[text.len - 1] == '=') {
    text.len--;
    padding++;
  }
  if (text.len % 4 == 1 || (padding > 0 && (text.len + padding) % 4 != 0)) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < text.len; i++) {
    int value = sextet(text.ptr[i]);
    if (value < 0) {
      return MSNAV_ERR_PARSE;
    }
    bits = bits << 6 | (uint32_t)value;
    have += 6;
    if (have >= 8) {
      have -= 8;
      if (n >= cap) {
        return MSNAV_ERR_NOSPACE;
      }
      out[n++] = (uint8_t)(bits >> have);
      bits &= (1u << have) - 1;
    }
  }
  if (bits != 0) { /* left-over bits of the last group must be zero */
    return MSNAV_ERR_PARSE;
  }
  *len = n;
  return MSNAV_OK;
}
