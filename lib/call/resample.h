/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From one rate to another, by speexdsp where it is built in. */
#ifndef MSNAV_CALL_RESAMPLE_H
#define MSNAV_CALL_RESAMPLE_H

#include <msnav/base.h>

/* A resampler is at most so late, at any pair of rates from 8,000 Hz on:
 * twenty-four samples of the lower rate, and its rounding. */
#define MSNAV_RESAMPLE_LATE_US 3500

typedef struct msnav_resampler {
  void *state; /* NULL between equal rates */
  uint32_t from, to;
} msnav_resampler;

bool msnav_resample_supported(uint32_t from, uint32_t to);
/* Allocates; nothing else below does. */
msnav_error msnav_resample_open(msnav_resampler *r, uint32_t from, uint32_t to);
void msnav_resample_close(msnav_resampler *r);
/* Forget the past. */
void msnav_resample_reset(msnav_resampler *r);
/* In: how many there are and how much room; out: how many were used and
 * made.  Stops when either is used up. */
void msnav_resample_run(msnav_resampler *r, const int16_t *in, size_t *taken,
                        int16_t *out, size_t *made);
/* How much later its output is than its input, in samples of either. */
size_t msnav_resample_late_in(const msnav_resampler *r);
size_t msnav_resample_late_out(const msnav_resampler *r);

#endif
