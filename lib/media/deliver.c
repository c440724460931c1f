/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a packet goes: playout, telephone-events, or the caller. */
#include "media/packet.h"

/* How much later than their age redundant blocks may come. */
#define RED_SPARE_US 5000

static msnav_error
push(msnav_stream *s, const msnav_packet *p, const msnav_red_block *b) {
  msnav_jitter_frame f = {
    .sequence = p->extended,
    .timestamp = p->rtp.timestamp - b->offset,
    .data = b->data,
    .len = b->len,
    .marker = p->rtp.marker && b->offset == 0,
    .redundant = b->offset != 0,
  };
  if (!msnav_packet_slot(s, b->payload_type, &f.decoder)) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  return msnav_playout_push(&s->u.playout, &f, p->now);
}

/* How many packets ago this block was sent for the first time, by the length
 * of the primary one; 0: no telling. */
static unsigned
age_of(const msnav_stream *s, const msnav_packet *p, const msnav_red_block *b) {
  const msnav_red_block *primary = &p->red.blocks[p->red.count - 1];
  const msnav_audio_codec *codec = s->decoders[p->slot].codec;
  if (codec == NULL) {
    return 0;
  }
  uint64_t step = (uint64_t)codec->duration(primary->data, primary->len) *
                  codec->clock_rate / codec->sample_rate;
  unsigned packets = 1;
  while (packets < 63 && packets * step < b->offset) {
    packets++;
  }
  return packets;
}

/* What is to be recovered must be waited for: the buffer's delay is at least
 * the age of redundant blocks from the first one on, as long as there are
 * losses (play.c finds out when there are no more). */
static void wait_for_redundancy(msnav_stream *s, const msnav_packet *p,
                                uint16_t offset, bool needed) {
  uint32_t us = (uint32_t)((uint64_t)offset * s->rx.arrival.us_q16 >> 16);
  us += RED_SPARE_US;
  if (needed || !s->red_seen) {
    s->red_at = p->now;
    s->red_seen = true;
    if (us > s->red_us) {
      s->red_us = us;
      msnav_playout_set_min_delay(&s->u.playout,
                                  us > s->min_delay ? us : s->min_delay);
    }
  }
}

static msnav_error push_red(msnav_stream *s, const msnav_packet *p) {
  const msnav_red *red = &p->red;
  for (size_t i = 0; i + 1 < red->count; i++) {
    const msnav_red_block *b = &red->blocks[i];
    if (b->len == 0 || b->offset == 0) {
      continue;
    }
    /* needless when every packet that may have had it came: then its sound
     * did, too */
    unsigned age = age_of(s, p, b);
    bool needed =
      age == 0 || !msnav_sequence_complete(&s->rx.sequence, p->extended, age);
    wait_for_redundancy(s, p, b->offset, needed);
    if (needed) {
      msnav_error err = push(s, p, b);
      if (err == MSNAV_OK) {
        msnav_bursts_forgive(&s->rx.bursts, p->extended - age);
      }
      s->recovered += err == MSNAV_OK;
      s->needless += err == MSNAV_ERR_LATE;
    }
  }
  return push(s, p, &red->blocks[red->count - 1]);
}

static void take_event(msnav_stream *s, const msnav_packet *p) {
  msnav_dtmf_arrival a = {
    .payload = p->rtp.payload,
    .timestamp = p->rtp.timestamp,
    .clock_rate = s->rx.clock_rate,
    .now = p->now,
  };
  msnav_dtmf_news news;
  msnav_dtmf_receive(&s->event, &a, &news);
  msnav_stream_tell_dtmf(s, &news);
  msnav_playout_note(&s->u.playout, p->extended);
  s->reports.last = p->now;
}

static void keep_payload(msnav_stream *s, const msnav_packet *p) {
  s->u.payload = (msnav_payload){
    .data = p->rtp.payload,
    .len = p->rtp.len,
    .timestamp = p->rtp.timestamp,
    .sequence = p->extended,
    .payload_type = p->rtp.payload_type,
    .marker = p->rtp.marker,
  };
  s->has_payload = true;
}

msnav_error msnav_packet_deliver(msnav_stream *s, const msnav_packet *p) {
  msnav_error err = MSNAV_OK;
  switch (p->kind) {
  case MSNAV_PAYLOAD_SOUND: {
    msnav_red_block b = {.data = p->rtp.payload,
                         .len = (uint16_t)p->rtp.len,
                         .payload_type = p->rtp.payload_type};
    err = push(s, p, &b);
    break;
  }
  case MSNAV_PAYLOAD_RED:
    err = push_red(s, p);
    break;
  case MSNAV_PAYLOAD_EVENT:
    take_event(s, p);
    break;
  case MSNAV_PAYLOAD_VIDEO:
    keep_payload(s, p);
    break;
  case MSNAV_PAYLOAD_UNKNOWN:
    break;
  }
  msnav_stream_tell_resyncs(s);
  /* a first packet whose sound was recovered already is fine */
  return err == MSNAV_ERR_DUPLICATE ? MSNAV_OK : err;
}
