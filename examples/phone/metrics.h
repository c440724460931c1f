/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /metrics for Prometheus, on 127.0.0.1. */
#ifndef EXAMPLES_PHONE_METRICS_H
#define EXAMPLES_PHONE_METRICS_H

#include "phone.h"

#include <msnav/metrics.h>

/* NULL after complaining. */
struct metrics *metrics_start(phone *p, uint16_t port);
/* A call has ended; NULL m is fine. */
void metrics_ended(struct metrics *m, const msnav_call *call);
void metrics_stop(struct metrics *m);

/* metrics_text.c: the library's counters, and what is up now. */
GString *metrics_text(const phone *p, const msnav_metrics *counted);

#endif
