/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that are no call, or ask for what a dialog cannot do. */
#include "paper_kit.h"

static void options_are_answered_in_and_outside_the_call(void **state) {
  (void)state;
  static const char options[] =
    "OPTIONS sip:we SIP/2.0\r\nVia: SIP/2.0/UDP "
    "127.0.0.1:9;branch=z9hG4bKq1\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:them@127.0.0.1>;tag=o1\r\n"
    "To: <sip:we@127.0.0.1>\r\nCall-ID: options@them\r\nCSeq: 7 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n";
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  send_to(&p, msnav_dialog_local(s.d), options, strlen(options));
  expect(&p, "SIP/2.0 200 ");
  assert_string_equal(header(p.in, "CSeq"), "7 OPTIONS");
  assert_non_null(strstr(header(p.in, "Allow"), "INVITE"));
  assert_string_equal(header(p.in, "Accept"), "application/sdp");
  paper_calls(&p, &s, false, tag);
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "OPTIONS sip");
  put("1 ACK", "2 OPTIONS");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 200 ");
  assert_string_equal(header(p.in, "CSeq"), "2 OPTIONS");
  assert_string_equal(s.words, "");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void an_invite_that_requires_an_extension_is_refused(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put("CSeq: 1", "Require: 100rel, com.example.x\r\nCSeq: 1");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 420 ");
  assert_string_equal(header(p.in, "Unsupported"), "100rel, com.example.x");
  wait_words(&s, "failed-13 "); /* MSNAV_ERR_UNSUPPORTED */
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void extensions_in_a_call_are_refused_and_it_goes_on(void **state) {
  (void)state;
  static const char *const methods[] = {"OPTIONS", "INVITE"};
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
    char start[32], cseq[32];
    snprintf(start, sizeof(start), "%s sip", methods[i]);
    snprintf(cseq, sizeof(cseq), "%zu %s", i + 2, methods[i]);
    load("paper-sip-5-ack.sip");
    put_addresses(&p.addr, msnav_dialog_local(s.d));
    put(PAPER_OUR_TAG, tag);
    put("ACK sip", start);
    put("CSeq: 1 ACK", "Require: x\r\nCSeq: 1 ACK");
    put("1 ACK", cseq);
    send_text(&p, &s);
    expect(&p, "SIP/2.0 420 ");
    assert_string_equal(header(p.in, "Unsupported"), "x");
    assert_string_equal(header(p.in, "CSeq"), cseq);
    assert_string_equal(s.words, "");
  }
  assert_int_equal(msnav_dialog_hangup(s.d), MSNAV_OK);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void an_invite_without_an_offer_is_refused(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  *(strstr(text, "Content-Type")) = '\0';
  strcat(text, "Content-Length: 0\r\n\r\n");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 488 ");
  wait_words(&s, "failed-13 "); /* MSNAV_ERR_UNSUPPORTED */
  msnav_dialog_free(s.d);
  close(p.fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(options_are_answered_in_and_outside_the_call),
    T(an_invite_that_requires_an_extension_is_refused),
    T(extensions_in_a_call_are_refused_and_it_goes_on),
    T(an_invite_without_an_offer_is_refused),
  };
  return cmocka_run_group_tests_name("dialog_requests", tests, NULL, NULL);
}
