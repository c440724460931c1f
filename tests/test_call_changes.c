/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes in mid-call: hold and resume, video that comes and goes, and what
 * descriptions and sockets make of them. */
#include "call_kit.h"

#include "call/context.h" /* what was offered */
#include "sip/inner.h"    /* what Bob lost */

static void held_peer_hears_nothing_until_resumed(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  pair_connect(p);
  pair_run(p, 500);
  assert_int_equal(msnav_call_hold(alice->call, true), MSNAV_OK);
  assert_int_equal(msnav_call_hold(alice->call, false), MSNAV_ERR_STATE);
  assert_true(pair_until(p, media_changed, 1000));
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[BOB].call, &info), MSNAV_OK);
  assert_int_equal(info.held_by_peer, 1);
  assert_int_equal(msnav_call_dtmf(p->people[BOB].call, '1', 0),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_call_get_info(alice->call, &info), MSNAV_OK);
  assert_int_equal(info.held, 1);
  pair_run(p, 400);
  size_t from = alice->heard_count;
  pair_run(p, 400);
  assert_true(pair_tone(alice, 1000, from, 2400) < 0.1);

  next_change(p);
  assert_int_equal(msnav_call_hold(alice->call, false), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 1000));
  pair_run(p, 400);
  from = alice->heard_count;
  pair_run(p, 500);
  assert_true(pair_tone(alice, 1000, from, 3200) > 0.9);
  pair_free(p);
}

static void video_comes_and_goes_in_mid_call(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.media = b.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &a, &b);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  pair_connect(p);
  static const uint8_t picture[300] = {1};
  msnav_payload payload = {picture, sizeof(picture), 9000, 0, 0, true};
  assert_int_equal(msnav_call_send_video(alice->call, &payload),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_call_set_media(alice->call, MSNAV_AUDIO | MSNAV_VIDEO),
                   MSNAV_OK);
  assert_true(pair_until(p, media_changed, 1000));
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_equal(info.media, MSNAV_AUDIO | MSNAV_VIDEO);
  assert_int_equal(info.video_payload_type, 34);
  for (int i = 0; i < 20; i++) {
    payload.timestamp += 3000;
    assert_int_equal(msnav_call_send_video(alice->call, &payload), MSNAV_OK);
    pair_run(p, 10);
  }
  assert_true(bob->video_payloads >= 10);

  next_change(p);
  assert_int_equal(msnav_call_set_media(alice->call, MSNAV_AUDIO), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 1000));
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_equal(info.media, MSNAV_AUDIO);
  size_t from = alice->heard_count;
  pair_run(p, 500);
  assert_true(pair_tone(alice, 1000, from, 3000) > 0.9);
  pair_free(p);
}

/* RTP has one pair of ports, which the sound uses. */
static void medium_without_a_port_is_not_added(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(pair_own_ip());
  a.media = MSNAV_AUDIO | MSNAV_VIDEO;
  a.rtp_port_min = 23011;
  a.rtp_port_max = 23013;
  pair_init(p, &a, NULL);
  person *alice = &p->people[ALICE];
  pair_connect(p);
  assert_int_equal(msnav_call_set_media(alice->call, MSNAV_AUDIO | MSNAV_VIDEO),
                   MSNAV_ERR_IN_USE);
  assert_non_null(strstr(alice->log, "no pair of RTP ports"));
  size_t from = alice->heard_count;
  pair_run(p, 500);
  assert_true(pair_tone(alice, 1000, from, 3000) > 0.9);
  assert_int_equal(msnav_call_hold(alice->call, true), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 1000));
  pair_free(p);
}

static void video_can_be_asked_for_at_once_and_refused(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &a, NULL);
  pair_start(p, MSNAV_AUDIO | MSNAV_VIDEO);
  assert_true(pair_until(p, pair_both_talk, 2000));
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_equal(info.media, MSNAV_AUDIO);
  assert_string_equal(field(&p->people[ALICE], "Invitation-Command"), "ACCEPT");
  pair_free(p);
}

static uint32_t media_of(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  return info.media;
}

static bool both_changed_twice(pair *p) {
  return p->people[ALICE].media_changes + p->people[BOB].media_changes == 4;
}

/* One side holds at the moment in which the other adds video: both get 491
 * and try again, one after the other (RFC 3261 section 14.1), and the second
 * offer follows what came of the first (RFC 3264 section 8). */
static void changes_that_cross_both_come_true(void **state) {
  pair *p = *state;
  const uint32_t both = MSNAV_AUDIO | MSNAV_VIDEO;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.media = b.media = both;
  for (int who = ALICE; who <= BOB; who++) {
    pair_init(p, &a, &b);
    pair_connect(p);
    person *holds = &p->people[who];
    person *adds = holds->other;
    assert_int_equal(msnav_call_hold(holds->call, true), MSNAV_OK);
    assert_int_equal(msnav_call_set_media(adds->call, both), MSNAV_OK);
    assert_true(pair_until(p, both_changed_twice, 6000));
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(adds->call, &info), MSNAV_OK);
    assert_int_equal(info.state, MSNAV_STATE_TALKING);
    assert_int_equal(info.media, both);
    assert_int_equal(info.held_by_peer, 1);
    assert_int_equal(media_of(holds), both);
    pair_run(p, 50); /* the ACK */
    assert_int_equal(msnav_call_hold(holds->call, false), MSNAV_OK);
    pair_run(p, 200);
    assert_int_equal(media_of(adds), both);
    assert_string_equal(p->people[ALICE].log, "");
    pair_free(p);
  }
}

static unsigned version_of(const person *who) {
  unsigned version = 99;
  char *text = g_strndup(who->call->described, who->call->described_len);
  sscanf(strstr(text, "o="), "o=- 0 %u IN", &version);
  g_free(text);
  return version;
}

/* RFC 3264 section 8: the number of o= goes up by one with each change; RTC
 * 1.2 writes 0 throughout (protocol section 5). */
static void descriptions_are_numbered(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  for (uint32_t profile = 0; profile <= MSNAV_PROFILE_RTC_1_2; profile++) {
    a.profile = b.profile = profile;
    unsigned step = profile == MSNAV_PROFILE_STANDARD ? 1 : 0;
    pair_init(p, &a, &b);
    pair_connect(p);
    for (unsigned i = 0; i < 4; i++) {
      assert_int_equal(version_of(&p->people[ALICE]), i * step);
      assert_int_equal(version_of(&p->people[BOB]), i * step);
      pair_run(p, 50);
      msnav_call *call = p->people[i / 2].call;
      assert_int_equal(msnav_call_hold(call, i % 2 == 0), MSNAV_OK);
      pair_run(p, 100);
    }
    pair_free(p);
  }
}

/* Sockets that were opened to offer a medium are closed when it is refused,
 * with port 0 as with 488, not with the call. */
static void media_in_vain_leave_no_sockets(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &a, NULL);
  pair_connect(p);
  pair_run(p, 50);
  msnav_call *call = p->people[ALICE].call;
  int before = pair_descriptors();
  assert_int_equal(msnav_call_set_media(call, MSNAV_AUDIO | MSNAV_VIDEO),
                   MSNAV_OK);
  pair_run(p, 200);
  assert_int_equal(pair_descriptors(), before);
  assert_int_equal(msnav_call_set_media(call, MSNAV_VIDEO), MSNAV_OK);
  pair_run(p, 200);
  assert_int_equal(pair_descriptors(), before);
  assert_int_equal(media_of(&p->people[ALICE]), MSNAV_AUDIO);
  assert_int_equal(pair_state(&p->people[BOB]), MSNAV_STATE_TALKING);
  pair_free(p);
}

static void ask_for_video(person *me, msnav_call *call, const char *what) {
  if (strcmp(what, "media") == 0) {
    assert_int_equal(msnav_call_set_media(call, MSNAV_AUDIO | MSNAV_VIDEO),
                     MSNAV_ERR_STATE);
    me->on_any = NULL;
  }
}

/* Nor those for an offer that could not be made: their own is not acknowledged
 * yet. */
static void a_change_too_early_leaves_no_sockets(void **state) {
  pair *p = *state;
  msnav_config b = pair_config(0x7f000002);
  b.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, NULL, &b);
  pair_connect(p);
  pair_run(p, 50);
  int before = pair_descriptors();
  person *bob = &p->people[BOB];
  bob->on_any = ask_for_video;
  assert_int_equal(msnav_call_hold(p->people[ALICE].call, true), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 1000));
  assert_null(bob->on_any);
  assert_int_equal(pair_descriptors(), before);
  pair_free(p);
}

static bool alice_ended(pair *p) {
  return pair_state(&p->people[ALICE]) == MSNAV_STATE_ENDED;
}

/* RFC 3261 section 12.2.1.2: 481 to a re-INVITE ends the dialog. */
static void a_peer_without_the_dialog_ends_the_call(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  pair_run(p, 50);
  p->people[BOB].call->dialog->state = MSNAV_DIALOG_OVER;
  assert_int_equal(msnav_call_hold(p->people[ALICE].call, true), MSNAV_OK);
  assert_true(pair_until(p, alice_ended, 1000));
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SIP_LOST);
  pair_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(held_peer_hears_nothing_until_resumed),
    CASE(video_comes_and_goes_in_mid_call),
    CASE(medium_without_a_port_is_not_added),
    CASE(video_can_be_asked_for_at_once_and_refused),
    CASE(changes_that_cross_both_come_true),
    CASE(descriptions_are_numbered),
    CASE(media_in_vain_leave_no_sockets),
    CASE(a_change_too_early_leaves_no_sockets),
    CASE(a_peer_without_the_dialog_ends_the_call),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
