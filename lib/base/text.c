/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include <string.h>

msnav_str msnav_str_of(const char *text) {
  return (msnav_str){text, text != NULL ? strlen(text) : 0};
}

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

bool msnav_text_starts_nocase(msnav_str text, msnav_str prefix) {
  if (text.len < prefix.len) {
    return false;
  }
  for (size_t i = 0; i < prefix.len; i++) {
    if (lower(text.ptr[i]) != lower(prefix.ptr[i])) {
      return false;
    }
  }
  return true;
}

msnav_str msnav_text_until(msnav_str *rest, char stop) {
  msnav_str word = *rest;
  const char *at = rest->len > 0 ? memchr(rest->ptr, stop, rest->len) : NULL;
  if (at == NULL) {
    rest->ptr = rest->len > 0 ? rest->ptr + rest->len : rest->ptr;
    rest->len = 0;
    return word;
  }
  word.len = (size_t)(at - word.ptr);
  rest->ptr = at + 1;
  rest->len -= word.len + 1;
  return word;
}

msnav_error msnav_text_u32(msnav_str text, uint32_t max, uint32_t *value) {
  uint64_t v = 0;
  if (text.len == 0 || text.len > 10) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < text.len; i++) {
    if (!msnav_text_is_digit(text.ptr[i])) {
      return MSNAV_ERR_PARSE;
    }
    v = v * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  if (v > max) {
    return MSNAV_ERR_PARSE;
  }
  *value = (uint32_t)v;
  return MSNAV_OK;
}

bool msnav_text_is_token(msnav_str text, size_t max) {
  if (text.len == 0 || text.len > max) {
    return false;
  }
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (!msnav_text_is_alnum(c) &&
        (c == '\0' || strchr("-.!%*_+`'~", c) == NULL)) {
      return false;
    }
  }
  return true;
}

static bool is_control(char c) {
  return (unsigned char)c < 0x20 || c == 0x7f;
}

/* The same of any of eight bytes: subtracting sets the high bit of a byte that
 * was less, and only of a byte that had it clear that counts. */
static bool have_control(const char *eight) {
  const uint64_t one = UINT64_C(0x0101010101010101);
  uint64_t text;
  memcpy(&text, eight, sizeof(text));
  uint64_t deleted = text ^ (one * 0x7f); /* 0 where it is DEL */
  uint64_t found = (text - one * 0x20) & ~text;
  found |= (deleted - one) & ~deleted;
  return (found & (one * 0x80)) != 0;
}

bool msnav_text_is_printable(msnav_str text, size_t max) {
  const char *at = text.ptr;
  size_t left = text.len;
  if (left > max) {
    return false;
  }
  for (; left >= sizeof(uint64_t); at += 8, left -= 8) {
    if (have_control(at)) {
      return false;
    }
  }
  while (left > 0 && !is_control(at[left - 1])) {
    left--;
  }
  return left == 0;
}
