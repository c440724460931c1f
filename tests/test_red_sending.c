/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a stream sends redundant audio by itself, and how far back: what the
 * peer says that it loses decides. */
#include "support/reports.h"

#define RED 97

static bool one_in_eight(unsigned index) {
  return index % 8 == 5 && index < 1000;
}

static void redundancy_is_sent_while_the_peer_loses(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.red_payload_type = RED;
  b.red_receive_type = RED;
  line l;
  line_up_as(&l, &a, &b);
  l.lose = one_in_eight;
  line_run(&l, 20000);
  msnav_stream_stats s = stats_of(l.a.s), r = stats_of(l.b.s);
  assert_true(s.sent_redundant > 400);
  assert_int_equal(l.a.last[1] & 0x7f, RED);
  assert_int_equal(s.sent_bytes, s.sent_packets * 160 + s.sent_redundant * 165);
  assert_true(r.recovered_frames > 80);
  /* once the buffer waits for it, every lost frame comes back */
  uint64_t concealed = r.concealed_frames, lost = (uint64_t)r.lost_packets;
  assert_in_range(r.recovered_frames + concealed, lost - 2, lost + 8);
  assert_int_equal(r.refused_malformed, 0);
  assert_true(stats_of(l.b.s).target_us >= 20000);
  line_run(&l, 25000); /* nothing is lost any more */
  s = stats_of(l.a.s);
  assert_true(stats_of(l.b.s).target_us < 20000);
  assert_true(stats_of(l.b.s).delay_us < 30000);
  assert_int_equal(l.a.last[1] & 0x7f, 0);
  line_run(&l, 5000);
  assert_int_equal(stats_of(l.a.s).sent_redundant, s.sent_redundant);
  assert_true(line_alike(&l.a, &l.b, 12000, 20000) > 0.9);
  line_down(&l);
}

static bool one_in_forty(unsigned index) {
  return index % 40 == 5;
}

static bool one_in_two_hundred(unsigned index) {
  return index % 200 == 5;
}

static void redundancy_begins_at_about_two_percent(void **state) {
  (void)state;
  static bool (*const losses[])(unsigned) = {one_in_forty, one_in_two_hundred};
  for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
    msnav_stream_config a = alice_config(), b = bob_config();
    a.red_payload_type = b.red_receive_type = RED;
    line l;
    line_up_as(&l, &a, &b);
    l.lose = losses[i];
    line_run(&l, 20000);
    assert_int_equal(stats_of(l.a.s).sent_redundant > 0, i == 0);
    line_down(&l);
  }
}

static bool every_twenty_fifth(unsigned index) {
  return index % 25 == 2;
}

static bool one_in_five(unsigned index) {
  return index % 5 == 2;
}

/* How much older the redundant block of the last packet is; 0: there is
 * none. */
static unsigned offset_of_last(const end *e) {
  const uint8_t *h = e->last + 12; /* RFC 2198 section 3 */
  return (e->last[1] & 0x7f) == RED ? (unsigned)(h[1] << 8 | h[2]) >> 2 : 0;
}

static void more_loss_is_stepped_over_farther(void **state) {
  (void)state;
  static const struct {
    bool (*lose)(unsigned);
    unsigned offset;
  } rows[] = {{every_twenty_fifth, FRAME}, {one_in_five, 2 * FRAME}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream_config a = alice_config(), b = bob_config();
    a.red_payload_type = RED;
    b.red_receive_type = RED;
    line l;
    line_up_as(&l, &a, &b);
    l.lose = rows[i].lose;
    line_run(&l, 20000);
    assert_int_equal(offset_of_last(&l.a), rows[i].offset);
    line_down(&l);
  }
}

static msnav_stream_config config_of(uint32_t red_type) {
  msnav_stream_config a = alice_config();
  a.red_payload_type = red_type;
  return a;
}

static end sender_of(uint32_t red_type) {
  msnav_stream_config a = config_of(red_type);
  end e = {0};
  assert_int_equal(msnav_stream_new(&a, LINE_START, &e.s), MSNAV_OK);
  return e;
}

/* Its next packets, the last of which is kept. */
static void speak(end *e, unsigned packets) {
  static const int16_t pcm[FRAME];
  for (unsigned i = 0; i < packets; i++) {
    assert_int_equal(msnav_stream_send(e->s, pcm, LINE_START, e->last,
                                       &e->last_len),
                     MSNAV_OK);
  }
}

static void tell_loss(end *e, uint8_t fraction, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = make_rr(out, 0, 0);
  out[12] = fraction;
  assert_int_equal(hand_rtcp(e->s, out, len, &bob_rtcp, now), MSNAV_OK);
}

/* In 1/256: begun at five, given up below two, two back from 26 on. */
static void reports_decide_one_by_one(void **state) {
  (void)state;
  static const struct {
    uint8_t fraction;
    unsigned distance;
  } rows[] = {{0, 0},   {4, 0},  {5, 1}, {4, 1},  {2, 1}, {25, 1},
              {26, 2},  {25, 2}, {5, 2}, {2, 2},  {1, 0}, {4, 0},
              {255, 2}, {0, 0},  {5, 1}, {26, 2}, {1, 0}};
  end e = sender_of(RED);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_usec now = LINE_START + i * 5000 * MS;
    tell_loss(&e, rows[i].fraction, now);
    speak(&e, 4);
    assert_int_equal(offset_of_last(&e), rows[i].distance * FRAME);
  }
  msnav_stream_free(e.s);
}

/* What was said before it was given up is no help any more. */
static void redundancy_begins_anew_with_the_next_packet(void **state) {
  (void)state;
  end e = sender_of(RED);
  for (int i = 0; i < 2; i++) {
    tell_loss(&e, 20, LINE_START);
    speak(&e, 1);
    assert_int_equal(e.last_len, 12 + FRAME);
    speak(&e, 1);
    assert_int_equal(offset_of_last(&e), FRAME);
    tell_loss(&e, 0, LINE_START);
    speak(&e, 3);
    assert_int_equal(e.last_len, 12 + FRAME);
  }
  msnav_stream_free(e.s);
}

/* A re-INVITE without it: whatever is lost, nobody could read it. */
static void redundancy_ends_with_its_payload_type(void **state) {
  (void)state;
  end e = sender_of(RED);
  tell_loss(&e, 20, LINE_START);
  speak(&e, 4);
  assert_int_equal(offset_of_last(&e), FRAME);
  msnav_stream_config without = config_of(0);
  assert_int_equal(msnav_stream_update(e.s, &without, LINE_START), MSNAV_OK);
  for (int i = 0; i < 2; i++) {
    speak(&e, 4);
    assert_int_equal(e.last[1] & 0x7f, 0);
    assert_int_equal(e.last_len, 12 + FRAME);
    tell_loss(&e, 50, LINE_START);
  }
  msnav_stream_free(e.s);
}

static void events_are_never_inside(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.red_payload_type = RED;
  b.red_receive_type = RED;
  line l;
  line_up_as(&l, &a, &b);
  l.lose = one_in_eight;
  line_run(&l, 10000);
  assert_int_equal(l.a.last[1] & 0x7f, RED);
  assert_int_equal(msnav_stream_dtmf(l.a.s, 3, 100 * MS), MSNAV_OK);
  for (int i = 0; i < 7; i++) {
    line_tick(&l);
    assert_int_equal(l.a.last[1] & 0x7f, 101);
    assert_int_equal(l.a.last_len, 16);
  }
  line_tick(&l);
  assert_int_equal(l.a.last[1] & 0x7f, RED);
  assert_int_equal(l.a.last[1] >> 7, 1);
  line_down(&l);
}

static void redundancy_is_not_sent_unasked(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  line l;
  line_up_as(&l, &a, &b);
  l.loss_permille = 300;
  line_run(&l, 15000);
  assert_int_equal(stats_of(l.a.s).sent_redundant, 0);
  line_down(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(redundancy_is_sent_while_the_peer_loses),
    cmocka_unit_test(redundancy_begins_at_about_two_percent),
    cmocka_unit_test(more_loss_is_stepped_over_farther),
    cmocka_unit_test(reports_decide_one_by_one),
    cmocka_unit_test(redundancy_begins_anew_with_the_next_packet),
    cmocka_unit_test(redundancy_ends_with_its_payload_type),
    cmocka_unit_test(events_are_never_inside),
    cmocka_unit_test(redundancy_is_not_sent_unasked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
