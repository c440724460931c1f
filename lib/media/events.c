/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream has to tell. */
#include "media/stream.h"

#include <string.h>

void msnav_stream_tell(msnav_stream *s, msnav_stream_event_kind kind,
                       uint32_t value, msnav_usec duration) {
  msnav_events *e = &s->events;
  if (e->count == MSNAV_STREAM_EVENTS) {
    s->events_lost++;
    return;
  }
  unsigned at = (e->head + e->count++) % MSNAV_STREAM_EVENTS;
  e->kinds[at] = (uint8_t)kind;
  e->ring[at].value = value;
  e->ring[at].duration_us =
    duration < UINT32_MAX ? (uint32_t)duration : UINT32_MAX;
}

void msnav_stream_tell_dtmf(msnav_stream *s, const msnav_dtmf_news *news) {
  if (news->ended) {
    msnav_stream_tell(s, MSNAV_STREAM_DTMF_END, news->ended_event,
                      news->ended_length);
  }
  if (news->began) {
    msnav_stream_tell(s, MSNAV_STREAM_DTMF_BEGIN, news->event, 0);
  }
  if (news->ended_too) {
    msnav_stream_tell(s, MSNAV_STREAM_DTMF_END, news->event, news->length);
  }
}

void msnav_stream_tell_resyncs(msnav_stream *s) {
  uint32_t resyncs = msnav_jitter_resyncs(&s->u.playout.jitter);
  if (s->kind == MSNAV_STREAM_AUDIO && resyncs != s->resyncs) {
    s->resyncs = resyncs;
    msnav_stream_tell(s, MSNAV_STREAM_RESYNC, 0, 0);
  }
}

msnav_error
msnav_stream_next_event(msnav_stream *s, msnav_stream_event *event) {
  if (s == NULL || event == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_events *e = &s->events;
  if (e->count == 0) {
    return MSNAV_ERR_END;
  }
  event->kind = e->kinds[e->head];
  event->value = e->ring[e->head].value;
  event->duration = e->ring[e->head].duration_us;
  e->head = (uint8_t)((e->head + 1) % MSNAV_STREAM_EVENTS);
  e->count--;
  return MSNAV_OK;
}
