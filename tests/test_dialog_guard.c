/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A live agent under fire: what kills an unguarded nta, and floods. */
#include "dialog_kit.h"

static char text[8192];

static size_t load(const char *name, const peer *p, const side *s) {
  size_t len = 0;
  char *bytes = load_data(name, &len);
  assert_true(len < sizeof(text));
  memcpy(text, bytes, len);
  text[len] = '\0';
  free(bytes);
  char addr[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(&p->addr, addr);
  replace(text, sizeof(text), "192.168.0.165:11630", addr);
  (void)msnav_addr_format(msnav_dialog_local(s->d), addr);
  replace(text, sizeof(text), "192.168.0.127:12449", addr);
  return strlen(text);
}

static void open_against(side *s, peer *p) {
  open_peer(p);
  msnav_dialog_config config = local_config();
  config.remote = p->addr;
  open_side(s, &config);
}

/* The peer's call, up to its ACK. */
static void be_called(peer *p, side *s) {
  char tag[96];
  send_to(p, msnav_dialog_local(s->d), text,
          load("paper-sip-1-invite.sip", p, s));
  wait_words(s, "offer ");
  answer(s);
  expect(p, "SIP/2.0 200 ");
  snprintf(tag, sizeof(tag), "%s", strstr(header(p->in, "To"), ";tag=") + 5);
  (void)load("paper-sip-5-ack.sip", p, s);
  replace(text, sizeof(text), "d1486a68903a42e0b491b958f0691c6c", tag);
  send_to(p, msnav_dialog_local(s->d), text, strlen(text));
  wait_words(s, "offer confirmed ");
}

/* INVITE with Via port 0, then ACK: an assertion of nta in every version. */
static void the_two_datagrams_that_kill_nta_are_refused(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_against(&s, &p);
  for (int i = 0; i < 2; i++) { /* without an agent, then with one */
    size_t len = load("via-port0-1-invite.sip", &p, &s);
    send_to(&p, msnav_dialog_local(s.d), text, len);
    len = load("via-port0-2-ack.sip", &p, &s);
    send_to(&p, msnav_dialog_local(s.d), text, len);
    run_for(20 * MS);
    assert_int_equal(refused_seen, 2 * (i + 1));
    if (i == 0) {
      assert_string_equal(s.words, "");
      be_called(&p, &s);
    }
  }
  assert_string_equal(s.words, "offer confirmed ");
  hangup(&s);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* Sofia's SDP parser would eat all memory on these bodies; nobody gives them
 * to it. */
static void bodies_that_exhaust_sofia_are_bytes_to_us(void **state) {
  (void)state;
  size_t len = 0;
  char *bomb = load_data("bomb.sdp", &len);
  peer p;
  side s = {0};
  open_against(&s, &p);
  (void)load("paper-sip-1-invite.sip", &p, &s);
  char *body = strstr(text, "\r\n\r\n") + 4;
  char length[32];
  snprintf(length, sizeof(length), "Content-Length: %zu", len);
  *body = '\0';
  replace(text, sizeof(text), "Content-Length: 286", length);
  size_t headers = strlen(text);
  memcpy(text + headers, bomb, len);
  send_to(&p, msnav_dialog_local(s.d), text, headers + len);
  wait_words(&s, "offer ");
  assert_memory_equal(s.sdp, bomb, len);
  free(bomb);
  char *fuzz = load_data("sofia-sdp-oom-fuzz.sip", &len);
  send_to(&p, msnav_dialog_local(s.d), fuzz, len);
  run_for(20 * MS);
  assert_int_equal(refused_seen, 1);
  free(fuzz);
  msnav_dialog_free(s.d);
  close(p.fd);
}

typedef struct end {
  struct sockaddr_in local;
  struct sockaddr_in remote;
} end;

/* Sockets that are connected. */
static size_t list_ends(end ends[], size_t cap) {
  size_t n = 0;
  for (int fd = 0; fd < 1024 && n < cap; fd++) {
    end e = {0};
    socklen_t size[2] = {sizeof(e.local), sizeof(e.remote)};
    if (getsockname(fd, (struct sockaddr *)&e.local, &size[0]) == 0 &&
        getpeername(fd, (struct sockaddr *)&e.remote, &size[1]) == 0 &&
        e.local.sin_family == AF_INET) {
      ends[n++] = e;
    }
  }
  return n;
}

static bool is_same(const struct sockaddr_in *a, const struct sockaddr_in *b) {
  return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

/* The guard and Sofia take nothing from anybody but each other. */
static void the_private_pair_is_nobody_elses(void **state) {
  (void)state;
  peer p;
  peer stranger;
  side s = {0};
  end ends[4];
  open_against(&s, &p);
  open_peer(&stranger);
  be_called(&p, &s);
  assert_int_equal(list_ends(ends, ARRAY_LEN(ends)), 2);
  assert_true(is_same(&ends[0].local, &ends[1].remote));
  assert_true(is_same(&ends[1].local, &ends[0].remote));
  size_t len = load("paper-sip-6-bye-unswapped.sip", &p, &s);
  unsigned sent = out_seen;
  for (size_t i = 0; i < 2; i++) {
    const msnav_addr to = {ntohl(ends[i].local.sin_addr.s_addr),
                           ntohs(ends[i].local.sin_port)};
    assert_int_equal(to.ip >> 24, 127);
    send_to(&stranger, &to, text, len);
  }
  run_for(20 * MS);
  assert_string_equal(s.words, "offer confirmed ");
  assert_int_equal(out_seen, sent);
  assert_false(receive(&stranger, NULL));
  hangup(&s);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
  close(stranger.fd);
}

static unsigned others;

static void on_other(void *arg) {
  (void)arg;
  others++;
}

/* 2,000 datagrams of garbage wait in the socket: others get their turn in
 * between, nothing is answered, and the call goes on. */
static void a_flood_is_bounded(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_against(&s, &p);
  be_called(&p, &s);
  while (receive(&p, NULL)) {
  }
  unsigned sent = out_seen;
  for (int i = 0; i < 2000; i++) {
    send_to(&p, msnav_dialog_local(s.d), "x", 1);
  }
  const msnav_loop *host = msnav_epoll_loop(loop);
  void *timer = host->timer_add(host->data, on_other, NULL);
  others = 0;
  unsigned before = refused_seen;
  host->timer_set(host->data, timer, now());
  assert_int_equal(msnav_epoll_step(loop, now() + 10 * MS), MSNAV_OK);
  assert_int_equal(msnav_epoll_step(loop, now() + 10 * MS), MSNAV_OK);
  assert_int_equal(others, 1);
  assert_in_range(refused_seen - before, 1, 2 * 32);
  host->timer_del(host->data, timer);
  run_for(100 * MS);
  assert_true(refused_seen > before + 100);
  assert_int_equal(out_seen, sent);
  assert_false(receive(&p, NULL));
  clear(&s, &s);
  hangup(&s);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

/* Well-formed messages with bytes changed, from the negotiated peer, in every
 * state of a call; then a call as usual. */
static void damaged_messages_do_no_harm(void **state) {
  (void)state;
  static const char *const files[] = {
    "paper-sip-1-invite.sip",        "paper-sip-2-100.sip",
    "paper-sip-4-200.sip",           "paper-sip-5-ack.sip",
    "paper-sip-6-bye-unswapped.sip", "via-port0-1-invite.sip",
  };
  uint32_t seed = 1;
  for (int round = 0; round < 6; round++) {
    peer p;
    side s = {.auto_answer = round % 2 == 1};
    open_against(&s, &p);
    if (round >= 3) {
      invite(&s);
    }
    for (int i = 0; i < 300; i++) {
      size_t len = load(files[next_random(&seed) % ARRAY_LEN(files)], &p, &s);
      for (uint32_t n = next_random(&seed) % 4; n > 0; n--) {
        text[next_random(&seed) % len] = (char)next_random(&seed);
      }
      if (next_random(&seed) % 8 == 0) {
        len = next_random(&seed) % len + 1;
      }
      send_to(&p, msnav_dialog_local(s.d), text, len);
      if (i % 8 == 0) {
        run_for(1 * MS);
      }
    }
    run_for(20 * MS);
    msnav_dialog_free(s.d);
    close(p.fd);
  }
  assert_true(refused_seen > 600);
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hangup(&a);
  wait_words(&b, "bye ");
  close_pair(&a, &b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(the_two_datagrams_that_kill_nta_are_refused),
    T(bodies_that_exhaust_sofia_are_bytes_to_us),
    T(the_private_pair_is_nobody_elses),
    T(a_flood_is_bounded),
    T(damaged_messages_do_no_harm),
  };
  return cmocka_run_group_tests_name("dialog_guard", tests, NULL, NULL);
}
