/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: how much it keeps, and what it is given. */
#include "guard_kit.h"

#include "sipguard/state.h"

static void a_state_takes_four_kilobytes(void **state) {
  (void)state;
  assert_in_range(msnav_guard_size(), 1, 4096);
}

static void old_transactions_give_way_to_new_ones(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  for (int i = 2; i < 60; i++) {
    static const char *const methods[] = {"OPTIONS", "INVITE"};
    const char *method = methods[i % 2];
    char start[64];
    char cseq[32];
    char ack[32];
    char via[64];
    snprintf(start, sizeof(start), "%s sip:10.0.0.1:5060 SIP/2.0", method);
    snprintf(cseq, sizeof(cseq), "%d %s", i, method);
    snprintf(ack, sizeof(ack), "%d ACK", i);
    snprintf(via, sizeof(via), PEER_VIA "%d", i);
    wire request = peer_inside(start, cseq);
    wire answer = sofia_answers("SIP/2.0 200 OK", cseq);
    request.via = via;
    PASS(in(k, request));
    PASS(out(k, answer));
    HAS(k, via);
    if (i % 2 == 1 && i % 5 != 0) { /* some ACKs get lost */
      PASS(in(k, peer_inside(IN_ACK, ack)));
      assert_int_not_equal(k->len, 0);
    }
  }
  REFUSED(in(k, peer_inside(IN_OPTIONS, "2 OPTIONS")), ORDER); /* forgotten */
  PASS(in(k, peer_inside(IN_BYE, "60 BYE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "60 BYE")));
  kit_free(k);
}

static void an_invite_stays_until_its_ack(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  for (int i = 2; i < 20; i++) {
    char cseq[32];
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    PASS(in(k, peer_inside(IN_OPTIONS, cseq)));
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", cseq)));
  }
  /* the last ones are still known, the oldest gave way to them */
  PASS(in(k, peer_inside(IN_OPTIONS, "19 OPTIONS")));
  PASS(in(k, peer_inside(IN_OPTIONS, "15 OPTIONS")));
  REFUSED(in(k, peer_inside(IN_OPTIONS, "14 OPTIONS")), ORDER);
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  assert_int_not_equal(k->len, 0);
  kit_free(k);

  k = kit_new(); /* unless its sender has gone on */
  called(k);
  for (int i = 2; i < 20; i++) {
    char cseq[32];
    snprintf(cseq, sizeof(cseq), "%d INVITE", i);
    PASS(in(k, peer_inside(IN_INVITE, cseq)));
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", cseq)));
  }
  REFUSED(in(k, peer_inside(IN_ACK, "13 ACK")), ORDER);
  PASS(in(k, peer_inside(IN_ACK, "14 ACK")));
  PASS(in(k, peer_inside(IN_ACK, "19 ACK")));
  kit_free(k);
}

static void unanswered_requests_of_the_peer_fill_the_guard(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  char cseq[32];
  for (int i = 2; i < 7; i++) { /* the INVITE is one, and may be dropped */
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    PASS(in(k, peer_inside(IN_OPTIONS, cseq)));
  }
  PASS(in(k, peer_inside(IN_OPTIONS, "7 OPTIONS")));
  REFUSED(in(k, peer_inside(IN_OPTIONS, "8 OPTIONS")), FULL);
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "4 OPTIONS")));
  PASS(in(k, peer_inside(IN_OPTIONS, "8 OPTIONS")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "8 OPTIONS")));
  REFUSED(out(k, sofia_answers("SIP/2.0 200 OK", "4 OPTIONS")), NO_TRANSACTION);
  kit_free(k);
}

static void a_peer_that_never_answers_cannot_fill_it(void **state) {
  (void)state;
  kit *k = kit_new();
  calling(k);
  char cseq[32];
  for (int i = 101; i < 150; i++) {
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    PASS(out(k, sofia_inside(OUT_OPTIONS, cseq)));
  }
  PASS(out(k, sofia_inside(OUT_BYE, "150 BYE")));
  PASS(in(k, peer_answers("SIP/2.0 200 OK", "150 BYE")));
  kit_free(k);
}

/* A re-INVITE whose ACK is missing, and one behind it. */
static kit *without_an_ack(void) {
  kit *k = kit_new();
  called(k);
  PASS(in(k, peer_inside(IN_INVITE, "2 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 INVITE")));
  PASS(in(k, peer_inside(IN_INVITE, "3 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 488 No", "3 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "3 ACK")));
  assert_false(msnav_guard_is_settled(k->g));
  return k;
}

/* Sofia goes on repeating what the guard had to forget. */
static void what_gave_way_is_not_settled(void **state) {
  (void)state;
  char vias[1100];
  char cseq[32];
  for (int longer = 0; longer < 2; longer++) {
    kit *k = without_an_ack();
    for (int i = 4; i < (longer ? 7 : 9); i++) { /* by text, by number */
      size_t len = 0;
      for (int hop = 0; hop < (longer ? 4 : 1); hop++) {
        len += (size_t)snprintf(vias + len, sizeof(vias) - len,
                                "%sSIP/2.0/UDP 10.0.0.2;p=%0*d%d",
                                hop > 0 ? "\r\nVia: " : "", longer ? 230 : 1, i,
                                hop);
      }
      snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
      wire options = peer_inside(IN_OPTIONS, cseq);
      options.via = vias;
      PASS(in(k, options));
      PASS(out(k, sofia_answers("SIP/2.0 200 OK", cseq)));
    }
    REFUSED(in(k, peer_inside(IN_ACK, "2 ACK")), ORDER); /* forgotten */
    assert_false(msnav_guard_is_settled(k->g));
    kit_free(k);
  }

  kit *k = kit_new();
  calling(k);
  for (int i = 101; i < 108; i++) {
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    PASS(out(k, sofia_inside(OUT_OPTIONS, cseq)));
  }
  for (int i = 102; i < 108; i++) {
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    PASS(in(k, peer_answers("SIP/2.0 200 OK", cseq)));
  }
  assert_false(msnav_guard_is_settled(k->g));
  kit_free(k);
}

/* A name of len bytes, as display name and URI. */
static void long_name(char *buf, char fill, size_t len, const char *rest) {
  static const char uri[] = "\" <sip:x@y>";
  memset(buf, fill, len);
  buf[0] = '"';
  memcpy(buf + len - strlen(uri), uri, strlen(uri));
  memcpy(buf + len, rest, strlen(rest) + 1);
}

/* Headers as long as they may be, all different. */
static void long_headers_leave_room_for_our_bye(void **state) {
  (void)state;
  kit *k = kit_new();
  char from[513];
  char to[513];
  char inside[513];
  char name[513];
  char vias[1200] = "";
  size_t len = 0;
  long_name(name, 'f', 448, ";tag=ptag");
  long_name(from, 'f', 448, ";tag=ptag;x=");
  memset(from + strlen(from), 'x', 512 - strlen(from));
  from[512] = '\0';
  long_name(to, 't', 448, "");
  long_name(inside, 't', 448, ";tag=otag");
  for (int i = 0; i < 4; i++) { /* 255 bytes each */
    len += (size_t)snprintf(vias + len, sizeof(vias) - len,
                            "%sSIP/2.0/UDP 10.0.0.2;p=%0232d",
                            i > 0 ? "\r\nVia: " : "", i);
  }
  wire invite = {.start = IN_INVITE,
                 .from = from,
                 .to = to,
                 .via = vias,
                 .cseq = "1 INVITE"};
  PASS(in(k, invite));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  HAS(k, vias);
  HAS(k, from);
  wire ping = {.start = IN_OPTIONS,
               .from = from,
               .to = PEER_TO ";tag=otag",
               .via = vias,
               .cseq = "2 OPTIONS"};
  PASS(in(k, ping)); /* shares all of it but To */
  vias[30] = 'x';
  ping.cseq = "3 OPTIONS";
  REFUSED(in(k, ping), FULL);
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  HAS(k, name);
  wire ok = peer_answers_called("SIP/2.0 200 OK", "7 BYE");
  ok.to = name;
  PASS(in(k, ok));
  PASS(
    in(k,
       (wire){.start = IN_ACK, .from = from, .to = inside, .cseq = "1 ACK"}));
  /* what is settled gives way */
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 OPTIONS")));
  PASS(in(k, ping));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "3 OPTIONS")));
  HAS(k, vias);
  kit_free(k);
}

/* Four Vias that take len bytes in all. */
static void long_via(char *buf, char fill, size_t len) {
  static const char hop[] = "SIP/2.0/UDP 10.0.0.2;p=";
  memset(buf, fill, len);
  for (size_t i = 0; i < 4; i++) {
    size_t at = i * (len / 4);
    memcpy(buf + at, hop, strlen(hop));
    if (i > 0) {
      buf[at - 1] = ',';
    }
  }
  buf[len] = '\0';
}

static void the_end_of_the_pool_is_ours(void **state) {
  (void)state;
  const size_t room = MSNAV_GUARD_POOL - MSNAV_GUARD_POOL_OWN;
  kit *k = kit_new();
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  char via[1024];
  wire ping = peer_inside(IN_OPTIONS, "2 OPTIONS");
  ping.via = via;
  long_via(via, 'x', 1000);
  PASS(in(k, ping));
  long_via(via, 'y', 1000);
  ping.cseq = "3 OPTIONS";
  PASS(in(k, ping));
  ping.cseq = "4 OPTIONS";
  long_via(via, 'z', room - k->g->pool_used + 1);
  REFUSED(in(k, ping), FULL);
  long_via(via, 'z', room - k->g->pool_used);
  PASS(in(k, ping));
  assert_int_equal(k->g->pool_used, room);
  wire bye = peer_inside(IN_BYE, "5 BYE");
  bye.via = "SIP/2.0/UDP a";
  REFUSED(in(k, bye), FULL);
  bye.via = NULL; /* that of the INVITE is there already */
  PASS(in(k, bye));
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  assert_in_range(k->g->pool_used, room + 1, MSNAV_GUARD_POOL);
  PASS(in(k, peer_answers_called("SIP/2.0 200 OK", "7 BYE")));
  /* what was answered makes room */
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "3 OPTIONS")));
  bye.via = "SIP/2.0/UDP a";
  bye.cseq = "6 BYE";
  PASS(in(k, bye));
  REFUSED(out(k, sofia_answers("SIP/2.0 200 OK", "3 OPTIONS")), NO_TRANSACTION);
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 OPTIONS")));
  long_via(via, 'x', 1000);
  HAS(k, via);
  kit_free(k);
}

static void texts_survive_the_tidying_of_the_pool(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  char via[300];
  for (int i = 2; i < 200; i++) {
    char cseq[32];
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    size_t pad = (size_t)(i * 37 % 180);
    int n = snprintf(via, sizeof(via), PEER_VIA "%d", i);
    memset(via + n, 'x', pad);
    via[(size_t)n + pad] = '\0';
    wire ping = peer_inside(IN_OPTIONS, cseq);
    ping.via = via;
    PASS(in(k, ping));
    HAS(k, "From: <sip:peer@10.0.0.2:5062>;tag=ptag\r\n"
           "To: <sip:me@10.0.0.1:5060>;tag=otag\r\n");
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", cseq)));
    char want[512];
    snprintf(want, sizeof(want),
             "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: " PEER_FROM ";tag=ptag\r\n"
             "To: " PEER_TO ";tag=otag\r\nCall-ID: call\r\nCSeq: %s\r\n",
             via, cseq);
    STARTS(k, want);
  }
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  HAS(k, "From: " PEER_TO ";tag=otag\r\nTo: " PEER_FROM ";tag=ptag\r\n");
  kit_free(k);
}

static void a_flood_of_new_requests_ends(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  int i = 2;
  for (; i < 10000; i++) {
    char cseq[32];
    snprintf(cseq, sizeof(cseq), "%d OPTIONS", i);
    if (in(k, peer_inside(IN_OPTIONS, cseq)) != MSNAV_GUARD_PASS) {
      break;
    }
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", cseq)));
  }
  assert_int_equal(i, 4096 + 1); /* the INVITE was the first */
  assert_int_equal(msnav_guard_counts(k->g)[MSNAV_GUARD_FULL], 1);
  /* the call can still be ended, once */
  PASS(in(k, peer_inside(IN_BYE, "9000 BYE")));
  PASS(in(k, peer_inside(IN_BYE, "9000 BYE")));
  REFUSED(in(k, peer_inside(IN_BYE, "9001 BYE")), FULL);
  kit_free(k);
}

/* The two datagrams that abort an unguarded nta, then a call. */
static void port_zero_does_no_harm(void **state) {
  (void)state;
  static const char *const names[] = {"via-port0-1-invite.sip",
                                      "via-port0-2-ack.sip"};
  kit *k = kit_new();
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    size_t len = 0;
    char *text = load_data(names[i], &len);
    REFUSED(pass_in(k, text, len), VIA);
    assert_int_equal(k->len, 0);
    free(text);
  }
  assert_int_equal(msnav_guard_counts(k->g)[MSNAV_GUARD_VIA], 2);
  called(k);
  PASS(in(k, peer_inside(IN_BYE, "2 BYE")));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "2 BYE")));
  kit_free(k);
}

/* ---- the interface */

static void checks_its_configuration(void **state) {
  (void)state;
  msnav_guard *g = malloc(msnav_guard_size());
  msnav_guard_config good = standard();
  assert_int_equal(msnav_guard_init(NULL, &good), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_guard_init(g, NULL), MSNAV_ERR_INVALID);
  msnav_addr *const addresses[] = {&good.outer_local, &good.outer_remote};
  for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
    msnav_addr was = *addresses[i];
    addresses[i]->port = 0;
    assert_int_equal(msnav_guard_init(g, &good), MSNAV_ERR_INVALID);
    *addresses[i] = (msnav_addr){0, was.port};
    assert_int_equal(msnav_guard_init(g, &good), MSNAV_ERR_INVALID);
    *addresses[i] = was;
  }
  good.target = (msnav_addr){0x0a000003, 0};
  assert_int_equal(msnav_guard_init(g, &good), MSNAV_ERR_INVALID);
  good.target = (msnav_addr){0, 0};
  static const struct {
    msnav_str user;
    msnav_error error;
  } users[] = {
    {STR(""), MSNAV_OK},
    {STR("me.and-you"), MSNAV_OK},
    {STR("me@home"), MSNAV_ERR_INVALID},
    {STR("a\r\nb"), MSNAV_ERR_INVALID},
    {{NULL, 3}, MSNAV_ERR_INVALID},
    {STR("123456789012345678901234567890123456789012345678901234567890123"),
     MSNAV_OK},
    {STR("1234567890123456789012345678901234567890123456789012345678901234"),
     MSNAV_ERR_INVALID},
  };
  for (size_t i = 0; i < ARRAY_LEN(users); i++) {
    good.user = users[i].user;
    assert_int_equal(msnav_guard_init(g, &good), users[i].error);
    good.user = (msnav_str){NULL, 0};
    good.remote_user = users[i].user;
    assert_int_equal(msnav_guard_init(g, &good), users[i].error);
    good.remote_user = (msnav_str){NULL, 0};
  }
  free(g);
}

static void survives_a_callers_mistakes(void **state) {
  (void)state;
  kit *k = kit_new();
  char buf[8];
  size_t len = 5;
  msnav_addr peer = OUTER_REMOTE;
  REFUSED(msnav_guard_in(NULL, "x", 1, &peer, buf, 8, &len), SIZE);
  REFUSED(msnav_guard_in(k->g, NULL, 0, &peer, buf, 8, &len), SIZE);
  REFUSED(msnav_guard_in(k->g, "x", 1, &peer, NULL, 8, &len), SIZE);
  REFUSED(msnav_guard_in(k->g, "x", 1, &peer, buf, 8, NULL), SIZE);
  REFUSED(msnav_guard_out(NULL, "x", 1, buf, 8, &len), SIZE);
  REFUSED(msnav_guard_out(k->g, NULL, 0, buf, 8, &len), SIZE);
  REFUSED(msnav_guard_out(k->g, "x", 1, NULL, 8, &len), SIZE);
  REFUSED(msnav_guard_out(k->g, "x", 1, buf, 8, NULL), SIZE);
  REFUSED(msnav_guard_in(k->g, "x", 1, NULL, buf, 8, &len), SOURCE);
  assert_int_equal(len, 0);
  assert_null(msnav_guard_counts(NULL));
  kit_free(k);
}

static void a_message_that_does_not_fit_is_refused(void **state) {
  (void)state;
  char text[1024];
  wire w = peer_first(IN_INVITE, "1 INVITE");
  w.via = PEER_VIA;
  w.body = SDP;
  size_t len = wire_write(text, sizeof(text), &w);
  kit *k = kit_new();
  PASS(pass_in(k, text, len));
  size_t need = k->len;
  kit_free(k);
  k = kit_new();
  msnav_addr peer = OUTER_REMOTE;
  for (size_t cap = 0; cap < need; cap++) {
    char *small = malloc(cap > 0 ? cap : 1);
    size_t got = 1;
    REFUSED(msnav_guard_in(k->g, text, len, &peer, small, cap, &got), SIZE);
    assert_int_equal(got, 0);
    free(small);
  }
  PASS(pass_in(k, text, len)); /* it was as if nothing had come */
  assert_int_equal(k->len, need);
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_state_takes_four_kilobytes),
    cmocka_unit_test(old_transactions_give_way_to_new_ones),
    cmocka_unit_test(an_invite_stays_until_its_ack),
    cmocka_unit_test(unanswered_requests_of_the_peer_fill_the_guard),
    cmocka_unit_test(a_peer_that_never_answers_cannot_fill_it),
    cmocka_unit_test(what_gave_way_is_not_settled),
    cmocka_unit_test(long_headers_leave_room_for_our_bye),
    cmocka_unit_test(the_end_of_the_pool_is_ours),
    cmocka_unit_test(texts_survive_the_tidying_of_the_pool),
    cmocka_unit_test(a_flood_of_new_requests_ends),
    cmocka_unit_test(port_zero_does_no_harm),
    cmocka_unit_test(checks_its_configuration),
    cmocka_unit_test(survives_a_callers_mistakes),
    cmocka_unit_test(a_message_that_does_not_fit_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
