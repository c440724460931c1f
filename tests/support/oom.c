/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The linker replaces malloc by __wrap_malloc (meson.build). */
#include "support/oom.h"
#include <malloc.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

/* volatile: compilers know that calloc() leaves all variables alone, and see
 * through files at link time. */
static volatile unsigned until; /* the one that fails, 0: none */
static volatile bool failed;
static volatile unsigned long allocations;

void oom_fail(unsigned nth) {
  until = nth;
  failed = false;
}

bool oom_failed(void) {
  until = 0;
  return failed;
}

unsigned long oom_allocations(void) {
  return allocations;
}

static bool fails(void) {
  allocations++;
  if (until == 0 || --until > 0) {
    return false;
  }
  failed = true;
  return true;
}

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
  return fails() ? NULL : __real_realloc(old, size);
}

/* ---- what is left in memory */

static const void *volatile watched;
static volatile size_t watched_len;
static volatile unsigned found;

void oom_watch(const void *secret, size_t len) {
  watched = secret;
  watched_len = len;
  found = 0;
}

unsigned oom_found(void) {
  return found;
}

void __wrap_free(void *block) {
  if (block != NULL && watched != NULL &&
      memmem(block, malloc_usable_size(block), watched, watched_len) != NULL) {
    found++;
  }
  __real_free(block);
}
