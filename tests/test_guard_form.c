/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: the form of a message, its lines and their bounds. */
#include "guard_kit.h"

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

/* The Vias of a request are kept until it is answered: 256 bytes each, 1024 in
 * all with one between them. */
static void bounds_vias(void **state) {
  (void)state;
  char text[2048];
  for (size_t each = 255; each <= 256; each++) {
    kit *k = kit_new();
    int n = snprintf(text, sizeof(text), IN_INVITE "\r\n");
    for (int i = 0; i < 4; i++) {
      n += snprintf(text + n, sizeof(text) - (size_t)n,
                    "Via: SIP/2.0/UDP 10.0.0.2;p=%0*d\r\n", (int)each - 23, i);
    }
    n += snprintf(text + n, sizeof(text) - (size_t)n,
                  GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ "\r\n");
    if (each == 255) {
      PASS(pass_in(k, text, (size_t)n));
    } else {
      assert_refused(k, text, (size_t)n, true, V(VIA));
    }
    kit_free(k);
  }
}

static void checks_content_length(void **state) {
  (void)state;
  static const struct {
    const char *value;
    msnav_guard_verdict want;
  } rows[] = {
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(refuses_what_is_no_sip_message),
    cmocka_unit_test(reads_folded_lines_as_one),
    cmocka_unit_test(refuses_who_cannot_read_our_answer),
    cmocka_unit_test(refuses_a_key_header_missing_or_twice),
    cmocka_unit_test(the_keys_are_looked_for_by_whole_names),
    cmocka_unit_test(bounds_lines_headers_and_datagram),
    cmocka_unit_test(bounds_vias),
    cmocka_unit_test(checks_content_length),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
