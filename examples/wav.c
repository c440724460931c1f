/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wav.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 44

struct wav {
  FILE *file;
  uint32_t rate;
  uint32_t left; /* data bytes not read yet */
  uint32_t size; /* of the data, and where it begins */
  long begin;
  uint32_t written; /* data bytes */
  bool writing, failed;
  bool older; /* what the file held before is still in it */
};

static uint32_t get32(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
         (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8);
  p[2] = (uint8_t)(v >> 16);
  p[3] = (uint8_t)(v >> 24);
}

/* Walk the chunks up to "data"; NULL when the sound can be read. */
static const char *read_chunks(wav *w) {
  uint8_t head[12];
  if (fread(head, 1, 12, w->file) != 12 || memcmp(head, "RIFF", 4) != 0 ||
      memcmp(head + 8, "WAVE", 4) != 0) {
    return "not a WAV file";
  }
  for (;;) {
    uint8_t chunk[8];
    if (fread(chunk, 1, 8, w->file) != 8) {
      return "no sound in the WAV file";
    }
    uint32_t size = get32(chunk + 4);
    if (memcmp(chunk, "data", 4) == 0) {
      w->left = w->size = size;
      w->begin = ftell(w->file);
      return w->rate != 0 ? NULL : "WAV file without a format";
    }
    uint8_t format[16] = {0};
    size_t part = 0;
    if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16) {
      part = fread(format, 1, 16, w->file);
      bool pcm = format[0] == 1 && format[1] == 0;
      bool mono = format[2] == 1 && format[3] == 0;
      if (part != 16 || !pcm || !mono || format[14] != 16) {
        return "not 16-bit PCM mono";
      }
      w->rate = get32(format + 4);
    }
    if (fseek(w->file, (long)(size - part + (size & 1)), SEEK_CUR) != 0) {
      return "WAV file cut short";
    }
  }
}

wav *wav_open(const char *path, const char **why) {
  wav *w = calloc(1, sizeof(*w));
  if (w == NULL) {
    *why = strerror(ENOMEM);
    return NULL;
  }
  w->file = fopen(path, "rb");
  *why = w->file == NULL ? strerror(errno) : read_chunks(w);
  if (*why != NULL) {
    wav_close(w);
    return NULL;
  }
  return w;
}

bool wav_is_same(const char *path, const char *other) {
  struct stat a, b;
  return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void write_header(wav *w) {
  uint8_t h[HEADER] = "RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0";
  put32(h + 4, HEADER - 8 + w->written);
  put32(h + 24, w->rate);
  put32(h + 28, w->rate * 2);
  h[32] = 2;
  h[34] = 16;
  memcpy(h + 36, "data", 4); /* NOLINT(bugprone-not-null-terminated-result) */
  put32(h + 40, w->written);
  w->failed |= fwrite(h, 1, HEADER, w->file) != HEADER;
}

static wav *
create(const char *path, uint32_t rate, int flags, const char **why) {
  wav *w = calloc(1, sizeof(*w));
  if (w == NULL) {
    *why = strerror(ENOMEM);
    return NULL;
  }
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  w->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
  if (w->file == NULL) {
    *why = strerror(errno);
    if (fd >= 0) {
      close(fd);
    }
    free(w);
    return NULL;
  }
  struct stat there;
  w->older = fstat(fd, &there) == 0 && there.st_size > 0;
  w->rate = rate;
  w->writing = true;
  if (!w->older) {
    write_header(w);
  }
  return w;
}

wav *wav_create(const char *path, uint32_t rate, const char **why) {
  return create(path, rate, O_TRUNC, why);
}

wav *wav_replace(const char *path, uint32_t rate, const char **why) {
  return create(path, rate, 0, why);
}

uint32_t wav_rate(const wav *w) {
  return w->rate;
}

size_t wav_read(wav *w, int16_t *pcm, size_t samples) {
  size_t n = 0;
  uint8_t two[2];
  while (n < samples && w->left >= 2 && fread(two, 1, 2, w->file) == 2) {
    pcm[n++] = (int16_t)(two[0] | two[1] << 8);
    w->left -= 2;
  }
  return n;
}

void wav_rewind(wav *w) {
  if (fseek(w->file, w->begin, SEEK_SET) == 0) {
    w->left = w->size;
  }
}

void wav_write(wav *w, const int16_t *pcm, size_t samples) {
  if (w->older) {
    w->older = false;
    w->failed |= ftruncate(fileno(w->file), 0) != 0;
    write_header(w);
  }
  for (size_t i = 0; i < samples; i++) {
    uint8_t two[2] = {(uint8_t)pcm[i], (uint8_t)((uint16_t)pcm[i] >> 8)};
    w->failed |= fwrite(two, 1, 2, w->file) != 2;
  }
  w->written += (uint32_t)samples * 2;
}

void wav_flush(wav *w) {
  if (w->older) {
    return;
  }
  rewind(w->file);
  write_header(w);
  w->failed |= fseek(w->file, 0, SEEK_END) != 0;
  w->failed |= fflush(w->file) != 0;
}

bool wav_close(wav *w) {
  if (w == NULL) {
    return true;
  }
  if (w->writing && !w->older) {
    rewind(w->file);
    write_header(w);
  }
  bool ok = (w->file == NULL || fclose(w->file) == 0) && !w->failed;
  free(w);
  return ok;
}
