/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: the values of the headers that it reads. */
#include "guard_kit.h"

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

#define HOP ",SIP/2.0/TCP b"
#define LINE "\r\nv: SIP/2.0/SCTP c"

static const struct value_row {
  const char *value;
  msnav_guard_verdict want;
} via_rows[] = {
  {"SIP/2.0/UDP 10.0.0.2", V(PASS)},
  {"SIP/2.0/UDP host.example.org:5060", V(PASS)},
  {"sip/2.0/udp\t10.0.0.2:65535;rport;branch=", V(PASS)},
  {"SIP/2.0/UDP 10.0.0.2 ; received=1.2.3.4;ttl=1; x", V(PASS)},
  {"SIP/2.0/UDP a" HOP HOP HOP HOP HOP HOP HOP, V(PASS)},
  {"SIP/2.0/UDP a" HOP HOP HOP HOP HOP HOP HOP HOP, V(VIA)},
  {"SIP/2.0/UDP a" LINE LINE LINE LINE LINE LINE LINE, V(PASS)},
  {"SIP/2.0/UDP a" LINE LINE LINE LINE LINE LINE LINE LINE, V(VIA)},
  {"", V(VIA)},
  {"SIP/2.0/UDP", V(VIA)},
  {"SIP/2.0/UDP ", V(VIA)},
  {"SIP/2.0/UDP ;branch=1", V(VIA)},
  {"SIP/2.0/TCP 10.0.0.2", V(VIA)},
  {"SIP/2.0/ 10.0.0.2", V(VIA)},
  {"SIP/2.0/UDP10.0.0.2", V(VIA)},
  {"SIP/3.0/UDP 10.0.0.2", V(VIA)},
  {"SIP / 2.0 / UDP 10.0.0.2", V(PASS)}, /* RFC 3261 section 25.1 */
  {"SIP/2.0/UDP 10.0.0.2 : 5060 ; branch = x", V(PASS)},
  {"SIP 2.0/UDP 10.0.0.2", V(VIA)},
  {"SIP/2.0 UDP 10.0.0.2", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:0", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:0;branch=z9hG4bKx", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:00", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:65536", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:-1", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:x", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2:", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2 x", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2/x", V(VIA)},
  {"SIP/2.0/UDP [2001:db8::1]", V(VIA)}, /* the last hop is IPv4 */
  {"SIP/2.0/UDP 10.0.0.2;;,;", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2;", V(PASS)},
  {"SIP/2.0/UDP 10.0.0.2;;", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2;=x", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2;x=\"y\"", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2;x=\xc3\xa4", V(VIA)},
  {"SIP/2.0/UDP 10.0.0.2,", V(VIA)},
  {",SIP/2.0/UDP 10.0.0.2", V(VIA)},
  {"SIP/2.0/UDP a,SIP/2.0/UDP [::1", V(VIA)},
  {"SIP/2.0/UDP a,SIP/2.0/UDP [::1]:0", V(VIA)},
  {"SIP/2.0/UDP a,SIP/2.0/UDP []", V(PASS)},
  {"SIP/2.0/UDP " X100 X100 X10 X10 X10 X10 "xxxx", V(PASS)},
  {"SIP/2.0/UDP " X100 X100 X10 X10 X10 X10 "xxxxx", V(VIA)},
  {"SIP/2.0/UDP a;" X100 "=" X10, V(VIA)},
  {"SIP/2.0/UDP a;b=" X100 X100 X10 X10 X10 "xxxxxxxxxx", V(PASS)},
  {"SIP/2.0/UDP a;b=" X100 X100 X10 X10 X10 X10 "x", V(VIA)},
};

static const struct value_row from_rows[] = {
  {"<sip:p>;tag=x", V(PASS)},
  {"sip:p@h:5060;tag=x", V(PASS)},
  {"SIP:p;tag=x", V(PASS)},
  {"\"a \\\" b <\" <sip:p@h;lr?x=y>;tag=x", V(PASS)},
  {"\"\"<sip:p>;tag=x", V(PASS)},
  {"Words without quotes <sip:p> ; x=y ;tag=x", V(PASS)},
  {"\xe9\x9f\xb3 <sip:p>;tag=x", V(PASS)},
  {"Smith, John <sip:p>;tag=x", V(PASS)},
  {"<sip:p>;tag=" X100 X10 X10 "xxxxxxxx", V(PASS)},
  {"", V(ADDRESS)},
  {"<>", V(ADDRESS)},
  {"p@h;tag=x", V(ADDRESS)},
  {"tel:123;tag=x", V(ADDRESS)},
  {"sips:p@h;tag=x", V(ADDRESS)},
  {"<sip:>;tag=x", V(ADDRESS)},
  {"sip:;tag=x", V(ADDRESS)},
  {"<sip:p;tag=x", V(ADDRESS)},
  {"\"open <sip:p>;tag=x", V(ADDRESS)},
  {"\"open\\\" <sip:p>;tag=x", V(ADDRESS)},
  {"\"open\\", V(ADDRESS)},
  {"\"name\" sip:p;tag=x", V(ADDRESS)},
  {"a\"b <sip:p>;tag=x", V(ADDRESS)},
  {"a>b <sip:p>;tag=x", V(ADDRESS)},
  {"<sip:p q>;tag=x", V(ADDRESS)},
  {"<sip:p\"q>;tag=x", V(ADDRESS)},
  {"<sip:p<q>;tag=x", V(ADDRESS)},
  {"<sip:\xc3\xa4>;tag=x", V(ADDRESS)},
  {"<sip:p>tag=x", V(ADDRESS)},
  {"<sip:p>, <sip:q>;tag=x", V(ADDRESS)},
  {"<sip:p>;tag=x,y", V(ADDRESS)},
  {"<sip:p>;tag=x;tag=x", V(ADDRESS)},
  {"<sip:p>;tag", V(ADDRESS)},
  {"<sip:p>;tag=", V(ADDRESS)},
  {"<sip:p>;tag=x y", V(ADDRESS)},
  {"<sip:p>;tag=\"x\"", V(ADDRESS)},
  {"<sip:p>;;tag=x", V(ADDRESS)},
  {"<sip:p>;=y;tag=x", V(ADDRESS)},
  {"<sip:p>;x=<y>;tag=x", V(ADDRESS)},
  {"<sip:p>;tag=" X100 X10 X10 "xxxxxxxxx", V(ADDRESS)},
  {"<sip:" X100 X100 X100 X100 X10 X10 X10 X10 "xx>;tag=x", V(PASS)},
  {"<sip:" X100 X100 X100 X100 X10 X10 X10 X10 "xxx>;tag=x", V(ADDRESS)},
  {"<sip:" X100 X100 X100 X100 X10 X10 X10 ">;tag=x;y=" X10 X10 X10 X10 X10
   "xxxxxxxxxx",
   V(PASS)},
  {"<sip:" X100 X100 X100 X100 X10 X10 X10 ">;tag=x;y=" X10 X10 X10 X10 X10
   "xxxxxxxxxxx" X10,
   V(ADDRESS)},
  {"<sip:p>", V(TAG)},
  {"<sip:p;tag=x>", V(TAG)}, /* the URI's parameter */
};

static const struct value_row call_id_rows[] = {
  {"a0c241bf9538449aa9b95d4872e0dd22@192.168.0.165", V(PASS)},
  {"!%*_+`'~()<>:\\\"/[]?{}-.@", V(PASS)},
  {X100 X10 X10 "xxxxxxxx", V(PASS)},
  {X100 X10 X10 "xxxxxxxxx", V(CALL_ID)},
  {"", V(CALL_ID)},
  {"a b", V(CALL_ID)},
  {"a;b", V(CALL_ID)},
  {"a,b", V(CALL_ID)},
  {"\xc3\xa4", V(CALL_ID)},
};

static const struct value_row cseq_rows[] = {
  {"0 INVITE", V(PASS)},
  {"2147483647 INVITE", V(PASS)},
  {"0000000001\tINVITE", V(PASS)},
  {"2147483648 INVITE", V(CSEQ)},
  {"00000000001 INVITE", V(CSEQ)},
  {"99999999999 INVITE", V(CSEQ)},
  {"-1 INVITE", V(CSEQ)},
  {"1INVITE", V(CSEQ)},
  {"INVITE", V(CSEQ)},
  {" INVITE", V(CSEQ)},
  {"1", V(CSEQ)},
  {"1 ", V(CSEQ)},
  {"", V(CSEQ)},
  {"1 INVITE x", V(CSEQ)},
  {"1 invite", V(CSEQ)},
  {"1 BYE", V(CSEQ)},
  {"1 INFO", V(CSEQ)},
};

static void check_values(const struct value_row *rows, size_t count,
                         const char **value, wire *w) {
  for (size_t i = 0; i < count; i++) {
    kit *k = kit_new();
    *value = rows[i].value;
    if (rows[i].want != V(PASS)) {
      refuses(k, *w, true, rows[i].want);
    } else if (in(k, *w) != V(PASS)) {
      fail_msg("refused: %s", rows[i].value);
    }
    kit_free(k);
  }
}

static void checks_the_values_of_key_headers(void **state) {
  (void)state;
  wire w = peer_first(IN_INVITE, "1 INVITE");
  check_values(via_rows, ARRAY_LEN(via_rows), &w.via, &w);
  w = peer_first(IN_INVITE, "1 INVITE");
  check_values(from_rows, ARRAY_LEN(from_rows), &w.from, &w);
  w = peer_first(IN_INVITE, "1 INVITE");
  check_values(call_id_rows, ARRAY_LEN(call_id_rows), &w.call_id, &w);
  w = peer_first(IN_INVITE, "1 INVITE");
  check_values(cseq_rows, ARRAY_LEN(cseq_rows), &w.cseq, &w);
}

/* To is read as From is, but for the tag, which nothing has yet. */
static void checks_to_like_from(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(from_rows); i++) {
    wire w = peer_first(IN_INVITE, "1 INVITE");
    w.to = from_rows[i].value;
    kit *k = kit_new();
    if (from_rows[i].want == V(ADDRESS)) {
      refuses(k, w, true, V(ADDRESS));
    } else if (from_rows[i].want == V(TAG)) {
      PASS(in(k, w));
    } else {
      refuses(k, w, true, V(NO_DIALOG));
    }
    kit_free(k);
  }
}

static void checks_record_route(void **state) {
  (void)state;
  static const struct value_row rows[] = {
    {"<sip:a>", V(PASS)},
    {"<sip:a;lr>,<sip:b;lr> , <sip:c>\r\nRecord-Route: <sip:d>", V(PASS)},
    {"<sip:" X100 X10 X10 "xx>", V(PASS)},
    {"<sip:" X100 X10 X10 "xxx>", V(ADDRESS)},
    {"<sip:a>,<sip:b>,<sip:c>,<sip:d>,<sip:e>", V(ADDRESS)},
    {"<sip:a>\r\nRecord-Route: <sip:b>\r\nRecord-Route: <sip:c>\r\n"
     "record-route: <sip:d>\r\nRecord-Route: <sip:e>",
     V(ADDRESS)},
    {"", V(ADDRESS)},
    {"sip:a", V(ADDRESS)},
    {"<sips:a>", V(ADDRESS)},
    {"<sip:a", V(ADDRESS)},
    {"<sip:a>,,<sip:b>", V(ADDRESS)},
    {"<sip:a>;x=\"y\"", V(ADDRESS)},
    {"<sip:a>\xff", V(ADDRESS)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char more[512];
    snprintf(more, sizeof(more), "Record-Route: %s\r\n", rows[i].value);
    wire invite = peer_first(IN_INVITE, "1 INVITE");
    wire ok = peer_answers("SIP/2.0 200 OK", "100 INVITE");
    invite.more = ok.more = more;
    kit *called = kit_new();
    kit *calling = kit_new();
    PASS(out(calling, sofia_first(OUT_INVITE, "100 INVITE")));
    if (rows[i].want == V(PASS)) {
      PASS(in(called, invite));
      PASS(in(calling, ok));
    } else {
      refuses(called, invite, true, rows[i].want);
      refuses(calling, ok, true, rows[i].want);
    }
    kit_free(called);
    kit_free(calling);
  }
  kit *k = kit_new(); /* elsewhere it means nothing */
  wire ping = peer_first(IN_OPTIONS, "1 OPTIONS");
  ping.more = "Record-Route: garbage\r\n";
  PASS(in(k, ping));
  kit_free(k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(checks_the_values_of_key_headers),
    cmocka_unit_test(checks_to_like_from),
    cmocka_unit_test(checks_record_route),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
