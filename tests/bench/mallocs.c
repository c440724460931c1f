/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what is allocated, by standing in front of the C library's own
 * functions; free() stays the C library's. */
#include "bench.h"

#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static unsigned long mallocs;

void *malloc(size_t size) {
  mallocs++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  mallocs++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  mallocs++;
  return __libc_realloc(block, size);
}

unsigned long bench_mallocs(void) {
  return mallocs;
}
