/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that can be read only once, such as a pipe: the decoder reads twice. */
#ifndef DECODE_SPOOL_H
#define DECODE_SPOOL_H

#include <stdbool.h>
#include <stdio.h>

typedef struct spool {
  FILE *copy;      /* NULL: none was needed */
  char path[32];   /* of the copy */
  const char *use; /* what to open, as often as one likes */
} spool;

/* "-" is standard input.  false: errno says why it cannot be read. */
bool spool_open(spool *s, const char *path);
void spool_close(spool *s);

#endif
