/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Garbage at the SIP port during a live call, over real sockets and in real
 * time: 2,000 datagrams a second, from a stranger and from the address that
 * was negotiated, and not one RTP packet is lost. */
#include "test.h"

#include "support/pair.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RATE 2000 /* datagrams a second */
#define SECONDS 3

static int stranger, peer; /* the latter is Bob's own socket */
static struct sockaddr_in target;
static unsigned long sent;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of every kind: bytes, nearly SIP, SIP of other dialogs, as long as a
 * datagram gets. */
static void send_one(void) {
  static char data[1400];
  static const char *const texts[] = {
    "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9:0\r\n\r\n",
    "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx\r\n"
    "From: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: x\r\n"
    "CSeq: 1 BYE\r\n\r\n",
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKx\r\n"
    "From: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: x\r\n"
    "CSeq: 1 INVITE\r\n\r\n",
    "", "\r\n\r\n"};
  unsigned which = (unsigned)(sent % 7);
  size_t len = which < 5 ? strlen(texts[which]) : 1 + sent % sizeof(data);
  if (which < 5) {
    memcpy(data, texts[which], len);
  } else {
    for (size_t i = 0; i < len; i++) {
      data[i] = (char)(sent * 31 + i * 17);
    }
  }
  int fd = sent / 7 % 2 == 0 ? stranger : peer;
  assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&target,
                          sizeof(target)),
                   len);
  sent++;
}

static uint64_t received(const person *who, int64_t *lost) {
  msnav_stream_stats s = {.size = sizeof(s)};
  assert_int_equal(msnav_call_get_stats(who->call, &s), MSNAV_OK);
  *lost = s.lost_packets;
  return s.received_packets;
}

static void aim(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  target = (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(info.local_sip.port),
                                .sin_addr.s_addr = htonl(info.local_sip.ip)};
}

/* The socket of this process that is bound to Bob's SIP address. */
static int socket_of(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  for (int fd = 0; fd < 256; fd++) {
    struct sockaddr_in sa = {0};
    socklen_t len = sizeof(sa);
    if (getsockname(fd, (struct sockaddr *)&sa, &len) == 0 &&
        ntohs(sa.sin_port) == info.local_sip.port &&
        ntohl(sa.sin_addr.s_addr) == info.local_sip.ip) {
      return fd;
    }
  }
  fail_msg("no such socket");
  return -1;
}

static void a_call_does_not_notice_garbage(void **state) {
  (void)state;
  pair *p = calloc(1, sizeof(*p));
  stranger = socket(AF_INET, SOCK_DGRAM, 0);
  assert_true(stranger >= 0);
  pair_init(p, NULL, NULL);
  pair_connect(p);
  pair_run(p, 300);
  person *alice = &p->people[ALICE];
  aim(alice);
  peer = socket_of(&p->people[BOB]);
  double began = now();
  double end = began + SECONDS;
  while (now() < end) {
    while ((double)sent < (now() - began) * RATE) {
      send_one();
    }
    pair_run(p, 1);
  }
  int64_t lost;
  uint64_t packets = received(alice, &lost);
  print_message(
    "# %lu datagrams of garbage in %d s, %lu RTP packets, %ld lost\n", sent,
    SECONDS, (unsigned long)packets, (long)lost);
  assert_true(sent >= RATE * SECONDS - RATE / 10);
  assert_true(packets >= SECONDS * 50);
  assert_int_equal(lost, 0);
  (void)received(&p->people[BOB], &lost);
  assert_int_equal(lost, 0);
  assert_int_equal(pair_state(alice), MSNAV_STATE_TALKING);
  assert_int_equal(msnav_call_hangup(alice->call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(alice->reason, MSNAV_REASON_HANGUP_LOCAL);
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(alice->ctx, &c), MSNAV_OK);
  assert_true(c.sip_refused >= sent - RATE); /* the rest came too late */
  pair_free(p);
  free(p);
  close(stranger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_call_does_not_notice_garbage),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
