/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* messenger: a messenger without a face, for demonstrations and tests.  It
 * logs in to a switchboard server, calls or waits to be called, plays and
 * records WAV files, writes what it sends into a capture file, and prints
 * one JSON object a line for each thing that happens.
 * Exit code 0 when a call took place and ended, 1 when it could not start or a
 * file is not complete, 2 on wrong use. */
#include "audio.h"
#include "json.h"
#include "msnp.h"
#include "pcap.h"
#include "signals.h"

#include <errno.h>
#include <getopt.h>
#include <msnav/call.h>
#include <msnav/glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE 8000     /* where no file says otherwise */
#define LINGER 400000 /* µs after the end, for what is still on its way */

typedef struct messenger {
  const char *account, *name, *token, *peer, *keys;
  msnav_addr server;
  uint32_t bind_ip;
  double seconds, ring;
  bool reject, ignore;
  /* one of the two runs */
  GMainLoop *glib;
  msnav_epoll *epoll;
  msnav_loop loop;
  void *timer;
  signals signals;
  msnp *presence, *talk; /* notifications; the room */
  pcap_tcp taps[2];      /* of the same */
  uint32_t transaction;
  msnav_context *ctx;
  msnav_call *call;
  audio audio;
  pcap *capture;
  msnav_usec began;
  bool pressed, rtp_seen;
  char heard_keys[64];
  int code;
} messenger;

static void stop(messenger *m) {
  if (m->glib != NULL) {
    g_main_loop_quit(m->glib);
  } else {
    msnav_epoll_stop(m->epoll);
  }
}

static msnav_usec now(messenger *m) {
  return m->loop.now(m->loop.data);
}

static uint64_t wall_clock(void) {
  struct timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* ---- what is printed */

static void begin_event_at(const char *kind, msnav_usec time) {
  printf("{\"kind\": \"%s\", \"t\": %llu", kind, (unsigned long long)time);
}

static void begin_event(messenger *m, const char *kind) {
  begin_event_at(kind, now(m));
}

static void end_event(void) {
  printf("}\n");
}

static void
print_message(messenger *m, const char *kind, const char *text, size_t len) {
  begin_event(m, kind);
  json_member(stdout, false, "text", (msnav_str){text, len});
  end_event();
}

static void print_summary(messenger *m) {
  msnav_call_info info = {.size = sizeof(info)};
  msnav_stream_stats s = {.size = sizeof(s)};
  msnav_call_get_info(m->call, &info);
  begin_event(m, "summary");
  json_member(stdout, false, "reason",
              msnav_str_of(msnav_reason_name((msnav_reason)info.reason)));
  json_member(stdout, false, "codec", msnav_str_of(info.codec));
  json_member(stdout, false, "keys", msnav_str_of(m->heard_keys));
  json_number(stdout, false, "setup_ms", (double)info.setup_time / 1e3);
  json_number(stdout, false, "talked_s", (double)info.duration / 1e6);
  if (msnav_call_get_stats(m->call, &s) == MSNAV_OK) {
    json_number(stdout, false, "sent", (double)s.sent_packets);
    json_number(stdout, false, "received", (double)s.received_packets);
    json_number(stdout, false, "lost", (double)s.lost_packets);
    json_number(stdout, false, "loss_percent", s.loss_permille / 10.0);
    json_number(stdout, false, "concealed_ms", (double)s.concealed_us / 1e3);
    json_number(stdout, false, "stretched_ms",
                (double)(s.inserted_us + s.removed_us) / 1e3);
    json_number(stdout, false, "jitter_ms", s.jitter_us / 1e3);
    json_number(stdout, false, "delay_ms", s.delay_us / 1e3);
    json_number(stdout, false, "round_trip_ms", s.round_trip_us / 1e3);
    json_number(stdout, false, "r", s.r_factor);
    json_number(stdout, false, "mos", s.mos_centi / 100.0);
  }
  end_event();
}

/* ---- the switchboard */

static void tap(msnp *c, bool out, const void *bytes, size_t len, void *arg) {
  messenger *m = arg;
  pcap_tcp *tcp = &m->taps[c == m->talk];
  pcap_tcp_data(m->capture, wall_clock(), tcp, out, bytes, len);
}

static void say(messenger *m, msnp *c, msnav_switchboard_command command) {
  char wire[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  size_t len;
  command.size = sizeof(command);
  command.transaction = ++m->transaction;
  if (msnav_switchboard_write(&command, wire, sizeof(wire), &len) != MSNAV_OK) {
    return;
  }
  begin_event(m, "msnp");
  json_member(stdout, false, "from", msnav_str_of(m->account));
  json_member(stdout, false, "to", msnav_str_of("S"));
  json_member(stdout, false, "line",
              (msnav_str){wire, len - command.payload.len - 2});
  json_member(stdout, false, "payload", command.payload);
  end_event();
  msnp_send(c, &command);
}

static void
on_command(msnp *c, const msnav_switchboard_command *command, void *arg);

static msnp *connect_to(messenger *m, const msnav_addr *to, bool talk) {
  msnp *c = msnp_connect(&m->loop, to, on_command, m);
  if (c == NULL) {
    char text[MSNAV_ADDR_TEXT];
    msnav_addr_format(to, text);
    fprintf(stderr, "messenger: switchboard %s: %s\n", text, strerror(errno));
    return NULL;
  }
  pcap_tcp *tcp = &m->taps[talk];
  *tcp = (pcap_tcp){0};
  msnp_ends(c, &tcp->client, &tcp->server);
  pcap_tcp_open(m->capture, wall_clock(), tcp);
  msnp_tap(c, tap);
  return c;
}

static void log_in(messenger *m, msnp *c) {
  say(m, c,
      (msnav_switchboard_command){.verb = MSNAV_SB_USR,
                                  .account = msnav_str_of(m->account),
                                  .token = msnav_str_of(m->token)});
}

/* Called into a room: come. */
static void come(messenger *m, const msnav_switchboard_command *c) {
  msnav_addr room;
  if (m->talk != NULL || msnav_addr_parse(c->host, &room) != MSNAV_OK) {
    return;
  }
  m->talk = connect_to(m, &room, true);
  if (m->talk != NULL) {
    say(m, m->talk,
        (msnav_switchboard_command){.verb = MSNAV_SB_ANS,
                                    .account = msnav_str_of(m->account),
                                    .token = c->token,
                                    .id = c->id});
  }
}

static void start_call(messenger *m) {
  msnav_error err =
    msnav_call_start(m->ctx, msnav_str_of(m->peer), MSNAV_AUDIO, &m->call);
  if (err != MSNAV_OK) {
    fprintf(stderr, "messenger: cannot call %s: %s\n", m->peer,
            msnav_strerror(err));
    stop(m);
  }
}

static void logged_in(messenger *m, msnp *c) {
  if (m->peer != NULL && c == m->talk) {
    say(m, c,
        (msnav_switchboard_command){.verb = MSNAV_SB_CAL,
                                    .account = msnav_str_of(m->peer)});
  } else if (c == m->presence) {
    print_message(m, "ready", "", 0);
  }
}

static void
on_command(msnp *c, const msnav_switchboard_command *command, void *arg) {
  messenger *m = arg;
  if (command == NULL) {
    fprintf(stderr, "messenger: the switchboard is gone; a call goes on\n");
    msnp_free(c);
    *(c == m->talk ? &m->talk : &m->presence) = NULL;
    return;
  }
  switch (command->verb) {
  case MSNAV_SB_USR_OK:
    logged_in(m, c);
    break;
  case MSNAV_SB_RNG:
    come(m, command);
    break;
  case MSNAV_SB_JOI:
    if (m->peer != NULL && m->call == NULL) {
      start_call(m);
    }
    break;
  case MSNAV_SB_MSG:
    (void)msnav_context_receive(m->ctx, command->account, command->payload.ptr,
                                command->payload.len);
    break;
  case MSNAV_SB_NAK:
    if (m->call != NULL) {
      (void)msnav_call_undelivered(m->call);
    }
    break;
  case MSNAV_SB_ERROR:
    fprintf(stderr, "messenger: the switchboard answers %u\n", command->error);
    stop(m);
    break;
  default:
    break;
  }
}

/* ---- the library's events */

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  messenger *m = self;
  (void)peer; /* a room has two people */
  if (m->talk == NULL) {
    (void)msnav_call_undelivered(call);
    return;
  }
  say(m, m->talk,
      (msnav_switchboard_command){.verb = MSNAV_SB_SEND,
                                  .ack = 'A',
                                  .payload = {payload, len}});
}

static void on_incoming(void *self, msnav_call *call) {
  messenger *m = self;
  m->call = call;
  if (m->reject) {
    (void)msnav_call_reject(call);
  } else if (!m->ignore) {
    (void)!msnav_call_accept(call, 0);
  }
}

static void leave(void *arg) { /* a timer or a signal */
  stop(arg);
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  messenger *m = self;
  const char *name = msnav_state_name(state);
  begin_event(m, "state");
  json_member(stdout, false, "state", msnav_str_of(name));
  if (state == MSNAV_STATE_ENDED) {
    json_member(stdout, false, "reason",
                msnav_str_of(msnav_reason_name(reason)));
  }
  end_event();
  if (state == MSNAV_STATE_TALKING) {
    m->began = now(m);
  }
  if (state == MSNAV_STATE_ENDED && call == m->call) {
    print_summary(m);
    m->code = 0;
    m->timer = m->loop.timer_add(m->loop.data, leave, m);
    m->loop.timer_set(m->loop.data, m->timer, now(m) + LINGER);
  }
}

static void
on_dtmf(void *self, msnav_call *call, char key, msnav_usec duration) {
  messenger *m = self;
  (void)call;
  size_t n = strlen(m->heard_keys);
  if (duration != 0 && n + 1 < sizeof(m->heard_keys)) {
    m->heard_keys[n] = key;
    begin_event(m, "key");
    json_member(stdout, false, "key", (msnav_str){&key, 1});
    json_number(stdout, false, "ms", (double)duration / 1e3);
    end_event();
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  messenger *m = self;
  if (level <= MSNAV_LOG_WARNING) {
    fprintf(stderr, "%s: %.*s\n", m->name, (int)len, line);
  }
}

/* Into the capture goes what we send: the other side captures its own. */
static void on_trace(const msnav_trace *record, void *self) {
  messenger *m = self;
  bool rtp = record->kind == MSNAV_TRACE_RTP;
  if (record->direction != MSNAV_OUT || record->local.port == 0) {
    return;
  }
  pcap_udp(m->capture, wall_clock(), &record->local, &record->remote,
           record->data, record->len);
  if (record->kind == MSNAV_TRACE_SIP) {
    begin_event_at("sip", record->time);
    json_member(stdout, false, "text",
                (msnav_str){(const char *)record->data, record->len});
    end_event();
  } else if (rtp && !m->rtp_seen) {
    m->rtp_seen = true;
    print_message(m, "rtp", "", 0);
  }
}

static void press_keys(messenger *m, msnav_call *call) {
  m->pressed = true;
  for (const char *k = m->keys; *k != '\0'; k++) {
    if (msnav_call_dtmf(call, *k, 0) == MSNAV_OK) {
      print_message(m, "press", k, 1);
    }
  }
}

static bool
capture_sound(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  messenger *m = self;
  double talked = (double)(now(m) - m->began) / 1e6;
  if (m->peer != NULL && talked >= m->seconds + 0.5) {
    (void)msnav_call_hangup(call); /* all was said, and had time to arrive */
    return false;
  }
  if (!m->pressed && talked >= m->seconds + 0.1) {
    press_keys(m, call);
  }
  return m->audio.capture(m->audio.self, pcm, samples);
}

static void play_sound(void *self, msnav_call *call, const int16_t *pcm,
                       size_t samples, unsigned played) {
  messenger *m = self;
  (void)call;
  (void)played;
  m->audio.play(m->audio.self, pcm, samples);
}

/* ---- from the command line to the loop */

static bool make_loop(messenger *m, const char *kind) {
  if (strcmp(kind, "glib") == 0) {
    m->glib = g_main_loop_new(NULL, FALSE);
    return msnav_glib_loop(&m->loop, NULL) == MSNAV_OK;
  }
  if (msnav_epoll_new(&m->epoll) != MSNAV_OK) {
    return false;
  }
  m->loop = *msnav_epoll_loop(m->epoll);
  return true;
}

static msnav_error make_context(messenger *m) {
  static const msnav_sound sound = {sizeof(sound), capture_sound, play_sound};
  static const msnav_events events = {.size = sizeof(events),
                                      .send = on_send,
                                      .incoming = on_incoming,
                                      .state = on_state,
                                      .dtmf = on_dtmf,
                                      .sound = &sound,
                                      .log = on_log,
                                      .trace = on_trace};
  msnav_config config = {.size = sizeof(config),
                         .account = m->account,
                         .name = m->name,
                         .bind_ip = m->bind_ip,
                         .profile = MSNAV_PROFILE_RTC_1_2,
                         .conn_type = MSNAV_CONN_IP_RESTRICT_NAT,
                         .sound_rate = m->audio.rate,
                         .trace_media = 1,
                         .ring_out = (msnav_usec)(m->ring * 1e6)};
  return msnav_context_new(&m->loop, &config, &events, m, &m->ctx);
}

static int run(messenger *m) {
  msnav_error err = make_context(m);
  if (err != MSNAV_OK) {
    fprintf(stderr, "messenger: %s\n", msnav_strerror(err));
    return 1;
  }
  bool talk = m->peer != NULL; /* the caller goes straight to a room */
  msnp *c = connect_to(m, &m->server, talk);
  if (c == NULL) {
    return 1;
  }
  *(talk ? &m->talk : &m->presence) = c;
  log_in(m, c);
  if (m->glib != NULL) {
    g_main_loop_run(m->glib);
  } else if (msnav_epoll_run(m->epoll) != MSNAV_OK) {
    return 1;
  }
  return m->code;
}

static void close_connection(messenger *m, msnp *c) {
  if (c != NULL) {
    say(m, c, (msnav_switchboard_command){.verb = MSNAV_SB_OUT});
    pcap_tcp_close(m->capture, wall_clock(), &m->taps[c == m->talk]);
    msnp_free(c);
  }
}

/* Whether all that was recorded is in its files. */
static bool clean_up(messenger *m) {
  msnav_context_free(m->ctx);
  close_connection(m, m->talk);
  close_connection(m, m->presence);
  if (m->timer != NULL) {
    m->loop.timer_del(m->loop.data, m->timer);
  }
  signals_unwatch(&m->signals);
  if (m->glib != NULL) {
    g_main_loop_unref(m->glib);
  }
  msnav_epoll_free(m->epoll);
  bool captured = pcap_close(m->capture);
  bool recorded = m->audio.close(m->audio.self);
  if (!captured || !recorded) {
    fprintf(stderr, "messenger: the %s is not complete\n",
            captured ? "recording" : "capture");
  }
  return captured && recorded;
}

static int fail(const char *what, const char *why) {
  fprintf(stderr, "messenger: %s: %s\n", what, why);
  return 1;
}

typedef struct paths {
  const char *play, *record, *pcap, *loop;
} paths;

/* 0, or an exit code. */
static int open_files(messenger *m, const paths *p) {
  const char *file = NULL, *why = NULL;
  if ((p->play != NULL || p->record != NULL) &&
      !audio_wav(&m->audio, p->play, p->record, RATE, &file, &why)) {
    return fail(file, why);
  }
  if (p->pcap != NULL && (m->capture = pcap_create(p->pcap)) == NULL) {
    return fail(p->pcap, strerror(errno));
  }
  return 0;
}

/* Seconds: no longer than a day. */
static bool take_seconds(const char *value, double *seconds) {
  char *end;
  *seconds = strtod(value, &end);
  return end != value && *end == '\0' && *seconds >= 0 && *seconds <= 86400;
}

static bool take_option(messenger *m, paths *p, int c, const char *value) {
  msnav_addr addr = {0, 0};
  const char **texts[] = {
    ['a'] = &m->account, ['n'] = &m->name, ['t'] = &m->token,
    ['c'] = &m->peer,    ['k'] = &m->keys, ['p'] = &p->play,
    ['r'] = &p->record,  ['C'] = &p->pcap};
  if (c < (int)(sizeof(texts) / sizeof(texts[0])) && texts[c] != NULL) {
    *texts[c] = value;
    return true;
  }
  switch (c) {
  case 's':
    return msnav_addr_parse(msnav_str_of(value), &m->server) == MSNAV_OK &&
           m->server.port != 0;
  case 'l':
    p->loop = value;
    return strcmp(value, "glib") == 0 || strcmp(value, "epoll") == 0;
  case 'b':
    if (msnav_addr_parse(msnav_str_of(value), &addr) != MSNAV_OK) {
      return false;
    }
    m->bind_ip = addr.ip;
    return true;
  case 'S':
    return take_seconds(value, &m->seconds);
  case 'R':
    return take_seconds(value, &m->ring);
  case 'x':
    m->reject = true;
    return true;
  case 'i':
    m->ignore = true;
    return true;
  default:
    return false;
  }
}

static int usage(void) {
  fprintf(stderr, "usage: messenger --switchboard ADDR:PORT --account A "
                  "[--token T] [--name N]\n"
                  "                 [--bind ADDR] [--loop glib|epoll] "
                  "[--call ACCOUNT] [--seconds N]\n"
                  "                 [--press KEYS] [--ring N] [--reject | "
                  "--ignore] [--play WAV]\n"
                  "                 [--record WAV] [--pcap FILE]\n");
  return 2;
}

int main(int argc, char **argv) {
  static const struct option known[] = {
    {"switchboard", 1, NULL, 's'}, {"token", 1, NULL, 't'},
    {"account", 1, NULL, 'a'},     {"name", 1, NULL, 'n'},
    {"bind", 1, NULL, 'b'},        {"loop", 1, NULL, 'l'},
    {"call", 1, NULL, 'c'},        {"seconds", 1, NULL, 'S'},
    {"press", 1, NULL, 'k'},       {"ring", 1, NULL, 'R'},
    {"reject", 0, NULL, 'x'},      {"ignore", 0, NULL, 'i'},
    {"play", 1, NULL, 'p'},        {"record", 1, NULL, 'r'},
    {"pcap", 1, NULL, 'C'},        {NULL, 0, NULL, 0}};
  messenger m = {.audio = audio_null(RATE),
                 .name = "messenger",
                 .token = "demo",
                 .keys = "",
                 .seconds = 10,
                 .code = 1};
  paths p = {.loop = "epoll"};
  for (int c, at; (c = getopt_long(argc, argv, "", known, &at)) != -1;) {
    if (c == '?') {
      return usage();
    }
    if (!take_option(&m, &p, c, optarg)) {
      fprintf(stderr, "messenger: --%s %s: not such a value\n", known[at].name,
              optarg);
      return 2;
    }
  }
  if (m.account == NULL || m.server.port == 0 || optind != argc) {
    return usage();
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  int code = open_files(&m, &p);
  if (code == 0) {
    bool ready =
      make_loop(&m, p.loop) && signals_watch(&m.signals, &m.loop, leave, &m);
    code = ready ? 0 : 1;
  }
  if (code == 0) {
    code = run(&m);
  }
  return clean_up(&m) || code != 0 ? code : 1;
}
