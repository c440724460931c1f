/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade: the ways they begin, go on and end. */
#include "test.h"

#include "call/context.h" /* what was offered */
#include "support/pair.h"
#include "support/sound.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static int setup(void **state) {
  *state = calloc(1, sizeof(pair));
  return 0;
}

static int teardown(void **state) {
  free(*state);
  return 0;
}

static const char *field(const person *who, const char *name) {
  static char value[128];
  const char *at = strstr(who->last_sent, name);
  value[0] = '\0';
  if (at != NULL) {
    sscanf(at + strlen(name), ": %127[^\r]", value);
  }
  return value;
}

static void nothing_leaks(pair *p, int before) {
  pair_free(p);
  assert_int_equal(pair_descriptors(), before);
}

/* paper sections 1 to 4 */
static void inviter_calls_talks_and_hangs_up(void **state) {
  pair *p = *state;
  int before = pair_descriptors();
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  pair_connect(p);
  pair_run(p, 1500);
  for (int who = ALICE; who <= BOB; who++) { /* since the user's yes */
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(p->people[who].call, &info), MSNAV_OK);
    assert_in_range(info.setup_time, 1, 3000000);
    assert_in_range(info.duration, 1400000, 5000000);
  }
  assert_true(pair_tone(alice, 1000, 4000, 4000) > 0.9);
  assert_true(pair_tone(bob, 440, 4000, 4000) > 0.9);
  assert_int_equal(msnav_call_hangup(alice->call), MSNAV_OK);
  assert_int_equal(msnav_call_hangup(alice->call), MSNAV_ERR_STATE);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(alice->states,
                      "inviting,answered,connecting,talking,hanging up,ended");
  /* the CANCEL may come before the BYE: here it travels through memory */
  if (strcmp(bob->states, "ringing,accepted,connecting,talking,ended") != 0) {
    assert_string_equal(bob->states, "ringing,accepted,connecting,talking,"
                                     "hanging up,ended");
  }
  assert_int_equal(alice->reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(bob->reason, MSNAV_REASON_HANGUP_REMOTE);
  assert_string_equal(field(alice, "Cancel-Code"), "TIMEOUT");
  assert_string_equal(field(bob, "Cancel-Code"), "TIMEOUT");
  assert_int_equal(alice->sent, 3); /* INVITE, ACCEPT, CANCEL */
  assert_int_equal(bob->sent, 2);   /* ACCEPT, CANCEL */
  assert_int_equal(alice->misnamed + bob->misnamed, 0); /* SIP included */
  nothing_leaks(p, before);
}

static void invitee_may_hang_up_as_well(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  assert_int_equal(msnav_call_hangup(p->people[BOB].call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_HANGUP_LOCAL);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_HANGUP_REMOTE);
  pair_free(p);
}

static void profile_rtc_works_both_ways(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.profile = b.profile = MSNAV_PROFILE_RTC_1_2;
  for (int who = ALICE; who <= BOB; who++) {
    pair_init(p, &a, &b);
    pair_connect(p);
    assert_int_equal(msnav_call_hangup(p->people[who].call), MSNAV_OK);
    assert_true(pair_until(p, pair_both_ended, 1000));
    assert_int_equal(p->people[who].reason, MSNAV_REASON_HANGUP_LOCAL);
    pair_free(p);
  }
}

/* protocol section 5: RTC 1.2 has GSM, but not what came after it */
static void dialect_offers_what_there_was(void **state) {
  pair *p = *state;
  static const struct {
    uint32_t profile;
    const char *codecs;
    bool opus;
  } rows[] = {{MSNAV_PROFILE_STANDARD, NULL, true},
              {MSNAV_PROFILE_RTC_1_2, NULL, false},
              {MSNAV_PROFILE_RTC_1_2, "opus,PCMU", true}};
  for (size_t i = 0; i < ARRAY_LEN(rows) && msnav_has_feature("opus"); i++) {
    msnav_config b = pair_config(0x7f000002);
    b.profile = rows[i].profile;
    b.codecs = rows[i].codecs;
    pair_init(p, NULL, &b);
    pair_connect(p);
    const msnav_call *call = p->people[BOB].call;
    char *offer = g_strndup(call->described, call->described_len);
    assert_int_equal(strstr(offer, "opus/48000/2") != NULL, rows[i].opus);
    assert_int_equal(strstr(offer, "a=maxptime:70\r\n") != NULL,
                     rows[i].profile == MSNAV_PROFILE_STANDARD);
    g_free(offer);
    msnav_call_info info = {.size = sizeof(info)};
    assert_int_equal(msnav_call_get_info(p->people[BOB].call, &info), MSNAV_OK);
    assert_string_equal(info.codec, rows[i].codecs != NULL ? "opus" : "PCMU");
    pair_run(p, 1500);
    assert_true(p->people[ALICE].heard_count > 8000);
    pair_free(p);
  }
}

static void reject_call(person *me, msnav_call *call) {
  (void)me;
  assert_int_equal(msnav_call_reject(call), MSNAV_OK);
}

/* paper section 6 */
static void invitee_rejects(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].on_incoming = reject_call;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(field(&p->people[BOB], "Cancel-Code"), "REJECT");
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_REJECTED_LOCAL);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_REJECTED_REMOTE);
  pair_free(p);
}

static void inviter_cancels_while_it_rings(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].auto_accept = false;
  msnav_call *call = pair_start(p, MSNAV_AUDIO);
  assert_int_equal(msnav_call_hangup(call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_string_equal(field(&p->people[ALICE], "Cancel-Code"), "TIMEOUT");
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_CANCELLED_LOCAL);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);
}

/* A call that nobody answers ends by itself, on either side first. */
static void ringing_ends_by_itself(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000001);
  quick.ring_out = quick.ring_in = 150000;
  pair_init(p, &quick, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_ANSWER);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);

  quick.bind_ip = 0x7f000002;
  pair_init(p, NULL, &quick);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_MISSED);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_CANCELLED_REMOTE);
  pair_free(p);
}

static void go_silent(person *me, msnav_call *call) {
  me->mute_msnp = true; /* ACCEPT and all that follows are lost */
  assert_int_equal(msnav_call_accept(call, 0), MSNAV_OK);
}

static void lost_addresses_end_the_exchange(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000002);
  quick.exchange = 150000;
  pair_init(p, NULL, &quick);
  p->people[BOB].on_incoming = go_silent;
  pair_start(p, MSNAV_AUDIO);
  pair_run(p, 400);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_NO_ADDRESS);
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_INVITING);
  pair_free(p);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SHUTDOWN);
}

/* An ACCEPT from nobody's address: what a dead or lying peer sends. */
static void accept_with(person *bob, const char *address) {
  char payload[700];
  person *alice = bob->other;
  snprintf(payload, sizeof(payload),
           "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
           "charset=UTF-8\r\n\r\nInvitation-Command: ACCEPT\r\n"
           "Context-Data: Requested:SIP_A,;\r\nInvitation-Cookie: %s\r\n"
           "Launch-Application: TRUE\r\nRequest-Data: IP-Address:\r\n"
           "IP-Address: %s\r\n\r\n",
           field(alice, "Invitation-Cookie"), address);
  msnav_context_receive(alice->ctx, msnav_str_of(bob->account), payload,
                        strlen(payload));
}

static void peer_that_vanishes_ends_the_exchange(void **state) {
  pair *p = *state;
  msnav_config quick = pair_config(0x7f000001);
  quick.exchange = 150000;
  pair_init(p, &quick, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  accept_with(&p->people[BOB], "127.0.0.9:9");
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_ANSWERED);
  pair_run(p, 400);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_ADDRESS);
  pair_free(p);
}

static void forbidden_addresses_end_the_call(void **state) {
  pair *p = *state;
  static const char *const bad[] = {"0.0.0.0:5060",
                                    "224.0.0.1:5060",
                                    "255.255.255.255:9",
                                    "1.2.3.4:0",
                                    "1.2.3.4",
                                    "localhost:5060",
                                    ""};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    pair_init(p, NULL, NULL);
    p->people[BOB].auto_accept = false;
    pair_start(p, MSNAV_AUDIO);
    accept_with(&p->people[BOB], bad[i]);
    pair_run(p, 10);
    assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_BAD_ADDRESS);
    assert_string_equal(field(&p->people[ALICE], "Cancel-Code"), "FAIL");
    pair_free(p);
  }
}

/* The peer's address is there, its messages arrive, but no SIP does. */
static void deaf_peer_ends_the_set_up(void **state) {
  pair *p = *state;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(0x7f000003)};
  socklen_t len = sizeof(sa);
  assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
  msnav_config quick = pair_config(0x7f000001);
  quick.setup = 300000;
  pair_init(p, &quick, NULL);
  person *alice = &p->people[ALICE];
  msnav_addr deaf = {0x7f000003, ntohs(sa.sin_port)};
  assert_int_equal(msnav_call_dial(alice->ctx, &deaf, MSNAV_AUDIO,
                                   &alice->call),
                   MSNAV_OK);
  pair_run(p, 3000);
  assert_int_equal(alice->reason, MSNAV_REASON_SIP_TIMEOUT);
  assert_int_equal(alice->sent, 0); /* a direct call knows no MSNP */
  pair_free(p);
  close(fd);
}

/* Both ring; the one that is accepted cancels the other. */
static void crossing_invitations_become_one_call(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  bob->auto_accept = alice->auto_accept = false;
  msnav_call *from_alice = pair_start(p, MSNAV_AUDIO);
  msnav_call *at_bob = bob->call;
  msnav_call *from_bob;
  assert_int_equal(msnav_call_start(bob->ctx, msnav_str_of(alice->account),
                                    MSNAV_AUDIO, &from_bob),
                   MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(from_alice, &info), MSNAV_OK);
  assert_int_equal(info.crossing, 1);
  assert_int_equal(msnav_call_get_info(at_bob, &info), MSNAV_OK);
  assert_int_equal(info.crossing, 1);
  assert_int_equal(msnav_call_accept(at_bob, 0), MSNAV_OK);
  assert_true(pair_until(p, pair_both_talk, 2000));
  assert_int_equal(msnav_call_get_info(from_bob, &info), MSNAV_OK);
  assert_int_equal(info.state, MSNAV_STATE_ENDED);
  assert_int_equal(info.reason, MSNAV_REASON_CROSSED);
  assert_int_equal(msnav_call_get_info(from_alice, &info), MSNAV_OK);
  assert_int_equal(info.state, MSNAV_STATE_TALKING);
  pair_free(p);
}

static bool media_changed(pair *p) {
  return p->people[ALICE].media_changes > 0 && p->people[BOB].media_changes > 0;
}

static void next_change(pair *p) {
  p->people[ALICE].media_changes = p->people[BOB].media_changes = 0;
}

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

static void nothing_in_common_is_said_so(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.media = MSNAV_AUDIO | MSNAV_VIDEO;
  pair_init(p, &a, NULL);
  pair_start(p, MSNAV_VIDEO);
  pair_run(p, 50);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NOT_INSTALLED);
  assert_int_equal(p->people[BOB].incoming, 0);
  assert_string_equal(field(&p->people[BOB], "Cancel-Code"),
                      "REJECT_NOT_INSTALLED");
  pair_free(p);
}

static void codecs_without_a_common_one_end_with_488(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.codecs = "PCMU";
  b.codecs = "PCMA";
  pair_init(p, &a, &b);
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 2000));
  /* the inviter refuses the invitee's offer; its 488 and its CANCEL race */
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_SIP_REFUSED);
  assert_true(p->people[BOB].reason == MSNAV_REASON_SIP_REFUSED ||
              p->people[BOB].reason == MSNAV_REASON_PEER_FAILED);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_equal(info.sip_status, 488);
  pair_free(p);
}

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

static bool say_nothing(person *me, msnav_call *call) {
  (void)me;
  (void)call;
  return false;
}

static void silence_of_the_wire_ends_the_call(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.silence = 500000;
  pair_init(p, &a, NULL);
  p->people[BOB].on_capture = say_nothing; /* and RTCP is seconds away */
  pair_connect(p);
  assert_true(pair_until(p, pair_both_ended, 2000));
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_NO_MEDIA);
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_HANGUP_REMOTE);
  pair_free(p);
}

static void taken_port_is_a_named_end(void **state) {
  pair *p = *state;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(0x7f000002)};
  socklen_t len = sizeof(sa);
  assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
  msnav_config b = pair_config(0x7f000002);
  b.sip_port = ntohs(sa.sin_port);
  pair_init(p, NULL, &b);
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(p->people[BOB].reason, MSNAV_REASON_NETWORK);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_PEER_FAILED);
  assert_non_null(strstr(p->people[BOB].log, "in use"));

  person *alice = &p->people[ALICE];
  msnav_addr taken = {0x7f000002, ntohs(sa.sin_port)};
  msnav_call *call;
  assert_int_equal(msnav_call_listen(alice->ctx, &taken, MSNAV_AUDIO, &call),
                   MSNAV_ERR_IN_USE);
  msnav_addr foreign = {0xc0000201, 5060};
  assert_int_equal(msnav_call_listen(alice->ctx, &foreign, MSNAV_AUDIO, &call),
                   MSNAV_ERR_ADDRESS);
  pair_free(p);
  close(fd);
}

static void undelivered_invitation_ends_and_a_talk_goes_on(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  p->people[BOB].auto_accept = false;
  msnav_call *call = pair_start(p, MSNAV_AUDIO);
  assert_int_equal(msnav_call_undelivered(call), MSNAV_OK);
  assert_int_equal(p->people[ALICE].reason, MSNAV_REASON_UNDELIVERED);
  pair_free(p);

  pair_init(p, NULL, NULL);
  pair_connect(p);
  assert_int_equal(msnav_call_undelivered(p->people[ALICE].call),
                   MSNAV_ERR_STATE);
  assert_int_equal(pair_state(&p->people[ALICE]), MSNAV_STATE_TALKING);
  pair_free(p);
}

static void direct_calls_need_no_switchboard(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  msnav_addr at = {0x7f000002, 0};
  assert_int_equal(msnav_call_listen(bob->ctx, &at, MSNAV_AUDIO, &bob->call),
                   MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_not_equal(info.local_sip.port, 0);
  assert_int_equal(info.remote_sip.port, 0);
  assert_int_equal(msnav_call_dial(alice->ctx, &info.local_sip, MSNAV_AUDIO,
                                   &alice->call),
                   MSNAV_OK);
  assert_true(pair_until(p, pair_both_talk, 2000));
  pair_run(p, 1000);
  assert_true(pair_tone(bob, 440, 4000, 2400) > 0.9);
  assert_int_equal(msnav_call_hangup(bob->call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 1000));
  assert_int_equal(alice->sent + bob->sent, 0);
  msnav_call_info caller = {.size = sizeof(caller)};
  assert_int_equal(msnav_call_get_info(alice->call, &caller), MSNAV_OK);
  assert_int_equal(msnav_call_get_info(bob->call, &info), MSNAV_OK);
  assert_int_equal(info.remote_sip.ip, caller.local_sip.ip);
  assert_int_equal(info.remote_sip.port, caller.local_sip.port);
  pair_free(p);
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

static void payloads_of_others_are_handed_back(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  msnav_context *ctx = p->people[BOB].ctx;
  msnav_str peer = msnav_str_of("alice@example.com");
  static const char head[] = "MIME-Version: 1.0\r\nContent-Type: "
                             "text/x-msmsgsinvite; charset=UTF-8\r\n\r\n";
  static const struct {
    const char *body;
    msnav_error want;
  } rows[] = {
    /* a file transfer */
    {"Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n"
     "Invitation-Command: INVITE\r\nInvitation-Cookie: 1\r\n\r\n",
     MSNAV_ERR_NOT_OURS},
    {"Invitation-Command: ACCEPT\r\nInvitation-Cookie: 77\r\n\r\n",
     MSNAV_ERR_NOT_OURS},
    {"no colon here\r\n\r\n", MSNAV_ERR_PARSE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char payload[600];
    snprintf(payload, sizeof(payload), "%s%s", head, rows[i].body);
    assert_int_equal(msnav_context_receive(ctx, peer, payload, strlen(payload)),
                     rows[i].want);
  }
  assert_int_equal(msnav_context_receive(ctx, peer, "hello", 5),
                   MSNAV_ERR_NO_MIME);
  assert_int_equal(p->people[BOB].sent, 0);
  assert_int_equal(p->people[BOB].incoming, 0);
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

/* Of 23001 to 23004 one pair can be used. */
static void rtp_stays_in_its_range(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(0x7f000001);
  a.rtp_port_min = 23001;
  a.rtp_port_max = 23004;
  pair_init(p, &a, NULL);
  pair_connect(p);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_equal(info.local_rtp.port, 23002);
  pair_free(p);
}

/* With any of these no call could ever be made: it is said at once. */
static void useless_configurations_are_refused(void **state) {
  pair *p = *state;
  char agent[66];
  memset(agent, 'a', 65);
  agent[65] = '\0';
  const msnav_config good = pair_config(0x7f000001);
  msnav_config rows[16];
  size_t n = 0;
#define ROW(change)                                                            \
  do {                                                                         \
    rows[n] = good;                                                            \
    rows[n++].change;                                                          \
  } while (0)
  ROW(name = "two\nlines");
  ROW(user_agent = "two\nlines");
  ROW(user_agent = agent);
  ROW(bind_ip = 0xe0000001);       /* 224.0.0.1 */
  ROW(advertised_ip = 0xffffffff); /* broadcast */
  ROW(proxy = ((msnav_addr){0, 5060}));
  ROW(rtp_port_min = 40000); /* up to 0 */
  ROW(rtp_port_max = 2);     /* from 2 on, and no port for RTCP */
#undef ROW
  rows[n] = good;
  rows[n].rtp_port_min = 5001; /* 5002 is even, but 5003 is too far */
  rows[n++].rtp_port_max = 5002;
  rows[n] = good;
  rows[n].rtp_port_min = rows[n].rtp_port_max = UINT16_MAX;
  n++;
  rows[n] = good;
  rows[n].min_delay = 200000;
  rows[n++].max_delay = 100000;
  pair_init(p, NULL, NULL);
  const msnav_loop *loop = msnav_epoll_loop(p->epoll);
  const msnav_events *events = &p->people[ALICE].ctx->events;
  for (size_t i = 0; i < n; i++) {
    msnav_context *ctx = NULL;
    assert_int_equal(msnav_context_new(loop, &rows[i], events, NULL, &ctx),
                     MSNAV_ERR_INVALID);
    assert_null(ctx);
  }
  pair_free(p);
}

/* MSN lets a display name have 387 bytes, and accounts may have 255: what SIP
 * has no room for is cut or left out, the call is made. */
static void long_and_odd_names_make_calls(void **state) {
  pair *p = *state;
  char name[388], quotes[388], account[251];
  memset(quotes, '"', 387);
  memset(account, 'a', 250);
  for (int i = 0; i < 129; i++) {
    memcpy(name + 3 * (size_t)i, "\xe9\x9f\xb3", 3);
  }
  name[387] = quotes[387] = account[250] = '\0';
  static const char *const few[] = {"",     "@",         "a@",
                                    "@b",   "a@b@c",     "...",
                                    "-",    "a@b+c",     "a_b@c_d.e",
                                    "a@b.", ".@.",       "+",
                                    "a@..", "1.2.3.4.5", "a@1.2.3",
                                    "a b",  "\xff"};
  for (size_t i = 0; i < 3 + ARRAY_LEN(few); i++) {
    msnav_config a = pair_config(0x7f000001);
    msnav_config b = pair_config(0x7f000002);
    a.name = i == 0 ? name : i == 1 ? quotes : NULL;
    a.account = i == 2 ? account : i > 2 ? few[i - 3] : NULL;
    a.codecs = "PCMU,PCMA,PCMU";
    b.name = a.name;
    b.account = a.account;
    pair_init(p, &a, &b);
    bool peers = a.account != NULL && a.account[0] != '\0';
    p->people[ALICE].account = peers ? a.account : "alice@example.com";
    pair_connect(p);
    assert_string_equal(p->people[BOB].log, "");
    pair_free(p);
  }
}

static void names_are_cut_between_characters(void **state) {
  (void)state;
  char name[170];
  memset(name, 'n', sizeof(name));
  memcpy(name + 158, "\xe9\x9f\xb3", 3); /* bytes 159 to 161 */
  name[169] = '\0';
  char *cut = msnav_call_display_name(name);
  assert_int_equal(strlen(cut), 158);
  g_free(cut);
  memset(name, '"', 169);
  cut = msnav_call_display_name(name);
  assert_int_equal(strlen(cut), 100);
  g_free(cut);
  cut = msnav_call_display_name("\xe9"); /* the rest is missing */
  assert_string_equal(cut, "\xe9");
  g_free(cut);
  assert_null(msnav_call_display_name(""));
  assert_null(msnav_call_display_name(NULL));
}

/* What a description cannot tell apart would make every offer impossible. */
static void codecs_that_are_there_are_not_added(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  msnav_context *ctx = p->people[ALICE].ctx;
  msnav_audio_codec codec = *msnav_codec_find(msnav_str_of("PCMA"), 8000);
  assert_int_equal(msnav_context_add_codec(ctx, &codec), MSNAV_ERR_INVALID);
  codec.name = "X-MINE";
  static const uint8_t taken[] = {0, 8, 13, 64, 72, 95};
  for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
    codec.payload_type = taken[i];
    assert_int_equal(msnav_context_add_codec_last(ctx, &codec),
                     MSNAV_ERR_INVALID);
  }
  codec.payload_type = 97; /* dynamic ones are given anew */
  assert_int_equal(msnav_context_add_codec_last(ctx, &codec), MSNAV_OK);
  pair_connect(p);
  pair_free(p);
}

static size_t times(const char *text, const char *what) {
  size_t n = 0;
  for (; (text = strstr(text, what)) != NULL; text++) {
    n++;
  }
  return n;
}

/* The last of them give way, with a word, to what makes keys and repairs. */
static void many_codecs_leave_room_for_the_rest(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  msnav_context *ctx = p->people[BOB].ctx;
  static msnav_audio_codec more[16];
  static char names[16][8];
  size_t n = 0;
  for (msnav_error err = MSNAV_OK; err != MSNAV_ERR_LIMIT; n++) {
    snprintf(names[n], sizeof(names[n]), "X-%zu", n);
    more[n] = *msnav_codec_find(msnav_str_of("PCMU"), 8000);
    more[n].name = names[n];
    more[n].payload_type = 96;
    err = msnav_context_add_codec_last(ctx, &more[n]);
    assert_true(err == MSNAV_OK || err == MSNAV_ERR_LIMIT);
  }
  pair_connect(p); /* he, the invitee, makes the offer */
  static const char *const formats[] = {"red/8000", "CN/8000", "X-0/8000",
                                        "telephone-event/8000"};
  char *offer =
    g_strndup(p->people[BOB].call->offer, p->people[BOB].call->offer_len);
  for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
    assert_non_null(strstr(offer, formats[i]));
  }
  assert_int_equal(times(offer, "a=rtpmap:"), 16);
  assert_null(
    strstr(offer, names[n - 2])); /* the last one there was room for */
  g_free(offer);
  assert_int_equal(msnav_call_dtmf(p->people[ALICE].call, '7', 60000),
                   MSNAV_OK);
  pair_run(p, 500);
  assert_string_equal(p->people[BOB].keys, "7");
  next_change(p);
  assert_int_equal(msnav_call_hold(p->people[BOB].call, true), MSNAV_OK);
  assert_true(pair_until(p, media_changed, 2000));
  assert_int_equal(times(p->people[BOB].log, "no room for the last 3 codecs"),
                   1);
  pair_free(p);
}

static void wrong_arguments_are_refused(void **state) {
  pair *p = *state;
  pair_init(p, NULL, NULL);
  msnav_context *ctx = p->people[ALICE].ctx;
  msnav_call *call = NULL;
  msnav_str nobody = {NULL, 0};
  msnav_events events = {.size = sizeof(events)};
  msnav_context *other;
  const msnav_loop *loop = msnav_epoll_loop(p->epoll);
  assert_int_equal(msnav_context_new(loop, NULL, &events, NULL, &other),
                   MSNAV_ERR_INVALID); /* no send */
  assert_int_equal(msnav_context_new(NULL, NULL, &events, NULL, &other),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_start(ctx, nobody, MSNAV_AUDIO, &call),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_start(ctx, msnav_str_of("b@x"), 0, &call),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_start(ctx, msnav_str_of("b@x"), MSNAV_VIDEO,
                                    &call),
                   MSNAV_ERR_INVALID); /* not among our media */
  assert_int_equal(msnav_call_start(NULL, msnav_str_of("b@x"), 1, &call),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_hangup(NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_accept(NULL, 0), MSNAV_ERR_INVALID);
  msnav_call_free(NULL);
  msnav_context_free(NULL);
  msnav_addr nowhere = {0, 0};
  assert_int_equal(msnav_call_dial(ctx, &nowhere, MSNAV_AUDIO, &call),
                   MSNAV_ERR_ADDRESS);
  pair_free(p);
}

static void limits_hold(void **state) {
  pair *p = *state;
  msnav_config b = pair_config(0x7f000002);
  b.max_calls_per_peer = 2;
  pair_init(p, NULL, &b);
  p->people[BOB].auto_accept = false;
  for (int i = 0; i < 5; i++) {
    pair_start(p, MSNAV_AUDIO);
  }
  assert_int_equal(p->people[BOB].incoming, 2);
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(p->people[BOB].ctx, &c),
                   MSNAV_OK);
  assert_int_equal(c.over_limit, 3);
  assert_int_equal(c.live, 2);
  pair_free(p);
}

/* 0.0.0.0 is bound, but nobody can call it: peers are told an address that
 * routes to them. */
static void wildcard_address_is_never_told(void **state) {
  pair *p = *state;
  msnav_config any = pair_config(0);
  pair_init(p, &any, NULL);
  p->people[BOB].auto_accept = false;
  pair_start(p, MSNAV_AUDIO);
  assert_string_not_equal(field(&p->people[ALICE], "Private-IP"), "0.0.0.0");
  assert_string_not_equal(field(&p->people[ALICE], "Private-IP"), "");
  accept_with(&p->people[BOB], "192.0.2.77:5060");
  pair_run(p, 10);
  assert_string_equal(field(&p->people[ALICE], "Invitation-Command"), "ACCEPT");
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(p->people[ALICE].call, &info), MSNAV_OK);
  assert_int_not_equal(info.local_sip.ip, 0);
  assert_int_equal(strncmp(field(&p->people[ALICE], "IP-Address"), "0.", 2) ==
                     0,
                   0);
  pair_free(p);
}

static void many_calls_leave_nothing_behind(void **state) {
  pair *p = *state;
  int before = pair_descriptors();
  pair_init(p, NULL, NULL);
  for (int i = 0; i < 30; i++) {
    p->people[ALICE].states[0] = p->people[BOB].states[0] = '\0';
    p->people[ALICE].ended = p->people[BOB].ended = 0;
    pair_connect(p);
    assert_int_equal(msnav_call_hangup(p->people[i % 2].call), MSNAV_OK);
    assert_true(pair_until(p, pair_both_ended, 1000));
    msnav_call_free(p->people[ALICE].call);
    msnav_call_free(p->people[BOB].call);
    p->people[ALICE].call = p->people[BOB].call = NULL;
  }
  nothing_leaks(p, before);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
    CASE(inviter_calls_talks_and_hangs_up),
    CASE(invitee_may_hang_up_as_well),
    CASE(dialect_offers_what_there_was),
    CASE(profile_rtc_works_both_ways),
    CASE(invitee_rejects),
    CASE(inviter_cancels_while_it_rings),
    CASE(ringing_ends_by_itself),
    CASE(lost_addresses_end_the_exchange),
    CASE(peer_that_vanishes_ends_the_exchange),
    CASE(forbidden_addresses_end_the_call),
    CASE(deaf_peer_ends_the_set_up),
    CASE(crossing_invitations_become_one_call),
    CASE(held_peer_hears_nothing_until_resumed),
    CASE(video_comes_and_goes_in_mid_call),
    CASE(video_can_be_asked_for_at_once_and_refused),
    CASE(nothing_in_common_is_said_so),
    CASE(codecs_without_a_common_one_end_with_488),
    CASE(keys_are_heard_in_order),
    CASE(muted_peer_is_silent_but_alive),
    CASE(silence_is_suppressed_for_peers_that_take_it),
    CASE(silence_of_the_wire_ends_the_call),
    CASE(taken_port_is_a_named_end),
    CASE(undelivered_invitation_ends_and_a_talk_goes_on),
    CASE(direct_calls_need_no_switchboard),
    CASE(sound_is_received_where_a_call_is_waited_for),
    CASE(payloads_of_others_are_handed_back),
    CASE(changes_that_cross_both_come_true),
    CASE(descriptions_are_numbered),
    CASE(media_in_vain_leave_no_sockets),
    CASE(rtp_stays_in_its_range),
    CASE(useless_configurations_are_refused),
    CASE(long_and_odd_names_make_calls),
    CASE(names_are_cut_between_characters),
    CASE(codecs_that_are_there_are_not_added),
    CASE(many_codecs_leave_room_for_the_rest),
    CASE(wrong_arguments_are_refused),
    CASE(limits_hold),
    CASE(wildcard_address_is_never_told),
    CASE(many_calls_leave_nothing_behind),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
