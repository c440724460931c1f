/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Redundant audio: payloads laid out by hand from RFC 2198 section 3, and
 * what it recovers between two streams. */
#include "support/streams.h"

#include "media/red.h"

#define RED 97

/* ---- reading */

#define BLOCK_OF(type, offset, len)                                            \
  (char)(0x80 | (type)), (char)((offset) >> 6),                                \
    (char)(((offset)&0x3f) << 2 | (len) >> 8), (char)((len)&0xff)

typedef struct expected {
  unsigned type, offset, at, len;
} expected;

static const struct red_row {
  const char *what;
  char in[32];
  size_t len;
  msnav_error err;
  expected blocks[MSNAV_RED_BLOCKS];
  size_t count;
} red_rows[] = {
  {"primary alone", {0, 'a', 'b'}, 3, MSNAV_OK, {{0, 0, 1, 2}}, 1},
  {"one redundant",
   {BLOCK_OF(0, 160, 2), 0, 'r', 'r', 'p'},
   8,
   MSNAV_OK,
   {{0, 160, 5, 2}, {0, 0, 7, 1}},
   2},
  /* protocol.md section 6: its own type means that of the primary block */
  {"the quirk of RTC",
   {BLOCK_OF(RED, 480, 2), 8, 'r', 'r', 'p'},
   8,
   MSNAV_OK,
   {{8, 480, 5, 2}, {8, 0, 7, 1}},
   2},
  {"two codecs",
   {BLOCK_OF(3, 320, 1), 8, 'r', 'p'},
   7,
   MSNAV_OK,
   {{3, 320, 5, 1}, {8, 0, 6, 1}},
   2},
  {"an empty redundant block",
   {BLOCK_OF(0, 160, 0), 0, 'p'},
   6,
   MSNAV_OK,
   {{0, 160, 5, 0}, {0, 0, 5, 1}},
   2},
  {"greatest offset",
   {BLOCK_OF(0, 16383, 1), 0, 'r', 'p'},
   7,
   MSNAV_OK,
   {{0, 16383, 5, 1}, {0, 0, 6, 1}},
   2},
  {"four redundant",
   {BLOCK_OF(0, 640, 1), BLOCK_OF(0, 480, 1), BLOCK_OF(0, 320, 1),
    BLOCK_OF(0, 160, 1), 0, '4', '3', '2', '1', 'p'},
   22,
   MSNAV_OK,
   {{0, 640, 17, 1},
    {0, 480, 18, 1},
    {0, 320, 19, 1},
    {0, 160, 20, 1},
    {0, 0, 21, 1}},
   5},
  {"five redundant",
   {BLOCK_OF(0, 800, 0), BLOCK_OF(0, 640, 0), BLOCK_OF(0, 480, 0),
    BLOCK_OF(0, 320, 0), BLOCK_OF(0, 160, 0), 0, 'p'},
   22,
   MSNAV_ERR_PARSE,
   {{0}},
   0},
  {"nothing", {0}, 0, MSNAV_ERR_PARSE, {{0}}, 0},
  {"no primary payload", {0}, 1, MSNAV_ERR_PARSE, {{0}}, 0},
  {"no primary header", {BLOCK_OF(0, 160, 1)}, 4, MSNAV_ERR_PARSE, {{0}}, 0},
  {"half a header", {BLOCK_OF(0, 160, 1)}, 3, MSNAV_ERR_PARSE, {{0}}, 0},
  {"headers without end",
   {BLOCK_OF(0, 1, 0), BLOCK_OF(0, 1, 0), BLOCK_OF(0, 1, 0)},
   12,
   MSNAV_ERR_PARSE,
   {{0}},
   0},
  {"a block beyond the end",
   {BLOCK_OF(0, 160, 3), 0, 'r', 'p'},
   7,
   MSNAV_ERR_PARSE,
   {{0}},
   0},
  {"a block that leaves no primary",
   {BLOCK_OF(0, 160, 2), 0, 'r', 'r'},
   7,
   MSNAV_ERR_PARSE,
   {{0}},
   0},
  {"a block of 1023",
   {BLOCK_OF(0, 160, 1023), 0, 'r', 'p'},
   7,
   MSNAV_ERR_PARSE,
   {{0}},
   0},
  {"red inside red", {RED, 0, 'p'}, 3, MSNAV_ERR_PARSE, {{0}}, 0},
};

static void chains_are_checked_as_a_whole(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(red_rows); i++) {
    const struct red_row *row = &red_rows[i];
    uint8_t *in = (uint8_t *)exact_copy(row->in, row->len);
    msnav_red red = {.count = 77};
    msnav_error err = msnav_red_parse(in, row->len, RED, &red);
    if (err != row->err || (err != MSNAV_OK && red.count != 77) ||
        (err == MSNAV_OK && red.count != row->count)) {
      fail_msg("%s: %d", row->what, err);
    }
    for (size_t k = 0; err == MSNAV_OK && k < red.count; k++) {
      assert_int_equal(red.blocks[k].payload_type, row->blocks[k].type);
      assert_int_equal(red.blocks[k].offset, row->blocks[k].offset);
      assert_int_equal(red.blocks[k].len, row->blocks[k].len);
      assert_ptr_equal(red.blocks[k].data, in + row->blocks[k].at);
    }
    free(in);
  }
}

/* ---- writing */

static void remember(msnav_red_history *h, unsigned index, size_t len) {
  uint8_t data[300];
  memset(data, (int)index, sizeof(data));
  msnav_red_block b = {.data = data, .len = (uint16_t)len, .payload_type = 8};
  msnav_red_remember(h, &b, index * 160);
}

static void what_is_written_can_be_read(void **state) {
  (void)state;
  msnav_red_history h = {0};
  uint8_t out[512];
  for (unsigned i = 1; i < 20; i++) {
    for (unsigned d = 1; d <= MSNAV_RED_DISTANCE_MAX; d++) {
      size_t len = msnav_red_write(&h, d, 8, i * 160, out);
      if (i <= d) {
        assert_int_equal(len, 0); /* there was none */
        continue;
      }
      memcpy(out + len, "primary", 7);
      msnav_red red;
      assert_int_equal(msnav_red_parse(out, len + 7, RED, &red), MSNAV_OK);
      assert_int_equal(red.count, 2);
      assert_int_equal(red.blocks[0].offset, d * 160);
      assert_int_equal(red.blocks[0].len, 100 + i - d);
      assert_int_equal(red.blocks[0].payload_type, 8);
      assert_int_equal(red.blocks[0].data[0], i - d);
      assert_int_equal(red.blocks[0].data[red.blocks[0].len - 1], i - d);
      assert_int_equal(red.blocks[1].len, 7);
      assert_int_equal(red.blocks[1].payload_type, 8);
    }
    remember(&h, i, 100 + i);
  }
}

static void what_cannot_be_said_is_left_out(void **state) {
  (void)state;
  msnav_red_history h = {0};
  uint8_t out[512];
  remember(&h, 1, 100);
  assert_true(msnav_red_write(&h, 1, 8, 320, out) > 0);
  assert_int_equal(msnav_red_write(&h, 1, 0, 320, out), 0); /* codec changed */
  assert_int_equal(msnav_red_write(&h, 1, 8, 160, out), 0); /* no age */
  assert_true(msnav_red_write(&h, 1, 8, 160 + 0x3fff, out) > 0);
  assert_int_equal(msnav_red_write(&h, 1, 8, 160 + 0x4000, out), 0);
  remember(&h, 2, MSNAV_RED_PAYLOAD_MAX + 1); /* too long to be kept */
  assert_int_equal(msnav_red_write(&h, 1, 8, 480, out), 0);
  assert_true(msnav_red_write(&h, 2, 8, 480, out) > 0);
  msnav_red_clear(&h);
  assert_int_equal(msnav_red_write(&h, 2, 8, 480, out), 0);
}

/* ---- between streams */

static msnav_stream *receiver(void) {
  msnav_stream_config c = bob_config();
  c.red_receive_type = RED;
  c.formats[1] = (msnav_stream_format){codec_of("PCMA"), 8};
  c.format_count = 2;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

static uint8_t sample_of(unsigned frame) {
  return (uint8_t)(0x10 + frame % 100); /* loud, and another in each frame */
}

static msnav_error
send_redundant(msnav_stream *s, unsigned frame, unsigned distance, bool quirk,
               msnav_usec now) {
  char payload[400];
  size_t len = 0;
  if (frame >= distance) {
    char head[4] = {BLOCK_OF(quirk ? RED : 0, distance * 160, 160)};
    memcpy(payload, head, 4);
    len = 4;
  }
  payload[len++] = 0;
  if (frame >= distance) {
    memset(payload + len, sample_of(frame - distance), FRAME);
    len += FRAME;
  }
  memset(payload + len, sample_of(frame), FRAME);
  len += FRAME;
  made m = {.ssrc = 1,
            .type = RED,
            .sequence = (uint16_t)frame,
            .timestamp = frame * 160,
            .payload = payload,
            .len = len};
  return hand_in(s, &m, &alice_rtp, now);
}

/* Losses that the bits allow to recover come back, all of them. */
static void bursts_up_to_the_distance_are_recovered(void **state) {
  (void)state;
  for (unsigned distance = 1; distance <= 3; distance++) {
    for (unsigned burst = 1; burst <= distance; burst++) {
      msnav_stream_config c = bob_config();
      c.red_receive_type = RED;
      c.min_delay = 100 * MS; /* redundancy comes `distance` frames late */
      msnav_stream *s;
      assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
      int16_t pcm[FRAME];
      unsigned lost = 0, frames = 2000;
      for (unsigned i = 0; i < frames + 20; i++) {
        msnav_usec now = LINE_START + i * 20 * MS;
        if (i < frames && i % 20 >= 10 && i % 20 < 10 + burst) {
          lost++;
        } else if (i < frames) {
          assert_int_equal(send_redundant(s, i, distance, i % 2 == 0, now),
                           MSNAV_OK);
        }
        msnav_stream_play(s, pcm, FRAME, now);
      }
      msnav_stream_stats t = stats_of(s);
      assert_int_equal(t.lost_packets, lost);
      assert_int_equal(t.recovered_frames, lost);
      assert_int_equal(t.refused_malformed + t.refused_payload, 0);
      assert_int_equal(t.late_packets, 0);
      assert_int_equal(t.played_frames, frames);
      assert_in_range(t.concealed_frames, 0, 3); /* after the end */
      msnav_stream_free(s);
    }
  }
}

static void plain_and_redundant_packets_mix(void **state) {
  (void)state;
  msnav_stream *s = receiver();
  int16_t pcm[FRAME];
  for (unsigned i = 0; i < 500; i++) {
    msnav_usec now = LINE_START + i * 20 * MS;
    if (i % 10 < 5) {
      assert_int_equal(send_redundant(s, i, 1 + i % 3, false, now), MSNAV_OK);
    } else {
      made m = {.ssrc = 1,
                .type = i % 2 == 0 ? 0 : 8,
                .sequence = (uint16_t)i,
                .timestamp = i * 160};
      assert_int_equal(hand_in(s, &m, &alice_rtp, now), MSNAV_OK);
    }
    msnav_stream_play(s, pcm, FRAME, now);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.received_packets, 500);
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.recovered_frames, 0); /* there was nothing to recover */
  assert_int_equal(t.late_packets, 0);
  assert_int_equal(t.duplicate_packets, 0);
  assert_int_equal(t.receive_payload_type, 8);
  msnav_stream_free(s);
}

static void
recovered_packet_that_comes_after_all_is_no_duplicate(void **state) {
  (void)state;
  msnav_stream *s = receiver();
  for (unsigned i = 0; i < 10; i++) {
    assert_int_equal(send_redundant(s, i, 1, false, LINE_START), MSNAV_OK);
  }
  assert_int_equal(send_redundant(s, 11, 1, false, LINE_START), MSNAV_OK);
  assert_int_equal(stats_of(s).recovered_frames, 1);
  assert_int_equal(send_redundant(s, 10, 1, false, LINE_START), MSNAV_OK);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.duplicate_packets, 0);
  assert_int_equal(t.reordered_packets, 1);
  assert_int_equal(t.lost_packets, 0);
  msnav_stream_free(s);
}

static void liars_are_dropped_whole(void **state) {
  (void)state;
  msnav_stream *s = receiver();
  for (unsigned i = 0; i < 5; i++) {
    assert_int_equal(send_redundant(s, i, 1, false, LINE_START), MSNAV_OK);
  }
  msnav_stream_stats before = stats_of(s);
  /* the primary block is fine, the redundant one is not */
  static const struct {
    const char payload[16];
    size_t len;
    msnav_error err;
  } rows[] = {
    {{BLOCK_OF(0, 160, 200), 0, 'r', 'p'}, 7, MSNAV_ERR_PARSE},
    {{BLOCK_OF(3, 160, 1), 0, 'r', 'p'}, 7, MSNAV_ERR_UNSUPPORTED},
    {{BLOCK_OF(101, 160, 1), 0, 'r', 'p'}, 7, MSNAV_ERR_UNSUPPORTED},
    {{BLOCK_OF(0, 160, 1), 101, 'r', 'p'}, 7, MSNAV_ERR_UNSUPPORTED},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    made m = {.ssrc = 1,
              .type = RED,
              .sequence = 5,
              .timestamp = 800,
              .payload = rows[i].payload,
              .len = rows[i].len};
    assert_int_equal(hand_in(s, &m, &alice_rtp, LINE_START), rows[i].err);
  }
  msnav_stream_stats after = stats_of(s);
  assert_int_equal(after.refused_malformed, 1);
  assert_int_equal(after.refused_format, 3);
  assert_int_equal(after.received_packets, before.received_packets);
  assert_int_equal(after.recovered_frames, 0);
  assert_int_equal(send_redundant(s, 5, 1, false, LINE_START), MSNAV_OK);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chains_are_checked_as_a_whole),
    cmocka_unit_test(what_is_written_can_be_read),
    cmocka_unit_test(what_cannot_be_said_is_left_out),
    cmocka_unit_test(bursts_up_to_the_distance_are_recovered),
    cmocka_unit_test(plain_and_redundant_packets_mix),
    cmocka_unit_test(recovered_packet_that_comes_after_all_is_no_duplicate),
    cmocka_unit_test(liars_are_dropped_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
