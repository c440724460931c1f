/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trace.h"

#include <glib.h>

const char *trace_open(trace *t) {
  if (t->log_path != NULL) {
    t->log = fopen(t->log_path, "ae");
    if (t->log == NULL) {
      return t->log_path;
    }
    setvbuf(t->log, NULL, _IOLBF, 0);
  }
  if (t->capture_path != NULL) {
    t->capture = pcap_replace(t->capture_path);
    if (t->capture == NULL) {
      return t->capture_path;
    }
  }
  return NULL;
}

void trace_log(trace *t, msnav_log_level level, const char *line, size_t len) {
  static const char *const names[] = {"error", "warning", "info", "debug"};
  if (t->log == NULL) {
    return;
  }
  GDateTime *now = g_date_time_new_now_utc();
  char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
  fprintf(t->log, "%s.%03dZ %s: %.*s\n", time,
          g_date_time_get_microsecond(now) / 1000,
          (size_t)level < G_N_ELEMENTS(names) ? names[level] : "?", (int)len,
          line);
  g_free(time);
  g_date_time_unref(now);
}

void trace_record(trace *t, const msnav_trace *r) {
  bool datagram = r->kind == MSNAV_TRACE_SIP || r->kind == MSNAV_TRACE_RTP ||
                  r->kind == MSNAV_TRACE_RTCP;
  bool out = r->direction == MSNAV_OUT;
  if (datagram && r->local.port != 0) {
    pcap_udp(t->capture, (uint64_t)g_get_real_time(),
             out ? &r->local : &r->remote, out ? &r->remote : &r->local,
             r->data, r->len);
  }
}

const char *trace_close(trace *t) {
  const char *bad = NULL;
  if (t->log != NULL) {
    bool whole = ferror(t->log) == 0;
    whole = fclose(t->log) == 0 && whole;
    bad = whole ? NULL : t->log_path;
  }
  if (!pcap_close(t->capture)) {
    bad = t->capture_path;
  }
  *t = (trace){0};
  return bad;
}
