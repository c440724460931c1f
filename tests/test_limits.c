/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is put up with: at a limit things go on, one beyond is refused and
 * counted, and nobody else notices. */
#include "test.h"

#include "support/world.h"

#include <glib.h>

#define HEAD                                                                   \
  "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "                   \
  "charset=UTF-8\r\n\r\n"
#define INVITE                                                                 \
  "Application-Name: NetMeeting\r\n"                                           \
  "Application-GUID: {02D3C01F-BF30-4825-A83A-DE7AF41648AA}\r\n"               \
  "Session-Protocol: SM1\r\nContext-Data: Requested:SIP_A,;Capabilities:"      \
  "SIP_A,;\r\nInvitation-Command: INVITE\r\n"

static unsigned serial;

/* An invitation to a conversation, of so many bytes when `size` is not 0, with
 * that many more fields. */
static size_t
make_invite(char *out, size_t cap, size_t size, unsigned more, size_t longest) {
  int n = snprintf(out, cap, HEAD INVITE "Invitation-Cookie: %u\r\n", ++serial);
  size_t len = (size_t)n;
  for (unsigned i = 0; i < more; i++) {
    len += (size_t)snprintf(out + len, cap - len, "X-%u: y\r\n", i);
  }
  size_t fill = longest > 0 ? longest : size > 0 ? size - len - 2 - 2 : 0;
  if (fill > 0) {
    memset(out + len, 'z', fill);
    memcpy(out + len, "X: ", 3);
    len += fill;
    memcpy(out + len, "\r\n", 2);
    len += 2;
  }
  memcpy(out + len, "\r\n", 2);
  return len + 2;
}

static uint64_t refused(const world_person *who, msnav_limit limit) {
  msnav_context_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_context_get_counters(who->ctx, &c), MSNAV_OK);
  return c.refused[limit];
}

static void open_world(world *w) {
  simnet_begin(1);
  assert_int_equal(world_open(w, NULL, NULL), MSNAV_OK);
}

static void close_world(world *w) {
  world_close(w);
  assert_int_equal(simnet_end(), 0);
}

static void limit(world_person *who, msnav_limit what, uint32_t value) {
  assert_int_equal(msnav_context_set_limit(who->ctx, what, value), MSNAV_OK);
  assert_int_equal(msnav_context_limit(who->ctx, what), value);
}

static msnav_error
receive(world_person *who, const char *peer, const char *payload, size_t len) {
  char *copy = exact_copy(payload, len);
  msnav_error err =
    msnav_context_receive(who->ctx, msnav_str_of(peer), copy, len);
  free(copy);
  return err;
}

/* Somebody calls in good order; it is heard of. */
static void others_are_untouched(world *w) {
  char payload[1700];
  unsigned before = w->bob.incoming;
  w->bob.answers = false;
  size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
  assert_int_equal(receive(&w->bob, "carol@example.com", payload, len),
                   MSNAV_OK);
  assert_int_equal(w->bob.incoming, before + 1);
}

static void limits_have_names_defaults_and_ranges(void **state) {
  (void)state;
  static const struct {
    msnav_limit limit;
    const char *name;
    uint32_t value, least, most;
  } rows[] = {
    {MSNAV_LIMIT_PAYLOAD, "payload", 1664, 256, 1664},
    {MSNAV_LIMIT_FIELDS, "fields", 64, 8, 800},
    {MSNAV_LIMIT_FIELD, "field", 1024, 64, 1664},
    {MSNAV_LIMIT_NAME, "name", 255, 16, 255},
    {MSNAV_LIMIT_INVITES, "invites", 600, 1, 60000},
    {MSNAV_LIMIT_CALLS, "calls", 10000, 1, 1000000},
    {MSNAV_LIMIT_CALLS_PER_PEER, "calls_per_peer", 8, 1, 1000000},
    {MSNAV_LIMIT_SIP, "sip", 8192, 1024, 8192},
    {MSNAV_LIMIT_SDP, "sdp", 4096, 256, 4096},
    {MSNAV_LIMIT_SDP_LINES, "sdp_lines", 128, 8, 128},
    {MSNAV_LIMIT_SDP_MEDIA, "sdp_media", 8, 1, 8},
    {MSNAV_LIMIT_SDP_FORMATS, "sdp_formats", 64, 1, 255},
    {MSNAV_LIMIT_RTP, "rtp", 2000, 50, 100000},
    {MSNAV_LIMIT_RTCP, "rtcp", 100, 5, 100000},
    {MSNAV_LIMIT_LOG_LINE, "log_line", 1024, 80, 65536},
  };
  world w = {0};
  open_world(&w);
  msnav_context *ctx = w.alice.ctx;
  assert_int_equal(ARRAY_LEN(rows), MSNAV_LIMITS);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_limit l = rows[i].limit;
    assert_string_equal(msnav_limit_name(l), rows[i].name);
    assert_int_equal(msnav_context_limit(ctx, l), rows[i].value);
    assert_int_equal(msnav_context_set_limit(ctx, l, rows[i].least - 1),
                     MSNAV_ERR_INVALID);
    assert_int_equal(msnav_context_set_limit(ctx, l, rows[i].most + 1),
                     MSNAV_ERR_INVALID);
    assert_int_equal(msnav_context_limit(ctx, l), rows[i].value);
    assert_int_equal(msnav_context_set_limit(ctx, l, rows[i].least), MSNAV_OK);
    assert_int_equal(msnav_context_set_limit(ctx, l, rows[i].most), MSNAV_OK);
    assert_int_equal(msnav_context_limit(ctx, l), rows[i].most);
  }
  assert_int_equal(msnav_context_set_limit(ctx, MSNAV_LIMITS, 1),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_context_set_limit(NULL, MSNAV_LIMIT_SDP, 300),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_context_limit(NULL, MSNAV_LIMIT_SDP), 0);
  assert_int_equal(msnav_context_limit(ctx, MSNAV_LIMITS), 0);
  assert_string_equal(msnav_limit_name(MSNAV_LIMITS), "unknown");
  close_world(&w);
}

static void the_configuration_sets_the_numbers_of_calls(void **state) {
  (void)state;
  world w = {0};
  msnav_config config = world_config(WORLD_ALICE_IP);
  config.max_calls = 7;
  config.max_calls_per_peer = 3;
  simnet_begin(1);
  assert_int_equal(world_open(&w, &config, NULL), MSNAV_OK);
  assert_int_equal(msnav_context_limit(w.alice.ctx, MSNAV_LIMIT_CALLS), 7);
  assert_int_equal(msnav_context_limit(w.alice.ctx, MSNAV_LIMIT_CALLS_PER_PEER),
                   3);
  close_world(&w);
}

static void payloads_fields_and_names_are_bounded(void **state) {
  (void)state;
  static const char longer[] = "abcdefghijklm@x.y", name[] = "abcdefghijkl@x.y";
  static const struct {
    msnav_limit limit;
    uint32_t value;
    size_t size[2]; /* at the limit, beyond */
    unsigned more[2];
    size_t longest[2];
    const char *peer[2];
  } rows[] = {
    {MSNAV_LIMIT_PAYLOAD, 700, {700, 701}, {0}, {0}, {name, name}},
    {MSNAV_LIMIT_FIELDS, 20, {0}, {14, 15}, {0}, {name, name}},
    {MSNAV_LIMIT_FIELD, 300, {0}, {0}, {300, 301}, {name, name}},
    {MSNAV_LIMIT_NAME, 16, {0}, {0}, {0}, {name, longer}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    world w = {0};
    open_world(&w);
    limit(&w.bob, rows[i].limit, rows[i].value);
    w.bob.answers = false;
    for (int beyond = 0; beyond < 2; beyond++) {
      char payload[1700];
      size_t len = make_invite(payload, sizeof(payload), rows[i].size[beyond],
                               rows[i].more[beyond], rows[i].longest[beyond]);
      assert_int_equal(receive(&w.bob, rows[i].peer[beyond], payload, len),
                       beyond ? MSNAV_ERR_LIMIT : MSNAV_OK);
      assert_int_equal(w.bob.incoming, 1);
      assert_int_equal(refused(&w.bob, rows[i].limit), beyond);
      msnav_context_counters c = {.size = sizeof(c)};
      assert_int_equal(msnav_context_get_counters(w.bob.ctx, &c), MSNAV_OK);
      assert_int_equal(c.over_limit, beyond);
      assert_int_equal(c.malformed, 0);
    }
    if (rows[i].limit != MSNAV_LIMIT_NAME) { /* carol's has one byte more */
      others_are_untouched(&w);
    }
    close_world(&w);
  }
}

/* Nobody takes more than the notation has room for, whatever is set. */
static void what_cannot_be_read_is_counted_too(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  char payload[1800];
  size_t len = make_invite(payload, sizeof(payload), 1665, 0, 0);
  limit(&w.bob, MSNAV_LIMIT_FIELD, 1664);
  assert_int_equal(receive(&w.bob, "a@b", payload, len), MSNAV_ERR_TOO_LONG);
  assert_int_equal(refused(&w.bob, MSNAV_LIMIT_PAYLOAD), 1);
  close_world(&w);
}

/* Fresh cookies by the thousand: as many as the rate, then one for each share
 * of a minute; another peer has a rate of its own. */
static void invitations_of_one_peer_have_a_rate(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  limit(&w.bob, MSNAV_LIMIT_INVITES, 60);
  limit(&w.bob, MSNAV_LIMIT_CALLS_PER_PEER, 100000);
  w.bob.answers = false;
  unsigned taken = 0;
  for (int i = 0; i < 5000; i++) {
    char payload[1700];
    size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
    const char *mallory = i % 2 == 0 ? "mallory@x" : "Mallory@X";
    taken += receive(&w.bob, mallory, payload, len) == MSNAV_OK;
  }
  assert_int_equal(taken, 60);
  assert_int_equal(w.bob.incoming, 60);
  assert_int_equal(refused(&w.bob, MSNAV_LIMIT_INVITES), 4940);
  others_are_untouched(&w);
  (void)world_run(&w, simnet_now() + 10 * WORLD_SECOND, NULL, 0);
  for (int i = 0; i < 100; i++) {
    char payload[1700];
    size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
    taken += receive(&w.bob, "mallory@x", payload, len) == MSNAV_OK;
  }
  assert_in_range(taken, 69, 71);
  close_world(&w);
}

/* Thousands of accounts with an invitation each: as many as there may be
 * calls. */
static void calls_are_bounded_in_all_and_for_each(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  limit(&w.bob, MSNAV_LIMIT_CALLS, 50);
  limit(&w.bob, MSNAV_LIMIT_CALLS_PER_PEER, 2);
  w.bob.answers = false;
  char payload[1700], peer[32];
  for (int i = 0; i < 3; i++) {
    size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
    assert_int_equal(receive(&w.bob, "mallory@x", payload, len),
                     i < 2 ? MSNAV_OK : MSNAV_ERR_LIMIT);
  }
  assert_int_equal(refused(&w.bob, MSNAV_LIMIT_CALLS_PER_PEER), 1);
  for (int i = 0; i < 3000; i++) {
    size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
    snprintf(peer, sizeof(peer), "m%d@x", i);
    assert_int_equal(receive(&w.bob, peer, payload, len),
                     i < 48 ? MSNAV_OK : MSNAV_ERR_LIMIT);
  }
  assert_int_equal(w.bob.incoming, 50);
  assert_int_equal(refused(&w.bob, MSNAV_LIMIT_CALLS), 2952);
  assert_int_equal(refused(&w.bob, MSNAV_LIMIT_CALLS_PER_PEER), 1);
  close_world(&w);
}

/* Bob offers, Alice answers; whoever has the tighter limit refuses. */
static void descriptions_are_bounded(void **state) {
  (void)state;
  static const struct {
    msnav_limit limit;
    uint32_t value, enough;
  } rows[] = {
    {MSNAV_LIMIT_SDP, 256, 4096},
    {MSNAV_LIMIT_SDP_LINES, 8, 128},
    {MSNAV_LIMIT_SDP_FORMATS, 1, 8},
    {MSNAV_LIMIT_SDP_MEDIA, 1, 8},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (int answer = 0; answer < 2; answer++) {
      world w = {0};
      msnav_config alice = world_config(WORLD_ALICE_IP);
      msnav_config bob = world_config(WORLD_BOB_IP);
      alice.media = bob.media = MSNAV_AUDIO | MSNAV_VIDEO;
      simnet_begin(1);
      assert_int_equal(world_open(&w, &alice, &bob), MSNAV_OK);
      world_person *who = answer ? &w.bob : &w.alice;
      limit(who, rows[i].limit, rows[i].value);
      assert_int_equal(msnav_call_start(w.alice.ctx,
                                        msnav_str_of(w.bob.account),
                                        MSNAV_AUDIO | MSNAV_VIDEO,
                                        &w.alice.call),
                       MSNAV_OK);
      assert_true(world_end(&w, 20 * WORLD_SECOND));
      assert_int_equal(w.alice.talking, 0);
      assert_int_equal(refused(who, rows[i].limit), 1);
      limit(who, rows[i].limit, rows[i].enough);
      assert_int_equal(world_call(&w), MSNAV_OK); /* and another one is heard */
      assert_true(world_talk(&w, 20 * WORLD_SECOND));
      close_world(&w);
    }
  }
}

/* PCMU, PCMA and comfort noise are what is offered. */
static void formats_at_the_limit_are_taken(void **state) {
  (void)state;
  for (uint32_t most = 2; most <= 3; most++) {
    world w = {0};
    msnav_config alice = world_config(WORLD_ALICE_IP);
    msnav_config bob = world_config(WORLD_BOB_IP);
    alice.no_red = alice.no_dtmf = bob.no_red = bob.no_dtmf = 1;
    alice.codecs = bob.codecs = "PCMU,PCMA";
    simnet_begin(1);
    assert_int_equal(world_open(&w, &alice, &bob), MSNAV_OK);
    limit(&w.alice, MSNAV_LIMIT_SDP_FORMATS, most);
    limit(&w.bob, MSNAV_LIMIT_SDP_FORMATS, most);
    assert_int_equal(world_call(&w), MSNAV_OK);
    assert_int_equal(world_talk(&w, 20 * WORLD_SECOND), most == 3);
    close_world(&w);
  }
}

static void talk(world *w) {
  assert_int_equal(world_call(w), MSNAV_OK);
  assert_true(world_talk(w, 20 * WORLD_SECOND));
}

static msnav_call_info info_of(const world_person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  return info;
}

static void sip_messages_are_bounded(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  limit(&w.alice, MSNAV_LIMIT_SIP, 2000);
  talk(&w);
  msnav_addr to = info_of(&w.alice).local_sip;
  msnav_addr from = info_of(&w.bob).local_sip;
  char text[2001];
  memset(text, 'x', sizeof(text));
  for (size_t i = 0; i < sizeof(text); i += 50) {
    text[i] = '\n'; /* lines have a limit of their own */
  }
  for (int i = 0; i < 3; i++) {
    simnet_inject(&from, &to, text, 2001);
    simnet_inject(&from, &to, text, 2000); /* for its contents */
  }
  (void)world_run(&w, simnet_now() + WORLD_SECOND, NULL, 0);
  assert_int_equal(world_state(&w.alice), MSNAV_STATE_TALKING);
  assert_int_equal(msnav_call_hangup(w.alice.call), MSNAV_OK);
  assert_true(world_end(&w, 20 * WORLD_SECOND));
  assert_int_equal(refused(&w.alice, MSNAV_LIMIT_SIP), 3);
  close_world(&w);
}

/* A peer that sends without end costs no more than its share; a stranger's
 * packets are no part of it. */
static void packets_have_a_rate(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  limit(&w.alice, MSNAV_LIMIT_RTP, 100);
  limit(&w.alice, MSNAV_LIMIT_RTCP, 10);
  talk(&w);
  (void)world_run(&w, simnet_now() + 2 * WORLD_SECOND, NULL, 0);
  assert_int_equal(refused(&w.alice, MSNAV_LIMIT_RTP), 0);
  msnav_addr to = info_of(&w.alice).local_rtp;
  msnav_addr peer = info_of(&w.bob).local_rtp;
  msnav_addr stranger = {WORLD_BOB_IP, (uint16_t)(peer.port + 100)};
  uint8_t packet[172] = {0x80, 0};
  for (int i = 0; i < 1000; i++) {
    simnet_inject(&stranger, &to, packet, sizeof(packet));
    (void)world_run(&w, simnet_now() + 1000, NULL, 0);
  }
  assert_int_equal(refused(&w.alice, MSNAV_LIMIT_RTP), 0);
  for (int i = 0; i < 1000; i++) {
    simnet_inject(&peer, &to, packet, sizeof(packet));
    (void)world_run(&w, simnet_now() + 1000, NULL, 0);
  }
  /* one second: 1,000 and 50 good ones, of which about 200 pass */
  assert_in_range(refused(&w.alice, MSNAV_LIMIT_RTP), 800, 960);
  to.port++;
  peer.port++;
  packet[1] = 200;
  for (int i = 0; i < 200; i++) {
    simnet_inject(&peer, &to, packet, 28);
    (void)world_run(&w, simnet_now() + 1000, NULL, 0);
  }
  assert_in_range(refused(&w.alice, MSNAV_LIMIT_RTCP), 180, 195);
  assert_int_equal(world_state(&w.alice), MSNAV_STATE_TALKING);
  unsigned long heard = w.alice.heard;
  (void)world_run(&w, simnet_now() + 2 * WORLD_SECOND, NULL, 0);
  assert_true(w.alice.heard > heard + 80);
  close_world(&w);
}

static size_t longest_line;
static char last_line[256];

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  (void)level, (void)self;
  assert_int_equal(strlen(line), len);
  longest_line = len > longest_line ? len : longest_line;
  snprintf(last_line, sizeof(last_line), "%s", line);
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  (void)self, (void)call, (void)peer, (void)payload, (void)len;
}

static void lines_of_the_log_are_bounded(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .log = on_log};
  world_person chatty = {0};
  char peer[256], payload[1700];
  assert_int_equal(msnav_context_new(w.loop, NULL, &events, NULL, &chatty.ctx),
                   MSNAV_OK);
  limit(&chatty, MSNAV_LIMIT_LOG_LINE, 80);
  memset(peer, 'n', 255);
  peer[255] = '\0';
  size_t len = make_invite(payload, sizeof(payload), 0, 0, 0);
  longest_line = 0;
  assert_int_equal(receive(&chatty, peer, payload, len), MSNAV_OK);
  assert_int_equal(longest_line, 80);
  assert_in_range(refused(&chatty, MSNAV_LIMIT_LOG_LINE), 1, 10);
  msnav_context_free(chatty.ctx);
  close_world(&w);
}

/* Everything of a peer's is harmless text in a line, the cookie as well as the
 * account: an override of the direction, the C1 control that begins an escape
 * sequence, a byte that is no UTF-8. */
static void texts_of_peers_are_escaped_in_the_log(void **state) {
  (void)state;
  static const char hostile[] = "7\xe2\x80\xae\xc2\x9b\xff%n";
  static const char harmless[] = "7\\xe2\\x80\\xae\\xc2\\x9b\\xff%n";
  world w = {0};
  char payload[1700], want[256];
  open_world(&w);
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .log = on_log};
  world_person chatty = {0};
  assert_int_equal(msnav_context_new(w.loop, NULL, &events, NULL, &chatty.ctx),
                   MSNAV_OK);
  int len = snprintf(payload, sizeof(payload),
                     HEAD INVITE "Invitation-Cookie: %s\r\n\r\n", hostile);
  assert_int_equal(receive(&chatty, hostile, payload, (size_t)len), MSNAV_OK);
  snprintf(want, sizeof(want), "call with %s, cookie %s: ringing", harmless,
           harmless);
  assert_string_equal(last_line, want);
  msnav_context_free(chatty.ctx);
  close_world(&w);
}

/* A line that is cut stays UTF-8. */
static void no_character_is_cut_in_two(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .log = on_log};
  world_person chatty = {0};
  char payload[1700];
  const char *sign = "\xe9\x9f\xb3";
  assert_int_equal(msnav_context_new(w.loop, NULL, &events, NULL, &chatty.ctx),
                   MSNAV_OK);
  limit(&chatty, MSNAV_LIMIT_LOG_LINE, 80);
  for (int shift = 0; shift < 3; shift++) {
    int len =
      snprintf(payload, sizeof(payload),
               HEAD INVITE "Invitation-Cookie: %.*s%s%s%s%s%s%s\r\n\r\n", shift,
               "xx", sign, sign, sign, sign, sign, sign);
    const char *peer = "forty-four-bytes-of-an-account@of.some.length";
    assert_int_equal(receive(&chatty, peer, payload, (size_t)len), MSNAV_OK);
    assert_in_range(strlen(last_line), 78, 80);
    assert_true(g_utf8_validate(last_line, -1, NULL));
  }
  msnav_context_free(chatty.ctx);
  close_world(&w);
}

/* A direct call has no cookie. */
static void lines_say_which_call_ended_and_why(void **state) {
  (void)state;
  world w = {0};
  open_world(&w);
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .log = on_log};
  const msnav_addr there = {0x0a000001, 5060};
  world_person chatty = {0};
  msnav_call *call;
  assert_int_equal(msnav_context_new(w.loop, NULL, &events, NULL, &chatty.ctx),
                   MSNAV_OK);
  assert_int_equal(msnav_call_dial(chatty.ctx, &there, MSNAV_AUDIO, &call),
                   MSNAV_OK);
  assert_string_equal(last_line, "call with 10.0.0.1:5060: connecting");
  msnav_call_free(call);
  (void)world_run(&w, simnet_now() + 10 * WORLD_SECOND, NULL, 0);
  assert_string_equal(last_line, "call with 10.0.0.1:5060: ended: cancelled");
  msnav_context_free(chatty.ctx);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(limits_have_names_defaults_and_ranges),
    cmocka_unit_test(the_configuration_sets_the_numbers_of_calls),
    cmocka_unit_test(payloads_fields_and_names_are_bounded),
    cmocka_unit_test(what_cannot_be_read_is_counted_too),
    cmocka_unit_test(invitations_of_one_peer_have_a_rate),
    cmocka_unit_test(calls_are_bounded_in_all_and_for_each),
    cmocka_unit_test(descriptions_are_bounded),
    cmocka_unit_test(formats_at_the_limit_are_taken),
    cmocka_unit_test(sip_messages_are_bounded),
    cmocka_unit_test(packets_have_a_rate),
    cmocka_unit_test(lines_of_the_log_are_bounded),
    cmocka_unit_test(texts_of_peers_are_escaped_in_the_log),
    cmocka_unit_test(no_character_is_cut_in_two),
    cmocka_unit_test(lines_say_which_call_ended_and_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
