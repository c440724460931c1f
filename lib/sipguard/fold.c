/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/fold.h"
#include <string.h>

/* Where the next line begins, or the length. */
static size_t next_line(msnav_str data, size_t at) {
  const char *end = memchr(data.ptr + at, '\n', data.len - at);
  return end != NULL ? (size_t)(end - data.ptr) + 1 : data.len;
}

static bool is_empty(msnav_str data, size_t at) {
  return data.ptr[at] == '\n' || (data.ptr[at] == '\r' && at + 1 < data.len &&
                                  data.ptr[at + 1] == '\n');
}

/* The first line that goes on with the one before, after a line's begin; the
 * length when there is none before the headers end.  The first line of all
 * cannot. */
static size_t next_fold(msnav_str data, size_t at) {
  while (at < data.len && !is_empty(data, at)) {
    at = next_line(data, at);
    if (at < data.len && (data.ptr[at] == ' ' || data.ptr[at] == '\t')) {
      return at;
    }
  }
  return data.len;
}

msnav_str msnav_guard_unfold(msnav_str data, char copy[MSNAV_GUARD_MAX_IN]) {
  size_t at = next_fold(data, 0);
  if (at == data.len || data.len > MSNAV_GUARD_MAX_IN) {
    return data;
  }
  memcpy(copy, data.ptr, data.len);
  msnav_str whole = {copy, data.len};
  for (; at < data.len; at = next_fold(whole, at)) {
    copy[at - 1] = ' ';
    if (copy[at - 2] == '\r') {
      copy[at - 2] = ' ';
    }
  }
  return whole;
}
