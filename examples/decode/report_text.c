/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <string.h>
#include <time.h>

#define CLOCK 9 /* columns of the time */

void report_when(const trail *t, const call *c, const message *m, char *text,
                 size_t cap) {
  if (t->timed) {
    g_snprintf(text, (gulong)cap, "%.3f", (double)(m->time - c->begun) / 1e6);
  } else {
    g_snprintf(text, (gulong)cap, "#%" PRIu64, m->time - c->begun + 1);
  }
}

char *report_date(const trail *t, uint64_t time) {
  GDateTime *d =
    t->timed ? g_date_time_new_from_unix_utc((gint64)(time / 1000000)) : NULL;
  if (d == NULL) {
    return g_strdup("no clock");
  }
  char *text = g_date_time_format(d, "%Y-%m-%d %H:%M:%S UTC");
  g_date_time_unref(d);
  return text != NULL ? text : g_strdup("no clock");
}

static void pad(FILE *f, const char *with, size_t n) {
  while (n-- > 0) {
    fputs(with, f);
  }
}

/* Text in the middle of a width. */
static void middle(FILE *f, const char *text, size_t width) {
  char *cut = text_cut(text, width);
  size_t have = text_width(cut);
  pad(f, " ", (width - have) / 2);
  fputs(cut, f);
  pad(f, " ", width - have - (width - have) / 2);
  g_free(cut);
}

/* "--- text -->" between two lines. */
static void
arrow(FILE *f, const char *text, const char *with, size_t width, bool right) {
  char *cut = text_cut(text, width > 6 ? width - 6 : 1);
  size_t have = text_width(cut) + 2;
  size_t left = width > have + 1 ? (width - have - 1) / 2 : 0;
  size_t rest = width > have + 1 + left ? width - have - 1 - left : 0;
  if (!right) {
    fputs("<", f);
  }
  pad(f, with, left);
  fprintf(f, " %s ", cut);
  pad(f, with, rest);
  if (right) {
    fputs(">", f);
  }
  g_free(cut);
}

static const char *stroke(message_kind kind) {
  static const char *const strokes[] = {"-", "=", "~", "~"};
  return strokes[kind];
}

typedef struct columns {
  size_t half, note; /* between two lines; right of the ladder */
} columns;

static columns columns_of(size_t width) {
  width = width < 60 ? 60 : width > 160 ? 160 : width;
  size_t rest = width - CLOCK - 1 - 3;
  columns k = {.note = width >= 100 ? 30 : 0};
  rest -= k.note > 0 ? k.note + 1 : 0;
  k.half = rest / 2;
  return k;
}

static void
row(FILE *f, const trail *t, const call *c, const message *m, columns k) {
  char when[32];
  report_when(t, c, m, when, sizeof(when));
  fprintf(f, "%*s |", CLOCK, when);
  bool right = m->from < m->to;
  bool server = m->from == LANE_SERVER || m->to == LANE_SERVER;
  bool first = m->from == LANE_INVITER || m->to == LANE_INVITER;
  size_t room = (server ? k.half : 2 * k.half + 1) - 6;
  char *text = g_strdup_printf("%s (%s)", m->label, m->note);
  if (k.note > 0 || m->note[0] == '\0' || text_width(text) > room) {
    g_free(text);
    text = g_strdup(m->label);
  }
  size_t half = k.half;
  if (!server) {
    arrow(f, text, stroke(m->kind), 2 * half + 1, right);
    fputs("|", f);
  } else if (first) {
    arrow(f, text, stroke(m->kind), half, right);
    fputs("|", f);
    pad(f, " ", half);
    fputs("|", f);
  } else {
    pad(f, " ", half);
    fputs("|", f);
    arrow(f, text, stroke(m->kind), half, right);
    fputs("|", f);
  }
  if (k.note > 0) {
    char *cut = text_cut(m->note, k.note);
    fprintf(f, " %s", cut);
    g_free(cut);
  }
  fputs("\n", f);
  g_free(text);
}

static void ladder(FILE *f, const trail *t, const call *c, size_t width) {
  columns k = columns_of(width);
  size_t third = (2 * k.half + 3) / 3;
  pad(f, " ", CLOCK + 1);
  char *a = text_cut(party_name(c, INVITER), third);
  char *b = text_cut(party_name(c, INVITEE), third);
  size_t left = text_width(a), right = text_width(b);
  fputs(a, f);
  middle(f, c->cookie != NULL ? "switchboard" : "",
         2 * k.half + 3 - left - right);
  fprintf(f, "%s\n", b);
  g_free(a);
  g_free(b);
  for (guint i = 0; i < c->messages->len; i++) {
    row(f, t, c, g_ptr_array_index(c->messages, i), k);
  }
}

static void one_field(FILE *f, const field *d, size_t width) {
  size_t name = text_width(d->name);
  fprintf(f, "      %s", d->name);
  pad(f, " ", name < 18 ? 18 - name : 0);
  fprintf(f, " %s\n", d->value);
  if (d->meaning[0] != '\0') {
    char *meaning = text_cut(d->meaning, width > 30 ? width - 27 : 20);
    pad(f, " ", 25);
    fprintf(f, "· %s\n", meaning);
    g_free(meaning);
  }
}

static const char *lane_name(const call *c, lane_id lane) {
  return lane == LANE_SERVER    ? "switchboard"
         : lane == LANE_INVITER ? party_name(c, INVITER)
                                : party_name(c, INVITEE);
}

/* The earlier message with the same fields, as a switchboard passes them on;
 * its number, 0: none. */
static guint passed_on(const call *c, guint index) {
  const message *m = g_ptr_array_index(c->messages, index);
  for (guint i = index; i > 0 && m->kind == KIND_MSNP; i--) {
    const message *e = g_ptr_array_index(c->messages, i - 1);
    bool same = e->kind == m->kind && e->fields->len == m->fields->len &&
                e->to == LANE_SERVER && m->from == LANE_SERVER;
    for (guint k = 0; same && k < m->fields->len; k++) {
      const field *a = g_ptr_array_index(m->fields, k);
      const field *b = g_ptr_array_index(e->fields, k);
      same = strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0;
    }
    if (same) {
      return i;
    }
  }
  return 0;
}

static void details(FILE *f, const trail *t, const call *c, size_t width) {
  for (guint i = 0; i < c->messages->len; i++) {
    const message *m = g_ptr_array_index(c->messages, i);
    char when[32];
    report_when(t, c, m, when, sizeof(when));
    fprintf(f, "\n  %u. %s %s, %s > %s, at %s\n", i + 1, kind_name(m->kind),
            m->label, lane_name(c, m->from), lane_name(c, m->to), when);
    guint original = passed_on(c, i);
    if (original != 0) {
      fprintf(f, "      as %u, unchanged\n", original);
      continue;
    }
    for (guint k = 0; k < m->fields->len; k++) {
      one_field(f, g_ptr_array_index(m->fields, k), width);
    }
  }
}

static void summary(FILE *f, const trail *t, const call *c) {
  char *outcome = call_outcome(c);
  char *date = report_date(t, c->begun);
  fprintf(f, "call %u: %s > %s, %s%s, %s\n", c->number, party_name(c, INVITER),
          party_name(c, INVITEE), c->cookie != NULL ? "cookie " : "SIP alone",
          c->cookie != NULL ? c->cookie : "", date);
  fprintf(f, "  %s\n", outcome);
  for (guint i = 0; i < c->flows->len; i++) {
    const flow *w = g_ptr_array_index(c->flows, i);
    if (w->packets > 0) {
      fprintf(f, "  to %s: %s%s, %" PRIu64 " packets", party_name(c, w->to),
              w->codec[0] != '\0' ? w->codec : "unknown format",
              w->suite != MSNAV_SRTP_NONE ? ", encrypted" : "", w->packets);
      if (w->decoded) {
        fprintf(f,
                ", %.1f %% lost, %" PRIu64 " recovered, jitter %.1f ms, "
                "MOS %.2f",
                w->loss, w->recovered, w->jitter_ms, w->mos);
      } else {
        fputs(", not decoded", f);
      }
      fputs("\n", f);
    }
  }
  g_free(outcome);
  g_free(date);
}

void report_summary(FILE *f, const trail *t) {
  for (guint i = 0; i < t->calls->len; i++) {
    summary(f, t, g_ptr_array_index(t->calls, i));
  }
}

void report_text(FILE *f, const trail *t, size_t width, bool fields) {
  for (guint i = 0; i < t->calls->len; i++) {
    const call *c = g_ptr_array_index(t->calls, i);
    if (i > 0) {
      fputs("\n", f);
    }
    summary(f, t, c);
    fputs("\n", f);
    ladder(f, t, c, width);
    if (fields) {
      details(f, t, c, width);
    }
  }
}
