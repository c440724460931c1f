/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare SAID HEARD: how much of what was said was heard.
 *
 * Both WAV files are 8 kHz.  The delay is found by cross-correlation; then
 * each piece of 250 ms of speech is looked for around that place, because a
 * jitter buffer may play a little faster or slower, and its normalised
 * correlation counts by its energy.  Prints one JSON object; exit 0 when the
 * similarity is at least 0.70, 1 when it is not, 2 when a file is unusable. */
#include "wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 8000
#define PIECE (RATE / 4L)
#define SLACK (RATE / 25) /* 40 ms around the delay */
#define LONGEST ((size_t)RATE * 600)
#define MOST_DELAY (2L * RATE) /* looked for from -2 s to 2 s */
#define ENOUGH 0.70

typedef struct sound {
  int16_t *pcm;
  long n;
} sound;

static sound load(const char *path) {
  const char *why = NULL;
  wav *w = wav_open(path, &why);
  if (w == NULL || wav_rate(w) != RATE) {
    fprintf(stderr, "compare: %s: %s\n", path, w == NULL ? why : "not 8 kHz");
    exit(2);
  }
  sound s = {calloc(LONGEST, sizeof(int16_t)), 0};
  s.n = (long)wav_read(w, s.pcm, LONGEST);
  wav_close(w);
  return s;
}

static double energy(const sound *s, long from, long n) {
  double e = 0;
  for (long i = from; i < from + n; i++) {
    if (i >= 0 && i < s->n) {
      e += (double)s->pcm[i] * s->pcm[i];
    }
  }
  return e;
}

/* Correlation of n samples at a in one with those at b in the other. */
static double
dot(const sound *x, long a, const sound *y, long b, long n, long step) {
  double c = 0;
  for (long i = 0; i < n; i += step) {
    if (a + i >= 0 && a + i < x->n && b + i >= 0 && b + i < y->n) {
      c += (double)x->pcm[a + i] * y->pcm[b + i];
    }
  }
  return c;
}

static long find_delay(const sound *said, const sound *heard) {
  long best = 0;
  double most = -1;
  for (long d = -MOST_DELAY; d <= MOST_DELAY; d++) {
    double c = dot(said, 0, heard, d, said->n, 2);
    if (c > most) {
      most = c;
      best = d;
    }
  }
  return best;
}

static double
piece_similarity(const sound *said, const sound *heard, long at, long *delay) {
  double best = 0;
  long centre = *delay;
  double e = energy(said, at, PIECE);
  for (long d = centre - SLACK; d <= centre + SLACK; d++) {
    double f = energy(heard, at + d, PIECE);
    double c = f > 0 ? dot(said, at, heard, at + d, PIECE, 1) / sqrt(e * f) : 0;
    if (c > best) {
      best = c;
      *delay = d;
    }
  }
  return best;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: compare SAID.wav HEARD.wav\n");
    return 2;
  }
  sound said = load(argv[1]);
  sound heard = load(argv[2]);
  long first = find_delay(&said, &heard);
  long delay = first;
  double loudest = 0;
  for (long at = 0; at + PIECE <= said.n; at += PIECE) {
    loudest = fmax(loudest, energy(&said, at, PIECE));
  }
  double weight = 0;
  double similar = 0;
  for (long at = 0; at + PIECE <= said.n; at += PIECE) {
    double e = energy(&said, at, PIECE);
    if (e < loudest / 300 || at + delay + PIECE > heard.n + SLACK) {
      continue; /* a pause, or after the recording ended */
    }
    similar += sqrt(e) * piece_similarity(&said, &heard, at, &delay);
    weight += sqrt(e);
  }
  double similarity = weight > 0 ? similar / weight : 0;
  printf("{\"similarity\": %.4f, \"delay_ms\": %.1f, \"said_s\": %.2f, "
         "\"heard_s\": %.2f}\n",
         similarity, (double)first * 1000 / RATE, (double)said.n / RATE,
         (double)heard.n / RATE);
  free(said.pcm);
  free(heard.pcm);
  return similarity >= ENOUGH ? 0 : 1;
}
