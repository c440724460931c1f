/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 20 ms of one call cost in both directions: PCMU, RTCP on, a hundred
 * endpoints in pairs on loopback sockets of their own, beside the same system
 * calls with the least in between: a table for G.711, a header of 12 bytes
 * and a ring of sixteen frames.
 *
 * Time is virtual and goes on by 20 ms per tick, so that the jitter buffer
 * and RTCP see a real call; the sockets are real. */
#include "bench.h"

#include <msnav/media.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BAR 1.25
#define FOOTPRINT_BAR 4096
#define ENDPOINTS 100
#define TICKS 100 /* per turn: 2 s of 100 calls */
#define SAMPLES 160
#define SLOTS 16
#define FRAME_US 20000
#define TURNS 21

static int16_t speech[8][SAMPLES];

static void make_speech(void) {
  uint32_t noise = 1;
  for (int f = 0; f < 8; f++) {
    for (int i = 0; i < SAMPLES; i++) {
      noise = noise * 1664525u + 1013904223u;
      speech[f][i] = (int16_t)(9000 * sin((f * SAMPLES + i) * 0.07) +
                               (double)(noise >> 23) - 256);
    }
  }
}

/* ---- sockets: endpoint i talks to endpoint i ^ 1 */

typedef struct line {
  int rtp, rtcp;
  struct sockaddr_in rtp_at, rtcp_at;
} line;

static int udp(struct sockaddr_in *at) {
  socklen_t len = sizeof(*at);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  *at = (struct sockaddr_in){.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  bench_require(fd >= 0 && bind(fd, (struct sockaddr *)at, len) == 0 &&
                  getsockname(fd, (struct sockaddr *)at, &len) == 0,
                "open a UDP socket");
  return fd;
}

static line line_open(bool rtcp) {
  line l = {.rtcp = -1};
  l.rtp = udp(&l.rtp_at);
  if (rtcp) {
    l.rtcp = udp(&l.rtcp_at);
  }
  return l;
}

static msnav_addr addr_of(const struct sockaddr_in *sa) {
  return (msnav_addr){ntohl(sa->sin_addr.s_addr), ntohs(sa->sin_port)};
}

/* ---- the least */

typedef struct least {
  line at;
  uint16_t sequence, next, there;
  uint32_t timestamp, ssrc;
  bool started;
  uint8_t ring[SLOTS][SAMPLES];
} least;

static least bare[ENDPOINTS];
static uint64_t bare_played;
static uint8_t to_ulaw[16384];
static int16_t from_ulaw[256];
static int16_t heard[SAMPLES];

/* Makes the compiler believe that somebody listens. */
#define USE(object) __asm__ volatile("" : : "r"(object) : "memory")

static void least_open(void) {
  const msnav_audio_codec *pcmu = msnav_codec_find((msnav_str){"PCMU", 4}, 0);
  for (int i = 0; i < 16384; i++) { /* the upper 14 bits decide */
    int16_t pcm = (int16_t)(i << 2);
    pcmu->encode(NULL, &pcm, 1, &to_ulaw[i], 1);
  }
  for (int i = 0; i < 256; i++) {
    uint8_t byte = (uint8_t)i;
    pcmu->decode(NULL, &byte, 1, &from_ulaw[i], 1);
  }
  for (uint32_t i = 0; i < ENDPOINTS; i++) {
    bare[i] = (least){.at = line_open(false), .ssrc = i};
  }
}

static void least_send(least *e, const least *to, const int16_t *pcm) {
  uint8_t out[12 + SAMPLES];
  uint32_t words[3] = {htonl(0x80000000u | e->sequence), htonl(e->timestamp),
                       htonl(e->ssrc)};
  memcpy(out, words, sizeof(words));
  for (int i = 0; i < SAMPLES; i++) {
    out[12 + i] = to_ulaw[(uint16_t)pcm[i] >> 2];
  }
  e->sequence++;
  e->timestamp += SAMPLES;
  sendto(e->at.rtp, out, sizeof(out), 0,
         (const struct sockaddr *)&to->at.rtp_at, sizeof(to->at.rtp_at));
}

static void least_receive(least *e) {
  uint8_t in[2048];
  ssize_t n = recv(e->at.rtp, in, sizeof(in), 0);
  if (n != 12 + SAMPLES || in[0] != 0x80) {
    return;
  }
  uint16_t sequence = (uint16_t)(in[2] << 8 | in[3]);
  if (!e->started) {
    e->started = true;
    e->next = (uint16_t)(sequence - 3); /* 60 ms of delay */
  }
  if ((uint16_t)(sequence - e->next) < SLOTS) {
    memcpy(e->ring[sequence % SLOTS], in + 12, SAMPLES);
    e->there |= (uint16_t)(1u << sequence % SLOTS);
  }
}

static void least_play(least *e) {
  uint16_t bit = (uint16_t)(1u << e->next % SLOTS);
  if (!e->started) {
    return;
  }
  if ((e->there & bit) != 0) {
    const uint8_t *from = e->ring[e->next % SLOTS];
    for (int i = 0; i < SAMPLES; i++) {
      heard[i] = from_ulaw[from[i]];
    }
    e->there &= (uint16_t)~bit;
    bare_played++;
    USE(heard);
  }
  e->next++;
}

static double least_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (unsigned t = 0; t < TICKS; t++) {
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      least_send(&bare[i], &bare[i ^ 1], speech[(t + i) & 7]);
    }
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      least_receive(&bare[i]);
    }
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      least_play(&bare[i]);
    }
  }
  return (bench_cpu() - start) / (1000.0 * TICKS * ENDPOINTS);
}

/* ---- the library */

typedef struct endpoint {
  line at;
  msnav_stream *stream;
} endpoint;

static endpoint ends[ENDPOINTS];
static uint64_t played, pulled;
static msnav_usec now = 1000000;

static void msnav_open(void) {
  const msnav_audio_codec *pcmu = msnav_codec_find((msnav_str){"PCMU", 4}, 0);
  for (unsigned i = 0; i < ENDPOINTS; i++) {
    ends[i].at = line_open(true);
  }
  for (unsigned i = 0; i < ENDPOINTS; i++) {
    msnav_stream_config config = {.size = sizeof(config),
                                  .policy = MSNAV_SOURCE_LATCH,
                                  .remote_rtp = addr_of(&ends[i ^ 1].at.rtp_at),
                                  .remote_rtcp =
                                    addr_of(&ends[i ^ 1].at.rtcp_at),
                                  .formats = {{pcmu, 0}},
                                  .format_count = 1,
                                  .send_codec = pcmu,
                                  .can_send = 1,
                                  .can_receive = 1,
                                  .ssrc = 1000 + i,
                                  .random = 77 * i + 1,
                                  .cname = "bench"};
    bench_require(msnav_stream_new(&config, now, &ends[i].stream) == MSNAV_OK,
                  "make a stream");
  }
}

static struct sockaddr_in sockaddr_of(const msnav_addr *addr) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(addr->port),
                              .sin_addr.s_addr = htonl(addr->ip)};
}

static void
transmit(int fd, const msnav_addr *remote, const uint8_t *data, size_t len) {
  struct sockaddr_in to = sockaddr_of(remote);
  sendto(fd, data, len, 0, (const struct sockaddr *)&to, sizeof(to));
}

static void msnav_say(endpoint *e, const int16_t *pcm) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_send(e->stream, pcm, now, out, &len) == MSNAV_OK) {
    transmit(e->at.rtp, msnav_stream_remote(e->stream), out, len);
  }
  if (msnav_stream_rtcp_due(e->stream) <= now &&
      msnav_stream_write_rtcp(e->stream, now, now, out, &len) == MSNAV_OK) {
    transmit(e->at.rtcp, msnav_stream_remote_rtcp(e->stream), out, len);
  }
}

static void msnav_hear(endpoint *e, const struct sockaddr_in *peer) {
  uint8_t in[2048];
  msnav_addr from = addr_of(peer);
  ssize_t n = recv(e->at.rtp, in, sizeof(in), 0);
  if (n > 0) {
    msnav_stream_receive(e->stream, in, (size_t)n, &from, now);
  }
}

/* RTCP is rare: whoever waits with epoll(7) is called when there is some, so
 * its socket is read where a report was sent. */
static void msnav_hear_rtcp(void) {
  uint8_t in[2048];
  for (unsigned i = 0; i < ENDPOINTS; i++) {
    msnav_addr from = addr_of(&ends[i ^ 1].at.rtcp_at);
    ssize_t n = recv(ends[i].at.rtcp, in, sizeof(in), 0);
    if (n > 0) {
      msnav_stream_receive_rtcp(ends[i].stream, in, (size_t)n, &from, now);
    }
  }
}

static double msnav_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (unsigned t = 0; t < TICKS; t++) {
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      msnav_say(&ends[i], speech[(t + i) & 7]);
    }
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      msnav_hear(&ends[i], &ends[i ^ 1].at.rtp_at);
    }
    if (t % 50 == 0) {
      msnav_hear_rtcp();
    }
    for (unsigned i = 0; i < ENDPOINTS; i++) {
      pulled++;
      played += (msnav_stream_play(ends[i].stream, heard, SAMPLES, now) &
                 MSNAV_PLAYED_FRAME) != 0;
      USE(heard);
    }
    now += FRAME_US;
  }
  return (bench_cpu() - start) / (1000.0 * TICKS * ENDPOINTS);
}

static uint64_t reports(void) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < ENDPOINTS; i++) {
    msnav_stream_stats stats = {.size = sizeof(stats)};
    msnav_stream_get_stats(ends[i].stream, &stats);
    sum += stats.received_rtcp;
  }
  return sum;
}

int main(void) {
  bench_pin();
  make_speech();
  least_open();
  msnav_open();
  for (int i = 0; i < 5; i++) { /* let the jitter buffers settle */
    msnav_turn(NULL);
  }
  played = pulled = 0;
  unsigned long before = bench_mallocs();
  double ratio = bench_compare("media_tick", "us/call", TURNS,
                               (bench_side){"msnav", msnav_turn, NULL},
                               (bench_side){"least", least_turn, NULL});
  unsigned long mallocs = bench_mallocs() - before;
  double share = 100.0 * (double)played / (double)pulled;
  printf("# %llu RTCP reports were taken\n", (unsigned long long)reports());
  bench_at_most("media_tick", ratio, BAR);
  bench_at_least("media_played_percent", share, 99);
  bench_at_most("media_mallocs", (double)mallocs, 0);
  bench_result("media_footprint", "msnav", (double)msnav_stream_footprint(),
               "bytes");
  bench_at_most("media_footprint", (double)msnav_stream_footprint(),
                FOOTPRINT_BAR);
  bench_require(reports() > 0 && bare_played > 0,
                "RTCP and sound came through");
  for (unsigned i = 0; i < ENDPOINTS; i++) {
    msnav_stream_free(ends[i].stream);
  }
  return bench_end();
}
