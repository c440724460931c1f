/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hanging up in every state of a call. */
#include "paper_kit.h"

/* ---- two dialogs */

static void both_hang_up_at_once(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hangup(&a);
  hangup(&b);
  run_for(300 * MS);
  assert_int_equal(strncmp(a.words, "closed-", 7), 0);
  assert_int_equal(strncmp(b.words, "closed-", 7), 0);
  assert_int_equal(strlen(a.words), strlen("closed-200 "));
  assert_int_equal(strlen(b.words), strlen("closed-200 "));
  close_pair(&a, &b);
}

static void the_caller_cancels_before_the_answer(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_for(&a, "progress-180 ");
    a.words[0] = '\0';
    hangup(&a);
    assert_string_equal(a.words, ""); /* never from inside the call */
    wait_words(&b, "offer bye ");
    wait_words(&a, "closed-200 ");
    assert_int_equal(msnav_dialog_answer(b.d, ANSWER, strlen(ANSWER)),
                     MSNAV_ERR_STATE);
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

/* RFC 3261 section 9.1: no CANCEL before a provisional response; one that
 * comes too late is followed by BYE. */
static void a_cancel_that_crosses_the_answer_becomes_a_bye(void **state) {
  (void)state;
  side a = {0};
  side b = {.auto_answer = true};
  open_pair(&a, &b, 0);
  invite(&a);
  hangup(&a);
  wait_words(&a, "closed-200 ");
  run_for(50 * MS);
  assert_string_equal(b.words, "offer confirmed bye ");
  close_pair(&a, &b);
}

static void hanging_up_while_it_rings_refuses(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer ");
  hangup(&b);
  wait_words(&a, PROGRESS "refused-603 ");
  wait_words(&b, "offer closed-200 ");
  close_pair(&a, &b);
}

static void hanging_up_before_the_ack_waits_for_it(void **state) {
  (void)state;
  side a = {0};
  side b = {.auto_answer = true, .hangup_at = "offer"};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer closed-200 ");
  wait_words(&a, PROGRESS "answer confirmed bye ");
  close_pair(&a, &b);
}

static void hanging_up_nothing_is_reported_too(void **state) {
  (void)state;
  side a = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  hangup(&a);
  assert_string_equal(a.words, "");
  wait_words(&a, "closed-200 ");
  assert_int_equal(out_seen, 0);
  msnav_dialog_free(a.d);
}

/* ---- peers that answer some requests, and not others */

/* RFC 3261 section 15: who was called must not say BYE before the ACK came,
 * and the dialog is not at its end before the BYE is answered. */
static void a_hang_up_before_the_ack_waits_for_it(void **state) {
  (void)state;
  char tag[64];
  static char bye[8192];
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  send_text(&p, &s);
  expect(&p, "SIP/2.0 180 ");
  snprintf(tag, sizeof(tag), "%s", tag_of(header(p.in, "To")));
  wait_words(&s, "offer ");
  answer(&s);
  expect(&p, "SIP/2.0 200 ");
  hangup(&s);
  run_for(50 * MS);
  assert_false(receive(&p, NULL));
  assert_string_equal(s.words, "offer ");
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  send_text(&p, &s);
  expect(&p, "BYE ");
  memcpy(bye, p.in, sizeof(bye));
  run_for(20 * MS);
  assert_string_equal(s.words, "offer ");
  reply(&p, &s, bye, "200 OK");
  wait_words(&s, "offer closed-200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* The peer answers our CANCEL of this INVITE. */
static void
cancel_while_it_rings(peer *p, side *s, char first[8192], const char *status) {
  open_against(s, p, 0);
  invite(s);
  expect(p, "INVITE ");
  memcpy(first, p->in, 8192);
  reply(p, s, first, "180 Ringing");
  wait_words(s, "progress-180 ");
  hangup(s);
  expect(p, "CANCEL ");
  reply(p, s, p->in, status);
  run_for(10 * MS);
}

/* dialog.h: the status is the answer to our CANCEL. */
static void a_cancel_is_answered_too(void **state) {
  (void)state;
  static char first[8192];
  peer p;
  side s = {0};
  cancel_while_it_rings(&p, &s, first, "481 No Such Call");
  reply(&p, &s, first, "487 Request Terminated");
  wait_words(&s, "progress-180 closed-481 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* They answer all that, but with 200, and go on longer than Sofia remembers to
 * whom her ACK was: she would send a BYE of her own then. */
static void a_200_to_what_was_cancelled_is_heard_for_seconds(void **state) {
  (void)state;
  static char first[8192];
  peer p;
  side s = {0};
  cancel_while_it_rings(&p, &s, first, "200 OK");
  replace(first, sizeof(first), "\r\nCall-ID", ";tag=them\r\nCall-ID");
  reply(&p, &s, first, "200 OK");
  expect(&p, "BYE ");
  reply(&p, &s, p.in, "200 OK");
  wait_words(&s, "progress-180 closed-200 ");
  for (int i = 0; i < 2; i++) { /* after 0 and 4.2 s */
    reply(&p, &s, first, "200 OK");
    expect(&p, "ACK ");
    run_for(4200 * MS);
  }
  assert_int_equal(refused_seen, 0);
  reply(&p, &s, first, "200 OK");
  run_for(20 * MS);
  assert_false(receive(&p, NULL));
  assert_int_equal(refused_seen, 1);
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* A call that the peer began, with a re-INVITE of ours that is not answered
 * and a BYE of ours behind it. */
static void hang_up_in_a_reinvite(peer *p, side *s, char reinvite[8192],
                                  char bye[8192], char tag[64]) {
  open_peer(p);
  msnav_dialog_config config = local_config();
  config.remote = p->addr;
  config.setup_limit = 300 * MS;
  open_side(s, &config);
  paper_calls(p, s, false, tag);
  invite(s);
  expect(p, "INVITE ");
  memcpy(reinvite, p->in, 8192);
  hangup(s);
  expect(p, "BYE ");
  memcpy(bye, p->in, 8192);
}

/* What nobody answered ends with the dialog, and nothing comes behind. */
static void a_hang_up_ends_a_reinvite_in_silence(void **state) {
  (void)state;
  static char reinvite[8192], bye[8192];
  char tag[64];
  peer p;
  side s = {0};
  hang_up_in_a_reinvite(&p, &s, reinvite, bye, tag);
  reply(&p, &s, bye, "200 OK");
  wait_words(&s, "closed-200 ");
  run_for(600 * MS);
  assert_string_equal(s.words, "closed-200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void their_bye_ends_a_reinvite_in_silence(void **state) {
  (void)state;
  static char first[8192];
  char tag[64];
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  invite(&s);
  expect(&p, "INVITE ");
  memcpy(first, p.in, sizeof(first));
  they_hang_up(&p, &s, tag);
  wait_words(&s, "bye ");
  reply(&p, &s, first, "487 Request Terminated");
  expect(&p, "ACK ");
  run_for(20 * MS);
  assert_string_equal(s.words, "bye ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* Their BYE crosses ours: it is the answer to ours that confirms the end, not
 * that to the re-INVITE. */
static void the_answer_to_our_bye_confirms_the_end(void **state) {
  (void)state;
  static char reinvite[8192], bye[8192];
  char tag[64];
  peer p;
  side s = {0};
  hang_up_in_a_reinvite(&p, &s, reinvite, bye, tag);
  they_hang_up(&p, &s, tag);
  expect(&p, "SIP/2.0 200 ");
  reply(&p, &s, reinvite, "487 Request Terminated");
  expect(&p, "ACK ");
  run_for(50 * MS);
  assert_string_equal(s.words, "");
  reply(&p, &s, bye, "200 OK");
  wait_words(&s, "closed-200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(both_hang_up_at_once),
    T(the_caller_cancels_before_the_answer),
    T(a_cancel_that_crosses_the_answer_becomes_a_bye),
    T(hanging_up_while_it_rings_refuses),
    T(hanging_up_before_the_ack_waits_for_it),
    T(hanging_up_nothing_is_reported_too),
    T(a_hang_up_before_the_ack_waits_for_it),
    T(a_cancel_is_answered_too),
    T(a_200_to_what_was_cancelled_is_heard_for_seconds),
    T(a_hang_up_ends_a_reinvite_in_silence),
    T(their_bye_ends_a_reinvite_in_silence),
    T(the_answer_to_our_bye_confirms_the_end),
  };
  return cmocka_run_group_tests_name("dialog_hangup", tests, NULL, NULL);
}
