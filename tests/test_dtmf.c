/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telephone-events, against RFC 4733 section 2.5. */
#include "test.h"

#include "media/dtmf.h"

#define STEP 160u /* 20 ms */

typedef struct packet {
  uint8_t payload[MSNAV_DTMF_PAYLOAD];
  uint32_t timestamp;
  bool marker;
} packet;

/* Everything that is sent until the sender rests. */
static int send_all(msnav_dtmf_sender *d, packet *out, int most) {
  int n = 0;
  uint32_t now = 1000;
  while (msnav_dtmf_busy(d) && n < most) {
    n += msnav_dtmf_next(d, now, STEP, out[n].payload, &out[n].timestamp,
                         &out[n].marker);
    now += STEP;
  }
  return n;
}

static unsigned duration_of(const packet *p) {
  return (unsigned)p->payload[2] << 8 | p->payload[3];
}

static void event_has_one_timestamp_and_three_ends(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  packet p[64];
  assert_int_equal(msnav_dtmf_press(&d, 5, 100000), MSNAV_OK);
  assert_int_equal(send_all(&d, p, 64), 7); /* 20, 40, 60, 80, 3 x 100 ms */
  for (int i = 0; i < 7; i++) {
    bool end = i >= 4;
    assert_int_equal(p[i].payload[0], 5);
    assert_int_equal(p[i].payload[1] >> 7, end);
    assert_int_equal(p[i].timestamp, 1000);
    assert_int_equal(p[i].marker, i == 0);
    assert_int_equal(duration_of(&p[i]), end ? 800 : (i + 1) * 160);
  }
}

static void long_events_come_in_segments(void **state) {
  (void)state;
  static packet p[600];
  msnav_dtmf_sender d = {0};
  assert_int_equal(msnav_dtmf_press(&d, 11, 10000000), MSNAV_OK);
  int n = send_all(&d, p, 600);
  uint32_t total = 0;
  int segments = 1;
  for (int i = 1; i < n; i++) {
    if (p[i].timestamp != p[i - 1].timestamp) {
      assert_int_equal(p[i].timestamp - p[i - 1].timestamp,
                       duration_of(&p[i - 1]));
      assert_false(p[i].marker);
      total += duration_of(&p[i - 1]);
      segments++;
    }
  }
  assert_int_equal(segments, 2);
  assert_int_equal(total + duration_of(&p[n - 1]), 80000);

  msnav_dtmf_receiver r = {0};
  msnav_stream_event e[3];
  msnav_stream_event last = {0};
  int begins = 0;
  for (int i = 0; i < n; i++) {
    int k = msnav_dtmf_receive(&r, p[i].payload, 4, p[i].timestamp,
                               1000000 + (msnav_usec)i, e);
    for (int j = 0; j < k; j++) {
      begins += e[j].kind == MSNAV_STREAM_DTMF_BEGIN;
      last = e[j];
    }
  }
  assert_int_equal(begins, 1);
  assert_int_equal(last.kind, MSNAV_STREAM_DTMF_END);
  assert_int_equal(last.duration, 10000000);
}

static void queue_and_arguments_are_bounded(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  assert_int_equal(msnav_dtmf_press(&d, 17, 100000), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dtmf_press(&d, 1, 39999), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_dtmf_press(&d, 1, 10000001), MSNAV_ERR_INVALID);
  for (int i = 0; i < MSNAV_DTMF_QUEUE; i++) {
    assert_int_equal(msnav_dtmf_press(&d, 1, 40000), MSNAV_OK);
  }
  assert_int_equal(msnav_dtmf_press(&d, 1, 40000), MSNAV_ERR_LIMIT);
}

/* Receiving: which of the packets of key 7, 60 ms, arrive, and what is told. */
static void losses_do_not_lose_the_key(void **state) {
  (void)state;
  static const char *const arrive[] = {"11111", "01111", "00111",
                                       "00001", "10000", "11000"};
  packet p[16];
  for (size_t i = 0; i < ARRAY_LEN(arrive); i++) {
    msnav_dtmf_sender d = {0};
    msnav_dtmf_receiver r = {0};
    assert_int_equal(msnav_dtmf_press(&d, 7, 60000), MSNAV_OK);
    assert_int_equal(send_all(&d, p, 16), 5);
    int begins = 0;
    int ends = 0;
    msnav_stream_event e[3];
    for (int k = 0; k < 5; k++) {
      int n =
        arrive[i][k] == '1'
          ? msnav_dtmf_receive(&r, p[k].payload, 4, p[k].timestamp, 1000000, e)
          : 0;
      for (int j = 0; j < n; j++) {
        begins += e[j].kind == MSNAV_STREAM_DTMF_BEGIN;
        ends += e[j].kind == MSNAV_STREAM_DTMF_END;
        assert_int_equal(e[j].value, 7);
      }
    }
    assert_false(msnav_dtmf_expire(&r, 1000000 + 299999, e));
    ends += msnav_dtmf_expire(&r, 1000000 + 300000, e);
    assert_int_equal(begins, 1);
    assert_int_equal(ends, 1);
    assert_false(msnav_dtmf_expire(&r, 9000000, e));
  }
}

static void next_event_ends_one_whose_end_was_lost(void **state) {
  (void)state;
  msnav_dtmf_receiver r = {0};
  msnav_stream_event e[3];
  static const uint8_t one[] = {1, 10, 0, 160};
  static const uint8_t two[] = {2, 0x80 | 10, 1, 64};
  assert_int_equal(msnav_dtmf_receive(&r, one, 4, 1000, 5, e), 1);
  assert_int_equal(msnav_dtmf_receive(&r, two, 4, 9000, 6, e), 3);
  assert_int_equal(e[0].kind, MSNAV_STREAM_DTMF_END);
  assert_int_equal(e[0].value, 1);
  assert_int_equal(e[0].duration, 20000);
  assert_int_equal(e[1].kind, MSNAV_STREAM_DTMF_BEGIN);
  assert_int_equal(e[2].kind, MSNAV_STREAM_DTMF_END);
  assert_int_equal(e[2].duration, 40000);
  assert_int_equal(msnav_dtmf_receive(&r, two, 4, 9000, 7, e), 0); /* again */
  assert_int_equal(msnav_dtmf_receive(&r, one, 4, 1000, 8, e), 0); /* old */
}

static void nonsense_is_refused(void **state) {
  (void)state;
  msnav_dtmf_receiver r = {0};
  msnav_stream_event e[3];
  static const uint8_t bytes[] = {17, 0, 0, 1, 0};
  assert_int_equal(msnav_dtmf_receive(&r, bytes, 4, 1, 1, e), MSNAV_ERR_PARSE);
  assert_int_equal(msnav_dtmf_receive(&r, bytes + 1, 3, 1, 1, e),
                   MSNAV_ERR_PARSE);
  assert_int_equal(msnav_dtmf_receive(&r, bytes, 5, 1, 1, e), MSNAV_ERR_PARSE);
  assert_false(r.known);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_has_one_timestamp_and_three_ends),
    cmocka_unit_test(long_events_come_in_segments),
    cmocka_unit_test(queue_and_arguments_are_bounded),
    cmocka_unit_test(losses_do_not_lose_the_key),
    cmocka_unit_test(next_event_ends_one_whose_end_was_lost),
    cmocka_unit_test(nonsense_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
