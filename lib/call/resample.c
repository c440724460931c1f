/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/resample.h"
#include "config.h"
#include <string.h>

#if HAVE_SPEEXDSP
#include <speex/speex_resampler.h>

#define QUALITY 3 /* of speexdsp: meant for telephony */

bool msnav_resample_supported(uint32_t from, uint32_t to) {
  return from >= 8000 && to >= 8000 && from <= 48000 && to <= 48000;
}

static msnav_error make_state(msnav_resampler *r) {
  r->state = speex_resampler_init(1, r->from, r->to, QUALITY, NULL);
  return r->state != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

void msnav_resample_close(msnav_resampler *r) {
  if (r->state != NULL) {
    speex_resampler_destroy(r->state);
    r->state = NULL;
  }
}

void msnav_resample_reset(msnav_resampler *r) {
  if (r->state != NULL) {
    speex_resampler_reset_mem(r->state);
  }
}

static void run(msnav_resampler *r, const int16_t *in, size_t *taken,
                int16_t *out, size_t *made) {
  spx_uint32_t in_count = (spx_uint32_t)*taken;
  spx_uint32_t out_count = (spx_uint32_t)*made;
  speex_resampler_process_int(r->state, 0, in, &in_count, out, &out_count);
  *taken = in_count;
  *made = out_count;
}

size_t msnav_resample_late_in(const msnav_resampler *r) {
  return r->state != NULL ? (size_t)speex_resampler_get_input_latency(r->state)
                          : 0;
}

size_t msnav_resample_late_out(const msnav_resampler *r) {
  return r->state != NULL ? (size_t)speex_resampler_get_output_latency(r->state)
                          : 0;
}
#else
bool msnav_resample_supported(uint32_t from, uint32_t to) {
  return from == to;
}

static msnav_error make_state(msnav_resampler *r) {
  (void)r;
  return MSNAV_ERR_UNSUPPORTED;
}

void msnav_resample_close(msnav_resampler *r) {
  r->state = NULL;
}

void msnav_resample_reset(msnav_resampler *r) {
  (void)r;
}

static void run(msnav_resampler *r, const int16_t *in, size_t *taken,
                int16_t *out, size_t *made) {
  (void)r;
  (void)in;
  (void)out;
  *taken = *made = 0;
}

size_t msnav_resample_late_in(const msnav_resampler *r) {
  (void)r;
  return 0;
}

size_t msnav_resample_late_out(const msnav_resampler *r) {
  (void)r;
  return 0;
}
#endif

msnav_error
msnav_resample_open(msnav_resampler *r, uint32_t from, uint32_t to) {
  *r = (msnav_resampler){.from = from, .to = to};
  return from == to ? MSNAV_OK : make_state(r);
}

void msnav_resample_run(msnav_resampler *r, const int16_t *in, size_t *taken,
                        int16_t *out, size_t *made) {
  if (r->state != NULL) {
    run(r, in, taken, out, made);
    return;
  }
  size_t n = *taken < *made ? *taken : *made;
  memcpy(out, in, n * sizeof(*out));
  *taken = *made = n;
}
