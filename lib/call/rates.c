/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/rates.h"

bool msnav_rates_has(const msnav_rates *rates, uint32_t codec_rate) {
  return msnav_rates_find((msnav_rates *)(uintptr_t)rates, codec_rate) != NULL;
}

msnav_resampler *msnav_rates_find(msnav_rates *rates, uint32_t codec_rate) {
  for (size_t i = 0; i < rates->count; i++) {
    msnav_resampler *r = &rates->each[i];
    if ((rates->outwards ? r->to : r->from) == codec_rate) {
      return r;
    }
  }
  return NULL;
}

msnav_error msnav_rates_add(msnav_rates *rates, uint32_t codec_rate) {
  if (msnav_rates_has(rates, codec_rate)) {
    return MSNAV_OK;
  }
  if (!msnav_resample_supported(rates->app, codec_rate)) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  if (rates->count == MSNAV_CONVERT_RATES) {
    return MSNAV_ERR_LIMIT;
  }
  msnav_resampler *r = &rates->each[rates->count];
  msnav_error err = rates->outwards
                      ? msnav_resample_open(r, rates->app, codec_rate)
                      : msnav_resample_open(r, codec_rate, rates->app);
  rates->count += err == MSNAV_OK;
  return err;
}

void msnav_rates_close(msnav_rates *rates) {
  for (size_t i = 0; i < rates->count; i++) {
    msnav_resample_close(&rates->each[i]);
  }
  rates->count = 0;
  rates->now = NULL;
}
