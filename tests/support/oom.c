/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The linker replaces malloc by __wrap_malloc (meson.build). */
#include "support/oom.h"
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static unsigned until; /* the one that fails, 0: none */
static bool failed;
static unsigned long allocations;

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
