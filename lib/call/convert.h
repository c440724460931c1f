/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound between the application, whose rate and frames stay, and codecs,
 * whose rates and frames change in mid-call.
 *
 * Every resampler is late by a different time.  So that a change of codec is
 * neither a gap nor a repetition, what waits on the application's side makes
 * up for the difference: altogether each direction is later by
 * MSNAV_RESAMPLE_LATE_US, when rates can change at all, and by nothing when
 * they cannot.  A resampler that takes over is first fed with the past, so
 * that it continues where the other one stopped. */
#ifndef MSNAV_CALL_CONVERT_H
#define MSNAV_CALL_CONVERT_H

#include "call/resample.h"
#include <msnav/media.h>

/* Different ones of codecs in one call: each format's, and that of silence. */
#define MSNAV_CONVERT_RATES (MSNAV_STREAM_FORMATS + 1)

/* Resamplers of one direction, one for each rate of a codec. */
typedef struct msnav_rates {
  uint32_t app;  /* Hz */
  bool outwards; /* from the application */
  size_t count;
  msnav_resampler *now; /* in use; NULL before the first sound */
  msnav_resampler each[MSNAV_CONVERT_RATES];
} msnav_rates;

/* What is captured, on its way to the codec. */
typedef struct msnav_uplink {
  msnav_rates rates;
  size_t delay;          /* samples that take-overs may need */
  size_t past;           /* samples kept for them */
  size_t head;           /* the first that waits, in the buffer */
  size_t waiting, heard; /* up to the last one that was really heard */
  uint64_t put;          /* samples in all */
  uint64_t taken;        /* ns of frames in all */
  size_t room;
  int16_t buffer[];
} msnav_uplink;

/* What was decoded, on its way to the application. */
typedef struct msnav_downlink {
  msnav_rates rates;
  size_t delay;
  size_t count;      /* in the queue */
  size_t past_count; /* newest decoded samples, at now's rate */
  size_t room;       /* of the queue */
  int16_t past[12 * 48];
  int16_t queue[];
} msnav_downlink;

/* A codec of this rate may be used.  MSNAV_ERR_UNSUPPORTED, _LIMIT, _NOMEM. */
msnav_error msnav_rates_add(msnav_rates *rates, uint32_t codec_rate);
bool msnav_rates_has(const msnav_rates *rates, uint32_t codec_rate);

/* mixed: codecs of other rates than the application's may be added.  longest
 * frame of a codec in us. */
msnav_uplink *msnav_uplink_new(uint32_t app_rate, bool mixed, uint32_t longest);
void msnav_uplink_free(msnav_uplink *u);
/* At most 20 ms; NULL: nothing was heard.  Behind a whole frame that nobody
 * took there is room for 20 ms, and what does not fit is dropped. */
void msnav_uplink_put(msnav_uplink *u, const int16_t *pcm, size_t n);
/* A whole frame for the codec, when there is one; whether any of it was
 * heard. */
bool msnav_uplink_take(msnav_uplink *u, uint32_t codec_rate, int16_t *frame,
                       size_t samples, bool *heard);

msnav_downlink *msnav_downlink_new(uint32_t app_rate, bool mixed);
void msnav_downlink_free(msnav_downlink *d);
/* At most 20 ms of decoded sound. */
void msnav_downlink_put(msnav_downlink *d, uint32_t codec_rate,
                        const int16_t *pcm, size_t n);
/* Always fills pcm. */
void msnav_downlink_take(msnav_downlink *d, int16_t *pcm, size_t n);

#endif
