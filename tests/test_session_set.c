/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of conversations from outside: keys, limits and memory. */
#include "session_kit.h"

#include "session/inner.h"
#include "support/oom.h"

/* ---- keys */

/* Vector of the SipHash paper, appendix A: key 00...0f, text 00...0e. */
static void keys_are_hashed_with_a_secret(void **state) {
  (void)state;
  uint64_t secret[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  char text[14];
  for (size_t i = 0; i < sizeof(text); i++) {
    text[i] = (char)(i + 1);
  }
  msnav_str none = {"", 0};
  msnav_str cookie = {text, sizeof(text)};
  assert_int_equal(msnav_session_hash(secret, none, cookie),
                   0xa129ca6149be45e5);
  /* only the account is compared without case */
  msnav_str lower = STR("p@q.z");
  msnav_str upper = STR("P@Q.Z");
  assert_int_equal(msnav_session_hash(secret, lower, cookie),
                   msnav_session_hash(secret, upper, cookie));
  assert_int_not_equal(msnav_session_hash(secret, none, lower),
                       msnav_session_hash(secret, none, upper));
  secret[1]++;
  assert_int_not_equal(msnav_session_hash(secret, none, cookie),
                       0xa129ca6149be45e5);
}

/* A server relays an INVITE to everybody in the room, also what comes late. */
static void those_who_were_not_invited_are_not_heard(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *call = start(&a, "yxu68@hotmail.com");
  collect(&a);
  msnav_session *s = call;
  assert_int_equal(from(&a, "third@x", ACCEPT("1000"), &s), MSNAV_OK);
  assert_null(s);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  assert_int_equal(info_of(call).state, MSNAV_STATE_INVITING);
  assert_int_equal(msnav_session_feed(call, MSNAV_EV_HANGUP, START), MSNAV_OK);
  collect(&a);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  msnav_session_free(call);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  assert_int_equal(from(&a, "yxu68@hotmail.com", ACCEPT("1000"), &s), MSNAV_OK);
  collect(&a);
  assert_int_equal(a.wires, 0);
  assert_int_equal(counters_of(&a).unknown, 5);
  msnav_session_set_free(a.set);
}

/* ACCEPT and CANCEL have no Application-GUID: they may be the host's. */
static void cookies_never_seen_are_left_to_the_host(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  static const char *const bodies[] = {ACCEPT("7"), CANCEL("7")};
  for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
    msnav_session *s = (msnav_session *)&a;
    assert_int_equal(from(&a, "p@q", bodies[i], &s), MSNAV_ERR_NOT_OURS);
    assert_null(s);
  }
  /* an incoming cookie is that of its peer alone */
  assert_int_equal(from(&a, "p@q", INVITE "8\r\n", NULL), MSNAV_OK);
  assert_int_equal(from(&a, "r@s", CANCEL("8"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("08"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("8"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "r@s", CANCEL("8"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(counters_of(&a).unknown, 5);
  collect(&a);
  assert_int_equal(a.wires, 0);
  msnav_session_set_free(a.set);
}

static void the_last_64_ended_keys_are_remembered(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  char body[256];
  for (int i = 0; i < 65; i++) {
    snprintf(body, sizeof(body), INVITE "%d\r\n", i);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", body, &s), MSNAV_OK);
    msnav_session_free(s);
  }
  assert_int_equal(from(&a, "p@q", CANCEL("0"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("1"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", CANCEL("64"), NULL), MSNAV_OK);
  /* an ended key is free: this is a new invitation */
  msnav_session *again;
  assert_int_equal(from(&a, "p@q", INVITE "64\r\n", &again), MSNAV_OK);
  assert_int_equal(info_of(again).state, MSNAV_STATE_RINGING);
  assert_int_equal(counters_of(&a).repeated, 0);
  msnav_session_set_free(a.set);
}

/* However often it is repeated: it takes no other key's place. */
static void a_key_over_the_limit_is_remembered_once(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  c.max_per_peer = 1;
  set_up_one(&a, &c);
  msnav_session *s;
  assert_int_equal(from(&a, "r@s", INVITE "1\r\n", &s), MSNAV_OK);
  msnav_session_free(s);
  assert_int_equal(from(&a, "p@q", INVITE "2\r\n", NULL), MSNAV_OK);
  for (int i = 0; i < 65; i++) {
    assert_int_equal(from(&a, "p@q", INVITE "3\r\n", NULL), MSNAV_ERR_LIMIT);
  }
  assert_int_equal(from(&a, "p@q", CANCEL("3"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "r@s", CANCEL("1"), NULL), MSNAV_OK);
  msnav_session_set_free(a.set);
}

/* Both directions can have the same cookie, by chance or malice. */
static void one_cookie_in_both_directions(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *out = start(&a, "p@q");
  collect(&a);
  msnav_session *in;
  assert_int_equal(from(&a, "p@q", INVITE "1000\r\n", &in), MSNAV_OK);
  assert_ptr_not_equal(in, out);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q", CANCEL("1000"), &s), MSNAV_OK);
  assert_ptr_equal(s, out);
  assert_int_equal(from(&a, "p@q", CANCEL("1000"), &s), MSNAV_OK);
  assert_ptr_equal(s, in);
  assert_int_equal(info_of(in).reason, MSNAV_REASON_CANCELLED_REMOTE);
  assert_int_equal(info_of(out).reason, MSNAV_REASON_CANCELLED_REMOTE);
  msnav_session_set_free(a.set);
}

/* protocol: an opaque token on input, some clients print negative numbers */
static void cookies_of_peers_come_back_as_they_were(void **state) {
  (void)state;
  static const char *const cookies[] = {
    "-559038737",
    "007",
    "4294967296",
    "\xc3\xa9t\xc3\xa9",
    "a b",
    "1234567890123456789012345678901234567890123456789012345678901234"};
  for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    set_up_one(&a, &c);
    char body[300];
    snprintf(body, sizeof(body), INVITE "%s\r\n", cookies[i]);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", body, &s), MSNAV_OK);
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_REJECT, START), MSNAV_OK);
    collect(&a);
    assert_int_equal(a.wires, 1);
    msnav_invite v = {.size = sizeof(v)};
    assert_int_equal(msnav_invite_read(a.wire[0], a.wire_len[0], &v), MSNAV_OK);
    assert_str(v.cookie, cookies[i]);
    msnav_session_set_free(a.set);
  }
}

static void cookies_that_cannot_be_written_are_refused(void **state) {
  (void)state;
  static const char *const cookies[] = {
    "", "1\t2", "\x01", "1\x7f",
    "12345678901234567890123456789012345678901234567890123456789012345"};
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
    char body[300];
    snprintf(body, sizeof(body), INVITE "%s\r\n", cookies[i]);
    assert_int_equal(from(&a, "p@q", body, NULL), MSNAV_ERR_PARSE);
  }
  assert_int_equal(counters_of(&a).malformed, ARRAY_LEN(cookies));
  assert_int_equal(counters_of(&a).live, 0);
  msnav_session_set_free(a.set);
}

static uint32_t dice; /* what they show, always */
static void stuck(void *arg, void *bytes, size_t len) {
  (void)arg;
  memset(bytes, 0, len);
  memcpy(bytes, &dice, len < sizeof(dice) ? len : sizeof(dice));
}

/* protocol: decimal, 1...2^31-1 on output */
static void our_cookies_are_positive_and_all_different(void **state) {
  (void)state;
  static const struct {
    uint32_t dice;
    const char *cookies[3];
  } rows[] = {
    {0, {"1", "2", "3"}},
    {1, {"1", "2", "3"}},
    {0x7ffffffe, {"2147483646", "2147483647", "1"}},
    {0xffffffff, {"2147483647", "1", "2"}},
    {0x80000000, {"1", "2", "3"}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    c.random = stuck;
    dice = rows[i].dice;
    set_up_one(&a, &c);
    for (size_t k = 0; k < 3; k++) {
      /* also with different peers: each cookie tells one call */
      msnav_session *s = start(&a, k == 2 ? "r@s" : "p@q");
      assert_str(info_of(s).cookie, rows[i].cookies[k]);
    }
    msnav_session_set_free(a.set);
  }
}

/* ---- memory */

/* A set with one ringing conversation, and what one more step makes of it. */
static msnav_error begin(side *a, int how, msnav_session **s) {
  static const msnav_addr there = {0x0a000001, 5060};
  switch (how) {
  case 0:
    return msnav_session_start(a->set, msnav_str_of("new@q"), MSNAV_AUDIO,
                               START, s);
  case 1:
    return msnav_session_start_direct(a->set, MSNAV_ROLE_DIRECT_CALLER, &there,
                                      MSNAV_AUDIO, START, s);
  default:
    return from(a, "new@q", INVITE "9\r\n", s);
  }
}

static void out_of_memory_loses_nothing(void **state) {
  (void)state;
  for (int how = 0; how < 3; how++) {
    unsigned failures = 0;
    for (unsigned nth = 1;; nth++) {
      side a = one();
      msnav_session_config c = config_of(&a);
      set_up_one(&a, &c);
      msnav_session *s = NULL;
      oom_fail(nth);
      msnav_error err = begin(&a, how, &s);
      bool failed = oom_failed();
      if (failed) {
        failures++;
        assert_int_equal(err, MSNAV_ERR_NOMEM);
        assert_null(s);
        assert_int_equal(counters_of(&a).live, 0);
        assert_int_equal(begin(&a, how, &s), MSNAV_OK);
      }
      assert_int_equal(counters_of(&a).live, 1);
      msnav_session_set_free(a.set);
      if (!failed) {
        break;
      }
    }
    assert_int_equal(failures, 2); /* the buckets and the conversation */
  }
}

static void a_set_needs_memory(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  oom_fail(1);
  assert_int_equal(msnav_session_set_new(&c, &a.set), MSNAV_ERR_NOMEM);
  assert_true(oom_failed());
  assert_null(a.set);
}

/* Each invitation of these finds its conversation again. */
static void assert_all_found(side *a, int count) {
  for (int i = 0; i < count; i++) {
    char peer[32];
    msnav_session *s;
    snprintf(peer, sizeof(peer), "u%d@q", i);
    uint64_t repeated = counters_of(a).repeated;
    assert_int_equal(from(a, peer, INVITE "1\r\n", &s), MSNAV_OK);
    assert_int_equal(counters_of(a).repeated, repeated + 1);
  }
}

/* Room for more conversations is a matter of speed: without it nobody is
 * lost and the set goes on. */
static void growing_may_fail(void **state) {
  (void)state;
  enum { MANY = 300 };
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  int without = 0;
  for (int i = 0; i < MANY; i++) {
    char peer[32];
    snprintf(peer, sizeof(peer), "u%d@q", i);
    oom_fail(1); /* the buckets if it is time for more, else itself */
    if (from(&a, peer, INVITE "1\r\n", NULL) == MSNAV_OK) {
      without++;
      assert_true(oom_failed());
    } else {
      assert_int_equal(from(&a, peer, INVITE "1\r\n", NULL), MSNAV_OK);
    }
  }
  assert_true(without > 0);
  assert_all_found(&a, MANY);
  assert_int_equal(counters_of(&a).live, MANY);
  msnav_session_set_free(a.set);
}

/* ---- many */

static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

/* Thousands come and go in no order, half of them begun by us; a model of
 * who is there is compared with what the set says. */
/* Nor does a key that ended while its conversation is still there. */
static void growing_brings_no_ended_key_back(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  c.max_per_peer = 100;
  set_up_one(&a, &c);
  msnav_session *first, *again;
  assert_int_equal(from(&a, "p@q", INVITE "1\r\n", &first), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", CANCEL("1"), NULL), MSNAV_OK);
  for (int i = 0; i < 65; i++) { /* more than there are buckets at first */
    start(&a, "r@s");
  }
  assert_int_equal(from(&a, "p@q", INVITE "1\r\n", &again), MSNAV_OK);
  assert_ptr_not_equal(again, first);
  assert_int_equal(info_of(again).state, MSNAV_STATE_RINGING);
  msnav_session_free(first);
  msnav_session_set_free(a.set);
}

static void thousands_come_and_go(void **state) {
  (void)state;
  enum { PEERS = 3000, STEPS = 30000 };
  static msnav_session *in[PEERS];
  static msnav_session *out[PEERS];
  memset(in, 0, sizeof(in));
  memset(out, 0, sizeof(out));
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  uint32_t seed = 1;
  uint64_t live = 0;
  for (int i = 0; i < STEPS; i++) {
    uint32_t n = next_random(&seed) % PEERS;
    char peer[32];
    snprintf(peer, sizeof(peer), "user%u@example.com", (unsigned)n);
    msnav_session **slot = next_random(&seed) % 2 == 0 ? &in[n] : &out[n];
    if (*slot != NULL) {
      msnav_session_free(*slot);
      *slot = NULL;
      live--;
    } else {
      if (slot == &in[n]) {
        assert_int_equal(from(&a, peer, INVITE "7\r\n", slot), MSNAV_OK);
      } else {
        *slot = start(&a, peer);
      }
      live++;
    }
    assert_int_equal(counters_of(&a).live, live);
  }
  collect(&a);
  for (uint32_t n = 0; n < PEERS; n++) { /* each still finds its own */
    char peer[32];
    char body[200];
    msnav_session *s;
    snprintf(peer, sizeof(peer), "USER%u@example.com", (unsigned)n);
    if (in[n] != NULL) {
      assert_int_equal(from(&a, peer, CANCEL("7"), &s), MSNAV_OK);
      assert_ptr_equal(s, in[n]);
    }
    if (out[n] != NULL) {
      msnav_str cookie = info_of(out[n]).cookie;
      snprintf(body, sizeof(body),
               "Invitation-Command: CANCEL\r\nInvitation-Cookie: %.*s\r\n",
               (int)cookie.len, cookie.ptr);
      assert_int_equal(from(&a, peer, body, &s), MSNAV_OK);
      assert_ptr_equal(s, out[n]);
    }
  }
  assert_int_equal(counters_of(&a).live, 0);
  msnav_session_set_free(a.set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_are_hashed_with_a_secret),
    cmocka_unit_test(those_who_were_not_invited_are_not_heard),
    cmocka_unit_test(cookies_never_seen_are_left_to_the_host),
    cmocka_unit_test(the_last_64_ended_keys_are_remembered),
    cmocka_unit_test(a_key_over_the_limit_is_remembered_once),
    cmocka_unit_test(one_cookie_in_both_directions),
    cmocka_unit_test(cookies_of_peers_come_back_as_they_were),
    cmocka_unit_test(cookies_that_cannot_be_written_are_refused),
    cmocka_unit_test(our_cookies_are_positive_and_all_different),
    cmocka_unit_test(out_of_memory_loses_nothing),
    cmocka_unit_test(a_set_needs_memory),
    cmocka_unit_test(growing_may_fail),
    cmocka_unit_test(growing_brings_no_ended_key_back),
    cmocka_unit_test(thousands_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
