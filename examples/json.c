/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

/* Bytes of the well-formed UTF-8 character at the start, 0 when there is
 * none. */
static size_t utf8(msnav_str text) {
  unsigned char first = (unsigned char)text.ptr[0];
  size_t len = first < 0x80                    ? 1
               : first >= 0xc2 && first < 0xe0 ? 2
               : first >= 0xe0 && first < 0xf0 ? 3
               : first >= 0xf0 && first < 0xf5 ? 4
                                               : 0;
  if (len == 0 || len > text.len) {
    return 0;
  }
  for (size_t i = 1; i < len; i++) {
    if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  unsigned char second = len > 1 ? (unsigned char)text.ptr[1] : 0;
  bool overlong =
    (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  bool beyond =
    (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || beyond ? 0 : len;
}

static uint32_t code_of(const char *at, size_t len) {
  static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t code = (unsigned char)at[0] & first[len];
  for (size_t i = 1; i < len; i++) {
    code = code << 6 | ((unsigned char)at[i] & 0x3f);
  }
  return code;
}

/* Terminals act on them: controls, line ends and marks of direction. */
static bool is_live(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
         (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

void json_string(FILE *f, msnav_str text) {
  fputc('"', f);
  while (text.len > 0) {
    size_t n = utf8(text);
    unsigned char c = (unsigned char)text.ptr[0];
    if (n == 0) {
      fputs("\\ufffd", f);
      n = 1;
    } else if (c == '"' || c == '\\') {
      fprintf(f, "\\%c", c);
    } else if (is_live(code_of(text.ptr, n))) {
      fprintf(f, "\\u%04x", (unsigned)code_of(text.ptr, n));
    } else {
      fwrite(text.ptr, 1, n, f);
    }
    text.ptr += n;
    text.len -= n;
  }
  fputc('"', f);
}

void json_member(FILE *f, bool first, const char *name, msnav_str text) {
  fprintf(f, "%s\"%s\": ", first ? "" : ", ", name);
  json_string(f, text);
}

void json_number(FILE *f, bool first, const char *name, double value) {
  fprintf(f, "%s\"%s\": %.10g", first ? "" : ", ", name, value);
}
