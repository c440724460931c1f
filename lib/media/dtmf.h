/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telephone-events (RFC 4733), 8,000 Hz, one event a packet. */
#ifndef MSNAV_MEDIA_DTMF_H
#define MSNAV_MEDIA_DTMF_H

#include <msnav/media.h>

#define MSNAV_DTMF_EVENTS 17 /* 0-9 * # A-D flash */
#define MSNAV_DTMF_QUEUE 8
#define MSNAV_DTMF_PAYLOAD 4

typedef struct msnav_dtmf_sender {
  struct {
    uint32_t duration; /* ticks of 1/8000 s */
    uint8_t event;
  } queue[MSNAV_DTMF_QUEUE];
  uint8_t head, count;
  uint8_t ends;  /* end packets that are still to be sent */
  uint8_t pause; /* frames of silence before the next event */
  bool active;
  uint32_t total;     /* of the active event */
  uint32_t sent;      /* of it so far */
  uint32_t segment;   /* of it before this segment */
  uint32_t timestamp; /* of this segment */
} msnav_dtmf_sender;

msnav_error
msnav_dtmf_press(msnav_dtmf_sender *d, unsigned event, msnav_usec duration);
/* Whether the next frame belongs to an event or the pause after one. */
static inline bool msnav_dtmf_busy(const msnav_dtmf_sender *d) {
  return d->active || d->count > 0 || d->pause > 0;
}
/* The packet of this frame: true when there is one, with its payload,
 * timestamp and marker.  now is the stream's timestamp, step the length of a
 * frame in ticks. */
bool msnav_dtmf_next(msnav_dtmf_sender *d, uint32_t now, uint32_t step,
                     uint8_t payload[MSNAV_DTMF_PAYLOAD], uint32_t *timestamp,
                     bool *marker);

typedef struct msnav_dtmf_receiver {
  bool known, active;
  uint8_t event;
  uint32_t timestamp;
  uint32_t before;   /* ticks of earlier segments */
  uint16_t duration; /* ticks of this one */
  msnav_usec last;   /* arrival */
} msnav_dtmf_receiver;

/* At most two events come of one packet: the end of one, the begin of the
 * next; how many, or MSNAV_ERR_PARSE. */
int msnav_dtmf_receive(msnav_dtmf_receiver *d, const uint8_t *payload,
                       size_t len, uint32_t timestamp, msnav_usec now,
                       msnav_stream_event out[3]);
/* The end of an event whose end packets were lost; whether there was one. */
bool msnav_dtmf_expire(msnav_dtmf_receiver *d, msnav_usec now,
                       msnav_stream_event *out);

#endif
