/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public structs that begin with their size and only grow at their end: the
 * caller's may be older (shorter) or newer (longer) than ours. */
#ifndef MSNAV_BASE_SIZED_H
#define MSNAV_BASE_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes up to and with a member: the first released layout by its last one. */
#define MSNAV_SIZED_UP_TO(type, member)                                        \
  (offsetof(type, member) + sizeof(((type *)NULL)->member))

/* Whether there is a struct, of the first released layout or a later one. */
static inline bool msnav_sized_ok(const void *theirs, size_t least) {
  size_t size = 0;
  if (theirs != NULL) {
    memcpy(&size, theirs, sizeof(size));
  }
  return size >= least && size >= sizeof(size);
}

static inline size_t msnav_sized_common(const void *theirs, size_t our_size) {
  size_t size;
  memcpy(&size, theirs, sizeof(size));
  return size < our_size ? size : our_size;
}

/* Take what the caller's struct has of ours, its size too; the rest is 0. */
static inline void
msnav_sized_take(void *ours, size_t our_size, const void *theirs) {
  memset(ours, 0, our_size);
  memcpy(ours, theirs, msnav_sized_common(theirs, our_size));
}

/* The same without copying what is long enough: a struct to read from. */
static inline const void *
msnav_sized_view(void *ours, size_t our_size, const void *theirs) {
  if (msnav_sized_common(theirs, our_size) == our_size) {
    return theirs;
  }
  msnav_sized_take(ours, our_size, theirs);
  return ours;
}

/* Give what the caller's struct has room for; its size stays. */
static inline void
msnav_sized_give(void *theirs, const void *ours, size_t our_size) {
  memcpy((char *)theirs + sizeof(size_t), (const char *)ours + sizeof(size_t),
         msnav_sized_common(theirs, our_size) - sizeof(size_t));
}

#endif
