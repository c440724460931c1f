/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is trusted: the policies, and what a probation takes. */
#include "test.h"

#include "media/source.h"
#include "media/trial.h"

#define MS ((msnav_usec)1000)

static const msnav_addr signalled = {0x0a000001, 5004};
static const msnav_addr signalled_rtcp = {0x0a000001, 5005};
static const msnav_addr same_host = {0x0a000001, 6000};
static const msnav_addr second_host = {0xc0a80001, 5004};
static const msnav_addr stranger = {0x0a000002, 5004};
static const msnav_addr portless = {0x0a000001, 0};

static msnav_source source_of(uint32_t policy) {
  const msnav_stream_config c = {.policy = policy,
                                 .remote_rtp = signalled,
                                 .remote_host = second_host.ip};
  msnav_source s;
  msnav_source_init(&s, &c);
  return s;
}

static void policies_decide_before_anything_is_locked(void **state) {
  (void)state;
  static const struct {
    uint32_t policy;
    const msnav_addr *from;
    msnav_trust rtp;
    bool rtcp;
  } rows[] = {
    {MSNAV_SOURCE_SIGNALLED, &signalled, MSNAV_TRUST_FULL, true},
    {MSNAV_SOURCE_SIGNALLED, &signalled_rtcp, MSNAV_TRUST_NONE, true},
    {MSNAV_SOURCE_SIGNALLED, &same_host, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_SIGNALLED, &second_host, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_SIGNALLED, &stranger, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_SAME_HOST, &signalled, MSNAV_TRUST_FULL, true},
    {MSNAV_SOURCE_SAME_HOST, &same_host, MSNAV_TRUST_FULL, true},
    {MSNAV_SOURCE_SAME_HOST, &second_host, MSNAV_TRUST_FULL, true},
    {MSNAV_SOURCE_SAME_HOST, &stranger, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_SAME_HOST, &portless, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_LATCH, &signalled, MSNAV_TRUST_TRIAL, true},
    {MSNAV_SOURCE_LATCH, &same_host, MSNAV_TRUST_TRIAL, true},
    {MSNAV_SOURCE_LATCH, &second_host, MSNAV_TRUST_TRIAL, true},
    {MSNAV_SOURCE_LATCH, &stranger, MSNAV_TRUST_NONE, false},
    {MSNAV_SOURCE_LATCH, &portless, MSNAV_TRUST_NONE, false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_source s = source_of(rows[i].policy);
    assert_int_equal(msnav_source_check(&s, rows[i].from), rows[i].rtp);
    assert_int_equal(msnav_source_check_rtcp(&s, rows[i].from), rows[i].rtcp);
    /* sends go to what was signalled, whoever called */
    assert_true(msnav_addr_equal(&s.rtp, &signalled));
    assert_true(msnav_addr_equal(&s.rtcp, &signalled_rtcp));
  }
}

static void only_latch_locks_and_only_once(void **state) {
  (void)state;
  msnav_source s = source_of(MSNAV_SOURCE_SIGNALLED);
  assert_false(msnav_source_lock(&s, &signalled));
  s = source_of(MSNAV_SOURCE_SAME_HOST);
  assert_false(msnav_source_lock(&s, &same_host));
  assert_true(msnav_addr_equal(&s.rtp, &signalled));
  s = source_of(MSNAV_SOURCE_LATCH);
  assert_true(msnav_source_lock(&s, &same_host));
  assert_true(msnav_addr_equal(&s.rtp, &same_host));
  assert_false(msnav_source_lock(&s, &signalled));
  assert_int_equal(msnav_source_check(&s, &same_host), MSNAV_TRUST_FULL);
  assert_int_equal(msnav_source_check(&s, &signalled), MSNAV_TRUST_NONE);
  assert_int_equal(msnav_source_check(&s, &second_host), MSNAV_TRUST_NONE);
}

static void rtcp_follows_the_locked_host(void **state) {
  (void)state;
  const msnav_addr other_port = {0x0a000001, 7001};
  msnav_source s = source_of(MSNAV_SOURCE_LATCH);
  msnav_source_lock_rtcp(&s, &other_port); /* not before RTP is locked */
  assert_true(msnav_addr_equal(&s.rtcp, &signalled_rtcp));
  assert_true(msnav_source_lock(&s, &same_host));
  assert_true(msnav_source_check_rtcp(&s, &other_port));
  assert_false(msnav_source_check_rtcp(&s, &second_host));
  msnav_source_lock_rtcp(&s, &same_host); /* shares the RTP port */
  assert_true(msnav_addr_equal(&s.rtcp, &signalled_rtcp));
  msnav_source_lock_rtcp(&s, &other_port);
  assert_true(msnav_addr_equal(&s.rtcp, &other_port));
  assert_false(msnav_source_check_rtcp(&s, &signalled_rtcp));
  assert_true(msnav_source_check_rtcp(&s, &same_host));
  msnav_source_lock_rtcp(&s, &signalled_rtcp);
  assert_true(msnav_addr_equal(&s.rtcp, &other_port));
}

static void rtcp_port_is_named_or_the_next_one(void **state) {
  (void)state;
  static const struct {
    msnav_addr rtp, rtcp, want;
  } rows[] = {
    {{1, 5004}, {0, 0}, {1, 5005}},    /* RFC 3550 section 11 */
    {{1, 5004}, {1, 7000}, {1, 7000}}, /* RFC 3605 */
    {{1, 5004}, {2, 7000}, {2, 7000}},
    {{1, 65535}, {0, 0}, {0, 0}}, /* there is no next port */
    {{1, 0}, {0, 0}, {0, 0}},
    {{0, 5004}, {0, 0}, {0, 0}}, /* c=IN IP4 0.0.0.0: hold */
    {{0, 5004}, {0, 5005}, {0, 0}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_stream_config c = {.remote_rtp = rows[i].rtp,
                                   .remote_rtcp = rows[i].rtcp};
    msnav_source s;
    msnav_source_init(&s, &c);
    assert_int_equal(s.rtcp.port, rows[i].want.port);
    if (rows[i].want.port != 0) {
      assert_int_equal(s.rtcp.ip, rows[i].want.ip);
    }
    if (rows[i].rtp.ip == 0) {
      assert_int_equal(s.rtp.port, 0); /* nothing may be sent there */
    }
  }
}

static void nobody_named_means_nobody_heard(void **state) {
  (void)state;
  const msnav_stream_config c = {.policy = MSNAV_SOURCE_LATCH};
  const msnav_addr zero = {0, 5004};
  msnav_source s;
  msnav_source_init(&s, &c);
  assert_int_equal(msnav_source_check(&s, &zero), MSNAV_TRUST_NONE);
  assert_int_equal(msnav_source_check(&s, &stranger), MSNAV_TRUST_NONE);
  assert_false(msnav_source_check_rtcp(&s, &zero));
}

static void changes_of_what_is_named_are_seen(void **state) {
  (void)state;
  msnav_stream_config c = {.policy = MSNAV_SOURCE_LATCH,
                           .remote_rtp = signalled,
                           .remote_host = second_host.ip};
  msnav_source s;
  msnav_source_init(&s, &c);
  assert_true(msnav_source_lock(&s, &same_host));
  assert_true(msnav_source_is_same(&s, &c)); /* the lock is no change */
  c.remote_rtcp = signalled_rtcp;
  assert_true(msnav_source_is_same(&s, &c)); /* nor is what was implied */
  c.remote_rtcp.port++;
  assert_false(msnav_source_is_same(&s, &c));
  c.remote_rtcp.port--;
  c.remote_rtp.ip++;
  assert_false(msnav_source_is_same(&s, &c));
  c.remote_rtp.ip--;
  c.remote_host++;
  assert_false(msnav_source_is_same(&s, &c));
  c.remote_host--;
  c.policy = MSNAV_SOURCE_SAME_HOST;
  assert_false(msnav_source_is_same(&s, &c));
}

/* ---- probation */

static bool
try(msnav_trial *t, const msnav_addr *from, unsigned sequence, msnav_usec ms) {
  const msnav_trial_packet p = {.from = *from,
                                .ssrc = 0x1234,
                                .sequence = (uint16_t)sequence,
                                .preferred =
                                  msnav_addr_equal(from, &signalled)};
  return msnav_trial_take(t, &p, 4, ms * MS);
}

static void packets_in_sequence_pass(void **state) {
  (void)state;
  msnav_trial t = {0};
  assert_false(try(&t, &same_host, 65534, 0));
  assert_false(try(&t, &same_host, 65535, 20));
  assert_false(try(&t, &same_host, 0, 40));
  assert_true(try(&t, &same_host, 1, 60));
  assert_false(try(&t, &same_host, 2, 80)); /* and start over */
}

static void gap_duplicate_or_other_ssrc_starts_over(void **state) {
  (void)state;
  for (int fault = 0; fault < 3; fault++) {
    msnav_trial t = {0};
    for (unsigned n = 0; n < 3; n++) {
      assert_false(try(&t, &same_host, n, n));
    }
    msnav_trial_packet p = {.from = same_host, .ssrc = 0x1234, .sequence = 3};
    p.sequence = (uint16_t)(fault == 0 ? 4 : fault == 1 ? 2 : 3);
    p.ssrc += fault == 2;
    assert_false(msnav_trial_take(&t, &p, 4, 3 * MS));
    for (unsigned n = 1; n < 4; n++) {
      p.sequence++;
      assert_int_equal(msnav_trial_take(&t, &p, 4, 4 * MS), n == 3);
    }
  }
}

static void candidate_is_not_pushed_aside(void **state) {
  (void)state;
  msnav_trial t = {0};
  assert_false(try(&t, &same_host, 0, 0));
  assert_false(try(&t, &second_host, 100, 5)); /* in between: not looked at */
  assert_false(try(&t, &same_host, 1, 20));
  assert_false(try(&t, &second_host, 101, 25));
  assert_false(try(&t, &same_host, 2, 40));
  assert_true(try(&t, &same_host, 3, 60));
}

static void signalled_address_comes_first(void **state) {
  (void)state;
  msnav_trial t = {0};
  for (unsigned n = 0; n < 3; n++) {
    assert_false(try(&t, &same_host, n, n * 20));
  }
  assert_false(try(&t, &signalled, 50, 61));
  assert_false(try(&t, &same_host, 3, 62)); /* would have passed */
  assert_false(try(&t, &signalled, 51, 81));
  assert_false(try(&t, &signalled, 52, 101));
  assert_true(try(&t, &signalled, 53, 121));
}

static void silent_candidate_gives_way(void **state) {
  (void)state;
  msnav_trial t = {0};
  assert_false(try(&t, &signalled, 0, 0));
  assert_false(try(&t, &same_host, 0, 200)); /* not yet */
  for (unsigned n = 1; n < 4; n++) {
    assert_false(try(&t, &same_host, n, 200 + n));
  }
  assert_true(try(&t, &same_host, 4, 204));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(policies_decide_before_anything_is_locked),
    cmocka_unit_test(only_latch_locks_and_only_once),
    cmocka_unit_test(rtcp_follows_the_locked_host),
    cmocka_unit_test(rtcp_port_is_named_or_the_next_one),
    cmocka_unit_test(nobody_named_means_nobody_heard),
    cmocka_unit_test(changes_of_what_is_named_are_seen),
    cmocka_unit_test(packets_in_sequence_pass),
    cmocka_unit_test(gap_duplicate_or_other_ssrc_starts_over),
    cmocka_unit_test(candidate_is_not_pushed_aside),
    cmocka_unit_test(signalled_address_comes_first),
    cmocka_unit_test(silent_candidate_gives_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
