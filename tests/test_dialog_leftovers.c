/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call leaves in an agent of Sofia's that may serve the next one: the
 * next call sees nothing of it, and where it could there is no such agent. */
#include "dialog_kit.h"
#include "sip/inner.h"

static void what_did_not_end_by_a_bye_leaves_no_agent(void **state) {
  (void)state;
  whole_call();
  int without = count_fds();
  share(CALLS);
  side a = {0};
  side b = {0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer ");
  assert_int_equal(msnav_dialog_refuse(b.d, 603), MSNAV_OK);
  wait_for(&a, "refused-603 ");
  close_pair(&a, &b);
  assert_int_equal(count_fds(), without);
  a = b = (side){0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_for(&a, "progress-180 ");
  hangup(&a); /* cancels */
  wait_for(&a, "closed-200 ");
  close_pair(&a, &b);
  assert_int_equal(count_fds(), without);
  a = b = (side){0};
  talk(&a, &b, 0);
  hangup(&a);
  msnav_dialog_free(a.d); /* before its BYE is answered */
  wait_words(&b, "bye ");
  msnav_dialog_free(b.d);
  assert_int_equal(count_fds(), without + 1);
}

/* ---- a peer that says the same bytes in each call */

#define NAMES                                                                  \
  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKsame\r\n"                       \
  "From: <sip:peer@127.0.0.1>;tag=same\r\nTo: <sip:me@127.0.0.1>%s\r\n"        \
  "Call-ID: same\r\nMax-Forwards: 70\r\n"

static void say_it(const peer *p, const side *s, const char *method,
                   unsigned cseq, const char *tag, const char *body) {
  char out[2048];
  char local[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(msnav_dialog_local(s->d), local);
  int n = snprintf(out, sizeof(out),
                   "%s sip:%s SIP/2.0\r\n" NAMES "CSeq: %u %s\r\n"
                   "Contact: <sip:127.0.0.1:%u>\r\n%s"
                   "Content-Length: %zu\r\n\r\n%s",
                   method, local, p->addr.port, tag, cseq, method, p->addr.port,
                   body[0] != '\0' ? "Content-Type: application/sdp\r\n" : "",
                   strlen(body), body);
  send_to(p, msnav_dialog_local(s->d), out, (size_t)n);
}

/* They call, and are answered. */
static void taken(peer *p, side *s, char tag[64]) {
  say_it(p, s, "INVITE", 1, "", OFFER);
  wait_words(s, "offer ");
  answer(s);
  expect(p, "SIP/2.0 200 ");
  const char *at = strstr(header(p->in, "To"), ";tag=");
  assert_non_null(at);
  snprintf(tag, 64, "%s", at);
}

static void answered(peer *p, side *s, char tag[64]) {
  taken(p, s, tag);
  say_it(p, s, "ACK", 1, tag, "");
  wait_words(s, "offer confirmed ");
  s->words[0] = '\0';
}

static void they_hang_up(peer *p, side *s, unsigned cseq, const char *tag) {
  say_it(p, s, "BYE", cseq, tag, "");
  wait_for(s, "bye ");
  expect(p, "SIP/2.0 200 ");
}

static void open_against(side *s, const peer *p) {
  msnav_dialog_config config = local_config();
  config.remote = p->addr;
  *s = (side){0};
  open_side(s, &config);
}

/* From now on calls may leave agents.  How many descriptors there are
 * without. */
static int begin(peer *p, side *s) {
  share(1);
  whole_call();
  int without = count_fds();
  share(CALLS);
  open_peer(p);
  open_against(s, p);
  return without;
}

/* How many agents the call has left. */
static int end(peer *p, side *s, int without) {
  msnav_dialog_free(s->d);
  close(p->fd);
  return count_fds() - without;
}

/* ---- a BYE that is under way */

/* A call whose BYE from us came to the peer. */
static int hung_up(peer *p, side *s, char tag[64]) {
  int without = begin(p, s);
  answered(p, s, tag);
  hangup(s);
  expect(p, "BYE ");
  return without;
}

/* BYEs crossed: ours is still repeated. */
static void an_open_bye_leaves_no_agent(void **state) {
  (void)state;
  peer p;
  side s;
  char tag[64];
  int without = hung_up(&p, &s, tag);
  say_it(&p, &s, "BYE", 2, tag, "");
  expect(&p, "SIP/2.0 200 ");
  assert_int_equal(end(&p, &s, without), 0);
}

/* So a proxy says (RFC 3261 sections 16.8 and 16.9) and, for the same reasons,
 * Sofia. */
static void a_bye_that_nobody_answered_leaves_no_agent(void **state) {
  (void)state;
  static const struct {
    const char *status;
    const char *word;
  } rows[] = {{"408 Request Timeout", "closed-408 "},
              {"503 Service Unavailable", "closed-503 "}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    peer p;
    side s;
    char tag[64];
    int without = hung_up(&p, &s, tag);
    reply(&p, &s, p.in, rows[i].status);
    wait_for(&s, rows[i].word);
    assert_int_equal(refused_seen, 0);
    assert_int_equal(end(&p, &s, without), 0);
  }
}

/* ---- something else, though a BYE was answered */

/* Our CANCEL crossed their 200, and they took the BYE instead. */
static void an_open_cancel_leaves_no_agent(void **state) {
  (void)state;
  for (int answers = 0; answers < 2; answers++) {
    static char first[8192], cancel[8192];
    peer p;
    side s;
    int without = begin(&p, &s);
    invite(&s);
    expect(&p, "INVITE ");
    memcpy(first, p.in, sizeof(first));
    reply(&p, &s, first, "180 Ringing");
    wait_words(&s, "progress-180 ");
    hangup(&s);
    expect(&p, "CANCEL ");
    memcpy(cancel, p.in, sizeof(cancel));
    replace(first, sizeof(first), "\r\nCall-ID", ";tag=them\r\nCall-ID");
    reply(&p, &s, first, "200 OK");
    expect(&p, "BYE ");
    reply(&p, &s, p.in, "200 OK");
    wait_for(&s, "closed-200 ");
    if (answers) {
      reply(&p, &s, cancel, "200 OK");
      run_for(10 * MS);
    }
    assert_int_equal(refused_seen, 0);
    assert_int_equal(end(&p, &s, without), answers);
  }
}

static void an_open_reinvite_of_ours_leaves_no_agent(void **state) {
  (void)state;
  for (int answers = 0; answers < 2; answers++) {
    peer p;
    side s;
    char tag[64];
    int without = begin(&p, &s);
    answered(&p, &s, tag);
    invite(&s);
    expect(&p, "INVITE ");
    if (answers) {
      reply(&p, &s, p.in, "488 Not Acceptable Here");
      expect(&p, "ACK ");
    }
    they_hang_up(&p, &s, 2, tag);
    assert_int_equal(end(&p, &s, without), answers);
  }
}

/* RFC 3261 section 17.2.1: an answer is repeated until its ACK comes. */
static void an_open_reinvite_of_theirs_leaves_no_agent(void **state) {
  (void)state;
  static const struct {
    const char *offer;  /* empty: refused without being asked */
    unsigned refuse;    /* 0: left to ring, and the BYE refuses it */
    const char *answer; /* what they get */
  } rows[] = {
    {OFFER, 0, "SIP/2.0 487 "},
    {OFFER, 488, "SIP/2.0 488 "},
    {"", 0, "SIP/2.0 488 "},
  };
  for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
    int acknowledges = (int)(i % 2);
    peer p;
    side s;
    char tag[64];
    int without = begin(&p, &s);
    answered(&p, &s, tag);
    say_it(&p, &s, "INVITE", 2, tag, rows[i / 2].offer);
    run_for(10 * MS);
    if (rows[i / 2].refuse != 0) {
      assert_int_equal(msnav_dialog_refuse(s.d, rows[i / 2].refuse), MSNAV_OK);
    }
    say_it(&p, &s, "BYE", 3, tag, "");
    expect(&p, rows[i / 2].answer);
    wait_for(&s, "bye ");
    if (acknowledges) {
      say_it(&p, &s, "ACK", 2, tag, "");
      run_for(10 * MS);
    }
    assert_int_equal(end(&p, &s, without), acknowledges);
  }
}

/* ---- the next call */

/* Sofia repeats a 200 until its ACK, and this one fits the next call: it has
 * its Call-ID, its CSeq and the tag of nobody else. */
static void an_answer_without_an_ack_is_not_the_next_calls(void **state) {
  (void)state;
  peer p;
  side s;
  char tag[64];
  int without = begin(&p, &s);
  taken(&p, &s, tag);
  they_hang_up(&p, &s, 2, tag);
  msnav_dialog_free(s.d);
  open_against(&s, &p);
  say_it(&p, &s, "INVITE", 1, "", OFFER);
  wait_words(&s, "offer ");
  expect(&p, "SIP/2.0 180 ");
  run_for(700 * MS); /* T1 is 500 ms */
  assert_false(receive(&p, NULL));
  assert_string_equal(s.words, "offer ");
  assert_int_equal(end(&p, &s, without), 0);
}

static void the_same_bytes_are_another_call(void **state) {
  (void)state;
  peer p;
  char before[64] = "";
  msnav_dialog_config config = local_config();
  open_peer(&p);
  config.remote = p.addr;
  share(CALLS);
  for (int i = 0; i < CALLS + 2; i++) {
    side s = {0};
    char tag[64];
    open_side(&s, &config);
    config.bind.port = msnav_dialog_local(s.d)->port;
    answered(&p, &s, tag);
    assert_string_not_equal(tag, before);
    if (i > 0) { /* the BYE of the call before came late */
      say_it(&p, &s, "BYE", 2, before, "");
      run_for(20 * MS);
      assert_string_equal(s.words, "");
      assert_int_equal(refused_seen, i);
    }
    if (i % 2 == 0) { /* another request before the BYE */
      say_it(&p, &s, "OPTIONS", 2, tag, "");
      expect(&p, "SIP/2.0 200 ");
    }
    they_hang_up(&p, &s, 3, tag);
    msnav_dialog_free(s.d);
    snprintf(before, sizeof(before), "%s", tag);
  }
  close(p.fd);
}

/* A stranger who writes nonsense cannot make them come again soon. */
static void only_calls_use_up_numbers(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.accept_first = 1;
  open_side(&s, &config);
  for (int i = 0; i < 100; i++) {
    send_to(&p, msnav_dialog_local(s.d), "nonsense, and a lot of it", 25);
    run_for(MS / 10);
  }
  assert_int_equal(refused_seen, 100);
  assert_int_equal(sip->guards, 0);
  answered(&p, &s, tag);
  assert_int_equal(sip->guards, 1);
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* ---- datagrams that lie in the private pair */

#define INNER(method)                                                          \
  method " sip:127.0.0.1:9 SIP/2.0\r\n"                                        \
         "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKbefore\r\n"               \
         "From: <sip:peer@127.0.0.1>;tag=before\r\n"                           \
         "To: <sip:me@127.0.0.1>\r\nCall-ID: before\r\nCSeq: 1 " method "\r\n"

static const char TO_SOFIA[] =
  INNER("INVITE") "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\n"
                  "v=0\r\n";
static const char FROM_SOFIA[] = INNER("OPTIONS") "Content-Length: 0\r\n\r\n";

static void put_in(int fd, const char *text) {
  assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
}

/* We call before the loop runs again, and that is all that either side
 * hears. */
static void rings(peer *p, side *s) {
  invite(s);
  run_for(20 * MS);
  assert_true(receive(p, NULL));
  assert_memory_equal(p->in, "INVITE ", 7);
  reply(p, s, p->in, "180 Ringing");
  wait_words(s, "progress-180 ");
  assert_false(receive(p, NULL));
}

static void what_lies_in_an_agents_pair_is_thrown_away(void **state) {
  (void)state;
  peer p;
  side s;
  char tag[64];
  share(CALLS);
  open_peer(&p);
  for (int to_sofia = 0; to_sofia < 2; to_sofia++) {
    open_against(&s, &p);
    answered(&p, &s, tag);
    they_hang_up(&p, &s, 2, tag);
    msnav_dialog_free(s.d);
    assert_non_null(sip->spare->spare);
    put_in(to_sofia ? sip->spare->inner : sip->spare->fd,
           to_sofia ? TO_SOFIA : FROM_SOFIA);
    open_against(&s, &p);
    rings(&p, &s);
    msnav_dialog_free(s.d);
  }
  assert_int_equal(refused_seen, 0);
  close(p.fd);
}

/* Our end outlives an agent, whose port anybody may get. */
static void what_lies_at_our_end_of_it_is_thrown_away(void **state) {
  (void)state;
  peer p;
  side s;
  char tag[64];
  open_peer(&p);
  open_against(&s, &p);
  answered(&p, &s, tag);
  they_hang_up(&p, &s, 2, tag);
  struct sockaddr_in sofia;
  socklen_t len = sizeof(sofia);
  int inner = s.d->shard->inner;
  const msnav_addr to = s.d->shard->inner_addr;
  assert_int_equal(getpeername(inner, (struct sockaddr *)&sofia, &len), 0);
  msnav_dialog_free(s.d);
  run_for(10 * MS);
  peer stranger = {.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  assert_int_equal(bind(stranger.fd, (struct sockaddr *)&sofia, len), 0);
  send_to(&stranger, &to, FROM_SOFIA, strlen(FROM_SOFIA));
  msnav_usec end = now() + 20 * MS;
  unsigned steps = 0;
  for (; now() < end; steps++) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
  assert_in_range(steps, 1, 3); /* nobody is there, and it was read */
  send_to(&stranger, &to, FROM_SOFIA, strlen(FROM_SOFIA));
  open_against(&s, &p);
  rings(&p, &s);
  msnav_dialog_free(s.d);
  close(stranger.fd);
  close(p.fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(what_did_not_end_by_a_bye_leaves_no_agent),
    T(an_open_bye_leaves_no_agent),
    T(a_bye_that_nobody_answered_leaves_no_agent),
    T(an_open_cancel_leaves_no_agent),
    T(an_open_reinvite_of_ours_leaves_no_agent),
    T(an_open_reinvite_of_theirs_leaves_no_agent),
    T(an_answer_without_an_ack_is_not_the_next_calls),
    T(the_same_bytes_are_another_call),
    T(only_calls_use_up_numbers),
    T(what_lies_in_an_agents_pair_is_thrown_away),
    T(what_lies_at_our_end_of_it_is_thrown_away),
  };
  return cmocka_run_group_tests_name("dialog_leftovers", tests, NULL, NULL);
}
