/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is heard in a call: keys, mute, silence that is suppressed, and where
 * sound is received. */
#include "call_kit.h"
#include "support/sound.h"

static void keys_are_heard_in_order(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  person *alice = &p->people[ALICE];
  assert_int_equal(msnav_call_dtmf(alice->call, '!', 0), MSNAV_ERR_INVALID);
  for (const char *k = "5*#D"; *k != '\0'; k++) {
    assert_int_equal(msnav_call_dtmf(alice->call, *k, 60000), MSNAV_OK);
  }
  pair_run(p, 1200);
  assert_string_equal(p->people[BOB].keys, "5*#D");
  /* call.h: 100 ms when nothing is said of that */
  assert_int_equal(msnav_call_dtmf(alice->call, '7', 0), MSNAV_OK);
  pair_run(p, 400);
  assert_string_equal(p->people[BOB].keys, "5*#D7");
  assert_in_range(p->people[BOB].key_length, 80000, 120000);
  pair_free(p);
}

static bool say_nothing(person *me, int16_t *pcm, size_t samples) {
  (void)me, (void)pcm, (void)samples;
  return false;
}

/* From the first report on. */
static void nothing_is_as_loud_as_silence(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[ALICE].say = say_nothing;
  pair_connect(p);
  pair_run(p, 300);
  assert_int_equal(p->people[ALICE].loud_reports, 0);
  assert_int_equal(p->people[ALICE].level_sent, 127);
  assert_true(p->people[BOB].loud_reports > 0);
  pair_free(p);
}

static void muted_peer_is_silent_but_alive(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  pair_run(p, 300);
  msnav_call_mute(p->people[BOB].call, true);
  pair_run(p, 400);
  person *alice = &p->people[ALICE];
  size_t from = alice->heard_count;
  pair_run(p, 400);
  assert_true(pair_tone(alice, 1000, from, 2400) < 0.1);
  assert_int_equal(pair_state(alice), MSNAV_STATE_TALKING);
  msnav_call_mute(p->people[BOB].call, false);
  pair_run(p, 300);
  from = alice->heard_count;
  pair_run(p, 400);
  assert_true(pair_tone(alice, 1000, from, 2400) > 0.9);
  pair_free(p);
}

/* A room in which nobody speaks. */
static bool be_silent(person *me, int16_t *pcm, size_t samples) {
  (void)me;
  uint32_t seed = 1;
  sound_noise(pcm, samples, 100, &seed); /* -55 dBov */
  return true;
}

static void silence_is_suppressed_for_peers_that_take_it(void **state) {
  pair *p = *state;
  static const struct {
    uint32_t alice, bob, suppress, suppressed;
    const char *codecs;
  } rows[] = {
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_STANDARD, 1, 1, "PCMU"},
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_STANDARD, 0, 0, "PCMU"},
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_RTC_1_2, 1, 0, "PCMU"},
    {MSNAV_PROFILE_RTC_1_2, MSNAV_PROFILE_STANDARD, 1, 0, "PCMU"},
    {MSNAV_PROFILE_STANDARD, MSNAV_PROFILE_STANDARD, 1, 0, "DVI4/16000,PCMU"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_config a = pair_config(0x7f000001), b = pair_config(0x7f000001);
    a.profile = rows[i].alice;
    b.profile = rows[i].bob;
    a.codecs = b.codecs = rows[i].codecs;
    a.silence_suppression = rows[i].suppress;
    pair_init(p, &a, &b);
    p->people[ALICE].say = p->people[BOB].say = be_silent;
    pair_connect(p);
    pair_run(p, 1500);
    msnav_stream_stats at_a = {.size = sizeof(at_a)};
    msnav_stream_stats at_b = {.size = sizeof(at_b)};
    assert_int_equal(msnav_call_get_stats(p->people[ALICE].call, &at_a), 0);
    assert_int_equal(msnav_call_get_stats(p->people[BOB].call, &at_b), 0);
    assert_int_equal(at_a.suppressed_frames > 30, rows[i].suppressed);
    assert_int_equal(at_a.sent_noise > 0, rows[i].suppressed);
    assert_int_equal(at_b.suppressed_frames, 0);
    if (rows[i].suppressed) { /* the room is heard all the same */
      assert_in_range(at_b.received_level, 52, 58);
      assert_int_equal(at_b.receive_payload_type, 13);
      assert_int_equal(at_b.concealed_frames, 0);
    }
    pair_free(p);
  }
}

/* The address to listen at is that of the sound, too. */
static void sound_is_received_where_a_call_is_waited_for(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  msnav_addr at = {0x7f000003, 0}; /* his other calls are at 127.0.0.2 */
  assert_int_equal(msnav_call_listen(bob->ctx, &at, MSNAV_AUDIO, &bob->call),
                   MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_equal(info.local_sip.ip, at.ip);
  assert_int_equal(msnav_call_dial(alice->ctx, &info.local_sip, MSNAV_AUDIO,
                                   &alice->call),
                   MSNAV_OK);
  assert_true(pair_until(p, pair_both_talk, 2000));
  pair_run(p, 500);
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_call_get_stats(bob->call, &stats), MSNAV_OK);
  assert_true(stats.received_packets > 5);
  pair_free(p);
}

/* Of 23001 to 23004 one pair can be used. */
static void rtp_stays_in_its_range(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(pair_own_ip());
  a.rtp_port_min = 23001;
  a.rtp_port_max = 23004;
  pair_init(p, &a, NULL);
  pair_connect(p);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_equal(info.local_rtp.port, 23002);
  pair_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(keys_are_heard_in_order),
    CASE(nothing_is_as_loud_as_silence),
    CASE(muted_peer_is_silent_but_alive),
    CASE(silence_is_suppressed_for_peers_that_take_it),
    CASE(sound_is_received_where_a_call_is_waited_for),
    CASE(rtp_stays_in_its_range),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
