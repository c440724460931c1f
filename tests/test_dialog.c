/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls between two dialogs. */
#include "dialog_kit.h"

static void a_call_is_set_up_and_the_caller_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, profile);
    invite(&a);
    wait_words(&b, "offer ");
    assert_string_equal(b.sdp, OFFER);
    wait_words(&a, profile == 0 ? PROGRESS : PAPER_PROGRESS);
    a.words[0] = '\0';
    answer(&b);
    wait_words(&a, "answer confirmed ");
    assert_string_equal(a.sdp, ANSWER);
    wait_words(&b, "offer confirmed ");
    clear(&a, &b);
    hangup(&a);
    wait_words(&b, "bye ");
    wait_words(&a, "closed-200 ");
    assert_int_equal(msnav_dialog_hangup(a.d), MSNAV_ERR_STATE);
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void the_called_side_hangs_up(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, profile);
    hangup(&b);
    wait_words(&a, "bye ");
    wait_words(&b, "closed-200 ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

static void the_called_side_refuses(void **state) {
  (void)state;
  static const struct {
    unsigned status;
    const char *words;
  } rows[] = {{488, PROGRESS "refused-488 "},
              {603, PAPER_PROGRESS "refused-603 "}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = {0};
    side b = {0};
    open_pair(&a, &b, (uint32_t)i);
    invite(&a);
    wait_words(&b, "offer ");
    assert_int_equal(msnav_dialog_refuse(b.d, 200), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, 399), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, 700), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_dialog_refuse(b.d, rows[i].status), MSNAV_OK);
    assert_int_equal(msnav_dialog_refuse(b.d, rows[i].status), MSNAV_ERR_STATE);
    wait_words(&a, rows[i].words);
    assert_int_equal(msnav_dialog_invite(a.d, OFFER, strlen(OFFER)),
                     MSNAV_ERR_STATE); /* it is over */
    run_for(600 * MS); /* the ACK stopped the refusal from being repeated */
    assert_string_equal(b.words, "offer ");
    hangup(&b); /* there is nothing to end */
    run_for(10 * MS);
    assert_string_equal(b.words, "offer closed-200 ");
    close_pair(&a, &b);
  }
  assert_int_equal(refused_seen, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_call_is_set_up_and_the_caller_hangs_up),
    T(the_called_side_hangs_up),
    T(the_called_side_refuses),
  };
  return cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
