/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways a call ends before or while it is one, and the reason that each
 * side is given. */
#include "call_kit.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- before there is an answer */

static void reject_call(person *me, msnav_call *call) {
  (void)me;
  assert_int_equal(msnav_call_reject(call), MSNAV_OK);
}

/* paper section 6 */
static void invitee_rejects(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].on_incoming = reject_call;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(field(&p->people[BOB], "Cancel-Code"), "REJECT");
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_REJECTED_LOCAL);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_REJECTED_REMOTE);
  pair_free(p);
}

static void inviter_cancels_while_it_rings(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].auto_accept = false;
  msnav_call *call = pair_start(p, MSNAV_AUDIO);
  assert_int_equal(msnav_call_hangup(call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(field(&p->people[ALICE], "Cancel-Code"), "TIMEOUT");
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_CANCELLED_LOCAL);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);
}

/* A call that nobody answers ends by itself, on either side first. */
static void ringing_ends_by_itself(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000001);
  quick.ring_out = quick.ring_in = 150000;
  pair_init(p, &quick, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_ANSWER);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);

  quick.bind_ip = 0x7f000002;
  pair_init(p, NULL, &quick);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_MISSED);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);
}

static void undelivered_invitation_ends_and_a_talk_goes_on(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].auto_accept = false;
  msnav_call *call = pair_start(p, MSNAV_AUDIO);
  assert_int_equal(msnav_call_undelivered(call), MSNAV_OK);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_UNDELIVERED);
  pair_free(p);

  pair_init(p, NULL, NULL);
  pair_connect(p);
  assert_int_equal(msnav_call_undelivered(p->people[ALICE].call),
                   MSNAV_ERR_STATE);
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_TALKING);
  pair_free(p);
}

/* ---- addresses */

static void go_silent(person *me, msnav_call *call) {
  me->mute_msnp = true; /* ACCEPT and all that follows are lost */
  assert_int_equal(msnav_call_accept(call, 0), MSNAV_OK);
}

static void lost_addresses_end_the_exchange(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000002);
  quick.exchange = 150000;
  pair_init(p, NULL, &quick);
  p->people[BOB].on_incoming = go_silent;
  pair_start(p, MSNAV_AUDIO);
  pair_run(p, 400);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_NO_ADDRESS);
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_INVITING);
  pair_free(p);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SHUTDOWN);
}

static void peer_that_vanishes_ends_the_exchange(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000001);
  quick.exchange = 150000;
  pair_init(p, &quick, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  accept_with(&p->people[BOB], "127.0.0.9:9");
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_ANSWERED);
  pair_run(p, 400);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_ADDRESS);
  pair_free(p);
}

static void forbidden_addresses_end_the_call(void **state) {
  pair *p = *state;
  static const char *const bad[] = {"0.0.0.0:5060",
                                    "224.0.0.1:5060",
                                    "255.255.255.255:9",
                                    "1.2.3.4:0",
                                    "1.2.3.4",
                                    "localhost:5060",
                                    ""};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    pair_init(p, NULL, NULL);
    p->people[BOB].auto_accept = false;
    pair_start(p, MSNAV_AUDIO);
    accept_with(&p->people[BOB], bad[i]);
    pair_run(p, 10);
    assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_BAD_ADDRESS);
    assert_string_equal(field(&p->people[ALICE], "Cancel-Code"), "FAIL");
    pair_free(p);
  }
}

static void taken_port_is_a_named_end(void **state) {
  pair *p = *state;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(0x7f000002)};
  socklen_t len = sizeof(sa);
  assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
  msnav_config b = pair_config(0x7f000002);
  b.sip_port = ntohs(sa.sin_port);
  pair_init(p, NULL, &b);
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_NETWORK);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_PEER_FAILED);
  assert_non_null(strstr(p->people[BOB].log, "in use"));

  person *alice = &p->people[ALICE];
  msnav_addr taken = {0x7f000002, ntohs(sa.sin_port)};
  msnav_call *call;
  assert_int_equal(msnav_call_listen(alice->ctx, &taken, MSNAV_AUDIO, &call),
                   MSNAV_ERR_IN_USE);
  msnav_addr foreign = {0xc0000201, 5060};
  assert_int_equal(msnav_call_listen(alice->ctx, &foreign, MSNAV_AUDIO, &call),
                   MSNAV_ERR_ADDRESS);
  pair_free(p);
  close(fd);
}

/* ---- set-up and talk */

/* The peer's address is there, its messages arrive, but no SIP does. */
static void deaf_peer_ends_the_set_up(void **state) {
  pair *p = *state;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(0x7f000003)};
  socklen_t len = sizeof(sa);
  assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
  msnav_config quick = pair_config(0x7f000001);
  quick.setup = 300000;
  pair_init(p, &quick, NULL);
  person *alice = &p->people[ALICE];
  msnav_addr deaf = {0x7f000003, ntohs(sa.sin_port)};
  assert_int_equal(msnav_call_dial(alice->ctx, &deaf, MSNAV_AUDIO,
                                   &alice->call),
                   MSNAV_OK);
  pair_run(p, 3000);
  assert_int_equal(alice->reason, MSNAV_REASON_SIP_TIMEOUT);
  assert_null(strstr(alice->log, "refused")); /* nobody did */
  assert_int_equal(alice->sent, 0);           /* a direct call knows no MSNP */
  pair_free(p);
  close(fd);
}

static void nothing_in_common_is_said_so(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &a, NULL);
  pair_start(p, MSNAV_VIDEO);
  pair_run(p, 50);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NOT_INSTALLED);
  assert_int_equal(p->people[BOB].incoming, 0);
  assert_string_equal(field(&p->people[BOB], "Cancel-Code"),
                      "REJECT_NOT_INSTALLED");
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(p->people[BOB].ctx, &c),
                   MSNAV_OK);
  assert_int_equal(c.ended[MSNAV_REASON_NOTHING_COMMON], 1);
  assert_int_equal(msnav_context_get_counters(p->people[ALICE].ctx, &c),
                   MSNAV_OK);
  assert_int_equal(c.ended[MSNAV_REASON_NOT_INSTALLED], 1);
  pair_free(p);
}

static void codecs_without_a_common_one_end_with_488(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.codecs = "PCMU";
  b.codecs = "PCMA";
  pair_init(p, &a, &b);
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  /* the inviter refuses the invitee's offer; its 488 and its CANCEL race */
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SIP_REFUSED);
  assert_true(p->people[BOB].reason == MSNAV_REASON_SIP_REFUSED ||
              p->people[BOB].reason == MSNAV_REASON_PEER_FAILED);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_equal(info.sip_status, 488);
  assert_non_null(strstr(p->people[ALICE].log, "488: no codec or encryption"));
  pair_free(p);
}

static bool say_nothing(person *me, msnav_call *call) {
  (void)me;
  (void)call;
  return false;
}

static void silence_of_the_wire_ends_the_call(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.silence = 500000;
  pair_init(p, &a, NULL);
  p->people[BOB].on_capture = say_nothing; /* and RTCP is seconds away */
  pair_connect(p);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_MEDIA);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_HANGUP_REMOTE);
  pair_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(invitee_rejects),
    CASE(inviter_cancels_while_it_rings),
    CASE(ringing_ends_by_itself),
    CASE(lost_addresses_end_the_exchange),
    CASE(peer_that_vanishes_ends_the_exchange),
    CASE(forbidden_addresses_end_the_call),
    CASE(deaf_peer_ends_the_set_up),
    CASE(nothing_in_common_is_said_so),
    CASE(codecs_without_a_common_one_end_with_488),
    CASE(silence_of_the_wire_ends_the_call),
    CASE(taken_port_is_a_named_end),
    CASE(undelivered_invitation_ends_and_a_talk_goes_on),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
