/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of the switchboard may be: its length, its parameters, what is
 * made of it when they are wrong. */
#include "test.h"

#include <msnav/switchboard.h>

typedef msnav_switchboard_command command;

static void lines_and_payloads_are_bounded(void **state) {
  (void)state;
  static char endless[4000];
  memset(endless, 'x', sizeof(endless));
  static const char *const lost[] = {"MSG a@b A 1665\r\n",
                                     "MSG a@b A 4294967296\r\n",
                                     "MSG a@b A -1\r\n",
                                     "MSG a@b A\r\n",
                                     "MSG\r\n",
                                     "NOT 1665\r\n",
                                     "IPG\r\n",
                                     endless};
  for (size_t i = 0; i < ARRAY_LEN(lost); i++) {
    msnav_switchboard *sb;
    command c = {.size = sizeof(c)};
    assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
    size_t len = lost[i] == endless ? sizeof(endless) : strlen(lost[i]);
    msnav_switchboard_feed(sb, lost[i], len);
    assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_ERR_TOO_LONG);
    assert_int_equal(msnav_switchboard_feed(sb, "OUT\r\n", 5), 0);
    assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_ERR_TOO_LONG);
    msnav_switchboard_free(sb);
  }
}

/* switchboard.h: what is as long as it may be is read. */
static void the_longest_line_and_payload_are_read(void **state) {
  (void)state;
  static char wire[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  for (size_t len = MSNAV_SWITCHBOARD_LINE; len < MSNAV_SWITCHBOARD_LINE + 2;
       len++) {
    msnav_switchboard *sb;
    command c = {.size = sizeof(c)};
    memset(wire, 'x', len - 2);
    memcpy(wire + len - 2, "\r\n", 2);
    assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
    msnav_switchboard_feed(sb, wire, len);
    if (len == MSNAV_SWITCHBOARD_LINE) {
      assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_OK);
      assert_int_equal(c.line.len, len - 2);
    } else {
      assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_ERR_TOO_LONG);
    }
    msnav_switchboard_free(sb);
  }
  static const char start[] = "MSG a@b A 1664\r\n";
  msnav_switchboard *sb;
  command c = {.size = sizeof(c)};
  memset(wire, 'b', sizeof(wire));
  memcpy(wire, start, strlen(start));
  size_t len = strlen(start) + MSNAV_SWITCHBOARD_PAYLOAD;
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
  assert_int_equal(msnav_switchboard_feed(sb, wire, len), len);
  assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_OK);
  assert_int_equal(c.payload.len, MSNAV_SWITCHBOARD_PAYLOAD);
  msnav_switchboard_free(sb);
}

static void a_payload_of_1664_bytes_passes(void **state) {
  (void)state;
  static char body[MSNAV_SWITCHBOARD_PAYLOAD + 1];
  static char wire[4096];
  memset(body, 'b', sizeof(body));
  command c = {.size = sizeof(c),
               .verb = MSNAV_SB_SEND,
               .ack = 'N',
               .payload = {body, MSNAV_SWITCHBOARD_PAYLOAD}};
  size_t len = 9;
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_OK);
  c.payload.len++;
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_ERR_TOO_LONG);
  c.payload.len--;
  size_t was = len;
  assert_int_equal(msnav_switchboard_write(&c, wire, len - 1, &len),
                   MSNAV_ERR_NOSPACE);
  assert_int_equal(len, was);
}

static void broken_parameters_are_skipped_not_fatal(void **state) {
  (void)state;
  static const char stream[] = "CAL x RINGING 1\r\nIRO 1 2\r\nANS\r\nJOI\r\n"
                               "RNG 1 2\r\n\r\nACK 5\r\n";
  msnav_switchboard *sb;
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
  size_t at = 0;
  int broken = 0;
  command c = {.size = sizeof(c)};
  while (c.verb != MSNAV_SB_ACK) {
    at += msnav_switchboard_feed(sb, stream + at, sizeof(stream) - 1 - at);
    msnav_error err = msnav_switchboard_next(sb, &c);
    broken += err == MSNAV_ERR_PARSE;
    assert_int_not_equal(err, MSNAV_ERR_AGAIN);
  }
  assert_int_equal(broken, 5);
  assert_int_equal(c.transaction, 5);
  msnav_switchboard_free(sb);
}

/* Of each command all that the other side has to say must be there, and be a
 * number where one belongs; the stream goes on behind it. */
static void commands_are_whole_or_refused(void **state) {
  (void)state;
  static const struct {
    msnav_switchboard_side side;
    const char *line;
  } rows[] = {
    {MSNAV_SB_SERVER, "USR 1 a@b"},
    {MSNAV_SB_SERVER, "USR one a@b token"},
    {MSNAV_SB_SERVER, "CAL 2"},
    {MSNAV_SB_SERVER, "CAL x a@b"},
    {MSNAV_SB_SERVER, "ANS 1 a@b token"},
    {MSNAV_SB_SERVER, "ANS -1 a@b token 17"},
    {MSNAV_SB_SERVER, "MSG 1 NA 0"},
    {MSNAV_SB_CLIENT, "USR 1 OK"},
    {MSNAV_SB_CLIENT, "USR 4294967296 OK a@b n"},
    {MSNAV_SB_CLIENT, "CAL 1 RINGING"},
    {MSNAV_SB_CLIENT, "ANS 1"},
    {MSNAV_SB_CLIENT, "RNG 17 1.2.3.4:1863 CKI token"},
    {MSNAV_SB_CLIENT, "IRO x 1 2 a@b n"},
    {MSNAV_SB_CLIENT, "IRO 1 x 2 a@b n"},
    {MSNAV_SB_CLIENT, "IRO 1 1 x a@b n"},
    {MSNAV_SB_CLIENT, "IRO 1 1 2"},
    {MSNAV_SB_CLIENT, "BYE"},
    {MSNAV_SB_CLIENT, "ACK one"},
    {MSNAV_SB_CLIENT, "200 one"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_switchboard *sb;
    command c = {.size = sizeof(c)};
    bool client = rows[i].side == MSNAV_SB_CLIENT;
    const char *next = client ? "\r\nOUT\r\nBYE a@b 1\r\n" : "\r\nPNG\r\n";
    assert_int_equal(msnav_switchboard_new(rows[i].side, &sb), MSNAV_OK);
    size_t len = strlen(rows[i].line);
    assert_int_equal(msnav_switchboard_feed(sb, rows[i].line, len), len);
    assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_ERR_AGAIN);
    size_t at = msnav_switchboard_feed(sb, next, strlen(next));
    if (msnav_switchboard_next(sb, &c) != MSNAV_ERR_PARSE) {
      fail_msg("%s was taken", rows[i].line);
    }
    assert_str(c.line, rows[i].line); /* and nothing else */
    assert_int_equal(c.verb, MSNAV_SB_UNKNOWN);
    assert_int_equal(c.transaction, 0);
    do {
      at += msnav_switchboard_feed(sb, next + at, strlen(next + at));
      assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_OK);
    } while (at < strlen(next));
    assert_int_equal(c.verb, client ? MSNAV_SB_BYE : MSNAV_SB_PNG);
    assert_int_equal(c.idle, client);
    msnav_switchboard_free(sb);
  }
}

static void an_error_has_three_digits(void **state) {
  (void)state;
  static const struct {
    const char *line;
    uint32_t verb;
  } rows[] = {{"217 5\r\n", MSNAV_SB_ERROR},
              {"21 5\r\n", MSNAV_SB_UNKNOWN},
              {"2170 5\r\n", MSNAV_SB_UNKNOWN}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_switchboard *sb;
    command c = {.size = sizeof(c)};
    assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
    msnav_switchboard_feed(sb, rows[i].line, strlen(rows[i].line));
    assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_OK);
    assert_int_equal(c.verb, rows[i].verb);
    msnav_switchboard_free(sb);
  }
}

/* Servers leave the name out, and write an account in its place. */
static void a_message_without_a_name_is_read(void **state) {
  (void)state;
  static const char stream[] = "MSG a@b 2\r\nhi";
  msnav_switchboard *sb;
  command c = {.size = sizeof(c)};
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, &sb), MSNAV_OK);
  for (size_t at = 0; at < sizeof(stream) - 1;) {
    at += msnav_switchboard_feed(sb, stream + at, sizeof(stream) - 1 - at);
  }
  assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_OK);
  assert_int_equal(c.verb, MSNAV_SB_MSG);
  assert_str(c.account, "a@b");
  assert_int_equal(c.name.len, 0);
  assert_str(c.payload, "hi");
  char wire[64];
  size_t len;
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_OK);
  assert_str(((msnav_str){wire, len}), "MSG a@b a@b 2\r\nhi");
  msnav_switchboard_free(sb);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_and_payloads_are_bounded),
    cmocka_unit_test(the_longest_line_and_payload_are_read),
    cmocka_unit_test(a_payload_of_1664_bytes_passes),
    cmocka_unit_test(broken_parameters_are_skipped_not_fatal),
    cmocka_unit_test(commands_are_whole_or_refused),
    cmocka_unit_test(an_error_has_three_digits),
    cmocka_unit_test(a_message_without_a_name_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
