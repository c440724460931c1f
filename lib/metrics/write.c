/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prometheus text format 0.0.4. */
#include "base/sized.h"
#include "base/text.h"
#include "metrics/metrics.h"

/* Label values: they stay, whatever people are told. */
static const char *const reasons[] = {"none",
                                      "hangup_local",
                                      "hangup_remote",
                                      "rejected_local",
                                      "rejected_remote",
                                      "cancelled_local",
                                      "cancelled_remote",
                                      "no_answer",
                                      "missed",
                                      "not_installed",
                                      "nothing_common",
                                      "bad_address",
                                      "no_address",
                                      "sip_timeout",
                                      "sip_refused",
                                      "sip_lost",
                                      "no_media",
                                      "bye_timeout",
                                      "peer_failed",
                                      "undelivered",
                                      "crossed",
                                      "network",
                                      "shutdown"};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

static void put_u64(msnav_out *out, uint64_t value) {
  char digits[20];
  size_t at = sizeof(digits);
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  msnav_out_bytes(out, digits + at, sizeof(digits) - at);
}

/* A whole number with so many decimal places, without zeros at its end. */
static void put_decimal(msnav_out *out, uint64_t value, unsigned places) {
  char digits[8];
  unsigned used = 0;
  for (unsigned i = places; i > 0; i--) {
    digits[i - 1] = (char)('0' + value % 10);
    used = used == 0 && value % 10 != 0 ? i : used;
    value /= 10;
  }
  put_u64(out, value);
  if (used > 0) {
    msnav_out_char(out, '.');
    msnav_out_bytes(out, digits, used);
  }
}

static void
head(msnav_out *out, const char *name, const char *type, const char *help) {
  msnav_out_text(out, "# HELP ");
  msnav_out_text(out, name);
  msnav_out_char(out, ' ');
  msnav_out_text(out, help);
  msnav_out_text(out, "\n# TYPE ");
  msnav_out_text(out, name);
  msnav_out_char(out, ' ');
  msnav_out_text(out, type);
  msnav_out_char(out, '\n');
}

/* label: NULL, or its name and value. */
static void sample(msnav_out *out, const char *name, const char *label,
                   const char *value, uint64_t count) {
  msnav_out_text(out, name);
  if (label != NULL) {
    msnav_out_char(out, '{');
    msnav_out_text(out, label);
    msnav_out_text(out, "=\"");
    msnav_out_text(out, value);
    msnav_out_text(out, "\"}");
  }
  msnav_out_char(out, ' ');
  put_u64(out, count);
  msnav_out_char(out, '\n');
}

static void simple(msnav_out *out, const char *name, const char *type,
                   const char *help, uint64_t count) {
  head(out, name, type, help);
  sample(out, name, NULL, NULL, count);
}

static void write_ended(msnav_out *out, const msnav_metrics *m) {
  static const char name[] = "msnav_calls_ended_total";
  uint64_t unknown = m->ended[0];
  head(out, name, "counter", "Calls that ended, by reason.");
  for (size_t i = 1; i < REASONS; i++) {
    sample(out, name, "reason", reasons[i], m->ended[i]);
  }
  for (size_t i = REASONS; i < MSNAV_METRICS_REASONS; i++) {
    unknown += m->ended[i];
  }
  sample(out, name, "reason", "unknown", unknown);
}

static void write_histogram(msnav_out *out, const msnav_metric *kind,
                            const msnav_histogram *h) {
  uint64_t count = 0;
  head(out, kind->name, "histogram", kind->help);
  for (unsigned i = 0; i <= kind->count; i++) {
    count += h->buckets[i];
    msnav_out_text(out, kind->name);
    msnav_out_text(out, "_bucket{le=\"");
    if (i < kind->count) {
      put_decimal(out, kind->bounds[i], kind->places);
    } else {
      msnav_out_text(out, "+Inf");
    }
    msnav_out_text(out, "\"} ");
    put_u64(out, count);
    msnav_out_char(out, '\n');
  }
  msnav_out_text(out, kind->name);
  msnav_out_text(out, "_sum ");
  put_decimal(out, h->sum, kind->places);
  msnav_out_char(out, '\n');
  msnav_out_text(out, kind->name);
  msnav_out_text(out, "_count ");
  put_u64(out, count);
  msnav_out_char(out, '\n');
}

static void pair(msnav_out *out, const char *name, const char *help,
                 uint64_t sent, uint64_t received) {
  head(out, name, "counter", help);
  sample(out, name, "direction", "sent", sent);
  sample(out, name, "direction", "received", received);
}

static void write_streams(msnav_out *out, const msnav_metrics *m) {
  static const char concealed[] = "msnav_concealed_seconds_total";
  pair(out, "msnav_rtp_packets_total", "RTP packets of calls that ended.",
       m->packets_sent, m->packets_received);
  pair(out, "msnav_rtp_payload_bytes_total", "RTP payload of calls that ended.",
       m->bytes_sent, m->bytes_received);
  simple(out, "msnav_rtp_lost_packets_total", "counter",
         "RTP packets that the network lost.", m->lost);
  simple(out, "msnav_rtp_late_packets_total", "counter",
         "RTP packets that came after their time.", m->late);
  simple(out, "msnav_rtp_refused_packets_total", "counter",
         "RTP and RTCP packets that were refused.", m->refused);
  simple(out, "msnav_recovered_frames_total", "counter",
         "Frames recovered from redundancy.", m->recovered);
  head(out, concealed, "counter", "Sound made up for losses.");
  msnav_out_text(out, concealed);
  msnav_out_char(out, ' ');
  put_decimal(out, m->concealed_us, 6);
  msnav_out_char(out, '\n');
}

static void write_context(msnav_out *out, const msnav_context_counters *c) {
  static const char name[] = "msnav_invitations_refused_total";
  static const char limit[] = "msnav_over_limit_total";
  simple(out, "msnav_calls", "gauge", "Calls that are up.", c->live);
  head(out, name, "counter", "Invitation messages that were not followed.");
  sample(out, name, "cause", "repeated", c->repeated);
  sample(out, name, "cause", "unknown", c->unknown);
  sample(out, name, "cause", "out_of_state", c->out_of_state);
  sample(out, name, "cause", "foreign", c->foreign);
  sample(out, name, "cause", "malformed", c->malformed);
  sample(out, name, "cause", "over_limit", c->over_limit);
  simple(out, "msnav_sip_refused_total", "counter",
         "SIP datagrams that were refused.", c->sip_refused);
  head(out, limit, "counter", "What was over a limit.");
  for (unsigned i = 0; i < MSNAV_LIMITS; i++) {
    sample(out, limit, "limit", msnav_limit_name((msnav_limit)i),
           c->refused[i]);
  }
}

msnav_error msnav_metrics_write(const msnav_metrics *m,
                                const msnav_context_counters *counters,
                                char *buf, size_t cap, size_t *len) {
  if (m == NULL || buf == NULL || len == NULL ||
      (counters != NULL && !msnav_sized_ok(counters, sizeof(size_t)))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_out out;
  msnav_out_init(&out, buf, cap);
  write_ended(&out, m);
  for (unsigned i = 0; i < MSNAV_METRICS_HISTOGRAMS; i++) {
    write_histogram(&out, &msnav_metrics_kinds[i], &m->histograms[i]);
  }
  write_streams(&out, m);
  if (counters != NULL) {
    msnav_context_counters c;
    msnav_sized_take(&c, sizeof(c), counters);
    write_context(&out, &c);
  }
  return msnav_out_finish(&out, len);
}
