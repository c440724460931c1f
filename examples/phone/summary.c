/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phone.h"

#include <stdio.h>

void summary_time(msnav_usec duration, char text[24]) {
  unsigned long long s = duration / 1000000;
  if (s >= 3600) {
    snprintf(text, 24, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
  } else {
    snprintf(text, 24, "%02llu:%02llu", s / 60, s % 60);
  }
}

static void numbers(event *e, const msnav_stream_stats *s) {
  event_number(e, "sent", (double)s->sent_packets);
  event_number(e, "received", (double)s->received_packets);
  event_number(e, "lost", (double)s->lost_packets);
  event_number(e, "loss_percent", s->loss_permille / 10.0);
  event_number(e, "concealed_ms", (double)s->concealed_us / 1e3);
  event_number(e, "jitter_ms", s->jitter_us / 1e3);
  event_number(e, "delay_ms", s->delay_us / 1e3);
  /* what nobody measured is left out: 0 would be taken for a result */
  if (s->round_trip_us > 0) {
    event_number(e, "round_trip_ms", s->round_trip_us / 1e3);
  }
  if (s->mos_centi > 0) {
    event_number(e, "r", s->r_factor);
    event_number(e, "mos", s->mos_centi / 100.0);
  }
  if (s->remote_mos_centi > 0) {
    event_number(e, "peer_mos", s->remote_mos_centi / 100.0);
  }
}

static char *quality(const msnav_stream_stats *s) {
  if (s->mos_centi == 0) {
    return g_strdup("nothing heard");
  }
  return g_strdup_printf(
    "MOS %.1f, loss %.1f %%, jitter %.0f ms, delay %.0f ms",
    s->mos_centi / 100.0, s->loss_permille / 10.0, s->jitter_us / 1e3,
    s->delay_us / 1e3);
}

void summary_of(phone *p, event *e, const msnav_call *call) {
  msnav_call_info info = calls_info(call);
  msnav_stream_stats s = {.size = sizeof(s)};
  const char *reason = msnav_reason_name((msnav_reason)info.reason);
  char *who = contacts_name(&p->contacts, info.peer);
  char talked[24];
  summary_time(info.duration, talked);
  event_text(e, "peer", info.peer);
  event_text(e, "reason", msnav_str_of(reason));
  event_number(e, "code", info.reason);
  event_number(e, "setup_ms", (double)info.setup_time / 1e3);
  event_number(e, "talked_s", (double)info.duration / 1e6);
  event_say(e, "call with %s: %s", who, reason);
  const char *suite = msnav_srtp_suite_name((msnav_srtp_suite)info.srtp_suite);
  if (msnav_call_get_stats(call, &s) == MSNAV_OK && info.duration > 0) {
    event_text(e, "codec", msnav_str_of(info.codec));
    event_text(e, "encryption", msnav_str_of(suite));
    numbers(e, &s);
    char *heard = quality(&s);
    event_say(e, "call with %s: %s after %s; %s, %s", who, reason, talked,
              info.codec != NULL ? info.codec : "no codec", heard);
    g_free(heard);
  }
  g_free(who);
}
