/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The delay of the jitter buffer: how well it follows made-up networks and
 * drifting clocks, on a virtual clock. */
#include "jitter_kit.h"

/* Delay in ms and gaps in percent that must not be exceeded on each network;
 * what an unchanging delay with as few gaps would need is far more on wifi,
 * dsl and step. */
static void keeps_delay_and_gaps_low_on_every_network(void **state) {
  (void)state;
  static const struct {
    enum trace_kind kind;
    double delay_ms, gap_percent, r;
  } rows[] = {
    {TRACE_LAN, 25, 0.05, 90.5}, {TRACE_WIFI, 115, 0.9, 80.5},
    {TRACE_DSL, 115, 0.8, 75},   {TRACE_SKEW, 20.5, 0.07, 90.5},
    {TRACE_STEP, 54, 0.2, 89},   {TRACE_STALL, 30, 0.4, 89.5},
  };
  msnav_jitter *j = malloc(sizeof(*j));
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
      trace t = trace_make(rows[i].kind, seed, 3000); /* one minute */
      msnav_jitter_init(j, 0, 250 * MS);
      drive_result r = drive(j, &t, NULL, NULL);
      if (r.delay_ms > rows[i].delay_ms ||
          r.gap_percent > rows[i].gap_percent || r.r < rows[i].r) {
        fail_msg("%s seed %d: %.1f ms, %.3f %%, R %.1f",
                 trace_names[rows[i].kind], (int)seed, r.delay_ms,
                 r.gap_percent, r.r);
      }
      assert_int_equal(r.repeated, 0);
      assert_int_equal(r.backward, 0);
      free(t.packets);
    }
  }
  free(j);
}

/* One of eight packets is overtaken by four others and comes too late to be
 * played, but that is how late it may be. */
static void learns_from_what_comes_too_late(void **state) {
  (void)state;
  bed *b = bed_new();
  for (int i = 0; i < 800; i++) {
    if (i % 8 != 0) {
      assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    }
    if (i % 8 == 4) {
      (void)push(b, i - 4, at(i) + 10 * MS);
    }
    (void)pop(b, at(i) + 10 * MS);
  }
  assert_true(b->j.late > 0);
  assert_in_range(b->j.delay.target, 90 * MS, 100 * MS);
  free(b);
}

/* Each packet repeats what was sent 40 ms before, and 60 ms are waited for it:
 * that says nothing about the network. */
static void redundancy_is_not_late(void **state) {
  (void)state;
  bed *b = bed_new();
  msnav_delay_set_min(&b->j.delay, 60 * MS);
  for (int i = 0; i < 400; i++) {
    const uint8_t payload[160] = {0};
    msnav_jitter_frame f = {.sequence = b->sequence + (uint32_t)i,
                            .timestamp =
                              b->timestamp + (uint32_t)(i - 2) * TICK,
                            .duration = TICK,
                            .data = payload,
                            .len = sizeof(payload),
                            .decoder = 3,
                            .redundant = true};
    if (i > 2 && i < 200) {
      assert_int_equal(msnav_jitter_push(&b->j, &f, at(i)),
                       MSNAV_ERR_DUPLICATE);
    }
    assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    (void)pop(b, at(i));
    if (i == 200) {
      msnav_delay_set_min(&b->j.delay, 0);
    }
  }
  assert_in_range(b->j.delay.target, 0, 20 * MS);
  free(b);
}

/* The best that a buffer of unchanging delay could do, its delay chosen
 * after the fact in steps of 5 ms. */
static double best_fixed_r(const trace *t) {
  double best = 0;
  uint8_t *come = malloc(t->frames);
  for (int ms = 5; ms <= 250; ms += 5) {
    uint32_t in_time = 0;
    memset(come, 0, t->frames);
    for (size_t i = 0; i < t->count; i++) {
      const trace_packet *p = &t->packets[i];
      if (p->arrival - p->sent <= ms * 1000 && !come[p->index]) {
        come[p->index] = 1;
        in_time++;
      }
    }
    double r = e_model(ms, 100.0 * (t->frames - in_time) / t->frames);
    best = r > best ? r : best;
  }
  free(come);
  return best;
}

static void is_better_than_any_fixed_delay_on_changing_networks(void **state) {
  (void)state;
  static const enum trace_kind kinds[] = {TRACE_WIFI, TRACE_DSL, TRACE_STEP};
  msnav_jitter *j = malloc(sizeof(*j));
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    double ours = 0, fixed = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
      trace t = trace_make(kinds[i], seed, 3000); /* one minute */
      msnav_jitter_init(j, 0, 250 * MS);
      ours += drive(j, &t, NULL, NULL).r / 5;
      fixed += best_fixed_r(&t) / 5;
      free(t.packets);
    }
    if (ours <= fixed) {
      fail_msg("%s: R %.2f, fixed %.2f", trace_names[kinds[i]], ours, fixed);
    }
  }
  free(j);
}

typedef struct watch {
  int64_t from, until;
  double least, most; /* ms */
  int64_t below;      /* since when the delay is below limit_ms */
  double limit_ms;
} watch;

static void watch_delay(const msnav_jitter *j, int64_t now, void *arg) {
  watch *w = arg;
  double delay = j->held / 1000.0;
  if (now >= w->from && now < w->until) {
    w->least = delay < w->least ? delay : w->least;
    w->most = delay > w->most ? delay : w->most;
  }
  if (delay >= w->limit_ms || j->dry) {
    w->below = now + TRACE_FRAME_US;
  }
}

static void delay_is_back_within_5_s_after_a_stall(void **state) {
  (void)state;
  msnav_jitter *j = malloc(sizeof(*j));
  /* also when the call is only a few seconds old */
  static const uint32_t lengths[] = {900, 1500, 3000, 9000};
  for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
    trace t = trace_make(TRACE_STALL, 1 + i, lengths[i]);
    int64_t stall = (int64_t)lengths[i] / 3 * TRACE_FRAME_US;
    watch w = {stall, stall + 1000000, 1e9, 0, 0, 45};
    msnav_jitter_init(j, 0, 250 * MS);
    drive_result r = drive(j, &t, watch_delay, &w);
    /* nothing was thrown away; the last ones are not waited for */
    assert_in_range(r.played, lengths[i] - 2, lengths[i]);
    assert_true(w.most > 150); /* it has happened */
    assert_in_range(w.below, stall, stall + 200000 + 5000000);
    free(t.packets);
  }
  free(j);
}

static void follows_a_longer_and_a_shorter_route(void **state) {
  (void)state;
  msnav_jitter *j = malloc(sizeof(*j));
  trace t = trace_make(TRACE_STEP, 1, 6000);
  msnav_jitter_init(j, 0, 250 * MS);
  uint32_t played = 0, gaps = 0;
  size_t next = 0;
  for (int64_t now = t.packets[0].arrival; next < t.count;
       now += TRACE_FRAME_US) {
    for (; next < t.count && t.packets[next].arrival <= now; next++) {
      drive_push(j, &t.packets[next]);
    }
    msnav_jitter_out out;
    uint32_t before = played;
    double delay = 0;
    while (msnav_jitter_pop(j, (msnav_usec)now + 1000000, &out) ==
           MSNAV_JITTER_FRAME) {
      uint32_t index;
      memcpy(&index, out.data, sizeof(index));
      delay = ((double)now - index * t.period) / 1000;
      played++;
      if (!msnav_jitter_hurry(j)) {
        break;
      }
    }
    /* 1 s after the begin of the step no more gap; 2 s after its end the
     * delay is what it was before */
    bool in_step = now > 41000000 && now < 80000000;
    gaps += in_step && before == played;
    if (now > 82000000 && delay > 0) {
      assert_true(delay < 45);
    }
  }
  assert_in_range(gaps, 0, 4); /* lost packets */
  free(t.packets);
  free(j);
}

static void drifting_clocks_leave_the_delay_flat_for_an_hour(void **state) {
  (void)state;
  msnav_jitter *j = malloc(sizeof(*j));
  static const double skews[] = {300e-6, -300e-6};
  for (size_t k = 0; k < ARRAY_LEN(skews); k++) {
    uint64_t seed = 5;
    msnav_jitter_init(j, 0, 250 * MS);
    double period = TRACE_FRAME_US * (1 - skews[k]);
    double first = 0, last = 0, most = 0;
    uint32_t gaps = 0, sent = 0;
    for (int tick = 0; tick < 180000; tick++) {
      double now = tick * (double)TRACE_FRAME_US;
      while (sent * period + 3000 <= now) {
        int64_t arrival = (int64_t)(sent * period + 3000 * chance(&seed));
        trace_packet p = {arrival, 0, sent++};
        drive_push(j, &p);
      }
      msnav_jitter_out out;
      uint32_t index = 0;
      int got = 0;
      while (msnav_jitter_pop(j, (msnav_usec)now + 1000000, &out) ==
             MSNAV_JITTER_FRAME) {
        memcpy(&index, out.data, sizeof(index));
        got++;
        if (!msnav_jitter_hurry(j)) {
          break;
        }
      }
      gaps += got == 0;
      double delay = (now - index * period) / 1000;
      if (got > 0) {
        first += tick >= 3000 && tick < 30000 ? delay / 27000 : 0;
        last += tick >= 153000 ? delay / 27000 : 0;
        most = delay > most && tick > 3000 ? delay : most;
      }
    }
    assert_true(fabs(first - last) < 1);
    assert_true(most < 45);
    /* 54 frames are too many or too few in an hour at 300 ppm */
    assert_true(gaps <= (k == 0 ? 10 : 54 + 10));
    assert_int_equal(j->late + j->discarded, 0);
  }
  free(j);
}

static void a_bad_network_is_forgotten_when_it_gets_better(void **state) {
  (void)state;
  msnav_jitter *j = malloc(sizeof(*j));
  msnav_jitter_init(j, 0, 250 * MS);
  trace bad = trace_make(TRACE_WIFI, 2, 6000);
  (void)drive(j, &bad, NULL, NULL);
  assert_true(j->delay.target > 90 * MS);
  trace good = trace_make(TRACE_LAN, 2, 12000);
  for (size_t i = 0; i < good.count; i++) {
    good.packets[i].arrival += 6000 * (int64_t)TRACE_FRAME_US;
    good.packets[i].index += 6000;
  }
  good.frames += 6000;
  (void)drive(j, &good, NULL, NULL);
  assert_true(j->delay.target < 25 * MS);
  assert_true(j->held < 50 * MS);
  free(bad.packets);
  free(good.packets);
  free(j);
}

static void the_target_keeps_its_bounds(void **state) {
  (void)state;
  msnav_jitter *j = malloc(sizeof(*j));
  static const struct {
    enum trace_kind kind;
    msnav_usec min, max;
  } rows[] = {{TRACE_LAN, 60 * MS, 250 * MS},
              {TRACE_WIFI, 0, 40 * MS},
              {TRACE_DSL, 80 * MS, 80 * MS},
              {TRACE_DSL, 300 * MS, 100 * MS}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    trace t = trace_make(rows[i].kind, 1, 3000);
    msnav_jitter_init(j, rows[i].min, rows[i].max);
    (void)drive(j, &t, NULL, NULL);
    assert_true((msnav_usec)j->delay.target <= rows[i].max);
    assert_true((msnav_usec)j->delay.target >=
                (rows[i].min < rows[i].max ? rows[i].min : rows[i].max));
    free(t.packets);
  }
  free(j);
}

static void the_excess_says_how_far_off_the_target_it_is(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 200);
  int32_t before = msnav_jitter_excess(&b->j);
  assert_int_equal(before, b->j.held - b->j.delay.target);
  /* 60 ms of nothing: all later frames are played that much later */
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pop(b, at(200 + i)), i == 0 ? 199 : EMPTY);
  }
  for (int i = 200; i < 204; i++) {
    assert_int_equal(push(b, i, at(i)), MSNAV_OK);
  }
  assert_int_equal(pop(b, at(203)), 200);
  assert_in_range(msnav_jitter_excess(&b->j), before + 39 * MS,
                  before + 41 * MS);
  /* the next one is played at once, too */
  assert_int_equal(pop(b, at(203)), 201);
  assert_in_range(msnav_jitter_excess(&b->j), before + 19 * MS,
                  before + 21 * MS);
  free(b);
}

/* Who has lengthened the sound by 40 ms need not do it again. */
static void what_was_done_about_the_excess_shows_at_once(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 100);
  b->j.delay.target = 60 * MS;
  assert_int_equal(pop(b, at(100)), 99);
  assert_in_range(-msnav_jitter_excess(&b->j), 39 * MS, 41 * MS);
  msnav_jitter_settle(&b->j);
  for (int i = 100; i < 103; i++) {
    assert_int_equal(push(b, i, at(i)), MSNAV_OK);
  }
  assert_int_equal(pop(b, at(101) + 40 * MS), 100);
  assert_in_range(msnav_jitter_excess(&b->j) + MS, 0, 2 * MS);
  free(b);
}

/* A pull that comes late: what follows a pause waits longer than before. */
static void the_excess_is_known_again_after_a_pause(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 100);
  assert_int_equal(pop(b, at(100)), 99);
  b->sequence -= 10;
  assert_int_equal(push(b, 110, at(110)), MSNAV_OK);
  assert_int_equal(push(b, 111, at(111)), MSNAV_OK);
  msnav_jitter_out out;
  assert_int_equal(msnav_jitter_pop(&b->j, at(112) + 10 * MS, &out),
                   MSNAV_JITTER_FRAME);
  assert_int_equal(out.data[0], 110);
  assert_int_equal(out.skipped_us, 0); /* silence is not lost sound */
  assert_in_range(b->j.held, 49 * MS, 51 * MS);
  assert_int_equal(msnav_jitter_excess(&b->j), b->j.held - b->j.delay.target);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keeps_delay_and_gaps_low_on_every_network),
    cmocka_unit_test(learns_from_what_comes_too_late),
    cmocka_unit_test(redundancy_is_not_late),
    cmocka_unit_test(is_better_than_any_fixed_delay_on_changing_networks),
    cmocka_unit_test(delay_is_back_within_5_s_after_a_stall),
    cmocka_unit_test(follows_a_longer_and_a_shorter_route),
    cmocka_unit_test(drifting_clocks_leave_the_delay_flat_for_an_hour),
    cmocka_unit_test(a_bad_network_is_forgotten_when_it_gets_better),
    cmocka_unit_test(the_target_keeps_its_bounds),
    cmocka_unit_test(the_excess_says_how_far_off_the_target_it_is),
    cmocka_unit_test(what_was_done_about_the_excess_shows_at_once),
    cmocka_unit_test(the_excess_is_known_again_after_a_pause),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
