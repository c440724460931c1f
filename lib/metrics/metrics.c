/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/metrics.h"
#include "base/sized.h"
#include <stdlib.h>

const msnav_metric msnav_metrics_kinds[MSNAV_METRICS_HISTOGRAMS] = {
  [MSNAV_METRIC_SETUP] = {"msnav_call_setup_seconds",
                          "From the user's yes to talking.",
                          6,
                          8,
                          {50000, 100000, 250000, 500000, 1000000, 2500000,
                           5000000, 10000000}},
  [MSNAV_METRIC_DURATION] = {"msnav_call_duration_seconds",
                             "Time talked.",
                             6,
                             7,
                             {1000000, 10000000, 30000000, 60000000, 300000000,
                              900000000, 3600000000}},
  [MSNAV_METRIC_LOSS] = {"msnav_call_loss_ratio",
                         "RTP packets that the network lost, of a call.",
                         3,
                         8,
                         {0, 1, 5, 10, 20, 50, 100, 200}},
  [MSNAV_METRIC_JITTER] = {"msnav_call_jitter_seconds",
                           "Interarrival jitter (RFC 3550) at the end of a "
                           "call.",
                           6,
                           7,
                           {1000, 2000, 5000, 10000, 20000, 50000, 100000}},
  [MSNAV_METRIC_ROUND_TRIP] = {"msnav_call_round_trip_seconds",
                               "Round trip by RTCP at the end of a call.",
                               6,
                               7,
                               {10000, 20000, 50000, 100000, 200000, 500000,
                                1000000}},
  [MSNAV_METRIC_MOS] = {"msnav_call_mos",
                        "Estimated quality (E-model) of a call, 1 to 4.5.",
                        2,
                        9,
                        {150, 200, 250, 300, 350, 380, 400, 420, 450}},
};

msnav_error msnav_metrics_new(msnav_metrics **metrics) {
  if (metrics == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_metrics *m = calloc(1, sizeof(*m));
  if (m == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  *metrics = m;
  return MSNAV_OK;
}

void msnav_metrics_free(msnav_metrics *m) {
  free(m);
}

static void observe(msnav_metrics *m, unsigned which, uint64_t value) {
  const msnav_metric *kind = &msnav_metrics_kinds[which];
  msnav_histogram *h = &m->histograms[which];
  unsigned i = 0;
  while (i < kind->count && value > kind->bounds[i]) {
    i++;
  }
  h->buckets[i]++;
  h->sum += value;
}

static void count_stream(msnav_metrics *m, const msnav_stream_stats *s) {
  m->packets_sent += s->sent_packets;
  m->packets_received += s->received_packets;
  m->bytes_sent += s->sent_bytes;
  m->bytes_received += s->received_bytes;
  m->lost += s->lost_packets > 0 ? (uint64_t)s->lost_packets : 0;
  m->late += s->late_packets;
  m->recovered += s->recovered_frames;
  m->concealed_us += s->concealed_us;
  m->refused += s->refused_malformed + s->refused_source + s->refused_ssrc +
                s->refused_format + s->refused_payload + s->refused_srtp +
                s->refused_rtcp + s->refused_rate + s->refused_sequence +
                s->refused_looped;
  if (s->received_packets > 0) {
    observe(m, MSNAV_METRIC_LOSS, s->loss_permille);
    observe(m, MSNAV_METRIC_JITTER, s->jitter_us);
  }
  if (s->mos_centi > 0) { /* else nothing was heard that it could be about */
    observe(m, MSNAV_METRIC_MOS, s->mos_centi);
  }
  if (s->round_trip_us > 0) {
    observe(m, MSNAV_METRIC_ROUND_TRIP, s->round_trip_us);
  }
}

msnav_error msnav_metrics_ended(msnav_metrics *m, const msnav_call_info *info,
                                const msnav_stream_stats *stats) {
  if (m == NULL || !msnav_sized_ok(info, sizeof(size_t)) ||
      (stats != NULL && !msnav_sized_ok(stats, sizeof(size_t)))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_call_info i;
  msnav_sized_take(&i, sizeof(i), info);
  m->ended[i.reason < MSNAV_METRICS_REASONS ? i.reason : 0]++;
  if (i.setup_time > 0) {
    observe(m, MSNAV_METRIC_SETUP, i.setup_time);
    observe(m, MSNAV_METRIC_DURATION, i.duration);
  }
  if (stats != NULL) {
    msnav_stream_stats s;
    msnav_sized_take(&s, sizeof(s), stats);
    count_stream(m, &s);
  }
  return MSNAV_OK;
}
