/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telephone-event (RFC 4733), at 8,000 Hz whatever the clock of the sound. */
#ifndef MSNAV_MEDIA_DTMF_H
#define MSNAV_MEDIA_DTMF_H

#include <msnav/base.h>

#define MSNAV_DTMF_PAYLOAD 4
#define MSNAV_DTMF_LAST_EVENT 16
#define MSNAV_DTMF_QUEUE 8
#define MSNAV_DTMF_DURATION_MIN_US 40000
#define MSNAV_DTMF_DURATION_MAX_US 10000000

/* ---- sending */

typedef struct msnav_dtmf_sender {
  struct {
    uint16_t ms;
    uint8_t event;
  } queue[MSNAV_DTMF_QUEUE]; /* the first one is being sent */
  uint32_t timestamp;        /* of the segment, RTP clock of the stream */
  uint32_t elapsed;          /* since the segment began, 1/8000 s */
  uint32_t left;             /* of the event, 1/8000 s */
  uint8_t count;             /* queued events */
  uint8_t ends;              /* end packets sent so far */
  bool busy;                 /* the first one has begun */
} msnav_dtmf_sender;

/* MSNAV_ERR_INVALID, MSNAV_ERR_LIMIT */
msnav_error
msnav_dtmf_queue(msnav_dtmf_sender *d, unsigned event, msnav_usec duration);

/* Whether the next packet must be an event's. */
static inline bool msnav_dtmf_is_due(const msnav_dtmf_sender *d) {
  return d->count > 0;
}

typedef struct msnav_dtmf_packet {
  uint8_t payload[MSNAV_DTMF_PAYLOAD];
  uint32_t timestamp;
  bool marker;
} msnav_dtmf_packet;

/* Where the stream stands. */
typedef struct msnav_dtmf_tick {
  uint32_t timestamp; /* now, RTP clock of the stream */
  uint32_t units;     /* this packet stands for, 1/8000 s */
  uint32_t clock_rate;
} msnav_dtmf_tick;

/* The packet of this tick; only when one is due. */
void msnav_dtmf_next(msnav_dtmf_sender *d, const msnav_dtmf_tick *tick,
                     msnav_dtmf_packet *out);

/* Give up the event that is being sent; the peer misses its end. */
void msnav_dtmf_abort(msnav_dtmf_sender *d);

/* ---- receiving */

/* A sender repeats itself every 20...100 ms; without a word for so long the
 * event is over (RFC 4733 section 2.5.2.2). */
#define MSNAV_DTMF_SILENCE_US 250000

typedef struct msnav_dtmf_receiver {
  msnav_usec last;   /* when the event was heard */
  uint32_t begin;    /* timestamp of its segment */
  uint32_t before;   /* of earlier segments, 1/8000 s */
  uint16_t duration; /* of the segment, 1/8000 s */
  uint8_t event;
  bool known;  /* there was an event */
  bool active; /* it is not over */
} msnav_dtmf_receiver;

/* What a packet or the time tells; both may be set, the end belongs to the
 * earlier event unless it is the same one. */
typedef struct msnav_dtmf_news {
  bool ended;            /* an event that was heard before is over */
  bool began;            /* an event has begun ... */
  bool ended_too;        /* ... and is over already */
  uint8_t ended_event;   /* with ended */
  uint8_t event;         /* with began */
  uint32_t ended_length; /* with ended, us */
  uint32_t length;       /* with ended_too, us */
} msnav_dtmf_news;

/* MSNAV_ERR_PARSE when it is no event of ours. */
msnav_error msnav_dtmf_check(const uint8_t *payload, size_t len);

typedef struct msnav_dtmf_arrival {
  const uint8_t *payload; /* checked */
  uint32_t timestamp;
  uint32_t clock_rate; /* of the stream */
  msnav_usec now;
} msnav_dtmf_arrival;

void msnav_dtmf_receive(msnav_dtmf_receiver *d, const msnav_dtmf_arrival *a,
                        msnav_dtmf_news *news);

/* To be called now and then. */
void msnav_dtmf_expire(msnav_dtmf_receiver *d, msnav_usec now,
                       msnav_dtmf_news *news);

#endif
