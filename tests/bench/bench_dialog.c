/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a SIP call costs between two dialogs that are made and freed with it,
 * over loopback sockets, guard included:
 *
 *   dialog_rate   beside the same six messages between two bare agents
 *   dialog_scale  while many other dialogs are up and idle beside few
 *
 * What a call leaves behind is included. */
#include "bare.h"
#include "bench.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <msnav/dialog.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BAR 1.3    /* of the cost of a call while few are up */
#define CALLS 1000 /* per turn */
#define FEW 100
#define MANY 5000
/* dialogs that are awake: else there would be too many descriptors */
#define AT_ONCE 2000
#define LOOPBACK 0x7f000001u

static const char SDP[] =
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
  "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 97 0 8 4 101\r\n"
  "a=rtpmap:97 red/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
  "a=rtpmap:4 G723/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
  "a=fmtp:101 0-16\r\na=encryption:rejected\r\n";

/* ---- dialogs */

typedef struct party {
  msnav_dialog *dialog;
  bool confirmed;
  bool done;
} party;

static msnav_epoll *loop;
static msnav_sip *sip;

static void on_offer(void *arg, msnav_str sdp, bool again) {
  party *p = arg;
  (void)sdp;
  (void)again;
  (void)!msnav_dialog_answer(p->dialog, SDP, sizeof(SDP) - 1);
}

static void on_confirmed(void *arg) {
  ((party *)arg)->confirmed = true;
}

static void on_confirmed_hang_up(void *arg) {
  on_confirmed(arg);
  (void)!msnav_dialog_hangup(((party *)arg)->dialog);
}

static void on_closed(void *arg, unsigned status) {
  bench_require(status == 200, "a BYE that is answered");
  ((party *)arg)->done = true;
}

static const msnav_dialog_events called_events = {
  .size = sizeof(called_events),
  .offer = on_offer,
  .confirmed = on_confirmed,
};
static const msnav_dialog_events caller_events = {
  .size = sizeof(caller_events),
  .confirmed = on_confirmed_hang_up,
  .closed = on_closed,
};

static void open_party(party *p, const msnav_dialog_events *events,
                       const msnav_addr *remote) {
  msnav_dialog_config config = {.size = sizeof(config),
                                .bind = {LOOPBACK, 0},
                                .from_name = "yxu",
                                .from_uri = "sip:taogx@163.com"};
  if (remote != NULL) {
    config.remote = *remote;
  } else {
    config.accept_first = 1;
  }
  *p = (party){0};
  bench_require(msnav_dialog_new(sip, &config, events, p, &p->dialog) ==
                  MSNAV_OK,
                "make a dialog");
}

static void invite(party *p) {
  bench_require(msnav_dialog_invite(p->dialog, SDP, sizeof(SDP) - 1) ==
                  MSNAV_OK,
                "invite");
}

static void dialog_call(void) {
  party a;
  party b;
  open_party(&b, &called_events, NULL);
  open_party(&a, &caller_events, msnav_dialog_local(b.dialog));
  invite(&a);
  while (!a.done) {
    (void)!msnav_epoll_step(loop, MSNAV_NEVER);
  }
  msnav_dialog_free(a.dialog);
  msnav_dialog_free(b.dialog);
}

static double rate(double start) {
  return CALLS * 1e9 / (bench_cpu() - start);
}

static double dialog_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < CALLS; i++) {
    dialog_call();
  }
  return rate(start);
}

static double bare_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  bare_open();
  for (int i = 0; i < CALLS; i++) {
    bare_call();
  }
  bare_close(); /* which frees what the calls have left: so do we */
  return rate(start);
}

/* ---- idle dialogs: one plain socket is the peer of them all, so that each
 * costs the process only its own descriptors */

static const char *header_line(const char *message, const char *name) {
  const char *line = strstr(message, name);
  return line != NULL ? line : "";
}

static int line_len(const char *line) {
  return (int)strcspn(line, "\r");
}

static void answer_all(int fd) {
  char in[4096];
  char out[8192];
  struct sockaddr_in from;
  socklen_t len = sizeof(from);
  ssize_t n = 0;
  while ((n = recvfrom(fd, in, sizeof(in) - 1, MSG_DONTWAIT,
                       (struct sockaddr *)&from, &len)) > 0) {
    in[n] = '\0';
    if (strncmp(in, "INVITE ", 7) != 0) {
      continue;
    }
    const char *via = header_line(in, "Via:");
    const char *f = header_line(in, "From:");
    const char *to = header_line(in, "To:");
    const char *id = header_line(in, "Call-ID:");
    const char *cseq = header_line(in, "CSeq:");
    int size = snprintf(
      out, sizeof(out),
      "SIP/2.0 200 OK\r\n%.*s\r\n%.*s\r\n%.*s;tag=peer\r\n%.*s\r\n%.*s\r\n"
      "Contact: <sip:127.0.0.1:9>\r\nContent-Type: application/sdp\r\n"
      "Content-Length: %zu\r\n\r\n%s",
      line_len(via), via, line_len(f), f, line_len(to), to, line_len(id), id,
      line_len(cseq), cseq, sizeof(SDP) - 1, SDP);
    (void)!sendto(fd, out, (size_t)size, 0, (struct sockaddr *)&from, len);
  }
}

static int open_peer(msnav_addr *addr) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(LOOPBACK)};
  socklen_t len = sizeof(sa);
  bench_require(fd >= 0 && bind(fd, (struct sockaddr *)&sa, len) == 0 &&
                  getsockname(fd, (struct sockaddr *)&sa, &len) == 0,
                "open the peer's socket");
  *addr = (msnav_addr){LOOPBACK, ntohs(sa.sin_port)};
  return fd;
}

static party idle[MANY];

static const msnav_dialog_events idle_events = {
  .size = sizeof(idle_events),
  .confirmed = on_confirmed,
};

static long allocated(void) {
  return (long)mallinfo2().uordblks;
}

/* After 8 s without a datagram a dialog gives its agent back. */
static void settle(void) {
  const msnav_loop *host = msnav_epoll_loop(loop);
  msnav_usec end = host->now(host->data) + UINT64_C(9000000);
  while (host->now(host->data) < end) {
    (void)!msnav_epoll_step(loop, end);
  }
}

static void open_idle(int from, int count, int fd, const msnav_addr *peer) {
  for (int i = from; i < count; i++) {
    if (i > from && (i - from) % AT_ONCE == 0) {
      settle();
    }
    open_party(&idle[i], &idle_events, peer);
    invite(&idle[i]);
    while (!idle[i].confirmed) {
      answer_all(fd);
      (void)!msnav_epoll_step(loop, 0);
    }
    answer_all(fd);
  }
  settle();
}

static double up(const char *who) {
  double rates[BENCH_TURNS];
  for (int i = 0; i < BENCH_TURNS; i++) {
    rates[i] = dialog_turn(NULL);
  }
  double median = bench_median(rates, BENCH_TURNS);
  bench_result("dialog_scale", who, median, "calls/CPU-s");
  return median;
}

static void scale(void) {
  msnav_addr addr;
  int fd = open_peer(&addr);
  open_idle(0, FEW, fd, &addr);
  double few = up("100-up");
  long before = allocated();
  open_idle(FEW, MANY, fd, &addr);
  double size = (double)(allocated() - before) / (MANY - FEW);
  bench_result("dialog_idle", "msnav", size, "bytes");
  bench_at_most("dialog_scale", few / up("5000-up"), BAR);
  for (int i = 0; i < MANY; i++) {
    msnav_dialog_free(idle[i].dialog);
  }
  (void)close(fd);
}

static void raise_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int main(void) {
  const bench_side ours = {"msnav", dialog_turn, NULL};
  const bench_side bare = {"nta", bare_turn, NULL};
  bench_pin();
  raise_limit();
  bare_init();
  bench_require(msnav_epoll_new(&loop) == MSNAV_OK &&
                  msnav_sip_new(msnav_epoll_loop(loop), NULL, NULL, NULL,
                                &sip) == MSNAV_OK,
                "make a SIP context");
  bench_ratio("dialog_rate", bench_compare("dialog_rate", "calls/CPU-s",
                                           BENCH_TURNS, ours, bare));
  scale();
  msnav_sip_free(sip);
  msnav_epoll_free(loop);
  return bench_end();
}
