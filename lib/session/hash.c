/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SipHash-2-4 (Aumasson and Bernstein, 2012): peers choose their accounts and
 * cookies, so that only a secret keeps them from meeting in one bucket. */
#include "session/inner.h"

typedef struct sip {
  uint64_t v[4];
  uint64_t word; /* up to 7 bytes that wait */
  size_t len;
} sip;

static uint64_t rotate(uint64_t x, int by) {
  return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], int count) {
  while (count-- > 0) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
  }
}

static void add_word(sip *h, uint64_t word) {
  h->v[3] ^= word;
  rounds(h->v, 2);
  h->v[0] ^= word;
}

static char fold(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static void add(sip *h, msnav_str text, bool folded) {
  uint64_t word = h->word;
  size_t len = h->len;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (folded) {
      c = fold(c);
    }
    word |= (uint64_t)(unsigned char)c << 8 * (len++ % 8);
    if (len % 8 == 0) {
      add_word(h, word);
      word = 0;
    }
  }
  h->word = word;
  h->len = len;
}

static uint64_t finish(sip *h) {
  add_word(h, h->word | (uint64_t)h->len << 56);
  h->v[2] ^= 0xff;
  rounds(h->v, 4);
  return h->v[0] ^ h->v[1] ^ h->v[2] ^ h->v[3];
}

uint64_t
msnav_session_hash(const uint64_t secret[2], msnav_str peer, msnav_str cookie) {
  sip h = {.v = {secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
                 secret[0] ^ 0x6c7967656e657261,
                 secret[1] ^ 0x7465646279746573}};
  add(&h, peer, true);
  add(&h, MSNAV_LITERAL("\0"), false);
  add(&h, cookie, false);
  return finish(&h);
}
