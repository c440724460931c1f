/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard: which bytes may stand where, for each of the 256. */
#include "guard_kit.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define TOKEN ALNUM "-.!%*_+`'~" /* RFC 3261 section 25.1 */

/* What comes of a message with one byte between two parts of a line. */
static msnav_guard_verdict
with(const char *before, unsigned byte, const char *after) {
  char text[1024];
  int n = snprintf(text, sizeof(text), "INVITE sip:10.0.0.1:5060 SIP/2.0\r\n%s",
                   before);
  text[n++] = (char)byte;
  n += snprintf(text + n, sizeof(text) - (size_t)n, "%s", after);
  kit *k = kit_new();
  msnav_guard_verdict verdict = pass_in(k, text, (size_t)n);
  kit_free(k);
  return verdict;
}

/* RFC 3261 section 25.1 has none in a line but HTAB. */
static bool is_control(unsigned byte) {
  return (byte < ' ' && byte != '\t') || byte == 127;
}

static const struct row {
  const char *before;
  const char *after;
  const char *allowed;
  msnav_guard_verdict otherwise;
} rows[] = {
  /* "word" of RFC 3261 section 25.1, and '@' */
  {GOOD_VIA GOOD_FROM GOOD_TO GOOD_CSEQ "Call-ID: a", "b\r\n\r\n",
   TOKEN "()<>:\\\"/[]?{}@", V(CALL_ID)},
  {GOOD_VIA GOOD_TO GOOD_ID GOOD_CSEQ "From: <sip:p>;tag=a", "b\r\n\r\n",
   TOKEN ";", V(ADDRESS)},
  {GOOD_VIA GOOD_FROM GOOD_ID GOOD_CSEQ "To: <sip:a", "b>\r\n\r\n",
   ALNUM "@.:-_+%~!$&'()*=/?;[],#", V(ADDRESS)},
  {GOOD_VIA GOOD_FROM GOOD_ID GOOD_CSEQ "To: sip:a", "=b\r\n\r\n",
   ALNUM "@.:-_+%~!$&'()*=/?[],#", V(ADDRESS)},
  {GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ "Via: SIP/2.0/UDP a", "5060\r\n\r\n",
   ALNUM ".-_:;", V(VIA)},
  {GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ "Via: SIP/2.0/UDP a;b=c", "d\r\n\r\n",
   TOKEN ";=:@[] ", V(VIA)},
  {GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ "Via: SIP/2.0/UDP a, SIP/2.0/U",
   "P b\r\n\r\n", ALNUM "-", V(VIA)},
  {GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ "Via: SIP/2.0/UDP a, SIP/2.0/TCP [:",
   ":1]\r\n\r\n", ALNUM ":.", V(VIA)},
};

static void check_byte(const struct row *row, unsigned byte) {
  msnav_guard_verdict want = row->otherwise;
  if (is_control(byte)) {
    want = V(CHARS);
  } else if (strchr(row->allowed, (int)byte) != NULL) {
    want = V(PASS);
  }
  msnav_guard_verdict got = with(row->before, byte, row->after);
  if (got != want) {
    fail_msg("%s with byte %u: %s instead of %s", row->before, byte,
             msnav_guard_verdict_name(got), msnav_guard_verdict_name(want));
  }
}

static void values_hold_the_bytes_of_their_grammar(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      if (byte != '\n') { /* there the line would end */
        check_byte(&rows[i], byte);
      }
    }
  }
}

/* Lines are checked by words of several bytes: none may be missed wherever
 * it stands, and nothing else be taken for one. */
static void finds_a_control_at_each_place_of_a_line(void **state) {
  (void)state;
  static const unsigned char bytes[] = {0,   1,    8,    11,   12,  13,
                                        31,  127,  '\t', ' ',  '!', '~',
                                        128, 0x9f, 0xa0, 0xfe, 0xff};
  for (size_t len = 1; len <= 40; len++) {
    for (size_t at = 0; at < len; at++) {
      for (size_t i = 0; i < sizeof(bytes); i++) {
        char before[256] = GOOD_VIA GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ ":";
        char after[64];
        memset(before + strlen(before), '\xff', at);
        memset(after, '~', len - at - 1); /* next to a control */
        memcpy(after + len - at - 1, "\r\n\r\n", 5);
        assert_int_equal(with(before, bytes[i], after),
                         is_control(bytes[i]) ? V(CHARS) : V(PASS));
      }
    }
  }
}

/* A name with one letter in place of another; one without case is the same. */
static void check_name(const char *name, size_t at) {
  char before[512];
  char after[64];
  snprintf(before, sizeof(before),
           GOOD_VIA GOOD_FROM GOOD_TO GOOD_ID GOOD_CSEQ
           "Content-Length: 0\r\nContent-Type: a\r\n%.*s",
           (int)at, name);
  snprintf(after, sizeof(after), "%s: x\r\n\r\n", name + at + 1);
  unsigned letter = (unsigned char)name[at];
  for (unsigned byte = '!'; byte < 127; byte++) {
    bool same = byte == letter || (letter > '@' && (byte ^ letter) == ' ');
    if (byte != ':') {
      assert_int_equal(with(before, byte, after),
                       same ? V(DUPLICATE) : V(PASS));
    }
  }
}

/* RFC 3261 section 7.3.1: the case of a name does not matter, but each of its
 * letters does.  What is taken for a second one is refused. */
static void a_name_is_known_by_all_of_its_letters(void **state) {
  (void)state;
  static const char *const names[] = {"From",           "To",
                                      "Call-ID",        "CSeq",
                                      "Content-Length", "Content-Type"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    for (size_t at = 0; at < strlen(names[i]); at++) {
      check_name(names[i], at);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_hold_the_bytes_of_their_grammar),
    cmocka_unit_test(finds_a_control_at_each_place_of_a_line),
    cmocka_unit_test(a_name_is_known_by_all_of_its_letters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
