/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two streams at the ends of a line that delays, reorders, repeats and loses
 * what it carries, in virtual time. */
#ifndef MSNAV_TEST_STREAMS_H
#define MSNAV_TEST_STREAMS_H

#include "../test.h"

#include "sound.h"
#include <msnav/media.h>

#define MS ((msnav_usec)1000)
#define TICK_MS 20u
#define FRAME 160u
#define RATE 8000u
#define LINE_START 1000000000u /* us */
#define LINE_QUEUE 256
#define LINE_SECONDS 60

static const msnav_addr alice_rtp = {0x0a000001, 4000};
static const msnav_addr alice_rtcp = {0x0a000001, 4001};
static const msnav_addr bob_rtp = {0x0a000002, 5000};
static const msnav_addr bob_rtcp = {0x0a000002, 5001};

static inline unsigned get16(const uint8_t *p) {
  return (unsigned)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p) {
  return (uint32_t)get16(p) << 16 | get16(p + 2);
}

typedef struct flight {
  msnav_usec at;
  size_t len;
  bool rtcp;
  uint8_t data[MSNAV_STREAM_MTU];
} flight;

typedef struct end {
  msnav_stream *s;
  msnav_addr rtp, rtcp; /* its own */
  double pitch;         /* of its voice */
  bool mute;
  flight *queue; /* on the way to it */
  size_t queued;
  int16_t *said, *heard;
  unsigned played;                /* MSNAV_PLAYED_ bits so far */
  unsigned sent, reported;        /* datagrams */
  uint8_t last[MSNAV_STREAM_MTU]; /* the last RTP datagram it sent */
  size_t last_len;
  msnav_error last_err; /* of the last RTP datagram it took */
} end;

typedef struct line {
  end a, b;
  msnav_usec now;
  size_t samples; /* so far */
  uint32_t seed;
  unsigned delay_ms, jitter_ms; /* of the network, one way */
  unsigned loss_permille;       /* of RTP, each way */
  unsigned repeat_permille;     /* likewise sent twice */
  bool (*lose)(unsigned index); /* of the RTP from a to b */
  /* what both say; NULL: sound_voice */
  void (*voice)(int16_t *pcm, size_t n, double pitch, double rate, size_t from);
} line;

static inline const msnav_audio_codec *codec_of(const char *name) {
  const msnav_audio_codec *c = msnav_codec_find(msnav_str_of(name), 0);
  assert_non_null(c);
  return c;
}

/* Alice's side of a PCMU call; Bob's is bob_config(). */
static inline msnav_stream_config alice_config(void) {
  const msnav_audio_codec *pcmu = codec_of("PCMU");
  return (msnav_stream_config){
    .size = sizeof(msnav_stream_config),
    .policy = MSNAV_SOURCE_LATCH,
    .remote_rtp = bob_rtp,
    .formats = {{pcmu, 0}},
    .format_count = 1,
    .send_codec = pcmu,
    .send_payload_type = 0,
    .dtmf_payload_type = 101,
    .dtmf_receive_type = 101,
    .can_send = 1,
    .can_receive = 1,
    .ssrc = 0xa11ce,
    .random = 1,
    .cname = "alice@example.com",
  };
}

static inline msnav_stream_config bob_config(void) {
  msnav_stream_config c = alice_config();
  c.remote_rtp = alice_rtp;
  c.ssrc = 0xb0b;
  c.random = 2;
  c.cname = "bob@example.com";
  return c;
}

static inline void end_up(end *e, const msnav_stream_config *c,
                          const msnav_addr *rtp, const msnav_addr *rtcp) {
  size_t sound = LINE_SECONDS * RATE;
  assert_int_equal(msnav_stream_new(c, LINE_START, &e->s), MSNAV_OK);
  e->rtp = *rtp;
  e->rtcp = *rtcp;
  e->queue = calloc(LINE_QUEUE, sizeof(*e->queue));
  e->said = calloc(sound, sizeof(*e->said));
  e->heard = calloc(sound, sizeof(*e->heard));
  e->last_err = MSNAV_ERR_END;
}

static inline void line_up_as(line *l, const msnav_stream_config *a,
                              const msnav_stream_config *b) {
  memset(l, 0, sizeof(*l));
  l->now = LINE_START;
  l->seed = 1;
  l->delay_ms = 30;
  end_up(&l->a, a, &alice_rtp, &alice_rtcp);
  end_up(&l->b, b, &bob_rtp, &bob_rtcp);
  l->a.pitch = 110;
  l->b.pitch = 190;
}

static inline void line_up(line *l) {
  msnav_stream_config a = alice_config(), b = bob_config();
  line_up_as(l, &a, &b);
}

static inline void line_down(line *l) {
  end *ends[] = {&l->a, &l->b};
  for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
    msnav_stream_free(ends[i]->s);
    free(ends[i]->queue);
    free(ends[i]->said);
    free(ends[i]->heard);
  }
}

static inline unsigned line_dice(line *l, unsigned sides) {
  l->seed = l->seed * 1664525u + 1013904223u;
  return (l->seed >> 8) % sides;
}

static inline void
line_carry(line *l, end *to, const uint8_t *data, size_t len, bool rtcp) {
  assert_true(to->queued < LINE_QUEUE);
  unsigned ms =
    l->delay_ms + (l->jitter_ms > 0 ? line_dice(l, l->jitter_ms) : 0);
  flight *f = &to->queue[to->queued++];
  f->at = l->now + ms * MS;
  f->len = len;
  f->rtcp = rtcp;
  memcpy(f->data, data, len);
}

/* What is due comes in, the earliest first. */
static inline void line_deliver(line *l, end *to, const end *from) {
  for (;;) {
    size_t first = to->queued;
    for (size_t i = 0; i < to->queued; i++) {
      if (to->queue[i].at <= l->now &&
          (first == to->queued || to->queue[i].at < to->queue[first].at)) {
        first = i;
      }
    }
    if (first == to->queued) {
      return;
    }
    flight f = to->queue[first];
    to->queued--;
    memmove(to->queue + first, to->queue + first + 1,
            (to->queued - first) * sizeof(f));
    uint8_t *data = (uint8_t *)exact_copy(f.data, f.len);
    if (f.rtcp) {
      assert_int_equal(msnav_stream_receive_rtcp(to->s, data, f.len,
                                                 &from->rtcp, f.at),
                       MSNAV_OK);
    } else {
      to->last_err = msnav_stream_receive(to->s, data, f.len, &from->rtp, f.at);
    }
    free(data);
  }
}

static inline uint64_t line_ntp(const line *l) {
  return 0x83aa7e8000000000 + ((l->now << 32) / 1000000);
}

static inline void line_speak(line *l, end *from, end *to) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  int16_t *pcm = from->said + l->samples;
  if (!from->mute) {
    (l->voice != NULL ? l->voice : sound_voice)(pcm, FRAME, from->pitch, RATE,
                                                l->samples);
  }
  msnav_error err =
    msnav_stream_send(from->s, from->mute ? NULL : pcm, l->now, out, &len);
  if (err == MSNAV_OK) {
    memcpy(from->last, out, len);
    from->last_len = len;
    bool lost = line_dice(l, 1000) < l->loss_permille ||
                (l->lose != NULL && from == &l->a && l->lose(from->sent));
    from->sent++;
    if (!lost) {
      line_carry(l, to, out, len, false);
      if (line_dice(l, 1000) < l->repeat_permille) {
        line_carry(l, to, out, len, false);
      }
    }
  }
  if (msnav_stream_rtcp_due(from->s) <= l->now &&
      msnav_stream_write_rtcp(from->s, l->now, line_ntp(l), out, &len) ==
        MSNAV_OK) {
    from->reported++;
    line_carry(l, to, out, len, true);
  }
}

static inline void line_tick(line *l) {
  line_speak(l, &l->a, &l->b);
  line_speak(l, &l->b, &l->a);
  for (unsigned ms = 0; ms < TICK_MS; ms++) {
    l->now += MS;
    line_deliver(l, &l->a, &l->b);
    line_deliver(l, &l->b, &l->a);
  }
  l->a.played |=
    msnav_stream_play(l->a.s, l->a.heard + l->samples, FRAME, l->now);
  l->b.played |=
    msnav_stream_play(l->b.s, l->b.heard + l->samples, FRAME, l->now);
  l->samples += FRAME;
}

static inline void line_run(line *l, unsigned ms) {
  for (unsigned t = 0; t < ms; t += TICK_MS) {
    line_tick(l);
  }
}

/* How alike what was heard in this span is to what was said up to 400 ms
 * before it, each half second by itself, so that stretched time counts. */
static inline double line_alike(const end *said, const end *heard,
                                unsigned from_ms, unsigned to_ms) {
  double sum = 0;
  unsigned parts = 0;
  for (unsigned ms = from_ms; ms + 500 <= to_ms; ms += 500, parts++) {
    double best = -1;
    for (size_t lag = 0; lag < 400 * 8 && lag <= ms * 8; lag++) {
      double alike =
        sound_alike(said->said + ms * 8 - lag, heard->heard + ms * 8, 500 * 8);
      best = alike > best ? alike : best;
    }
    sum += best;
  }
  return parts > 0 ? sum / parts : 0;
}

static inline msnav_stream_stats stats_of(const msnav_stream *s) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_stream_get_stats(s, &stats), MSNAV_OK);
  return stats;
}

/* The next event is of this kind; its value and duration are returned. */
static inline msnav_stream_event take_event(msnav_stream *s, uint32_t kind) {
  msnav_stream_event e = {0};
  assert_int_equal(msnav_stream_next_event(s, &e), MSNAV_OK);
  assert_int_equal(e.kind, kind);
  return e;
}

static inline void assert_no_event(msnav_stream *s) {
  msnav_stream_event e;
  assert_int_equal(msnav_stream_next_event(s, &e), MSNAV_ERR_END);
}

/* An RTP datagram made by hand: 160 bytes of PCMU silence unless said. */
typedef struct made {
  uint32_t ssrc, timestamp;
  uint16_t sequence;
  uint8_t type;
  bool marker;
  const char *payload;
  size_t len;
} made;

static inline size_t make(const made *m, uint8_t *out) {
  out[0] = 0x80;
  out[1] = (uint8_t)((m->marker ? 0x80 : 0) | m->type);
  out[2] = (uint8_t)(m->sequence >> 8);
  out[3] = (uint8_t)m->sequence;
  for (int i = 0; i < 4; i++) {
    out[4 + i] = (uint8_t)(m->timestamp >> (24 - 8 * i));
    out[8 + i] = (uint8_t)(m->ssrc >> (24 - 8 * i));
  }
  if (m->payload == NULL) {
    memset(out + 12, 0xff, FRAME);
    return 12 + FRAME;
  }
  memcpy(out + 12, m->payload, m->len);
  return 12 + m->len;
}

static inline msnav_error hand_in(msnav_stream *s, const made *m,
                                  const msnav_addr *from, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = make(m, out);
  uint8_t *data = (uint8_t *)exact_copy(out, len);
  msnav_error err = msnav_stream_receive(s, data, len, from, now);
  free(data);
  return err;
}

#endif
