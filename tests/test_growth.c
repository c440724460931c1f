/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every public struct that begins with its size only grows at its end: a
 * program that was built with an older or a newer header goes on working.
 * An older caller's struct ends where the first released layout did; what a
 * newer one has behind ours is neither read nor written. */
#include "test.h"

#include "base/sized.h"
#include <dirent.h>
#include <msnav/call.h>
#include <msnav/codec.h>
#include <msnav/metrics.h>
#include <msnav/msnav.h>
#include <msnav/switchboard.h>

#define NEWER 64 /* bytes that we know nothing of */
#define FILL 0xa5

/* ---- what a call needs besides the struct that is tried */

static msnav_usec now(void *data) {
  (void)data;
  return 1000000;
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  (void)fd, (void)events, (void)fn, (void)arg;
  return data;
}

static void io_mod(void *data, void *io, unsigned events) {
  (void)data, (void)io, (void)events;
}

static void del(void *data, void *item) {
  (void)data, (void)item;
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  (void)fn, (void)arg;
  return data;
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  (void)data, (void)timer, (void)at;
}

static int anything;
static const msnav_loop loop = {sizeof(loop), &anything, now,
                                io_add,       io_mod,    del,
                                timer_add,    timer_set, del};

static void random_bytes(void *arg, void *bytes, size_t len) {
  (void)arg;
  memset(bytes, 7, len);
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  (void)self, (void)call, (void)peer, (void)payload, (void)len;
}

static const msnav_session_config session_config = {.size =
                                                      sizeof(session_config),
                                                    .random = random_bytes,
                                                    .capabilities =
                                                      MSNAV_AUDIO};
static const msnav_config config = {.size = sizeof(config),
                                    .bind_ip = 0x7f000001};
static const msnav_sound sound = {.size = sizeof(sound)};
static const msnav_events events = {.size = sizeof(events), .send = on_send};
static const msnav_dialog_config dialog_config = {.size = sizeof(dialog_config),
                                                  .bind = {0x7f000001, 0}};
static const msnav_dialog_events dialog_events = {.size =
                                                    sizeof(dialog_events)};
static const msnav_stream_config stream_config = {.size = sizeof(stream_config),
                                                  .kind = MSNAV_STREAM_VIDEO,
                                                  .clock_rate = 90000};
static const msnav_switchboard_command png = {.size = sizeof(png),
                                              .verb = MSNAV_SB_PNG};
static const msnav_invite cancel = {.size = sizeof(cancel),
                                    .has =
                                      MSNAV_HAS_COOKIE | MSNAV_HAS_CANCEL_CODE,
                                    .command = MSNAV_INVITE_CANCEL,
                                    .cancel_code = MSNAV_CANCEL_TIMEOUT,
                                    .cookie = {"1", 1}};
static msnav_call_info info = {.size = sizeof(info)};
static msnav_stream_stats stats = {.size = sizeof(stats)};
static msnav_context_counters counters = {.size = sizeof(counters)};
static msnav_session_info session_info = {.size = sizeof(session_info)};
static msnav_session_counters session_counters = {.size =
                                                    sizeof(session_counters)};

/* ---- one function for each way in or out */

static msnav_error new_context(const void *c, const void *e) {
  msnav_context *ctx = NULL;
  msnav_error err = msnav_context_new(&loop, c, e, NULL, &ctx);
  if (err == MSNAV_OK) {
    msnav_context_free(ctx);
  }
  return err;
}

static msnav_error take_config(void *s) {
  return new_context(s, &events);
}

static msnav_error take_events(void *s) {
  return new_context(NULL, s);
}

static msnav_error take_sound(void *s) {
  msnav_events with = events;
  with.sound = s;
  return new_context(NULL, &with);
}

static msnav_error take_loop(void *s) {
  msnav_context *ctx = NULL;
  msnav_sip *sip = NULL;
  msnav_error err = msnav_loop_check(s);
  assert_int_equal(msnav_sip_new(s, NULL, NULL, NULL, &sip), err);
  assert_int_equal(msnav_context_new(s, NULL, &events, NULL, &ctx), err);
  if (err == MSNAV_OK) {
    msnav_sip_free(sip);
    msnav_context_free(ctx);
  }
  return err;
}

static msnav_error new_dialog(const void *c, const void *e) {
  msnav_sip *sip;
  msnav_dialog *d = NULL;
  assert_int_equal(msnav_sip_new(&loop, NULL, NULL, NULL, &sip), MSNAV_OK);
  msnav_error err = msnav_dialog_new(sip, c, e, NULL, &d);
  if (err == MSNAV_OK) {
    msnav_dialog_free(d);
  }
  msnav_sip_free(sip);
  return err;
}

static msnav_error take_dialog_config(void *s) {
  return new_dialog(s, &dialog_events);
}

static msnav_error take_dialog_events(void *s) {
  return new_dialog(&dialog_config, s);
}

static msnav_error take_session_config(void *s) {
  msnav_session_set *set = NULL;
  msnav_error err = msnav_session_set_new(s, &set);
  if (err == MSNAV_OK) {
    msnav_session_set_free(set);
  }
  return err;
}

static msnav_error give_session_info(void *s) {
  msnav_session_set *set;
  msnav_session *session;
  assert_int_equal(msnav_session_set_new(&session_config, &set), MSNAV_OK);
  assert_int_equal(msnav_session_start(set, msnav_str_of("a@b"), MSNAV_AUDIO, 1,
                                       &session),
                   MSNAV_OK);
  msnav_error err = msnav_session_get_info(session, s);
  msnav_session_set_free(set);
  return err;
}

static msnav_error give_session_counters(void *s) {
  msnav_session_set *set;
  assert_int_equal(msnav_session_set_new(&session_config, &set), MSNAV_OK);
  msnav_error err = msnav_session_set_counters(set, s);
  msnav_session_set_free(set);
  return err;
}

static msnav_error give_call_info(void *s) {
  msnav_context *ctx;
  msnav_call *call;
  assert_int_equal(msnav_context_new(&loop, &config, &events, NULL, &ctx),
                   MSNAV_OK);
  assert_int_equal(msnav_call_start(ctx, msnav_str_of("a@b"), MSNAV_AUDIO,
                                    &call),
                   MSNAV_OK);
  msnav_error err = msnav_call_get_info(call, s);
  msnav_context_free(ctx);
  return err;
}

static msnav_error give_context_counters(void *s) {
  msnav_context *ctx;
  assert_int_equal(msnav_context_new(&loop, &config, &events, NULL, &ctx),
                   MSNAV_OK);
  msnav_error err = msnav_context_get_counters(ctx, s);
  msnav_context_free(ctx);
  return err;
}

static msnav_error count_call(void *i, void *s) {
  msnav_metrics *m;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  msnav_error err = msnav_metrics_ended(m, i, s);
  msnav_metrics_free(m);
  return err;
}

static msnav_error take_call_info(void *s) {
  return count_call(s, NULL);
}

static msnav_error take_stats(void *s) {
  return count_call(&info, s);
}

static msnav_error take_context_counters(void *s) {
  static char buf[MSNAV_METRICS_MAX];
  size_t len;
  msnav_metrics *m;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  msnav_error err = msnav_metrics_write(m, s, buf, sizeof(buf), &len);
  msnav_metrics_free(m);
  return err;
}

static msnav_error take_stream_config(void *s) {
  msnav_stream *stream = NULL;
  msnav_error err = msnav_stream_new(s, 1, &stream);
  if (err == MSNAV_OK) {
    msnav_stream_free(stream);
  }
  return err;
}

static msnav_error give_stats(void *s) {
  msnav_stream *stream;
  assert_int_equal(msnav_stream_new(&stream_config, 1, &stream), MSNAV_OK);
  msnav_error err = msnav_stream_get_stats(stream, s);
  msnav_stream_free(stream);
  return err;
}

static msnav_error take_invite(void *s) {
  char buf[MSNAV_INVITE_MAX];
  size_t len;
  return msnav_invite_write(s, buf, sizeof(buf), &len);
}

static msnav_error give_invite(void *s) {
  char buf[MSNAV_INVITE_MAX];
  size_t len;
  assert_int_equal(msnav_invite_write(&cancel, buf, sizeof(buf), &len),
                   MSNAV_OK);
  return msnav_invite_read(buf, len, s);
}

static msnav_error take_command(void *s) {
  char buf[32];
  size_t len;
  return msnav_switchboard_write(s, buf, sizeof(buf), &len);
}

static msnav_error give_command(void *s) {
  msnav_switchboard *sb;
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_SERVER, &sb), MSNAV_OK);
  assert_int_equal(msnav_switchboard_feed(sb, "PNG\r\n", 5), 5);
  msnav_error err = msnav_switchboard_next(sb, s);
  msnav_switchboard_free(sb);
  return err;
}

static msnav_error take_codec(void *s) {
  return msnav_codec_check(s);
}

/* ---- the walk */

typedef struct row {
  const char *name;
  const void *good;
  size_t size, least;
  msnav_error (*take)(void *s);
  msnav_error (*give)(void *s);
} row;

#define ROW(type, good, last, take, give)                                      \
  { #type, good, sizeof(type), MSNAV_SIZED_UP_TO(type, last), take, give }

/* In the order of the headers.  Where `last` is size, the first release said
 * that any part of the struct will do. */
static const row rows[] = {
  ROW(msnav_config, &config, size, take_config, NULL),
  ROW(msnav_sound, &sound, play, take_sound, NULL),
  ROW(msnav_events, &events, send, take_events, NULL),
  ROW(msnav_call_info, &info, size, take_call_info, give_call_info),
  ROW(msnav_context_counters, &counters, size, take_context_counters,
      give_context_counters),
  ROW(msnav_dialog_config, &dialog_config, bind, take_dialog_config, NULL),
  ROW(msnav_dialog_events, &dialog_events, size, take_dialog_events, NULL),
  ROW(msnav_stream_config, &stream_config, cname, take_stream_config, NULL),
  ROW(msnav_stream_stats, &stats, sent_packets, take_stats, give_stats),
  ROW(msnav_invite, &cancel, source, take_invite, give_invite),
  ROW(msnav_loop, &loop, timer_del, take_loop, NULL),
  ROW(msnav_switchboard_command, &png, line, take_command, give_command),
  ROW(msnav_session_config, &session_config, bye, take_session_config, NULL),
  ROW(msnav_session_info, &session_info, size, NULL, give_session_info),
  ROW(msnav_session_counters, &session_counters, size, NULL,
      give_session_counters),
  ROW(msnav_audio_codec, NULL, reset, take_codec, NULL),
};
enum { GIVEN_BY_US = 1 }; /* msnav_trace, which no caller makes */

/* A struct of this size, and what lies behind ours, in a block of that size. */
static void *struct_of(const row *r, size_t size) {
  const void *good =
    r->good != NULL ? r->good : msnav_codec_find(msnav_str_of("PCMU"), 0);
  size_t room = size > sizeof(size_t) ? size : sizeof(size_t);
  unsigned char *s = malloc(room);
  assert_non_null(s);
  memset(s, FILL, room);
  memcpy(s, good, room < r->size ? room : r->size);
  memcpy(s, &size, sizeof(size));
  return s;
}

static void
try(const row *r, msnav_error (*fn)(void *), size_t size, msnav_error want) {
  if (fn == NULL) {
    return;
  }
  unsigned char *s = struct_of(r, size);
  msnav_error err = fn(s);
  if (err != want) {
    fail_msg("%s of %zu bytes: %s", r->name, size, msnav_strerror(err));
  }
  assert_memory_equal(s, &size, sizeof(size));
  for (size_t i = r->size; i < size; i++) {
    assert_int_equal(s[i], FILL);
  }
  free(s);
}

static void callers_may_be_older_and_newer(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const row *r = &rows[i];
    const struct {
      size_t size;
      msnav_error want;
    } sizes[] = {
      {0, MSNAV_ERR_INVALID},
      {1, MSNAV_ERR_INVALID},
      {sizeof(size_t) - 1, MSNAV_ERR_INVALID},
      {r->least, MSNAV_OK},
      {r->size, MSNAV_OK},
      {r->size + 1, MSNAV_OK},
      {r->size + NEWER, MSNAV_OK},
    };
    for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
      try(r, r->take, sizes[k].size, sizes[k].want);
      try(r, r->give, sizes[k].size, sizes[k].want);
    }
  }
}

/* Those without which nothing can be done. */
static void too_little_is_refused(void **state) {
  (void)state;
  static const char *const whole[] = {"msnav_sound",
                                      "msnav_events",
                                      "msnav_invite",
                                      "msnav_loop",
                                      "msnav_switchboard_command",
                                      "msnav_session_config",
                                      "msnav_audio_codec"};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (size_t k = 0; k < ARRAY_LEN(whole); k++) {
      if (strcmp(rows[i].name, whole[k]) == 0) {
        try(&rows[i], rows[i].take, rows[i].least - 1, MSNAV_ERR_INVALID);
        try(&rows[i], rows[i].give, rows[i].least - 1, MSNAV_ERR_INVALID);
      }
    }
  }
}

static size_t structs_in(const char *path) {
  size_t count = 0;
  char line[256];
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  while (fgets(line, sizeof(line), f) != NULL) {
    count += strncmp(line, "  size_t size;", 14) == 0;
  }
  fclose(f);
  return count;
}

/* The list above is one of all. */
static void no_struct_is_left_out(void **state) {
  (void)state;
  char dir[512], path[800];
  snprintf(dir, sizeof(dir), "%s/../../include/msnav",
           getenv("MSNAV_TEST_DATA"));
  DIR *d = opendir(dir);
  assert_non_null(d);
  size_t count = 0;
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    size_t len = strlen(e->d_name);
    if (len > 2 && strcmp(e->d_name + len - 2, ".h") == 0) {
      snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
      count += structs_in(path);
    }
  }
  closedir(d);
  assert_int_equal(count, ARRAY_LEN(rows) + GIVEN_BY_US);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(callers_may_be_older_and_newer),
    cmocka_unit_test(too_little_is_refused),
    cmocka_unit_test(no_struct_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
