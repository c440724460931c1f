/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade.
 *
 * call_rate: two contexts in one process on one epoll loop, SIP, RTP and RTCP
 * through sockets, guard and all: start, accept, talk, hang up, both ended,
 * both freed.  MSNP goes through memory, and arrives when nothing else is
 * under way, as by way of a server: the BYE is there before the CANCEL.  Else
 * both would send a BYE.  Beside it the same six SIP messages
 * between two bare agents of Sofia's on one root of its own, with nothing
 * behind them: no MSNP, no guard, no SDP, no media.
 *
 * call_scale: the CPU time of one more call while many others talk.  They
 * have no sound, so that no RTP flows, but they tick every 20 ms and send
 * RTCP.  That is the price of talking, not of one more call, and would hide
 * what is looked for: so time stands still for the contexts while calls are
 * measured (their loop's now() does not move and no timer beyond it fires).
 * In between it runs, and the calls that are up go on. */
#include "bench.h"

#include "sofia.h"
#include <msnav/call.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define RATE_BAR 0.3
#define SCALE_BAR 1.3
#define CALLS 100  /* per turn */
#define TURNS_UP 5 /* each time that so many are up */
#define CYCLES 7   /* up and down again */
#define FEW 100
#define MANY 5000
#define PATIENCE 5000000 /* µs until a call that does not come about fails */

/* ---- a loop whose time can stand still */

typedef struct stage {
  msnav_epoll *epoll;
  msnav_loop loop;
  struct bell *bells;
  bool still;
  msnav_usec at;     /* while time stands still */
  msnav_usec behind; /* real time is ahead by this */
  unsigned long events;
} stage;

typedef struct watch {
  stage *stage;
  msnav_io_fn fn;
  void *arg, *io;
} watch;

typedef struct bell {
  struct bell *next;
  stage *stage;
  void *timer;
  msnav_usec at;
} bell;

static msnav_usec real_now(stage *s) {
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  return l->now(l->data);
}

static msnav_usec stage_now(void *data) {
  stage *s = data;
  return s->still ? s->at : real_now(s) - s->behind;
}

static void arm(bell *a) {
  stage *s = a->stage;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bool never = a->at == MSNAV_NEVER || (s->still && a->at > s->at);
  l->timer_set(l->data, a->timer, never ? MSNAV_NEVER : a->at + s->behind);
}

static void stage_stop(stage *s) {
  s->at = stage_now(s);
  s->still = true;
  for (bell *a = s->bells; a != NULL; a = a->next) {
    arm(a);
  }
}

static void stage_go(stage *s) {
  s->still = false;
  s->behind = real_now(s) - s->at;
  for (bell *a = s->bells; a != NULL; a = a->next) {
    arm(a);
  }
}

static void on_ready(int fd, unsigned events, void *arg) {
  watch *w = arg;
  w->stage->events++;
  w->fn(fd, events, w->arg);
}

static void *
stage_io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  watch *w = malloc(sizeof(*w));
  bench_require(w != NULL, "memory");
  *w = (watch){.stage = s, .fn = fn, .arg = arg};
  w->io = l->io_add(l->data, fd, events, on_ready, w);
  return w;
}

static void stage_io_mod(void *data, void *io, unsigned events) {
  const msnav_loop *l = msnav_epoll_loop(((stage *)data)->epoll);
  l->io_mod(l->data, ((watch *)io)->io, events);
}

static void stage_io_del(void *data, void *io) {
  const msnav_loop *l = msnav_epoll_loop(((stage *)data)->epoll);
  l->io_del(l->data, ((watch *)io)->io);
  free(io);
}

/* One per context: the library multiplexes its own. */
static void *stage_timer_add(void *data, msnav_timer_fn fn, void *arg) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bell *a = calloc(1, sizeof(*a));
  bench_require(a != NULL, "memory");
  *a = (bell){.next = s->bells,
              .stage = s,
              .timer = l->timer_add(l->data, fn, arg),
              .at = MSNAV_NEVER};
  s->bells = a;
  return a;
}

static void stage_timer_set(void *data, void *timer, msnav_usec at) {
  bell *a = timer;
  (void)data;
  a->at = at;
  arm(a);
}

static void stage_timer_del(void *data, void *timer) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bell **at = &s->bells;
  while (*at != timer) {
    at = &(*at)->next;
  }
  bell *a = *at;
  *at = a->next;
  l->timer_del(l->data, a->timer);
  free(a);
}

static void stage_open(stage *s) {
  *s = (stage){.still = false};
  bench_require(msnav_epoll_new(&s->epoll) == MSNAV_OK, "make a loop");
  s->loop = (msnav_loop){sizeof(s->loop), s,
                         stage_now,       stage_io_add,
                         stage_io_mod,    stage_io_del,
                         stage_timer_add, stage_timer_set,
                         stage_timer_del};
}

/* ---- two messengers */

typedef struct person {
  struct person *other;
  msnav_context *ctx;
  msnav_call *call; /* the newest */
  unsigned talking, ended;
  bool wrong;
} person;

static stage world;
static person alice, bob;

/* What is on its way between them. */
typedef struct letter {
  struct letter *next;
  person *to;
  char peer[32];
  size_t len;
  char payload[MSNAV_INVITE_MAX];
} letter;

static struct { letter *first, **last; } post;

/* The oldest message; false: there is none. */
static bool post_deliver(void) {
  letter *m = post.first;
  if (m == NULL) {
    return false;
  }
  post.first = m->next;
  if (post.first == NULL) {
    post.last = &post.first;
  }
  bench_require(msnav_context_receive(m->to->ctx, msnav_str_of(m->peer),
                                      m->payload, m->len) == MSNAV_OK,
                "deliver a message");
  free(m);
  return true;
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  person *me = self;
  letter *m = calloc(1, sizeof(*m));
  (void)call;
  bench_require(m != NULL && len <= sizeof(m->payload) &&
                  peer.len < sizeof(m->peer),
                "a message that fits");
  m->to = me->other;
  memcpy(m->peer, peer.ptr, peer.len);
  memcpy(m->payload, payload, len);
  m->len = len;
  *post.last = m;
  post.last = &m->next;
}

static void on_incoming(void *self, msnav_call *call) {
  person *me = self;
  me->call = call;
  me->wrong = me->wrong || msnav_call_accept(call, MSNAV_AUDIO) != MSNAV_OK;
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  me->talking += state == MSNAV_STATE_TALKING;
  if (state == MSNAV_STATE_ENDED) {
    me->ended++;
    me->wrong = me->wrong || (reason != MSNAV_REASON_HANGUP_LOCAL &&
                              reason != MSNAV_REASON_HANGUP_REMOTE);
    msnav_call_free(call);
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  (void)self;
  if (level <= MSNAV_LOG_WARNING) {
    printf("# %.*s\n", (int)len, line);
  }
}

static void person_open(person *me, person *other, uint32_t ip) {
  const msnav_config config = {.size = sizeof(config),
                               .bind_ip = ip,
                               .codecs = "PCMU,PCMA",
                               .max_calls = 2 * MANY,
                               .max_calls_per_peer = 2 * MANY};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .incoming = on_incoming,
                               .state = on_state,
                               .log = on_log};
  *me = (person){.other = other};
  bench_require(msnav_context_new(&world.loop, &config, &events, me,
                                  &me->ctx) == MSNAV_OK,
                "make a context");
}

static void until(const unsigned *a, unsigned want_a, const unsigned *b,
                  unsigned want_b, const char *what) {
  msnav_usec end = real_now(&world) + PATIENCE;
  while (*a < want_a || *b < want_b) {
    bench_require(real_now(&world) < end && !alice.wrong && !bob.wrong, what);
    unsigned long before = world.events;
    bench_require(msnav_epoll_step(world.epoll, 0) == MSNAV_OK, "a step");
    if (world.events == before && !post_deliver()) {
      bench_require(msnav_epoll_step(world.epoll, end) == MSNAV_OK, "a step");
    }
  }
}

static void place_call(void) {
  static unsigned serial;
  char peer[32];
  unsigned a = alice.talking + 1;
  unsigned b = bob.talking + 1;
  snprintf(peer, sizeof(peer), "user%u@example.com", serial++);
  bench_require(msnav_call_start(alice.ctx, msnav_str_of(peer), MSNAV_AUDIO,
                                 &alice.call) == MSNAV_OK,
                "start a call");
  until(&alice.talking, a, &bob.talking, b, "both talk");
}

static void end_call(msnav_call *call) {
  unsigned a = alice.ended + 1;
  unsigned b = bob.ended + 1;
  bench_require(msnav_call_hangup(call) == MSNAV_OK, "hang up");
  until(&alice.ended, a, &bob.ended, b, "both end");
}

static double facade_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < CALLS; i++) {
    place_call();
    end_call(alice.call);
    while (post_deliver()) { /* the last CANCELs */
    }
  }
  return CALLS * 1e9 / (bench_cpu() - start);
}

/* ---- bare agents */

struct bare {
  nta_agent_t *agent;
  nta_leg_t *stray, *leg;
  nta_outgoing_t *invite, *bye;
  char url[64];
  bool done;
};

static bare caller, called;
static su_root_t *root;

static const char sdp[] = "v=0\r\n"
                          "o=- 0 0 IN IP4 127.0.0.1\r\n"
                          "s=session\r\n"
                          "c=IN IP4 127.0.0.1\r\n"
                          "b=CT:110\r\n"
                          "t=0 0\r\n"
                          "m=audio 36772 RTP/AVP 0 8 101\r\n"
                          "a=rtpmap:0 PCMU/8000\r\n"
                          "a=rtpmap:8 PCMA/8000\r\n"
                          "a=rtpmap:101 telephone-event/8000\r\n"
                          "a=fmtp:101 0-16\r\n";

static int
bare_inside(bare *me, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  (void)irq;
  if (sip->sip_request->rq_method == sip_method_bye) {
    me->done = true;
    return 200;
  }
  return 0;
}

static int bare_acked(bare *me, nta_incoming_t *irq, const sip_t *sip) {
  (void)me;
  (void)sip;
  nta_incoming_destroy(irq);
  return 0;
}

static int
bare_asked(bare *me, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  if (sip->sip_request->rq_method != sip_method_invite) {
    return 481;
  }
  me->leg =
    nta_leg_tcreate(me->agent, bare_inside, me,
                    SIPTAG_CALL_ID(sip->sip_call_id), SIPTAG_FROM(sip->sip_to),
                    SIPTAG_TO(sip->sip_from), TAG_END());
  nta_incoming_tag(irq, nta_leg_tag(me->leg, NULL));
  nta_leg_server_route(me->leg, sip->sip_record_route, sip->sip_contact);
  nta_incoming_bind(irq, bare_acked, me);
  nta_incoming_treply(irq, SIP_180_RINGING, TAG_END());
  nta_incoming_treply(irq, SIP_200_OK,
                      SIPTAG_CONTACT(nta_agent_contact(me->agent)),
                      SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                      SIPTAG_PAYLOAD_STR(sdp), TAG_END());
  return 0;
}

static int bare_bye_answered(bare *me, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip != NULL && sip->sip_status->st_status >= 200) {
    nta_outgoing_destroy(orq);
    me->bye = NULL;
    me->done = true;
  }
  return 0;
}

static int bare_answered(bare *me, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip == NULL || sip->sip_status->st_status < 200) {
    return 0;
  }
  bench_require(sip->sip_status->st_status == 200, "200 to the bare INVITE");
  nta_leg_rtag(me->leg, sip->sip_to->a_tag);
  nta_leg_client_route(me->leg, sip->sip_record_route, sip->sip_contact);
  nta_outgoing_destroy(
    nta_outgoing_tcreate(me->leg, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
                         SIPTAG_CSEQ(sip->sip_cseq), TAG_END()));
  nta_outgoing_destroy(orq);
  me->invite = NULL;
  me->bye = nta_outgoing_tcreate(me->leg, bare_bye_answered, me, NULL,
                                 SIP_METHOD_BYE, NULL, TAG_END());
  return 0;
}

static void bare_open(bare *me) {
  me->agent =
    nta_agent_create(root, URL_STRING_MAKE("sip:127.0.0.1:*;transport=udp"),
                     NULL, me, NTATAG_UA(1), NTATAG_SERVER_RPORT(0),
                     NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0), TAG_END());
  bench_require(me->agent != NULL, "make a bare agent");
  me->stray =
    nta_leg_tcreate(me->agent, bare_asked, me, NTATAG_NO_DIALOG(1), TAG_END());
  const url_t *url = nta_agent_contact(me->agent)->m_url;
  snprintf(me->url, sizeof(me->url), "sip:%s:%s", url->url_host, url->url_port);
}

static void bare_call(void) {
  char to[80];
  snprintf(to, sizeof(to), "<%s>", called.url);
  caller.done = called.done = false;
  caller.leg =
    nta_leg_tcreate(caller.agent, bare_inside, &caller,
                    SIPTAG_FROM_STR("\"alice\" <sip:alice@example.com>"),
                    SIPTAG_TO_STR(to), TAG_END());
  nta_leg_tag(caller.leg, NULL);
  caller.invite =
    nta_outgoing_tcreate(caller.leg, bare_answered, &caller, NULL,
                         SIP_METHOD_INVITE, URL_STRING_MAKE(called.url),
                         SIPTAG_CONTACT(nta_agent_contact(caller.agent)),
                         SIPTAG_USER_AGENT_STR("RTC/1.2"),
                         SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                         SIPTAG_PAYLOAD_STR(sdp), TAG_END());
  for (int i = 0; !(caller.done && called.done); i++) {
    bench_require(i < 100, "the bare agents talk");
    su_root_step(root, 1000);
  }
  nta_leg_destroy(caller.leg);
  nta_leg_destroy(called.leg);
}

static void bare_close(bare *me) {
  nta_leg_destroy(me->stray);
  nta_agent_destroy(me->agent);
}

/* New agents each time, so that what calls leave behind counts: transactions
 * that wait for repetitions. */
static double bare_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  bare_open(&caller);
  bare_open(&called);
  for (int i = 0; i < CALLS; i++) {
    bare_call();
  }
  bare_close(&caller);
  bare_close(&called);
  return CALLS * 1e9 / (bench_cpu() - start);
}

static void rate(void) {
  su_init();
  su_log_set_level(NULL, 0);
  root = su_root_create(NULL);
  su_root_threading(root, 0);
  double ratio = bench_compare("call_rate", "calls/CPU-s", BENCH_TURNS,
                               (bench_side){"msnav", facade_turn, NULL},
                               (bench_side){"nta", bare_turn, NULL});
  bench_at_least("call_rate", ratio, RATE_BAR);
}

/* ---- many calls at once */

static msnav_call *up[MANY];
static unsigned up_count;

/* Let the time that stood still go by, at least for one tick and RTCP. */
static void live(unsigned ms) {
  msnav_usec end = real_now(&world) + (msnav_usec)ms * 1000;
  while (real_now(&world) < end) {
    bench_require(msnav_epoll_step(world.epoll, end) == MSNAV_OK, "a step");
  }
}

static unsigned descriptors_open(void) {
  unsigned n = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (readdir(dir) != NULL) {
    n++;
  }
  closedir(dir);
  return n;
}

static unsigned descriptors_allowed(void) {
  struct rlimit r;
  getrlimit(RLIMIT_NOFILE, &r);
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
  getrlimit(RLIMIT_NOFILE, &r);
  return (unsigned)r.rlim_cur;
}

static void bring_up(unsigned count) {
  while (up_count < count) {
    place_call();
    up[up_count++] = alice.call;
  }
}

static void bring_down(unsigned count) {
  while (up_count > count) {
    end_call(up[--up_count]);
    while (post_deliver()) {
    }
  }
}

/* CPU time of one more call while so many talk, in microseconds. */
static double one_more(void *count) {
  double us[TURNS_UP];
  unsigned wanted = *(const unsigned *)count;
  bring_up(wanted);
  bring_down(wanted);
  for (int i = 0; i < TURNS_UP; i++) {
    live(60);
    stage_stop(&world);
    us[i] = 1e6 / facade_turn(NULL);
    stage_go(&world);
  }
  return bench_median(us, TURNS_UP);
}

static void scale(void) {
  unsigned room = descriptors_allowed();
  place_call(); /* what the first one opens for good */
  end_call(alice.call);
  unsigned open = descriptors_open();
  bring_up(FEW);
  unsigned per_call = (descriptors_open() - open + FEW - 1) / FEW;
  unsigned many = (room - open) / per_call - 10; /* some to spare */
  many = many < MANY ? many : MANY;
  printf("# %u descriptors, %u for both ends of a call: %u at once\n", room,
         per_call, many);
  unsigned few = FEW;
  char who[32];
  snprintf(who, sizeof(who), "msnav-%u-up", many);
  double ratio = bench_compare("call_scale", "us/call", CYCLES,
                               (bench_side){who, one_more, &many},
                               (bench_side){"msnav-100-up", one_more, &few});
  bring_down(0);
  bench_require(!alice.wrong && !bob.wrong, "every call lived until hung up");
  bench_at_most("call_scale", ratio, SCALE_BAR);
}

/* usage: bench-call [rate|scale]: one of both, for a profiler */
int main(int argc, char **argv) {
  bench_pin();
  stage_open(&world);
  post.last = &post.first;
  person_open(&alice, &bob, 0x7f000001);
  person_open(&bob, &alice, 0x7f000002);
  if (argc < 2 || strcmp(argv[1], "rate") == 0) {
    rate();
  }
  if (argc < 2 || strcmp(argv[1], "scale") == 0) {
    scale();
  }
  while (post_deliver()) {
  }
  msnav_context_free(alice.ctx);
  msnav_context_free(bob.ctx);
  msnav_epoll_free(world.epoll);
  return bench_end();
}
