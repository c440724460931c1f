/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text is read back by a strict parser of the exposition format: what it
 * does not know fails. */
#include "support/oom.h"
#include "test.h"
#include <ctype.h>
#include <msnav/metrics.h>

#define MOST 256

typedef struct sample {
  char name[80], label[40], value[40];
  double number;
} sample;

typedef struct family {
  char name[80], type[20];
} family;

typedef struct parsed {
  sample samples[MOST];
  family families[MOST];
  size_t sample_count, family_count;
} parsed;

static bool starts_name(char c) {
  return isalpha((unsigned char)c) || c == '_' || c == ':';
}

static const char *name_of(const char *at, char *to, size_t room) {
  size_t n = 0;
  assert_true(starts_name(*at));
  while (starts_name(*at) || isdigit((unsigned char)*at)) {
    assert_true(n + 1 < room);
    to[n++] = *at++;
  }
  to[n] = '\0';
  return at;
}

static const char *must(const char *at, const char *text) {
  assert_int_equal(strncmp(at, text, strlen(text)), 0);
  return at + strlen(text);
}

/* `# HELP name text` and then `# TYPE name type`, once for each family. */
static void parse_comment(parsed *p, const char *line) {
  char name[80];
  if (strncmp(line, "# HELP ", 7) == 0) {
    const char *at = name_of(line + 7, name, sizeof(name));
    assert_int_equal(*at, ' ');
    assert_true(strlen(at + 1) > 3);
    for (size_t i = 0; i < p->family_count; i++) {
      assert_string_not_equal(p->families[i].name, name);
    }
    family *f = &p->families[p->family_count++];
    assert_true(p->family_count <= MOST);
    snprintf(f->name, sizeof(f->name), "%s", name);
    f->type[0] = '\0';
    return;
  }
  const char *at = name_of(must(line, "# TYPE "), name, sizeof(name));
  assert_true(p->family_count > 0);
  family *f = &p->families[p->family_count - 1];
  assert_string_equal(f->name, name);
  assert_int_equal(f->type[0], 0);
  at = must(at, " ");
  assert_true(strcmp(at, "counter") == 0 || strcmp(at, "gauge") == 0 ||
              strcmp(at, "histogram") == 0);
  snprintf(f->type, sizeof(f->type), "%s", at);
}

/* `name{label="value"} number`, of the family that was announced last. */
static void parse_sample(parsed *p, const char *line) {
  sample *s = &p->samples[p->sample_count++];
  assert_true(p->sample_count <= MOST && p->family_count > 0);
  const family *f = &p->families[p->family_count - 1];
  const char *at = name_of(line, s->name, sizeof(s->name));
  if (*at == '{') {
    at = must(name_of(at + 1, s->label, sizeof(s->label)), "=\"");
    size_t n = strcspn(at, "\"\\");
    assert_true(n < sizeof(s->value) && n > 0);
    memcpy(s->value, at, n);
    at = must(at + n, "\"}");
  }
  at = must(at, " ");
  assert_true(isdigit((unsigned char)*at));
  char *end;
  s->number = strtod(at, &end);
  assert_int_equal(*end, '\0');
  must(s->name, f->name);
  const char *rest = s->name + strlen(f->name);
  if (strcmp(f->type, "histogram") == 0) {
    assert_true(strcmp(rest, "_bucket") == 0 || strcmp(rest, "_sum") == 0 ||
                strcmp(rest, "_count") == 0);
    assert_int_equal(strcmp(rest, "_bucket") == 0, s->label[0] != '\0');
    assert_true(s->label[0] == '\0' || strcmp(s->label, "le") == 0);
  } else {
    assert_string_equal(rest, "");
    assert_true(strcmp(f->type, "counter") != 0 ||
                strcmp(s->name + strlen(s->name) - 6, "_total") == 0);
  }
  for (size_t i = 0; i + 1 < p->sample_count; i++) { /* no sample twice */
    const sample *o = &p->samples[i];
    assert_false(strcmp(o->name, s->name) == 0 &&
                 strcmp(o->value, s->value) == 0);
  }
}

/* Buckets grow, end with +Inf, and that is the count. */
static void check_histograms(const parsed *p) {
  double last = 0, bound = -1, infinite = -1;
  for (size_t i = 0; i < p->sample_count; i++) {
    const sample *s = &p->samples[i];
    if (strcmp(s->label, "le") == 0) {
      double le = strtod(s->value, NULL); /* +Inf too */
      assert_true(le > bound);
      assert_true(s->number >= last);
      bound = le;
      last = s->number;
      infinite = strcmp(s->value, "+Inf") == 0 ? s->number : -1;
    } else if (strlen(s->name) > 6 &&
               strcmp(s->name + strlen(s->name) - 6, "_count") == 0) {
      assert_true(infinite >= 0 && s->number == infinite);
      last = 0;
      bound = -1;
      infinite = -1;
    }
  }
}

static void parse(parsed *p, const char *text, size_t len) {
  char line[300];
  size_t at = 0;
  memset(p, 0, sizeof(*p));
  assert_true(len > 0 && text[len - 1] == '\n');
  while (at < len) {
    const char *end = memchr(text + at, '\n', len - at);
    size_t n = (size_t)(end - (text + at));
    assert_true(n > 0 && n < sizeof(line));
    memcpy(line, text + at, n);
    line[n] = '\0';
    (line[0] == '#' ? parse_comment : parse_sample)(p, line);
    at += n + 1;
  }
  check_histograms(p);
}

static parsed written(const msnav_metrics *m, const msnav_context_counters *c) {
  static parsed p;
  char *buf = malloc(MSNAV_METRICS_MAX);
  size_t len = 0;
  assert_int_equal(msnav_metrics_write(m, c, buf, MSNAV_METRICS_MAX, &len),
                   MSNAV_OK);
  parse(&p, buf, len);
  free(buf);
  return p;
}

static double value_of(const parsed *p, const char *name, const char *value) {
  for (size_t i = 0; i < p->sample_count; i++) {
    if (strcmp(p->samples[i].name, name) == 0 &&
        strcmp(p->samples[i].value, value) == 0) {
      return p->samples[i].number;
    }
  }
  fail_msg("no %s %s", name, value);
  return -1;
}

static void assert_value(const parsed *p, const char *name, const char *value,
                         double want) {
  double got = value_of(p, name, value);
  assert_true(got > want - 1e-9 && got < want + 1e-9);
}

static void nothing_counted_is_all_zero(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  parsed p = written(m, NULL);
  assert_true(p.sample_count > 60);
  for (size_t i = 0; i < p.sample_count; i++) {
    assert_true(p.samples[i].number == 0);
  }
  msnav_metrics_free(m);
}

static void each_reason_has_its_sample(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  uint32_t last = 1;
  while (strcmp(msnav_reason_name((msnav_reason)(last + 1)), "unknown") != 0) {
    last++;
  }
  for (uint32_t reason = 1; reason <= last; reason++) {
    msnav_call_info info = {.size = sizeof(info), .reason = reason};
    for (uint32_t k = 0; k < reason; k++) {
      assert_int_equal(msnav_metrics_ended(m, &info, NULL), MSNAV_OK);
    }
  }
  static const uint32_t odd[] = {0, 31, 32, UINT32_MAX};
  for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
    msnav_call_info info = {.size = sizeof(info), .reason = odd[i]};
    assert_int_equal(msnav_metrics_ended(m, &info, NULL), MSNAV_OK);
  }
  parsed p = written(m, NULL);
  const char *name = "msnav_calls_ended_total";
  assert_value(&p, name, "hangup_local", MSNAV_REASON_HANGUP_LOCAL);
  assert_value(&p, name, "hangup_remote", MSNAV_REASON_HANGUP_REMOTE);
  assert_value(&p, name, "rejected_remote", MSNAV_REASON_REJECTED_REMOTE);
  assert_value(&p, name, "no_answer", MSNAV_REASON_NO_ANSWER);
  assert_value(&p, name, "not_installed", MSNAV_REASON_NOT_INSTALLED);
  assert_value(&p, name, "no_address", MSNAV_REASON_NO_ADDRESS);
  assert_value(&p, name, "sip_refused", MSNAV_REASON_SIP_REFUSED);
  assert_value(&p, name, "no_media", MSNAV_REASON_NO_MEDIA);
  assert_value(&p, name, "network", MSNAV_REASON_NETWORK);
  assert_value(&p, name, "shutdown", MSNAV_REASON_SHUTDOWN);
  assert_value(&p, name, "unknown", ARRAY_LEN(odd));
  double sum = 0;
  for (size_t i = 0; i < p.sample_count; i++) {
    sum += strcmp(p.samples[i].name, name) == 0 ? p.samples[i].number : 0;
  }
  assert_true(sum == last * (last + 1) / 2 + ARRAY_LEN(odd));
  msnav_metrics_free(m);
}

static void histograms_count_what_lies_below_each_bound(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  static const struct {
    msnav_usec setup, duration;
    uint32_t loss, jitter, mos, round_trip;
  } calls[] = {
    {50000, 61500000, 0, 1000, 441, 0},
    {50001, 9000000, 1, 1001, 380, 20000},
    {20000000, 4000000000, 201, 150000, 100, 1000001},
  };
  for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
    msnav_call_info info = {.size = sizeof(info),
                            .reason = MSNAV_REASON_HANGUP_LOCAL,
                            .setup_time = calls[i].setup,
                            .duration = calls[i].duration};
    msnav_stream_stats stats = {.size = sizeof(stats),
                                .sent_packets = 100,
                                .received_packets = 90,
                                .sent_bytes = 16000,
                                .received_bytes = 14400,
                                .lost_packets = i == 1 ? -3 : 10,
                                .late_packets = 2,
                                .recovered_frames = 7,
                                .concealed_us = 250000,
                                .refused_malformed = 1,
                                .refused_source = 2,
                                .refused_ssrc = 4,
                                .refused_format = 8,
                                .refused_payload = 16,
                                .refused_srtp = 32,
                                .refused_rtcp = 64,
                                .refused_rate = 128,
                                .refused_sequence = 256,
                                .refused_looped = 512,
                                .loss_permille = calls[i].loss,
                                .jitter_us = calls[i].jitter,
                                .mos_centi = calls[i].mos,
                                .round_trip_us = calls[i].round_trip};
    assert_int_equal(msnav_metrics_ended(m, &info, &stats), MSNAV_OK);
  }
  /* one that never talked counts in none of them */
  msnav_call_info missed = {.size = sizeof(missed),
                            .reason = MSNAV_REASON_MISSED};
  msnav_stream_stats deaf = {.size = sizeof(deaf), .sent_packets = 5};
  assert_int_equal(msnav_metrics_ended(m, &missed, &deaf), MSNAV_OK);
  /* one that ended before the first packet was played has no quality */
  msnav_stream_stats brief = {.size = sizeof(brief), .received_packets = 1};
  assert_int_equal(msnav_metrics_ended(m, &missed, &brief), MSNAV_OK);

  parsed p = written(m, NULL);
  assert_value(&p, "msnav_call_setup_seconds_bucket", "0.05", 1);
  assert_value(&p, "msnav_call_setup_seconds_bucket", "0.1", 2);
  assert_value(&p, "msnav_call_setup_seconds_bucket", "10", 2);
  assert_value(&p, "msnav_call_setup_seconds_bucket", "+Inf", 3);
  assert_value(&p, "msnav_call_setup_seconds_sum", "", 20.100001);
  assert_value(&p, "msnav_call_setup_seconds_count", "", 3);
  assert_value(&p, "msnav_call_duration_seconds_bucket", "10", 1);
  assert_value(&p, "msnav_call_duration_seconds_bucket", "60", 1);
  assert_value(&p, "msnav_call_duration_seconds_bucket", "300", 2);
  assert_value(&p, "msnav_call_duration_seconds_bucket", "3600", 2);
  assert_value(&p, "msnav_call_duration_seconds_sum", "", 4070.5);
  assert_value(&p, "msnav_call_loss_ratio_bucket", "0", 2);
  assert_value(&p, "msnav_call_loss_ratio_bucket", "0.001", 3);
  assert_value(&p, "msnav_call_loss_ratio_bucket", "0.2", 3);
  assert_value(&p, "msnav_call_loss_ratio_sum", "", 0.202);
  assert_value(&p, "msnav_call_jitter_seconds_bucket", "0.001", 2);
  assert_value(&p, "msnav_call_jitter_seconds_bucket", "0.002", 3);
  assert_value(&p, "msnav_call_jitter_seconds_count", "", 4);
  assert_value(&p, "msnav_call_mos_bucket", "1.5", 1);
  assert_value(&p, "msnav_call_mos_bucket", "3.8", 2);
  assert_value(&p, "msnav_call_mos_bucket", "4.5", 3);
  assert_value(&p, "msnav_call_mos_sum", "", 9.21);
  assert_value(&p, "msnav_call_mos_count", "", 3);
  assert_value(&p, "msnav_call_round_trip_seconds_bucket", "0.02", 1);
  assert_value(&p, "msnav_call_round_trip_seconds_bucket", "1", 1);
  assert_value(&p, "msnav_call_round_trip_seconds_count", "", 2);
  assert_value(&p, "msnav_rtp_packets_total", "sent", 305);
  assert_value(&p, "msnav_rtp_packets_total", "received", 271);
  assert_value(&p, "msnav_rtp_payload_bytes_total", "sent", 48000);
  assert_value(&p, "msnav_rtp_lost_packets_total", "", 20);
  assert_value(&p, "msnav_rtp_late_packets_total", "", 6);
  assert_value(&p, "msnav_rtp_refused_packets_total", "", 3 * 1023);
  assert_value(&p, "msnav_recovered_frames_total", "", 21);
  assert_value(&p, "msnav_concealed_seconds_total", "", 0.75);
  msnav_metrics_free(m);
}

static void counters_of_a_context_are_added(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  msnav_context_counters c = {.size = sizeof(c),
                              .live = 3,
                              .repeated = 4,
                              .unknown = 5,
                              .out_of_state = 6,
                              .foreign = 7,
                              .malformed = 8,
                              .over_limit = 9,
                              .sip_refused = UINT64_MAX};
  parsed p = written(m, &c);
  assert_value(&p, "msnav_calls", "", 3);
  assert_value(&p, "msnav_invitations_refused_total", "repeated", 4);
  assert_value(&p, "msnav_invitations_refused_total", "unknown", 5);
  assert_value(&p, "msnav_invitations_refused_total", "out_of_state", 6);
  assert_value(&p, "msnav_invitations_refused_total", "foreign", 7);
  assert_value(&p, "msnav_invitations_refused_total", "malformed", 8);
  assert_value(&p, "msnav_invitations_refused_total", "over_limit", 9);
  assert_true(value_of(&p, "msnav_sip_refused_total", "") > 1.8e19);
  /* a caller that was built with less */
  c.size = offsetof(msnav_context_counters, sip_refused);
  p = written(m, &c);
  assert_value(&p, "msnav_sip_refused_total", "", 0);
  assert_value(&p, "msnav_calls", "", 3);
  msnav_metrics_free(m);
}

/* The largest numbers there are. */
static void text_never_exceeds_its_bound(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  msnav_call_info info = {.size = sizeof(info),
                          .setup_time = UINT64_MAX / 3,
                          .duration = UINT64_MAX / 3};
  msnav_stream_stats s;
  memset(&s, 0x7f, sizeof(s));
  s.size = sizeof(s);
  assert_int_equal(msnav_metrics_ended(m, &info, &s), MSNAV_OK);
  msnav_context_counters c;
  memset(&c, 0xff, sizeof(c));
  c.size = sizeof(c);
  char *buf = malloc(MSNAV_METRICS_MAX);
  size_t len = 0;
  assert_int_equal(msnav_metrics_write(m, &c, buf, MSNAV_METRICS_MAX, &len),
                   MSNAV_OK);
  /* no more than twenty digits can be added to each sample */
  static parsed p;
  parse(&p, buf, len);
  assert_true(len + 20 * p.sample_count < MSNAV_METRICS_MAX);
  size_t untouched = 77;
  for (size_t cap = 0; cap < len; cap++) {
    char *small = malloc(cap + 1);
    assert_int_equal(msnav_metrics_write(m, &c, small, cap, &untouched),
                     MSNAV_ERR_NOSPACE);
    free(small);
  }
  assert_int_equal(untouched, 77);
  char *exact = malloc(len);
  assert_int_equal(msnav_metrics_write(m, &c, exact, len, &untouched),
                   MSNAV_OK);
  assert_int_equal(untouched, len);
  free(exact);
  free(buf);
  msnav_metrics_free(m);
}

static void mistakes_are_refused_and_count_nothing(void **state) {
  (void)state;
  msnav_metrics *m = NULL;
  msnav_call_info info = {.size = sizeof(info), .reason = 1};
  msnav_stream_stats stats = {.size = sizeof(stats)};
  msnav_context_counters c = {.size = 1};
  char buf[10];
  size_t len = 5;
  assert_int_equal(msnav_metrics_new(NULL), MSNAV_ERR_INVALID);
  oom_fail(1);
  assert_int_equal(msnav_metrics_new(&m), MSNAV_ERR_NOMEM);
  assert_true(oom_failed());
  assert_null(m);
  assert_int_equal(msnav_metrics_new(&m), MSNAV_OK);
  assert_int_equal(msnav_metrics_ended(NULL, &info, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_metrics_ended(m, NULL, NULL), MSNAV_ERR_INVALID);
  stats.size = 1;
  assert_int_equal(msnav_metrics_ended(m, &info, &stats), MSNAV_ERR_INVALID);
  info.size = 1;
  assert_int_equal(msnav_metrics_ended(m, &info, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_metrics_write(NULL, NULL, buf, 10, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_metrics_write(m, NULL, NULL, 10, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_metrics_write(m, NULL, buf, 10, NULL),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_metrics_write(m, &c, buf, 10, &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(len, 5);
  parsed p = written(m, NULL);
  assert_value(&p, "msnav_calls_ended_total", "hangup_local", 0);
  msnav_metrics_free(m);
  msnav_metrics_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_counted_is_all_zero),
    cmocka_unit_test(each_reason_has_its_sample),
    cmocka_unit_test(histograms_count_what_lies_below_each_bound),
    cmocka_unit_test(counters_of_a_context_are_added),
    cmocka_unit_test(text_never_exceeds_its_bound),
    cmocka_unit_test(mistakes_are_refused_and_count_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
