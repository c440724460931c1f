/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spool.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool copy(FILE *from, FILE *to) {
  char bytes[65536];
  size_t n;
  while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0) {
    if (fwrite(bytes, 1, n, to) != n) {
      return false;
    }
  }
  return ferror(from) == 0 && fflush(to) == 0;
}

bool spool_open(spool *s, const char *path) {
  struct stat there;
  bool standard = strcmp(path, "-") == 0;
  *s = (spool){.use = path};
  if (!standard && (stat(path, &there) != 0 || S_ISREG(there.st_mode) ||
                    S_ISDIR(there.st_mode))) {
    return true; /* whoever opens it says what is wrong with it */
  }
  FILE *from = standard ? stdin : fopen(path, "rb");
  s->copy = from != NULL ? tmpfile() : NULL;
  bool ok = s->copy != NULL && copy(from, s->copy);
  int error = errno;
  if (from != NULL && !standard) {
    fclose(from);
  }
  if (ok) {
    snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", fileno(s->copy));
    s->use = s->path;
  } else {
    spool_close(s);
  }
  errno = error;
  return ok;
}

void spool_close(spool *s) {
  if (s->copy != NULL) {
    fclose(s->copy);
    s->copy = NULL;
  }
}
