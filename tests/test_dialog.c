/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls between two dialogs. */
#include "dialog_kit.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

/* The paper's client sends 100 and 180 (section 2), else 180 stands for both
 * (RFC 3261 section 17.2.1). */
#define PROGRESS "progress-180 "
#define PAPER_PROGRESS "progress-100 progress-180 "

/* ---- setting up and hanging up */

static void a_call_is_set_up_and_the_caller_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_words(&b, "offer ");
    assert_string_equal(b.sdp, OFFER);
    wait_words(&a, profile == 0 ? PROGRESS : PAPER_PROGRESS);
    a.words[0] = '\0';
    answer(&b);
    wait_words(&a, "answer confirmed ");
    assert_string_equal(a.sdp, ANSWER);
    wait_words(&b, "offer confirmed ");
    clear(&a, &b);
    hangup(&a);
    wait_words(&b, "bye ");
    wait_words(&a, "closed-200 ");
    assert_int_equal(msnav_dialog_hangup(a.d), MSNAV_ERR_STATE);
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void the_called_side_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, profile);
    hangup(&b);
    wait_words(&a, "bye ");
    wait_words(&b, "closed-200 ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void both_hang_up_at_once(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hangup(&a);
  hangup(&b);
  run_for(300 * MS);
  assert_int_equal(strncmp(a.words, "closed-", 7), 0);
  assert_int_equal(strncmp(b.words, "closed-", 7), 0);
  assert_int_equal(strlen(a.words), strlen("closed-200 "));
  assert_int_equal(strlen(b.words), strlen("closed-200 "));
  close_pair(&a, &b);
}

static void the_caller_cancels_before_the_answer(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_for(&a, "progress-180 ");
    a.words[0] = '\0';
    hangup(&a);
    assert_string_equal(a.words, ""); /* never from inside the call */
    wait_words(&b, "offer bye ");
    wait_words(&a, "closed-200 ");
    assert_int_equal(msnav_dialog_answer(b.d, ANSWER, strlen(ANSWER)),
                     MSNAV_ERR_STATE);
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

/* RFC 3261 section 9.1: no CANCEL before a provisional response; one that
 * comes too late is followed by BYE. */
static void a_cancel_that_crosses_the_answer_becomes_a_bye(void **state) {
  (void)state;
  side a = {0};
  side b = {.auto_answer = true};
  open_pair(&a, &b, 0);
  invite(&a);
  hangup(&a);
  wait_words(&a, "closed-200 ");
  run_for(50 * MS);
  assert_string_equal(b.words, "offer confirmed bye ");
  close_pair(&a, &b);
}

static void the_called_side_refuses(void **state) {
  (void)state;
  static const struct {
    unsigned status;
    const char *words;
  } rows[] = {{488, PROGRESS "refused-488 "},
              {603, PAPER_PROGRESS "refused-603 "}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, (uint32_t)i);
    invite(&a);
    wait_words(&b, "offer ");
    assert_int_equal(msnav_dialog_refuse(b.d, 200), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, 399), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, 700), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, rows[i].status), MSNAV_OK);
    assert_int_equal(msnav_dialog_refuse(b.d, rows[i].status), MSNAV_ERR_STATE);
    wait_words(&a, rows[i].words);
    assert_int_equal(msnav_dialog_invite(a.d, OFFER, strlen(OFFER)),
                     MSNAV_ERR_STATE); /* it is over */
    run_for(600 * MS); /* the ACK stopped the refusal from being repeated */
    assert_string_equal(b.words, "offer ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void hanging_up_while_it_rings_refuses(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer ");
  hangup(&b);
  wait_words(&a, PROGRESS "refused-603 ");
  wait_words(&b, "offer closed-200 ");
  close_pair(&a, &b);
}

static void hanging_up_before_the_ack_waits_for_it(void **state) {
  (void)state;
  side a = {0};
  side b = {.auto_answer = true, .hangup_at = "offer"};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer closed-200 ");
  wait_words(&a, PROGRESS "answer confirmed bye ");
  close_pair(&a, &b);
}

static void hanging_up_nothing_is_reported_too(void **state) {
  (void)state;
  side a = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  hangup(&a);
  assert_string_equal(a.words, "");
  wait_words(&a, "closed-200 ");
  assert_int_equal(out_seen, 0);
  msnav_dialog_free(a.d);
}

/* ---- inside the call */

static void a_reinvite_goes_either_way(void **state) {
  (void)state;
  static const char *const offers[] = {
    /* hold, resume, add video: protocol.md section 5 */
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 0.0.0.0\r\n"
    "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 0 8\r\n",
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
    "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 0 8\r\n",
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\n"
    "b=CT:110\r\nt=0 0\r\nm=audio 36772 RTP/AVP 0 8\r\n"
    "m=video 36774 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\n",
  };
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, profile);
    for (size_t i = 0; i < 2 * ARRAY_LEN(offers); i++) {
      side *from = i % 2 == 0 ? &a : &b;
      side *to = i % 2 == 0 ? &b : &a;
      clear(&a, &b);
      const char *offer = offers[i / 2];
      assert_int_equal(msnav_dialog_invite(from->d, offer, strlen(offer)), 0);
      assert_int_equal(msnav_dialog_invite(from->d, offer, strlen(offer)),
                       MSNAV_ERR_STATE);
      wait_words(to, "reoffer ");
      assert_string_equal(to->sdp, offer);
      answer(to);
      wait_for(from, "reanswer "); /* a 100 may precede it */
      run_for(10 * MS);            /* the ACK arrives */
      assert_string_equal(from->sdp, ANSWER);
    }
    clear(&a, &b);
    hangup(&a);
    wait_words(&b, "bye ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void a_refused_reinvite_leaves_the_call_up(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  invite(&a);
  wait_words(&b, "reoffer ");
  assert_int_equal(msnav_dialog_refuse(b.d, 488), MSNAV_OK);
  wait_words(&a, "rerefused-488 ");
  clear(&a, &b);
  invite(&b);
  wait_words(&a, "reoffer ");
  answer(&a);
  wait_words(&b, "reanswer ");
  clear(&a, &b);
  hangup(&b);
  wait_words(&a, "bye ");
  close_pair(&a, &b);
}

/* RFC 3261 sections 14.1 and 14.2: both get 491, both try again, the side
 * that called later than the other. */
static void crossing_reinvites_are_tried_again(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  a.auto_answer = true;
  b.auto_answer = true;
  invite(&a);
  invite(&b);
  msnav_usec begin = now();
  wait_words(&a, "reoffer reanswer ");
  assert_in_range(now() - begin, 2000 * MS, 4300 * MS);
  wait_words(&b, "reanswer reoffer ");
  clear(&a, &b);
  hangup(&a);
  wait_words(&b, "bye ");
  close_pair(&a, &b);
}

/* ---- freeing */

static void fds_come_back(int before) {
  msnav_sip_free(sip);
  sip = NULL;
  assert_int_equal(count_fds(), before);
  assert_int_equal(msnav_sip_new(msnav_epoll_loop(loop), on_log, on_trace, NULL,
                                 &sip),
                   0);
}

static void a_dialog_may_be_freed_in_every_event(void **state) {
  (void)state;
  static const struct {
    const char *a; /* where the caller frees itself */
    const char *b; /* or the called side */
  } rows[] = {
    {"progress-180", NULL}, {"answer", NULL},        {"confirmed", NULL},
    {"closed-200", NULL},   {NULL, "offer"},         {NULL, "confirmed"},
    {NULL, "bye"},          {"answer", "confirmed"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    int before = count_fds();
    side a = {.free_at = rows[i].a, .hangup_at = "confirmed"};
    side b = {.free_at = rows[i].b, .auto_answer = true};
    open_pair(&a, &b, 0);
    invite(&a);
    run_for(30 * MS);
    if (rows[i].a != NULL) {
      assert_null(a.d);
    }
    if (rows[i].b != NULL && rows[i].a == NULL) {
      assert_null(b.d);
    }
    close_pair(&a, &b);
    fds_come_back(before);
  }
}

static void a_dialog_may_be_freed_when_refused_or_asked_again(void **state) {
  (void)state;
  side a = {.free_at = "refused-488"};
  side b = {0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer ");
  assert_int_equal(msnav_dialog_refuse(b.d, 488), MSNAV_OK);
  run_for(30 * MS);
  assert_null(a.d);
  close_pair(&a, &b);

  side c = {0};
  side e = {0};
  talk(&c, &e, 0);
  e.free_at = "reoffer";
  invite(&c);
  run_for(30 * MS);
  assert_null(e.d);
  close_pair(&c, &e);
}

static void nothing_is_sent_after_a_dialog_is_freed(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  unsigned sent = out_seen;
  close_pair(&a, &b); /* in mid-call */
  run_for(700 * MS);
  assert_int_equal(out_seen, sent);

  side c = {0};
  side e = {0};
  open_pair(&c, &e, 0);
  invite(&c);
  wait_words(&e, "offer ");
  sent = out_seen;
  close_pair(&c, &e); /* while it rings */
  run_for(700 * MS);
  assert_int_equal(out_seen, sent);
}

static void free_everything(void *arg, msnav_str sdp, bool again) {
  (void)sdp;
  (void)again;
  side *both = arg;
  msnav_dialog_free(both[0].d);
  msnav_dialog_free(both[1].d);
  msnav_sip_free(sip);
  sip = NULL;
}

static void all_may_go_inside_an_event(void **state) {
  (void)state;
  int before = count_fds();
  side both[2] = {{0}, {0}};
  msnav_dialog_events events = EVENTS;
  events.offer = free_everything;
  msnav_dialog_config config = local_config();
  open_side(&both[0], &config);
  assert_int_equal(msnav_dialog_new(sip, &config, &events, both, &both[1].d),
                   0);
  assert_int_equal(msnav_dialog_set_remote(both[0].d,
                                           msnav_dialog_local(both[1].d)),
                   0);
  assert_int_equal(msnav_dialog_set_remote(both[1].d,
                                           msnav_dialog_local(both[0].d)),
                   0);
  invite(&both[0]);
  run_for(30 * MS);
  assert_null(sip);
  assert_int_equal(count_fds(), before);
}

/* ---- what it costs the host */

static void an_idle_call_wakes_nobody(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  run_for(600 * MS); /* the last repetition would have come by now */
  uint64_t before = msnav_epoll_wakeups(loop);
  run_for(3000 * MS);
  assert_int_equal(msnav_epoll_wakeups(loop) - before, 1); /* our own limit */
  close_pair(&a, &b);
}

/* 8 s after its last datagram a call gives its agent back and has no timer
 * left; it goes on when either side wants something. */
static void a_long_call_does_without_an_agent(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, profile);
    int talking = count_fds();
    run_for(8200 * MS);
    assert_int_equal(count_fds(), talking - 2); /* their agents' */
    uint64_t wakeups = msnav_epoll_wakeups(loop);
    run_for(1000 * MS);
    assert_int_equal(msnav_epoll_wakeups(loop) - wakeups, 1);
    a.auto_answer = true;
    b.auto_answer = true;
    side *first = profile == 0 ? &a : &b;
    side *second = profile == 0 ? &b : &a;
    invite(first);
    wait_for(first, "reanswer ");
    wait_for(second, "reoffer ");
    run_for(20 * MS);
    clear(&a, &b);
    invite(second);
    wait_for(second, "reanswer ");
    run_for(8300 * MS);
    clear(&a, &b);
    hangup(second);
    wait_words(first, "bye ");
    wait_words(second, "closed-200 ");
    close_pair(&a, &b);
  }
}

static void a_dialog_that_only_listens_costs_one_descriptor(void **state) {
  (void)state;
  int before = count_fds();
  side a = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  assert_int_equal(count_fds(), before + 1);
  msnav_dialog_free(a.d);
  assert_int_equal(count_fds(), before);
}

static void the_process_is_left_as_it_was(void **state) {
  (void)state;
  struct sigaction before;
  struct sigaction after;
  assert_int_equal(sigaction(SIGPIPE, NULL, &before), 0);
  FILE *file = tmpfile();
  int err = dup(2);
  assert_true(dup2(fileno(file), 2) >= 0);
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hangup(&a);
  wait_words(&a, "closed-200 ");
  close_pair(&a, &b);
  open_pair(&a, &b, 0);
  clear(&a, &b);
  invite(&a);
  wait_words(&b, "offer ");
  close_pair(&a, &b);
  msnav_sip_free(sip);
  sip = NULL;
  (void)dup2(err, 2);
  (void)close(err);
  assert_int_equal(ftell(file), 0); /* Sofia said nothing */
  fseek(file, 0, SEEK_END);
  assert_int_equal(ftell(file), 0);
  fclose(file);
  assert_int_equal(sigaction(SIGPIPE, NULL, &after), 0);
  assert_true(before.sa_handler == after.sa_handler);
}

/* One thread at a time, not always the same. */

typedef struct errand {
  side *a;
  side *b;
} errand;

static void *end_call(void *arg) {
  const errand *e = arg;
  (void)!msnav_dialog_hangup(e->a->d);
  msnav_usec end = now() + 1000 * MS;
  while (e->a->words[0] == '\0' && now() < end) {
    (void)!msnav_epoll_step(loop, end);
  }
  return NULL;
}

static void a_call_may_go_on_in_another_thread(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  errand e = {&a, &b};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, end_call, &e), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_string_equal(a.words, "closed-200 ");
  assert_string_equal(b.words, "bye ");
  close_pair(&a, &b);
}

/* ---- what the host runs out of */

/* Take all descriptors but so many; returns how many were taken. */
static int take_fds(int *fds, int cap, int leave) {
  int n = 0;
  while (n < cap && (fds[n] = dup(0)) >= 0) {
    n++;
  }
  while (leave-- > 0 && n > 0) {
    close(fds[--n]);
  }
  return n;
}

static void without_descriptors_a_call_fails_and_nothing_else(void **state) {
  (void)state;
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  struct rlimit few = {128, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  FILE *file = tmpfile();
  int err = dup(2);
  assert_true(dup2(fileno(file), 2) >= 0);
  bool called = false;
  for (int leave = 0; leave < 16; leave++) {
    int fds[128];
    side a = {0};
    side b = {.auto_answer = true};
    open_pair(&a, &b, 0);
    int n = take_fds(fds, (int)ARRAY_LEN(fds), leave);
    msnav_error sent = msnav_dialog_invite(a.d, OFFER, strlen(OFFER));
    run_for(10 * MS);
    called = strcmp(b.words, "offer confirmed ") == 0;
    if (sent != MSNAV_OK) {
      assert_int_equal(sent, MSNAV_ERR_SYSTEM);
      assert_string_equal(b.words, "");
    } else if (!called) {
      assert_string_equal(b.words, "failed-18 "); /* MSNAV_ERR_SYSTEM */
    }
    while (n > 0) {
      close(fds[--n]);
    }
    if (sent != MSNAV_OK) { /* with all of them it is as if nothing had been */
      invite(&a);
      wait_words(&b, "offer confirmed ");
    }
    close_pair(&a, &b);
    msnav_sip_free(sip); /* and its spare shards */
    assert_int_equal(msnav_sip_new(msnav_epoll_loop(loop), NULL, on_trace, NULL,
                                   &sip),
                     0);
  }
  (void)dup2(err, 2);
  (void)close(err);
  assert_true(called); /* with enough of them */
  fseek(file, 0, SEEK_END);
  assert_int_equal(ftell(file), 0);
  fclose(file);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- what a caller gets wrong */

static void bad_configurations_are_refused(void **state) {
  (void)state;
  static const char newline[] = "a\r\nb";
  const msnav_dialog_config good = local_config();
  side s = {0};
  msnav_dialog_config rows[20];
  msnav_error want[20];
  char quotes[162], uri[202], most[201];
  memset(quotes, '"', 161);
  quotes[161] = '\0';
  memset(uri, 'u', 201);
  memcpy(uri, "sip:", 4);
  uri[201] = '\0';
  memcpy(most, uri, 200);
  most[200] = '\0';
  size_t n = 0;
#define ROW(error, change)                                                     \
  do {                                                                         \
    rows[n] = good;                                                            \
    rows[n].change;                                                            \
    want[n++] = (error);                                                       \
  } while (0)
  ROW(MSNAV_ERR_INVALID, size = 0);
  ROW(MSNAV_ERR_INVALID, profile = 2);
  ROW(MSNAV_ERR_INVALID, accept_first = 2);
  ROW(MSNAV_ERR_INVALID, bind.ip = 0); /* and nothing to tell the peer */
  ROW(MSNAV_ERR_INVALID, from_name = newline);
  ROW(MSNAV_ERR_INVALID, from_uri = "mailto:a@b");
  ROW(MSNAV_ERR_INVALID, from_uri = "sip:a>b");
  ROW(MSNAV_ERR_INVALID, to_uri = "sip:a b");
  ROW(MSNAV_ERR_INVALID, to_uri = uri);
  ROW(MSNAV_ERR_INVALID, from_name = quotes);
  ROW(MSNAV_ERR_INVALID, from_name = quotes + 1; /* 160, each is escaped */
      rows[n].from_uri = most);
  ROW(MSNAV_ERR_INVALID, user = "a b");
  ROW(MSNAV_ERR_INVALID, user_agent = newline);
  ROW(MSNAV_ERR_ADDRESS, bind.ip = 0xe0000001);       /* 224.0.0.1 */
  ROW(MSNAV_ERR_ADDRESS, bind.ip = 0xc0000201);       /* 192.0.2.1: not ours */
  ROW(MSNAV_ERR_ADDRESS, advertised_ip = 0xffffffff); /* broadcast */
  ROW(MSNAV_ERR_ADDRESS, remote = ((msnav_addr){0xe0000001, 5060}));
  ROW(MSNAV_ERR_ADDRESS, remote = ((msnav_addr){0x00000001, 5060}));
  ROW(MSNAV_ERR_ADDRESS, proxy = ((msnav_addr){0xf0000001, 5060}));
#undef ROW
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(msnav_dialog_new(sip, &rows[i], &EVENTS, &s, &s.d),
                     want[i]);
    assert_null(s.d);
  }
  assert_int_equal(msnav_dialog_new(NULL, &good, &EVENTS, &s, &s.d),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_new(sip, NULL, &EVENTS, &s, &s.d),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_new(sip, &good, &EVENTS, &s, NULL),
                   MSNAV_ERR_INVALID);
  msnav_sip *none = NULL;
  const msnav_loop empty = {.size = sizeof(empty)};
  assert_int_equal(msnav_sip_new(&empty, NULL, NULL, NULL, &none),
                   MSNAV_ERR_INVALID);
}

/* The longest of each: what is taken is sent. */
static void the_longest_names_reach_the_peer(void **state) {
  (void)state;
  peer p;
  side a = {0};
  char name[161], uri[201], user[64], agent[65], want[400];
  memset(name, 'n', 160);
  memset(uri, 'u', 200);
  memcpy(uri, "sip:", 4);
  memset(user, 'x', 63);
  memset(agent, 'a', 64);
  name[160] = uri[200] = user[63] = agent[64] = '\0';
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.remote = p.addr;
  config.from_name = name;
  config.from_uri = config.to_uri = uri;
  config.user = user;
  config.user_agent = agent;
  open_side(&a, &config);
  invite(&a);
  expect(&p, "INVITE ");
  snprintf(want, sizeof(want), "\"%s\" <%s>;tag=", name, uri);
  assert_int_equal(strncmp(header(p.in, "From"), want, strlen(want)), 0);
  assert_string_equal(header(p.in, "User-Agent"), agent);
  msnav_dialog_free(a.d);
  close(p.fd);
}

static void who_rings_may_do_so_for_ever(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  msnav_dialog_config config = local_config();
  config.setup_limit = MSNAV_NEVER;
  open_side(&a, &config);
  open_side(&b, &config);
  assert_int_equal(msnav_dialog_set_remote(a.d, msnav_dialog_local(b.d)), 0);
  assert_int_equal(msnav_dialog_set_remote(b.d, msnav_dialog_local(a.d)), 0);
  invite(&a);
  wait_words(&a, "progress-180 ");
  run_for(50 * MS);
  assert_string_equal(a.words, "progress-180 ");
  answer(&b);
  wait_words(&a, "progress-180 answer confirmed ");
  close_pair(&a, &b);
}

static void a_taken_port_is_named(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  config.bind.port = msnav_dialog_local(a.d)->port;
  assert_int_equal(msnav_dialog_new(sip, &config, &EVENTS, &b, &b.d),
                   MSNAV_ERR_IN_USE);
  msnav_dialog_free(a.d);
  open_side(&b, &config);
  assert_int_equal(msnav_dialog_local(b.d)->port, config.bind.port);
  msnav_dialog_free(b.d);
}

static void the_advertised_address_is_what_the_peer_is_told(void **state) {
  (void)state;
  peer p;
  side a = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.advertised_ip = 0x0a010203;
  config.advertised_port = 4711;
  config.remote = p.addr;
  open_side(&a, &config);
  assert_int_equal(msnav_dialog_local(a.d)->ip, 0x0a010203);
  assert_int_equal(msnav_dialog_local(a.d)->port, 4711);
  invite(&a);
  expect(&p, "INVITE ");
  assert_string_equal(header(p.in, "Contact"), "<sip:10.1.2.3:4711>");
  assert_int_equal(strncmp(header(p.in, "Via"),
                           "SIP/2.0/UDP 10.1.2.3:4711;branch=z9hG4bK", 40),
                   0);
  msnav_dialog_free(a.d);
  close(p.fd);
}

static void calls_in_the_wrong_state_change_nothing(void **state) {
  (void)state;
  side a = {0};
  msnav_dialog_config config = local_config();
  const msnav_addr there = {LOOPBACK, 9};
  const msnav_addr nowhere = {LOOPBACK, 0};
  const msnav_addr group = {0xe0000001, 9};
  open_side(&a, &config);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, strlen(OFFER)),
                   MSNAV_ERR_STATE); /* whom? */
  assert_int_equal(msnav_dialog_answer(a.d, ANSWER, strlen(ANSWER)),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_refuse(a.d, 488), MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_remote(a.d)->port, 0);
  assert_int_equal(msnav_dialog_set_remote(a.d, &nowhere), MSNAV_ERR_ADDRESS);
  assert_int_equal(msnav_dialog_set_remote(a.d, &group), MSNAV_ERR_ADDRESS);
  assert_int_equal(msnav_dialog_set_remote(a.d, &there), MSNAV_OK);
  assert_int_equal(msnav_dialog_set_remote(a.d, &there), MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_remote(a.d)->port, 9);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, 0), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(a.d, NULL, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(NULL, OFFER, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, 100000), MSNAV_ERR_INVALID);
  msnav_dialog_free(a.d);
  msnav_dialog_free(NULL);
  msnav_sip_free(NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_call_is_set_up_and_the_caller_hangs_up),
    T(the_called_side_hangs_up),
    T(both_hang_up_at_once),
    T(the_caller_cancels_before_the_answer),
    T(a_cancel_that_crosses_the_answer_becomes_a_bye),
    T(the_called_side_refuses),
    T(hanging_up_while_it_rings_refuses),
    T(hanging_up_before_the_ack_waits_for_it),
    T(hanging_up_nothing_is_reported_too),
    T(a_reinvite_goes_either_way),
    T(a_refused_reinvite_leaves_the_call_up),
    T(crossing_reinvites_are_tried_again),
    T(a_dialog_may_be_freed_in_every_event),
    T(a_dialog_may_be_freed_when_refused_or_asked_again),
    T(nothing_is_sent_after_a_dialog_is_freed),
    T(all_may_go_inside_an_event),
    T(an_idle_call_wakes_nobody),
    T(a_long_call_does_without_an_agent),
    T(a_dialog_that_only_listens_costs_one_descriptor),
    T(the_process_is_left_as_it_was),
    T(a_call_may_go_on_in_another_thread),
    T(without_descriptors_a_call_fails_and_nothing_else),
    T(bad_configurations_are_refused),
    T(the_longest_names_reach_the_peer),
    T(who_rings_may_do_so_for_ever),
    T(a_taken_port_is_named),
    T(the_advertised_address_is_what_the_peer_is_told),
    T(calls_in_the_wrong_state_change_nothing),
  };
  return cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
