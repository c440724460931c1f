/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /metrics for Prometheus, on 127.0.0.1. */
#ifndef EXAMPLES_PHONE_METRICS_H
#define EXAMPLES_PHONE_METRICS_H

#include "phone.h"

/* NULL after complaining. */
struct metrics *metrics_start(phone *p, uint16_t port);
/* A call has ended; NULL m is fine. */
void metrics_ended(struct metrics *m, const msnav_call *call);
void metrics_stop(struct metrics *m);

/* metrics_text.c: what was seen of calls that ended, in the text format 0.0.4
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#define METRICS_BOUNDS 10

typedef struct histogram {
  const char *name, *help;
  double bounds[METRICS_BOUNDS]; /* ascending; 0 behind the last */
  uint64_t counts[METRICS_BOUNDS + 1];
  double sum;
} histogram;

typedef struct tally {
  histogram setup, talk, loss, jitter, mos;
} tally;

void metrics_tally_init(tally *t);
void metrics_tally_add(tally *t, const msnav_call *call);
/* For g_string_free(). */
GString *metrics_text(const phone *p, const tally *t);

#endif
