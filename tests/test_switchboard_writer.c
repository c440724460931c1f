/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the switchboard codec writes, and names inside lines. */
#include "test.h"

#include <msnav/switchboard.h>

typedef msnav_switchboard_command command;

static void writer_refuses_what_would_break_a_line(void **state) {
  (void)state;
  static const char *const bad[] = {"", "a b", "a\r\nOUT", "a\tb", "\x7f"};
  char wire[2048];
  size_t len;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    command c = {.size = sizeof(c),
                 .verb = MSNAV_SB_CAL,
                 .account = msnav_str_of(bad[i])};
    assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                     MSNAV_ERR_INVALID);
  }
  command c = {.size = sizeof(c), .verb = MSNAV_SB_UNKNOWN};
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_ERR_INVALID);
  for (c.verb = MSNAV_SB_ERROR, c.error = 99; c.error < 1001; c.error += 901) {
    assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                     MSNAV_ERR_INVALID);
  }
  c.verb = 99;
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_write(NULL, wire, sizeof(wire), &len),
                   MSNAV_ERR_INVALID);
  char name[1100];
  memset(name, 'n', sizeof(name));
  c = (command){.size = sizeof(c),
                .verb = MSNAV_SB_CAL,
                .account = {name, sizeof(name)}};
  assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                   MSNAV_ERR_TOO_LONG);
}

/* What a struct is still holding from before belongs to no other command: a
 * server would read it as the next one. */
static void only_messages_have_a_payload(void **state) {
  (void)state;
  char buf[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  size_t len = 0;
  msnav_switchboard_command c = {.size = sizeof(c),
                                 .verb = MSNAV_SB_PNG,
                                 .payload = STR("OUT\r\n")};
  assert_int_equal(msnav_switchboard_write(&c, buf, sizeof(buf), &len),
                   MSNAV_OK);
  assert_str(((msnav_str){buf, len}), "PNG\r\n");
  c.verb = MSNAV_SB_SEND;
  c.ack = 'N';
  c.payload = (msnav_str){NULL, 3};
  assert_int_equal(msnav_switchboard_write(&c, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  c.verb = MSNAV_SB_JOI;
  c.account = (msnav_str){NULL, 3};
  assert_int_equal(msnav_switchboard_write(&c, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
}

static void names_are_percent_encoded_and_decoded(void **state) {
  (void)state;
  static const struct {
    const char *plain, *wire;
  } rows[] = {
    {"dd", "dd"},
    {"A B", "A%20B"},
    {"100%", "100%25"},
    {"\xe5\xbe\x90\xe6\xb3\xb3", "\xe5\xbe\x90\xe6\xb3\xb3"},
    {"a\nb", "a%0Ab"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char buf[64];
    size_t len;
    assert_int_equal(msnav_switchboard_encode_name(msnav_str_of(rows[i].plain),
                                                   buf, sizeof(buf), &len),
                     MSNAV_OK);
    assert_str(((msnav_str){buf, len}), rows[i].wire);
    assert_int_equal(msnav_switchboard_decode_name(msnav_str_of(rows[i].wire),
                                                   buf, sizeof(buf), &len),
                     MSNAV_OK);
    assert_str(((msnav_str){buf, len}), rows[i].plain);
  }
  static const char *const odd[] = {"%", "%4", "%zz", "%4g", "%g4", "50%"};
  for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
    char buf[8];
    size_t len;
    assert_int_equal(msnav_switchboard_decode_name(msnav_str_of(odd[i]), buf,
                                                   sizeof(buf), &len),
                     MSNAV_OK);
    assert_str(((msnav_str){buf, len}), odd[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(writer_refuses_what_would_break_a_line),
    cmocka_unit_test(only_messages_have_a_payload),
    cmocka_unit_test(names_are_percent_encoded_and_decoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
