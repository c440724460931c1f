/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both directions of call/convert.h share. */
#ifndef MSNAV_CALL_RATES_H
#define MSNAV_CALL_RATES_H

#include "call/convert.h"

/* Kept for a resampler that takes over: twice as long as one is late, and as
 * long as the difference between two. */
#define MSNAV_CONVERT_PAST_US 12000

/* NULL when no such codec was added. */
msnav_resampler *msnav_rates_find(msnav_rates *rates, uint32_t codec_rate);
void msnav_rates_close(msnav_rates *rates);

static inline size_t msnav_rates_samples(uint64_t us, uint32_t rate) {
  return (size_t)((us * rate + 999999) / 1000000);
}

#endif
