/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over inputs that are kept:
 *
 *     replay-TARGET FILE-OR-DIRECTORY...
 *
 * Seeds, and whatever a fuzzer found once, stay a test with every compiler.
 * Nothing to run is a failure: a corpus that got lost tests nothing. */
#include "fuzz/fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static bool run_file(const char *path) {
  struct stat st;
  FILE *f = fopen(path, "rb");
  if (f == NULL || fstat(fileno(f), &st) != 0) {
    perror(path);
    return false;
  }
  size_t size = (size_t)st.st_size;
  uint8_t *data = malloc(size > 0 ? size : 1);
  bool read = data != NULL && fread(data, 1, size, f) == size;
  fclose(f);
  if (read) {
    printf("# %s\n", path); /* the last one is the one that failed */
    fflush(stdout);
    (void)LLVMFuzzerTestOneInput(data, size);
  }
  free(data);
  return read;
}

static unsigned run_directory(const char *path) {
  struct dirent **names;
  int n = scandir(path, &names, NULL, alphasort);
  unsigned done = 0;
  for (int i = 0; i < n; i++) {
    char file[4096];
    int len = snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
    if (names[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(file)) {
      done += run_file(file);
    }
    free(names[i]);
  }
  if (n >= 0) {
    free(names);
  }
  return done;
}

int main(int argc, char **argv) {
  unsigned done = 0;
  for (int i = 1; i < argc; i++) {
    struct stat st;
    bool directory = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
    done += directory ? run_directory(argv[i]) : run_file(argv[i]);
  }
  printf("%u inputs\n", done);
  return done > 0 ? 0 : 1;
}
