/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue stands behind the resampler, at the application's rate. */
#include "call/rates.h"
#include <stdlib.h>
#include <string.h>

#define QUEUE_US 40000 /* two ticks */
#define PAST_MAX ((size_t)48 * MSNAV_CONVERT_PAST_US / 1000)

msnav_downlink *msnav_downlink_new(uint32_t app_rate, bool mixed) {
  size_t delay =
    mixed ? msnav_rates_samples(MSNAV_RESAMPLE_LATE_US, app_rate) : 0;
  size_t room = delay + msnav_rates_samples(QUEUE_US, app_rate) + 2;
  msnav_downlink *d = calloc(1, sizeof(*d) + room * sizeof(int16_t));
  if (d != NULL) {
    d->rates = (msnav_rates){.app = app_rate};
    d->delay = delay;
    d->room = room;
  }
  return d;
}

void msnav_downlink_free(msnav_downlink *d) {
  if (d != NULL) {
    msnav_rates_close(&d->rates);
    free(d);
  }
}

static size_t past_of(uint32_t rate) {
  size_t n = msnav_rates_samples(MSNAV_CONVERT_PAST_US, rate);
  return n < PAST_MAX ? n : PAST_MAX;
}

/* The past at another rate, by straight lines; next is the sample after it.
 * It only has to last until the new sound has filled the resampler. */
static size_t past_at(const msnav_downlink *d, uint32_t rate, int16_t next,
                      int16_t out[PAST_MAX]) {
  uint32_t old = d->rates.now->from;
  size_t n = past_of(rate);
  for (size_t i = 0; i < n; i++) {
    uint64_t back = (uint64_t)(n - i) * old; /* in 1/rate of an old sample */
    size_t whole = (size_t)(back / rate);
    int32_t part = (int32_t)(back % rate);
    if (whole + 1 > d->past_count) {
      out[i] = 0;
      continue;
    }
    size_t at = d->past_count - whole; /* the sample after the place */
    int32_t after = whole > 0 ? d->past[at] : next;
    int32_t before = d->past[at - 1];
    int64_t bend = (int64_t)(before - after) * part / (int32_t)rate;
    out[i] = (int16_t)(after + bend);
  }
  return n;
}

/* What the queue holds, as the resampler that takes over would have made it;
 * its beginning is as late as before.  One fades into the other. */
static void take_over(msnav_downlink *d, msnav_resampler *r, int16_t next) {
  size_t late = msnav_resample_late_out(r);
  size_t want = d->delay > late ? d->delay - late : 0;
  msnav_resample_reset(r);
  if (d->rates.now == NULL) {
    d->count = want; /* silence */
    d->rates.now = r;
    return;
  }
  int16_t past[PAST_MAX], made[PAST_MAX + 2];
  size_t n = past_at(d, r->from, next, past);
  size_t count = PAST_MAX + 2;
  size_t taken = n;
  msnav_resample_run(r, past, &taken, made, &count);
  want = want < count ? want : count;
  const int16_t *fresh = made + count - want;
  size_t both = d->count < want ? d->count : want;
  for (size_t i = 0; i < both; i++) {
    int32_t part = (int32_t)(i + 1), all = (int32_t)(both + 1);
    int32_t sum = d->queue[i] * (all - part) + fresh[i] * part;
    d->queue[i] = (int16_t)(sum / all);
  }
  memcpy(d->queue + both, fresh + both, (want - both) * sizeof(int16_t));
  d->count = want;
  memcpy(d->past, past, n * sizeof(int16_t));
  d->past_count = n;
  d->rates.now = r;
}

static void remember(msnav_downlink *d, const int16_t *pcm, size_t n) {
  size_t most = past_of(d->rates.now->from);
  size_t old = d->past_count;
  if (n >= most) {
    pcm += n - most;
    n = most;
  }
  if (old + n > most) {
    size_t gone = old + n - most;
    memmove(d->past, d->past + gone, (old - gone) * sizeof(int16_t));
    old -= gone;
  }
  memcpy(d->past + old, pcm, n * sizeof(int16_t));
  d->past_count = old + n;
}

void msnav_downlink_put(msnav_downlink *d, uint32_t codec_rate,
                        const int16_t *pcm, size_t n) {
  msnav_resampler *r = msnav_rates_find(&d->rates, codec_rate);
  if (r == NULL || n == 0) {
    return;
  }
  if (r != d->rates.now) {
    take_over(d, r, pcm[0]);
  }
  if (d->delay > 0) {
    remember(d, pcm, n);
  }
  size_t made = d->room - d->count;
  msnav_resample_run(r, pcm, &n, d->queue + d->count, &made);
  d->count += made;
}

void msnav_downlink_take(msnav_downlink *d, int16_t *pcm, size_t n) {
  size_t have = n < d->count ? n : d->count;
  memcpy(pcm, d->queue, have * sizeof(int16_t));
  for (size_t i = have; i < n; i++) { /* nothing was decoded, or rounding */
    pcm[i] = (int16_t)(i > 0 ? pcm[i - 1] / 2 : 0);
  }
  d->count -= have;
  memmove(d->queue, d->queue + have, d->count * sizeof(int16_t));
}
