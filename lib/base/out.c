/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include <string.h>

static size_t digits_of(uint32_t value) {
  size_t n = 1;
  for (uint64_t more = 10; value >= more; more *= 10) {
    n++;
  }
  return n;
}

/* Digits up to a place. */
static void put_before(char *end, uint32_t value) {
  do {
    *--end = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
}

char *msnav_text_put_u32(char *at, uint32_t value) {
  char *end = at + digits_of(value);
  put_before(end, value);
  return end;
}

static char *put_octet(char *at, uint32_t value) {
  if (value >= 100) {
    *at++ = (char)('0' + value / 100);
  }
  if (value >= 10) {
    *at++ = (char)('0' + value / 10 % 10);
  }
  *at++ = (char)('0' + value % 10);
  return at;
}

char *msnav_text_put_ip(char *at, uint32_t ip) {
  for (int shift = 24; shift > 0; shift -= 8) {
    at = put_octet(at, ip >> shift & 255);
    *at++ = '.';
  }
  return put_octet(at, ip & 255);
}

void msnav_out_u32(msnav_out *out, uint32_t value) {
  size_t len = digits_of(value);
  char *at = msnav_out_room(out, len);
  if (at != NULL) {
    put_before(at + len, value);
  }
}

void msnav_out_hex64(msnav_out *out, uint64_t value) {
  char *at = msnav_out_room(out, 16);
  for (int shift = 60; at != NULL && shift >= 0; shift -= 4) {
    *at++ = "0123456789abcdef"[value >> shift & 15];
  }
}

void msnav_out_ip(msnav_out *out, uint32_t ip) {
  msnav_out_addr(out, &(msnav_addr){ip, 0});
}

void msnav_out_addr(msnav_out *out, const msnav_addr *addr) {
  char text[MSNAV_ADDR_TEXT];
  char *end = msnav_text_put_ip(text, addr->ip);
  if (addr->port != 0) {
    *end++ = ':';
    end = msnav_text_put_u32(end, addr->port);
  }
  msnav_out_bytes(out, text, (size_t)(end - text));
}

/* Bytes of the well-formed UTF-8 character at the start, 0 when there is
 * none (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
static size_t utf8_char(msnav_str text, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  uint8_t first = (uint8_t)text.ptr[0];
  size_t len = first < 0x80   ? 1
               : first < 0xc0 ? 0
               : first < 0xe0 ? 2
               : first < 0xf0 ? 3
               : first < 0xf8 ? 4
                              : 0;
  if (len == 0 || len > text.len) {
    return 0;
  }
  uint32_t value = len == 1 ? first : first & (0x7fu >> len);
  for (size_t i = 1; i < len; i++) {
    uint8_t next = (uint8_t)text.ptr[i];
    if ((next & 0xc0) != 0x80) {
      return 0;
    }
    value = value << 6 | (next & 0x3fu);
  }
  if (value < least[len] || value > 0x10ffff ||
      (value >= 0xd800 && value < 0xe000)) {
    return 0;
  }
  *code = value;
  return len;
}

/* What could move the cursor, end the line or turn the text round. */
static bool harmless(uint32_t code) {
  return code >= 0x20 && code != '\\' && !(code >= 0x7f && code < 0xa0) &&
         !(code >= 0x200b && code <= 0x200f) && /* zero width, LRM, RLM */
         !(code >= 0x2028 && code <= 0x202e) && /* separators, embeddings */
         !(code >= 0x2060 && code <= 0x206f) && /* isolates, joiners */
         code != 0x061c && code != 0xfeff &&
         !(code >= 0xfff9 && code <= 0xffff);
}

/* How much of it is plain ASCII, as nearly all is. */
static size_t plain(msnav_str text) {
  size_t n = 0;
  while (n < text.len && text.ptr[n] >= ' ' && text.ptr[n] <= '~' &&
         text.ptr[n] != '\\') {
    n++;
  }
  return n;
}

void msnav_out_escaped(msnav_out *out, msnav_str text, size_t max) {
  static const char hex[] = "0123456789abcdef";
  bool cut = text.len > max;
  text.len = cut ? max : text.len;
  while (text.len > 0) {
    uint32_t code = 0;
    size_t n = plain(text);
    bool kept = n > 0;
    if (!kept) {
      n = utf8_char(text, &code);
      kept = n > 0 && harmless(code);
    }
    if (kept) {
      msnav_out_bytes(out, text.ptr, n);
    } else {
      n = n > 0 ? n : 1;
      for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)text.ptr[i];
        char escape[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        msnav_out_bytes(out, escape, sizeof(escape));
      }
    }
    text.ptr += n;
    text.len -= n;
  }
  if (cut) {
    msnav_out_text(out, "...");
  }
}

msnav_error msnav_out_finish(const msnav_out *out, size_t *len) {
  if (out->full) {
    return MSNAV_ERR_NOSPACE;
  }
  *len = out->len;
  return MSNAV_OK;
}
