/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/chars.h"

#define T MSNAV_GUARD_C_TOKEN
#define W MSNAV_GUARD_C_WORD
#define U MSNAV_GUARD_C_URI
#define B MSNAV_GUARD_C_BARE
#define H MSNAV_GUARD_C_HOST
#define I MSNAV_GUARD_C_IPV6
#define X MSNAV_GUARD_C_TRANSPORT
#define V MSNAV_GUARD_C_VALUE
#define P MSNAV_GUARD_C_PRINTABLE
#define A (T | W | U | B | H | I | X | V | P)

/* clang-format off */
static const uint16_t sets[256] = {
  [' '] = V | P,
  ['!'] = T | W | U | B | V | P,
  ['"'] = W | P,
  ['#'] = U | B | P,
  ['$'] = U | B | P,
  ['%'] = T | W | U | B | V | P,
  ['&'] = U | B | P,
  ['\''] = T | W | U | B | V | P,
  ['('] = W | U | B | P,
  [')'] = W | U | B | P,
  ['*'] = T | W | U | B | V | P,
  ['+'] = T | W | U | B | V | P,
  [','] = U | B | P,
  ['-'] = T | W | U | B | V | H | X | P,
  ['.'] = T | W | U | B | V | H | I | P,
  ['/'] = W | U | B | P,
  ['0'] = A, A, A, A, A, A, A, A, A, A,
  [':'] = W | U | B | V | I | P,
  [';'] = U | P,
  ['<'] = W | P,
  ['='] = U | B | V | P,
  ['>'] = W | P,
  ['?'] = W | U | B | P,
  ['@'] = W | U | B | V | P,
  ['A'] = A, A, A, A, A, A, A, A, A, A, A, A, A,
  ['N'] = A, A, A, A, A, A, A, A, A, A, A, A, A,
  ['['] = W | U | B | V | P,
  ['\\'] = W | P,
  [']'] = W | U | B | V | P,
  ['^'] = P,
  ['_'] = T | W | U | B | V | H | P,
  ['`'] = T | W | V | P,
  ['a'] = A, A, A, A, A, A, A, A, A, A, A, A, A,
  ['n'] = A, A, A, A, A, A, A, A, A, A, A, A, A,
  ['{'] = W | P,
  ['|'] = P,
  ['}'] = W | P,
  ['~'] = T | W | U | B | V | P,
};
/* clang-format on */

/* Four bytes at a time: what all of them are in is in the common bits. */
size_t msnav_guard_span(msnav_str text, msnav_guard_chars chars) {
  const unsigned char *at = (const unsigned char *)text.ptr;
  size_t n = 0;
  while (text.len - n >= 4 && (sets[at[n]] & sets[at[n + 1]] & sets[at[n + 2]] &
                               sets[at[n + 3]] & chars) != 0) {
    n += 4;
  }
  while (n < text.len && (sets[at[n]] & chars) != 0) {
    n++;
  }
  return n;
}
