/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/dtmf.h"

#include "media/wire.h"

#include <string.h>

#define END 0x80
#define US_PER_UNIT 125
#define SEGMENT_MAX 0xffffu

/* Packets that change places come within moments: what seems to be older than
 * an event of so long ago is by a clock that was turned back or went half
 * round. */
#define OVERTAKEN_US 1000000

/* Old implementations put several events into a packet; the first one
 * counts (protocol.md section 6: one event a packet). */
msnav_error msnav_dtmf_check(const uint8_t *payload, size_t len) {
  if (len < MSNAV_DTMF_PAYLOAD || len % MSNAV_DTMF_PAYLOAD != 0 ||
      payload[0] > MSNAV_DTMF_LAST_EVENT) {
    return MSNAV_ERR_PARSE;
  }
  return MSNAV_OK;
}

static uint32_t length_us(const msnav_dtmf_receiver *d) {
  uint64_t us = ((uint64_t)d->before + d->duration) * US_PER_UNIT;
  return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void end(msnav_dtmf_receiver *d, msnav_dtmf_news *news) {
  if (!d->active) {
    return;
  }
  d->active = false;
  news->ended = true;
  news->ended_event = d->event;
  news->ended_length = length_us(d);
}

/* Whether this is the next segment of the event that is on (RFC 4733 section
 * 2.5.1.3): it begins where the last one ended.  The update that said so may
 * be lost, but then it was the longest duration there is. */
static bool is_next_segment(const msnav_dtmf_receiver *d,
                            const msnav_dtmf_arrival *a, uint32_t units) {
  return d->active && a->payload[0] == d->event &&
         (units == d->duration || units + 1 == SEGMENT_MAX ||
          units == SEGMENT_MAX);
}

static void begin(msnav_dtmf_receiver *d, const msnav_dtmf_arrival *a,
                  msnav_dtmf_news *news) {
  end(d, news);
  d->known = true;
  d->active = true;
  d->event = a->payload[0];
  d->begin = a->timestamp;
  d->before = 0;
  d->duration = 0;
  news->began = true;
  news->event = d->event;
}

void msnav_dtmf_receive(msnav_dtmf_receiver *d, const msnav_dtmf_arrival *a,
                        msnav_dtmf_news *news) {
  memset(news, 0, sizeof(*news));
  if (d->known && a->timestamp != d->begin) {
    bool older = (int32_t)(a->timestamp - d->begin) < 0;
    if (older && a->now - d->last <= OVERTAKEN_US) {
      return; /* an earlier event, late */
    }
    uint32_t units =
      (uint32_t)((uint64_t)(a->timestamp - d->begin) * 8000 / a->clock_rate);
    if (is_next_segment(d, a, units)) {
      d->before += units;
      d->begin = a->timestamp;
      d->duration = 0;
    } else {
      begin(d, a, news);
    }
  } else if (!d->known) {
    begin(d, a, news);
  } else if (!d->active || a->payload[0] != d->event) {
    return; /* the end again, or nonsense */
  }
  d->last = a->now;
  uint16_t duration = msnav_get16(a->payload + 2);
  d->duration = duration > d->duration ? duration : d->duration;
  if ((a->payload[1] & END) == 0) {
    return;
  }
  if (news->began) {
    d->active = false;
    news->ended_too = true;
    news->length = length_us(d);
    return;
  }
  end(d, news);
}

void msnav_dtmf_expire(msnav_dtmf_receiver *d, msnav_usec now,
                       msnav_dtmf_news *news) {
  memset(news, 0, sizeof(*news));
  if (d->active && now > d->last && now - d->last > MSNAV_DTMF_SILENCE_US) {
    end(d, news);
  }
}
