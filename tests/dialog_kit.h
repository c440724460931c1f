/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialogs on a real loop and real sockets on loopback; what they report is
 * written down as words. */
#ifndef MSNAV_DIALOG_KIT_H
#define MSNAV_DIALOG_KIT_H

#include "test.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <msnav/dialog.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
#define LOOPBACK 0x7f000001u
#define MS UINT64_C(1000)

static const char OFFER[] =
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
  "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 0 8\r\n";
static const char ANSWER[] =
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
  "b=CT:110\r\nt=0 0\r\nm=audio 36768 RTP/AVP 0 8\r\n";

/* The paper's client sends 100 and 180 (section 2), else 180 stands for both
 * (RFC 3261 section 17.2.1). */
#define PROGRESS "progress-180 "
#define PAPER_PROGRESS "progress-100 progress-180 "

static msnav_epoll *loop;
static msnav_sip *sip;
static unsigned refused_seen;
static char last_verdict[32];
static unsigned out_seen; /* datagrams that dialogs sent */

typedef struct side {
  msnav_dialog *d;
  char words[512];     /* events in order, each followed by a blank */
  char sdp[4097];      /* of the last offer or answer */
  bool auto_answer;    /* from inside the offer event */
  const char *free_at; /* free the dialog in this event */
  const char *hangup_at;
} side;

static inline void say(side *s, const char *word) {
  size_t n = strlen(s->words);
  snprintf(s->words + n, sizeof(s->words) - n, "%s ", word);
  if (s->hangup_at != NULL && strcmp(s->hangup_at, word) == 0) {
    (void)!msnav_dialog_hangup(s->d);
  }
  if (s->free_at != NULL && strcmp(s->free_at, word) == 0) {
    msnav_dialog_free(s->d);
    s->d = NULL;
  }
}

static inline void keep_sdp(side *s, msnav_str sdp) {
  assert_true(sdp.len < sizeof(s->sdp));
  memcpy(s->sdp, sdp.ptr, sdp.len);
  s->sdp[sdp.len] = '\0';
}

static inline void on_offer(void *arg, msnav_str sdp, bool again) {
  side *s = arg;
  keep_sdp(s, sdp);
  if (s->auto_answer) {
    assert_int_equal(msnav_dialog_answer(s->d, ANSWER, strlen(ANSWER)), 0);
  }
  say(s, again ? "reoffer" : "offer");
}

static inline void on_number(side *s, const char *what, unsigned status) {
  char word[32];
  snprintf(word, sizeof(word), "%s-%u", what, status);
  say(s, word);
}

static inline void on_progress(void *arg, unsigned status) {
  on_number(arg, "progress", status);
}

static inline void on_answer(void *arg, msnav_str sdp, bool again) {
  keep_sdp(arg, sdp);
  say(arg, again ? "reanswer" : "answer");
}

static inline void on_confirmed(void *arg) {
  say(arg, "confirmed");
}

static inline void on_refused(void *arg, unsigned status, bool again) {
  on_number(arg, again ? "rerefused" : "refused", status);
}

static inline void on_bye(void *arg) {
  say(arg, "bye");
}

static inline void on_closed(void *arg, unsigned status) {
  on_number(arg, "closed", status);
}

static inline void on_failed(void *arg, msnav_error error) {
  on_number(arg, "failed", (unsigned)-error);
}

static const msnav_dialog_events EVENTS = {
  .size = sizeof(EVENTS),
  .offer = on_offer,
  .progress = on_progress,
  .answer = on_answer,
  .confirmed = on_confirmed,
  .refused = on_refused,
  .bye = on_bye,
  .closed = on_closed,
  .failed = on_failed,
};

static inline void on_trace(const msnav_trace *t, void *arg) {
  (void)arg;
  if (t->kind == MSNAV_TRACE_REFUSED) {
    refused_seen++;
    snprintf(last_verdict, sizeof(last_verdict), "%s", t->verdict);
  } else if (t->direction == MSNAV_OUT) {
    out_seen++;
  }
  if (getenv("MSNAV_TEST_TRACE") != NULL) {
    printf("# %s %s %s\n%.*s\n", t->direction == MSNAV_IN ? "<<" : ">>",
           t->kind == MSNAV_TRACE_REFUSED ? "refused" : "",
           t->verdict != NULL ? t->verdict : "", (int)t->len,
           (const char *)t->data);
  }
}

static inline void
on_log(msnav_log_level level, const char *line, size_t len, void *arg) {
  (void)arg;
  (void)len;
  printf("# log %d: %s\n", (int)level, line);
}

static inline int kit_setup(void **state) {
  (void)state;
  refused_seen = 0;
  out_seen = 0;
  if (msnav_epoll_new(&loop) != MSNAV_OK) {
    return -1;
  }
  return msnav_sip_new(msnav_epoll_loop(loop), on_log, on_trace, NULL, &sip);
}

static inline int kit_teardown(void **state) {
  (void)state;
  msnav_sip_free(sip);
  msnav_epoll_free(loop);
  return 0;
}

static inline msnav_usec now(void) {
  const msnav_loop *l = msnav_epoll_loop(loop);
  return l->now(l->data);
}

/* Let everything happen for so long. */
static inline void run_for(msnav_usec time) {
  msnav_usec end = now() + time;
  while (now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
}

/* Until a side has reported exactly this, 12 s at most. */
static inline void wait_words(const side *s, const char *words) {
  msnav_usec end = now() + 12000 * MS;
  while (strcmp(s->words, words) != 0 && now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
  assert_string_equal(s->words, words);
}

/* Until it has reported this, among others. */
static inline void wait_for(const side *s, const char *word) {
  msnav_usec end = now() + 12000 * MS;
  while (strstr(s->words, word) == NULL && now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
  assert_non_null(strstr(s->words, word));
}

static inline msnav_dialog_config local_config(void) {
  return (msnav_dialog_config){.size = sizeof(msnav_dialog_config),
                               .bind = {LOOPBACK, 0}};
}

static inline void open_side(side *s, const msnav_dialog_config *config) {
  assert_int_equal(msnav_dialog_new(sip, config, &EVENTS, s, &s->d), MSNAV_OK);
}

/* Two dialogs that know each other. */
static inline void open_pair(side *a, side *b, uint32_t profile) {
  msnav_dialog_config config = local_config();
  config.profile = profile;
  open_side(a, &config);
  open_side(b, &config);
  assert_int_equal(msnav_dialog_set_remote(a->d, msnav_dialog_local(b->d)), 0);
  assert_int_equal(msnav_dialog_set_remote(b->d, msnav_dialog_local(a->d)), 0);
}

static inline void close_pair(side *a, side *b) {
  msnav_dialog_free(a->d);
  msnav_dialog_free(b->d);
}

static inline void invite(side *s) {
  assert_int_equal(msnav_dialog_invite(s->d, OFFER, strlen(OFFER)), MSNAV_OK);
}

static inline void answer(side *s) {
  assert_int_equal(msnav_dialog_answer(s->d, ANSWER, strlen(ANSWER)), MSNAV_OK);
}

static inline void hangup(side *s) {
  assert_int_equal(msnav_dialog_hangup(s->d), MSNAV_OK);
}

static inline void clear(side *a, side *b) {
  a->words[0] = '\0';
  b->words[0] = '\0';
}

/* A call that is up, both sides with an empty list of words. */
static inline void talk(side *a, side *b, uint32_t profile) {
  open_pair(a, b, profile);
  b->auto_answer = true;
  invite(a);
  wait_words(b, "offer confirmed ");
  b->auto_answer = false;
  clear(a, b);
}

static inline void hang_up(side *a, side *b) {
  hangup(a);
  wait_words(b, "bye ");
  wait_words(a, "closed-200 ");
}

static inline void whole_call(void) {
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hang_up(&a, &b);
  close_pair(&a, &b);
}

#define CALLS 3 /* an agent, once they are shared */

static inline void share(uint32_t calls) {
  assert_int_equal(msnav_sip_set_calls_per_agent(sip, calls), MSNAV_OK);
}

/* ---- a peer that is not ours: a plain socket */

typedef struct peer {
  int fd;
  msnav_addr addr;
  char in[8192]; /* the last datagram, NUL-terminated */
} peer;

static inline void open_peer(peer *p) {
  p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(LOOPBACK)};
  socklen_t len = sizeof(sa);
  assert_int_equal(bind(p->fd, (struct sockaddr *)&sa, len), 0);
  assert_int_equal(getsockname(p->fd, (struct sockaddr *)&sa, &len), 0);
  p->addr = (msnav_addr){LOOPBACK, ntohs(sa.sin_port)};
  p->in[0] = '\0';
}

static inline void
send_to(const peer *p, const msnav_addr *to, const char *text, size_t len) {
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(to->port),
                           .sin_addr.s_addr = htonl(to->ip)};
  assert_int_equal(sendto(p->fd, text, len, 0, (struct sockaddr *)&sa,
                          sizeof(sa)),
                   len);
}

/* A datagram if there is one, and from where. */
static inline bool receive(peer *p, msnav_addr *from) {
  struct sockaddr_in sa;
  socklen_t len = sizeof(sa);
  ssize_t n = recvfrom(p->fd, p->in, sizeof(p->in) - 1, MSG_DONTWAIT,
                       (struct sockaddr *)&sa, &len);
  if (n < 0) {
    return false;
  }
  p->in[n] = '\0';
  if (from != NULL) {
    *from = (msnav_addr){ntohl(sa.sin_addr.s_addr), ntohs(sa.sin_port)};
  }
  return true;
}

/* Until a datagram that begins like this arrives, 3 s at most; others are
 * passed over. */
static inline void expect(peer *p, const char *start) {
  msnav_usec end = now() + 3000 * MS;
  while (now() < end) {
    while (receive(p, NULL)) {
      if (strncmp(p->in, start, strlen(start)) == 0) {
        return;
      }
    }
    assert_int_equal(msnav_epoll_step(loop, now() + 2 * MS), MSNAV_OK);
  }
  fail_msg("no %s came, last was %.40s", start, p->in);
}

/* The value of a header in a message. */
static inline const char *header(const char *message, const char *name) {
  static char value[8][512];
  static unsigned turn;
  char *v = value[turn++ % 8];
  char key[64];
  snprintf(key, sizeof(key), "\r\n%s: ", name);
  const char *at = strstr(message, key);
  assert_non_null(at);
  at += strlen(key);
  snprintf(v, sizeof(value[0]), "%.*s", (int)strcspn(at, "\r"), at);
  return v;
}

/* A peer's answer to a request of ours. */
static inline void
reply(const peer *p, const side *s, const char *to, const char *status) {
  char text[2048];
  int n = snprintf(text, sizeof(text),
                   "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\n"
                   "Call-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
                   status, header(to, "Via"), header(to, "From"),
                   header(to, "To"), header(to, "Call-ID"), header(to, "CSeq"));
  send_to(p, msnav_dialog_local(s->d), text, (size_t)n);
}

/* All occurrences of a text become another one. */
static inline void
replace(char *text, size_t cap, const char *old, const char *new) {
  char out[8192];
  size_t n = 0;
  for (const char *at = text; *at != '\0';) {
    if (strncmp(at, old, strlen(old)) == 0) {
      n += (size_t)snprintf(out + n, sizeof(out) - n, "%s", new);
      at += strlen(old);
    } else {
      out[n++] = *at++;
    }
  }
  assert_true(n < cap);
  memcpy(text, out, n);
  text[n] = '\0';
}

static inline int count_fds(void) {
  DIR *dir = opendir("/proc/self/fd");
  int n = 0;
  while (readdir(dir) != NULL) {
    n++;
  }
  closedir(dir);
  return n;
}

#endif
