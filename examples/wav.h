/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WAV files: 16-bit PCM, mono, read and written a piece at a time. */
#ifndef EXAMPLES_WAV_H
#define EXAMPLES_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wav wav;

/* Open for reading.  NULL with *why set when it cannot be: no such file, no
 * WAV, not 16-bit PCM mono. */
wav *wav_open(const char *path, const char **why);
/* Create.  The header is made true by wav_close(). */
wav *wav_create(const char *path, uint32_t rate, const char **why);
/* The same, but a file that is there stays as it is until the first sound. */
wav *wav_replace(const char *path, uint32_t rate, const char **why);
/* Whether both paths are of one file, which is there: writing one would empty
 * the other. */
bool wav_is_same(const char *path, const char *other);
uint32_t wav_rate(const wav *w);
/* Samples read; fewer than asked for at the end of the file. */
size_t wav_read(wav *w, int16_t *pcm, size_t samples);
/* Read from the beginning again. */
void wav_rewind(wav *w);
void wav_write(wav *w, const int16_t *pcm, size_t samples);
/* Make the header true now, so that what is written so far can be read even
 * if wav_close() never comes. */
void wav_flush(wav *w);
/* false when something could not be written; w may be NULL. */
bool wav_close(wav *w);

#endif
