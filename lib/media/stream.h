/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream is made of: one block of memory. */
#ifndef MSNAV_MEDIA_STREAM_H
#define MSNAV_MEDIA_STREAM_H

#include "media/dtmf.h"
#include "media/playout.h"
#include "media/quality.h"
#include "media/receiver.h"
#include "media/rtcp.h"

#define MSNAV_STREAM_EVENTS 8
#define MSNAV_CNAME 64

/* What sending goes on from. */
typedef struct stream_sender {
  const msnav_audio_codec *codec;
  void *state; /* of the decoder with the same codec, or of its own */
  bool own_state;
  bool mark; /* the next packet begins a talk spurt */
  uint8_t type, dtmf_type, level;
  uint16_t sequence;
  uint32_t ssrc, timestamp, step, dtmf_step;
  uint32_t packets, bytes, rtcp_packets;
  msnav_usec last; /* when timestamp was current */
  bool spoke;      /* RTP went out since the last report but one */
  bool spoke_before;
} stream_sender;

/* What the peer's reports said. */
typedef struct stream_reports {
  uint32_t peer_sr; /* middle of its last SR, 0: none */
  msnav_usec peer_sr_at;
  uint32_t our_sr; /* middle of ours */
  msnav_usec our_sr_at;
  uint32_t round_trip; /* µs */
  uint32_t jitter;     /* RTP units */
  int32_t lost;
  uint8_t fraction;
  uint32_t received; /* datagrams */
  msnav_usec window; /* of the rate limit */
  uint8_t in_window;
} stream_reports;

typedef struct stream_refusals {
  uint32_t malformed, source, ssrc, format, payload, rtcp, rate, late,
    duplicate;
} stream_refusals;

struct msnav_stream {
  /* touched by every packet first */
  msnav_receiver receiver;
  msnav_source source;
  stream_sender sender;
  uint8_t kind, dtmf_in, red_in, decoder_count;
  bool can_send, can_receive, has_payload;
  uint8_t last_decoder;
  uint8_t receive_type, received_level;
  uint32_t received_bytes, reordered, resyncs, ssrc_changes, events_lost;
  msnav_usec last_received;
  stream_refusals refused;
  msnav_addr remote_rtp, remote_rtcp; /* signalled */
  msnav_decoder decoders[MSNAV_STREAM_FORMATS];
  msnav_dtmf_sender dtmf_sender;
  msnav_dtmf_receiver dtmf_receiver;
  msnav_rtcp_timer rtcp_timer;
  stream_reports reports;
  msnav_stream_event events[MSNAV_STREAM_EVENTS];
  uint8_t event_head, event_count;
  char cname[MSNAV_CNAME];
  union {
    msnav_playout playout; /* audio */
    msnav_payload payload; /* video */
  } u;
};

/* ---- stream.c */
void msnav_stream_push_event(msnav_stream *s, msnav_stream_event event);

#endif
