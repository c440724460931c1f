/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams that are lost, and peers that fall silent: what is repeated, and
 * when it is given up. */
#include "dialog_kit.h"

/* A relay between two dialogs: each has one of its sockets as its peer. */
typedef struct relay {
  peer left; /* what a sees */
  peer right;
  msnav_addr a;
  msnav_addr b;
  const char *lose; /* datagrams that begin like this are lost */
  const char *also; /* and have this somewhere; NULL: whatever they have */
  unsigned times;   /* so many of them */
  unsigned lost;
} relay;

static bool is_lost(relay *r, const char *message) {
  if (r->lose == NULL || r->lost == r->times ||
      strncmp(message, r->lose, strlen(r->lose)) != 0 ||
      (r->also != NULL && strstr(message, r->also) == NULL)) {
    return false;
  }
  r->lost++;
  return true;
}

static void pass_on(relay *r, peer *from, peer *to, const msnav_addr *whom) {
  while (receive(from, NULL)) {
    if (!is_lost(r, from->in)) {
      send_to(to, whom, from->in, strlen(from->in));
    }
  }
}

static void on_left(int fd, unsigned events, void *arg) {
  (void)fd;
  (void)events;
  relay *r = arg;
  pass_on(r, &r->left, &r->right, &r->b);
}

static void on_right(int fd, unsigned events, void *arg) {
  (void)fd;
  (void)events;
  relay *r = arg;
  pass_on(r, &r->right, &r->left, &r->a);
}

typedef struct line {
  relay r;
  side a;
  side b;
  void *io[2];
} line;

static void open_line(line *l, uint32_t profile) {
  memset(l, 0, sizeof(*l));
  open_peer(&l->r.left);
  open_peer(&l->r.right);
  msnav_dialog_config config = local_config();
  config.profile = profile;
  config.remote = l->r.left.addr;
  open_side(&l->a, &config);
  config.remote = l->r.right.addr;
  open_side(&l->b, &config);
  l->r.a = *msnav_dialog_local(l->a.d);
  l->r.b = *msnav_dialog_local(l->b.d);
  const msnav_loop *host = msnav_epoll_loop(loop);
  l->io[0] =
    host->io_add(host->data, l->r.left.fd, MSNAV_IO_READ, on_left, &l->r);
  l->io[1] =
    host->io_add(host->data, l->r.right.fd, MSNAV_IO_READ, on_right, &l->r);
  l->b.auto_answer = true;
}

static void close_line(line *l) {
  const msnav_loop *host = msnav_epoll_loop(loop);
  close_pair(&l->a, &l->b);
  host->io_del(host->data, l->io[0]);
  host->io_del(host->data, l->io[1]);
  close(l->r.left.fd);
  close(l->r.right.fd);
}

static void one_lost_datagram_of_each_kind_does_no_harm(void **state) {
  (void)state;
  static const struct {
    const char *lose;
    const char *also;
    unsigned times;
  } rows[] = {
    {"INVITE ", NULL, 1},
    {"SIP/2.0 180", NULL, 1},
    {"SIP/2.0 200", "INVITE\r\n", 1},
    {"SIP/2.0 200", "INVITE", 2},
    {"ACK ", NULL, 1},
    {"BYE ", NULL, 1},
    {"SIP/2.0 200", "BYE\r\n", 1},
  };
  for (uint32_t profile = 0; profile < 2; profile++) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
      line l;
      open_line(&l, profile);
      l.r.lose = rows[i].lose;
      l.r.also = rows[i].also;
      l.r.times = rows[i].times;
      invite(&l.a);
      wait_words(&l.b, "offer confirmed ");
      wait_for(&l.a, "answer confirmed ");
      clear(&l.a, &l.b);
      hangup(&l.a);
      wait_words(&l.b, "bye ");
      wait_words(&l.a, "closed-200 ");
      assert_int_equal(l.r.lost, rows[i].times);
      close_line(&l);
    }
  }
  assert_int_equal(refused_seen, 0);
}

static void one_lost_datagram_of_a_cancelled_call_does_no_harm(void **state) {
  (void)state;
  static const struct {
    const char *lose;
    const char *also;
  } rows[] = {
    {"CANCEL ", NULL},
    {"SIP/2.0 200", "CANCEL\r\n"},
    {"SIP/2.0 487", NULL},
    {"ACK ", NULL},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    line l;
    open_line(&l, (uint32_t)i % 2);
    l.b.auto_answer = false;
    l.r.lose = rows[i].lose;
    l.r.also = rows[i].also;
    l.r.times = 1;
    invite(&l.a);
    wait_words(&l.b, "offer ");
    wait_for(&l.a, "progress-180 ");
    hangup(&l.a);
    wait_words(&l.b, "offer bye ");
    wait_for(&l.a, "closed-200 ");
    run_for(700 * MS);
    assert_int_equal(l.r.lost, 1);
    close_line(&l);
  }
  assert_int_equal(refused_seen, 0);
}

static void an_invite_that_nobody_answers_is_given_up(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.remote = p.addr;
  config.setup_limit = 1800 * MS;
  open_side(&s, &config);
  msnav_usec begin = now();
  invite(&s);
  wait_words(&s, "refused-408 ");
  assert_in_range(now() - begin, 1799 * MS, 2200 * MS);
  unsigned invites = 0;
  while (receive(&p, NULL)) {
    invites += strncmp(p.in, "INVITE ", 7) == 0;
  }
  assert_int_equal(invites, 3); /* at 0, 500 and 1500 ms, RFC 3261 17.1.1.2 */
  hangup(&s);
  wait_words(&s, "refused-408 closed-200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* The peer rings and then says nothing: CANCEL, and what still comes is
 * cleared up. */
static void a_call_that_only_rings_is_cancelled(void **state) {
  (void)state;
  line l;
  open_line(&l, 0);
  msnav_dialog_free(l.a.d);
  msnav_dialog_config config = local_config();
  config.remote = l.r.left.addr;
  config.setup_limit = 500 * MS;
  open_side(&l.a, &config);
  l.r.a = *msnav_dialog_local(l.a.d);
  l.b.auto_answer = false;
  invite(&l.a);
  wait_words(&l.b, "offer bye ");
  wait_words(&l.a, "progress-180 refused-408 ");
  close_line(&l);
}

/* RFC 3261 section 13.3.1.4: without an ACK the session is ended by BYE. */
static void an_answer_that_nobody_acknowledges_ends_the_call(void **state) {
  (void)state;
  line l;
  open_line(&l, 0);
  l.r.lose = "ACK ";
  l.r.times = 1000;
  invite(&l.a);
  wait_words(&l.b, "offer failed-21 "); /* MSNAV_ERR_LATE */
  wait_for(&l.a, "answer confirmed bye ");
  assert_true(l.r.lost > 3);
  close_line(&l);
}

static void a_bye_that_nobody_answers_is_reported_as_408(void **state) {
  (void)state;
  line l;
  open_line(&l, 0);
  invite(&l.a);
  wait_words(&l.b, "offer confirmed ");
  l.r.lose = "BYE ";
  l.r.times = 1000;
  clear(&l.a, &l.b);
  hangup(&l.a);
  wait_words(&l.a, "closed-408 ");
  assert_true(l.r.lost > 3);
  close_line(&l);
}

static void a_cancel_that_nobody_answers_is_reported_as_408(void **state) {
  (void)state;
  line l;
  open_line(&l, 0);
  l.b.auto_answer = false;
  invite(&l.a);
  wait_for(&l.a, "progress-180 ");
  clear(&l.a, &l.b);
  l.r.lose = "CANCEL ";
  l.r.times = 1000;
  hangup(&l.a);
  wait_words(&l.a, "closed-408 ");
  close_line(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(one_lost_datagram_of_each_kind_does_no_harm),
    T(one_lost_datagram_of_a_cancelled_call_does_no_harm),
    T(an_invite_that_nobody_answers_is_given_up),
    T(a_call_that_only_rings_is_cancelled),
    T(an_answer_that_nobody_acknowledges_ends_the_call),
    T(a_bye_that_nobody_answers_is_reported_as_408),
    T(a_cancel_that_nobody_answers_is_reported_as_408),
  };
  return cmocka_run_group_tests_name("dialog_loss", tests, NULL, NULL);
}
