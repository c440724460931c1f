/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Refusals of packets, by their cause: the whole packet or nothing, one
 * counter each. */
#include "source_kit.h"

#define HEAD "\0\0\0\0\0\0\0\0\0\x02"

static const struct refused_row {
  const char *what;
  msnav_str in;
  msnav_error err;
  size_t counter;
} refused_rows[] = {
#define COUNTER(name) offsetof(msnav_stream_stats, name)
  {"nothing", STR(""), MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"truncated", STR("\x80\x00\0\0\0\0\0\0\0\0\0"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"version 1", STR("\x40\x00" HEAD "a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"sources beyond the end", STR("\x85\x00" HEAD "a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"extension beyond the end",
   STR("\x90\x00" HEAD "\0\0\0\x09"
       "abcd"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"padding beyond the start", STR("\xa0\x00" HEAD "abc\x0a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"an unknown type", STR("\x80\x08" HEAD "a"), MSNAV_ERR_UNSUPPORTED,
   COUNTER(refused_format)},
  {"no payload", STR("\x80\x00" HEAD), MSNAV_ERR_PARSE,
   COUNTER(refused_payload)},
  {"nothing but padding", STR("\xa0\x00" HEAD "\0\2"), MSNAV_ERR_PARSE,
   COUNTER(refused_payload)},
  {"an event of three bytes", STR("\x80\x65" HEAD "\x05\x0a\x00"),
   MSNAV_ERR_PARSE, COUNTER(refused_payload)},
  {"an event of fax machines", STR("\x80\x65" HEAD "\x24\x0a\x00\xa0"),
   MSNAV_ERR_PARSE, COUNTER(refused_payload)},
  {"red without a primary block", STR("\x80\x61" HEAD "\x80\0\0\0"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"red whose block lies", STR("\x80\x61" HEAD "\x80\x02\x80\x50\0ab"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"red of an unknown codec",
   STR("\x80\x61" HEAD "\x08"
       "abcd"),
   MSNAV_ERR_UNSUPPORTED, COUNTER(refused_format)},
  {"an event inside red", STR("\x80\x61" HEAD "\x65\x05\x0a\x00\xa0"),
   MSNAV_ERR_UNSUPPORTED, COUNTER(refused_format)},
};

static void refusals_change_nothing_but_their_counter(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
    const struct refused_row *row = &refused_rows[i];
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    talker b = talker_of(&bob_rtp, 2, 0);
    say_ok(s, &b, 5);
    take_event(s, MSNAV_STREAM_LOCKED);
    msnav_stream_stats before = stats_of(s), after;
    uint8_t *in = (uint8_t *)exact_copy(row->in.ptr, row->in.len);
    msnav_error err = msnav_stream_receive(s, in, row->in.len, &bob_rtp, b.now);
    free(in);
    after = stats_of(s);
    uint64_t *counter = (uint64_t *)(void *)((char *)&after + row->counter);
    if (err != row->err || *counter != 1) {
      fail_msg("%s: %d, counted %u", row->what, err, (unsigned)*counter);
    }
    *counter = 0;
    assert_memory_equal(&after, &before, sizeof(after));
    assert_no_event(s);
    say_ok(s, &b, 5);
    msnav_stream_free(s);
  }
}

static int odd_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len == FRAME ? (int)FRAME : len == 1 ? 100000 : MSNAV_ERR_PARSE;
}

static void codec_decides_what_a_payload_can_be(void **state) {
  (void)state;
  msnav_audio_codec odd = *codec_of("PCMU");
  odd.duration = odd_duration;
  msnav_stream_config c = alice_config();
  c.formats[0].codec = &odd;
  c.red_receive_type = 97;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 5);
  made bad = b.m;
  static const char *const payloads[] = {"12", "1",
                                         "\x00"
                                         "12",
                                         "\x00"
                                         "1"};
  static const size_t lens[] = {2, 1, 3, 2};
  unsigned refused = 0;
  for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
    bad.type = i < 2 ? 0 : 97; /* the same through red */
    bad.payload = payloads[i];
    bad.len = lens[i];
    for (uint16_t ahead = 0; ahead < 2; ahead++) { /* the short, the long way */
      bad.sequence = (uint16_t)(b.m.sequence + ahead);
      assert_int_equal(hand_in(s, &bad, &bob_rtp, b.now), MSNAV_ERR_PARSE);
      assert_int_equal(stats_of(s).refused_payload, ++refused);
      assert_int_equal(stats_of(s).received_packets, 5);
      assert_int_equal(stats_of(s).lost_packets, 0);
    }
  }
  say_ok(s, &b, 5);
  assert_int_equal(stats_of(s).lost_packets, 0);
  msnav_stream_free(s);
}

static void datagrams_over_the_mtu_are_refused(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  static uint8_t big[MSNAV_STREAM_MTU + 1] = {0x80};
  assert_int_equal(msnav_stream_receive(s, big, sizeof(big), &bob_rtp, 0),
                   MSNAV_ERR_PARSE);
  assert_int_equal(stats_of(s).refused_malformed, 1);
  msnav_stream_free(s);
}

/* A header of nothing but its SSRC is that of no packet, from whomever it
 * comes and whatever is expected. */
static void headers_of_zeros_are_refused(void **state) {
  (void)state;
  static const msnav_addr nobody = {0, 0};
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t data[172] = {0};
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), &nobody, 0),
                   MSNAV_ERR_SOURCE);
  talker b = talker_of(&bob_rtp, 2, 0);
  data[11] = 2;
  say_ok(s, &b, 5);
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), b.from, b.now),
                   MSNAV_ERR_PARSE);
  msnav_stream_config held = alice_config();
  held.can_receive = 0;
  assert_int_equal(msnav_stream_update(s, &held, b.now), MSNAV_OK);
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), b.from, b.now),
                   MSNAV_ERR_STATE);
  assert_int_equal(stats_of(s).received_packets, 5);
  msnav_stream_free(s);
}

/* Contributing sources, extension and padding around a payload are fine, and
 * may come and go. */
static void headers_may_vary_within_a_stream(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  for (int i = 0; i < 40; i++) {
    uint8_t out[MSNAV_STREAM_MTU], in[MSNAV_STREAM_MTU];
    size_t len = make(&b.m, out), at = 12;
    memcpy(in, out, 12);
    if (i % 4 == 1) {
      in[0] |= 1;
      memset(in + at, 7, 4);
      at += 4;
    }
    if (i % 4 == 2) {
      in[0] |= 0x10;
      memcpy(in + at, "\xbe\xde\0\1abcd", 8);
      at += 8;
    }
    memcpy(in + at, out + 12, len - 12);
    at += len - 12;
    if (i % 4 == 3) {
      in[0] |= 0x20;
      memcpy(in + at, "\0\0\0\4", 4);
      at += 4;
    }
    assert_int_equal(msnav_stream_receive(s, in, at, &bob_rtp, b.now),
                     MSNAV_OK);
    b.m.sequence++;
    b.m.timestamp += 160;
    b.now += 20 * MS;
  }
  assert_int_equal(stats_of(s).received_packets, 40);
  assert_int_equal(stats_of(s).received_bytes, 40 * 160);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(refusals_change_nothing_but_their_counter),
    cmocka_unit_test(codec_decides_what_a_payload_can_be),
    cmocka_unit_test(datagrams_over_the_mtu_are_refused),
    cmocka_unit_test(headers_of_zeros_are_refused),
    cmocka_unit_test(headers_may_vary_within_a_stream),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
