/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agents of Sofia's that serve several calls one after the other: how long
 * they stay, and that no call notices the one before. */
#include "dialog_kit.h"
#include "sip/inner.h"
#include "support/timejump.h"

#define CALLS 3 /* an agent */
#define MONTH (30LL * 24 * 3600)

static void share(uint32_t calls) {
  assert_int_equal(msnav_sip_set_calls_per_agent(sip, calls), MSNAV_OK);
}

static void hang_up(side *a, side *b) {
  hangup(a);
  wait_words(b, "bye ");
  wait_words(a, "closed-200 ");
}

static void whole_call(void) {
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hang_up(&a, &b);
  close_pair(&a, &b);
}

static void only_sane_numbers_are_taken(void **state) {
  (void)state;
  assert_int_equal(msnav_sip_set_calls_per_agent(NULL, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sip_set_calls_per_agent(sip, 0), MSNAV_ERR_INVALID);
  assert_int_equal(
    msnav_sip_set_calls_per_agent(sip, MSNAV_SIP_MAX_CALLS_PER_AGENT + 1),
    MSNAV_ERR_INVALID);
  share(MSNAV_SIP_MAX_CALLS_PER_AGENT);
}

/* An agent that waits has a descriptor: there is one for each side. */
static void an_agent_goes_after_so_many_calls(void **state) {
  (void)state;
  whole_call();
  int without = count_fds();
  share(CALLS);
  for (int i = 1; i <= 2 * CALLS + 1; i++) {
    whole_call();
    assert_int_equal(count_fds(), without + (i % CALLS != 0 ? 2 : 0));
  }
  share(1);
  whole_call();
  assert_int_equal(count_fds(), without);
  assert_int_equal(refused_seen, 0);
}

static void two_calls_at_once_have_two_agents(void **state) {
  (void)state;
  side a = {0}, b = {0}, c = {0}, d = {0};
  share(CALLS);
  whole_call();
  talk(&a, &b, 0);
  talk(&c, &d, 0);
  hang_up(&b, &a);
  hang_up(&c, &d);
  close_pair(&a, &b);
  close_pair(&c, &d);
  assert_int_equal(refused_seen, 0);
}

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

static void answered(peer *p, side *s, char tag[64]) {
  say_it(p, s, "INVITE", 1, "", OFFER);
  wait_words(s, "offer ");
  answer(s);
  expect(p, "SIP/2.0 200 ");
  const char *at = strstr(header(p->in, "To"), ";tag=");
  assert_non_null(at);
  snprintf(tag, 64, "%s", at);
  say_it(p, s, "ACK", 1, tag, "");
  wait_words(s, "offer confirmed ");
  s->words[0] = '\0';
}

/* A call whose BYE from us came to the peer.  How many descriptors there are
 * without it. */
static int hung_up(peer *p, side *s, char tag[64]) {
  whole_call();
  int without = count_fds();
  share(CALLS);
  open_peer(p);
  msnav_dialog_config config = local_config();
  config.remote = p->addr;
  open_side(s, &config);
  answered(p, s, tag);
  hangup(s);
  expect(p, "BYE ");
  return without;
}

/* BYEs crossed: ours is still repeated. */
static void an_open_bye_leaves_no_agent(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  int without = hung_up(&p, &s, tag);
  say_it(&p, &s, "BYE", 2, tag, "");
  expect(&p, "SIP/2.0 200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
  assert_int_equal(count_fds(), without);
}

/* So a proxy says (RFC 3261 section 16.8) and, for the same reason, Sofia. */
static void a_bye_that_nobody_answered_leaves_no_agent(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  char out[2048];
  int without = hung_up(&p, &s, tag);
  int n =
    snprintf(out, sizeof(out),
             "SIP/2.0 408 Request Timeout\r\nVia: %s\r\nFrom: %s\r\n"
             "To: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n\r\n",
             header(p.in, "Via"), header(p.in, "From"), header(p.in, "To"),
             header(p.in, "Call-ID"), header(p.in, "CSeq"));
  send_to(&p, msnav_dialog_local(s.d), out, (size_t)n);
  wait_for(&s, "closed-408 ");
  assert_int_equal(refused_seen, 0);
  msnav_dialog_free(s.d);
  close(p.fd);
  assert_int_equal(count_fds(), without);
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
    say_it(&p, &s, "BYE", 2, tag, "");
    wait_words(&s, "bye ");
    expect(&p, "SIP/2.0 200 ");
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

/* ---- while nobody needs it */

static void an_agent_that_waits_wakes_nobody(void **state) {
  (void)state;
  share(CALLS);
  whole_call();
  run_for(50 * MS);
  msnav_usec end = now() + 9000 * MS; /* longer than any timer of the call's */
  unsigned steps = 0;
  while (now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
    steps++;
  }
  assert_int_equal(steps, 1);
  whole_call();
  assert_int_equal(refused_seen, 0);
}

/* What is left of the calls before has timers of the wall clock. */
static void a_step_of_the_clock_ends_it(void **state) {
  (void)state;
  static const long long steps[] = {3600, -3600, MONTH, -MONTH};
  share(CALLS);
  for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
    whole_call();
    timejump(steps[i]);
    whole_call();
  }
  assert_int_equal(refused_seen, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(only_sane_numbers_are_taken),
    T(an_agent_goes_after_so_many_calls),
    T(two_calls_at_once_have_two_agents),
    T(what_did_not_end_by_a_bye_leaves_no_agent),
    T(an_open_bye_leaves_no_agent),
    T(a_bye_that_nobody_answered_leaves_no_agent),
    T(the_same_bytes_are_another_call),
    T(only_calls_use_up_numbers),
    T(an_agent_that_waits_wakes_nobody),
    T(a_step_of_the_clock_ends_it),
  };
  return cmocka_run_group_tests_name("dialog_agents", tests, NULL, NULL);
}
