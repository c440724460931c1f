/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking and making RTP packets as a peer of a comparison with other
 * libraries: fills in the harness's rtp_msnav.c.template.  Built only where
 * meson is told the harness's directory (-Dpeers_bench=DIR); see
 * doc/performance.md.
 *
 * Through the public entries of a stream of video, which ends where the others
 * end: header checked or written, source known, sequence and jitter
 * counted. */
#include <msnav/media.h>

#include "common/pkts.h"

#define FRAME_US 20000

static const msnav_addr peer = {0x0a000002, 5000};
static msnav_stream *stream;
static msnav_usec now = 1000000;
static uint16_t sequence; /* the harness's 1,024 numbers would repeat */

/* What the loop counts is in registers, as the limit's is, which calls
 * nothing. */
static void rx(void *unused) {
  msnav_stream *s = stream;
  msnav_usec at = now;
  uint16_t number = sequence;
  uint64_t sum = 0;
  for (int i = 0; i < NPKT; i++, number++, at += FRAME_US) {
    const uint32_t head = __builtin_bswap32(0x80000000u | number);
    memcpy(pkt[i], &head, sizeof(head)); /* as it will be read: in one piece */
    if (msnav_stream_receive(s, pkt[i], PKTLEN, &peer, at) == MSNAV_OK) {
      sum += pkt[i][12];
    }
  }
  now = at;
  sequence = number;
  bench_sink += sum;
}

static void tx(void *unused) {
  static uint8_t sound[PKTLEN - 12], out[MSNAV_STREAM_MTU];
  msnav_payload payload = {.data = sound, .len = sizeof(sound)};
  for (int i = 0; i < NPKT; i++) {
    size_t len;
    payload.timestamp += 160;
    if (msnav_stream_send_payload(stream, &payload, now, out, &len) !=
        MSNAV_OK) {
      abort();
    }
    __asm__ volatile("" : : "r"(out) : "memory");
  }
}

int main(void) {
  msnav_stream_config config = {.size = sizeof(config),
                                .kind = MSNAV_STREAM_VIDEO,
                                .policy = MSNAV_SOURCE_LATCH,
                                .remote_rtp = peer,
                                .formats = {{NULL, 0}},
                                .format_count = 1,
                                .can_send = 1,
                                .can_receive = 1,
                                .ssrc = 1,
                                .clock_rate = 8000};
  pkts_init();
  if (msnav_stream_new(&config, now, &stream) != MSNAV_OK) {
    return 1;
  }
  bench("a.rtp_rx", "libmsnav", "ns/pkt", NPKT, rx, 0);
  bench("a.rtp_tx", "libmsnav", "ns/pkt", NPKT, tx, 0);
  msnav_stream_stats stats = {.size = sizeof(stats)};
  if (msnav_stream_get_stats(stream, &stats) != MSNAV_OK ||
      stats.lost_packets > 0 || stats.received_packets == 0) {
    fprintf(stderr, "rtp-msnav: packets were refused\n");
    return 1;
  }
  msnav_stream_free(stream);
  return 0;
}
