/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one state of a stream, ordered so that what every packet touches lies
 * together.  Shared by stream.c, receive.c, send.c, report.c and stats.c. */
#ifndef MSNAV_MEDIA_STREAM_H
#define MSNAV_MEDIA_STREAM_H

#include "media/bursts.h"
#include "media/dtmf.h"
#include "media/pause.h"
#include "media/playout.h"
#include "media/red.h"
#include "media/rtcp.h"
#include "media/sequence.h"
#include "media/source.h"
#include "media/srtp.h"
#include "media/trial.h"

#define MSNAV_STREAM_EVENTS 8
#define MSNAV_DTMF_CLOCK 8000

/* What a payload type leads to. */
typedef enum msnav_payload_kind {
  MSNAV_PAYLOAD_UNKNOWN,
  MSNAV_PAYLOAD_SOUND,
  MSNAV_PAYLOAD_VIDEO,
  MSNAV_PAYLOAD_EVENT,
  MSNAV_PAYLOAD_RED
} msnav_payload_kind;

/* What no packet without its marker is: it has to take the long way. */
#define MSNAV_RTP_MARKER 0x00800000u
#define MSNAV_EXPECT_NOTHING MSNAV_RTP_MARKER

/* Receiving: one source. */
typedef struct msnav_receiver {
  uint32_t expect; /* first two bytes of the next packet, without marker, above
                      16 bits of zero; or MSNAV_EXPECT_NOTHING */
  uint32_t ssrc;
  msnav_addr from;
  msnav_sequence sequence;
  msnav_interarrival arrival;
  uint64_t bytes;
  msnav_bursts bursts;
  uint32_t clock_rate;  /* of arrival */
  uint8_t kind;         /* a msnav_payload_kind */
  uint8_t slot;         /* of SOUND: the decoder */
  uint8_t payload_type; /* of the last frame */
  bool known;           /* ssrc is listened to */
  bool firm;            /* it has passed its probation */
  bool left;            /* it said BYE */
  bool fresh;           /* the next packet starts the count anew */
} msnav_receiver;

/* Sums over sources that were there before. */
typedef struct msnav_totals {
  uint32_t packets;
  uint32_t expected;
  uint32_t repeated;
  uint32_t reordered;
} msnav_totals;

typedef struct msnav_refused {
  uint64_t malformed, source, ssrc;
  uint32_t rtcp, sequence, format, payload, rate, srtp;
} msnav_refused;

typedef struct msnav_sender {
  const msnav_audio_codec *codec;
  void *state;
  msnav_usec last; /* time of the last frame */
  uint64_t packets;
  uint64_t bytes;
  uint32_t ssrc;
  uint32_t timestamp; /* of the next frame */
  uint32_t step;      /* RTP clock of a frame */
  uint32_t frame_us;
  uint32_t clock_rate;
  uint32_t redundant; /* packets with a redundant block */
  uint16_t sequence;  /* of the next packet */
  uint8_t payload_type;
  uint8_t event_type; /* telephone-event, 0: none */
  uint8_t noise_type; /* comfort noise in pauses, 0: pauses are sent */
  uint8_t red_type;   /* 0: none */
  uint8_t distance;   /* of redundant blocks, 0: none */
  uint8_t level;
  bool talking;   /* the last frame was sent */
  bool started;   /* last is known */
  bool own_state; /* state is no decoder's */
} msnav_sender;

/* RTCP: what we know from it and what the next report needs. */
typedef struct msnav_reports {
  msnav_rtcp_timer timer;
  msnav_usec sent_at; /* our last SR */
  msnav_usec sr_at;   /* the peer's last SR */
  msnav_usec last;    /* when RTCP was heard */
  uint32_t sent_mid;  /* NTP of our last SR, 0: none */
  uint32_t sr_mid;    /* NTP of the peer's last SR, 0: none */
  uint32_t sent;      /* datagrams */
  uint32_t received;
  uint32_t packets_before; /* sent RTP packets at our last report */
  uint32_t round_trip_us;
  uint32_t remote_jitter; /* RTP clock */
  int32_t remote_lost;
  uint8_t remote_fraction; /* 1/256 */
  uint8_t silent;          /* reports since RTP was sent, at most 2 */
  uint8_t tokens;          /* of the rate limit */
  uint8_t cname_len;
  bool received_any; /* refilled is known */
  char cname[MSNAV_CNAME_MAX];
  uint32_t refilled; /* the tokens, 1/4 s */
  uint32_t metrics;  /* extended reports that came */
  msnav_voip remote; /* the last one */
} msnav_reports;

/* Our SSRC, when somebody else has it, too. */
typedef struct msnav_own {
  uint32_t former; /* the one before */
  uint32_t at;     /* when it came from the peer last, s */
  uint32_t looped; /* datagrams that came back */
  uint32_t changes;
  uint32_t packets_before, bytes_before; /* sent by all former ones */
  bool met;                              /* at is known */
  bool leaving;                          /* a BYE for the former one is due */
} msnav_own;

typedef struct msnav_events {
  struct {
    uint32_t value;
    uint32_t duration_us;
  } ring[MSNAV_STREAM_EVENTS];
  uint8_t kinds[MSNAV_STREAM_EVENTS];
  uint8_t head;
  uint8_t count;
} msnav_events;

struct msnav_stream {
  msnav_receiver rx;
  msnav_sender tx;
  uint32_t resyncs;     /* of the playout that were told or asked for */
  uint32_t cuts;        /* of them, asked for */
  uint32_t jumps;       /* of sequence numbers */
  uint32_t recovered;   /* frames from redundant blocks */
  uint32_t needless;    /* redundant blocks that came too late */
  uint32_t events_lost; /* that did not fit into events */
  uint32_t ssrc_changes;
  uint8_t kind;       /* a msnav_stream_kind */
  uint8_t usable;     /* bit n: decoder n may be used by packets */
  uint8_t event_type; /* telephone-event to receive, 0: none */
  uint8_t red_type;   /* RED to receive, 0: none */
  uint8_t level;      /* of what was played last */
  bool can_send;
  bool can_receive;
  bool has_payload;
  bool red_seen;      /* redundant blocks were received */
  bool xr;            /* send metrics */
  uint16_t voice;     /* level of what is heard when somebody speaks, ... */
  uint16_t quiet;     /* ... and of the rest, 1/256 dB; 0: not known */
  uint32_t red_us;    /* what they need of delay, 0: they are not needed */
  uint32_t min_delay; /* as configured, us */
  msnav_usec red_at;  /* when one was needed */
  msnav_source source;
  msnav_trial trial;
  msnav_dtmf_receiver event;
  msnav_dtmf_sender digits;
  msnav_events events;
  msnav_totals before;
  msnav_refused refused;
  msnav_reports reports;
  msnav_own own;
  msnav_red_history *history; /* NULL: RED was never to be sent */
  msnav_pause *pause;         /* NULL: silence was never to be suppressed */
  msnav_srtp *srtp;           /* NULL: plain RTP */
  msnav_decoder decoders[MSNAV_STREAM_FORMATS];
  uint8_t types[MSNAV_STREAM_FORMATS]; /* their payload types */
  union {
    msnav_playout playout; /* audio */
    msnav_payload payload; /* video: the last one */
  } u;
};

/* Queue an event. */
void msnav_stream_tell(msnav_stream *s, msnav_stream_event_kind kind,
                       uint32_t value, msnav_usec duration);
void msnav_stream_tell_dtmf(msnav_stream *s, const msnav_dtmf_news *news);

/* Close the books on the source that was heard so far. */
void msnav_stream_fold(msnav_stream *s);

/* Make the next packet take the long way. */
static inline void msnav_stream_distrust(msnav_stream *s) {
  s->rx.expect = MSNAV_EXPECT_NOTHING;
}

/* The sound before and after this moment has nothing to do with each other. */
void msnav_stream_cut(msnav_stream *s);

/* Tell about jumps that the playout found. */
void msnav_stream_tell_resyncs(msnav_stream *s);

/* A report about what we send came, or another codec, which does not know yet
 * what it said: whether redundancy is worth its bits, of ours or its own. */
void msnav_stream_adapt(msnav_stream *s);

/* What became of the packets of this stream's sources. */
typedef struct msnav_fates {
  uint64_t expected;
  uint64_t received;
  int64_t lost;
  uint64_t unrecovered; /* of them, not brought back by redundancy */
  uint64_t discarded;   /* frames that came too late or found no room */
  uint64_t between;     /* packets outside bursts */
  msnav_bursts bursts;
} msnav_fates;

void msnav_stream_fates(const msnav_stream *s, msnav_fates *f);

/* part / whole of scale, rounded down; 0 of nothing. */
uint32_t msnav_stream_share(uint64_t part, uint64_t whole, uint32_t scale);

/* A datagram with our own SSRC came from there: true when it is our own and
 * must be dropped, false when it is the peer's, who keeps the SSRC. */
bool msnav_stream_is_loop(msnav_stream *s, const msnav_addr *from,
                          msnav_usec now);

/* What we have to tell the peer about what it sends (RFC 3611). */
void msnav_stream_voip(const msnav_stream *s, msnav_voip *v);

#endif
