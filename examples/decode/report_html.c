/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <string.h>

static const char head[] =
  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
  "<meta name=\"color-scheme\" content=\"light dark\">\n"
  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
  "'none'; style-src 'unsafe-inline'\">\n<style>" REPORT_SVG_STYLE
  ":root{--page:#fff;--card:#f5f7fa;--text:#1c2430;--soft:#5b6472;"
  "--edge:#dde2e9;--warn:#8a4b00;--warnbg:#fff4e0;color-scheme:light dark}"
  "@media (prefers-color-scheme:dark){:root{--page:#14181f;--card:#1d232d;"
  "--text:#e6eaf0;--soft:#9aa5b5;--edge:#323b49;--warn:#ffc27a;"
  "--warnbg:#33281a}}"
  "*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;"
  "background:var(--page);color:var(--text);"
  "font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}"
  "h1{font-size:1.3rem}h2{font-size:1.1rem;margin:2rem 0 .3rem}"
  "p{margin:.3rem 0}.soft{color:var(--soft)}"
  ".warn{color:var(--warn);background:var(--warnbg);border-radius:8px;"
  "padding:.5rem .8rem;margin:.5rem 0}svg{display:block;width:100%;"
  "height:auto;margin:1rem 0}details{border:1px solid var(--edge);"
  "border-radius:8px;margin:.4rem 0;background:var(--card)}"
  "summary{padding:.55rem .8rem;cursor:pointer}"
  "summary b{font-weight:600}dl{margin:0;padding:0 .8rem .8rem}"
  "dt{font-weight:600;margin-top:.5rem;font-size:.9rem}"
  "dd{margin:0;font-family:ui-monospace,monospace;font-size:.85rem}"
  "dd.soft{font-family:inherit;font-size:.88rem}"
  "table{border-collapse:collapse;width:100%;font-size:.92rem}"
  "td,th{text-align:left;padding:.3rem .5rem .3rem 0;vertical-align:top;"
  "border-bottom:1px solid var(--edge)}"
  "svg{max-width:38rem}svg .outcome{display:none}" /* it stands above */
  /* a phone shows a row below the other, and larger letters in the ladder */
  "@media (max-width:32rem){body{padding:.6rem}.label{font-size:15px}"
  ".note,.time{font-size:12.5px}tr:first-child{display:none}tr,td{"
  "display:block}tr{padding:.3rem 0;border-bottom:1px solid var(--edge)}"
  "td{display:flex;justify-content:space-between;padding:.1rem 0;border:0}"
  "td::before{content:attr(data-of);color:var(--soft);margin-right:1rem}}"
  "@media (min-width:42rem){dl{display:grid;"
  "grid-template-columns:11rem 1fr;column-gap:1rem}"
  "dt{grid-column:1}dd{grid-column:2;margin-top:.5rem}"
  "dd.soft{margin-top:0}}"
  "</style>\n<title>";

static const char *lane_name(const call *c, lane_id lane) {
  return lane == LANE_SERVER    ? "switchboard"
         : lane == LANE_INVITER ? party_name(c, INVITER)
                                : party_name(c, INVITEE);
}

static void
one_message(FILE *f, const trail *t, const call *c, const message *m) {
  char when[32];
  report_when(t, c, m, when, sizeof(when));
  fprintf(f, "<details><summary><b>%s ", kind_name(m->kind));
  report_markup(f, m->label);
  fputs("</b> <span class=\"soft\">", f);
  report_markup(f, lane_name(c, m->from));
  fputs(" → ", f);
  report_markup(f, lane_name(c, m->to));
  fprintf(f, ", %s%s</span></summary>\n<dl>", when, t->timed ? " s" : "");
  for (guint i = 0; i < m->fields->len; i++) {
    const field *d = g_ptr_array_index(m->fields, i);
    fputs("<dt>", f);
    report_markup(f, d->name);
    fputs("</dt><dd>", f);
    report_markup(f, d->value);
    fputs("</dd>", f);
    if (d->meaning[0] != '\0') {
      fputs("<dd class=\"soft\">", f);
      report_markup(f, d->meaning);
      fputs("</dd>", f);
    }
    fputs("\n", f);
  }
  fputs("</dl></details>\n", f);
}

/* One number of a row, which names itself where rows are shown as lists. */
G_GNUC_PRINTF(3, 4)
static void cell(FILE *f, const char *of, const char *text, ...) {
  va_list args;
  va_start(args, text);
  char *raw = g_strdup_vprintf(text, args);
  va_end(args);
  fprintf(f, "<td data-of=\"%s\">", of);
  report_markup(f, raw);
  fputs("</td>", f);
  g_free(raw);
}

static void one_flow(FILE *f, const call *c, const flow *w) {
  fputs("<tr>", f);
  cell(f, "Heard by", "%s", party_name(c, w->to));
  cell(f, "Codec", "%s%s", w->codec,
       w->suite != MSNAV_SRTP_NONE ? ", encrypted" : "");
  cell(f, "Packets", "%" PRIu64, w->packets);
  if (w->decoded) {
    cell(f, "Lost", "%.1f %%", w->loss);
    cell(f, "Recovered", "%" PRIu64, w->recovered);
    cell(f, "Jitter", "%.1f ms", w->jitter_ms);
    cell(f, "MOS", "%.2f", w->mos);
  } else {
    fputs("<td colspan=\"4\">not decoded</td>", f);
  }
  fputs("</tr>\n", f);
}

static void flows(FILE *f, const call *c) {
  bool any = false;
  for (guint i = 0; i < c->flows->len; i++) {
    const flow *w = g_ptr_array_index(c->flows, i);
    if (w->packets > 0 && !any) {
      fputs("<table><tr><th>Heard by</th><th>Codec</th><th>Packets</th>"
            "<th>Lost</th><th>Recovered</th><th>Jitter</th><th>MOS</th></tr>\n",
            f);
      any = true;
    }
    if (w->packets > 0) {
      one_flow(f, c, w);
    }
  }
  fputs(any ? "</table>\n" : "", f);
}

static void one_call(FILE *f, const trail *t, const call *c) {
  char *outcome = call_outcome(c);
  char *date = report_date(t, c->begun);
  fprintf(f, "<h2>Call %u: ", c->number);
  report_markup(f, party_name(c, INVITER));
  fputs(" → ", f);
  report_markup(f, party_name(c, INVITEE));
  fputs("</h2>\n<p>", f);
  report_markup(f, outcome);
  fprintf(f, "</p>\n<p class=\"soft\">%s", date);
  if (c->cookie != NULL) {
    fputs(", cookie ", f);
    report_markup(f, c->cookie);
  }
  fputs("</p>\n", f);
  flows(f, c);
  fprintf(f,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" "
          "viewBox=\"0 24 %d %u\" "
          "role=\"img\" aria-label=\"ladder\">\n",
          REPORT_SVG_WIDTH, 70 + 38 * c->messages->len + 16 - 24);
  report_svg_call(f, t, c, 0);
  fputs("</svg>\n", f);
  for (guint i = 0; i < c->messages->len; i++) {
    one_message(f, t, c, g_ptr_array_index(c->messages, i));
  }
  g_free(outcome);
  g_free(date);
}

void report_html(FILE *f, const trail *t) {
  fputs(head, f);
  report_markup(f, t->file);
  fputs("</title></head><body>\n<h1>", f);
  report_markup(f, t->file);
  fprintf(f,
          "</h1>\n<p class=\"soft\">%u %s, %" PRIu64
          " messages of invitations, %" PRIu64 " %s</p>\n",
          t->calls->len, t->calls->len == 1 ? "call" : "calls", t->invitations,
          t->packets, t->timed ? "packets" : "lines");
  for (guint i = 0; i < t->notes->len; i++) {
    const note *n = g_ptr_array_index(t->notes, i);
    fprintf(f, "<p class=\"%s\">", n->damage ? "warn" : "soft");
    report_markup(f, n->text);
    fputs("</p>\n", f);
  }
  for (guint i = 0; i < t->calls->len; i++) {
    one_call(f, t, g_ptr_array_index(t->calls, i));
  }
  fputs("</body></html>\n", f);
}
