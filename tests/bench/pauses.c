/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usage: pauses NOISE FILE.wav...
 *
 * What silence suppression keeps back of recorded speech (16-bit mono, 8,000
 * Hz) with white noise of NOISE dBov behind it (0: none): the share of frames,
 * the share of the speech's own energy, and the loudest frame of it. */
#include "media/activity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAME 160
#define FRAME_US 20000
#define WAV_HEADER 44

typedef struct tally {
  unsigned frames, kept_back;
  double energy, lost, loudest;
} tally;

static double add_noise(int16_t *pcm, double amplitude, uint32_t *seed) {
  double energy = 0;
  for (int i = 0; i < FRAME; i++) {
    *seed = *seed * 1664525u + 1013904223u;
    energy += (double)pcm[i] * pcm[i];
    double sum = pcm[i] + amplitude * ((double)(*seed >> 8) / 0x800000 - 1);
    pcm[i] = (int16_t)lrint(fmax(-32768, fmin(32767, sum)));
  }
  return energy;
}

static void measure(FILE *f, double amplitude, tally *t) {
  msnav_activity activity = {.known = false};
  int16_t pcm[FRAME];
  uint32_t seed = 1;
  while (fread(pcm, sizeof(*pcm), FRAME, f) == FRAME) {
    double energy = add_noise(pcm, amplitude, &seed);
    t->frames++;
    t->energy += energy;
    if (!msnav_activity_hear(&activity, pcm, FRAME, FRAME_US)) {
      t->kept_back++;
      t->lost += energy;
      t->loudest = fmax(t->loudest, energy);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: pauses NOISE FILE.wav...\n");
    return 2;
  }
  double noise = strtod(argv[1], NULL);
  double amplitude = noise < 0 ? 32768 * pow(10, noise / 20) * sqrt(3) : 0;
  for (int i = 2; i < argc; i++) {
    tally t = {.frames = 0};
    FILE *f = fopen(argv[i], "rb");
    if (f == NULL || fseek(f, WAV_HEADER, SEEK_SET) != 0) {
      perror(argv[i]);
      return 1;
    }
    measure(f, amplitude, &t);
    fclose(f);
    printf("%s: %.1f %% of %u frames, %.4f %% of the energy, at most %.0f "
           "dBov\n",
           argv[i], 100.0 * t.kept_back / t.frames, t.frames,
           100 * t.lost / t.energy,
           10 * log10(t.loudest / FRAME / (32768.0 * 32768) + 1e-12));
  }
  return 0;
}
