/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet holds, before anything is believed. */
#include "media/packet.h"

bool msnav_packet_slot(const msnav_stream *s, unsigned type, uint8_t *slot) {
  for (unsigned i = 0; i < MSNAV_STREAM_FORMATS; i++) {
    if ((s->usable >> i & 1) != 0 && s->types[i] == type) {
      *slot = (uint8_t)i;
      return true;
    }
  }
  return false;
}

msnav_payload_kind
msnav_packet_kind(const msnav_stream *s, unsigned type, uint8_t *slot) {
  if (msnav_packet_slot(s, type, slot)) {
    return s->kind == MSNAV_STREAM_VIDEO ? MSNAV_PAYLOAD_VIDEO
                                         : MSNAV_PAYLOAD_SOUND;
  }
  if (type == 0) {
    return MSNAV_PAYLOAD_UNKNOWN;
  }
  return type == s->event_type ? MSNAV_PAYLOAD_EVENT
         : type == s->red_type ? MSNAV_PAYLOAD_RED
                               : MSNAV_PAYLOAD_UNKNOWN;
}

/* Whether the decoder's codec can have made this, and the playout can take
 * it. */
static bool is_playable(const msnav_stream *s, unsigned slot,
                        const uint8_t *data, size_t len) {
  const msnav_audio_codec *codec = s->decoders[slot].codec;
  if (codec == NULL) {
    return len > 0; /* comfort noise, RFC 3389 section 3 */
  }
  int samples = codec->duration(data, len);
  return samples > 0 && samples <= MSNAV_PLAYOUT_FRAME_MAX &&
         (uint64_t)samples * 1000000 <=
           (uint64_t)codec->sample_rate * MSNAV_JITTER_FRAME_MAX_US;
}

static msnav_error check_red(msnav_stream *s, msnav_packet *p) {
  msnav_red *red = &p->red;
  if (msnav_red_parse(p->rtp.payload, p->rtp.len, s->red_type, red) !=
      MSNAV_OK) {
    s->refused.malformed++;
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < red->count; i++) {
    const msnav_red_block *b = &red->blocks[i];
    if (!msnav_packet_slot(s, b->payload_type, &p->slot)) {
      s->refused.format++;
      return MSNAV_ERR_UNSUPPORTED;
    }
    if (b->len > 0 && !is_playable(s, p->slot, b->data, b->len)) {
      s->refused.payload++;
      return MSNAV_ERR_PARSE;
    }
  }
  return MSNAV_OK;
}

msnav_error msnav_packet_inspect(msnav_stream *s, msnav_packet *p) {
  p->kind = msnav_packet_kind(s, p->rtp.payload_type, &p->slot);
  bool fits = false;
  switch (p->kind) {
  case MSNAV_PAYLOAD_UNKNOWN:
    s->refused.format++;
    return MSNAV_ERR_UNSUPPORTED;
  case MSNAV_PAYLOAD_RED:
    return check_red(s, p);
  case MSNAV_PAYLOAD_SOUND:
    fits = is_playable(s, p->slot, p->rtp.payload, p->rtp.len);
    break;
  case MSNAV_PAYLOAD_VIDEO:
    fits = p->rtp.len > 0;
    break;
  case MSNAV_PAYLOAD_EVENT:
    fits = msnav_dtmf_check(p->rtp.payload, p->rtp.len) == MSNAV_OK;
    break;
  }
  if (!fits) {
    s->refused.payload++;
    return MSNAV_ERR_PARSE;
  }
  return MSNAV_OK;
}
