/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A dialog against the paper's client, in both roles. */
#include "paper_kit.h"

/* ---- it calls: messages 1 to 5 of section 2 */

static void the_papers_client_calls_and_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    peer p;
    side s = {0};
    char tag[64];
    open_against(&s, &p, profile);
    paper_calls(&p, &s, profile == MSNAV_PROFILE_RTC_1_2, tag);
    they_hang_up(&p, &s, tag);
    wait_words(&s, "bye ");
    expect(&p, "SIP/2.0 200 ");
    assert_string_equal(header(p.in, "CSeq"), "2 BYE");
    send_text(&p, &s); /* our 200 was lost */
    expect(&p, "SIP/2.0 200 ");
    assert_string_equal(s.words, "bye ");
    msnav_dialog_free(s.d);
    close(p.fd);
  }
  assert_int_equal(refused_seen, 0);
}

/* Section 4, message 6: the called side's BYE has From and To as in the
 * INVITE, and CSeq 1.  In profile rtc-1.2 ours is that message, byte for
 * byte but for what differs from call to call. */
static void our_bye_of_the_called_side_is_the_papers(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.profile = MSNAV_PROFILE_RTC_1_2;
  config.remote = p.addr;
  config.user_agent = "RTC/1.2";
  open_side(&s, &config);
  paper_calls(&p, &s, true, tag);
  hangup(&s);
  expect(&p, "BYE ");
  load("paper-sip-6-bye-unswapped.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  assert_string_equal(p.in, text);
  load("paper-sip-7-bye-200.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  send_text(&p, &s);
  wait_words(&s, "closed-200 ");
  msnav_dialog_free(s.d);
  close(p.fd);
  assert_int_equal(refused_seen, 0);
}

/* ---- it is called */

/* Messages 2 to 5 with us as the caller. */
static void paper_is_called(peer *p, side *s, char *invite, size_t cap) {
  assert_int_equal(msnav_dialog_invite(s->d, OFFER, strlen(OFFER)), 0);
  expect(p, "INVITE ");
  snprintf(invite, cap, "%s", p->in);
  paper_answers(p, s, invite, "paper-sip-2-100.sip");
  paper_answers(p, s, invite, "paper-sip-3-180.sip");
  wait_words(s, "progress-100 progress-180 ");
  paper_answers(p, s, invite, "paper-sip-4-200.sip");
  wait_words(s, "progress-100 progress-180 answer confirmed ");
  assert_non_null(strstr(s->sdp, "m=audio 36768 RTP/AVP 97 0 8 4 101\r\n"));
  expect(p, "ACK ");
  assert_string_equal(tag_of(header(p->in, "To")), PAPER_OUR_TAG);
  s->words[0] = '\0';
}

static void our_invite_and_ack_have_the_papers_lines(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char invite[8192];
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.profile = MSNAV_PROFILE_RTC_1_2;
  config.remote = p.addr;
  config.user_agent = "RTC/1.2";
  config.from_name = "yxu";
  config.from_uri = "sip:taogx@163.com";
  open_side(&s, &config);
  paper_is_called(&p, &s, invite, sizeof(invite));
  const char *tag = tag_of(header(invite, "From"));
  load("paper-sip-1-invite.sip");
  put_addresses(msnav_dialog_local(s.d), &p.addr);
  put(THEIR_TAG, tag);
  put(THEIR_CALL_ID, header(invite, "Call-ID"));
  size_t headers = (size_t)(strstr(text, "Content-Length") - text);
  assert_int_equal(strncmp(invite, text, headers), 0);
  assert_int_equal(strlen(header(invite, "Call-ID")), 32 + 1 + 9);
  load("paper-sip-5-ack.sip");
  put_addresses(msnav_dialog_local(s.d), &p.addr);
  put(THEIR_TAG, tag);
  put(THEIR_CALL_ID, header(invite, "Call-ID"));
  assert_string_equal(p.in, text);
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void the_papers_client_is_called_and_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    peer p;
    side s = {0};
    char invite[8192];
    open_against(&s, &p, profile);
    paper_is_called(&p, &s, invite, sizeof(invite));
    load("paper-sip-6-bye-unswapped.sip");
    put("\"yxu\" <sip:taogx@163.com>;tag=" THEIR_TAG, header(invite, "From"));
    put("<sip:" PAPER_CALLED ">", header(invite, "To"));
    put(THEIR_CALL_ID, header(invite, "Call-ID"));
    put_addresses(msnav_dialog_local(s.d), &p.addr);
    send_text(&p, &s);
    wait_words(&s, "bye ");
    expect(&p, "SIP/2.0 200 ");
    assert_string_equal(header(p.in, "From"), header(invite, "From"));
    assert_string_equal(tag_of(header(p.in, "To")), PAPER_OUR_TAG);
    assert_string_equal(header(p.in, "CSeq"), "1 BYE");
    msnav_dialog_free(s.d);
    close(p.fd);
  }
  assert_int_equal(refused_seen, 0);
}

static void a_repeated_200_is_acknowledged_again(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    peer p;
    side s = {0};
    char invite[8192];
    open_against(&s, &p, profile);
    paper_is_called(&p, &s, invite, sizeof(invite));
    for (int i = 0; i < 3; i++) {
      p.in[0] = '\0';
      paper_answers(&p, &s, invite, "paper-sip-4-200.sip");
      expect(&p, "ACK ");
    }
    assert_string_equal(s.words, "");
    msnav_dialog_free(s.d);
    close(p.fd);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(the_papers_client_calls_and_hangs_up),
    T(our_bye_of_the_called_side_is_the_papers),
    T(our_invite_and_ack_have_the_papers_lines),
    T(the_papers_client_is_called_and_hangs_up),
    T(a_repeated_200_is_acknowledged_again),
  };
  return cmocka_run_group_tests_name("dialog_paper", tests, NULL, NULL);
}
