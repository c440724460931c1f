/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a dialog can be set up with, and what a caller gets wrong. */
#include "dialog_kit.h"

static void bad_configurations_are_refused(void **state) {
  (void)state;
  static const char newline[] = "a\r\nb";
  const msnav_dialog_config good = local_config();
  side s = {0};
  msnav_dialog_config rows[20];
  msnav_error want[20];
  char quotes[162], uri[202], most[201];
  memset(quotes, '"', 161);
  quotes[161] = '\0';
  memset(uri, 'u', 201);
  memcpy(uri, "sip:", 4);
  uri[201] = '\0';
  memcpy(most, uri, 200);
  most[200] = '\0';
  size_t n = 0;
#define ROW(error, change)                                                     \
  do {                                                                         \
    rows[n] = good;                                                            \
    rows[n].change;                                                            \
    want[n++] = (error);                                                       \
  } while (0)
  ROW(MSNAV_ERR_INVALID, size = 0);
  ROW(MSNAV_ERR_INVALID, profile = 2);
  ROW(MSNAV_ERR_INVALID, accept_first = 2);
  ROW(MSNAV_ERR_INVALID, bind.ip = 0); /* and nothing to tell the peer */
  ROW(MSNAV_ERR_INVALID, from_name = newline);
  ROW(MSNAV_ERR_INVALID, from_uri = "mailto:a@b");
  ROW(MSNAV_ERR_INVALID, from_uri = "sip:a>b");
  ROW(MSNAV_ERR_INVALID, to_uri = "sip:a b");
  ROW(MSNAV_ERR_INVALID, to_uri = uri);
  ROW(MSNAV_ERR_INVALID, from_name = quotes);
  ROW(MSNAV_ERR_INVALID, from_name = quotes + 1; /* 160, each is escaped */
      rows[n].from_uri = most);
  ROW(MSNAV_ERR_INVALID, user = "a b");
  ROW(MSNAV_ERR_INVALID, user_agent = newline);
  ROW(MSNAV_ERR_ADDRESS, bind.ip = 0xe0000001);       /* 224.0.0.1 */
  ROW(MSNAV_ERR_ADDRESS, bind.ip = 0xc0000201);       /* 192.0.2.1: not ours */
  ROW(MSNAV_ERR_ADDRESS, advertised_ip = 0xffffffff); /* broadcast */
  ROW(MSNAV_ERR_ADDRESS, remote = ((msnav_addr){0xe0000001, 5060}));
  ROW(MSNAV_ERR_ADDRESS, remote = ((msnav_addr){0x00000001, 5060}));
  ROW(MSNAV_ERR_ADDRESS, proxy = ((msnav_addr){0xf0000001, 5060}));
#undef ROW
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(msnav_dialog_new(sip, &rows[i], &EVENTS, &s, &s.d),
                     want[i]);
    assert_null(s.d);
  }
  assert_int_equal(msnav_dialog_new(NULL, &good, &EVENTS, &s, &s.d),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_new(sip, NULL, &EVENTS, &s, &s.d),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_new(sip, &good, &EVENTS, &s, NULL),
                   MSNAV_ERR_INVALID);
  msnav_sip *none = NULL;
  const msnav_loop empty = {.size = sizeof(empty)};
  assert_int_equal(msnav_sip_new(&empty, NULL, NULL, NULL, &none),
                   MSNAV_ERR_INVALID);
}

/* The longest of each: what is taken is sent. */
static void the_longest_names_reach_the_peer(void **state) {
  (void)state;
  peer p;
  side a = {0};
  char name[161], uri[201], user[64], agent[65], want[400];
  memset(name, 'n', 160);
  memset(uri, 'u', 200);
  memcpy(uri, "sip:", 4);
  memset(user, 'x', 63);
  memset(agent, 'a', 64);
  name[160] = uri[200] = user[63] = agent[64] = '\0';
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.remote = p.addr;
  config.from_name = name;
  config.from_uri = config.to_uri = uri;
  config.user = user;
  config.user_agent = agent;
  open_side(&a, &config);
  invite(&a);
  expect(&p, "INVITE ");
  snprintf(want, sizeof(want), "\"%s\" <%s>;tag=", name, uri);
  assert_int_equal(strncmp(header(p.in, "From"), want, strlen(want)), 0);
  assert_string_equal(header(p.in, "User-Agent"), agent);
  msnav_dialog_free(a.d);
  close(p.fd);
}

/* RFC 3261 section 25.1: quotes and backslashes of a quoted string. */
static void a_name_is_quoted(void **state) {
  (void)state;
  static const char want[] = "\"a \\\"b\\\\ c\" <sip:127.0.0.1:";
  peer p;
  side a = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.remote = p.addr;
  config.from_name = "a \"b\\ c";
  open_side(&a, &config);
  invite(&a);
  expect(&p, "INVITE ");
  assert_int_equal(strncmp(header(p.in, "From"), want, strlen(want)), 0);
  msnav_dialog_free(a.d);
  close(p.fd);
}

static void who_rings_may_do_so_for_ever(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  msnav_dialog_config config = local_config();
  config.setup_limit = MSNAV_NEVER;
  open_side(&a, &config);
  open_side(&b, &config);
  assert_int_equal(msnav_dialog_set_remote(a.d, msnav_dialog_local(b.d)), 0);
  assert_int_equal(msnav_dialog_set_remote(b.d, msnav_dialog_local(a.d)), 0);
  invite(&a);
  wait_words(&a, "progress-180 ");
  run_for(50 * MS);
  assert_string_equal(a.words, "progress-180 ");
  answer(&b);
  wait_words(&a, "progress-180 answer confirmed ");
  close_pair(&a, &b);
}

static void a_taken_port_is_named(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  config.bind.port = msnav_dialog_local(a.d)->port;
  assert_int_equal(msnav_dialog_new(sip, &config, &EVENTS, &b, &b.d),
                   MSNAV_ERR_IN_USE);
  msnav_dialog_free(a.d);
  open_side(&b, &config);
  assert_int_equal(msnav_dialog_local(b.d)->port, config.bind.port);
  msnav_dialog_free(b.d);
}

static void the_advertised_address_is_what_the_peer_is_told(void **state) {
  (void)state;
  peer p;
  side a = {0};
  open_peer(&p);
  msnav_dialog_config config = local_config();
  config.advertised_ip = 0x0a010203;
  config.advertised_port = 4711;
  config.remote = p.addr;
  open_side(&a, &config);
  assert_int_equal(msnav_dialog_local(a.d)->ip, 0x0a010203);
  assert_int_equal(msnav_dialog_local(a.d)->port, 4711);
  invite(&a);
  expect(&p, "INVITE ");
  assert_string_equal(header(p.in, "Contact"), "<sip:10.1.2.3:4711>");
  assert_int_equal(strncmp(header(p.in, "Via"),
                           "SIP/2.0/UDP 10.1.2.3:4711;branch=z9hG4bK", 40),
                   0);
  msnav_dialog_free(a.d);
  close(p.fd);
}

static void calls_in_the_wrong_state_change_nothing(void **state) {
  (void)state;
  side a = {0};
  msnav_dialog_config config = local_config();
  const msnav_addr there = {LOOPBACK, 9};
  const msnav_addr nowhere = {LOOPBACK, 0};
  const msnav_addr group = {0xe0000001, 9};
  open_side(&a, &config);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, strlen(OFFER)),
                   MSNAV_ERR_STATE); /* whom? */
  assert_int_equal(msnav_dialog_answer(a.d, ANSWER, strlen(ANSWER)),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_refuse(a.d, 488), MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_remote(a.d)->port, 0);
  assert_int_equal(msnav_dialog_set_remote(a.d, &nowhere), MSNAV_ERR_ADDRESS);
  assert_int_equal(msnav_dialog_set_remote(a.d, &group), MSNAV_ERR_ADDRESS);
  assert_int_equal(msnav_dialog_set_remote(a.d, &there), MSNAV_OK);
  assert_int_equal(msnav_dialog_set_remote(a.d, &there), MSNAV_ERR_STATE);
  assert_int_equal(msnav_dialog_remote(a.d)->port, 9);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, 0), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(a.d, NULL, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(NULL, OFFER, 1), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dialog_invite(a.d, OFFER, 100000), MSNAV_ERR_INVALID);
  msnav_dialog_free(a.d);
  msnav_dialog_free(NULL);
  msnav_sip_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(bad_configurations_are_refused),
    T(the_longest_names_reach_the_peer),
    T(a_name_is_quoted),
    T(who_rings_may_do_so_for_ever),
    T(a_taken_port_is_named),
    T(the_advertised_address_is_what_the_peer_is_told),
    T(calls_in_the_wrong_state_change_nothing),
  };
  return cmocka_run_group_tests_name("dialog_config", tests, NULL, NULL);
}
