/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a SIP call costs.  One call is INVITE, 180, 200, ACK, BYE, 200; both
 * ends are in this process and everything goes over loopback sockets.
 *
 *   call   nta     two agents of Sofia's on one root, nothing else: the limit
 *   call   dialog  two dialogs, made and freed with each call
 *   call-N dialog  the same while N other dialogs are up and idle
 *
 * CPU time of the process, what a call leaves behind included; only ratios
 * of one run count.  BENCH_CALLS calls a sample, BENCH_RUNS samples,
 * BENCH_MANY dialogs for the last part. */
#define SU_ROOT_MAGIC_T void
#define NTA_AGENT_MAGIC_T struct end
#define NTA_LEG_MAGIC_T struct end
#define NTA_INCOMING_MAGIC_T struct end
#define NTA_OUTGOING_MAGIC_T struct end
#include <arpa/inet.h>
#include <malloc.h>
#include <msnav/dialog.h>
#include <netinet/in.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOOPBACK 0x7f000001u
#define MAX_SAMPLES 64

static const char SDP[] =
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
  "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 97 0 8 4 101\r\n"
  "a=rtpmap:97 red/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
  "a=rtpmap:4 G723/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
  "a=fmtp:101 0-16\r\na=encryption:rejected\r\n";

static int number(const char *name, int normal) {
  const char *text = getenv(name);
  return text != NULL ? atoi(text) : normal;
}

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* ---- bare nta */

typedef struct end {
  nta_agent_t *agent;
  nta_leg_t *stray;
  nta_leg_t *leg;
  nta_incoming_t *irq;
  char uri[64];
  bool done;
} end;

static int
end_inside(end *e, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  (void)irq;
  (void)e;
  return sip->sip_request->rq_method == sip_method_bye ? 200 : 0;
}

static int end_acked(end *e, nta_incoming_t *irq, const sip_t *sip) {
  (void)sip;
  nta_incoming_destroy(irq);
  e->irq = NULL;
  return 0;
}

static int
end_invited(end *e, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  if (sip->sip_request->rq_method != sip_method_invite) {
    return 481;
  }
  e->leg =
    nta_leg_tcreate(e->agent, end_inside, e, SIPTAG_CALL_ID(sip->sip_call_id),
                    SIPTAG_FROM(sip->sip_to), SIPTAG_TO(sip->sip_from),
                    TAG_END());
  nta_incoming_tag(irq, nta_leg_tag(e->leg, NULL));
  nta_leg_server_route(e->leg, sip->sip_record_route, sip->sip_contact);
  nta_incoming_bind(irq, end_acked, e);
  nta_incoming_treply(irq, SIP_180_RINGING, TAG_END());
  nta_incoming_treply(irq, SIP_200_OK,
                      SIPTAG_CONTACT(nta_agent_contact(e->agent)),
                      SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                      SIPTAG_PAYLOAD_STR(SDP), TAG_END());
  return 0;
}

static int end_hung_up(end *e, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip == NULL || sip->sip_status->st_status >= 200) {
    nta_outgoing_destroy(orq);
    e->done = true;
  }
  return 0;
}

static int end_answered(end *e, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip == NULL || sip->sip_status->st_status < 200) {
    return 0;
  }
  nta_leg_rtag(e->leg, sip->sip_to->a_tag);
  nta_leg_client_route(e->leg, sip->sip_record_route, sip->sip_contact);
  nta_outgoing_destroy(
    nta_outgoing_tcreate(e->leg, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
                         SIPTAG_CSEQ(sip->sip_cseq), TAG_END()));
  nta_outgoing_destroy(orq);
  nta_outgoing_tcreate(e->leg, end_hung_up, e, NULL, SIP_METHOD_BYE, NULL,
                       TAG_END());
  return 0;
}

static void end_open(end *e, su_root_t *root) {
  memset(e, 0, sizeof(*e));
  e->agent =
    nta_agent_create(root, URL_STRING_MAKE("sip:127.0.0.1:*;transport=udp"),
                     NULL, e, NTATAG_UA(1), NTATAG_SERVER_RPORT(0),
                     NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0),
                     NTATAG_SIP_T1X64(8000), TAG_END());
  if (e->agent == NULL) {
    die("nta_agent_create");
  }
  e->stray =
    nta_leg_tcreate(e->agent, end_invited, e, NTATAG_NO_DIALOG(1), TAG_END());
  const sip_contact_t *m = nta_agent_contact(e->agent);
  snprintf(e->uri, sizeof(e->uri), "sip:%s:%s", m->m_url->url_host,
           m->m_url->url_port);
}

static void end_close(end *e) {
  nta_leg_destroy(e->stray);
  nta_agent_destroy(e->agent);
}

static void end_call(end *a, end *b, su_root_t *root) {
  char to[80];
  snprintf(to, sizeof(to), "<%s>", b->uri);
  a->done = false;
  a->leg = nta_leg_tcreate(a->agent, end_inside, a,
                           SIPTAG_FROM_STR("\"yxu\" <sip:taogx@163.com>"),
                           SIPTAG_TO_STR(to), TAG_END());
  nta_leg_tag(a->leg, NULL);
  nta_outgoing_tcreate(a->leg, end_answered, a, NULL, SIP_METHOD_INVITE,
                       URL_STRING_MAKE(b->uri),
                       SIPTAG_CONTACT(nta_agent_contact(a->agent)),
                       SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                       SIPTAG_PAYLOAD_STR(SDP), TAG_END());
  while (!a->done) {
    su_root_step(root, 1000);
  }
  nta_leg_destroy(a->leg);
  nta_leg_destroy(b->leg);
}

static double bare(int calls) {
  su_root_t *root = su_root_create(NULL);
  su_root_threading(root, 0);
  end a;
  end b;
  end_open(&a, root);
  end_open(&b, root);
  double begin = cpu();
  for (int i = 0; i < calls; i++) {
    end_call(&a, &b, root);
  }
  end_close(&a); /* which frees what the calls have left: so do we */
  end_close(&b);
  double spent = cpu() - begin;
  su_root_destroy(root);
  return spent / calls;
}

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
  if (status != 200) {
    fprintf(stderr, "closed with %u\n", status);
  }
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
  if (msnav_dialog_new(sip, &config, events, p, &p->dialog) != MSNAV_OK) {
    die("msnav_dialog_new");
  }
}

static void dialog_call(void) {
  party a;
  party b;
  open_party(&b, &called_events, NULL);
  open_party(&a, &caller_events, msnav_dialog_local(b.dialog));
  if (msnav_dialog_invite(a.dialog, SDP, sizeof(SDP) - 1) != MSNAV_OK) {
    die("msnav_dialog_invite");
  }
  while (!a.done) {
    (void)!msnav_epoll_step(loop, MSNAV_NEVER);
  }
  msnav_dialog_free(a.dialog);
  msnav_dialog_free(b.dialog);
}

static double dialogs(int calls) {
  double begin = cpu();
  for (int i = 0; i < calls; i++) {
    dialog_call();
  }
  return (cpu() - begin) / calls;
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
  if (fd < 0 || bind(fd, (struct sockaddr *)&sa, len) < 0 ||
      getsockname(fd, (struct sockaddr *)&sa, &len) < 0) {
    die("peer");
  }
  *addr = (msnav_addr){LOOPBACK, ntohs(sa.sin_port)};
  return fd;
}

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

static void
open_idle(int from, int count, party *idle, int fd, const msnav_addr *peer) {
  for (int i = from; i < count; i++) {
    if (i > from && (i - from) % 2000 == 0) {
      settle(); /* else there would be too many descriptors */
    }
    open_party(&idle[i], &idle_events, peer);
    if (msnav_dialog_invite(idle[i].dialog, SDP, sizeof(SDP) - 1) != MSNAV_OK) {
      die("msnav_dialog_invite");
    }
    while (!idle[i].confirmed) {
      answer_all(fd);
      (void)!msnav_epoll_step(loop, 0);
    }
    answer_all(fd);
  }
  settle();
}

/* ---- the figures */

static int compare(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double print(const char *workload, const char *who, double *v, int n) {
  qsort(v, (size_t)n, sizeof(*v), compare);
  printf("RESULT %-14s %-10s %10.1f us/call min=%.1f max=%.1f n=%d\n", workload,
         who, v[n / 2] * 1e6, v[0] * 1e6, v[n - 1] * 1e6, n);
  return v[n / 2];
}

static void raise_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int main(void) {
  int runs = number("BENCH_RUNS", 7);
  int calls = number("BENCH_CALLS", 2000);
  int many = number("BENCH_MANY", 5000);
  runs = runs > MAX_SAMPLES ? MAX_SAMPLES : runs;
  raise_limit();
  su_log_set_level(NULL, 0);
  if (msnav_epoll_new(&loop) != MSNAV_OK ||
      msnav_sip_new(msnav_epoll_loop(loop), NULL, NULL, NULL, &sip) !=
        MSNAV_OK) {
    die("msnav_sip_new");
  }
  (void)bare(calls);
  (void)dialogs(calls);
  double limit[MAX_SAMPLES];
  double ours[MAX_SAMPLES];
  for (int i = 0; i < runs; i++) { /* in turns: both see the same machine */
    limit[i] = bare(calls);
    ours[i] = dialogs(calls);
  }
  double l = print("call", "nta", limit, runs);
  double o = print("call", "dialog", ours, runs);
  printf("RATIO call calls-per-cpu dialog/nta %.2f\n", l / o);

  msnav_addr addr;
  int fd = open_peer(&addr);
  party *idle = calloc((size_t)many, sizeof(*idle));
  if (idle == NULL) {
    die("calloc");
  }
  int few = many / 50;
  if (many == 0) {
    msnav_sip_free(sip);
    msnav_epoll_free(loop);
    return 0;
  }
  open_idle(0, few, idle, fd, &addr);
  for (int i = 0; i < runs; i++) {
    ours[i] = dialogs(calls);
  }
  l = print("call-few-up", "dialog", ours, runs);
  long before = allocated();
  open_idle(few, many, idle, fd, &addr);
  printf("RESULT %-14s %-10s %10ld bytes\n", "idle-call", "dialog",
         (allocated() - before) / (many - few));
  for (int i = 0; i < runs; i++) {
    ours[i] = dialogs(calls);
  }
  o = print("call-many-up", "dialog", ours, runs);
  printf("RATIO call cpu %d-up/%d-up %.2f\n", many, few, o / l);

  for (int i = 0; i < many; i++) {
    msnav_dialog_free(idle[i].dialog);
  }
  free(idle);
  (void)close(fd);
  msnav_sip_free(sip);
  msnav_epoll_free(loop);
  return 0;
}
