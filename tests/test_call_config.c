/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configurations, names, codecs and arguments of calls: what is refused, what
 * is cut, and the limits. */
#include "call_kit.h"

#include "call/context.h" /* what was offered */
#include <fcntl.h>

/* ---- configurations and names */

/* With any of these no call could ever be made: it is said at once. */
static void useless_configurations_are_refused(void **state) {
  pair *p = *state;
  char agent[66];
  memset(agent, 'a', 65);
  agent[65] = '\0';
  const msnav_config good = pair_config(0x7f000001);
  msnav_config rows[20];
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
  ROW(calls_per_agent = MSNAV_SIP_MAX_CALLS_PER_AGENT + 1);
  ROW(source_policy = 1 + MSNAV_SOURCE_LATCH + 1);
  ROW(encryption = MSNAV_ENCRYPT_ALWAYS + 1);
  ROW(profile = MSNAV_PROFILE_RTC_1_2 + 1);
  ROW(media = MSNAV_AUDIO << 8);
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

/* call.h: an even port and the next are enough; and what is known of the way
 * out is told. */
static void what_is_configured_is_used(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(pair_own_ip());
  a.rtp_port_min = 45454;
  a.rtp_port_max = 45455;
  a.upnp = 1;
  a.private_ip = 0x0a010203;
  pair_init(p, &a, NULL);
  pair_start(p, MSNAV_AUDIO);
  assert_string_equal(field(&p->people[ALICE], "UPnP"), "TRUE");
  assert_string_equal(field(&p->people[ALICE], "Private-IP"), "10.1.2.3");
  pair_free(p);
}

static uint16_t port_of(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(who->call, &info), MSNAV_OK);
  return info.local_rtp.port;
}

/* Packets that come late are not heard in the next call. */
static void calls_take_turns_with_ports(void **state) {
  pair *p = *state;
  msnav_config a = pair_config(pair_own_ip());
  a.rtp_port_min = 23020;
  a.rtp_port_max = 23025;
  pair_init(p, &a, NULL);
  uint16_t first = 0;
  for (unsigned i = 0; i < 7; i++) {
    pair_connect(p);
    uint16_t port = port_of(&p->people[ALICE]);
    first = i == 0 ? port : first;
    assert_int_equal(port, 23020 + (first - 23020 + 2 * i) % 6);
    assert_int_equal(msnav_call_hangup(p->people[ALICE].call), MSNAV_OK);
    assert_true(pair_until(p, pair_both_ended, 2000));
    msnav_call_free(p->people[ALICE].call);
    msnav_call_free(p->people[BOB].call);
    p->people[ALICE].states[0] = p->people[BOB].states[0] = '\0';
    p->people[ALICE].ended = p->people[BOB].ended = 0;
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

/* ---- codecs */

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

/* Numbers are given in order, but for that of telephone-event. */
static void codecs_pass_over_the_type_of_keys(void **state) {
  pair *p = *state;
  msnav_config b = pair_config(0x7f000002);
  b.codecs = "PCMU";
  pair_init(p, NULL, &b);
  static msnav_audio_codec more[4];
  static const char *const names[] = {"X-0", "X-1", "X-2", "X-3"};
  for (size_t i = 0; i < ARRAY_LEN(more); i++) {
    more[i] = *msnav_codec_find(msnav_str_of("PCMU"), 8000);
    more[i].name = names[i];
    more[i].payload_type = 96;
    assert_int_equal(msnav_context_add_codec_last(p->people[BOB].ctx, &more[i]),
                     MSNAV_OK);
  }
  pair_connect(p);
  char *offer =
    g_strndup(p->people[BOB].call->offer, p->people[BOB].call->offer_len);
  static const char *const lines[] = {"a=rtpmap:98 X-0/8000\r\n",
                                      "a=rtpmap:99 X-1/8000\r\n",
                                      "a=rtpmap:100 X-2/8000\r\n",
                                      "a=rtpmap:102 X-3/8000\r\n",
                                      "a=rtpmap:101 telephone-event/8000\r\n"};
  for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
    assert_non_null(strstr(offer, lines[i]));
  }
  g_free(offer);
  pair_free(p);
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
  /* seven codecs, which a stream can hear together with comfort noise */
  assert_int_equal(times(offer, "a=rtpmap:"), 10);
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
  assert_int_equal(times(p->people[BOB].log, "no room for the last 9 codecs"),
                   1);
  pair_free(p);
}

/* ---- arguments and limits */

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

/* After a call of two that share agents or do not. */
static int descriptors_after(pair *p, uint32_t calls_per_agent) {
  msnav_config a = pair_config(0x7f000001);
  msnav_config b = pair_config(0x7f000002);
  a.calls_per_agent = b.calls_per_agent = calls_per_agent;
  pair_init(p, &a, &b);
  pair_connect(p);
  assert_int_equal(msnav_call_hangup(p->people[ALICE].call), MSNAV_OK);
  assert_true(pair_until(p, pair_both_ended, 2000));
  int n = 0;
  for (int fd = 0; fd < 1024; fd++) {
    n += fcntl(fd, F_GETFD) >= 0;
  }
  pair_free(p);
  return n;
}

static void agents_wait_for_calls_where_asked_to(void **state) {
  pair *p = *state;
  int alone = descriptors_after(p, 0);
  assert_int_equal(descriptors_after(p, 1), alone);
  assert_int_equal(descriptors_after(p, 2), alone + 2); /* one for each */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(useless_configurations_are_refused),
    CASE(what_is_configured_is_used),
    CASE(calls_take_turns_with_ports),
    CASE(long_and_odd_names_make_calls),
    CASE(names_are_cut_between_characters),
    CASE(codecs_that_are_there_are_not_added),
    CASE(codecs_pass_over_the_type_of_keys),
    CASE(many_codecs_leave_room_for_the_rest),
    CASE(wrong_arguments_are_refused),
    CASE(limits_hold),
    CASE(agents_wait_for_calls_where_asked_to),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
