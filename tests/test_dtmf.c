/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telephone-event packets against RFC 4733 sections 2.3 to 2.5. */
#include "test.h"

#include "media/dtmf.h"

#define MS ((msnav_usec)1000)

/* ---- sending */

typedef struct sent {
  uint8_t event;
  bool end, marker;
  unsigned volume, duration;
  uint32_t timestamp;
} sent;

static sent next(msnav_dtmf_sender *d, uint32_t timestamp, uint32_t clock) {
  const msnav_dtmf_tick tick = {.timestamp = timestamp,
                                .units = 160,
                                .clock_rate = clock};
  msnav_dtmf_packet p;
  assert_true(msnav_dtmf_is_due(d));
  msnav_dtmf_next(d, &tick, &p);
  assert_int_equal(p.payload[1] & 0x40, 0); /* R: must be zero */
  return (sent){
    .event = p.payload[0],
    .end = (p.payload[1] & 0x80) != 0,
    .marker = p.marker,
    .volume = p.payload[1] & 0x3f,
    .duration = (unsigned)(p.payload[2] << 8 | p.payload[3]),
    .timestamp = p.timestamp,
  };
}

static void event_is_updated_and_ends_three_times(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  assert_false(msnav_dtmf_is_due(&d));
  assert_int_equal(msnav_dtmf_queue(&d, 5, 100 * MS), MSNAV_OK);
  uint32_t timestamp = 0xffffff00;
  for (unsigned i = 0; i < 7; i++) {
    sent p = next(&d, timestamp + i * 160, 8000);
    assert_int_equal(p.event, 5);
    assert_int_equal(p.timestamp, timestamp); /* one for the whole event */
    assert_int_equal(p.marker, i == 0);
    assert_int_equal(p.end, i >= 4);
    assert_int_equal(p.duration, i < 5 ? (i + 1) * 160 : 800);
    assert_in_range(p.volume, 1, 36);
  }
  assert_false(msnav_dtmf_is_due(&d));
}

static void duration_need_not_be_whole_packets(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  assert_int_equal(msnav_dtmf_queue(&d, 0, 45 * MS), MSNAV_OK);
  static const unsigned durations[] = {160, 320, 360, 360, 360};
  for (unsigned i = 0; i < ARRAY_LEN(durations); i++) {
    sent p = next(&d, 1000 + i * 160, 8000);
    assert_int_equal(p.duration, durations[i]);
    assert_int_equal(p.end, i >= 2);
  }
  assert_false(msnav_dtmf_is_due(&d));
}

static void events_follow_each_other_with_a_pause(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  static const uint8_t keys[] = {1, 1, 16};
  for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
    assert_int_equal(msnav_dtmf_queue(&d, keys[i], 60 * MS), MSNAV_OK);
  }
  uint32_t now = 0, ended = 0;
  unsigned events = 0;
  for (; msnav_dtmf_is_due(&d); now += 160) {
    sent p = next(&d, now, 8000);
    if (p.marker) {
      assert_int_equal(p.timestamp, now);
      assert_int_equal(p.event, keys[events]);
      /* Q.24: 40 ms of silence tell two digits apart */
      assert_true(events == 0 || p.timestamp - ended >= 320);
      events++;
    }
    ended = p.timestamp + p.duration;
  }
  assert_int_equal(events, 3);
}

/* Section 2.5.1.3: a segment ends with the longest duration, without the end
 * bit; the next one begins at that very moment, without the marker. */
static void long_event_comes_in_segments(void **state) {
  (void)state;
  static const uint32_t clocks[] = {8000, 16000, 48000};
  for (size_t c = 0; c < ARRAY_LEN(clocks); c++) {
    uint32_t per_unit = clocks[c] / 8000, now = 77, begin = 77;
    unsigned segments = 1, ends = 0, total = 0;
    msnav_dtmf_sender d = {0};
    assert_int_equal(msnav_dtmf_queue(&d, 11, 10000 * MS), MSNAV_OK);
    for (; msnav_dtmf_is_due(&d); now += 160 * per_unit) {
      sent p = next(&d, now, clocks[c]);
      assert_int_equal(p.marker, now == 77);
      if (p.timestamp != begin) {
        assert_int_equal(total, 0xffff);
        assert_int_equal(p.timestamp, begin + 0xffff * per_unit);
        begin = p.timestamp;
        segments++;
      }
      assert_true(!p.end || segments == 2);
      total = p.duration;
      ends += p.end;
    }
    assert_int_equal(segments, 2);
    assert_int_equal(ends, 3);
    assert_int_equal(total + 0xffff, 80000);
  }
}

static void only_telephone_keys_are_queued(void **state) {
  (void)state;
  static const struct {
    unsigned event;
    msnav_usec duration;
    msnav_error err;
  } rows[] = {
    {0, 40 * MS, MSNAV_OK},
    {16, 10000 * MS, MSNAV_OK},
    {17, 100 * MS, MSNAV_ERR_INVALID},
    {0xffffffff, 100 * MS, MSNAV_ERR_INVALID},
    {0, 40 * MS - 1, MSNAV_ERR_INVALID},
    {0, 0, MSNAV_ERR_INVALID},
    {0, 10000 * MS + 1, MSNAV_ERR_INVALID},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_dtmf_sender d = {0};
    assert_int_equal(msnav_dtmf_queue(&d, rows[i].event, rows[i].duration),
                     rows[i].err);
    assert_int_equal(msnav_dtmf_is_due(&d), rows[i].err == MSNAV_OK);
  }
  msnav_dtmf_sender d = {0};
  for (int i = 0; i < 8; i++) {
    assert_int_equal(msnav_dtmf_queue(&d, 1, 40 * MS), MSNAV_OK);
  }
  assert_int_equal(msnav_dtmf_queue(&d, 1, 40 * MS), MSNAV_ERR_LIMIT);
}

static void abort_drops_only_what_has_begun(void **state) {
  (void)state;
  msnav_dtmf_sender d = {0};
  assert_int_equal(msnav_dtmf_queue(&d, 1, 400 * MS), MSNAV_OK);
  assert_int_equal(msnav_dtmf_queue(&d, 2, 400 * MS), MSNAV_OK);
  msnav_dtmf_abort(&d);
  assert_int_equal(next(&d, 0, 8000).event, 1);
  msnav_dtmf_abort(&d);
  sent p = next(&d, 5000, 8000);
  assert_int_equal(p.event, 2);
  assert_true(p.marker);
  assert_int_equal(p.timestamp, 5000);
}

/* ---- receiving */

/* A script: packets and waits, and what is told. */
typedef struct step {
  uint32_t timestamp;
  unsigned event, duration;
  bool end;
  unsigned wait_ms; /* before */
  const char *news; /* B begin, E end, each with event and ms */
} step;

static void tell(char *out, const msnav_dtmf_news *n) {
  out[0] = '\0';
  if (n->ended) {
    snprintf(out, 64, "E%u:%u ", n->ended_event, n->ended_length / 1000);
  }
  if (n->began) {
    snprintf(out + strlen(out), 32, "B%u ", n->event);
  }
  if (n->ended_too) {
    snprintf(out + strlen(out), 32, "E%u:%u ", n->event, n->length / 1000);
  }
}

static void play(const step *steps, size_t count, uint32_t clock) {
  msnav_dtmf_receiver d = {0};
  msnav_usec now = 1000 * MS;
  for (size_t i = 0; i < count; i++) {
    const step *s = &steps[i];
    msnav_dtmf_news news;
    char told[64];
    now += s->wait_ms * MS;
    msnav_dtmf_expire(&d, now, &news);
    tell(told, &news);
    const uint8_t payload[4] = {(uint8_t)s->event,
                                (uint8_t)((s->end ? 0x80 : 0) | 10),
                                (uint8_t)(s->duration >> 8),
                                (uint8_t)s->duration};
    if (s->duration > 0) {
      const msnav_dtmf_arrival a = {.payload = payload,
                                    .timestamp = s->timestamp,
                                    .clock_rate = clock,
                                    .now = now};
      msnav_dtmf_receive(&d, &a, &news);
      tell(told + strlen(told), &news);
    }
    if (strcmp(told, s->news) != 0) {
      fail_msg("step %zu: \"%s\", not \"%s\"", i, told, s->news);
    }
  }
}

/* A tick that is late plays what was due before the last packet came. */
static void event_goes_on_when_time_was_before_it(void **state) {
  (void)state;
  const uint8_t payload[4] = {5, 10, 0, 160};
  const msnav_dtmf_arrival a = {.payload = payload,
                                .timestamp = 8000,
                                .clock_rate = 8000,
                                .now = 500 * MS};
  msnav_dtmf_receiver d = {0};
  msnav_dtmf_news news;
  msnav_dtmf_receive(&d, &a, &news);
  assert_true(news.began);
  msnav_dtmf_expire(&d, 499 * MS, &news);
  assert_false(news.ended);
  msnav_dtmf_expire(&d, 500 * MS + MSNAV_DTMF_SILENCE_US + 1, &news);
  assert_true(news.ended);
}

#define PLAY(steps) play(steps, ARRAY_LEN(steps), 8000)

static void event_begins_once_and_ends_once(void **state) {
  (void)state;
  static const step steps[] = {
    {1000, 5, 160, false, 0, "B5 "},     {1000, 5, 320, false, 20, ""},
    {1000, 5, 320, false, 0, ""}, /* a duplicate */
    {1000, 5, 800, true, 60, "E5:100 "}, {1000, 5, 800, true, 20, ""},
    {1000, 5, 800, true, 20, ""},        {0, 0, 0, false, 1000, ""},
  };
  PLAY(steps);
}

static void lost_start_is_made_up_for(void **state) {
  (void)state;
  static const step middle[] = {
    {1000, 5, 480, false, 0, "B5 "},
    {1000, 5, 800, true, 40, "E5:100 "},
  };
  static const step last_only[] = {
    {1000, 5, 800, true, 0, "B5 E5:100 "},
    {1000, 5, 800, true, 20, ""},
  };
  PLAY(middle);
  PLAY(last_only);
}

static void lost_end_is_inferred(void **state) {
  (void)state;
  static const step by_time[] = {
    {1000, 5, 160, false, 0, "B5 "}, {1000, 5, 480, false, 40, ""},
    {0, 0, 0, false, 240, ""}, /* a stall of the network */
    {1000, 5, 640, false, 0, ""},    {0, 0, 0, false, 260, "E5:80 "},
    {1000, 5, 800, true, 0, ""}, /* too late */
  };
  static const step by_next[] = {
    {1000, 5, 160, false, 0, "B5 "},
    {1000, 5, 480, false, 40, ""},
    {3000, 6, 160, false, 100, "E5:60 B6 "},
    {3000, 6, 320, true, 20, "E6:40 "},
  };
  static const step both_ends[] = {
    {1000, 5, 480, false, 0, "B5 "},
    {3000, 5, 320, true, 100, "E5:60 B5 E5:40 "},
  };
  PLAY(by_time);
  PLAY(by_next);
  PLAY(both_ends);
}

static void late_packets_are_ignored(void **state) {
  (void)state;
  static const step steps[] = {
    {1000, 5, 480, false, 0, "B5 "},
    {1000, 5, 320, false, 0, ""}, /* overtaken: no shorter than it was */
    {3000, 6, 160, false, 90, "E5:60 B6 "},
    {1000, 5, 800, true, 0, ""},  /* of the event before */
    {3000, 7, 320, false, 0, ""}, /* another event at the same time: nonsense */
    {3000, 6, 320, true, 20, "E6:40 "},
    {3000, 6, 160, false, 0, ""},
  };
  PLAY(steps);
}

static void segments_are_one_event(void **state) {
  (void)state;
  static const step steps[] = {
    {1000, 5, 0xff00, false, 0, "B5 "},
    {1000, 5, 0xffff, false, 20, ""},
    {1000 + 0xffff, 5, 100, false, 20, ""},
    {1000 + 0xffff, 5, 801, true, 20, "E5:8292 "},
  };
  static const step last_update_lost[] = {
    {1000, 5, 0xff00, false, 0, "B5 "},
    {1000 + 0xffff, 5, 801, true, 40, "E5:8292 "},
  };
  static const step shorter_segments[] = {
    {1000, 5, 4000, false, 0, "B5 "},
    {5000, 5, 4000, false, 20, ""},
    {9000, 5, 4000, true, 20, "E5:1500 "},
  };
  static const step pressed_twice[] = {
    {1000, 5, 400, false, 0, "B5 "},
    {1960, 5, 400, false, 120, "E5:50 B5 "},
  };
  PLAY(steps);
  PLAY(last_update_lost);
  PLAY(shorter_segments);
  PLAY(pressed_twice);
}

/* 550 segments of 8.2 s are more than 71 minutes, or 2^32 us. */
static void endless_event_does_not_become_a_short_one(void **state) {
  (void)state;
  msnav_dtmf_receiver d = {0};
  msnav_dtmf_news news;
  static const uint8_t on[4] = {5, 10, 0xff, 0xff};
  static const uint8_t off[4] = {5, 0x80 | 10, 0xff, 0xff};
  msnav_dtmf_arrival a = {.payload = on, .clock_rate = 8000};
  for (unsigned i = 0; i <= 550; i++) {
    a.payload = i < 550 ? on : off;
    a.timestamp = i * 0xffff;
    a.now = i * 8191875ull;
    msnav_dtmf_receive(&d, &a, &news);
    assert_int_equal(news.began, i == 0);
    assert_int_equal(news.ended, i == 550);
  }
  assert_int_equal(news.ended_length, UINT32_MAX);
}

static void segments_of_faster_clocks_are_one_event(void **state) {
  (void)state;
  static const step steps[] = {
    {1000, 5, 0xffff, false, 20, "B5 "},
    {1000 + 6 * 0xffff, 5, 801, true, 20, "E5:8292 "},
  };
  play(steps, ARRAY_LEN(steps), 48000);
}

static void timestamps_wrap(void **state) {
  (void)state;
  static const step steps[] = {
    {0xfffffff0, 5, 160, false, 0, "B5 "},
    {0xfffffff0, 5, 320, true, 20, "E5:40 "},
    {0x00000500, 6, 160, false, 100, "B6 "},
    {0xfffffff0, 5, 320, true, 0, ""},
    {0x00000500, 6, 320, true, 20, "E6:40 "},
  };
  PLAY(steps);
}

/* A peer whose clock starts over, or who presses a key after half a round of
 * it (12 hours at 48 kHz). */
static void clocks_that_were_turned_back_are_followed(void **state) {
  (void)state;
  static const step steps[] = {
    {1000000, 5, 480, false, 0, "B5 "},
    {1000000, 5, 800, true, 20, "E5:100 "},
    {999000, 6, 480, false, 900, ""}, /* may be late */
    {800, 6, 480, false, 3000, "B6 "},
    {800, 6, 640, true, 20, "E6:80 "},
    {800, 6, 640, true, 20, ""},
    {0xc0000000, 7, 640, true, 20000, "B7 E7:80 "},
  };
  PLAY(steps);
}

static void payloads_are_checked(void **state) {
  (void)state;
  static const struct {
    msnav_str in;
    msnav_error err;
  } rows[] = {
    {STR(""), MSNAV_ERR_PARSE},
    {STR("\x05\x0a\x00"), MSNAV_ERR_PARSE},
    {STR("\x05\x0a\x00\xa0"), MSNAV_OK},
    {STR("\x05\x0a\x00\xa0\x05"), MSNAV_ERR_PARSE},
    {STR("\x05\x0a\x00\xa0\x06\x0a\x00\xa0"), MSNAV_OK},
    {STR("\x10\x8a\x00\xa0"), MSNAV_OK},        /* flash */
    {STR("\x11\x0a\x00\xa0"), MSNAV_ERR_PARSE}, /* fmtp 0-16 */
    {STR("\xff\x0a\x00\xa0"), MSNAV_ERR_PARSE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t *in = (uint8_t *)exact_copy(rows[i].in.ptr, rows[i].in.len);
    assert_int_equal(msnav_dtmf_check(in, rows[i].in.len), rows[i].err);
    free(in);
  }
}

/* What is sent is received, whichever packets of an event are lost as long as
 * one is left. */
static void any_one_packet_is_enough(void **state) {
  (void)state;
  for (unsigned lost = 0; lost < 127; lost++) { /* of seven */
    msnav_dtmf_sender s = {0};
    msnav_dtmf_receiver r = {0};
    unsigned begins = 0, ends = 0;
    assert_int_equal(msnav_dtmf_queue(&s, 9, 100 * MS), MSNAV_OK);
    msnav_dtmf_news news;
    for (unsigned i = 0; i < 40; i++) {
      msnav_usec now = i * 20 * MS;
      if (msnav_dtmf_is_due(&s)) {
        const msnav_dtmf_tick tick = {i * 160, 160, 8000};
        msnav_dtmf_packet p;
        msnav_dtmf_next(&s, &tick, &p);
        const msnav_dtmf_arrival a = {p.payload, p.timestamp, 8000, now};
        if ((lost >> i & 1) == 0) {
          msnav_dtmf_receive(&r, &a, &news);
          begins += news.began;
          ends += news.ended + news.ended_too;
        }
      }
      msnav_dtmf_expire(&r, now, &news);
      ends += news.ended;
    }
    assert_int_equal(begins, 1);
    assert_int_equal(ends, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_is_updated_and_ends_three_times),
    cmocka_unit_test(duration_need_not_be_whole_packets),
    cmocka_unit_test(events_follow_each_other_with_a_pause),
    cmocka_unit_test(long_event_comes_in_segments),
    cmocka_unit_test(only_telephone_keys_are_queued),
    cmocka_unit_test(abort_drops_only_what_has_begun),
    cmocka_unit_test(event_begins_once_and_ends_once),
    cmocka_unit_test(event_goes_on_when_time_was_before_it),
    cmocka_unit_test(lost_start_is_made_up_for),
    cmocka_unit_test(lost_end_is_inferred),
    cmocka_unit_test(late_packets_are_ignored),
    cmocka_unit_test(segments_are_one_event),
    cmocka_unit_test(endless_event_does_not_become_a_short_one),
    cmocka_unit_test(segments_of_faster_clocks_are_one_event),
    cmocka_unit_test(timestamps_wrap),
    cmocka_unit_test(clocks_that_were_turned_back_are_followed),
    cmocka_unit_test(payloads_are_checked),
    cmocka_unit_test(any_one_packet_is_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
