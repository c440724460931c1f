/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Re-INVITEs of either side (RFC 3261 section 14). */
#include "sip/inner.h" /* when another try is due */

#include "paper_kit.h"

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
  invite(&a);
  wait_words(&b, "reoffer ");
  answer(&b);
  wait_words(&a, "reanswer ");
  run_for(10 * MS); /* the ACK arrives */
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
  wait_words(&a, "reoffer reanswer ");
  wait_words(&b, "reanswer reoffer ");
  clear(&a, &b);
  hangup(&a);
  wait_words(&b, "bye ");
  close_pair(&a, &b);
}

typedef struct spread {
  msnav_usec least, most;
} spread;

/* Whether a side waits by now, and for how long since it began: at least so,
 * and from here on at most so. */
static bool
note_wait(spread *of, const side *s, msnav_usec begun, const spread *range) {
  msnav_usec due = s->d->due[MSNAV_DUE_RETRY];
  if (due == MSNAV_NEVER) {
    return false;
  }
  assert_true(due >= begun + range->least && due <= now() + range->most);
  of->least = MIN(of->least, due - begun);
  of->most = MAX(of->most, due - begun);
  return true;
}

/* RFC 3261 section 14.1: 2.1 to 4 s for who made the Call-ID, 0 to 2 s for
 * the other, at random: two that waited as long would meet again. */
static void waits_after_a_collision_are_random(void **state) {
  enum { PAIRS = 12 };
  static const spread range_calling = {2100 * MS, 4000 * MS};
  static const spread range_called = {0, 2000 * MS};
  spread calling = {MSNAV_NEVER, 0};
  spread called = {MSNAV_NEVER, 0};
  (void)state;
  for (int i = 0; i < PAIRS; i++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, 0);
    msnav_usec begun = now();
    invite(&a);
    invite(&b);
    bool a_waits = false;
    bool b_waits = false;
    while (!a_waits || !b_waits) {
      assert_int_equal(msnav_epoll_step(loop, begun + 12000 * MS), MSNAV_OK);
      assert_true(now() < begun + 12000 * MS);
      a_waits = a_waits || note_wait(&calling, &a, begun, &range_calling);
      b_waits = b_waits || note_wait(&called, &b, begun, &range_called) ||
                strcmp(a.words, "reoffer ") == 0; /* 0 ms are over at once */
    }
    close_pair(&a, &b);
  }
  /* chances are 1 in 10 million that twelve fall into a sixth */
  assert_true(calling.most - calling.least > 300 * MS);
  assert_true(called.most - called.least > 300 * MS);
}

/* Theirs is in a call that they began. */
static void they_reinvite(const peer *p, const side *s, const char *tag) {
  char to[160];
  char bare[160];
  char addr[MSNAV_ADDR_TEXT];
  load("paper-sip-1-invite.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  (void)msnav_addr_format(msnav_dialog_local(s->d), addr);
  snprintf(to, sizeof(to), "To: <sip:%s>;tag=%s", addr, tag);
  snprintf(bare, sizeof(bare), "To: <sip:%s>", addr);
  put(bare, to);
  put("1 INVITE", "2 INVITE");
  send_text(p, s);
}

static void they_acknowledge(const peer *p, const side *s, const char *tag) {
  load("paper-sip-5-ack.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  put(PAPER_OUR_TAG, tag);
  put("1 ACK", "2 ACK");
  send_text(p, s);
}

/* Ours meets another of theirs. */
static void collide(peer *p, side *s) {
  expect(p, "INVITE ");
  reply(p, s, p->in, "491 Request Pending");
  expect(p, "ACK ");
}

/* A peer that is always in the middle of something is asked twice, and twice
 * again when there is something new. */
static void a_reinvite_is_tried_twice(void **state) {
  (void)state;
  char tag[64];
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  for (int i = 0; i < 2; i++) {
    s.words[0] = '\0';
    invite(&s);
    collide(&p, &s);
    run_for(10 * MS);
    assert_string_equal(s.words, "");
    collide(&p, &s); /* within 2 s */
    assert_string_not_equal(header(p.in, "CSeq"), "1 ACK");
    wait_words(&s, "rerefused-491 ");
  }
  run_for(2200 * MS);
  assert_string_equal(s.words, "rerefused-491 ");
  assert_false(receive(&p, NULL));
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* In a call of theirs both want a change at once. */
static void cross(peer *p, side *s, char tag[64]) {
  open_against(s, p, 0);
  paper_calls(p, s, false, tag);
  invite(s);
  collide(p, s);
  they_reinvite(p, s, tag);
}

/* RFC 3261 section 14.1: no INVITE while another is in progress. */
static void none_is_tried_again_into_one_of_theirs(void **state) {
  (void)state;
  char tag[64];
  peer p;
  side s = {0};
  cross(&p, &s, tag);
  wait_words(&s, "reoffer rerefused-491 ");
  run_for(20 * MS);
  while (receive(&p, NULL)) {
    assert_memory_equal(p.in, "SIP/2.0 100 ", 12);
  }
  answer(&s);
  expect(&p, "SIP/2.0 200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* dialog.h: what waits may be replaced, theirs answered or not. */
static void an_offer_that_waits_may_be_replaced(void **state) {
  (void)state;
  char tag[64];
  peer p;
  side s = {0};
  cross(&p, &s, tag);
  wait_words(&s, "reoffer ");
  answer(&s);
  assert_int_equal(msnav_dialog_invite(s.d, ANSWER, strlen(ANSWER)), MSNAV_OK);
  expect(&p, "SIP/2.0 200 ");
  they_acknowledge(&p, &s, tag);
  expect(&p, "INVITE ");
  assert_string_equal(strstr(p.in, "\r\n\r\n") + 4, ANSWER);
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* dialog.h: 408 when nobody answered, whatever becomes of the CANCEL; and only
 * for that one. */
static void an_overdue_reinvite_is_cancelled(void **state) {
  (void)state;
  static char first[8192];
  char tag[64];
  peer p;
  side s = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.remote = p.addr;
  config.setup_limit = 100 * MS;
  open_side(&s, &config);
  paper_calls(&p, &s, false, tag);
  invite(&s);
  expect(&p, "INVITE ");
  memcpy(first, p.in, sizeof(first));
  reply(&p, &s, first, "180 Ringing");
  expect(&p, "CANCEL ");
  reply(&p, &s, p.in, "200 OK");
  reply(&p, &s, first, "487 Request Terminated");
  expect(&p, "ACK ");
  wait_words(&s, "progress-180 rerefused-408 ");
  s.words[0] = '\0';
  invite(&s);
  expect(&p, "INVITE ");
  reply(&p, &s, p.in, "488 Not Acceptable Here");
  wait_words(&s, "rerefused-488 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void their_reinvite_without_an_offer_is_refused(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "INVITE sip");
  put("1 ACK", "2 INVITE");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 488 ");
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  hangup(&s);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void a_reinvite_that_is_cancelled_leaves_the_call_up(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  they_reinvite(&p, &s, tag);
  wait_words(&s, "reoffer ");
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "CANCEL sip");
  put("1 ACK", "2 CANCEL");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 200 ");
  assert_string_equal(header(p.in, "CSeq"), "2 CANCEL");
  expect(&p, "SIP/2.0 487 ");
  put("CANCEL sip", "ACK sip");
  put("2 CANCEL", "2 ACK");
  send_text(&p, &s);
  run_for(20 * MS);
  assert_string_equal(s.words, "reoffer ");
  assert_int_equal(msnav_dialog_answer(s.d, ANSWER, strlen(ANSWER)),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_invite(s.d, OFFER, strlen(OFFER)), MSNAV_OK);
  expect(&p, "INVITE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_reinvite_goes_either_way),
    T(a_refused_reinvite_leaves_the_call_up),
    T(crossing_reinvites_are_tried_again),
    T(waits_after_a_collision_are_random),
    T(a_reinvite_is_tried_twice),
    T(none_is_tried_again_into_one_of_theirs),
    T(an_offer_that_waits_may_be_replaced),
    T(an_overdue_reinvite_is_cancelled),
    T(their_reinvite_without_an_offer_is_refused),
    T(a_reinvite_that_is_cancelled_leaves_the_call_up),
  };
  return cmocka_run_group_tests_name("dialog_reinvites", tests, NULL, NULL);
}
