/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole way of sound as a peer of a comparison with other libraries:
 * fills in the harness's path_msnav.c.template.  Built only where meson is
 * told the harness's directory (-Dpeers_bench=DIR); see doc/performance.md.
 *
 * PCMU and RTCP on RTP and RTCP sockets of each endpoint.  Time goes on by 20
 * ms a tick, however fast the harness ticks.
 *
 * PATH_CONNECT=1 connects the RTP sockets to their peers when the streams have
 * locked on to these.  PATH_AT_ONCE=1 lets what was sent be heard at once, as
 * an event loop would, and not at the other end's next tick. */
#define PEER "libmsnav"
#include "common/path.h"

#include <msnav/media.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define SAMPLES 160
#define FRAME_US 20000
#define BATCH 256

typedef struct end {
  int rtp, rtcp;
  struct sockaddr_in rtp_at, rtcp_at;
  msnav_stream *say, *hear; /* two only when it talks to itself: a stream
                               does not take its own packets */
  bool connected;           /* rtp */
} end;

static end *ends;
static int set;
static bool connects, at_once;
static unsigned tick;
static msnav_usec now = 1000000;

/* With whom it talks: its neighbour, or itself when there is none. */
static int other_of(int i, int n) {
  return (i ^ 1) < n ? i ^ 1 : i;
}

static int udp(struct sockaddr_in *at) {
  socklen_t len = sizeof(*at);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  *at = (struct sockaddr_in){.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0 || bind(fd, (struct sockaddr *)at, len) != 0 ||
      getsockname(fd, (struct sockaddr *)at, &len) != 0) {
    return -1;
  }
  return fd;
}

static msnav_addr addr_of(const struct sockaddr_in *sa) {
  return (msnav_addr){ntohl(sa->sin_addr.s_addr), ntohs(sa->sin_port)};
}

static msnav_stream *stream_new(unsigned ssrc, const end *to) {
  const msnav_audio_codec *pcmu = msnav_codec_find((msnav_str){"PCMU", 4}, 0);
  msnav_stream_config config = {.size = sizeof(config),
                                .policy = MSNAV_SOURCE_LATCH,
                                .remote_rtp = addr_of(&to->rtp_at),
                                .remote_rtcp = addr_of(&to->rtcp_at),
                                .formats = {{pcmu, 0}},
                                .format_count = 1,
                                .send_codec = pcmu,
                                .can_send = 1,
                                .can_receive = 1,
                                .ssrc = ssrc,
                                .random = ssrc,
                                .cname = "bench@localhost"};
  msnav_stream *stream = NULL;
  return msnav_stream_new(&config, now, &stream) == MSNAV_OK ? stream : NULL;
}

int eng_init(int n) {
  connects = getenv("PATH_CONNECT") != NULL;
  at_once = getenv("PATH_AT_ONCE") != NULL;
  ends = calloc((size_t)n, sizeof(*ends));
  set = epoll_create1(0);
  for (int i = 0; i < n; i++) {
    ends[i].rtp = udp(&ends[i].rtp_at);
    ends[i].rtcp = udp(&ends[i].rtcp_at);
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    if (ends[i].rtp < 0 || ends[i].rtcp < 0 ||
        epoll_ctl(set, EPOLL_CTL_ADD, ends[i].rtcp, &ev) != 0) {
      return -1;
    }
  }
  for (int i = 0; i < n; i++) {
    int j = other_of(i, n);
    ends[i].say = stream_new(1000 + (unsigned)i, &ends[j]);
    ends[i].hear = j != i ? ends[i].say : stream_new(1, &ends[i]);
    if (ends[i].say == NULL || ends[i].hear == NULL) {
      return -1;
    }
  }
  return 0;
}

static struct sockaddr_in sockaddr_of(const msnav_addr *addr) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(addr->port),
                              .sin_addr.s_addr = htonl(addr->ip)};
}

/* A socket that is connected need not be told where to. */
static void transmit(const end *e, int fd, const msnav_addr *remote,
                     const uint8_t *data, size_t len) {
  if (fd == e->rtp && e->connected) {
    send(fd, data, len, 0);
    return;
  }
  struct sockaddr_in to = sockaddr_of(remote);
  sendto(fd, data, len, 0, (const struct sockaddr *)&to, sizeof(to));
}

static void say(end *e, const int16_t *pcm) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_send(e->say, pcm, now, out, &len) == MSNAV_OK) {
    transmit(e, e->rtp, msnav_stream_remote(e->say), out, len);
  }
  if (msnav_stream_rtcp_due(e->say) <= now &&
      msnav_stream_write_rtcp(e->say, now, now, out, &len) == MSNAV_OK) {
    transmit(e, e->rtcp, msnav_stream_remote_rtcp(e->say), out, len);
  }
}

static void hear(end *e, int fd) {
  uint8_t in[2048];
  struct sockaddr_in sa = {0};
  socklen_t size = sizeof(sa);
  ssize_t n = recvfrom(fd, in, sizeof(in), 0, (struct sockaddr *)&sa, &size);
  if (n <= 0) {
    return;
  }
  msnav_addr from = addr_of(&sa);
  if (fd == e->rtcp) {
    msnav_stream_receive_rtcp(e->hear, in, (size_t)n, &from, now);
  } else {
    msnav_stream_receive(e->hear, in, (size_t)n, &from, now);
  }
}

/* From now on nobody else is heard anyway. */
static void connect_when_locked(end *e) {
  msnav_stream_event event;
  while (msnav_stream_next_event(e->hear, &event) == MSNAV_OK) {
    struct sockaddr_in peer = sockaddr_of(msnav_stream_remote(e->hear));
    if (event.kind == MSNAV_STREAM_LOCKED) {
      e->connected =
        connect(e->rtp, (struct sockaddr *)&peer, sizeof(peer)) == 0;
    }
  }
}

/* RTCP is rare: it is waited for. */
static void hear_rtcp(void) {
  static struct epoll_event ready[BATCH];
  int n;
  do {
    n = epoll_wait(set, ready, BATCH, 0);
    for (int i = 0; i < n; i++) {
      end *e = &ends[ready[i].data.u32];
      hear(e, e->rtcp);
    }
  } while (n > 0);
}

static void hear_rtp(end *e) {
  hear(e, e->rtp);
  if (connects && !e->connected) {
    connect_when_locked(e);
  }
}

/* Each endpoint once, so that what a call needs is fetched into the caches
 * once: it hears what came since the last tick, plays and speaks. */
void eng_tick(int n) {
  int16_t pcm[SAMPLES];
  tick++;
  now += FRAME_US;
  for (int i = 0; i < n; i++) {
    if (!at_once) {
      hear_rtp(&ends[i]);
    }
    unsigned played = msnav_stream_play(ends[i].hear, pcm, SAMPLES, now);
    eng_played += (played & MSNAV_PLAYED_FRAME) != 0;
    __asm__ volatile("" : : "r"(pcm) : "memory");
    say(&ends[i], path_pcm[(tick + (unsigned)i) & 7]);
    if (at_once) {
      hear_rtp(&ends[other_of(i, n)]);
    }
  }
  hear_rtcp();
}
