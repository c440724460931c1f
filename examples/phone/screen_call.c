/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call: who, how long, levels, quality. */
#include "screen_state.h"

#include "text.h"

#include <stdio.h>

#define QUIETEST 60 /* dB below the loudest at which a meter is empty */
#define LABEL 10    /* columns in front of a bar */
#define VALUE 17    /* columns behind it */

static int bar_columns(const screen *s) {
  return CLAMP(s->columns - LABEL - VALUE - 16, 10, 100);
}

int screen_call_rows(const screen *s) {
  if (s->phone->call == NULL) {
    return 0;
  }
  msnav_call_info info = calls_info(s->phone->call);
  return info.state == MSNAV_STATE_TALKING ? 5 : 1;
}

static const char *state_text(const msnav_call_info *info) {
  if (info->state == MSNAV_STATE_INVITING) {
    return "ringing there";
  }
  if (info->state != MSNAV_STATE_TALKING) {
    return msnav_state_name((msnav_state)info->state);
  }
  if (info->held && info->held_by_peer) {
    return "on hold on both sides";
  }
  return info->held           ? "on hold"
         : info->held_by_peer ? "held by the peer"
                              : "talking";
}

static row title(const screen *s, const msnav_call_info *info) {
  row r = row_new(s->columns);
  char *who = contacts_name(&s->phone->contacts, info->peer);
  const char *line = row_mark("─", "-");
  bool rings = info->state == MSNAV_STATE_RINGING;
  char time[24];
  row_repeat(&r, STYLE_FAINT, line, 2);
  if (rings) {
    row_text(&r, STYLE_ALARM, " ", 1);
    row_cut(&r, STYLE_ALARM, who, s->columns / 2);
    row_text(&r, STYLE_ALARM, " calls: a answer, r reject ", 30);
  } else {
    row_text(&r, STYLE_PLAIN, " ", 1);
    row_cut(&r, STYLE_STRONG, who, s->columns / 2);
    row_text(&r, STYLE_PLAIN, "  ", 2);
    row_text(&r, info->held ? STYLE_FAIR : STYLE_STRONG, state_text(info), 24);
    row_text(&r, STYLE_PLAIN, " ", 1);
    if (info->state == MSNAV_STATE_TALKING) {
      bool sealed = info->srtp_suite != MSNAV_SRTP_NONE;
      row_text(&r, STYLE_PLAIN, " ", 1);
      row_text(&r, sealed ? STYLE_GOOD : STYLE_FAINT,
               sealed ? "encrypted" : "not encrypted", 16);
      row_text(&r, STYLE_PLAIN, " ", 1);
    }
  }
  g_free(who);
  row_repeat(&r, STYLE_FAINT, line, s->columns - r.columns - 12);
  if (info->state == MSNAV_STATE_TALKING) {
    summary_time(info->duration, time);
    row_text(&r, STYLE_PLAIN, " ", 1);
    row_text(&r, STYLE_STRONG, time, 12);
    row_text(&r, STYLE_PLAIN, " ", 1);
  }
  row_repeat(&r, STYLE_FAINT, line, s->columns);
  return r;
}

static row
meter(const screen *s, const char *label, unsigned level, const char *note) {
  row r = row_new(s->columns);
  char value[VALUE + 1];
  double full = (QUIETEST - (double)level) / QUIETEST;
  style colour = level < 3 ? STYLE_BAD : level < 9 ? STYLE_FAIR : STYLE_GOOD;
  row_text(&r, STYLE_PLAIN, " ", 1);
  row_text(&r, STYLE_PLAIN, label, LABEL - 2);
  row_to(&r, STYLE_PLAIN, LABEL);
  row_bar(&r, colour, full, bar_columns(s));
  snprintf(value, sizeof(value), level < 127 ? "  -%u dB" : "  silent", level);
  row_text(&r, STYLE_PLAIN, value, VALUE);
  row_to(&r, STYLE_PLAIN, LABEL + bar_columns(s) + VALUE - 5);
  row_cut(&r, STYLE_FAIR, note, s->columns);
  return r;
}

/* Satisfaction as G.107 Annex B puts it. */
static const char *verdict(unsigned mos_centi) {
  return mos_centi >= 434   ? "excellent"
         : mos_centi >= 403 ? "good"
         : mos_centi >= 360 ? "fair"
         : mos_centi >= 310 ? "poor"
                            : "bad";
}

static row quality(const screen *s, const msnav_stream_stats *stats) {
  row r = row_new(s->columns);
  char value[32];
  unsigned mos = stats->mos_centi;
  row_text(&r, STYLE_PLAIN, " quality", LABEL);
  row_to(&r, STYLE_PLAIN, LABEL);
  if (mos == 0) {
    row_bar(&r, STYLE_PLAIN, 0, bar_columns(s));
    row_text(&r, STYLE_FAINT, "  nothing heard yet", 24);
    return r;
  }
  style colour = mos >= 403 ? STYLE_GOOD : mos >= 310 ? STYLE_FAIR : STYLE_BAD;
  row_bar(&r, colour, (mos - 100) / 350.0, bar_columns(s));
  snprintf(value, sizeof(value), "  MOS %u.%u %s", mos / 100, mos / 10 % 10,
           verdict(mos));
  row_text(&r, STYLE_PLAIN, value, VALUE + 4);
  if (stats->remote_mos_centi > 0) { /* how it hears us */
    unsigned there = stats->remote_mos_centi;
    row_to(&r, STYLE_PLAIN, LABEL + bar_columns(s) + VALUE + 4);
    snprintf(value, sizeof(value), "  peer %u.%u", there / 100,
             there / 10 % 10);
    row_text(&r, STYLE_FAINT, value, s->columns);
  }
  return r;
}

static row network(const screen *s, const msnav_call_info *info,
                   const msnav_stream_stats *stats) {
  row r = row_new(s->columns);
  char text[160];
  snprintf(text, sizeof(text),
           "%s%sloss %.1f %%  jitter %.0f ms  buffer %.0f ms",
           info->codec != NULL ? info->codec : "", info->codec ? "  " : "",
           stats->loss_permille / 10.0, stats->jitter_us / 1e3,
           stats->delay_us / 1e3);
  row_to(&r, STYLE_PLAIN, LABEL);
  row_text(&r, STYLE_FAINT, text, s->columns);
  if (stats->round_trip_us > 0) { /* the first reports take some seconds */
    snprintf(text, sizeof(text), "  round trip %.0f ms",
             stats->round_trip_us / 1e3);
    row_text(&r, STYLE_FAINT, text, s->columns);
  }
  return r;
}

row screen_call_row(const screen *s, int index) {
  const phone *p = s->phone;
  msnav_call_info info = calls_info(p->call);
  msnav_stream_stats stats = {.size = sizeof(stats)};
  (void)msnav_call_get_stats(p->call, &stats);
  bool quiet = info.muted || info.held || info.held_by_peer;
  switch (index) {
  case 0:
    return title(s, &info);
  case 1:
    return meter(s, "you", quiet ? 127 : p->sent_level,
                 info.muted         ? "muted"
                 : p->without_sound ? "no device"
                                    : "");
  case 2:
    return meter(s, "peer", p->received_level, "");
  case 3:
    return quality(s, &stats);
  default:
    return network(s, &info, &stats);
  }
}
