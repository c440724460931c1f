/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: what is refused, why, and that a refusal changes nothing. */
#include "guard_kit.h"

#include "sipguard/state.h"

#define V(name) MSNAV_GUARD_##name

/* ---- a refusal leaves no trace but its count */

static void assert_unchanged(const msnav_guard *was, const msnav_guard *is) {
  msnav_guard copy = *is;
  memcpy(copy.counts, was->counts, sizeof(copy.counts));
  assert_memory_equal(&copy, was, sizeof(copy));
}

static void assert_refused(kit *k, const char *text, size_t len, bool inwards,
                           msnav_guard_verdict want) {
  msnav_guard was = *k->g;
  msnav_guard_verdict got =
    inwards ? pass_in(k, text, len) : pass_out(k, text, len);
  if (got != want) {
    fail_msg("%s instead of %s:\n%.*s", msnav_guard_verdict_name(got),
             msnav_guard_verdict_name(want), (int)len, text);
  }
  assert_int_equal(k->len, 0);
  assert_unchanged(&was, k->g);
  for (size_t i = 0; i < MSNAV_GUARD_VERDICTS; i++) {
    uint32_t more = inwards && i == (size_t)want ? 1 : 0;
    assert_int_equal(k->g->counts[i], was.counts[i] + more);
  }
}

static void refuses(kit *k, wire w, bool inwards, msnav_guard_verdict want) {
  static char text[MSNAV_GUARD_MAX_IN * 2];
  w.via = w.via != NULL ? w.via : inwards ? PEER_VIA : SOFIA_VIA;
  assert_refused(k, text, wire_write(text, sizeof(text), &w), inwards, want);
}

/* ---- the form of a message */

#define GOOD_VIA "Via: " PEER_VIA "\r\n"
#define GOOD_FROM "From: <sip:p@p>;tag=p\r\n"
#define GOOD_TO "To: <sip:o@o>\r\n"
#define GOOD_ID "Call-ID: c\r\n"
#define GOOD_CSEQ "CSeq: 1 INVITE\r\n"
#define GOOD IN_INVITE "\r\n" GOOD_VIA GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ

static void refuses_what_is_no_sip_message(void **state) {
  (void)state;
  static const struct {
    msnav_str text;
    msnav_guard_verdict want;
  } rows[] = {
    {STR(""), V(SIZE)},
    {STR("\r\n\r\n"), V(SIZE)}, /* a keep-alive */
    {STR("INVITE sip:a SIP/2."), V(SIZE)},
    {STR("INVITE sip:a SIP/2.0"), V(HEADER)},
    {STR("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"), V(HEADER)},
    {STR("this is no line of SIP at all\r\n\r\n"), V(START)},
    {STR("INVITE  sip:a@b SIP/2.0\r\n\r\n"), V(START)},
    {STR("INVITE sip:a@b SIP/3.0\r\n\r\n"), V(START)},
    {STR("INVITE sip:a@b SIP/2.0 \r\n\r\n"), V(START)},
    {STR("INVITE sip:a@b  SIP/2.0\r\n\r\n"), V(START)},
    {STR("INVITE tel:1234 SIP/2.0\r\n\r\n"), V(START)},
    {STR("INVITE sip: SIP/2.0\r\n\r\n1"), V(START)},
    {STR("INVITE sip:a@b c SIP/2.0\r\n\r\n"), V(START)},
    {STR("IN(ITE sip:a@b SIP/2.0\r\n\r\n"), V(START)},
    {STR(" INVITE sip:a@b SIP/2.0\r\n\r\n"), V(START)},
    {STR("SIP/2.0 99 Too Low\r\n\r\n"), V(START)},
    {STR("SIP/2.0 099 Too Low\r\n\r\n"), V(START)},
    {STR("SIP/2.0 700 Too High\r\n\r\n"), V(START)},
    {STR("SIP/2.0 2000 Long\r\n\r\n"), V(START)},
    {STR("SIP/2.0 2x0 Letters\r\n\r\n"), V(START)},
    {STR("SIP/2.0  200 OK\r\n\r\n00"), V(START)},
    {STR("SIP/2.1 200 OK\r\n\r\n0000"), V(START)},
    {STR("invite sip:a@b SIP/2.0\r\n\r\n"), V(METHOD)},
    {STR("REGISTER sip:a SIP/2.0\r\n\r\n"), V(METHOD)},
    {STR("MESSAGE sip:a@b SIP/2.0\r\n\r\n"), V(METHOD)},
    {STR("NONE sip:a@b SIP/2.0\r\n\r\n"), V(METHOD)},
    {STR(GOOD), V(HEADER)},                 /* not closed */
    {STR(GOOD "\r"), V(CHARS)},             /* half an end */
    {STR(GOOD "X: y"), V(HEADER)},          /* cut inside a line */
    {STR(GOOD " folded\r\n\r\n"), V(CSEQ)}, /* "1 INVITE folded" */
    {STR(GOOD "\tfolded\r\n\r\n"), V(CSEQ)},
    {STR("\r\n " GOOD "\r\n"), V(START)},
    {STR(GOOD "X: a\rb\r\n\r\n"), V(CHARS)},
    {STR(GOOD "X: a\r\r\n\r\n"), V(CHARS)},
    {STR(GOOD "X: a\0b\r\n\r\n"), V(CHARS)},
    {STR(GOOD "X: a\x1b[2J\r\n\r\n"), V(CHARS)},
    {STR(GOOD "X: a\x7f\r\n\r\n"), V(CHARS)},
    {STR(GOOD "X: a\x0b\r\n\r\n"), V(CHARS)},
    {STR("\0" GOOD "\r\n"), V(CHARS)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    assert_refused(k, rows[i].text.ptr, rows[i].text.len, true, rows[i].want);
    kit_free(k);
  }
  kit *k = kit_new(); /* while this is one */
  PASS(pass_in(k, GOOD "\r\n", sizeof(GOOD "\r\n") - 1));
  kit_free(k);
}

/* RFC 3261 section 7.3.1: what goes on in the next line is one line, with a
 * blank for the end; to Sofia it is as if it had never been folded. */
static void reads_folded_lines_as_one(void **state) {
  (void)state;
  static const char plain[] = IN_INVITE
    "\r\n" GOOD_VIA "From: <sip:p@p>   ;tag=p\r\nTo:    <sip:o@o>\r\n" GOOD_ID
    "CSeq: 1    INVITE\r\nUser-Agent: a    b\r\n\r\n";
  static const char *const folded[] = {
    IN_INVITE "\r\n" GOOD_VIA "From: <sip:p@p>\r\n ;tag=p\r\n"
              "To: \r\n <sip:o@o>\r\n" GOOD_ID
              "CSeq: 1 \r\n INVITE\r\nUser-Agent: a\r\n  b\r\n\r\n",
    IN_INVITE "\n" GOOD_VIA "From: <sip:p@p>\n  ;tag=p\n"
              "To:\n  \n <sip:o@o>\n" GOOD_ID
              "CSeq: 1\n   INVITE\nUser-Agent: a\n   b\n\n",
  };
  kit *k = kit_new();
  PASS(pass_in(k, plain, strlen(plain)));
  char clean[sizeof(k->out)];
  memcpy(clean, k->out, sizeof(clean));
  kit_free(k);
  for (size_t i = 0; i < ARRAY_LEN(folded); i++) {
    k = kit_new();
    PASS(pass_in(k, folded[i], strlen(folded[i])));
    assert_string_equal(k->out, clean);
    kit_free(k);
  }
}

/* RFC 3261 section 20.1 */
static void refuses_who_cannot_read_our_answer(void **state) {
  (void)state;
  static const struct {
    const char *accept;
    msnav_guard_verdict want;
  } rows[] = {
    {"Accept: application/sdp\r\n", V(PASS)},
    {"Accept: text/plain, Application/SDP;q=0.3\r\n", V(PASS)},
    {"Accept: application/*\r\n", V(PASS)},
    {"Accept: */*\r\n", V(PASS)},
    {"Accept: text/plain\r\n", V(BODY)},
    {"Accept: application/sdp2\r\n", V(BODY)},
    {"Accept:\r\n", V(BODY)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[1024];
    kit *k = kit_new();
    int n = snprintf(text, sizeof(text), "%s%s\r\n", GOOD, rows[i].accept);
    assert_int_equal(pass_in(k, text, (size_t)n), rows[i].want);
    kit_free(k);
  }
}

static void refuses_a_key_header_missing_or_twice(void **state) {
  (void)state;
  static const char *const keys[] = {GOOD_VIA, GOOD_FROM, GOOD_TO, GOOD_ID,
                                     GOOD_CSEQ};
  static const char *const twins[] = {GOOD_FROM,
                                      GOOD_TO,
                                      GOOD_ID,
                                      GOOD_CSEQ,
                                      "f: <sip:x@x>\r\n",
                                      "t:<sip:x>\r\n",
                                      "i: x\r\n",
                                      "cseq: 2 BYE\r\n",
                                      "l: 1\r\n",
                                      "content-length: 0\r\n",
                                      "c: text/plain\r\n",
                                      "CONTENT-TYPE: application/sdp\r\n",
                                      "FROM : \r\n"};
  char text[1024];
  for (size_t missing = 0; missing < ARRAY_LEN(keys); missing++) {
    kit *k = kit_new();
    int n = snprintf(text, sizeof(text), IN_INVITE "\r\n");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
      n += snprintf(text + n, sizeof(text) - (size_t)n, "%s",
                    i != missing ? keys[i] : "X: y\r\n");
    }
    n += snprintf(text + n, sizeof(text) - (size_t)n, "\r\n");
    assert_refused(k, text, (size_t)n, true, V(MISSING));
    kit_free(k);
  }
  for (size_t i = 0; i < ARRAY_LEN(twins); i++) {
    kit *k = kit_new();
    int n = snprintf(text, sizeof(text),
                     GOOD "Content-Type: application/sdp\r\n"
                          "Content-Length: 0\r\n%s\r\n",
                     twins[i]);
    assert_refused(k, text, (size_t)n, true, V(DUPLICATE));
    kit_free(k);
  }
}

static void the_keys_are_looked_for_by_whole_names(void **state) {
  (void)state;
  kit *k = kit_new();
  static const char text[] = GOOD "Fromm: x\r\nTo-Do: x\r\nx: y\r\nb: 1\r\n"
                                  "Content-Length-X: 7\r\nFrom\r\n\r\n";
  PASS(pass_in(k, text, sizeof(text) - 1));
  kit_free(k);
}

static void bounds_lines_headers_and_datagram(void **state) {
  (void)state;
  static char text[2 * MSNAV_GUARD_MAX_IN];
  kit *k = kit_new();
  /* a line of 1024 bytes passes, one more does not */
  int head = snprintf(text, sizeof(text), GOOD "X: ");
  for (size_t len = 1025; len >= 1024; len--) {
    memset(text + head, 'x', len - 3);
    memcpy(text + head + len - 3, "\r\n\r\n", 4);
    if (len > 1024) {
      assert_refused(k, text, (size_t)head + len + 1, true, V(SIZE));
    } else {
      PASS(pass_in(k, text, (size_t)head + len + 1));
    }
  }
  kit_free(k);
  /* 48 headers pass */
  k = kit_new();
  for (int more = 44; more >= 43; more--) {
    int n = snprintf(text, sizeof(text), GOOD);
    for (int i = 0; i < more; i++) {
      n += snprintf(text + n, sizeof(text) - (size_t)n, "X: y\r\n");
    }
    n += snprintf(text + n, sizeof(text) - (size_t)n, "\r\n");
    if (more == 44) {
      assert_refused(k, text, (size_t)n, true, V(SIZE));
    } else {
      PASS(pass_in(k, text, (size_t)n));
    }
  }
  kit_free(k);
  /* 8192 bytes pass when the body is said to be shorter */
  k = kit_new();
  memset(text, 'x', sizeof(text));
  head = snprintf(text, sizeof(text), GOOD "Content-Length: 5\r\n\r\n");
  text[head] = 'x';
  assert_refused(k, text, MSNAV_GUARD_MAX_IN + 1, true, V(SIZE));
  PASS(pass_in(k, text, MSNAV_GUARD_MAX_IN));
  kit_free(k);
  /* 4096 bytes of body */
  k = kit_new();
  head = snprintf(text, sizeof(text), GOOD "c: application/sdp\r\n\r\n");
  text[head] = 'x';
  assert_refused(k, text, (size_t)head + 4097, true, V(BODY));
  PASS(pass_in(k, text, (size_t)head + 4096));
  kit_free(k);
}

/* ---- the values of the key headers */

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

static void checks_content_length(void **state) {
  (void)state;
  static const struct value_row rows[] = {
    {"0", V(PASS)},          {"0000000000", V(PASS)},  {"2147483647", V(PASS)},
    {"2147483648", V(BODY)}, {"99999999999", V(BODY)}, {"", V(BODY)},
    {"-1", V(BODY)},         {"+1", V(BODY)},          {"1x", V(BODY)},
    {"0x1", V(BODY)},        {"1 1", V(BODY)},         {"1,1", V(BODY)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[512];
    kit *k = kit_new();
    int n = snprintf(text, sizeof(text), GOOD "Content-Length: %s\r\n\r\n",
                     rows[i].value);
    if (rows[i].want == V(PASS)) {
      PASS(pass_in(k, text, (size_t)n));
    } else {
      assert_refused(k, text, (size_t)n, true, rows[i].want);
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

/* ---- the source */

static void refuses_every_other_source(void **state) {
  (void)state;
  static const msnav_addr rows[] = {{0x0a000002, 5063}, {0x0a000003, 5062},
                                    {0x0a000001, 5060}, {0x7f010203, 4001},
                                    {0x0a000002, 0},    {0, 0}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_new();
    k->peer = rows[i];
    refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(SOURCE));
    assert_refused(k, "", 0, true, V(SOURCE));
    kit_free(k);
  }
  msnav_guard_config config = standard(); /* behind a proxy it is the proxy */
  config.target = (msnav_addr){0xc0000207, 5080};
  kit *k = kit_with(&config);
  k->peer = config.target;
  refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(SOURCE));
  k->peer = OUTER_REMOTE;
  PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  kit_free(k);
}

/* ---- the place of a message in the call */

typedef enum phase {
  FRESH,
  RUNG,     /* the peer's INVITE arrived */
  RINGING,  /* and Sofia said 180 */
  CALLED,   /* and 200, and the ACK came */
  ANSWERED, /* the same without the ACK */
  BUSY,     /* Sofia said 486 */
  HUNG_UP,  /* the peer said BYE */
  DIALED,   /* Sofia's INVITE went out */
  CALLING,  /* and was answered */
  LEFT,     /* and Sofia said BYE */
  PHASES
} phase;

static kit *kit_in(phase p) {
  kit *k = kit_new();
  if (p == CALLED || p == HUNG_UP) {
    called(k);
  } else if (p == CALLING || p == LEFT) {
    calling(k);
  } else if (p == DIALED) {
    PASS(out(k, sofia_first(OUT_INVITE, "100 INVITE")));
  } else if (p != FRESH) {
    PASS(in(k, peer_first(IN_INVITE, "1 INVITE")));
  }
  if (p == RINGING || p == BUSY || p == ANSWERED) {
    PASS(out(k, sofia_answers("SIP/2.0 180 Ringing", "1 INVITE")));
  }
  if (p == ANSWERED) {
    PASS(out(k, sofia_answers("SIP/2.0 200 OK", "1 INVITE")));
  } else if (p == BUSY) {
    PASS(out(k, sofia_answers("SIP/2.0 486 Busy", "1 INVITE")));
  } else if (p == HUNG_UP) {
    PASS(in(k, peer_inside(IN_BYE, "2 BYE")));
  } else if (p == LEFT) {
    PASS(out(k, sofia_inside(OUT_BYE, "101 BYE")));
  }
  return k;
}

#define TWO_XX "SIP/2.0 200 OK"

/* What the peer sends in each phase, in the order of enum phase.  The columns
 * are RFC 3261 sections 8, 9, 12, 13, 14, 15 and 17. */
static void every_phase_takes_what_belongs_to_it(void **state) {
  (void)state;
  const struct {
    wire w;
    msnav_guard_verdict want[PHASES];
  } rows[] = {
    {peer_first(IN_INVITE, "1 INVITE"), /* the first, or its repetition */
     {V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS), V(ORDER),
      V(TAG), V(TAG)}},
    {peer_first(IN_INVITE, "2 INVITE"), /* another first one */
     {V(PASS), V(TAG), V(TAG), V(TAG), V(TAG), V(TAG), V(TAG), V(ORDER), V(TAG),
      V(TAG)}},
    {peer_inside(IN_INVITE, "3 INVITE"),
     {V(NO_DIALOG), V(TAG), V(ORDER), V(PASS), V(PASS), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(ORDER)}},
    {peer_inside(IN_ACK, "1 ACK"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(PASS), V(PASS),
      V(ORDER), V(ORDER), V(ORDER)}},
    {peer_first(IN_CANCEL, "1 CANCEL"),
     {V(NO_DIALOG), V(PASS), V(PASS), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(ORDER), V(ORDER)}},
    {peer_inside(IN_BYE, "3 BYE"),
     {V(NO_DIALOG), V(TAG), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {peer_inside(IN_OPTIONS, "3 OPTIONS"),
     {V(NO_DIALOG), V(TAG), V(PASS), V(PASS), V(PASS), V(PASS), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {peer_answers("SIP/2.0 180 Ringing", "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(ORDER), V(ORDER)}},
    {peer_answers(TWO_XX, "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(PASS), V(PASS)}},
    {peer_answers("SIP/2.0 486 Busy", "100 INVITE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(PASS), V(ORDER), V(ORDER)}},
    {peer_answers(TWO_XX, "101 BYE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION), V(PASS)}},
    {peer_answers(TWO_XX, "100 ACK"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION)}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int p = FRESH; p < PHASES; p++) {
      kit *k = kit_in((phase)p);
      if (rows[i].want[p] == V(PASS)) {
        if (in(k, rows[i].w) != V(PASS)) {
          fail_msg("%s refused in phase %d", rows[i].w.start, p);
        }
      } else {
        refuses(k, rows[i].w, true, rows[i].want[p]);
      }
      kit_free(k);
    }
  }
}

/* The same for Sofia, whose mistakes do not reach the peer either. */
static void every_phase_lets_out_what_belongs_to_it(void **state) {
  (void)state;
  const struct {
    wire w;
    msnav_guard_verdict want[PHASES];
  } rows[] = {
    {sofia_first(OUT_INVITE, "100 INVITE"),
     {V(PASS), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(PASS), V(ORDER),
      V(PASS), V(PASS), V(PASS)}},
    {sofia_inside(OUT_INVITE, "105 INVITE"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(ORDER)}},
    {sofia_inside(OUT_ACK, "100 ACK"),
     {V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(PASS), V(PASS)}},
    {sofia_first(OUT_CANCEL, "100 CANCEL"),
     {V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER), V(ORDER),
      V(PASS), V(ORDER), V(ORDER)}},
    {sofia_inside(OUT_BYE, "105 BYE"),
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(PASS), V(PASS)}},
    {sofia_inside(OUT_BYE, "99 BYE"), /* its count only goes up */
     {V(NO_DIALOG), V(ORDER), V(ORDER), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(ORDER), V(ORDER), V(ORDER)}},
    {sofia_answers("SIP/2.0 183 Progress", "1 INVITE"),
     {V(NO_TRANSACTION), V(PASS), V(PASS), V(ORDER), V(ORDER), V(ORDER),
      V(ORDER), V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
    {sofia_answers(TWO_XX, "1 INVITE"),
     {V(NO_TRANSACTION), V(PASS), V(PASS), V(PASS), V(PASS), V(ORDER), V(PASS),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
    {sofia_answers(TWO_XX, "2 BYE"),
     {V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION), V(PASS),
      V(NO_TRANSACTION), V(NO_TRANSACTION), V(NO_TRANSACTION)}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int p = FRESH; p < PHASES; p++) {
      kit *k = kit_in((phase)p);
      if (rows[i].want[p] == V(PASS)) {
        if (out(k, rows[i].w) != V(PASS)) {
          fail_msg("%s refused in phase %d", rows[i].w.start, p);
        }
      } else {
        refuses(k, rows[i].w, false, rows[i].want[p]);
      }
      kit_free(k);
    }
  }
}

/* ---- whose call it is */

static wire with_tags(wire w, const char *from, const char *to) {
  w.from = from;
  w.to = to;
  return w;
}

static wire with_call_id(wire w, const char *call_id) {
  w.call_id = call_id;
  return w;
}

static void refuses_strange_tags_and_calls(void **state) {
  (void)state;
  wire bye = peer_inside(IN_BYE, "2 BYE");
  wire ack = peer_inside(IN_ACK, "1 ACK");
  wire cancel = peer_first(IN_CANCEL, "1 CANCEL");
  wire invite = peer_first(IN_INVITE, "1 INVITE");
  wire ok = peer_answers(TWO_XX, "100 INVITE");
  const struct {
    phase p;
    wire w;
    msnav_guard_verdict want;
  } rows[] = {
    {FRESH, with_tags(invite, "<sip:p>", "<sip:o>"), V(TAG)},
    {FRESH, with_tags(invite, "<sip:p>;tag=p", "<sip:o>;tag=o"), V(NO_DIALOG)},
    {RUNG, with_tags(invite, "<sip:p>;tag=other", PEER_TO), V(TAG)},
    {RINGING, with_tags(invite, PEER_FROM ";tag=ptag", PEER_TO ";tag=otag"),
     V(TAG)}, /* a repetition that got a tag */
    {RUNG, with_tags(cancel, "<sip:p>;tag=other", PEER_TO), V(TAG)},
    {RUNG, with_call_id(cancel, "other"), V(NO_DIALOG)},
    {ANSWERED, with_tags(ack, "<sip:p>;tag=other", PEER_TO ";tag=otag"),
     V(TAG)},
    {ANSWERED, with_tags(ack, PEER_FROM ";tag=ptag", PEER_TO), V(TAG)},
    {ANSWERED, with_call_id(ack, "other"), V(NO_DIALOG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO), V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO ";tag=x"), V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=otag", PEER_TO ";tag=otag"),
     V(TAG)},
    {CALLED, with_tags(bye, PEER_FROM ";tag=ptag", PEER_TO ";tag=ptag"),
     V(TAG)},
    {CALLED, with_call_id(bye, "other"), V(NO_DIALOG)},
    {CALLED, with_call_id(bye, "CALL"), V(NO_DIALOG)}, /* case counts */
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=x", SOFIA_TO ";tag=ptag"), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM, SOFIA_TO ";tag=ptag"), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO), V(TAG)},
    {DIALED, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO ";tag=otag"),
     V(TAG)}, /* two ends with one tag */
    {DIALED, with_call_id(ok, "other"), V(NO_TRANSACTION)},
    {DIALED, peer_answers(TWO_XX, "101 INVITE"), V(NO_TRANSACTION)},
    {CALLING, with_tags(ok, SOFIA_FROM ";tag=otag", SOFIA_TO ";tag=x"), V(TAG)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    kit *k = kit_in(rows[i].p);
    refuses(k, rows[i].w, true, rows[i].want);
    kit_free(k);
  }
}

static void a_response_has_one_via(void **state) {
  (void)state;
  kit *k = kit_in(DIALED);
  wire ok = peer_answers(TWO_XX, "100 INVITE");
  ok.via = "SIP/2.0/UDP 10.0.0.1:5060, SIP/2.0/UDP 10.0.0.1:5060";
  refuses(k, ok, true, V(VIA));
  kit_free(k);
}

static void sofia_has_to_keep_to_the_form_too(void **state) {
  (void)state;
  wire invite = sofia_first(OUT_INVITE, "100 INVITE");
  kit *k = kit_new();
  refuses(k, with_tags(invite, SOFIA_FROM, SOFIA_TO), false, V(TAG));
  invite.via = "SIP/2.0/UDP 127.1.2.3:4001";
  refuses(k, invite, false, V(VIA)); /* no branch to hand on */
  invite.via = SOFIA_VIA ", SIP/2.0/UDP 127.1.2.3";
  refuses(k, invite, false, V(VIA)); /* no proxy */
  invite.via = "SIP/2.0/UDP 127.1.2.3:4001";
  assert_refused(k, "", 0, false, V(SIZE));
  assert_refused(k, "REGISTER sip:a@b SIP/2.0\r\n\r\n", 28, false, V(METHOD));
  kit_free(k);
  k = kit_rtc();
  PASS(out(k, invite)); /* none is wanted */
  kit_free(k);
  k = kit_in(CALLING);
  refuses(k,
          with_tags(sofia_inside(OUT_BYE, "101 BYE"), SOFIA_FROM ";tag=otag",
                    SOFIA_TO ";tag=x"),
          false, V(TAG));
  refuses(k,
          with_tags(sofia_inside(OUT_ACK, "100 ACK"), SOFIA_FROM ";tag=otag",
                    SOFIA_TO),
          false, V(TAG));
  kit_free(k);
  k = kit_in(DIALED);
  refuses(k,
          with_tags(sofia_first(OUT_CANCEL, "100 CANCEL"), SOFIA_FROM ";tag=x",
                    SOFIA_TO),
          false, V(TAG));
  kit_free(k);
}

static void a_full_guard_changes_nothing(void **state) {
  (void)state;
  kit *k = kit_in(FRESH);
  wire ping = peer_first(IN_OPTIONS, "1 OPTIONS");
  char id[8];
  ping.call_id = id;
  for (int i = 0; i < 6; i++) {
    snprintf(id, sizeof(id), "p%d", i);
    PASS(in(k, ping));
  }
  snprintf(id, sizeof(id), "p9");
  refuses(k, ping, true, V(FULL));
  refuses(k, peer_first(IN_INVITE, "1 INVITE"), true, V(FULL));
  kit_free(k);

  k = kit_in(RUNG); /* a CANCEL needs a place too */
  for (int i = 0; i < 5; i++) {
    snprintf(id, sizeof(id), "p%d", i);
    PASS(in(k, ping));
  }
  refuses(k, peer_first(IN_CANCEL, "1 CANCEL"), true, V(FULL));
  kit_free(k);
}

static void every_verdict_has_a_name_of_its_own(void **state) {
  (void)state;
  for (int i = 0; i < MSNAV_GUARD_VERDICTS; i++) {
    const char *name = msnav_guard_verdict_name((msnav_guard_verdict)i);
    assert_non_null(name);
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(name,
                              msnav_guard_verdict_name((msnav_guard_verdict)j));
    }
  }
  assert_string_equal(msnav_guard_verdict_name(V(PASS)), "pass");
  assert_string_equal(msnav_guard_verdict_name(V(VIA)), "via");
  assert_string_equal(msnav_guard_verdict_name(V(NO_DIALOG)), "no-dialog");
  assert_string_equal(msnav_guard_verdict_name(MSNAV_GUARD_VERDICTS),
                      "unknown");
  assert_string_equal(msnav_guard_verdict_name((msnav_guard_verdict)-1),
                      "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(refuses_what_is_no_sip_message),
    cmocka_unit_test(reads_folded_lines_as_one),
    cmocka_unit_test(refuses_who_cannot_read_our_answer),
    cmocka_unit_test(refuses_a_key_header_missing_or_twice),
    cmocka_unit_test(the_keys_are_looked_for_by_whole_names),
    cmocka_unit_test(bounds_lines_headers_and_datagram),
    cmocka_unit_test(checks_the_values_of_key_headers),
    cmocka_unit_test(checks_to_like_from),
    cmocka_unit_test(checks_content_length),
    cmocka_unit_test(checks_record_route),
    cmocka_unit_test(refuses_every_other_source),
    cmocka_unit_test(every_phase_takes_what_belongs_to_it),
    cmocka_unit_test(every_phase_lets_out_what_belongs_to_it),
    cmocka_unit_test(refuses_strange_tags_and_calls),
    cmocka_unit_test(a_response_has_one_via),
    cmocka_unit_test(sofia_has_to_keep_to_the_form_too),
    cmocka_unit_test(a_full_guard_changes_nothing),
    cmocka_unit_test(every_verdict_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
