/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics.h"

static void
gauge(GString *out, const char *name, const char *help, double value) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(text, sizeof(text), "%.10g", value);
  g_string_append_printf(out, "# HELP msnav_%s %s\n# TYPE msnav_%s gauge\n",
                         name, help, name);
  g_string_append_printf(out, "msnav_%s %s\n", name, text);
}

static void show_call(GString *out, const phone *p) {
  msnav_stream_stats s = {.size = sizeof(s)};
  if (p->call == NULL || msnav_call_get_stats(p->call, &s) != MSNAV_OK) {
    return;
  }
  if (s.mos_centi > 0) { /* what was not measured has no sample */
    gauge(out, "mos", "Quality of the call that is up.", s.mos_centi / 100.0);
  }
  gauge(out, "loss_ratio", "Its loss so far.", s.loss_permille / 1e3);
  gauge(out, "jitter_seconds", "Its jitter now.", s.jitter_us / 1e6);
  gauge(out, "buffer_seconds", "Its jitter buffer now.", s.delay_us / 1e6);
  if (s.round_trip_us > 0) {
    gauge(out, "round_trip_seconds", "Its round trip.", s.round_trip_us / 1e6);
  }
}

GString *metrics_text(const phone *p, const msnav_metrics *counted) {
  msnav_context_counters counters = {.size = sizeof(counters)};
  char text[MSNAV_METRICS_MAX];
  size_t len = 0;
  (void)msnav_context_get_counters(p->context, &counters);
  (void)!msnav_metrics_write(counted, &counters, text, sizeof(text), &len);
  GString *out = g_string_new_len(text, (gssize)len);
  gauge(out, "online", "Whether the account is logged in.", p->online);
  show_call(out, p);
  return out;
}
