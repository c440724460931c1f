/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it costs to take an RTP packet: the header checked, the source and its
 * SSRC known, sequence and jitter counted, through the public entry of a
 * stream (of video, which ends there; sound goes on into the jitter buffer,
 * which bench_jitter measures).  Beside it the least that RFC 3550 asks for,
 * as one loop over the same packets that the compiler sees whole. */
#include "bench.h"

#include <msnav/media.h>

#include <stdlib.h>
#include <string.h>

#define BAR 2.0
#define PACKETS 1024
#define LEN 172
#define ROUNDS 2000
#define TURNS 31
#define FRAME_US 20000

static uint8_t packets[PACKETS][LEN];

static void make_packets(void) {
  uint32_t noise = 1;
  for (unsigned i = 0; i < PACKETS; i++) {
    uint8_t *p = packets[i];
    uint32_t timestamp = 1800 * i;
    for (unsigned k = 12; k < LEN; k++) {
      noise = noise * 1664525u + 1013904223u;
      p[k] = (uint8_t)(noise >> 24);
    }
    p[0] = 0x80;
    p[1] = 34;
    p[4] = (uint8_t)(timestamp >> 24);
    p[5] = (uint8_t)(timestamp >> 16);
    p[6] = (uint8_t)(timestamp >> 8);
    p[7] = (uint8_t)timestamp;
    memcpy(p + 8, "\x11\x22\x33\x44", 4);
  }
}

/* Sequence numbers go on from round to round. */
static void number(unsigned round) {
  for (unsigned i = 0; i < PACKETS; i++) {
    unsigned sequence = round * PACKETS + i;
    packets[i][2] = (uint8_t)(sequence >> 8);
    packets[i][3] = (uint8_t)sequence;
  }
}

#define ROUND_NUMBERS (65536 / PACKETS)

/* ---- the least */

static struct {
  uint32_t ssrc, cycles, received, transit, jitter;
  uint16_t highest;
} least = {.ssrc = 0x11223344};

static uint32_t be32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

static size_t least_take(const uint8_t *p, size_t n, uint32_t now) {
  uint32_t head = be32(p), timestamp = be32(p + 4);
  size_t at = 12 + 4 * (head >> 24 & 15);
  if (n < at || head >> 30 != 2) {
    return 0;
  }
  if ((head & 1u << 28) != 0) {
    if (n < at + 4) {
      return 0;
    }
    at += 4 + 4 * ((size_t)p[at + 2] << 8 | p[at + 3]);
  }
  if ((head & 1u << 29) != 0) {
    n -= p[n - 1];
  }
  if (n < at || be32(p + 8) != least.ssrc) {
    return 0;
  }
  uint16_t sequence = (uint16_t)head;
  if ((uint16_t)(sequence - least.highest) < 3000) {
    least.cycles += sequence < least.highest ? 65536 : 0;
    least.highest = sequence;
  }
  least.received++;
  int32_t d = (int32_t)(now - timestamp - least.transit);
  least.transit = now - timestamp;
  d = d < 0 ? -d : d;
  least.jitter += (uint32_t)d - ((least.jitter + 8) >> 4);
  return at;
}

static unsigned round_least, round_ours;
static uint64_t sum;

static double least_turn(void *arg) {
  (void)arg;
  double spent = 0;
  for (unsigned r = 0; r < ROUNDS; r++) {
    number(round_least++ % ROUND_NUMBERS);
    double start = bench_cpu();
    for (unsigned i = 0; i < PACKETS; i++) {
      size_t at = least_take(packets[i], LEN, 1800 * i);
      sum += at > 0 ? packets[i][at] : 0;
    }
    spent += bench_cpu() - start;
  }
  return spent / (1.0 * ROUNDS * PACKETS);
}

/* ---- the library */

static msnav_stream *stream;
static msnav_usec now = 1000000;
static uint64_t taken;

static double msnav_turn(void *arg) {
  (void)arg;
  const msnav_addr from = {0x7f000001, 5004};
  double spent = 0;
  for (unsigned r = 0; r < ROUNDS; r++) {
    number(round_ours++ % ROUND_NUMBERS);
    double start = bench_cpu();
    for (unsigned i = 0; i < PACKETS; i++) {
      taken +=
        msnav_stream_receive(stream, packets[i], LEN, &from, now) == MSNAV_OK;
      now += FRAME_US;
    }
    spent += bench_cpu() - start;
  }
  return spent / (1.0 * ROUNDS * PACKETS);
}

int main(void) {
  bench_pin();
  make_packets();
  msnav_stream_config config = {.size = sizeof(config),
                                .kind = MSNAV_STREAM_VIDEO,
                                .policy = MSNAV_SOURCE_LATCH,
                                .remote_rtp = {0x7f000001, 5004},
                                .formats = {{NULL, 34}},
                                .format_count = 1,
                                .can_receive = 1,
                                .clock_rate = 90000};
  bench_require(msnav_stream_new(&config, now, &stream) == MSNAV_OK,
                "make a stream");
  double ratio = bench_compare("rtp_receive", "ns/packet", TURNS,
                               (bench_side){"msnav", msnav_turn, NULL},
                               (bench_side){"least", least_turn, NULL});
  bench_at_most("rtp_receive", ratio, BAR);
  bench_require(taken == 1ull * PACKETS * round_ours, "every packet counted");
  bench_require(sum != 0 && least.received > 0, "the least did its work");
  msnav_stream_free(stream);
  return bench_end();
}
