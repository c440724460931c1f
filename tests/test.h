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

/* Runs a group without the tests whose names are in MSNAV_SKIP, separated by
 * white space: those that a slow tool, such as valgrind, has no time for. */
static inline bool test_is_skipped(const char *name) {
  const char *at = getenv("MSNAV_SKIP");
  size_t len = strlen(name);
  for (; at != NULL && *at != '\0'; at += strcspn(at, " \n")) {
    at += strspn(at, " \n");
    if (strcspn(at, " \n") == len && strncmp(at, name, len) == 0) {
      return true;
    }
  }
  return false;
}

static inline int
test_run_group(const char *group, const struct CMUnitTest *tests, size_t count,
               CMFixtureFunction setup, CMFixtureFunction teardown) {
  struct CMUnitTest kept[128];
  size_t n = 0;
  for (size_t i = 0; i < count && n < ARRAY_LEN(kept); i++) {
    if (!test_is_skipped(tests[i].name)) {
      kept[n++] = tests[i];
    }
  }
  return _cmocka_run_group_tests(group, kept, n, setup, teardown);
}

#undef cmocka_run_group_tests
#define cmocka_run_group_tests(tests, setup, teardown)                         \
  test_run_group(#tests, tests, ARRAY_LEN(tests), setup, teardown)

#endif
