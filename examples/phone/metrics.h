/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /metrics for Prometheus, on 127.0.0.1. */
#ifndef EXAMPLES_PHONE_METRICS_H
#define EXAMPLES_PHONE_METRICS_H

#include "phone.h"

/* NULL after complaining. */
struct metrics *metrics_start(phone *p, uint16_t port);
void metrics_stop(struct metrics *m);

#endif
