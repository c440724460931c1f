/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a dialog listens to. */
#include "paper_kit.h"

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
    assert_string_not_equal(name, "pass"); /* that is no refusal */
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

int main(void) {
  const struct CMUnitTest tests[] = {
    T(nobody_else_is_heard),
    T(the_first_caller_becomes_the_peer),
    T(the_first_caller_comes_by_the_proxy),
    T(an_unknown_peer_is_not_heard),
    T(an_outbound_proxy_is_the_only_one_we_talk_to),
  };
  return cmocka_run_group_tests_name("dialog_source", tests, NULL, NULL);
}
