/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile datagrams from trusted and other places, between those of an honest
 * peer that are lost, late, doubled and damaged, into a stream that plays,
 * reports and is changed meanwhile, encrypted or not.  What is counted must
 * add up, and nothing may be sent to a host that was not named. */
#include "fuzz/fuzz.h"
#include <msnav/media.h>

#define NAMED 0x0a000001u
#define NAMED_TOO 0x0a000002u

typedef struct input {
  const uint8_t *data;
  size_t len;
} input;

static unsigned take(input *in) {
  if (in->len == 0) {
    return 0;
  }
  in->len--;
  return *in->data++;
}

/* The honest peer, who keeps a few of his datagrams back. */
typedef struct peer {
  msnav_stream *stream;
  msnav_addr addr;
  uint8_t held[MSNAV_STREAM_MTU];
  size_t held_len;
} peer;

static msnav_stream_config config_of(unsigned flags, uint32_t suite) {
  const msnav_audio_codec *pcmu = msnav_codec_builtin(0);
  const msnav_audio_codec *other = msnav_codec_builtin(1 + (flags >> 6));
  return (msnav_stream_config){
    .size = sizeof(msnav_stream_config),
    .policy = flags & 3u ? (flags & 3u) - 1 : MSNAV_SOURCE_LATCH,
    .remote_rtp = {NAMED, (uint16_t)(flags & 4 ? 5004 : 6000)},
    .remote_host = NAMED_TOO,
    .formats = {{pcmu, 0}, {other, 8}, {NULL, 13}},
    .format_count = 3,
    .send_codec = flags & 8 ? other : pcmu,
    .dtmf_payload_type = 101,
    .dtmf_receive_type = 101,
    .red_payload_type = 97,
    .red_receive_type = flags & 16 ? 0 : 97,
    .can_send = 1,
    .can_receive = (flags & 32) == 0,
    .ssrc = 0x11111111,
    .random = flags,
    .cname = "fuzz",
    .srtp_suite = suite,
    .srtp_send_key = {1},
    .srtp_receive_key = {2},
    .xr = flags & 1,
    .cn_payload_type = 13,
    .silence_suppression = flags >> 1 & 1,
  };
}

/* With all that we can receive, in the other direction. */
static void open_peer(peer *p, unsigned flags, uint32_t suite, msnav_usec now) {
  msnav_stream_config c = config_of(flags, suite);
  p->held_len = 0;
  p->addr = c.remote_rtp;
  c.remote_rtp = (msnav_addr){NAMED_TOO, 7000};
  c.red_receive_type = 97;
  c.can_receive = 1;
  c.ssrc = 0x22222222;
  c.srtp_send_key[0] = 2;
  c.srtp_receive_key[0] = 1;
  CHECK(msnav_stream_new(&c, now, &p->stream) == MSNAV_OK);
}

/* What the peer says next, and what becomes of it. */
static void
genuine(msnav_stream *s, peer *p, input *in, unsigned flags, msnav_usec now) {
  int16_t pcm[960] = {0};
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = 0;
  msnav_addr from = p->addr;
  pcm[0] = (int16_t)(flags * 100);
  if ((flags & 0x30) == 0x20) {
    from.port++;
    (void)!msnav_stream_write_rtcp(p->stream, now, now << 20, out, &len);
    out[len > 0 ? len - 1 : 0] ^= (uint8_t)(flags & 1);
    if (len > 0) {
      (void)msnav_stream_receive_rtcp(s, out, len, &from, now);
    }
    return;
  }
  if ((flags & 4) != 0) {
    (void)!msnav_stream_dtmf(p->stream, take(in) % 17, 80000);
  }
  if (msnav_stream_send(p->stream, pcm, now, out, &len) != MSNAV_OK ||
      len == 0 || (flags & 0xc0) == 0xc0) {
    return; /* silent, or lost */
  }
  if ((flags & 0xc0) == 0x40) {
    out[take(in) % len] = (uint8_t)take(in);
  }
  for (unsigned twice = flags & 1; twice < 2; twice++) {
    (void)msnav_stream_receive(s, out, len, &from, now);
  }
  if ((flags & 2) != 0) { /* one from before, or this one later */
    (void)msnav_stream_receive(s, p->held, p->held_len, &from, now);
    memcpy(p->held, out, len);
    p->held_len = len;
  }
}

/* A datagram: up to 255 bytes of the input, with a header that makes sense
 * where the input asks for one. */
static void receive(msnav_stream *s, input *in, unsigned flags,
                    uint16_t *sequence, msnav_usec now) {
  size_t len = take(in);
  uint8_t *data = malloc(len > 0 ? len : 1);
  for (size_t i = 0; i < len; i++) {
    data[i] = (uint8_t)take(in);
  }
  if ((flags & 1) != 0 && len >= 12) {
    *sequence = (uint16_t)(*sequence + 1 + (flags >> 6));
    data[0] = 0x80;
    data[2] = (uint8_t)(*sequence >> 8);
    data[3] = (uint8_t)*sequence;
    memset(data + 8, data[8] == 0xff ? 0x23 : data[8] == 0xfe ? 0x11 : 0x22, 4);
  }
  msnav_addr from = {flags & 2 ? NAMED : NAMED_TOO + (flags >> 2 & 1),
                     (uint16_t)(flags & 8 ? 5004 : 6000)};
  if ((flags & 0x30) == 0x30) {
    from.port++;
    (void)msnav_stream_receive_rtcp(s, data, len, &from, now);
  } else {
    (void)msnav_stream_receive(s, data, len, &from, now);
  }
  free(data);
}

static void check(msnav_stream *s) {
  msnav_stream_stats t = {.size = sizeof(t)};
  CHECK(msnav_stream_get_stats(s, &t) == MSNAV_OK);
  CHECK(t.received_level <= 127 && t.sent_level <= 127);
  CHECK(t.r_factor <= 100 && t.mos_centi <= 450);
  CHECK(t.loss_permille <= 1000 && t.burst_permille <= 1000);
  CHECK(t.unrecovered_permille <= t.loss_permille);
  CHECK(t.burst_loss_permille <= 1000 && t.gap_loss_permille <= 1000);
  CHECK(t.local_ssrc != t.remote_ssrc);
  uint32_t rtp = msnav_stream_remote(s)->ip;
  uint32_t rtcp = msnav_stream_remote_rtcp(s)->ip;
  CHECK(rtp == NAMED || rtp == NAMED_TOO);
  CHECK(rtcp == NAMED || rtcp == NAMED_TOO);
}

static void
work(msnav_stream *s, unsigned what, uint32_t suite, msnav_usec now) {
  int16_t pcm[960];
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = 0;
  memset(pcm, (int)what, sizeof(pcm));
  switch (what & 7) {
  case 0:
    (void)!msnav_stream_update(s, &(msnav_stream_config){.size = 1}, now);
    break;
  case 1: {
    msnav_stream_config c = config_of(what >> 3, suite);
    CHECK(msnav_stream_update(s, &c, now) == MSNAV_OK);
    break;
  }
  case 2:
    (void)!msnav_stream_dtmf(s, what >> 3, 40000 + what * 1000);
    break;
  case 3:
    (void)!msnav_stream_write_rtcp(s, now, now << 20, out, &len);
    break;
  case 4: {
    msnav_stream_event e;
    while (msnav_stream_next_event(s, &e) == MSNAV_OK) {
      CHECK(e.kind >= MSNAV_STREAM_DTMF_BEGIN &&
            e.kind <= MSNAV_STREAM_COLLISION);
    }
    break;
  }
  default:
    CHECK(msnav_stream_play(s, pcm, msnav_stream_play_rate(s) / 50, now) != 0);
    (void)!msnav_stream_send(s, pcm, now, out, &len);
    break;
  }
  CHECK(len <= MSNAV_STREAM_MTU);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {data, size};
  unsigned flags = take(&in);
  uint32_t suite = (flags & 0x20) != 0 ? 1 + (flags >> 4 & 1) : 0;
  msnav_stream_config c = config_of(flags & 0xdf, suite);
  msnav_stream *s;
  peer p;
  msnav_usec now = 1000000;
  uint16_t sequence = 0;
  if (msnav_stream_new(&c, now, &s) != MSNAV_OK) { /* no SRTP in this build */
    suite = 0;
    c = config_of(flags & 0xdf, suite);
    CHECK(msnav_stream_new(&c, now, &s) == MSNAV_OK);
  }
  open_peer(&p, flags & 0xdf, suite, now);
  while (in.len > 0) {
    unsigned what = take(&in);
    now += (what >> 4) * 4000;
    if ((what & 8) == 0) {
      work(s, what >> 4 | (take(&in) & 0xf8), suite, now);
    } else if ((what & 4) == 0) {
      receive(s, &in, take(&in), &sequence, now);
    } else {
      genuine(s, &p, &in, take(&in), now);
    }
    if ((what & 3) == 3) { /* as a call does each time */
      work(s, 5, suite, now);
    }
    check(s);
  }
  msnav_stream_free(s);
  msnav_stream_free(p.stream);
  return 0;
}
