/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip/random.h"
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

/* As many as getrandom() gives without being interrupted. */
#define POOL 256

struct msnav_random {
  size_t left; /* the first ones are unused */
  uint8_t bytes[POOL];
};

msnav_random *msnav_random_new(void) {
  void *pool = mmap(NULL, sizeof(msnav_random), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pool == MAP_FAILED) {
    return NULL;
  }
  if (madvise(pool, sizeof(msnav_random), MADV_WIPEONFORK) != 0) {
    (void)munmap(pool, sizeof(msnav_random));
    return NULL;
  }
  return pool;
}

void msnav_random_free(msnav_random *pool) {
  if (pool != NULL) {
    explicit_bzero(pool, sizeof(*pool));
    (void)munmap(pool, sizeof(*pool));
  }
}

static void ask(uint8_t *bytes, size_t len) {
  ssize_t n = getrandom(bytes, len, 0);
  for (size_t have = n > 0 ? (size_t)n : 0; have < len; have++) {
    bytes[have] = (uint8_t)g_random_int();
  }
}

void msnav_random_bytes(msnav_random *pool, void *bytes, size_t len) {
  if (pool == NULL || len > POOL) {
    ask(bytes, len);
    return;
  }
  if (len > pool->left) {
    ask(pool->bytes, POOL);
    pool->left = POOL;
  }
  pool->left -= len;
  memcpy(bytes, pool->bytes + pool->left, len);
  explicit_bzero(pool->bytes + pool->left, len);
}
