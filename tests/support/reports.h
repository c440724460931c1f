/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One stream, Alice's, and what Bob tells it by RTCP. */
#ifndef MSNAV_TEST_REPORTS_H
#define MSNAV_TEST_REPORTS_H

#include "streams.h"

static inline void put32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) {
    p[i] = (uint8_t)(v >> (24 - 8 * i));
  }
}

static inline msnav_stream *stream_of(uint32_t policy) {
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  c.policy = policy;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

/* Bob, SSRC 0xb0b, is heard. */
static inline void hear_bob(msnav_stream *s, msnav_usec now) {
  for (uint16_t i = 0; i < 5; i++) {
    made m = {.ssrc = 0xb0b, .sequence = i, .timestamp = i * 160u};
    assert_int_equal(hand_in(s, &m, &bob_rtp, now + i * 20 * MS), MSNAV_OK);
  }
  take_event(s, MSNAV_STREAM_LOCKED);
}

static inline msnav_error
hand_rtcp(msnav_stream *s, const void *bytes, size_t len,
          const msnav_addr *from, msnav_usec now) {
  uint8_t *data = (uint8_t *)exact_copy(bytes, len);
  msnav_error err = msnav_stream_receive_rtcp(s, data, len, from, now);
  free(data);
  return err;
}

/* Write the report of this stream, whenever that is. */
static inline size_t
report_of(msnav_stream *s, uint64_t ntp, uint8_t *out, msnav_usec *now) {
  size_t len;
  for (;;) {
    *now = msnav_stream_rtcp_due(s);
    msnav_error err = msnav_stream_write_rtcp(s, *now, ntp, out, &len);
    if (err == MSNAV_OK) {
      return len;
    }
    assert_int_equal(err, MSNAV_ERR_AGAIN);
  }
}

/* A report block about Alice by Bob. */
static inline size_t make_rr(uint8_t *out, uint32_t lsr, uint32_t dlsr) {
  put32(out, 0x81c90007);
  put32(out + 4, 0xb0b);
  put32(out + 8, 0xa11ce);
  put32(out + 12, 0);
  put32(out + 16, 1000);
  put32(out + 20, 0);
  put32(out + 24, lsr);
  put32(out + 28, dlsr);
  return 32;
}

#endif
