/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade: the ways they begin, and that nothing of
 * them is left. */
#include "call_kit.h"

#include "call/context.h" /* what was offered */

static void nothing_leaks(pair *p, int before) {
  pair_free(p);
  assert_int_equal(pair_descriptors(), before);
}

/* paper sections 1 to 4 */
static void inviter_calls_talks_and_hangs_up(void **state) {
  pair *p = *state;
  int before = pair_descriptors();
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  pair_connect(p);
  pair_run(p, 1500);
  for (int who = ALICE; who <= BOB; who++) { /* since the user's yes */
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(p->people[who].call, &info), MSNAV_OK);
    assert_in_range(info.setup_time, 1, 3000000);
    assert_in_range(info.duration, 1400000, 5000000);
  }
  assert_true(pair_tone(alice, 1000, 4000, 4000) > 0.9);
  assert_true(pair_tone(bob, 440, 4000, 4000) > 0.9);
  assert_int_equal(msnav_call_hangup(alice->call), MSNAV_OK);
  assert_int_equal(msnav_call_hangup(alice->call), MSNAV_ERR_STATE);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(alice->states,
                      "inviting,answered,connecting,talking,hanging up,ended");
  /* the CANCEL may come before the BYE: here it travels through memory */
  if (strcmp(bob->states, "ringing,accepted,connecting,talking,ended") != 0) {
    assert_string_equal(bob->states, "ringing,accepted,connecting,talking,"
                                     "hanging up,ended");
  }
  assert_int_equal(alice->reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(bob->reason, MSNAV_REASON_HANGUP_REMOTE);
  assert_string_equal(field(alice, "Cancel-Code"), "TIMEOUT");
  assert_string_equal(field(bob, "Cancel-Code"), "TIMEOUT");
  assert_int_equal(alice->sent, 3); /* INVITE, ACCEPT, CANCEL */
  assert_int_equal(bob->sent, 2);   /* ACCEPT, CANCEL */
  assert_int_equal(alice->misnamed + bob->misnamed, 0); /* SIP included */
  nothing_leaks(p, before);
}

static void invitee_may_hang_up_as_well(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  assert_int_equal(msnav_call_hangup(p->people[BOB].call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_HANGUP_REMOTE);
  pair_free(p);
}

static void profile_rtc_works_both_ways(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.profile = b.profile = MSNAV_PROFILE_RTC_1_2;
  for (int who = ALICE; who <= BOB; who++) {
    pair_init(p, &a, &b);
    pair_connect(p);
    assert_int_equal(msnav_call_hangup(p->people[who].call), MSNAV_OK);
    assert_true(pair_until(p, pair_both_ended, 1000));
    assert_int_equal(p->people[who].reason, MSNAV_REASON_HANGUP_LOCAL);
    pair_free(p);
  }
}

/* protocol section 5: RTC 1.2 has GSM, but not what came after it */
static void dialect_offers_what_there_was(void **state) {
  pair *p = *state;
  static const struct {
    uint32_t profile;
    const char *codecs;
    bool opus;
  } rows[] = {{MSNAV_PROFILE_STANDARD, NULL, true},
              {MSNAV_PROFILE_RTC_1_2, NULL, false},
              {MSNAV_PROFILE_RTC_1_2, "opus,PCMU", true}};
  for (size_t i = 0; i < ARRAY_LEN(rows) && msnav_has_feature("opus"); i++) {
    msnav_config b = pair_config(0x7f000002);
    b.profile = rows[i].profile;
    b.codecs = rows[i].codecs;
    pair_init(p, NULL, &b);
    pair_connect(p);
    const msnav_call *call = p->people[BOB].call;
    char *offer = g_strndup(call->described, call->described_len);
    assert_int_equal(strstr(offer, "opus/48000/2") != NULL, rows[i].opus);
    assert_int_equal(strstr(offer, "a=maxptime:70\r\n") != NULL,
                     rows[i].profile == MSNAV_PROFILE_STANDARD);
    g_free(offer);
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(p->people[BOB].call, &info), MSNAV_OK);
    assert_string_equal(info.codec, rows[i].codecs != NULL ? "opus" : "PCMU");
    pair_run(p, 1500);
    assert_true(p->people[ALICE].heard_count > 8000);
    pair_free(p);
  }
}

/* Both ring; the one that is accepted cancels the other. */
static void crossing_invitations_become_one_call(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  bob->auto_accept = alice->auto_accept = false;
  msnav_call *from_alice = pair_start(p, MSNAV_AUDIO);
  msnav_call *at_bob = bob->call;
  msnav_call *from_bob;
  assert_int_equal(msnav_call_start(bob->ctx, msnav_str_of(alice->account),
                                    MSNAV_AUDIO, &from_bob),
                   MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(from_alice, &info), MSNAV_OK);
  assert_int_equal(info.crossing, 1);
  assert_int_equal(msnav_call_get_info(at_bob, &info), MSNAV_OK);
  assert_int_equal(info.crossing, 1);
  assert_int_equal(msnav_call_accept(at_bob, 0), MSNAV_OK);
  assert_true(pair_until(p, pair_both_talk, 2000));
  assert_int_equal(msnav_call_get_info(from_bob, &info), MSNAV_OK);
  assert_int_equal(info.state, MSNAV_STATE_ENDED);
  assert_int_equal(info.reason, MSNAV_REASON_CROSSED);
  assert_int_equal(msnav_call_get_info(from_alice, &info), MSNAV_OK);
  assert_int_equal(info.state, MSNAV_STATE_TALKING);
  pair_free(p);
}

static void direct_calls_need_no_switchboard(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  msnav_addr at = {0x7f000002, 0};
  assert_int_equal(msnav_call_listen(bob->ctx, &at, MSNAV_AUDIO, &bob->call),
                   MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_not_equal(info.local_sip.port, 0);
  assert_int_equal(info.remote_sip.port, 0);
  assert_int_equal(msnav_call_dial(alice->ctx, &info.local_sip, MSNAV_AUDIO,
                                   &alice->call),
                   MSNAV_OK);
  assert_true(pair_until(p, pair_both_talk, 2000));
  pair_run(p, 1000);
  assert_true(pair_tone(bob, 440, 4000, 2400) > 0.9);
  assert_int_equal(msnav_call_hangup(bob->call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(alice->sent + bob->sent, 0);
  msnav_call_info caller = {.size = sizeof(caller)};
  assert_int_equal(msnav_call_get_info(alice->call, &caller), MSNAV_OK);
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_equal(info.remote_sip.ip, caller.local_sip.ip);
  assert_int_equal(info.remote_sip.port, caller.local_sip.port);
  pair_free(p);
}

static void payloads_of_others_are_handed_back(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  msnav_context *ctx = p->people[BOB].ctx;
  msnav_str peer = msnav_str_of("alice@example.com");
  static const char head[] = "MIME-Version: 1.0\r\nContent-Type: "
                             "text/x-msmsgsinvite; charset=UTF-8\r\n\r\n";
  static const struct {
    const char *body;
    msnav_error want;
  } rows[] = {
    /* a file transfer */
    {"Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n"
     "Invitation-Command: INVITE\r\nInvitation-Cookie: 1\r\n\r\n",
     MSNAV_ERR_NOT_OURS},
    {"Invitation-Command: ACCEPT\r\nInvitation-Cookie: 77\r\n\r\n",
     MSNAV_ERR_NOT_OURS},
    {"no colon here\r\n\r\n", MSNAV_ERR_PARSE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char payload[600];
    snprintf(payload, sizeof(payload), "%s%s", head, rows[i].body);
    assert_int_equal(msnav_context_receive(ctx, peer, payload, strlen(payload)),
                     rows[i].want);
  }
  assert_int_equal(msnav_context_receive(ctx, peer, "hello", 5),
                   MSNAV_ERR_NO_MIME);
  assert_int_equal(p->people[BOB].sent, 0);
  assert_int_equal(p->people[BOB].incoming, 0);
  pair_free(p);
}

/* 0.0.0.0 is bound, but nobody can call it: peers are told an address that
 * routes to them. */
static void wildcard_address_is_never_told(void **state) {
  pair *p = *state;
  msnav_config any = pair_config(0);
  pair_init(p, &any, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_string_not_equal(field(&p->people[ALICE], "Private-IP"), "0.0.0.0");
  assert_string_not_equal(field(&p->people[ALICE], "Private-IP"), "");
  accept_with(&p->people[BOB], "192.0.2.77:5060");
  pair_run(p, 10);
  assert_string_equal(field(&p->people[ALICE], "Invitation-Command"), "ACCEPT");
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_not_equal(info.local_sip.ip, 0);
  assert_int_equal(strncmp(field(&p->people[ALICE], "IP-Address"), "0.", 2) ==
                     0,
                   0);
  pair_free(p);
}

static void many_calls_leave_nothing_behind(void **state) {
  pair *p = *state;
  int before = pair_descriptors();
  pair_init(p, NULL, NULL);
  for (int i = 0; i < 30; i++) {
    p->people[ALICE].states[0] = p->people[BOB].states[0] = '\0';
    p->people[ALICE].ended = p->people[BOB].ended = 0;
    pair_connect(p);
    assert_int_equal(msnav_call_hangup(p->people[i % 2].call), MSNAV_OK);
    assert_true(pair_until(p, pair_both_ended, 1000));
    msnav_call_free(p->people[ALICE].call);
    msnav_call_free(p->people[BOB].call);
    p->people[ALICE].call = p->people[BOB].call = NULL;
  }
  nothing_leaks(p, before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(inviter_calls_talks_and_hangs_up),
    CASE(invitee_may_hang_up_as_well),
    CASE(dialect_offers_what_there_was),
    CASE(profile_rtc_works_both_ways),
    CASE(crossing_invitations_become_one_call),
    CASE(direct_calls_need_no_switchboard),
    CASE(payloads_of_others_are_handed_back),
    CASE(wildcard_address_is_never_told),
    CASE(many_calls_leave_nothing_behind),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
