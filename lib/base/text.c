/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include <string.h>

msnav_str msnav_str_of(const char *text) {
  return (msnav_str){text, text != NULL ? strlen(text) : 0};
}

static bool same_letter(char a, char b) {
  char lower = (char)(a | 0x20);
  return a == b || ((a ^ b) == 0x20 && lower >= 'a' && lower <= 'z');
}

static bool same_letters(const char *a, const char *b, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (!same_letter(a[i], b[i])) {
      return false;
    }
  }
  return true;
}

/* Nearly always the case is the same, too. */
static bool same_word(const char *a, const char *b) {
  uint64_t x;
  uint64_t y;
  memcpy(&x, a, sizeof(x));
  memcpy(&y, b, sizeof(y));
  return x == y || same_letters(a, b, sizeof(x));
}

/* By words of eight bytes, of which the last may overlap the one before. */
bool msnav_text_same_nocase(const char *a, const char *b, size_t len) {
  if (len < 8) {
    return same_letters(a, b, len);
  }
  for (size_t i = 0; i < len - 8; i += 8) {
    if (!same_word(a + i, b + i)) {
      return false;
    }
  }
  return same_word(a + len - 8, b + len - 8);
}

msnav_error msnav_text_u32(msnav_str text, uint32_t max, uint32_t *value) {
  uint64_t v = 0;
  if (text.len == 0 || text.len > 10) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < text.len; i++) {
    unsigned digit = (unsigned)text.ptr[i] - '0';
    if (digit > 9) {
      return MSNAV_ERR_PARSE;
    }
    v = v * 10 + digit;
  }
  if (v > max) {
    return MSNAV_ERR_PARSE;
  }
  *value = (uint32_t)v;
  return MSNAV_OK;
}

bool msnav_text_number(msnav_str *rest, uint32_t max, uint32_t *value) {
  msnav_str digits = {rest->ptr, 0};
  while (digits.len < rest->len &&
         msnav_text_is_digit(digits.ptr[digits.len])) {
    digits.len++;
  }
  rest->ptr += digits.len;
  rest->len -= digits.len;
  return msnav_text_u32(digits, max, value) == MSNAV_OK;
}

/* Each at its own place, blanks and NUL for what is not in a token. */
static const char token_bytes[256] = "                                "
                                     " !   % '  *+ -. 0123456789      "
                                     " ABCDEFGHIJKLMNOPQRSTUVWXYZ    _"
                                     "`abcdefghijklmnopqrstuvwxyz   ~ ";

bool msnav_text_is_token(msnav_str text, size_t max) {
  if (text.len == 0 || text.len > max) {
    return false;
  }
  for (size_t i = 0; i < text.len; i++) {
    if (token_bytes[(unsigned char)text.ptr[i]] <= ' ') {
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
