/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that allocates, with each of its allocations failing in turn:
 * MSNAV_ERR_NOMEM, nothing is handed out, nothing leaks (which AddressSanitizer
 * sees), and with memory it works. */
#include "test.h"

#include "support/oom.h"
#include <msnav/dialog.h>
#include <msnav/media.h>
#include <msnav/session.h>
#include <msnav/switchboard.h>

#define START UINT64_C(1000000)

/* Does one thing and undoes it when it worked; *left says whether something
 * was handed out by a failure. */
typedef msnav_error (*entry_fn)(bool *left);

static msnav_error try_switchboard(bool *left) {
  msnav_switchboard *sb = NULL;
  msnav_error err = msnav_switchboard_new(MSNAV_SB_CLIENT, &sb);
  *left = err != MSNAV_OK && sb != NULL;
  msnav_switchboard_free(err == MSNAV_OK ? sb : NULL);
  return err;
}

static void no_random(void *arg, void *bytes, size_t len) {
  (void)arg;
  memset(bytes, 7, len);
}

static msnav_error make_set(msnav_session_set **set) {
  const msnav_session_config c = {.size = sizeof(c),
                                  .random = no_random,
                                  .capabilities = MSNAV_AUDIO};
  return msnav_session_set_new(&c, set);
}

static msnav_error try_set(bool *left) {
  msnav_session_set *set = NULL;
  msnav_error err = make_set(&set);
  *left = err != MSNAV_OK && set != NULL;
  msnav_session_set_free(err == MSNAV_OK ? set : NULL);
  return err;
}

/* Conversations of every kind in one set, which grows its buckets. */
static msnav_error try_sessions(bool *left) {
  static const msnav_addr there = {0x0a000001, 5060};
  msnav_session_set *set = NULL;
  msnav_session *s = NULL;
  msnav_error err = make_set(&set);
  for (int i = 0; err == MSNAV_OK && i < 40; i++) {
    char peer[20];
    snprintf(peer, sizeof(peer), "p%d@q", i);
    s = NULL;
    err =
      i % 2 == 0
        ? msnav_session_start(set, msnav_str_of(peer), MSNAV_AUDIO, START, &s)
        : msnav_session_start_direct(set, MSNAV_ROLE_DIRECT_CALLER, &there,
                                     MSNAV_AUDIO, START, &s);
    *left = err != MSNAV_OK && s != NULL;
  }
  msnav_session_set_free(set);
  return err;
}

/* Of the paper, read before anything fails. */
static char *invitation;
static size_t invitation_len;

static msnav_error try_invitation(bool *left) {
  msnav_session_set *set = NULL;
  msnav_session *s = NULL;
  msnav_error err = make_set(&set);
  if (err == MSNAV_OK) {
    err = msnav_session_set_receive(set, msnav_str_of("p@q"), invitation,
                                    invitation_len, START, &s);
    *left = err != MSNAV_OK && s != NULL;
  }
  msnav_session_set_free(set);
  return err;
}

/* A stream that can receive every codec there is, sends the first, and then
 * another one. */
static msnav_error try_stream(bool *left) {
  msnav_stream_config c = {.size = sizeof(c),
                           .remote_rtp = {0x0a000002, 5000},
                           .remote_rtcp = {0x0a000002, 5001},
                           .remote_host = 0x0a000002,
                           .can_send = 1,
                           .can_receive = 1,
                           .ssrc = 1,
                           .send_payload_type = 100,
                           .dtmf_payload_type = 101,
                           .red_payload_type = 102,
                           .dtmf_receive_type = 101,
                           .red_receive_type = 102};
  const msnav_audio_codec *codec = NULL;
  for (size_t i = 0; (codec = msnav_codec_builtin(i)) != NULL &&
                     c.format_count < MSNAV_STREAM_FORMATS;
       i++) {
    c.formats[c.format_count++] =
      (msnav_stream_format){codec, (uint32_t)(110 + i)};
  }
  c.send_codec = c.formats[0].codec;
  msnav_stream *s = NULL;
  msnav_error err = msnav_stream_new(&c, START, &s);
  *left = err != MSNAV_OK && s != NULL;
  for (unsigned i = 0; err == MSNAV_OK && i < c.format_count; i++) {
    c.send_codec = c.formats[i].codec;
    err = msnav_stream_update(s, &c, START);
  }
  msnav_stream_free(s);
  return err;
}

static msnav_error try_codecs(bool *left) {
  msnav_error err = MSNAV_OK;
  const msnav_audio_codec *codec;
  for (size_t i = 0;
       err == MSNAV_OK && (codec = msnav_codec_builtin(i)) != NULL; i++) {
    void *state = NULL;
    err = codec->open != NULL ? codec->open(&state) : MSNAV_OK;
    *left = err != MSNAV_OK && state != NULL;
    if (err == MSNAV_OK && codec->close != NULL) {
      codec->close(state);
    }
  }
  return err;
}

static msnav_error try_epoll(bool *left) {
  msnav_epoll *epoll = NULL;
  msnav_error err = msnav_epoll_new(&epoll);
  *left = err != MSNAV_OK && epoll != NULL;
  msnav_epoll_free(err == MSNAV_OK ? epoll : NULL);
  return err;
}

static msnav_error try_dialog(bool *left) {
  const msnav_dialog_config c = {.size = sizeof(c),
                                 .bind = {0x7f000001, 0},
                                 .user_agent = "test"};
  msnav_epoll *epoll = NULL;
  msnav_sip *sip = NULL;
  msnav_dialog *d = NULL;
  msnav_error err = msnav_epoll_new(&epoll);
  if (err == MSNAV_OK) {
    err = msnav_sip_new(msnav_epoll_loop(epoll), NULL, NULL, NULL, &sip);
    *left = err != MSNAV_OK && sip != NULL;
  }
  if (err == MSNAV_OK) {
    err = msnav_dialog_new(sip, &c, NULL, NULL, &d);
    *left = err != MSNAV_OK && d != NULL;
  }
  msnav_dialog_free(err == MSNAV_OK ? d : NULL);
  msnav_sip_free(sip);
  msnav_epoll_free(epoll);
  return err;
}

static void every_entry_survives_every_failure(void **state) {
  (void)state;
  static const struct {
    const char *name;
    entry_fn run;
    unsigned least; /* allocations that there are, or this tests nothing */
  } entries[] = {
    {"switchboard", try_switchboard, 1},
    {"set", try_set, 1},
    {"sessions", try_sessions, 42},
    {"invitation", try_invitation, 3},
    {"stream", try_stream, 3},
    {"codecs", try_codecs, 1},
    {"epoll", try_epoll, 1},
    {"dialog", try_dialog, 4},
  };
  invitation = load_data("paper-1-invite.msg", &invitation_len);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
    unsigned failures = 0;
    for (unsigned nth = 1;; nth++) {
      bool left = false;
      oom_fail(nth);
      msnav_error err = entries[i].run(&left);
      if (!oom_failed()) {
        assert_int_equal(err, MSNAV_OK);
        break;
      }
      failures++;
      if (err != MSNAV_ERR_NOMEM || left) {
        fail_msg("%s, allocation %u: %s%s", entries[i].name, nth,
                 msnav_strerror(err), left ? ", left something" : "");
      }
    }
    if (failures < entries[i].least) {
      fail_msg("%s: %u allocations only", entries[i].name, failures);
    }
  }
  free(invitation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_entry_survives_every_failure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
