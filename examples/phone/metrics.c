/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics.h"
struct metrics *metrics_start(phone *p, uint16_t port) {
  (void)p;
  (void)port;
  return NULL;
}
void metrics_stop(struct metrics *m) {
  (void)m;
}
