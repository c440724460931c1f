/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard and those between it and the peer: Via, Record-Route, Route,
 * Contact. */
#include "guard_kit.h"

static void several_vias_are_echoed_in_order(void **state) {
  (void)state;
  kit *k = kit_new();
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  invite.via =
    "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bKa , SIP/2.0/TCP p.example.org\r\n"
    "Via: SIP/2.0/TLS [2001:db8::1]:5061;received=[2001:db8::2]\r\n"
    "v: SIP/2.0/UDP 10.0.0.9;rport=5060;received=10.0.0.8";
  PASS(in(k, invite));
  PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  STARTS(k, "SIP/2.0 180 Ringing\r\n"
            "Via: SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bKa, "
            "SIP/2.0/TCP p.example.org\r\n"
            "Via: SIP/2.0/TLS [2001:db8::1]:5061;received=[2001:db8::2]\r\n"
            "Via: SIP/2.0/UDP 10.0.0.9;rport=5060;received=10.0.0.8\r\n"
            "From: ");
  kit_free(k);
}

/* RFC 3261 section 18.2.1, RFC 3581 section 4; the datagrams come from
 * 10.0.0.2:5062. */
static void the_first_via_tells_where_the_request_came_from(void **state) {
  (void)state;
#define UDP "SIP/2.0/UDP "
  static const struct {
    const char *via, *want;
  } rows[] = {
    {UDP "10.0.0.2", UDP "10.0.0.2"},
    {UDP "10.0.0.2:9;branch=b", UDP "10.0.0.2:9;branch=b"},
    {UDP "10.0.0.3:5062;branch=b",
     UDP "10.0.0.3:5062;branch=b;received=10.0.0.2"},
    {UDP "pc.example.org;branch=b",
     UDP "pc.example.org;branch=b;received=10.0.0.2"},
    {UDP "10.0.0.20", UDP "10.0.0.20;received=10.0.0.2"},
    {UDP "10.0.0.2;rport;branch=b",
     UDP "10.0.0.2;branch=b;received=10.0.0.2;rport=5062"},
    {UDP "192.168.0.9:5060;branch=b;RPORT=",
     UDP "192.168.0.9:5060;branch=b;received=10.0.0.2;rport=5062"},
    {UDP "10.0.0.2;rport=7", UDP "10.0.0.2;rport=7"},
    /* what the peer says of it itself does not count */
    {UDP "10.0.0.2;received=1.2.3.4;branch=b",
     UDP "10.0.0.2;branch=b;received=10.0.0.2"},
    {UDP "10.0.0.3;Received = 1.2.3.4;rport",
     UDP "10.0.0.3;received=10.0.0.2;rport=5062"},
    /* the hops behind it are other people's */
    {UDP "a;rport , SIP/2.0/TCP b;rport\r\nVia: SIP/2.0/TCP c;rport",
     UDP "a;received=10.0.0.2;rport=5062, SIP/2.0/TCP b;rport\r\n"
         "Via: SIP/2.0/TCP c;rport"},
  };
#undef UDP
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    wire invite = peer_first(IN_INVITE, "1 INVITE");
    invite.via = rows[i].via;
    PASS(in(k, invite));
    char want[300];
    snprintf(want, sizeof(want), "\r\nVia: %s\r\nFrom: ", rows[i].want);
    for (int again = 0; again < 2; again++) {
      PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
      HAS(k, want);
    }
    kit_free(k);
    k = kit_rtc(); /* the paper's client hands back what it got */
    PASS(in(k, invite));
    PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
    snprintf(want, sizeof(want), "\r\nVia: %s\r\nFrom: ", rows[i].via);
    HAS(k, want);
    kit_free(k);
  }
}

static void the_called_side_obeys_record_route(void **state) {
  (void)state;
  kit *k = kit_new();
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  invite.more = "Record-Route: <sip:10.0.0.2;lr>, \"B\" <sip:b;lr;x=a,b>\r\n"
                "Record-Route: <sip:c;lr=on>;p=1\r\n"
                "Contact: <sip:peer@192.0.2.7:5080>\r\n";
  PASS(in(k, invite));
  PASS(out(k, sofia_answers("SIP/2.0 100 Trying", "1 INVITE")));
  LACKS(k, "Route");
  static const char *const answers[] = {"SIP/2.0 180 Ringing",
                                        "SIP/2.0 200 OK"};
  for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
    PASS(out(k, sofia_answers(answers[i], "1 INVITE")));
    HAS(k, "Via: " PEER_VIA "\r\n"
           "Record-Route: <sip:10.0.0.2;lr>\r\n"
           "Record-Route: \"B\" <sip:b;lr;x=a,b>\r\n"
           "Record-Route: <sip:c;lr=on>;p=1\r\n"
           "From: ");
  }
  PASS(in(k, peer_inside(IN_ACK, "1 ACK")));
  PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
  STARTS(k, "BYE sip:peer@192.0.2.7:5080 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
            "Route: <sip:10.0.0.2;lr>\r\n"
            "Route: \"B\" <sip:b;lr;x=a,b>\r\n"
            "Route: <sip:c;lr=on>;p=1\r\n"
            "Max-Forwards: 70\r\n");
  kit_free(k);

  k = kit_new(); /* a refusal needs no route */
  PASS(in(k, invite));
  PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
  LACKS(k, "Route");
  kit_free(k);
}

static void the_caller_obeys_record_route_reversed(void **state) {
  (void)state;
  msnav_guard_config config = standard();
  config.target = (msnav_addr){0xc0000207, 5080};
  kit *k = kit_with(&config);
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  STARTS(k, "INVITE sip:192.0.2.7:5080 SIP/2.0\r\n");
  LACKS(k, "Route");
  wire ok = peer_answers("SIP/2.0 200 OK", "100 INVITE");
  ok.more = "Record-Route: <sip:b;lr>\r\nRecord-Route: <sip:a;lr>\r\n";
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  STARTS(k, "ACK sip:192.0.2.7:5080 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
            "Route: <sip:a;lr>\r\n"
            "Route: <sip:b;lr>\r\n"
            "Max-Forwards: 70\r\n");
  PASS(out(k, sofia_inside(OUT_INVITE, "101 INVITE")));
  HAS(k, "\r\nRoute: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\n");
  ok.cseq = "101 INVITE"; /* a target may change, the route may not (12.2) */
  ok.more = "Record-Route: <sip:c;lr>\r\nContact: <sip:new@192.0.2.8>\r\n";
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_INVITE, "102 INVITE")));
  ok.cseq = "102 INVITE"; /* without a Contact it stays what it was */
  ok.more = NULL;
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_BYE, "103 BYE")));
  STARTS(k, "BYE sip:new@192.0.2.8 SIP/2.0\r\n");
  HAS(k, "\r\nRoute: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\n");
  LACKS(k, "<sip:c;lr>");
  kit_free(k);

  k = kit_with(&config); /* outside the dialog there is no route */
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  ok = peer_answers("SIP/2.0 486 Busy", "100 INVITE");
  ok.more = "Record-Route: <sip:b;lr>\r\n";
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  LACKS(k, "Route");
  kit_free(k);
}

/* RFC 3261 section 12.2.1.1: without lr the first route is the Request-URI,
 * and the target comes last. */
static void a_strict_router_gets_its_own_uri(void **state) {
  (void)state;
  kit *k = kit_new();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  wire ok = peer_answers("SIP/2.0 200 OK", "100 INVITE");
  ok.more = "Record-Route: <sip:b;lr>, <sip:a;lrx>\r\n"
            "Contact: sip:peer@192.0.2.7;ob\r\n";
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  STARTS(k, "ACK sip:a;lrx SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKsofia\r\n"
            "Route: <sip:b;lr>\r\n"
            "Route: <sip:peer@192.0.2.7>\r\n"
            "Max-Forwards: 70\r\n");
  kit_free(k);
}

static void a_contact_we_cannot_use_is_as_good_as_none(void **state) {
  (void)state;
  static const char *const rows[] = {
    "*",
    "<tel:123>",
    "<sip:a@b?Subject=x>",
    "<sip:a>, <sip:b>",
    "",
    "<sip:a\x80>",
    "<sip:"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>"};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    char more[256];
    snprintf(more, sizeof(more), "Contact: %s\r\n", rows[i]);
    wire invite = peer_first(IN_INVITE, "1 INVITE");
    invite.more = more;
    PASS(in(k, invite));
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
    PASS(out(k, sofia_inside_called(OUT_BYE, "7 BYE")));
    STARTS(k, "BYE sip:10.0.0.2:5062 SIP/2.0\r\n");
    kit_free(k);
  }
}

static void a_refused_invite_does_not_move_the_target(void **state) {
  (void)state;
  kit *k = kit_new();
  called(k);
  wire again = peer_inside(IN_INVITE, "2 INVITE");
  again.more = "Contact: <sip:new@192.0.2.8>\r\n";
  PASS(in(k, again));
  PASS(out(k, sofia_answers("SIP/2.0 488 No", "2 INVITE")));
  PASS(in(k, peer_inside(IN_ACK, "2 ACK")));
  PASS(out(k, sofia_inside_called(OUT_OPTIONS, "7 OPTIONS")));
  STARTS(k, "OPTIONS sip:10.0.0.2:5062 SIP/2.0\r\n");
  again.cseq = "3 INVITE";
  PASS(in(k, again));
  PASS(out(k, sofia_answers("SIP/2.0 200 OK", "3 INVITE")));
  PASS(out(k, sofia_inside_called(OUT_BYE, "8 BYE")));
  STARTS(k, "BYE sip:new@192.0.2.8 SIP/2.0\r\n");
  kit_free(k);
}

static void the_papers_profile_names_the_negotiated_address(void **state) {
  (void)state;
  kit *k = kit_rtc();
  PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  wire ok = peer_answers("SIP/2.0 200 OK", "1 INVITE");
  ok.more = "Contact: <sip:line@192.0.2.7>\r\n";
  PASS(in(k, ok));
  PASS(out(k, sofia_inside(OUT_ACK, "100 ACK")));
  STARTS(k, "ACK sip:10.0.0.2:5062 SIP/2.0\r\n");
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(several_vias_are_echoed_in_order),
    cmocka_unit_test(the_first_via_tells_where_the_request_came_from),
    cmocka_unit_test(the_called_side_obeys_record_route),
    cmocka_unit_test(the_caller_obeys_record_route_reversed),
    cmocka_unit_test(a_strict_router_gets_its_own_uri),
    cmocka_unit_test(a_contact_we_cannot_use_is_as_good_as_none),
    cmocka_unit_test(a_refused_invite_does_not_move_the_target),
    cmocka_unit_test(the_papers_profile_names_the_negotiated_address),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
