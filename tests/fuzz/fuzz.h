/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzz targets share.  A target is one function; libFuzzer calls it
 * with inputs that it makes up, replay.c with those that are kept. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      abort();                                                                 \
    }                                                                          \
  } while (0)

typedef struct fuzz_input {
  const uint8_t *at;
  size_t left;
} fuzz_input;

/* The next byte, 0 behind the end. */
static inline unsigned fuzz_byte(fuzz_input *in) {
  if (in->left == 0) {
    return 0;
  }
  in->left--;
  return *in->at++;
}

static inline unsigned fuzz_word(fuzz_input *in) {
  unsigned low = fuzz_byte(in);
  return low | fuzz_byte(in) << 8;
}

/* Up to so many of the next bytes. */
static inline fuzz_input fuzz_bytes(fuzz_input *in, size_t most) {
  fuzz_input part = {in->at, most < in->left ? most : in->left};
  in->at += part.left;
  in->left -= part.left;
  return part;
}

/* In a block of its exact size, so that reading past it is seen. */
static inline char *fuzz_copy(fuzz_input part) {
  char *copy = malloc(part.left > 0 ? part.left : 1);
  CHECK(copy != NULL);
  if (part.left > 0) {
    memcpy(copy, part.at, part.left);
  }
  return copy;
}

#endif
