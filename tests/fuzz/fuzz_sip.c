/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialogs with a live Sofia agent each, on a simulated network: a grammar of
 * hostile SIP that takes its choices from the input speaks for the peer or
 * between two honest ends, while programs call, answer, hang up and free
 * inside callbacks, system calls fail and clocks step.  Events come in their
 * order, each hang-up is confirmed once, all that goes out is well formed and
 * for the peer alone, and in the end nothing is left. */
#include "fuzz/fuzz.h"
#include "fuzz/patience.h"
#include "guard_wire.h"
#include "support/hostile_sip.h"
#include "support/world.h"
#include <errno.h>
#include <msnav/dialog.h>

#define SECOND UINT64_C(1000000)
#define BUDGET (400 * SECOND) /* of virtual time in one run */
enum { STRANGER = 0x0a000009, PROXY = 0x0a000008, STEPS = 400 };

typedef struct end {
  msnav_addr addr, remote;
  msnav_dialog *d;
  unsigned how; /* d was opened */
  unsigned offers, answers, confirms, hangups, closes, overs;
} end;

static struct {
  fuzz_input in;
  msnav_epoll *epoll;
  msnav_sip *sip;
  end ends[2]; /* Alice, and Bob when he is honest */
  unsigned how, depth;
  bool fails; /* a system call did: anything may be cut short */
} w;

static void act(end *e, unsigned what);

static unsigned choose(unsigned n) {
  unsigned byte = n > 256 ? fuzz_word(&w.in) : fuzz_byte(&w.in);
  return n > 0 ? byte % n : 0;
}

static void react(end *e) {
  unsigned what = fuzz_byte(&w.in);
  if (what >= 0xa0 && w.depth < 3) {
    w.depth++;
    act(e, what & 15);
    w.depth--;
  }
}

/* ---- what dialogs report */

static end *alive(void *arg) {
  end *e = arg;
  CHECK(e->d != NULL);   /* nothing after it was freed */
  CHECK(e->closes == 0); /* that was the last */
  return e;
}

static void on_offer(void *arg, msnav_str sdp, bool again) {
  end *e = alive(arg);
  CHECK(sdp.len > 0 && sdp.len <= 4096);
  CHECK(again ? e->offers + e->answers > 0 : e->offers + e->answers == 0);
  e->offers++;
  react(e);
}

static void on_progress(void *arg, unsigned status) {
  CHECK(status >= 100 && status < 200);
  react(alive(arg));
}

static void on_answer(void *arg, msnav_str sdp, bool again) {
  end *e = alive(arg);
  CHECK(sdp.len <= 4096);
  CHECK(again == (e->offers + e->answers > 0));
  e->answers++;
  react(e);
}

static void on_confirmed(void *arg) {
  end *e = alive(arg);
  CHECK(e->confirms++ == 0);
  react(e);
}

static void over(end *e) {
  e->overs++;
  react(e);
}

static void on_refused(void *arg, unsigned status, bool again) {
  end *e = alive(arg);
  CHECK(status >= 300 && status < 700);
  CHECK(!again || e->confirms == 1);
  if (again) {
    react(e);
  } else {
    CHECK(e->overs == 0);
    over(e);
  }
}

static void on_bye(void *arg) {
  end *e = alive(arg);
  CHECK(e->overs == 0);
  over(e);
}

static void on_closed(void *arg, unsigned status) {
  end *e = alive(arg);
  CHECK(status >= 200 && status < 700);
  CHECK(e->hangups == 1);
  e->closes++;
  react(e);
}

static void on_failed(void *arg, msnav_error error) {
  end *e = alive(arg);
  CHECK(error < 0 && e->overs == 0);
  over(e);
}

static void on_trace(const msnav_trace *t, void *arg) {
  (void)arg;
  if (getenv("FUZZ_LOG") != NULL) {
    printf("%llu %s %s\n%.*s\n", (unsigned long long)t->time,
           t->direction == MSNAV_IN ? "<<" : ">>",
           t->verdict != NULL ? t->verdict : "", (int)t->len,
           (const char *)t->data);
  }
  CHECK(t->kind == MSNAV_TRACE_SIP || t->kind == MSNAV_TRACE_REFUSED);
  CHECK((t->kind == MSNAV_TRACE_REFUSED) == (t->verdict != NULL));
  if (t->direction == MSNAV_OUT && t->kind == MSNAV_TRACE_SIP) {
    CHECK(wire_fault((const char *)t->data, t->len, false) == NULL);
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *arg) {
  (void)level;
  (void)arg;
  CHECK(strlen(line) == len);
  for (size_t i = 0; i < len; i++) {
    CHECK((unsigned char)line[i] >= ' ' && line[i] != 127);
  }
}

/* Nobody but the peer, or the proxy, hears from us. */
static void tap(void *arg, const simnet_record *r) {
  const end *e = &w.ends[r->from.ip == w.ends[0].addr.ip ? 0 : 1];
  if (r->from.ip == e->addr.ip && r->from.port == e->addr.port &&
      r->fate != SIMNET_NOBODY) {
    uint32_t peer = (e->how & 8) != 0 ? (uint32_t)PROXY : e->remote.ip;
    bool first = (e->how & 6) == 6; /* whoever calls first is the peer */
    CHECK(r->to.ip == peer || r->to.ip == w.ends[0].addr.ip || first);
  }
  hostile_sip_see(arg, r);
}

/* ---- what programs do */

static void open_end(end *e, unsigned how) {
  static const msnav_dialog_events events = {.size = sizeof(events),
                                             .offer = on_offer,
                                             .progress = on_progress,
                                             .answer = on_answer,
                                             .confirmed = on_confirmed,
                                             .refused = on_refused,
                                             .bye = on_bye,
                                             .closed = on_closed,
                                             .failed = on_failed};
  msnav_dialog_config config = {
    .size = sizeof(config),
    .profile = how & 1,
    .bind = e->addr,
    .remote = how & 2 ? (msnav_addr){0, 0} : e->remote,
    .accept_first = (how & 6) == 6,
    .proxy = how & 8 ? (msnav_addr){PROXY, 5060} : (msnav_addr){0, 0},
    .from_name = how & 16 ? "N\xc3\xa4\"me\\" : NULL,
    .user = how & 32 ? "alice" : NULL,
  };
  e->offers = e->answers = e->confirms = 0;
  e->hangups = e->closes = e->overs = 0;
  e->how = how;
  e->d = NULL;
  if (msnav_dialog_new(w.sip, &config, &events, e, &e->d) != MSNAV_OK) {
    CHECK(e->d == NULL);
  }
}

static void close_end(end *e) {
  msnav_dialog *d = e->d;
  e->d = NULL;
  msnav_dialog_free(d);
}

static const char body[] =
  "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\n"
  "t=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n";

static void act(end *e, unsigned what) {
  if (e->d == NULL) {
    if (w.depth == 0 && w.sip != NULL) {
      open_end(e, w.how);
    }
    return;
  }
  switch (what) {
  case 0:
  case 1:
  case 2:
    (void)!msnav_dialog_invite(e->d, body, sizeof(body) - 1);
    break;
  case 3:
  case 4:
  case 5:
  case 6:
    (void)!msnav_dialog_answer(e->d, body, sizeof(body) - 1);
    break;
  case 7:
    (void)msnav_dialog_refuse(e->d, 300 + choose(400));
    break;
  case 8:
  case 9:
    e->hangups += msnav_dialog_hangup(e->d) == MSNAV_OK;
    break;
  case 10:
    close_end(e);
    break;
  case 11:
    (void)!msnav_dialog_set_remote(e->d, &e->remote);
    break;
  default: {
    const char *name;
    uint32_t count;
    for (size_t i = 0; msnav_dialog_refusals(e->d, i, &name, &count) == 0;) {
      CHECK(name[0] != '\0' && ++i < 64);
    }
    CHECK(msnav_dialog_local(e->d)->port == e->addr.port);
  }
  }
}

/* ---- what the network does */

static void run(msnav_usec span) {
  msnav_usec until = simnet_now() + span;
  unsigned idle = 0;
  while (simnet_now() < until) {
    msnav_usec before = simnet_now();
    (void)!msnav_epoll_step(w.epoll, until);
    simnet_serve();
    idle = simnet_now() == before ? idle + 1 : 0;
    CHECK(idle < 10000); /* nobody spins */
  }
}

static void attack(const end *to, unsigned how) {
  msnav_addr from = how & 1 ? (msnav_addr){STRANGER, 5060} : to->remote;
  const char *text;
  size_t len;
  if ((w.how & 8) != 0 && (how & 1) == 0) {
    from = (msnav_addr){PROXY, 5060};
  }
  hostile_sip_deaf(true);
  if ((how & 6) == 6) {
    fuzz_input raw = fuzz_bytes(&w.in, fuzz_word(&w.in) & 2047);
    text = (const char *)raw.at;
    len = raw.left;
  } else {
    text = hostile_sip_message(&len);
  }
  char *copy = fuzz_copy((fuzz_input){(const uint8_t *)text, len});
  simnet_inject(&from, &to->addr, copy, len);
  free(copy);
  run(how & 64 ? 20000 : 10);
  hostile_sip_deaf(false);
}

static void disturb(unsigned how) {
  static const int errors[] = {ENOMEM, EAGAIN, ENETUNREACH, EINTR,
                               EMFILE, EBADF,  EADDRINUSE,  EPERM};
  if ((how & 3) == 0) {
    const simnet_path path = {.loss = (how >> 4) / 20.0,
                              .duplicate = how & 4 ? 0.3 : 0,
                              .delay = 5000,
                              .jitter = how & 8 ? 300000 : 0};
    simnet_set_path(0, 0, &path);
  } else if ((how & 3) == 1) {
    int64_t step = (int64_t)(how >> 2) - 32;
    simnet_step_wall(step * step * step * step * step * 1000);
  } else {
    unsigned call = choose(SIMNET_GETRANDOM);
    w.fails = true;
    simnet_fail((simnet_call)call, choose(64), errors[how >> 2 & 7], false);
  }
}

static void step(void) {
  unsigned op = fuzz_byte(&w.in);
  end *e = &w.ends[op & 1 & (w.how >> 7)];
  switch (op >> 1 & 7) {
  case 0:
  case 1:
  case 2:
    act(e, op >> 4);
    break;
  case 3:
  case 4:
  case 5:
    attack(e, op >> 4 | (op & 16) << 2);
    break;
  case 6:
    run((op >> 4) * (op & 1 ? SECOND : 30000));
    break;
  default:
    disturb(fuzz_byte(&w.in));
  }
}

static void finish(void) {
  const simnet_path good = {.delay = 5000};
  w.in.left = 0;
  simnet_set_path(0, 0, &good);
  simnet_fail(SIMNET_SOCKET, 0, 0, false);
  run(SECOND);
  for (unsigned i = 0; i < 2; i++) {
    end *e = &w.ends[i];
    if (e->d != NULL && e->hangups == 0) {
      CHECK(msnav_dialog_hangup(e->d) == MSNAV_OK);
      e->hangups++;
    }
  }
  run(30 * SECOND);
  for (unsigned i = 0; i < 2; i++) {
    CHECK(w.ends[i].d == NULL || w.ends[i].closes == 1);
    close_end(&w.ends[i]);
  }
  msnav_sip_free(w.sip);
  run(SECOND);
  msnav_epoll_free(w.epoll);
  CHECK(simnet_end() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_patience(20);
  memset(&w, 0, sizeof(w));
  w.in = (fuzz_input){data, size};
  simnet_begin(11);
  simnet_host(WORLD_ALICE_IP);
  simnet_host(WORLD_BOB_IP);
  simnet_tap(tap, NULL);
  hostile_sip_begin(choose);
  CHECK(msnav_epoll_new(&w.epoll) == MSNAV_OK);
  CHECK(msnav_sip_new(msnav_epoll_loop(w.epoll), on_log, on_trace, NULL,
                      &w.sip) == MSNAV_OK);
  CHECK(msnav_sip_set_calls_per_agent(w.sip, 1 + size % 4) == MSNAV_OK);
  w.ends[0].addr = w.ends[1].remote = (msnav_addr){WORLD_ALICE_IP, 5060};
  w.ends[1].addr = w.ends[0].remote = (msnav_addr){WORLD_BOB_IP, 5060};
  w.how = fuzz_byte(&w.in);
  open_end(&w.ends[0], w.how);
  if ((w.how & 0x80) != 0) { /* else it is the grammar alone that speaks */
    open_end(&w.ends[1], fuzz_byte(&w.in) & ~8u);
  }
  msnav_usec last = simnet_now() + BUDGET;
  for (unsigned n = 0; w.in.left > 0 && n < STEPS && simnet_now() < last; n++) {
    step();
  }
  finish();
  return 0;
}
