/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Speech through a network that loses packets in bursts (Gilbert-Elliott).
 * usage: speech_loss ENGINE LOSS_PERCENT SEED < IN > OUT
 * IN and OUT are 16-bit mono at 8 kHz; frames of 20 ms, PCMU; the losses
 * depend on LOSS_PERCENT and SEED alone.
 *
 *   none     loses nothing
 *   repeat   plays the last good frame again
 *   spandsp  concealment of libspandsp, where that is installed
 *   conceal  a stream of ours
 *   red      the same, with RED (RFC 2198) negotiated: the sender turns it on
 *            when the reports tell it to
 * See speech_loss.py. */
#include <msnav/media.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_SPANDSP
#include <spandsp.h>
#endif

#define FRAME 160
#define FRAME_US 20000u
#define TRANSIT_US 30000u
#define BURST 2.0 /* mean, packets */
#define START 1000000u

typedef struct network {
  uint64_t seed;
  double loss;
  bool bad;
} network;

static double dice(network *n) {
  n->seed = n->seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(n->seed >> 11) / 9007199254740992.0;
}

static bool loses(network *n) {
  double leave = 1 / BURST, enter = n->loss * leave / (1 - n->loss);
  n->bad = dice(n) < (n->bad ? 1 - leave : enter);
  return n->bad;
}

static void die(const char *what) {
  fprintf(stderr, "speech_loss: %s\n", what);
  exit(1);
}

/* ---- frame by frame */

static const msnav_audio_codec *pcmu(void) {
  const msnav_audio_codec *c = msnav_codec_find(msnav_str_of("PCMU"), 0);
  if (c == NULL) {
    die("no PCMU");
  }
  return c;
}

static void transcode(int16_t *pcm) {
  uint8_t bytes[FRAME];
  if (pcmu()->encode(NULL, pcm, FRAME, bytes, sizeof(bytes)) != FRAME ||
      pcmu()->decode(NULL, bytes, FRAME, pcm, FRAME) != FRAME) {
    die("PCMU failed");
  }
}

static void run_frames(network *n, const char *engine) {
  int16_t pcm[FRAME], last[FRAME] = {0};
  bool repeat = strcmp(engine, "repeat") == 0;
#ifdef HAVE_SPANDSP
  plc_state_t *plc = plc_init(NULL);
#endif
  while (fread(pcm, sizeof(*pcm), FRAME, stdin) == FRAME) {
    bool lost = loses(n) && strcmp(engine, "none") != 0;
    transcode(pcm);
    if (repeat) {
      memcpy(lost ? pcm : last, lost ? last : pcm, sizeof(pcm));
    }
#ifdef HAVE_SPANDSP
    if (strcmp(engine, "spandsp") == 0) {
      (void)(lost ? plc_fillin(plc, pcm, FRAME) : plc_rx(plc, pcm, FRAME));
    }
#endif
    fwrite(pcm, sizeof(*pcm), FRAME, stdout);
  }
#ifdef HAVE_SPANDSP
  plc_free(plc);
#endif
}

/* ---- two streams */

typedef struct side {
  msnav_stream *stream;
  msnav_addr rtp, rtcp;
} side;

static side make(uint32_t ip, uint32_t peer, bool red) {
  side s = {.rtp = {ip, 4000}, .rtcp = {ip, 4001}};
  msnav_stream_config c = {
    .size = sizeof(c),
    .policy = MSNAV_SOURCE_LATCH,
    .remote_rtp = {peer, 4000},
    .formats = {{pcmu(), 0}},
    .format_count = 1,
    .send_codec = pcmu(),
    .red_payload_type = red ? 97 : 0,
    .red_receive_type = red ? 97 : 0,
    .can_send = 1,
    .can_receive = 1,
    .ssrc = ip,
    .random = ip,
    .cname = "speech",
  };
  if (msnav_stream_new(&c, START, &s.stream) != MSNAV_OK) {
    die("no stream");
  }
  return s;
}

static void report(side *from, side *to, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  uint64_t ntp = 0x83aa7e8000000000 + ((now << 32) / 1000000);
  if (msnav_stream_rtcp_due(from->stream) <= now &&
      msnav_stream_write_rtcp(from->stream, now, ntp, out, &len) == MSNAV_OK) {
    (void)msnav_stream_receive_rtcp(to->stream, out, len, &from->rtcp, now);
  }
}

static void
speak(side *from, side *to, const int16_t *pcm, msnav_usec now, bool lost) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_send(from->stream, pcm, now, out, &len) == MSNAV_OK &&
      !lost) {
    (void)msnav_stream_receive(to->stream, out, len, &from->rtp,
                               now + TRANSIT_US);
  }
}

static void run_streams(network *n, bool red) {
  side a = make(0x0a000001, 0x0a000002, red);
  side b = make(0x0a000002, 0x0a000001, red);
  static const int16_t silence[FRAME];
  int16_t pcm[FRAME];
  msnav_usec now = START;
  for (; fread(pcm, sizeof(*pcm), FRAME, stdin) == FRAME; now += FRAME_US) {
    bool lost = loses(n);
    speak(&a, &b, pcm, now, lost);
    speak(&b, &a, silence, now, false);
    report(&a, &b, now + TRANSIT_US + 1000);
    report(&b, &a, now + TRANSIT_US + 1000);
    (void)msnav_stream_play(b.stream, pcm, FRAME, now + TRANSIT_US + 2000);
    fwrite(pcm, sizeof(*pcm), FRAME, stdout);
  }
  msnav_stream_stats s = {.size = sizeof(s)}, t = {.size = sizeof(t)};
  (void)msnav_stream_get_stats(b.stream, &s);
  (void)msnav_stream_get_stats(a.stream, &t);
  fprintf(stderr, "lost %d permille, recovered %d, redundant %d of %d, %d us\n",
          (int)s.loss_permille, (int)s.recovered_frames, (int)t.sent_redundant,
          (int)t.sent_packets, (int)s.delay_us);
  msnav_stream_free(a.stream);
  msnav_stream_free(b.stream);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    die("usage: speech_loss ENGINE LOSS_PERCENT SEED < IN > OUT");
  }
  const char *engine = argv[1];
  network n = {.seed = strtoull(argv[3], NULL, 10),
               .loss = strtod(argv[2], NULL) / 100};
  (void)dice(&n);
  if (strcmp(engine, "conceal") == 0 || strcmp(engine, "red") == 0) {
    run_streams(&n, strcmp(engine, "red") == 0);
    return 0;
  }
#ifndef HAVE_SPANDSP
  if (strcmp(engine, "spandsp") == 0) {
    return 77;
  }
#endif
  run_frames(&n, engine);
  return 0;
}
