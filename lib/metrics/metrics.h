/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MSNAV_METRICS_METRICS_H
#define MSNAV_METRICS_METRICS_H

#include <msnav/metrics.h>

#define MSNAV_METRICS_REASONS 32
#define MSNAV_METRICS_BOUNDS 9 /* of a histogram, at most */

enum {
  MSNAV_METRIC_SETUP,
  MSNAV_METRIC_DURATION,
  MSNAV_METRIC_LOSS,
  MSNAV_METRIC_JITTER,
  MSNAV_METRIC_ROUND_TRIP,
  MSNAV_METRIC_MOS,
  MSNAV_METRICS_HISTOGRAMS
};

/* What a histogram measures; values and bounds are whole numbers with so many
 * decimal places. */
typedef struct msnav_metric {
  const char *name, *help;
  unsigned places;
  unsigned count; /* of bounds */
  uint64_t bounds[MSNAV_METRICS_BOUNDS];
} msnav_metric;

extern const msnav_metric msnav_metrics_kinds[MSNAV_METRICS_HISTOGRAMS];

typedef struct msnav_histogram {
  uint64_t buckets[MSNAV_METRICS_BOUNDS + 1]; /* the last: beyond all bounds */
  uint64_t sum;
} msnav_histogram;

struct msnav_metrics {
  uint64_t ended[MSNAV_METRICS_REASONS];
  msnav_histogram histograms[MSNAV_METRICS_HISTOGRAMS];
  uint64_t packets_sent, packets_received, bytes_sent, bytes_received;
  uint64_t lost, late, recovered, refused, concealed_us;
};

#endif
