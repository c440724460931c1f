/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A dialog against bytes: the paper's client in both roles, and peers that
 * do what they should not. */
#include "dialog_kit.h"

#define THEIR_CALL_ID "a0c241bf9538449aa9b95d4872e0dd22@192.168.0.165"
#define THEIR_TAG "756b3f5213a2415e8c2583753fa06cca"
#define PAPER_OUR_TAG "d1486a68903a42e0b491b958f0691c6c"
#define PAPER_CALLER "192.168.0.165:11630"
#define PAPER_CALLED "192.168.0.127:12449"

static char text[8192];

static void load(const char *name) {
  size_t len = 0;
  char *bytes = load_data(name, &len);
  assert_true(len < sizeof(text));
  memcpy(text, bytes, len);
  text[len] = '\0';
  free(bytes);
}

static void put(const char *old, const char *new) {
  replace(text, sizeof(text), old, new);
}

/* The addresses of the paper become those of this call: who sent the INVITE
 * there and who got it. */
static void put_addresses(const msnav_addr *caller, const msnav_addr *called) {
  char a[MSNAV_ADDR_TEXT];
  char b[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(caller, a);
  (void)msnav_addr_format(called, b);
  put(PAPER_CALLER, a);
  put(PAPER_CALLED, b);
}

static void send_text(const peer *p, const side *s) {
  send_to(p, msnav_dialog_local(s->d), text, strlen(text));
}

static const char *tag_of(const char *value) {
  const char *at = strstr(value, ";tag=");
  return at != NULL ? at + 5 : "";
}

static void open_against(side *s, peer *p, uint32_t profile) {
  open_peer(p);
  msnav_dialog_config config = local_config();
  config.profile = profile;
  config.remote = p->addr;
  open_side(s, &config);
}

/* ---- the paper's client calls: messages 1 to 5 of section 2 */

/* Up to its ACK; tag receives ours. */
static void paper_calls(peer *p, side *s, bool paper, char tag[64]) {
  load("paper-sip-1-invite.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  send_text(p, s);
  if (paper) { /* the 100 is tagged, as in message 2 */
    expect(p, "SIP/2.0 100 ");
    assert_int_equal(strlen(tag_of(header(p->in, "To"))), 32);
  }
  expect(p, "SIP/2.0 180 ");
  snprintf(tag, 64, "%s", tag_of(header(p->in, "To")));
  wait_words(s, "offer ");
  assert_non_null(strstr(s->sdp, "m=audio 36772 RTP/AVP 97 0 8 4 101\r\n"));
  answer(s);
  expect(p, "SIP/2.0 200 ");
  /* branchless Via and both names come back as they were */
  char via[64];
  char addr[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(&p->addr, addr);
  snprintf(via, sizeof(via), "SIP/2.0/UDP %s", addr);
  assert_string_equal(header(p->in, "Via"), via);
  assert_string_equal(header(p->in, "From"),
                      "\"yxu\" <sip:taogx@163.com>;tag=" THEIR_TAG);
  assert_string_equal(header(p->in, "Call-ID"), THEIR_CALL_ID);
  assert_string_equal(tag_of(header(p->in, "To")), tag);
  assert_string_equal(strstr(p->in, "\r\n\r\n") + 4, ANSWER);
  load("paper-sip-5-ack.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  put(PAPER_OUR_TAG, tag);
  send_text(p, s);
  wait_words(s, "offer confirmed ");
  s->words[0] = '\0';
}

static void the_papers_client_calls_and_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    peer p;
    side s = {0};
    char tag[64];
    open_against(&s, &p, profile);
    paper_calls(&p, &s, profile == MSNAV_PROFILE_RTC_1_2, tag);
    load("paper-sip-5-ack.sip"); /* a BYE of the caller has the same lines */
    put_addresses(&p.addr, msnav_dialog_local(s.d));
    put(PAPER_OUR_TAG, tag);
    put("ACK sip", "BYE sip");
    put("CSeq: 1 ACK", "CSeq: 2 BYE");
    send_text(&p, &s);
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

/* ---- the paper's client is called */

/* Our INVITE is in p->in: its answer from the paper, as to this call. */
static void
paper_answers(peer *p, side *s, const char *invite, const char *file) {
  load(file);
  char via[512];
  snprintf(via, sizeof(via), "%s", header(invite, "Via"));
  put("SIP/2.0/UDP " PAPER_CALLER, via);
  put("\"yxu\" <sip:taogx@163.com>;tag=" THEIR_TAG, header(invite, "From"));
  put("<sip:" PAPER_CALLED ">", header(invite, "To"));
  put(THEIR_CALL_ID, header(invite, "Call-ID"));
  put_addresses(msnav_dialog_local(s->d), &p->addr);
  send_text(p, s);
}

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

/* ---- whom we listen to */

static void nobody_else_is_heard(void **state) {
  (void)state;
  peer p;
  peer stranger;
  side s = {0};
  char tag[64];
  open_peer(&stranger);
  open_against(&s, &p, 0);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  send_text(&stranger, &s);
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  assert_int_equal(refused_seen, 1);
  assert_string_equal(last_verdict, "source");
  paper_calls(&p, &s, false, tag);
  load("paper-sip-6-bye-unswapped.sip"); /* right in everything else */
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  send_text(&stranger, &s);
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  assert_false(receive(&stranger, NULL));
  assert_int_equal(refused_seen, 2);
  const char *name = NULL;
  uint32_t count = 0;
  uint32_t all = 0;
  size_t i = 0;
  for (; msnav_dialog_refusals(s.d, i, &name, &count) == MSNAV_OK; i++) {
    all += count;
    if (strcmp(name, "source") == 0) {
      assert_int_equal(count, 2);
    }
  }
  assert_int_equal(all, 2);
  assert_true(i > 10);
  assert_int_equal(msnav_dialog_refusals(s.d, i, &name, &count), MSNAV_ERR_END);
  msnav_dialog_free(s.d);
  close(p.fd);
  close(stranger.fd);
}

static void the_first_caller_becomes_the_peer(void **state) {
  (void)state;
  peer p;
  peer other;
  side s = {0};
  char tag[64];
  open_peer(&p);
  open_peer(&other);
  msnav_dialog_config config = local_config();
  config.accept_first = 1;
  open_side(&s, &config);
  int before = count_fds();
  send_to(&other, msnav_dialog_local(s.d), "garbage", 7);
  load("paper-sip-1-invite.sip");
  put_addresses(&other.addr, msnav_dialog_local(s.d));
  put("INVITE sip", "OPTIONS sip");
  put("1 INVITE", "1 OPTIONS");
  send_text(&other, &s); /* only an INVITE is a call */
  run_for(20 * MS);
  assert_int_equal(refused_seen, 2);
  assert_int_equal(msnav_dialog_remote(s.d)->port, 0);
  assert_int_equal(count_fds(), before); /* and none of it cost an agent */
  paper_calls(&p, &s, false, tag);
  assert_int_equal(msnav_dialog_remote(s.d)->port, p.addr.port);
  load("paper-sip-1-invite.sip");
  put_addresses(&other.addr, msnav_dialog_local(s.d));
  send_text(&other, &s);
  run_for(20 * MS);
  assert_int_equal(refused_seen, 3);
  msnav_dialog_free(s.d);
  close(p.fd);
  close(other.fd);
}

/* Whoever calls first, it is by the proxy that it calls. */
static void the_first_caller_comes_by_the_proxy(void **state) {
  (void)state;
  peer proxy;
  peer other;
  side s = {0};
  char tag[64];
  open_peer(&proxy);
  open_peer(&other);
  msnav_dialog_config config = local_config();
  config.accept_first = 1;
  config.proxy = proxy.addr;
  open_side(&s, &config);
  int before = count_fds();
  load("paper-sip-1-invite.sip");
  put_addresses(&other.addr, msnav_dialog_local(s.d));
  send_text(&other, &s);
  run_for(20 * MS);
  assert_string_equal(last_verdict, "source");
  assert_int_equal(msnav_dialog_remote(s.d)->port, 0);
  assert_int_equal(count_fds(), before);
  paper_calls(&proxy, &s, false, tag);
  assert_false(receive(&other, NULL));
  msnav_dialog_free(s.d);
  close(proxy.fd);
  close(other.fd);
}

static void an_unknown_peer_is_not_heard(void **state) {
  (void)state;
  peer p;
  side s = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  open_side(&s, &config);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  send_text(&p, &s);
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  assert_string_equal(last_verdict, "source");
  assert_int_equal(msnav_dialog_set_remote(s.d, &p.addr), MSNAV_OK);
  send_text(&p, &s);
  wait_words(&s, "offer ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

/* RFC 3261 section 8.1.2: with an outbound proxy datagrams go there and come
 * from there, and the request names whom it is for. */
static void an_outbound_proxy_is_the_only_one_we_talk_to(void **state) {
  (void)state;
  peer proxy;
  peer callee;
  side s = {0};
  open_peer(&proxy);
  open_peer(&callee);
  msnav_dialog_config config = local_config();
  config.remote = callee.addr;
  config.proxy = proxy.addr;
  config.to_uri = "sip:bob@example.org";
  config.user = "alice";
  open_side(&s, &config);
  invite(&s);
  expect(&proxy, "INVITE ");
  char want[96];
  char addr[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(&callee.addr, addr);
  snprintf(want, sizeof(want), "INVITE sip:bob@%s SIP/2.0\r\n", addr);
  assert_int_equal(strncmp(proxy.in, want, strlen(want)), 0);
  assert_string_equal(header(proxy.in, "To"), "<sip:bob@example.org>");
  (void)msnav_addr_format(msnav_dialog_local(s.d), addr);
  snprintf(want, sizeof(want), "<sip:alice@%s>", addr);
  assert_string_equal(header(proxy.in, "Contact"), want);
  char first[8192];
  snprintf(first, sizeof(first), "%s", proxy.in);
  paper_answers(&callee, &s, first, "paper-sip-4-200.sip");
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  assert_string_equal(last_verdict, "source");
  paper_answers(&proxy, &s, first, "paper-sip-4-200.sip");
  wait_words(&s, "answer confirmed ");
  expect(&proxy, "ACK ");
  assert_false(receive(&callee, NULL));
  msnav_dialog_free(s.d);
  close(proxy.fd);
  close(callee.fd);
}

/* ---- requests that are no call */

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

static void their_reinvite_without_an_offer_is_refused(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "INVITE sip");
  put("1 ACK", "2 INVITE");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 488 ");
  run_for(20 * MS);
  assert_string_equal(s.words, "");
  hangup(&s);
  expect(&p, "BYE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void a_reinvite_that_is_cancelled_leaves_the_call_up(void **state) {
  (void)state;
  peer p;
  side s = {0};
  char tag[64];
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  load("paper-sip-1-invite.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  char to[160];
  char addr[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(msnav_dialog_local(s.d), addr);
  snprintf(to, sizeof(to), "To: <sip:%s>;tag=%s", addr, tag);
  char bare[160];
  snprintf(bare, sizeof(bare), "To: <sip:%s>", addr);
  put(bare, to);
  put("1 INVITE", "2 INVITE");
  send_text(&p, &s);
  wait_words(&s, "reoffer ");
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "CANCEL sip");
  put("1 ACK", "2 CANCEL");
  send_text(&p, &s);
  expect(&p, "SIP/2.0 200 ");
  assert_string_equal(header(p.in, "CSeq"), "2 CANCEL");
  expect(&p, "SIP/2.0 487 ");
  put("CANCEL sip", "ACK sip");
  put("2 CANCEL", "2 ACK");
  send_text(&p, &s);
  run_for(20 * MS);
  assert_string_equal(s.words, "reoffer ");
  assert_int_equal(msnav_dialog_answer(s.d, ANSWER, strlen(ANSWER)),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_invite(s.d, OFFER, strlen(OFFER)), MSNAV_OK);
  expect(&p, "INVITE ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

/* ---- peers that answer some requests, and not others */

/* A peer that is always in the middle of something is asked twice. */
static void a_reinvite_is_tried_twice(void **state) {
  (void)state;
  char tag[64];
  static char first[8192], second[8192];
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  invite(&s);
  expect(&p, "INVITE ");
  memcpy(first, p.in, sizeof(first));
  reply(&p, &s, first, "491 Request Pending");
  expect(&p, "ACK ");
  run_for(10 * MS);
  assert_string_equal(s.words, "");
  expect(&p, "INVITE "); /* within 2 s */
  memcpy(second, p.in, sizeof(second));
  assert_string_not_equal(header(second, "CSeq"), "1 INVITE");
  reply(&p, &s, second, "491 Request Pending");
  expect(&p, "ACK ");
  wait_words(&s, "rerefused-491 ");
  run_for(2200 * MS);
  assert_string_equal(s.words, "rerefused-491 ");
  assert_false(receive(&p, NULL));
  msnav_dialog_free(s.d);
  close(p.fd);
}

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

/* Their BYE crosses ours: it is the answer to ours that confirms the end, not
 * that to the re-INVITE. */
static void the_answer_to_our_bye_confirms_the_end(void **state) {
  (void)state;
  static char reinvite[8192], bye[8192];
  char tag[64];
  peer p;
  side s = {0};
  hang_up_in_a_reinvite(&p, &s, reinvite, bye, tag);
  load("paper-sip-5-ack.sip");
  put_addresses(&p.addr, msnav_dialog_local(s.d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "BYE sip");
  put("CSeq: 1 ACK", "CSeq: 2 BYE");
  send_text(&p, &s);
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
    T(the_papers_client_calls_and_hangs_up),
    T(our_bye_of_the_called_side_is_the_papers),
    T(our_invite_and_ack_have_the_papers_lines),
    T(the_papers_client_is_called_and_hangs_up),
    T(a_repeated_200_is_acknowledged_again),
    T(nobody_else_is_heard),
    T(the_first_caller_becomes_the_peer),
    T(the_first_caller_comes_by_the_proxy),
    T(an_unknown_peer_is_not_heard),
    T(an_outbound_proxy_is_the_only_one_we_talk_to),
    T(options_are_answered_in_and_outside_the_call),
    T(an_invite_that_requires_an_extension_is_refused),
    T(extensions_in_a_call_are_refused_and_it_goes_on),
    T(an_invite_without_an_offer_is_refused),
    T(their_reinvite_without_an_offer_is_refused),
    T(a_reinvite_that_is_cancelled_leaves_the_call_up),
    T(a_reinvite_is_tried_twice),
    T(a_hang_up_before_the_ack_waits_for_it),
    T(a_hang_up_ends_a_reinvite_in_silence),
    T(the_answer_to_our_bye_confirms_the_end),
  };
  return cmocka_run_group_tests_name("dialog_peer", tests, NULL, NULL);
}
