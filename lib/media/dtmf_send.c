/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/dtmf.h"

#include "media/wire.h"

#include <string.h>

#define END 0x80
#define VOLUME 10 /* -10 dBm0 */
#define END_PACKETS 3
#define SEGMENT_MAX 0xffff
#define UNITS_PER_MS 8u
#define UNITS_PER_SECOND 8000u

msnav_error
msnav_dtmf_queue(msnav_dtmf_sender *d, unsigned event, msnav_usec duration) {
  if (event > MSNAV_DTMF_LAST_EVENT || duration < MSNAV_DTMF_DURATION_MIN_US ||
      duration > MSNAV_DTMF_DURATION_MAX_US) {
    return MSNAV_ERR_INVALID;
  }
  if (d->count == MSNAV_DTMF_QUEUE) {
    return MSNAV_ERR_LIMIT;
  }
  d->queue[d->count].event = (uint8_t)event;
  d->queue[d->count].ms = (uint16_t)(duration / 1000);
  d->count++;
  return MSNAV_OK;
}

static void write_payload(uint8_t out[MSNAV_DTMF_PAYLOAD], uint8_t event,
                          bool end, uint32_t duration) {
  out[0] = event;
  out[1] = (uint8_t)((end ? END : 0) | VOLUME);
  msnav_put16(out + 2, duration);
}

void msnav_dtmf_abort(msnav_dtmf_sender *d) {
  if (!d->busy) {
    return;
  }
  d->busy = false;
  d->count--;
  memmove(d->queue, d->queue + 1, d->count * sizeof(d->queue[0]));
}

/* RFC 4733 section 2.5.1.3: a segment ends with the longest duration that
 * can be said, without the end bit; the next one begins where it ended.  (Its
 * last packet is not sent three times: the next segment tells the same.) */
static void end_segment(msnav_dtmf_sender *d, const msnav_dtmf_tick *tick) {
  d->timestamp +=
    (uint32_t)((uint64_t)SEGMENT_MAX * tick->clock_rate / UNITS_PER_SECOND);
  d->elapsed -= SEGMENT_MAX;
}

void msnav_dtmf_next(msnav_dtmf_sender *d, const msnav_dtmf_tick *tick,
                     msnav_dtmf_packet *out) {
  uint8_t event = d->queue[0].event;
  out->marker = !d->busy;
  if (!d->busy) {
    d->busy = true;
    d->timestamp = tick->timestamp;
    d->elapsed = 0;
    d->left = (uint32_t)d->queue[0].ms * UNITS_PER_MS;
    d->ends = 0;
  }
  uint32_t step = tick->units < d->left ? tick->units : d->left;
  d->elapsed += step;
  d->left -= step;
  out->timestamp = d->timestamp;
  if (d->elapsed > SEGMENT_MAX) {
    write_payload(out->payload, event, false, SEGMENT_MAX);
    end_segment(d, tick);
    return;
  }
  write_payload(out->payload, event, d->left == 0, d->elapsed);
  if (d->left == 0 && ++d->ends == END_PACKETS) {
    msnav_dtmf_abort(d);
  }
}
