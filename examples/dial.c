/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dial: a SIP call with sound and without MSNP.
 *
 *   dial --listen ADDR:PORT [OPTIONS]     wait for one call and answer it
 *   dial sip:ADDR:PORT [OPTIONS]          call
 *
 * --help lists the options.
 * Prints both session descriptions and, at the end, the statistics. */
#include "audio.h"
#include "signals.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <msnav/call.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 8000 /* where no file says otherwise */

typedef struct dial {
  msnav_epoll *epoll;
  msnav_context *ctx;
  msnav_call *call;
  audio audio;
  const char *keys;
  double seconds;
  msnav_usec began;
  bool pressed, helped;
  int code;
  char printed[2][4096]; /* session descriptions received and sent */
} dial;

static void on_signal(void *arg) {
  dial *d = arg;
  if (d->call == NULL || msnav_call_hangup(d->call) != MSNAV_OK) {
    msnav_epoll_stop(d->epoll);
  }
}

static void ignore_message(void *self, msnav_call *call, msnav_str peer,
                           const char *payload, size_t len) {
  (void)self;
  (void)call;
  (void)peer;
  (void)payload;
  (void)len; /* a direct call sends none */
}

static int exit_code(msnav_reason reason) {
  switch ((int)reason) {
  case MSNAV_REASON_HANGUP_LOCAL:
  case MSNAV_REASON_HANGUP_REMOTE:
    return 0;
  case MSNAV_REASON_SIP_REFUSED:
    return 3;
  case MSNAV_REASON_SIP_TIMEOUT:
  case MSNAV_REASON_CANCELLED_REMOTE:
    return 4;
  case MSNAV_REASON_NO_MEDIA:
    return 5;
  default:
    return 6;
  }
}

static void print_statistics(const msnav_call *call) {
  msnav_call_info info = {.size = sizeof(info)};
  msnav_stream_stats s = {.size = sizeof(s)};
  msnav_call_get_info(call, &info);
  if (msnav_call_get_stats(call, &s) != MSNAV_OK) {
    return;
  }
  printf("codec %s, set-up %.1f ms, talked %.2f s\n",
         info.codec != NULL ? info.codec : "none",
         (double)info.setup_time / 1e3, (double)info.duration / 1e6);
  if (info.srtp_suite != MSNAV_SRTP_NONE) {
    printf("encrypted with %s\n",
           msnav_srtp_suite_name((msnav_srtp_suite)info.srtp_suite));
  }
  printf("sent %" PRIu64 " packets, received %" PRIu64 ", lost %" PRId64
         ", late %" PRIu64 ", reordered %" PRIu64 "\n",
         s.sent_packets, s.received_packets, s.lost_packets, s.late_packets,
         s.reordered_packets);
  if (s.refused_looped > 0) {
    printf("%" PRIu64 " of our own packets came back\n", s.refused_looped);
  }
  printf("jitter %.2f ms, buffer %.1f ms, concealed %.0f ms, round trip %.2f "
         "ms, R %u, MOS %.2f\n",
         s.jitter_us / 1e3, s.delay_us / 1e3, (double)s.concealed_us / 1e3,
         s.round_trip_us / 1e3, s.r_factor, s.mos_centi / 100.0);
}

static void
changed(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  dial *d = self;
  printf("%s%s%s\n", msnav_state_name(state),
         reason != MSNAV_REASON_NONE ? ": " : "",
         reason != MSNAV_REASON_NONE ? msnav_reason_name(reason) : "");
  if (state == MSNAV_STATE_TALKING) {
    const msnav_loop *loop = msnav_epoll_loop(d->epoll);
    d->began = loop->now(loop->data);
  }
  if (state == MSNAV_STATE_ENDED) {
    print_statistics(call);
    d->code = exit_code(reason);
    msnav_epoll_stop(d->epoll);
  }
}

static void
pressed(void *self, msnav_call *call, char key, msnav_usec duration) {
  (void)self;
  (void)call;
  if (duration != 0) {
    printf("key %c, %.0f ms\n", key, (double)duration / 1e3);
  }
}

/* Not what a repeated datagram says again. */
static bool is_new(dial *d, bool sent, msnav_str sdp) {
  char *last = d->printed[sent];
  if (sdp.len >= sizeof(d->printed[0])) {
    return true;
  }
  if (strlen(last) == sdp.len && memcmp(last, sdp.ptr, sdp.len) == 0) {
    return false;
  }
  memcpy(last, sdp.ptr, sdp.len);
  last[sdp.len] = '\0';
  return true;
}

/* The session description of a SIP message, with LF line ends. */
static void trace(const msnav_trace *record, void *self) {
  if (record->kind != MSNAV_TRACE_SIP) {
    return;
  }
  const char *text = (const char *)record->data;
  size_t i = 0;
  while (i + 4 < record->len && memcmp(text + i, "\r\n\r\n", 4) != 0) {
    i++;
  }
  msnav_str sdp = {text + i + 4, record->len - i - 4};
  bool sent = record->direction == MSNAV_OUT;
  if (i + 4 >= record->len || !is_new(self, sent, sdp)) {
    return;
  }
  printf("--- session description %s\n", sent ? "sent" : "received");
  for (i = 0; i < sdp.len; i++) {
    if (sdp.ptr[i] == '\n' || (sdp.ptr[i] >= ' ' && sdp.ptr[i] <= '~')) {
      putchar(sdp.ptr[i]);
    }
  }
}

static void
log_line(msnav_log_level level, const char *line, size_t len, void *self) {
  const dial *d = self;
  if (level <= MSNAV_LOG_WARNING && d->call != NULL) { /* start() says why */
    fprintf(stderr, "dial: %.*s\n", (int)len, line);
  }
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  dial *d = self;
  const msnav_loop *loop = msnav_epoll_loop(d->epoll);
  double talked = (double)(loop->now(loop->data) - d->began) / 1e6;
  if (talked >= d->seconds) {
    msnav_call_hangup(call);
    return false;
  }
  if (!d->pressed && talked >= 1) {
    d->pressed = true;
    for (const char *k = d->keys; *k != '\0'; k++) {
      if (msnav_call_dtmf(call, *k, 0) != MSNAV_OK) {
        fprintf(stderr, "dial: key %c cannot be sent\n", *k);
      }
    }
  }
  return d->audio.capture(d->audio.self, pcm, samples);
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  dial *d = self;
  (void)call;
  (void)played;
  d->audio.play(d->audio.self, pcm, samples);
}

static const char usage_text[] =
  "usage: dial --listen ADDR:PORT [OPTIONS]   wait for one call and answer\n"
  "       dial sip:ADDR:PORT [OPTIONS]        call\n"
  "  --play FILE.wav      say this (16-bit mono); nothing otherwise\n"
  "  --record FILE.wav    write what is heard\n"
  "  --seconds N          hang up after N seconds of talking (10)\n"
  "  --codec LIST         encoding names by preference, such as PCMA,PCMU\n"
  "  --profile rtc-1.2|standard\n"
  "  --bind ADDR          own address when calling (default: the route's)\n"
  "  --press KEYS         telephone-events, sent one second after the start\n"
  "  --suppress-silence   send comfort noise while nobody speaks\n"
  "exit code: 0 hung up after talking, 3 refused, 4 no answer, 5 no media,\n"
  "           6 any other end, 1 cannot start, 2 wrong use\n";

static int usage(void) {
  fputs(usage_text, stderr);
  return 2;
}

static int wrong(const char *option, const char *value, const char *why) {
  fprintf(stderr, "dial: --%s %s: %s\n", option, value, why);
  return 2;
}

static int fail(const char *what, const char *why) {
  fprintf(stderr, "dial: %s: %s\n", what, why);
  return 1;
}

static const char *why_not(msnav_error err) {
  return err == MSNAV_ERR_ADDRESS ? "no address that can be used here"
                                  : msnav_strerror(err);
}

typedef struct options {
  const char *listen, *remote, *play, *record, *bind;
  msnav_config config;
} options;

/* 0, or an exit code. */
static int start(dial *d, const options *o) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  static const msnav_events events = {.size = sizeof(events),
                                      .send = ignore_message,
                                      .state = changed,
                                      .dtmf = pressed,
                                      .sound = &sound,
                                      .log = log_line,
                                      .trace = trace};
  msnav_addr addr;
  const char *text = o->listen != NULL ? o->listen : o->remote;
  if (msnav_addr_parse(msnav_str_of(text), &addr) != MSNAV_OK ||
      addr.port == 0) {
    return fail(text, "not ADDR:PORT");
  }
  msnav_config config = o->config;
  if (o->listen != NULL) {
    config.bind_ip = addr.ip;
  } else if (config.bind_ip == 0 && addr.ip >> 24 == 127) {
    config.bind_ip = 0x7f000001;
  }
  msnav_error err =
    msnav_context_new(msnav_epoll_loop(d->epoll), &config, &events, d, &d->ctx);
  if (err != MSNAV_OK) {
    bool codecs = config.codecs != NULL &&
                  (err == MSNAV_ERR_UNSUPPORTED || err == MSNAV_ERR_INVALID);
    return fail(codecs ? "--codec" : "cannot start",
                codecs ? "not a list of codecs that there are here"
                       : msnav_strerror(err));
  }
  err = o->listen != NULL
          ? msnav_call_listen(d->ctx, &addr, MSNAV_AUDIO, &d->call)
          : msnav_call_dial(d->ctx, &addr, MSNAV_AUDIO, &d->call);
  if (err == MSNAV_ERR_ADDRESS && o->bind != NULL) {
    text = o->bind;
  }
  return err != MSNAV_OK ? fail(text, why_not(err)) : 0;
}

/* 0, or an exit code. */
static int open_files(dial *d, options *o) {
  const char *file = NULL, *why = NULL;
  if ((o->play != NULL || o->record != NULL) &&
      !audio_wav(&d->audio, o->play, o->record, RATE, &file, &why)) {
    return fail(file, why);
  }
  o->config.sound_rate = d->audio.rate;
  return 0;
}

/* 0, or an exit code. */
static int take(int option, dial *d, options *o) {
  msnav_addr bind;
  char *rest;
  switch (option) {
  case 'l':
    o->listen = optarg;
    return 0;
  case 'p':
    o->play = optarg;
    return 0;
  case 'r':
    o->record = optarg;
    return 0;
  case 's':
    d->seconds = strtod(optarg, &rest);
    return rest == optarg || *rest != '\0' || !(d->seconds >= 0)
             ? wrong("seconds", optarg, "not a number of seconds")
             : 0;
  case 'c':
    o->config.codecs = optarg;
    return 0;
  case 'P':
    if (strcmp(optarg, "rtc-1.2") == 0) {
      o->config.profile = MSNAV_PROFILE_RTC_1_2;
    } else if (strcmp(optarg, "standard") != 0) {
      return wrong("profile", optarg, "neither rtc-1.2 nor standard");
    }
    return 0;
  case 'b':
    if (msnav_addr_parse(msnav_str_of(optarg), &bind) != MSNAV_OK) {
      return wrong("bind", optarg, "not an address");
    }
    o->config.bind_ip = bind.ip;
    o->bind = optarg;
    return 0;
  case 'k':
    d->keys = optarg;
    return 0;
  case 'n':
    o->config.silence_suppression = 1;
    return 0;
  case 'h':
    d->helped = true;
    fputs(usage_text, stdout);
    return 0;
  default:
    return usage();
  }
}

/* 0, or an exit code. */
static int parse(int argc, char **argv, dial *d, options *o) {
  static const struct option known[] = {
    {"listen", 1, NULL, 'l'},
    {"play", 1, NULL, 'p'},
    {"record", 1, NULL, 'r'},
    {"seconds", 1, NULL, 's'},
    {"codec", 1, NULL, 'c'},
    {"profile", 1, NULL, 'P'},
    {"bind", 1, NULL, 'b'},
    {"press", 1, NULL, 'k'},
    {"suppress-silence", 0, NULL, 'n'},
    {"help", 0, NULL, 'h'},
    {NULL, 0, NULL, 0},
  };
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    int code = take(c, d, o);
    if (code != 0 || d->helped) {
      return code;
    }
  }
  if (optind < argc && strncmp(argv[optind], "sip:", 4) == 0) {
    o->remote = argv[optind++] + 4;
  }
  if (optind < argc) {
    return usage();
  }
  return (o->listen != NULL) == (o->remote != NULL) ? usage() : 0;
}

int main(int argc, char **argv) {
  options o = {.config = {.size = sizeof(o.config), .name = "dial"}};
  dial d = {.seconds = 10, .keys = "", .code = 6, .audio = audio_null(RATE)};
  setvbuf(stdout, NULL, _IOLBF, 0);
  int code = parse(argc, argv, &d, &o);
  if (d.helped) {
    return code;
  }
  if (code == 0) {
    code = open_files(&d, &o);
  }
  if (code == 0 && msnav_epoll_new(&d.epoll) != MSNAV_OK) {
    code = fail("cannot start", strerror(errno));
  }
  if (code == 0) {
    signals watched = {0};
    (void)signals_watch(&watched, msnav_epoll_loop(d.epoll), on_signal, &d);
    code = start(&d, &o);
    if (code == 0) {
      code = msnav_epoll_run(d.epoll) == MSNAV_OK ? d.code : 1;
    }
    msnav_context_free(d.ctx);
    signals_unwatch(&watched);
    msnav_epoll_free(d.epoll);
  }
  bool complete = d.audio.close(d.audio.self);
  return complete ? code : fail(o.record, "cannot be written");
}
