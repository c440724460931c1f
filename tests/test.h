/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every test includes: cmocka in its required order, and shorthands. */
#ifndef MSNAV_TEST_H
#define MSNAV_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* after the headers it relies on */

#include <msnav/base.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define STR(s)                                                                 \
  { (s), sizeof(s) - 1 }

/* Assert that a msnav_str holds exactly this text. */
#define assert_str(s, text)                                                    \
  do {                                                                         \
    msnav_str assert_str_s = (s);                                              \
    assert_int_equal(assert_str_s.len, strlen(text));                          \
    assert_memory_equal(assert_str_s.ptr, (text), assert_str_s.len);           \
  } while (0)

/* A file from tests/data in an exact-size heap block, so that a read of one
 * byte too many is caught; the caller frees it. */
static inline char *load_data(const char *name, size_t *len) {
  char path[512];
  *len = 0;
  const char *dir = getenv("MSNAV_TEST_DATA");
  snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "tests/data", name);
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    fail_msg("cannot open %s", path);
    return NULL;
  }
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  char *bytes = malloc(size > 0 ? (size_t)size : 1);
  *len = fread(bytes, 1, (size_t)size, f);
  fclose(f);
  assert_int_equal(*len, size);
  return bytes;
}

/* A copy in an exact-size heap block. */
static inline char *exact_copy(const void *bytes, size_t len) {
  char *copy = malloc(len > 0 ? len : 1);
  if (len > 0) {
    memcpy(copy, bytes, len);
  }
  return copy;
}

#endif
