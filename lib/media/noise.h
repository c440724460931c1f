/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comfort noise (RFC 3389): the background described in a few bytes, and made
 * again from them.
 *
 * A description is a level in -dBov and the reflection coefficients of an
 * all-pole filter 1 / A(z), quantised as section 3.2 has it.  Their sign is
 * that of the implementations in use: the first one of low-pass noise is
 * negative, A(z) = 1 + k z^-1. */
#ifndef MSNAV_MEDIA_NOISE_H
#define MSNAV_MEDIA_NOISE_H

#include <msnav/base.h>

/* Coefficients that are sent and used; more are ignored (section 3). */
#define MSNAV_NOISE_ORDER 10
#define MSNAV_NOISE_PAYLOAD (1 + MSNAV_NOISE_ORDER)

/* The background as it was heard; zero before anything was. */
typedef struct msnav_background {
  float correlation[MSNAV_NOISE_ORDER + 1]; /* of a sample, on average */
  bool known;
} msnav_background;

/* Average one more frame in.  At least 2 * MSNAV_NOISE_ORDER samples. */
void msnav_background_hear(msnav_background *b, const int16_t *pcm,
                           size_t samples);

/* What to send for it.  Always MSNAV_NOISE_PAYLOAD bytes. */
void msnav_background_describe(const msnav_background *b,
                               uint8_t payload[MSNAV_NOISE_PAYLOAD]);

/* Something that sounds like a description.  A decoder's state. */
typedef struct msnav_noise {
  float reflection[MSNAV_NOISE_ORDER];
  float memory[MSNAV_NOISE_ORDER + 1]; /* of the lattice */
  float gain;                          /* of the excitation */
  float target;                        /* where gain goes to */
  uint32_t seed;
  bool known;
} msnav_noise;

void msnav_noise_init(msnav_noise *n);

/* Follow another description; the level is reached within 100 ms, at once by
 * the first one.  len is at least 1. */
void msnav_noise_follow(msnav_noise *n, const uint8_t *payload, size_t len);

void msnav_noise_make(msnav_noise *n, int16_t *pcm, size_t samples);

#endif
