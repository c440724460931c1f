/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue stands before the resampler, at the application's rate: a codec
 * that takes over finds whole what its predecessor had not used. */
#include "call/rates.h"
#include <stdlib.h>
#include <string.h>

#define TICK_US 20000
#define NS 1000000000u

msnav_uplink *
msnav_uplink_new(uint32_t app_rate, bool mixed, uint32_t longest) {
  size_t delay =
    mixed ? msnav_rates_samples(MSNAV_RESAMPLE_LATE_US, app_rate) : 0;
  size_t past =
    mixed ? msnav_rates_samples(MSNAV_CONVERT_PAST_US, app_rate) : 0;
  size_t room = past + delay + msnav_rates_samples(longest, app_rate) +
                msnav_rates_samples(TICK_US, app_rate) + 2;
  msnav_uplink *u = calloc(1, sizeof(*u) + room * sizeof(int16_t));
  if (u != NULL) {
    u->rates = (msnav_rates){.app = app_rate, .outwards = true};
    u->delay = delay;
    u->past = past;
    u->head = past;
    u->waiting = delay;
    u->room = room;
  }
  return u;
}

void msnav_uplink_free(msnav_uplink *u) {
  if (u != NULL) {
    msnav_rates_close(&u->rates);
    free(u);
  }
}

void msnav_uplink_put(msnav_uplink *u, const int16_t *pcm, size_t n) {
  if (u->head > u->past) {
    memmove(u->buffer, u->buffer + u->head - u->past,
            (u->past + u->waiting) * sizeof(int16_t));
    u->head = u->past;
  }
  size_t left = u->room - u->head - u->waiting;
  n = n < left ? n : left;
  int16_t *end = u->buffer + u->head + u->waiting;
  u->waiting += n;
  u->put += n;
  if (pcm != NULL) {
    memcpy(end, pcm, n * sizeof(int16_t));
    u->heard = u->waiting;
  } else {
    memset(end, 0, n * sizeof(int16_t));
  }
}

/* Let another resampler continue where the last one stopped.  What has to
 * wait follows from what came and went in all, so that roundings do not add
 * up. */
static void take_over(msnav_uplink *u, msnav_resampler *r) {
  size_t late = msnav_resample_late_in(r);
  uint64_t end = u->head + u->waiting;
  uint64_t gone = (u->taken * u->rates.app + NS / 2) / NS;
  uint64_t ahead = u->put + u->delay; /* of gone, by what waits or is late */
  uint64_t waiting = ahead > gone + late ? ahead - gone - late : 0;
  waiting = waiting < end ? waiting : end;
  size_t behind = u->waiting - u->heard;
  u->head = (size_t)(end - waiting);
  u->waiting = (size_t)waiting;
  u->heard = u->heard > 0 && u->waiting > behind ? u->waiting - behind : 0;
  u->rates.now = r;
  msnav_resample_reset(r);
  int16_t unused[MSNAV_CONVERT_PAST_US / 1000 * 48 + 2];
  size_t past = 2 * late < u->head ? 2 * late : u->head;
  size_t made = sizeof(unused) / sizeof(unused[0]);
  msnav_resample_run(r, u->buffer + u->head - past, &past, unused, &made);
}

bool msnav_uplink_take(msnav_uplink *u, uint32_t codec_rate, int16_t *frame,
                       size_t samples, bool *heard) {
  msnav_resampler *r = msnav_rates_find(&u->rates, codec_rate);
  if (r == NULL) {
    return false;
  }
  if (r != u->rates.now) {
    take_over(u, r);
  }
  uint64_t product = (uint64_t)samples * u->rates.app;
  size_t need =
    (size_t)(product / codec_rate) + (product % codec_rate != 0 ? 2 : 0);
  if (u->waiting < need) {
    return false;
  }
  size_t taken = u->waiting;
  size_t made = samples;
  msnav_resample_run(r, u->buffer + u->head, &taken, frame, &made);
  memset(frame + made, 0, (samples - made) * sizeof(int16_t));
  *heard = u->heard > 0;
  u->head += taken;
  u->taken += (uint64_t)samples * NS / codec_rate;
  u->waiting -= taken;
  u->heard -= taken < u->heard ? taken : u->heard;
  return true;
}
