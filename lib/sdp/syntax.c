/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"
#include <string.h>

msnav_str msnav_sdp_word(msnav_str *rest) {
  const char *at = rest->ptr;
  size_t left = rest->len;
  while (left > 0 && *at == ' ') {
    at++;
    left--;
  }
  msnav_str word = {at, 0};
  while (word.len < left && at[word.len] != ' ') {
    word.len++;
  }
  left -= word.len;
  rest->len = left > 0 ? left - 1 : 0; /* without the blank */
  rest->ptr = at + word.len + (left > 0);
  return word;
}

/* Each at its own place, blanks and NUL for what is not in a token. */
static const char token_bytes[256] = "                                "
                                     " ! #$%&'  *+ -. 0123456789      "
                                     " ABCDEFGHIJKLMNOPQRSTUVWXYZ   ^_"
                                     "`abcdefghijklmnopqrstuvwxyz{|}~ ";

msnav_str msnav_sdp_token(msnav_str *rest) {
  msnav_str token = {rest->ptr, 0};
  size_t left = rest->len;
  while (token.len < left &&
         token_bytes[(unsigned char)token.ptr[token.len]] > ' ') {
    token.len++;
  }
  rest->ptr += token.len;
  rest->len = left - token.len;
  return token;
}

bool msnav_sdp_is_token(msnav_str text) {
  return msnav_sdp_token(&text).len > 0 && text.len == 0;
}

bool msnav_sdp_is_token_list(msnav_str text, char separator) {
  do {
    while (separator == ' ' && msnav_text_skip(&text, ' ')) {
      continue; /* doubled blanks */
    }
    if (msnav_sdp_token(&text).len == 0) {
      return false;
    }
  } while (msnav_text_skip(&text, separator));
  return text.len == 0;
}

bool msnav_sdp_is_byte_string(msnav_str text) {
  return text.len > 0 && memchr(text.ptr, '\r', text.len) == NULL &&
         memchr(text.ptr, '\n', text.len) == NULL &&
         memchr(text.ptr, '\0', text.len) == NULL;
}

/* A c= may say 0.0.0.0 (hold), but a multicast or broadcast address would
 * make us an amplifier. */
bool msnav_sdp_read_address(msnav_str text, uint32_t *ip) {
  msnav_str net = msnav_sdp_word(&text);
  msnav_str type = msnav_sdp_word(&text);
  msnav_str host = msnav_text_trim(text);
  msnav_addr addr;
  if (!MSNAV_TEXT_IS(net, "IN") || !MSNAV_TEXT_IS(type, "IP4") ||
      msnav_addr_parse(host, &addr) != MSNAV_OK || addr.port != 0 ||
      addr.ip >= 0xe0000000) {
    return false;
  }
  *ip = addr.ip;
  return true;
}
