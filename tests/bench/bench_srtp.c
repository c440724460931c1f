/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library adds to SRTP: packets of 20 ms of G.711 encrypted and
 * decrypted again, by the functions a stream calls and by libsrtp2's own. */
#include "bench.h"
#include "media/srtp.h"

#include <srtp2/srtp.h>
#include <string.h>

#define BAR 1.05
#define PACKETS 20000
#define SIZE 172

static uint8_t packet[SIZE + SRTP_MAX_TRAILER_LEN];
static const uint8_t key[30] = {1, 2, 3};

/* The next one in sequence; SRTP takes none twice. */
static void next_packet(uint16_t *sequence) {
  memset(packet, 0x55, SIZE);
  packet[0] = 0x80;
  packet[1] = 0;
  packet[2] = (uint8_t)(++*sequence >> 8);
  packet[3] = (uint8_t)*sequence;
}

/* ---- ours */

typedef struct ours {
  msnav_srtp *state;
  uint16_t sequence;
} ours;

static double our_turn(void *arg) {
  ours *o = arg;
  double start = bench_cpu();
  for (int i = 0; i < PACKETS; i++) {
    size_t len = SIZE;
    next_packet(&o->sequence);
    bench_require(msnav_srtp_protect(o->state, packet, &len) == MSNAV_OK &&
                    msnav_srtp_unprotect(o->state, packet, &len) == MSNAV_OK,
                  "a packet there and back");
  }
  return (bench_cpu() - start) / PACKETS;
}

/* ---- bare */

typedef struct bare {
  srtp_t out, in;
  uint16_t sequence;
} bare;

static double bare_turn(void *arg) {
  bare *b = arg;
  double start = bench_cpu();
  for (int i = 0; i < PACKETS; i++) {
    int len = SIZE;
    next_packet(&b->sequence);
    bench_require(srtp_protect(b->out, packet, &len) == 0 &&
                    srtp_unprotect(b->in, packet, &len) == 0,
                  "a bare packet there and back");
  }
  return (bench_cpu() - start) / PACKETS;
}

static srtp_t bare_session(uint32_t suite, srtp_ssrc_type_t type) {
  srtp_policy_t p = {.ssrc = {.type = type}, .window_size = 128};
  srtp_t session;
  uint8_t copy[sizeof(key)];
  memcpy(copy, key, sizeof(key));
  p.key = copy;
  if (suite == MSNAV_SRTP_AES_128_GCM) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&p.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&p.rtcp);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p.rtcp);
  }
  bench_require(srtp_create(&session, &p) == 0, "a bare session");
  return session;
}

static void compare(const char *name, uint32_t suite) {
  msnav_stream_config c = {.srtp_suite = suite};
  ours o = {.sequence = 0};
  memcpy(c.srtp_send_key, key, sizeof(key));
  memcpy(c.srtp_receive_key, key, sizeof(key));
  bench_require(msnav_srtp_plan(NULL, &c, &o.state) == MSNAV_OK, "keys");
  bare b = {.out = bare_session(suite, ssrc_any_outbound),
            .in = bare_session(suite, ssrc_any_inbound)};
  double ratio =
    bench_compare(name, "ns/packet", 21, (bench_side){"msnav", our_turn, &o},
                  (bench_side){"libsrtp2", bare_turn, &b});
  bench_at_most(name, ratio, BAR);
  msnav_srtp_free(o.state);
  srtp_dealloc(b.out);
  srtp_dealloc(b.in);
}

int main(void) {
  bench_pin();
  compare("srtp_gcm", MSNAV_SRTP_AES_128_GCM);
  compare("srtp_cm_80", MSNAV_SRTP_AES_CM_SHA1_80);
  return bench_end();
}
