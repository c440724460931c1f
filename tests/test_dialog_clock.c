/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of the wall clock, an hour and thirty days, forth and back, in every
 * state of a call.  Sofia's timers go by that clock: small steps end or
 * freeze its transactions, and one beyond 24.8 days ends the process. */
#include "dialog_kit.h"
#include "support/timejump.h"

#define HOUR 3600LL
#define MONTH (30LL * 24 * HOUR)

static const long long STEPS[] = {HOUR, -HOUR, MONTH, -MONTH};

#define ROUNDS (2 * ARRAY_LEN(STEPS)) /* each step in both profiles */

static void the_shim_moves_sofias_clock(void **state) {
  (void)state;
  struct timespec before;
  struct timespec after;
  clock_gettime(CLOCK_REALTIME, &before);
  timejump(HOUR);
  clock_gettime(CLOCK_REALTIME, &after);
  assert_in_range(after.tv_sec - before.tv_sec, HOUR, HOUR + 5);
  timejump(-HOUR);
}

static void a_call_goes_on(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    side a = {0};
    side b = {0};
    talk(&a, &b, profile); /* transactions are still kept by either side */
    timejump(step);
    run_for(30 * MS);
    a.auto_answer = true;
    b.auto_answer = true;
    invite(&a);
    wait_for(&a, "reanswer ");
    wait_for(&b, "reoffer ");
    run_for(20 * MS);
    clear(&a, &b);
    timejump(step); /* right in front of the next request */
    invite(&b);
    wait_for(&b, "reanswer ");
    wait_for(&a, "reoffer ");
    run_for(20 * MS);
    clear(&a, &b);
    timejump(-2 * step);
    hangup(i % 3 == 0 ? &a : &b);
    wait_words(i % 3 == 0 ? &b : &a, "bye ");
    wait_words(i % 3 == 0 ? &a : &b, "closed-200 ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void a_ringing_call_is_answered(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_for(&a, "progress-180 ");
    timejump(step);
    run_for(300 * MS); /* more than Sofia's 200 ms for a 100 */
    assert_string_equal(b.words, "offer ");
    if (profile == 0) { /* it rings, as it did before */
      assert_null(strstr(a.words, "progress-100 "));
    }
    answer(&b);
    wait_words(&b, "offer confirmed ");
    wait_for(&a, "answer confirmed ");
    clear(&a, &b);
    hangup(&b);
    wait_words(&a, "bye ");
    wait_words(&b, "closed-200 ");
    close_pair(&a, &b);
    timejump(-step);
  }
  assert_int_equal(refused_seen, 0);
}

static void a_ringing_call_is_refused_or_cancelled(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_for(&a, "progress-180 ");
    timejump(step);
    if (i % 3 == 0) {
      assert_int_equal(msnav_dialog_refuse(b.d, 603), MSNAV_OK);
      wait_for(&a, "refused-603 ");
    } else {
      hangup(&a);
      wait_words(&b, "offer bye ");
      wait_for(&a, "closed-200 ");
    }
    close_pair(&a, &b);
    timejump(-step);
  }
  assert_int_equal(refused_seen, 0);
}

/* The request that is repeated after the step is the same to the peer. */
static void our_invite_is_repeated_as_it_was(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    peer p;
    side s = {0};
    char first[8192];
    open_peer(&p);
    msnav_dialog_config config = local_config();
    config.profile = profile;
    config.remote = p.addr;
    open_side(&s, &config);
    invite(&s);
    expect(&p, "INVITE ");
    snprintf(first, sizeof(first), "%s", p.in);
    timejump(step);
    expect(&p, "INVITE ");
    assert_string_equal(p.in, first);
    expect(&p, "INVITE "); /* and repeated in its turn */
    assert_string_equal(p.in, first);
    char ok[2048];
    snprintf(ok, sizeof(ok),
             "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=t1\r\n"
             "Call-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:127.0.0.1:9>\r\n"
             "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
             header(first, "Via"), header(first, "From"), header(first, "To"),
             header(first, "Call-ID"), strlen(ANSWER), ANSWER);
    send_to(&p, msnav_dialog_local(s.d), ok, strlen(ok));
    wait_words(&s, "answer confirmed ");
    expect(&p, "ACK ");
    timejump(-step); /* the 200 comes again, to an agent that never sent it */
    p.in[0] = '\0';
    run_for(30 * MS);
    while (receive(&p, NULL)) {
    }
    send_to(&p, msnav_dialog_local(s.d), ok, strlen(ok));
    expect(&p, "ACK ");
    assert_string_equal(header(p.in, "CSeq"), "1 ACK");
    hangup(&s);
    expect(&p, "BYE ");
    snprintf(first, sizeof(first), "%s", p.in);
    timejump(step);
    expect(&p, "BYE ");
    assert_string_equal(p.in, first);
    snprintf(ok, sizeof(ok),
             "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\n"
             "Call-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
             header(first, "Via"), header(first, "From"), header(first, "To"),
             header(first, "Call-ID"), header(first, "CSeq"));
    send_to(&p, msnav_dialog_local(s.d), ok, strlen(ok));
    wait_words(&s, "answer confirmed closed-200 ");
    msnav_dialog_free(s.d);
    close(p.fd);
    timejump(-step);
  }
  assert_int_equal(refused_seen, 0);
}

static void our_answer_is_repeated_until_its_ack(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    peer p;
    side s = {.auto_answer = true};
    open_peer(&p);
    msnav_dialog_config config = local_config();
    config.profile = profile;
    config.remote = p.addr;
    open_side(&s, &config);
    char request[2048];
    snprintf(request, sizeof(request),
             "INVITE sip:me SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u\r\n"
             "From: <sip:you@x>;tag=f\r\nTo: <sip:me@x>\r\nCall-ID: c@x\r\n"
             "CSeq: 5 INVITE\r\nContact: <sip:127.0.0.1:%u>\r\n"
             "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
             p.addr.port, p.addr.port, strlen(OFFER), OFFER);
    send_to(&p, msnav_dialog_local(s.d), request, strlen(request));
    expect(&p, "SIP/2.0 200 ");
    char first[8192];
    snprintf(first, sizeof(first), "%s", p.in);
    timejump(step);
    expect(&p, "SIP/2.0 200 ");
    assert_string_equal(p.in, first);
    snprintf(request, sizeof(request),
             "ACK sip:me SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u\r\n"
             "From: <sip:you@x>;tag=f\r\nTo: %s\r\nCall-ID: c@x\r\n"
             "CSeq: 5 ACK\r\nContent-Length: 0\r\n\r\n",
             p.addr.port, header(first, "To"));
    send_to(&p, msnav_dialog_local(s.d), request, strlen(request));
    wait_words(&s, "offer confirmed ");
    run_for(20 * MS);
    while (receive(&p, NULL)) {
    }
    run_for(600 * MS);
    assert_false(receive(&p, NULL)); /* no more of them */
    msnav_dialog_free(s.d);
    close(p.fd);
    timejump(-step);
  }
  assert_int_equal(refused_seen, 0);
}

static void a_cancelled_call_ends_all_the_same(void **state) {
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    const long long step = STEPS[i / 2];
    const uint32_t profile = (uint32_t)(i % 2);
    peer p;
    side s = {0};
    open_peer(&p);
    msnav_dialog_config config = local_config();
    config.profile = profile;
    config.remote = p.addr;
    open_side(&s, &config);
    invite(&s);
    expect(&p, "INVITE ");
    hangup(&s);
    timejump(step);
    wait_words(&s, "closed-408 ");
    msnav_dialog_free(s.d);
    close(p.fd);
    timejump(-step);
  }
}

static void a_call_without_timers_does_not_notice(void **state) {
  (void)state;
  side a = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  timejump(MONTH);
  run_for(20 * MS);
  timejump(-MONTH);
  msnav_dialog_free(a.d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(the_shim_moves_sofias_clock),
    T(a_call_goes_on),
    T(a_ringing_call_is_answered),
    T(a_ringing_call_is_refused_or_cancelled),
    T(our_invite_is_repeated_as_it_was),
    T(our_answer_is_repeated_until_its_ack),
    T(a_cancelled_call_ends_all_the_same),
    T(a_call_without_timers_does_not_notice),
  };
  return cmocka_run_group_tests_name("dialog_clock", tests, NULL, NULL);
}
