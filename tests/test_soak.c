/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many calls, and a long one, in virtual time.  A share by default, all with
 * MSNAV_FULL=1: 100,000 calls, and 24 hours. */
#include "test.h"

#include "support/world.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

static bool full(void) {
  return getenv("MSNAV_FULL") != NULL;
}

/* ---- many calls */

/* A sanitizer keeps what was freed, so that memory says nothing. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define WARM_UP 1000
#define MOST_BYTES 2 /* per call, when the noise is spread over all of them */

static size_t resident(void) {
  unsigned long size, pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  assert_non_null(f);
  assert_int_equal(fscanf(f, "%lu %lu", &size, &pages), 2);
  fclose(f);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t allocated(void) {
  return mallinfo2().uordblks;
}

/* Of every kind in turn: talked, declined, cancelled while it rings, hung up
 * by either side. */
static void one_more(world *w, unsigned i) {
  unsigned ended[] = {w->alice.ended, w->bob.ended};
  unsigned talking = w->bob.talking;
  w->bob.answers = i % 8 != 6;
  w->bob.rejects = i % 8 == 7;
  w->bob.states[0] = w->alice.states[0] = '\0';
  assert_int_equal(world_call(w), MSNAV_OK);
  msnav_usec end = simnet_now() + 10 * WORLD_SECOND;
  if (i % 8 < 6) {
    assert_true(world_run(w, end, &w->bob.talking, talking + 1));
    (void)world_run(w, simnet_now() + 60000, NULL, 0);
    world_person *who = i % 2 == 0 ? &w->alice : &w->bob;
    assert_int_equal(msnav_call_hangup(who->call), MSNAV_OK);
  } else if (i % 8 == 6) {
    (void)world_run(w, simnet_now() + 100000, NULL, 0);
    assert_int_equal(msnav_call_hangup(w->alice.call), MSNAV_OK);
  }
  assert_true(world_run(w, end, &w->alice.ended, ended[0] + 1));
  assert_true(world_run(w, end, &w->bob.ended, ended[1] + 1));
}

static void memory_stays_as_it_is(void **state) {
  (void)state;
  world w = {0};
  unsigned calls = full() ? 100000 : 6000;
  simnet_begin(1);
  assert_int_equal(world_open(&w, NULL, NULL), MSNAV_OK);
  size_t rss = 0, heap = 0;
  unsigned open = 0;
  for (unsigned i = 0; i < calls; i++) {
    one_more(&w, i);
    if (i + 1 == WARM_UP) {
      open = simnet_open();
      rss = resident();
      heap = allocated();
    }
  }
  double per_call =
    ((double)resident() - (double)rss) / (double)(calls - WARM_UP);
  double heap_per_call =
    ((double)allocated() - (double)heap) / (double)(calls - WARM_UP);
  print_message("# %u calls: %.2f bytes resident and %.2f allocated per call "
                "after the first %u; %u descriptors, %u then\n",
                calls, per_call, heap_per_call, WARM_UP, simnet_open(), open);
  assert_int_equal(simnet_open(), open);
  /* a hundred pages are noise, however few calls there were */
  double noise = 400e3 / (double)(calls - WARM_UP);
  double most = noise > MOST_BYTES ? noise : MOST_BYTES;
  assert_true(SANITIZED || (per_call < most && heap_per_call < most));
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(w.alice.ctx, &c), MSNAV_OK);
  assert_int_equal(c.live, 0);
  assert_int_equal(c.ended[MSNAV_REASON_HANGUP_LOCAL] +
                     c.ended[MSNAV_REASON_HANGUP_REMOTE],
                   calls / 8 * 6);
  world_close(&w);
  assert_int_equal(simnet_end(), 0);
}

/* ---- a long call */

typedef struct watcher {
  msnav_addr rtp; /* of the sender, port 0: not known yet */
  uint32_t ssrc, first_timestamp, timestamp;
  uint16_t sequence;
  unsigned long packets, sequence_wraps, timestamp_wraps, reports, breaks;
  msnav_usec last_report, longest_pause;
} watcher;

static uint32_t word(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
         p[3];
}

/* RFC 3550 section 5.1: each packet has the next number, and so many samples
 * more. */
static void see_rtp(watcher *w, const uint8_t *data) {
  uint16_t sequence = (uint16_t)(data[2] << 8 | data[3]);
  uint32_t timestamp = word(data + 4);
  if (w->packets++ == 0) {
    w->ssrc = word(data + 8);
    w->first_timestamp = timestamp;
  } else {
    w->breaks += sequence != (uint16_t)(w->sequence + 1) ||
                 timestamp != w->timestamp + 160 || word(data + 8) != w->ssrc;
    w->sequence_wraps += sequence < w->sequence;
    w->timestamp_wraps += timestamp < w->timestamp;
  }
  w->sequence = sequence;
  w->timestamp = timestamp;
}

static void see_rtcp(watcher *w, msnav_usec now) {
  if (w->reports++ > 0 && now - w->last_report > w->longest_pause) {
    w->longest_pause = now - w->last_report;
  }
  w->last_report = now;
}

/* What Alice sends, of which RTP and RTCP are told apart as in RFC 5761. */
static void see(void *arg, const simnet_record *r) {
  watcher *w = arg;
  if (r->from.ip != WORLD_ALICE_IP || r->len < 12 || r->data[0] >> 6 != 2) {
    return;
  }
  if (r->data[1] >= 200 && r->data[1] <= 204) {
    see_rtcp(w, r->time);
  } else {
    see_rtp(w, r->data);
  }
}

/* A call whose timestamps will wrap within some samples: they begin anywhere
 * (RFC 3550 section 5.1), so that one in a few hundred does. */
static void find_call(world *w, watcher *seen, uint32_t samples) {
  for (uint64_t seed = 1; seed < 20000; seed++) {
    *w = (world){0};
    *seen = (watcher){.sequence = 0};
    simnet_begin(seed);
    simnet_tap(see, seen);
    assert_int_equal(world_open(w, NULL, NULL), MSNAV_OK);
    assert_int_equal(world_call(w), MSNAV_OK);
    assert_true(world_talk(w, 5 * WORLD_SECOND));
    (void)world_run(w, simnet_now() + 50000, NULL, 0);
    assert_true(seen->packets > 0);
    if (seen->first_timestamp > UINT32_MAX - samples + samples / 4 &&
        seen->first_timestamp < UINT32_MAX - samples / 4) {
      return;
    }
    world_close(w);
    assert_int_equal(simnet_end(), 0);
  }
  fail_msg("no call begins with such a timestamp");
}

static void numbers_wrap_in_a_long_call(void **state) {
  (void)state;
  unsigned minutes = full() ? 24 * 60 : 45; /* twice 65,536 packets */
  world w;
  watcher seen;
  find_call(&w, &seen, minutes * 60 * 8000);
  msnav_usec began = simnet_now();
  for (unsigned i = 0; i < minutes; i++) {
    (void)world_run(&w, began + (i + 1) * 60 * WORLD_SECOND, &w.bob.ended, 1);
  }
  assert_int_equal(w.alice.ended + w.bob.ended, 0);
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_call_get_stats(w.bob.call, &stats), MSNAV_OK);
  print_message(
    "# %u minutes: %lu packets, sequence numbers wrapped %lu times, "
    "timestamps %lu, %lu reports, at most %.1f s apart; %lu of "
    "%lu frames heard\n",
    minutes, seen.packets, seen.sequence_wraps, seen.timestamp_wraps,
    seen.reports, (double)seen.longest_pause / 1e6, w.bob.heard, w.bob.played);
  assert_int_equal(seen.breaks, 0);
  assert_in_range(seen.packets, minutes * 3000ul - 50, minutes * 3000ul + 50);
  assert_in_range(seen.sequence_wraps, seen.packets / 65536,
                  seen.packets / 65536 + 1);
  assert_int_equal(seen.timestamp_wraps, 1);
  /* RFC 3550 section 6.2: 5 s, times 0.5 to 1.5 and 1.22 */
  assert_in_range(seen.reports, minutes * 60ul / 9, minutes * 60ul / 2);
  assert_true(seen.longest_pause < 9 * WORLD_SECOND);
  /* Bob hears all of it: what the jitter buffer may miss is the beginning */
  assert_true(w.bob.heard + 100 > w.bob.played);
  assert_int_equal(msnav_call_hangup(w.alice.call), MSNAV_OK);
  assert_true(world_end(&w, 5 * WORLD_SECOND));
  assert_int_equal(w.alice.reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(w.bob.reason, MSNAV_REASON_HANGUP_REMOTE);
  world_close(&w);
  assert_int_equal(simnet_end(), 0);
}

/* ---- a long encrypted stream: the roll-over counter of RFC 3711 section
 * 3.3.1, over losses and reordering, at the turn of the numbers too */

static const msnav_addr alice_rtp = {0x0a000001, 4000};
static const msnav_addr bob_rtp = {0x0a000002, 5000};

static msnav_error open_stream(msnav_stream **s, bool alice) {
  const msnav_audio_codec *pcmu = msnav_codec_find(msnav_str_of("PCMU"), 8000);
  msnav_stream_config c = {
    .size = sizeof(c),
    .remote_rtp = alice ? bob_rtp : alice_rtp,
    .formats = {{pcmu, 0}},
    .format_count = 1,
    .send_codec = pcmu,
    .can_send = 1,
    .can_receive = 1,
    .ssrc = alice ? 0xa11ce : 0xb0b,
    .random = alice,
    .srtp_suite = MSNAV_SRTP_AES_128_GCM,
  };
  memset(c.srtp_send_key, alice ? 1 : 2, sizeof(c.srtp_send_key));
  memset(c.srtp_receive_key, alice ? 2 : 1, sizeof(c.srtp_receive_key));
  return msnav_stream_new(&c, WORLD_SECOND, s);
}

static void encrypted_numbers_roll_over(void **state) {
  (void)state;
  unsigned long packets = full() ? 24 * 3600 * 50 : 4 * 65536;
  msnav_stream *a, *b;
  msnav_error err = open_stream(&a, true);
  if (err == MSNAV_ERR_UNSUPPORTED) {
    skip();
  }
  assert_int_equal(err, MSNAV_OK);
  assert_int_equal(open_stream(&b, false), MSNAV_OK);
  int16_t pcm[160] = {1000, -1000};
  uint8_t late[MSNAV_STREAM_MTU], now[MSNAV_STREAM_MTU];
  size_t late_len = 0;
  unsigned long sent = 0, lost = 0;
  msnav_usec time = WORLD_SECOND;
  for (unsigned long i = 0; i < packets; i++, time += 20000) {
    size_t len;
    assert_int_equal(msnav_stream_send(a, pcm, time, now, &len), MSNAV_OK);
    sent++;
    if (i % 101 == 7) {
      lost++;
    } else if (i % 53 == 3) { /* after the next one */
      memcpy(late, now, len);
      late_len = len;
    } else {
      (void)msnav_stream_receive(b, now, len, &alice_rtp, time);
      if (late_len > 0) {
        (void)msnav_stream_receive(b, late, late_len, &alice_rtp, time);
        late_len = 0;
      }
    }
    int16_t heard[960];
    (void)msnav_stream_play(b, heard, 160, time);
  }
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_stream_get_stats(b, &stats), MSNAV_OK);
  print_message(
    "# %lu encrypted packets, %lu lost, %llu received, %llu refused\n", sent,
    lost, (unsigned long long)stats.received_packets,
    (unsigned long long)stats.refused_srtp);
  assert_int_equal(stats.refused_srtp, 0);
  assert_int_equal(stats.resyncs, 0);
  /* the first ones are on probation, the last one may still be on its way */
  assert_in_range(stats.received_packets, sent - lost - 5, sent - lost);
  msnav_stream_free(a);
  msnav_stream_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_stays_as_it_is),
    cmocka_unit_test(numbers_wrap_in_a_long_call),
    cmocka_unit_test(encrypted_numbers_roll_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
