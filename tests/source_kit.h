/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of a stream's sources share: addresses, and who talks from
 * them. */
#ifndef TESTS_SOURCE_KIT_H
#define TESTS_SOURCE_KIT_H

#include "support/streams.h"

static const msnav_addr bob_other_port = {0x0a000002, 6000};
static const msnav_addr bob_other_host = {0xc0a80005, 5000};
static const msnav_addr mallory = {0x0a0000ff, 5000};

static inline msnav_stream *stream_of(uint32_t policy) {
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  c.policy = policy;
  c.remote_host = bob_other_host.ip;
  c.red_receive_type = 97;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

/* Packets in sequence every 20 ms from one source. */
typedef struct talker {
  const msnav_addr *from;
  made m;
  msnav_usec now;
} talker;

static inline talker
talker_of(const msnav_addr *from, uint32_t ssrc, uint16_t sequence) {
  return (talker){.from = from,
                  .m = {.ssrc = ssrc,
                        .sequence = sequence,
                        .timestamp = sequence * 160u},
                  .now = LINE_START};
}

static inline msnav_error say(msnav_stream *s, talker *t) {
  msnav_error err = hand_in(s, &t->m, t->from, t->now);
  t->m.sequence++;
  t->m.timestamp += 160;
  t->now += 20 * MS;
  return err;
}

static inline void say_ok(msnav_stream *s, talker *t, unsigned packets) {
  for (unsigned i = 0; i < packets; i++) {
    assert_int_equal(say(s, t), MSNAV_OK);
  }
}

#endif
