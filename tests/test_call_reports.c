/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which peers of a call get extended reports: those that ask by a=rtcp-xr
 * (RFC 3611 section 5), and RTC 1.2 is not asked.  Where traces say they went.
 */
#include "support/world.h"
#include "test.h"

#define ASKED "a=rtcp-xr:voip-metrics\r\n"

static unsigned asked;    /* SIP messages that have the line */
static unsigned extended; /* RTCP datagrams that hold packets of type 207 */
static unsigned rtcp, misplaced; /* records: RTCP is at odd ports */

static void look(const msnav_trace *record, void *person) {
  const char *bytes = (const char *)record->data;
  (void)person;
  bool is_rtcp = record->kind == MSNAV_TRACE_RTCP;
  rtcp += is_rtcp;
  if (is_rtcp || record->kind == MSNAV_TRACE_RTP) {
    misplaced += record->local.port % 2 != is_rtcp;
    misplaced += record->remote.port % 2 != is_rtcp;
  }
  if (record->direction != MSNAV_OUT) {
    return;
  }
  if (record->kind == MSNAV_TRACE_SIP) {
    asked += memmem(bytes, record->len, ASKED, strlen(ASKED)) != NULL;
  }
  for (size_t at = 0; is_rtcp && at + 4 <= record->len;
       at +=
       4 + 4 * (size_t)(record->data[at + 2] << 8 | record->data[at + 3])) {
    extended += record->data[at + 1] == 207;
  }
}

static void metrics_go_to_peers_that_ask(void **state) {
  (void)state;
  static const struct {
    uint32_t alice, bob; /* profiles; Bob, who is called, writes the offer */
    unsigned asked;
  } rows[] = {
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_STANDARD, 2},
    {MSNAV_PROFILE_RTC_1_2, MSNAV_PROFILE_STANDARD, 2},
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_RTC_1_2, 0},
    {MSNAV_PROFILE_RTC_1_2, MSNAV_PROFILE_RTC_1_2, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    world w = {.trace = look};
    msnav_config a = world_config(WORLD_ALICE_IP);
    msnav_config b = world_config(WORLD_BOB_IP);
    a.profile = rows[i].alice;
    b.profile = rows[i].bob;
    a.trace_media = b.trace_media = 1;
    a.encryption = b.encryption = MSNAV_ENCRYPT_NEVER;
    asked = extended = rtcp = misplaced = 0;
    simnet_begin(i + 1);
    assert_int_equal(world_open(&w, &a, &b), MSNAV_OK);
    assert_int_equal(world_call(&w), MSNAV_OK);
    assert_true(world_talk(&w, 30 * WORLD_SECOND));
    (void)world_run(&w, simnet_now() + 20 * WORLD_SECOND, NULL, 0);
    msnav_stream_stats at_a = {.size = sizeof(at_a)},
                       at_b = {.size = sizeof(at_b)};
    assert_int_equal(msnav_call_get_stats(w.alice.call, &at_a), MSNAV_OK);
    assert_int_equal(msnav_call_get_stats(w.bob.call, &at_b), MSNAV_OK);
    assert_int_equal(asked, rows[i].asked);
    assert_int_equal(extended, at_a.remote_metrics + at_b.remote_metrics);
    assert_true(rtcp > 0 && misplaced == 0);
    bool xr = rows[i].asked > 0;
    assert_int_equal(at_a.remote_metrics > 1, xr);
    assert_int_equal(at_b.remote_metrics > 1, xr);
    assert_in_range(at_b.remote_r_factor, xr ? 70 : 0, xr ? 93 : 0);
    world_close(&w);
    (void)simnet_end();
  }
}

static int teardown(void **state) {
  (void)state;
  (void)simnet_end();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(metrics_go_to_peers_that_ask, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
