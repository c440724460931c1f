/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics.h"

static char *number(char text[G_ASCII_DTOSTR_BUF_SIZE], double value) {
  return g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, "%.10g", value);
}

static void
header(GString *out, const char *name, const char *type, const char *help) {
  g_string_append_printf(out, "# HELP msnav_%s %s\n# TYPE msnav_%s %s\n", name,
                         help, name, type);
}

static void
gauge(GString *out, const char *name, const char *help, double value) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  header(out, name, "gauge", help);
  g_string_append_printf(out, "msnav_%s %s\n", name, number(text, value));
}

/* ---- histograms */

void metrics_tally_init(tally *t) {
  *t = (tally){
    .setup = {.name = "call_setup_seconds",
              .help = "From the yes of the user to talking.",
              .bounds = {0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8}},
    .talk = {.name = "call_talk_seconds",
             .help = "How long was talked.",
             .bounds = {1, 5, 15, 60, 300, 900, 3600}},
    .loss = {.name = "call_loss_ratio",
             .help = "Packets lost in the network.",
             .bounds = {0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2}},
    .jitter = {.name = "call_jitter_seconds",
               .help = "Interarrival jitter at the end (RFC 3550).",
               .bounds = {0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2}},
    .mos = {.name = "call_mos",
            .help = "Estimated quality (G.107), 1 to 4.5.",
            .bounds = {1.5, 2, 2.5, 3.1, 3.6, 4.03, 4.34}},
  };
}

static void observe(histogram *h, double value) {
  size_t i = 0;
  while (i < METRICS_BOUNDS && h->bounds[i] != 0 && value > h->bounds[i]) {
    i++;
  }
  if (i < METRICS_BOUNDS && h->bounds[i] == 0) {
    i = METRICS_BOUNDS;
  }
  h->counts[i]++;
  h->sum += value;
}

void metrics_tally_add(tally *t, const msnav_call *call) {
  msnav_call_info info = calls_info(call);
  msnav_stream_stats s = {.size = sizeof(s)};
  if (info.duration == 0) {
    return;
  }
  observe(&t->setup, (double)info.setup_time / 1e6);
  observe(&t->talk, (double)info.duration / 1e6);
  if (msnav_call_get_stats(call, &s) == MSNAV_OK && s.received_packets > 0) {
    observe(&t->loss, s.loss_permille / 1e3);
    observe(&t->jitter, s.jitter_us / 1e6);
    observe(&t->mos, s.mos_centi / 100.0);
  }
}

static void show(GString *out, const histogram *h) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  uint64_t sum = 0;
  header(out, h->name, "histogram", h->help);
  for (size_t i = 0; i < METRICS_BOUNDS && h->bounds[i] != 0; i++) {
    sum += h->counts[i];
    g_string_append_printf(out,
                           "msnav_%s_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n",
                           h->name, number(text, h->bounds[i]), sum);
  }
  sum += h->counts[METRICS_BOUNDS];
  g_string_append_printf(out,
                         "msnav_%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT
                         "\nmsnav_%s_sum %s\n"
                         "msnav_%s_count %" G_GUINT64_FORMAT "\n",
                         h->name, sum, h->name, number(text, h->sum), h->name,
                         sum);
}

/* ---- all of it */

static void show_counters(GString *out, const phone *p) {
  msnav_context_counters c = {.size = sizeof(c)};
  (void)msnav_context_get_counters(p->context, &c);
  header(out, "calls_total", "counter", "Calls that ended, by reason.");
  for (int r = 1; r <= MSNAV_REASON_SHUTDOWN; r++) {
    g_string_append_printf(out,
                           "msnav_calls_total{reason=\"%s\"} %" G_GUINT64_FORMAT
                           "\n",
                           msnav_reason_name((msnav_reason)r), c.ended[r]);
  }
  header(out, "refused_total", "counter", "Messages refused, by cause.");
  const struct {
    const char *cause;
    uint64_t count;
  } refused[] = {{"repeated", c.repeated},
                 {"unknown", c.unknown},
                 {"out of state", c.out_of_state},
                 {"foreign", c.foreign},
                 {"malformed", c.malformed},
                 {"limit", c.over_limit},
                 {"sip", c.sip_refused}};
  for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
    g_string_append_printf(
      out, "msnav_refused_total{cause=\"%s\"} %" G_GUINT64_FORMAT "\n",
      refused[i].cause, refused[i].count);
  }
  gauge(out, "calls_live", "Calls that are up.", (double)c.live);
}

static void show_call(GString *out, const phone *p) {
  msnav_stream_stats s = {.size = sizeof(s)};
  if (p->call == NULL || msnav_call_get_stats(p->call, &s) != MSNAV_OK) {
    return;
  }
  gauge(out, "mos", "Quality of the call that is up.", s.mos_centi / 100.0);
  gauge(out, "loss_ratio", "Its loss so far.", s.loss_permille / 1e3);
  gauge(out, "jitter_seconds", "Its jitter now.", s.jitter_us / 1e6);
  gauge(out, "buffer_seconds", "Its jitter buffer now.", s.delay_us / 1e6);
  gauge(out, "round_trip_seconds", "Its round trip.", s.round_trip_us / 1e6);
}

GString *metrics_text(const phone *p, const tally *t) {
  const histogram *const all[] = {&t->setup, &t->talk, &t->loss, &t->jitter,
                                  &t->mos};
  GString *out = g_string_new(NULL);
  gauge(out, "online", "Whether the account is logged in.", p->online);
  show_counters(out, p);
  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
    show(out, all[i]);
  }
  show_call(out, p);
  return out;
}
