/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which bytes may stand where.  It is asked for every byte of most values, so
 * a table knows. */
#ifndef MSNAV_SIPGUARD_CHARS_H
#define MSNAV_SIPGUARD_CHARS_H

#include "base/text.h"

/* All of them hold letters and digits. */
typedef enum msnav_guard_chars {
  MSNAV_GUARD_C_TOKEN = 1 << 0, /* RFC 3261 section 25.1 */
  MSNAV_GUARD_C_WORD = 1 << 1,  /* "word" of section 25.1, and '@' */
  /* Nobody resolves these URIs, so the bytes need only be harmless ones. */
  MSNAV_GUARD_C_URI = 1 << 2,  /* between angle brackets */
  MSNAV_GUARD_C_BARE = 1 << 3, /* without them: up to a ';' */
  MSNAV_GUARD_C_HOST = 1 << 4,
  MSNAV_GUARD_C_IPV6 = 1 << 5,      /* between square brackets */
  MSNAV_GUARD_C_TRANSPORT = 1 << 6, /* of a Via */
  MSNAV_GUARD_C_VALUE = 1 << 7,     /* of a parameter of a Via */
  MSNAV_GUARD_C_PRINTABLE = 1 << 8  /* of ASCII */
} msnav_guard_chars;

/* How many bytes at the start of the text are such ones. */
size_t msnav_guard_span(msnav_str text, msnav_guard_chars chars);

/* ---- the steps of a parser: *rest is what is left */

static inline void msnav_guard_skip(msnav_str *rest, size_t n) {
  rest->ptr += n;
  rest->len -= n;
}

static inline void msnav_guard_skip_blanks(msnav_str *rest) {
  while (rest->len > 0 && msnav_text_is_blank(rest->ptr[0])) {
    msnav_guard_skip(rest, 1);
  }
}

static inline msnav_str
msnav_guard_take(msnav_str *rest, msnav_guard_chars chars) {
  msnav_str taken = {rest->ptr, msnav_guard_span(*rest, chars)};
  msnav_guard_skip(rest, taken.len);
  return taken;
}

#endif
