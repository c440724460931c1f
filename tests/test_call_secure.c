/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls, encrypted and not: who offers keys, who takes them, and that
 * nothing that was encrypted goes on in the clear.  The network and its clock
 * are simulated: sound that comes late, because the machine has other things
 * to do, says nothing about keys. */
#include "test.h"

#include "call/context.h" /* to change what a running context may do */
#include "support/pair.h"
#include "support/simnet.h"

enum { IF_POSSIBLE, NEVER, ALWAYS };

static int setup(void **state) {
  *state = calloc(1, sizeof(pair));
  simnet_begin(1);
  return 0;
}

static int teardown(void **state) {
  free(*state);
  return simnet_end() == 0 ? 0 : -1;
}

static unsigned suite_of(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  return info.srtp_suite;
}

static msnav_stream_stats stats_of(const person *who) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_call_get_stats(who->call, &stats), MSNAV_OK);
  return stats;
}

/* Its last description, to be freed. */
static char *described(const person *who) {
  return g_strndup(who->call->described, who->call->described_len);
}

static void configure(msnav_config c[2], uint32_t alice, uint32_t bob) {
  c[ALICE] = pair_config(0x7f000001);
  c[BOB] = pair_config(0x7f000002);
  c[ALICE].encryption = alice;
  c[BOB].encryption = bob;
}

static void both_are_heard(pair *p) {
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  size_t from[2] = {alice->heard_count, bob->heard_count};
  pair_run(p, 1200);
  assert_true(pair_tone(alice, 1000, from[ALICE] + 4000, 3000) > 0.9);
  assert_true(pair_tone(bob, 440, from[BOB] + 4000, 3000) > 0.9);
  assert_int_equal(stats_of(alice).refused_srtp, 0);
  assert_int_equal(stats_of(bob).refused_srtp, 0);
}

/* Bob, the invitee, sends the SIP INVITE and so the offer. */
static void who_encrypts_with_whom(void **state) {
  pair *p = *state;
  static const struct {
    uint32_t alice, bob, alice_profile, bob_profile;
    unsigned suite;
  } rows[] = {
    {IF_POSSIBLE, IF_POSSIBLE, 0, 0, MSNAV_SRTP_AES_128_GCM},
    {NEVER, IF_POSSIBLE, 0, 0, MSNAV_SRTP_NONE},
    {IF_POSSIBLE, NEVER, 0, 0, MSNAV_SRTP_NONE},
    {ALWAYS, ALWAYS, 0, 0, MSNAV_SRTP_AES_128_GCM},
    {ALWAYS, IF_POSSIBLE, 0, 0, MSNAV_SRTP_AES_128_GCM},
    {IF_POSSIBLE, ALWAYS, 0, 0, MSNAV_SRTP_AES_128_GCM},
    /* the dialect of the original offers nothing it did not know ... */
    {IF_POSSIBLE, IF_POSSIBLE, 0, MSNAV_PROFILE_RTC_1_2, MSNAV_SRTP_NONE},
    {IF_POSSIBLE, ALWAYS, 0, MSNAV_PROFILE_RTC_1_2, MSNAV_SRTP_AES_128_GCM},
    /* ... but takes what it is offered */
    {IF_POSSIBLE, IF_POSSIBLE, MSNAV_PROFILE_RTC_1_2, 0,
     MSNAV_SRTP_AES_128_GCM},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_config c[2];
    configure(c, rows[i].alice, rows[i].bob);
    c[ALICE].profile = rows[i].alice_profile;
    c[BOB].profile = rows[i].bob_profile;
    pair_init(p, &c[ALICE], &c[BOB]);
    pair_connect(p);
    assert_int_equal(suite_of(&p->people[ALICE]), rows[i].suite);
    assert_int_equal(suite_of(&p->people[BOB]), rows[i].suite);
    both_are_heard(p);
    pair_free(p);
  }
}

static void nothing_flows_when_only_one_insists(void **state) {
  pair *p = *state;
  static const uint32_t rows[][2] = {{ALWAYS, NEVER}, {NEVER, ALWAYS}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_config c[2];
    configure(c, rows[i][ALICE], rows[i][BOB]);
    pair_init(p, &c[ALICE], &c[BOB]);
    pair_start(p, MSNAV_AUDIO);
    assert_true(pair_until(p, pair_both_ended, 3000));
    for (int who = ALICE; who <= BOB; who++) {
      assert_null(strstr(p->people[who].states, "talking"));
      assert_int_equal(p->people[who].heard_count, 0);
    }
    assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SIP_REFUSED);
    if (p->people[BOB].reason != MSNAV_REASON_PEER_FAILED) { /* her CANCEL */
      assert_int_equal(p->people[BOB].reason, MSNAV_REASON_SIP_REFUSED);
    }
    assert_non_null(strstr(p->people[ALICE].log, "488"));
    pair_free(p);
  }
}

static bool media_changed(pair *p) {
  return p->people[ALICE].media_changes > 0 && p->people[BOB].media_changes > 0;
}

static bool bob_heard_of_it(pair *p) {
  return p->people[BOB].media_changes > 0;
}

static void hold(pair *p, int who, bool held) {
  p->people[ALICE].media_changes = p->people[BOB].media_changes = 0;
  assert_int_equal(msnav_call_hold(p->people[who].call, held), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 2000));
}

/* The line with a side's first key, to be freed. */
static char *key_line(const person *who) {
  char *text = described(who);
  const char *key = strstr(text, "inline:");
  assert_non_null(key);
  char *line = g_strndup(key, strcspn(key, "\r"));
  g_free(text);
  return line;
}

/* The keys stay, so that neither side has to begin anew; also where the
 * dialect offers none at first. */
static void reinvites_go_on_encrypted(void **state) {
  pair *p = *state;
  msnav_config c[2];
  configure(c, IF_POSSIBLE, IF_POSSIBLE);
  for (uint32_t profile = 0; profile <= MSNAV_PROFILE_RTC_1_2; profile++) {
    c[ALICE].profile = profile;
    pair_init(p, &c[ALICE], &c[BOB]);
    pair_connect(p);
    char *before = key_line(&p->people[ALICE]);
    for (int who = ALICE; who <= BOB; who++) {
      hold(p, who, true);
      hold(p, who, false);
      assert_int_equal(suite_of(&p->people[ALICE]), MSNAV_SRTP_AES_128_GCM);
      assert_int_equal(suite_of(&p->people[BOB]), MSNAV_SRTP_AES_128_GCM);
      both_are_heard(p);
    }
    char *after = key_line(&p->people[ALICE]);
    assert_string_equal(before, after);
    g_free(after);
    g_free(before);
    pair_free(p);
  }
}

/* Bob offers no usable key for GCM for a while. */
static void suite_that_is_taken_up_again_has_another_key(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  call_keys *alice = p->people[ALICE].call->streams[AUDIO_STREAM].keys;
  call_keys *bob = p->people[BOB].call->streams[AUDIO_STREAM].keys;
  const call_keys before[2] = {*alice, *bob};
  char *text = bob->text[0];
  g_strlcpy(text, "inline:AAAA|1:1", sizeof(bob->text[0]));
  hold(p, BOB, true);
  assert_int_equal(suite_of(&p->people[ALICE]), MSNAV_SRTP_AES_CM_SHA1_80);
  assert_int_equal(suite_of(&p->people[BOB]), MSNAV_SRTP_AES_CM_SHA1_80);
  g_strlcpy(text, before[1].text[0], sizeof(bob->text[0]));
  hold(p, BOB, false);
  assert_int_equal(suite_of(&p->people[ALICE]), MSNAV_SRTP_AES_128_GCM);
  assert_int_equal(suite_of(&p->people[BOB]), MSNAV_SRTP_AES_128_GCM);
  both_are_heard(p);
  assert_memory_not_equal(alice->key[0], before[0].key[0], 28);
  assert_memory_not_equal(bob->key[0], before[1].key[0], 28);
  assert_memory_equal(alice->key[2], before[0].key[2], 30); /* never used */
  pair_free(p);
}

static void set_media(pair *p, uint32_t media) {
  p->people[ALICE].media_changes = p->people[BOB].media_changes = 0;
  assert_int_equal(msnav_call_set_media(p->people[ALICE].call, media),
                   MSNAV_OK);
  assert_true(pair_until(p, media_changed, 2000));
}

static void pictures_that_come_back_have_another_key(void **state) {
  pair *p = *state;
  msnav_config c[2];
  configure(c, IF_POSSIBLE, IF_POSSIBLE);
  c[ALICE].media = c[BOB].media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &c[ALICE], &c[BOB]);
  pair_connect(p);
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  static const uint8_t picture[300] = {1};
  const msnav_payload payload = {picture, sizeof(picture), 0, 0, 0, true};
  uint8_t before[28] = {0};
  for (int i = 0; i < 2; i++) {
    set_media(p, MSNAV_AUDIO | MSNAV_VIDEO);
    unsigned seen = bob->video_payloads;
    for (int k = 0; k < 20; k++) {
      assert_int_equal(msnav_call_send_video(alice->call, &payload), MSNAV_OK);
      pair_run(p, 10);
    }
    assert_true(bob->video_payloads >= seen + 10);
    const call_stream *st = &alice->call->streams[VIDEO_STREAM];
    assert_int_equal(st->suite, MSNAV_SRTP_AES_128_GCM);
    assert_memory_not_equal(st->keys->key[0], before, sizeof(before));
    memcpy(before, st->keys->key[0], sizeof(before));
    set_media(p, MSNAV_AUDIO);
  }
  both_are_heard(p);
  pair_free(p);
}

/* A peer, or somebody who changes its SDP on the way, leaves the keys out. */
static void offers_in_the_clear_are_refused_later(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  person *bob = &p->people[BOB];
  bob->ctx->config.encryption = MSNAV_ENCRYPT_NEVER;
  bob->call->encrypted = false;
  assert_int_equal(msnav_call_hold(bob->call, true), MSNAV_OK);
  assert_true(pair_until(p, bob_heard_of_it, 2000));
  assert_non_null(strstr(bob->log, "re-INVITE refused with 488"));
  assert_string_equal(bob->states, "ringing,accepted,connecting,talking");
  assert_int_equal(suite_of(&p->people[ALICE]), MSNAV_SRTP_AES_128_GCM);
  both_are_heard(p);
  pair_free(p);
}

/* Should a call forget, its stream does not. */
static void streams_refuse_what_a_call_would_take(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  alice->ctx->config.encryption = MSNAV_ENCRYPT_NEVER;
  alice->call->encrypted = false;
  assert_int_equal(msnav_call_hold(bob->call, true), MSNAV_OK);
  assert_true(pair_until(p, bob_heard_of_it, 2000));
  assert_non_null(strstr(bob->log, "re-INVITE refused with 488"));
  both_are_heard(p);
  pair_free(p);
}

static void plain_answers_are_none_where_keys_are_needed(void **state) {
  (void)state;
  static const struct {
    uint32_t encryption;
    bool encrypted;
    msnav_error err;
  } rows[] = {
    {IF_POSSIBLE, false, MSNAV_OK},
    {NEVER, false, MSNAV_OK},
    {ALWAYS, false, MSNAV_ERR_UNSUPPORTED},
    {IF_POSSIBLE, true, MSNAV_ERR_UNSUPPORTED},
    {ALWAYS, true, MSNAV_ERR_UNSUPPORTED},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_context ctx = {.config = {.encryption = rows[i].encryption}};
    msnav_call call = {.ctx = &ctx, .encrypted = rows[i].encrypted};
    call_stream st = {.call = &call};
    msnav_sdp_agreed plain = {.index = 0};
    msnav_stream_config config = {.size = sizeof(config)};
    assert_int_equal(msnav_call_take_crypto(&st, &plain, &config), rows[i].err);
    assert_int_equal(config.srtp_suite, MSNAV_SRTP_NONE);
  }
}

static void keys_of_a_wrong_length_are_no_keys(void **state) {
  (void)state;
  static const struct {
    const char *suite, *params;
    msnav_error err;
  } rows[] = {
    /* 28 bytes for GCM (RFC 7714 section 12), 30 for CM (RFC 4568 6.2) */
    {"AEAD_AES_128_GCM",
     "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", MSNAV_OK},
    {"AEAD_AES_128_GCM", "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     MSNAV_ERR_UNSUPPORTED},
    {"AEAD_AES_128_GCM", "inline:AAAA", MSNAV_ERR_UNSUPPORTED},
    {"AES_CM_128_HMAC_SHA1_80",
     "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|2^20", MSNAV_OK},
    {"AES_CM_128_HMAC_SHA1_80",
     "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", MSNAV_ERR_UNSUPPORTED},
    {"AES_CM_128_HMAC_SHA1_32",
     "inline:*AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", MSNAV_ERR_UNSUPPORTED},
    {"AES_CM_128_HMAC_SHA1_32", "inline:", MSNAV_ERR_UNSUPPORTED},
    {"F8_128_HMAC_SHA1_80", "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     MSNAV_ERR_UNSUPPORTED},
  };
  msnav_context ctx = {.depth = 0};
  msnav_call call = {.ctx = &ctx};
  call_keys keys = {.made = 0};
  call_stream st = {.call = &call, .keys = &keys};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp_agreed agreed = {
      .local_crypto = {.suite = msnav_str_of(rows[i].suite)},
      .remote_crypto = {.params = msnav_str_of(rows[i].params)}};
    msnav_stream_config config = {.size = sizeof(config)};
    assert_int_equal(msnav_call_take_crypto(&st, &agreed, &config),
                     rows[i].err);
    assert_int_equal(config.srtp_suite != MSNAV_SRTP_NONE,
                     rows[i].err == MSNAV_OK);
  }
}

static void builds_without_it_cannot_insist(void **state) {
  (void)state;
  pair p = {0};
  msnav_context *ctx;
  msnav_config c = pair_config(0x7f000001);
  msnav_events events = {.size = sizeof(events)};
  assert_int_equal(msnav_epoll_new(&p.epoll), MSNAV_OK);
  c.encryption = MSNAV_ENCRYPT_ALWAYS;
  events.send =
    (void (*)(void *, msnav_call *, msnav_str, const char *, size_t))(
      void (*)(void))builds_without_it_cannot_insist;
  assert_int_equal(msnav_context_new(msnav_epoll_loop(p.epoll), &c, &events,
                                     NULL, &ctx),
                   MSNAV_ERR_UNSUPPORTED);
  msnav_epoll_free(p.epoll);
}

int main(void) {
  const struct CMUnitTest without[] = {
    cmocka_unit_test(builds_without_it_cannot_insist),
  };
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(who_encrypts_with_whom, setup, teardown),
    cmocka_unit_test_setup_teardown(nothing_flows_when_only_one_insists, setup,
                                    teardown),
    cmocka_unit_test_setup_teardown(reinvites_go_on_encrypted, setup, teardown),
    cmocka_unit_test_setup_teardown(
      suite_that_is_taken_up_again_has_another_key, setup, teardown),
    cmocka_unit_test_setup_teardown(pictures_that_come_back_have_another_key,
                                    setup, teardown),
    cmocka_unit_test_setup_teardown(offers_in_the_clear_are_refused_later,
                                    setup, teardown),
    cmocka_unit_test_setup_teardown(streams_refuse_what_a_call_would_take,
                                    setup, teardown),
    cmocka_unit_test(plain_answers_are_none_where_keys_are_needed),
    cmocka_unit_test(keys_of_a_wrong_length_are_no_keys),
  };
  return msnav_has_feature("srtp")
           ? cmocka_run_group_tests(tests, NULL, NULL)
           : cmocka_run_group_tests(without, NULL, NULL);
}
