/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test.h"

#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>

static void addresses_are_dotted_quads_with_a_port(void **state) {
  (void)state;
  static const struct {
    msnav_str in;
    msnav_error err;
    msnav_addr want;
  } rows[] = {
    {STR("192.168.0.165:11630"), MSNAV_OK, {0xc0a800a5, 11630}}, /* paper 1 */
    {STR("0.0.0.0"), MSNAV_OK, {0, 0}},
    {STR("255.255.255.255:65535"), MSNAV_OK, {0xffffffff, 65535}},
    {STR("1.2.3.4:1"), MSNAV_OK, {0x01020304, 1}},
    {STR(""), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4.5"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.256"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.04"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1..3.4"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4:"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4:0"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4:65536"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4:12x"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR(" 1.2.3.4"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.-4"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("localhost:80"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("[::1]:80"), MSNAV_ERR_ADDRESS, {7, 7}},
    {STR("1.2.3.4:80:90"), MSNAV_ERR_ADDRESS, {7, 7}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char *copy = exact_copy(rows[i].in.ptr, rows[i].in.len);
    msnav_addr addr = {7, 7};
    assert_int_equal(msnav_addr_parse((msnav_str){copy, rows[i].in.len}, &addr),
                     rows[i].err);
    assert_int_equal(addr.ip, rows[i].want.ip); /* untouched on error */
    assert_int_equal(addr.port, rows[i].want.port);
    free(copy);
  }
}

static void addresses_print_as_they_are_read(void **state) {
  (void)state;
  static const char *const texts[] = {"192.168.0.165:11630", "0.0.0.0",
                                      "255.255.255.255:65535"};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
    msnav_addr addr;
    char text[MSNAV_ADDR_TEXT];
    assert_int_equal(msnav_addr_parse(msnav_str_of(texts[i]), &addr), MSNAV_OK);
    assert_int_equal(msnav_addr_format(&addr, text), strlen(texts[i]));
    assert_string_equal(text, texts[i]);
  }
}

/* RFC 4648 section 10 */
static void base64_matches_the_vectors(void **state) {
  (void)state;
  static const struct {
    const char *plain, *coded;
  } rows[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"192.168.0.165:11630", "MTkyLjE2OC4wLjE2NToxMTYzMA=="}, /* paper 1 */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char buf[64];
    msnav_out out;
    msnav_out_init(&out, buf, sizeof(buf));
    msnav_out_base64(&out, rows[i].plain, strlen(rows[i].plain));
    assert_str(((msnav_str){buf, out.len}), rows[i].coded);
    size_t len = 99;
    assert_int_equal(msnav_base64_decode(msnav_str_of(rows[i].coded), buf,
                                         strlen(rows[i].plain), &len),
                     MSNAV_OK);
    assert_str(((msnav_str){buf, len}), rows[i].plain);
  }
}

static void base64_refuses_what_is_not_canonical(void **state) {
  (void)state;
  static const char *const bad[] = {"Zg=",  "Z",     "Zh==", "Zm9v=",
                                    "Zm9 ", "Zm9v*", "====", "Zg===",
                                    "Z=g=", "Zm9v\n"};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    char buf[16];
    size_t len = 99;
    assert_int_equal(msnav_base64_decode(msnav_str_of(bad[i]), buf, sizeof(buf),
                                         &len),
                     MSNAV_ERR_PARSE);
    assert_int_equal(len, 99);
  }
  char two[2];
  size_t len;
  assert_int_equal(msnav_base64_decode(msnav_str_of("Zm9v"), two, 2, &len),
                   MSNAV_ERR_NOSPACE);
}

static void numbers_are_bounded(void **state) {
  (void)state;
  uint32_t v = 7;
  assert_int_equal(msnav_text_u32(msnav_str_of("4294967295"), UINT32_MAX, &v),
                   MSNAV_OK);
  assert_int_equal(v, UINT32_MAX);
  static const char *const bad[] = {"",   "4294967296", "-1",         "+1",
                                    "1 ", "0x1",        "99999999999"};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    v = 7;
    assert_int_equal(msnav_text_u32(msnav_str_of(bad[i]), UINT32_MAX, &v),
                     MSNAV_ERR_PARSE);
    assert_int_equal(v, 7);
  }
  assert_int_equal(msnav_text_u32(msnav_str_of("101"), 100, &v),
                   MSNAV_ERR_PARSE);
}

static void a_number_ends_where_its_digits_do(void **state) {
  (void)state;
  static const struct {
    const char *text, *rest;
    bool is;
    uint32_t value;
  } rows[] = {
    {"0", "", true, 0},     {"0100/2", "/2", true, 100},
    {"101", "", false, 7},  {"12345678901 x", " x", false, 7},
    {" 1", " 1", false, 7}, {"", "", false, 7},
    {"-1", "-1", false, 7},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char *block = exact_copy(rows[i].text, strlen(rows[i].text));
    msnav_str rest = {block, strlen(rows[i].text)};
    uint32_t value = 7;
    assert_int_equal(msnav_text_number(&rest, 100, &value), rows[i].is);
    assert_int_equal(value, rows[i].value); /* untouched on error */
    assert_true(msnav_text_equal(rest, msnav_str_of(rows[i].rest)));
    free(block);
  }
}

static void peers_text_cannot_break_a_line(void **state) {
  (void)state;
  static const struct {
    msnav_str in;
    const char *want;
  } rows[] = {
    {STR("plain text"), "plain text"},
    {STR("\xe5\xbe\x90\xe6\xb3\xb3"),
     "\xe5\xbe\x90\xe6\xb3\xb3"}, /* name in the paper */
    {STR("a\r\nb"), "a\\x0d\\x0ab"},
    {STR("\x1b[31m"), "\\x1b[31m"},
    {STR("\0x"), "\\x00x"},
    {STR("\x7f"), "\\x7f"},
    {STR("\xc2\x9b"), "\\xc2\\x9b"},                   /* C1: CSI */
    {STR("\xe2\x80\xae"), "\\xe2\\x80\\xae"},          /* right-to-left */
    {STR("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"},          /* line separator */
    {STR("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"},          /* byte order mark */
    {STR("\xc0\xaf"), "\\xc0\\xaf"},                   /* overlong */
    {STR("\xed\xa0\x80"), "\\xed\\xa0\\x80"},          /* surrogate */
    {STR("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"}, /* > U+10FFFF */
    {STR("\xe5\xbe"), "\\xe5\\xbe"},                   /* cut short */
    {STR("%n%s"), "%n%s"}, /* no format ever sees it */
    {STR("back\\slash"), "back\\x5cslash"},
    {STR("one\1two\xe5\xbe\x90\x80three~ "),
     "one\\x01two\xe5\xbe\x90\\x80three~ "},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char buf[128];
    char *copy = exact_copy(rows[i].in.ptr, rows[i].in.len);
    msnav_out out;
    msnav_out_init(&out, buf, sizeof(buf));
    msnav_out_escaped(&out, (msnav_str){copy, rows[i].in.len}, 100);
    assert_str(((msnav_str){buf, out.len}), rows[i].want);
    free(copy);
  }
  char buf[16];
  msnav_out out;
  msnav_out_init(&out, buf, sizeof(buf));
  msnav_out_escaped(&out, msnav_str_of("abcdefgh"), 4);
  assert_str(((msnav_str){buf, out.len}), "abcd...");
}

static void writer_stops_at_the_first_thing_that_does_not_fit(void **state) {
  (void)state;
  char buf[5] = "....";
  msnav_out out;
  msnav_out_init(&out, buf, 4);
  msnav_out_text(&out, "abc");
  msnav_out_text(&out, "de");
  msnav_out_char(&out, 'f'); /* would fit, but something is missing before */
  size_t len = 99;
  assert_int_equal(msnav_out_finish(&out, &len), MSNAV_ERR_NOSPACE);
  assert_int_equal(len, 99);
  assert_string_equal(buf, "abc.");
}

/* Around each power of ten, into room for all digits and for one less. */
static void numbers_take_as_much_room_as_they_have_digits(void **state) {
  (void)state;
  for (uint64_t ten = 1; ten <= UINT64_C(10000000000); ten *= 10) {
    uint64_t around[] = {ten - 1, ten, ten + 1, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LEN(around); i++) {
      uint32_t value = (uint32_t)(around[i] & UINT32_MAX);
      char want[16];
      size_t len = (size_t)snprintf(want, sizeof(want), "%" PRIu32, value);
      char *room = malloc(len);
      msnav_out out;
      msnav_out_init(&out, room, len);
      msnav_out_u32(&out, value);
      assert_str(((msnav_str){room, out.len}), want);
      assert_ptr_equal(msnav_text_put_u32(room, value), room + len);
      assert_memory_equal(room, want, len);
      msnav_out_init(&out, room, len - 1);
      msnav_out_u32(&out, value);
      assert_true(out.full && out.len == 0);
      free(room);
    }
  }
}

static void every_octet_prints(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 256; i++) {
    msnav_addr addr = {i << 24 | (255 - i) << 16 | i << 8 | (i + 1) % 256,
                       (uint16_t)(i * i)};
    char want[32];
    char text[MSNAV_ADDR_TEXT];
    int n =
      snprintf(want, sizeof(want), "%u.%u.%u.%u", i, 255 - i, i, (i + 1) % 256);
    if (addr.port != 0) {
      snprintf(want + n, sizeof(want) - (size_t)n, ":%u", addr.port);
    }
    assert_int_equal(msnav_addr_format(&addr, text), strlen(want));
    assert_string_equal(text, want);
  }
}

static void every_error_has_its_own_name(void **state) {
  (void)state;
  for (int a = 0; a >= MSNAV_ERR_TOO_MANY_LINES; a--) {
    assert_string_not_equal(msnav_strerror((msnav_error)a), "unknown error");
    for (int b = 0; b > a; b--) {
      assert_string_not_equal(msnav_strerror((msnav_error)a),
                              msnav_strerror((msnav_error)b));
    }
  }
  assert_string_equal(msnav_strerror((msnav_error)1), "unknown error");
  assert_string_equal(msnav_strerror((msnav_error)-10000), "unknown error");
  assert_string_equal(msnav_strerror((msnav_error)INT32_MIN), "unknown error");
}

static void version_and_features_can_be_asked(void **state) {
  (void)state;
  assert_string_equal(msnav_version(), MSNAV_VERSION);
  assert_true(msnav_has_feature("glib"));
  assert_false(msnav_has_feature("teleport"));
  assert_false(msnav_has_feature(NULL));
}

static void words_split_on_one_byte_only(void **state) {
  (void)state;
  msnav_str rest = msnav_str_of("a  b\xc2\xa0");
  assert_str(msnav_text_until(&rest, ' '), "a");
  assert_str(msnav_text_until(&rest, ' '), "");
  assert_str(msnav_text_until(&rest, ' '), "b\xc2\xa0");
  assert_int_equal(rest.len, 0);
}

static int ascii_lower(int c) {
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Every byte against every other, at the ends of texts of each length. */
static void case_is_that_of_ascii_letters_and_of_nothing_else(void **state) {
  (void)state;
  for (size_t len = 1; len <= 18; len++) {
    char *a = exact_copy("MIME-Version: [`]z", len);
    char *b = exact_copy("mIme-vERSION: [`]Z", len);
    size_t ends[] = {0, len - 1};
    assert_true(
      msnav_text_equal_nocase((msnav_str){a, len}, (msnav_str){b, len}));
    for (int c = 0; c < 2 * 256 * 256; c++) {
      size_t at = ends[c / (256 * 256)];
      char before[2] = {a[at], b[at]};
      a[at] = (char)(c >> 8 & 255);
      b[at] = (char)c;
      assert_int_equal(msnav_text_equal_nocase((msnav_str){a, len},
                                               (msnav_str){b, len}),
                       ascii_lower(c >> 8 & 255) == ascii_lower(c & 255));
      a[at] = before[0];
      b[at] = before[1];
    }
    free(a);
    free(b);
  }
}

static void prefixes_and_literals_compare_without_case(void **state) {
  (void)state;
  msnav_str none = MSNAV_LITERAL("");
  msnav_str sip = MSNAV_LITERAL("sip:x");
  assert_true(msnav_text_equal_nocase(none, (msnav_str){NULL, 0}));
  assert_true(msnav_text_starts_nocase(sip, none));
  assert_true(msnav_text_starts_nocase(sip, MSNAV_LITERAL("SIP:")));
  assert_false(msnav_text_starts_nocase(sip, MSNAV_LITERAL("sip:x:")));
  assert_true(MSNAV_TEXT_IS(sip, "sip:x"));
  assert_true(MSNAV_TEXT_IS(sip, "Sip:X"));
  assert_false(MSNAV_TEXT_IS(sip, "sip:y"));
  assert_false(MSNAV_TEXT_IS(sip, "sip:"));
}

static void tokens_are_those_of_rfc_3261(void **state) {
  (void)state;
  for (int c = 0; c < 256; c++) {
    char *text = exact_copy("a?b", 3);
    text[1] = (char)c;
    bool is = c != 0 && strchr("abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-.!%*_+`'~",
                               c) != NULL;
    assert_int_equal(msnav_text_is_token((msnav_str){text, 3}, 3), is);
    assert_int_equal(msnav_text_is_token((msnav_str){text + 1, 1}, 1), is);
    free(text);
  }
  assert_false(msnav_text_is_token(msnav_str_of("abcd"), 3));
  assert_false(msnav_text_is_token(msnav_str_of(""), 3));
}

/* Each byte at each place of texts of each length, among bytes that are next
 * to those that count: C0 and DEL are control characters, UTF-8 is not. */
static void no_control_character_is_printable_anywhere(void **state) {
  (void)state;
  static const char around[] = {' ', 0x7e, (char)0x80, (char)0xff, (char)0xa0};
  for (size_t len = 1; len <= 25; len++) {
    for (size_t at = 0; at < len; at++) {
      for (int c = 0; c < 256; c++) {
        char text[25];
        for (size_t i = 0; i < len; i++) {
          text[i] = around[(i + (size_t)c) % sizeof(around)];
        }
        text[at] = (char)c;
        char *copy = exact_copy(text, len);
        bool printable = msnav_text_is_printable((msnav_str){copy, len}, len);
        assert_int_equal(printable, c >= 0x20 && c != 0x7f);
        free(copy);
      }
    }
  }
  assert_false(msnav_text_is_printable((msnav_str){"ab", 2}, 1));
  assert_true(msnav_text_is_printable((msnav_str){NULL, 0}, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(addresses_are_dotted_quads_with_a_port),
    cmocka_unit_test(addresses_print_as_they_are_read),
    cmocka_unit_test(base64_matches_the_vectors),
    cmocka_unit_test(base64_refuses_what_is_not_canonical),
    cmocka_unit_test(numbers_are_bounded),
    cmocka_unit_test(a_number_ends_where_its_digits_do),
    cmocka_unit_test(peers_text_cannot_break_a_line),
    cmocka_unit_test(writer_stops_at_the_first_thing_that_does_not_fit),
    cmocka_unit_test(numbers_take_as_much_room_as_they_have_digits),
    cmocka_unit_test(every_octet_prints),
    cmocka_unit_test(every_error_has_its_own_name),
    cmocka_unit_test(version_and_features_can_be_asked),
    cmocka_unit_test(words_split_on_one_byte_only),
    cmocka_unit_test(case_is_that_of_ascii_letters_and_of_nothing_else),
    cmocka_unit_test(prefixes_and_literals_compare_without_case),
    cmocka_unit_test(tokens_are_those_of_rfc_3261),
    cmocka_unit_test(no_control_character_is_printable_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
