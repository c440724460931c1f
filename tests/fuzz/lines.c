/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes texts by whole lines: takes one out, says one twice, moves one, or
 * puts in one that means something, which bytes alone rarely become. */
#include "fuzz/lines.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

typedef struct span {
  size_t at, len;
} span;

static unsigned any(unsigned *seed, unsigned n) {
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 8) % n;
}

/* One of the lines, its end included; an empty one behind the last. */
static span pick(const uint8_t *data, size_t size, unsigned *seed) {
  size_t count = 1;
  for (size_t i = 0; i < size; i++) {
    count += data[i] == '\n';
  }
  size_t skip = any(seed, (unsigned)count);
  span line = {0, 0};
  while (skip > 0) {
    skip -= data[line.at++] == '\n';
  }
  while (line.at + line.len < size && data[line.at + line.len] != '\n') {
    line.len++;
  }
  line.len += line.at + line.len < size;
  return line;
}

static size_t insert(uint8_t *data, size_t size, size_t max, size_t at,
                     const uint8_t *text, size_t len) {
  if (len > max - size) {
    return size;
  }
  memmove(data + at + len, data + at, size - at);
  memcpy(data + at, text, len);
  return size + len;
}

static size_t take_out(uint8_t *data, size_t size, span line) {
  memmove(data + line.at, data + line.at + line.len, size - line.at - line.len);
  return size - line.len;
}

static size_t
put_in(uint8_t *data, size_t size, size_t max, size_t at, unsigned *seed) {
  const char *text = fuzz_lines[any(seed, (unsigned)fuzz_line_count)];
  return insert(data, size, max, at, (const uint8_t *)text, strlen(text));
}

static size_t
change_line(uint8_t *data, size_t size, size_t max, unsigned *seed) {
  uint8_t copy[512];
  span line = pick(data, size, seed);
  unsigned what = any(seed, 4);
  if (what == 0) {
    return put_in(data, size, max, line.at, seed);
  }
  if (what == 1) {
    return put_in(data, take_out(data, size, line), max, line.at, seed);
  }
  line.len = line.len < sizeof(copy) ? line.len : sizeof(copy);
  memcpy(copy, data + line.at, line.len);
  if (what == 2) {
    size = take_out(data, size, line);
  }
  size_t at = pick(data, size, seed).at;
  return any(seed, 3) > 0 ? insert(data, size, max, at, copy, line.len) : size;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  if (any(&seed, 2) == 0) {
    return LLVMFuzzerMutate(data, size, max);
  }
  for (unsigned n = 1 + any(&seed, 3); n > 0; n--) {
    size = change_line(data, size, max, &seed);
  }
  return size;
}
