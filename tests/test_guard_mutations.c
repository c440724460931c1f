/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Golden messages, changed at random: they come out clean or not at all. */
#include "guard_kit.h"

#include "sipguard/state.h"

static uint64_t next_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static size_t mutate(char *text, size_t len, uint64_t *seed) {
  static const char bits[] = "\r\n\t\0 :;,<>@\"=019azAZ/.\x7f\x80\xff";
  for (uint64_t n = 1 + next_random(seed) % 3; n > 0 && len > 1; n--) {
    size_t at = (size_t)(next_random(seed) % len);
    size_t run = (size_t)(next_random(seed) % 24);
    run = run > len - at ? len - at : run;
    switch (next_random(seed) % 5) {
    case 0:
      text[at] = bits[next_random(seed) % sizeof(bits)];
      break;
    case 1: /* drop some */
      memmove(text + at, text + at + run, len - at - run);
      len -= run;
      break;
    case 2: /* twice the same */
      memmove(text + at + run, text + at, len - at);
      len += run;
      break;
    case 3:
      text[at] = (char)(text[at] ^ (char)(1 << next_random(seed) % 8));
      break;
    default:
      len = at;
      break;
    }
  }
  return len;
}

static void mutated_messages_come_out_clean_or_not_at_all(void **state) {
  (void)state;
  static const char *const names[] = {"paper-sip-1-invite.sip",
                                      "paper-sip-2-100.sip",
                                      "paper-sip-3-180.sip",
                                      "paper-sip-4-200.sip",
                                      "paper-sip-5-ack.sip",
                                      "paper-sip-6-bye-unswapped.sip",
                                      "paper-sip-7-bye-200.sip"};
  uint64_t seed = 0x1234567;
  size_t passed = 0;
  char *golden[ARRAY_LEN(names)];
  size_t golden_len[ARRAY_LEN(names)];
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    golden[i] = load_data(names[i], &golden_len[i]);
  }
  for (int round = 0; round < 3000; round++) {
    kit *k = kit_rtc();
    k->peer = OUTER_REMOTE;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
      char text[2048];
      memcpy(text, golden[i], golden_len[i]);
      size_t len = golden_len[i];
      if (next_random(&seed) % 3 == 0) {
        len = mutate(text, len, &seed);
      }
      bool inwards = (i == 0 || i == 4 || i == 5) != (round % 2 == 0);
      if ((inwards ? pass_in : pass_out)(k, text, len) == MSNAV_GUARD_PASS &&
          k->len > 0) {
        passed++;
        const char *fault = wire_fault(k->out, k->len, inwards);
        if (fault != NULL) {
          fail_msg("%s in\n%s", fault, k->out);
        }
      }
    }
    kit_free(k);
  }
  assert_in_range(passed, 5000, 21000);
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    free(golden[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(mutated_messages_come_out_clean_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
