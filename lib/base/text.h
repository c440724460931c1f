/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small text tools that the codecs share.  Pure; no allocation. */
#ifndef MSNAV_BASE_TEXT_H
#define MSNAV_BASE_TEXT_H

#include <msnav/base.h>
#include <string.h>

#define MSNAV_LITERAL(s) ((msnav_str){(s), sizeof(s) - 1})

/* ---- reading */
static inline bool msnav_text_equal(msnav_str a, msnav_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* ASCII letters without case */
bool msnav_text_same_nocase(const char *a, const char *b, size_t len);
static inline bool msnav_text_starts_nocase(msnav_str text, msnav_str prefix) {
  /* most are told apart by their length or first letter */
  return text.len >= prefix.len &&
         (prefix.len == 0 ||
          (((text.ptr[0] ^ prefix.ptr[0]) & ~0x20) == 0 &&
           msnav_text_same_nocase(text.ptr, prefix.ptr, prefix.len)));
}
static inline bool msnav_text_equal_nocase(msnav_str a, msnav_str b) {
  return a.len == b.len && msnav_text_starts_nocase(a, b);
}
/* The same with a literal, which most write in the same case: its length is
 * the compiler's to know, and comparing is a few instructions.  BEGINS is for
 * the other two, which look at the length. */
#define MSNAV_TEXT_BEGINS(text, word)                                          \
  (memcmp((text).ptr, (word), sizeof(word) - 1) == 0 ||                        \
   msnav_text_starts_nocase((text), MSNAV_LITERAL(word)))
#define MSNAV_TEXT_STARTS(text, word)                                          \
  ((text).len >= sizeof(word) - 1 && MSNAV_TEXT_BEGINS(text, word))
#define MSNAV_TEXT_IS(text, word)                                              \
  ((text).len == sizeof(word) - 1 && MSNAV_TEXT_BEGINS(text, word))
static inline bool msnav_text_is_blank(char c) {
  return c == ' ' || c == '\t';
}
/* without blanks and tabs at both ends */
static inline msnav_str msnav_text_trim(msnav_str text) {
  while (text.len > 0 && msnav_text_is_blank(text.ptr[0])) {
    text.ptr++;
    text.len--;
  }
  while (text.len > 0 && msnav_text_is_blank(text.ptr[text.len - 1])) {
    text.len--;
  }
  return text;
}
/* whether a byte comes next, which is skipped then */
static inline bool msnav_text_skip(msnav_str *rest, char c) {
  if (rest->len == 0 || rest->ptr[0] != c) {
    return false;
  }
  rest->ptr++;
  rest->len--;
  return true;
}
/* one word up to a byte, which is skipped in *rest; the whole rest when the
 * byte does not occur */
static inline msnav_str msnav_text_until(msnav_str *rest, char stop) {
  msnav_str word = *rest;
  const char *at =
    word.len > 0 ? (const char *)memchr(word.ptr, stop, word.len) : NULL;
  if (at == NULL) {
    rest->ptr = word.len > 0 ? word.ptr + word.len : word.ptr;
    rest->len = 0;
    return word;
  }
  rest->ptr = at + 1;
  rest->len = (size_t)(word.ptr + word.len - rest->ptr);
  word.len = (size_t)(at - word.ptr);
  return word;
}
/* 1 to 10 digits, at most max */
msnav_error msnav_text_u32(msnav_str text, uint32_t max, uint32_t *value);
/* the digits that come next, likewise; they are skipped in any case */
bool msnav_text_number(msnav_str *rest, uint32_t max, uint32_t *value);
/* inline: they are asked for every byte of every message */
static inline bool msnav_text_is_digit(char c) {
  return c >= '0' && c <= '9';
}
static inline bool msnav_text_is_alnum(char c) {
  char lower = (char)(c | 0x20);
  return msnav_text_is_digit(c) || (lower >= 'a' && lower <= 'z');
}
/* a token of RFC 3261 section 25.1, 1...max bytes */
bool msnav_text_is_token(msnav_str text, size_t max);
/* up to max bytes, none of them an ASCII control character */
bool msnav_text_is_printable(msnav_str text, size_t max);

/* ---- writing where there is room; what they return is the end */
char *msnav_text_put_u32(char *at, uint32_t value);
char *msnav_text_put_ip(char *at, uint32_t ip);

/* ---- writing into a caller's buffer */
/* A bounded writer: what does not fit sets full and writes nothing more. */
typedef struct msnav_out {
  char *buf;
  size_t len;
  size_t cap;
  bool full;
} msnav_out;

/* inline: most of what is written are literals, whose lengths are known */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to later */
static inline void msnav_out_init(msnav_out *out, char *buf, size_t cap) {
  *out = (msnav_out){buf, 0, cap, false};
}
/* Where the next bytes go, which count as written; NULL when there is no room
 * for them. */
static inline char *msnav_out_room(msnav_out *out, size_t len) {
  if (out->full || len > out->cap - out->len) {
    out->full = true;
    return NULL;
  }
  out->len += len;
  return out->buf + out->len - len;
}
static inline void
msnav_out_bytes(msnav_out *out, const void *bytes, size_t len) {
  char *at = msnav_out_room(out, len);
  if (at != NULL && len > 0) {
    memcpy(at, bytes, len);
  }
}
static inline void msnav_out_str(msnav_out *out, msnav_str text) {
  msnav_out_bytes(out, text.ptr, text.len);
}
static inline void msnav_out_text(msnav_out *out, const char *text) {
  msnav_out_bytes(out, text, strlen(text));
}
static inline void msnav_out_char(msnav_out *out, char c) {
  msnav_out_bytes(out, &c, 1);
}
void msnav_out_u32(msnav_out *out, uint32_t value);
void msnav_out_hex64(msnav_out *out, uint64_t value);
void msnav_out_ip(msnav_out *out, uint32_t ip);
/* "a.b.c.d:port", without ":port" when it is 0 */
void msnav_out_addr(msnav_out *out, const msnav_addr *addr);
/* a peer's text for a log line: control characters, bidi marks and broken
 * UTF-8 as \xHH; cut with "..." after max bytes */
void msnav_out_escaped(msnav_out *out, msnav_str text, size_t max);
/* MSNAV_ERR_NOSPACE when anything did not fit, else OK and the length */
msnav_error msnav_out_finish(const msnav_out *out, size_t *len);

/* ---- base64 (RFC 4648) */
void msnav_out_base64(msnav_out *out, const void *bytes, size_t len);
/* MSNAV_ERR_PARSE on anything but canonical base64 (missing padding is
 * accepted), MSNAV_ERR_NOSPACE when cap is too small */
msnav_error
msnav_base64_decode(msnav_str text, void *bytes, size_t cap, size_t *len);

#endif
