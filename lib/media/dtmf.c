/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/dtmf.h"
#include "media/rtp.h"

#define TICKS_PER_MS 8
#define LEAST 40000       /* µs; RFC 4733 section 2.5.2.1 */
#define MOST 10000000     /* µs */
#define ENDS 3            /* section 2.5.1.4 */
#define PAUSE 3           /* frames between two events, at least 40 ms */
#define VOLUME 10         /* -dBm0 */
#define SEGMENT 0xffffu   /* section 2.5.1.3 */
#define LOST_AFTER 300000 /* µs without a packet of a running event */

msnav_error
msnav_dtmf_press(msnav_dtmf_sender *d, unsigned event, msnav_usec duration) {
  if (event >= MSNAV_DTMF_EVENTS || duration < LEAST || duration > MOST) {
    return MSNAV_ERR_INVALID;
  }
  if (d->count == MSNAV_DTMF_QUEUE) {
    return MSNAV_ERR_LIMIT;
  }
  unsigned at = (d->head + d->count++) % MSNAV_DTMF_QUEUE;
  d->queue[at].event = (uint8_t)event;
  d->queue[at].duration = (uint32_t)(duration * TICKS_PER_MS / 1000);
  return MSNAV_OK;
}

static void finish(msnav_dtmf_sender *d) {
  d->active = false;
  d->head = (uint8_t)((d->head + 1) % MSNAV_DTMF_QUEUE);
  d->count--;
  d->pause = PAUSE;
}

bool msnav_dtmf_next(msnav_dtmf_sender *d, uint32_t now, uint32_t step,
                     uint8_t payload[MSNAV_DTMF_PAYLOAD], uint32_t *timestamp,
                     bool *marker) {
  if (!d->active && d->pause > 0) {
    d->pause--;
    return false;
  }
  if (!d->active && d->count == 0) {
    return false;
  }
  *marker = !d->active;
  if (!d->active) {
    d->active = true;
    d->total = d->queue[d->head].duration;
    d->sent = d->segment = 0;
    d->timestamp = now;
    d->ends = 0;
  }
  if (d->ends == 0) {
    if (d->sent + step - d->segment > SEGMENT) {
      d->timestamp += d->sent - d->segment;
      d->segment = d->sent;
    }
    d->sent += step;
    if (d->sent >= d->total) {
      d->sent = d->total > d->segment ? d->total : d->segment + step;
      d->ends = ENDS;
    }
  }
  payload[0] = d->queue[d->head].event;
  payload[1] = (uint8_t)(VOLUME | (d->ends > 0 ? 0x80 : 0));
  msnav_put16(payload + 2, d->sent - d->segment);
  *timestamp = d->timestamp;
  if (d->ends > 0 && --d->ends == 0) {
    finish(d);
  }
  return true;
}

static msnav_stream_event ended(msnav_dtmf_receiver *d) {
  d->active = false;
  return (msnav_stream_event){.kind = MSNAV_STREAM_DTMF_END,
                              .value = d->event,
                              .duration =
                                (msnav_usec)(d->before + d->duration) * 1000 /
                                TICKS_PER_MS};
}

int msnav_dtmf_receive(msnav_dtmf_receiver *d, const uint8_t *payload,
                       size_t len, uint32_t timestamp, msnav_usec now,
                       msnav_stream_event out[3]) {
  if (len != MSNAV_DTMF_PAYLOAD || payload[0] >= MSNAV_DTMF_EVENTS) {
    return MSNAV_ERR_PARSE;
  }
  int n = 0;
  bool end = (payload[1] & 0x80) != 0;
  uint16_t duration = msnav_be16(payload + 2);
  int32_t newer = (int32_t)(timestamp - d->timestamp);
  if (d->known && newer < 0) {
    return 0; /* of an event that is over */
  }
  if (!d->known || newer > 0) {
    bool goes_on = d->known && d->active && payload[0] == d->event &&
                   (uint32_t)newer == d->duration;
    if (goes_on) { /* the next segment of a long one */
      d->before += d->duration;
    } else {
      if (d->known && d->active) {
        out[n++] = ended(d); /* its end was lost */
      }
      out[n++] = (msnav_stream_event){.kind = MSNAV_STREAM_DTMF_BEGIN,
                                      .value = payload[0]};
      d->before = 0;
    }
    d->known = d->active = true;
    d->event = payload[0];
    d->timestamp = timestamp;
    d->duration = 0;
  } else if (!d->active || payload[0] != d->event) {
    return 0; /* a repeated end, or nonsense */
  }
  d->duration = duration > d->duration ? duration : d->duration;
  d->last = now;
  if (end) {
    out[n++] = ended(d);
  }
  return n;
}

bool msnav_dtmf_expire(msnav_dtmf_receiver *d, msnav_usec now,
                       msnav_stream_event *out) {
  if (!d->active || now - d->last < LOST_AFTER) {
    return false;
  }
  *out = ended(d);
  return true;
}
