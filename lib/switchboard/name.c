/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include <msnav/switchboard.h>

static int digit(char c) {
  if (msnav_text_is_digit(c)) {
    return c - '0';
  }
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

msnav_error msnav_switchboard_decode_name(msnav_str name, char *buf, size_t cap,
                                          size_t *len) {
  if (buf == NULL || len == NULL || (name.ptr == NULL && name.len > 0)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_out out;
  msnav_out_init(&out, buf, cap);
  for (size_t i = 0; i < name.len; i++) {
    int high = name.len - i > 2 ? digit(name.ptr[i + 1]) : -1;
    int low = high >= 0 ? digit(name.ptr[i + 2]) : -1;
    if (name.ptr[i] == '%' && low >= 0) {
      msnav_out_char(&out, (char)(high << 4 | low));
      i += 2;
    } else {
      msnav_out_char(&out, name.ptr[i]);
    }
  }
  return msnav_out_finish(&out, len);
}

msnav_error msnav_switchboard_encode_name(msnav_str name, char *buf, size_t cap,
                                          size_t *len) {
  if (buf == NULL || len == NULL || (name.ptr == NULL && name.len > 0)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_out out;
  msnav_out_init(&out, buf, cap);
  for (size_t i = 0; i < name.len; i++) {
    unsigned char c = (unsigned char)name.ptr[i];
    if (c <= 0x20 || c == '%' || c == 0x7f) {
      const char escape[3] = {'%', "0123456789ABCDEF"[c >> 4],
                              "0123456789ABCDEF"[c & 15]};
      msnav_out_bytes(&out, escape, sizeof(escape));
    } else {
      msnav_out_char(&out, (char)c);
    }
  }
  return msnav_out_finish(&out, len);
}
