/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <string.h>

#define WIDTH REPORT_SVG_WIDTH
#define HEAD 70
#define STEP 38
#define LABEL 24 /* columns of a label between two lines */

static const int lanes[] = {52, 246, 440};

void report_markup(FILE *f, const char *text) {
  char *escaped = g_markup_escape_text(text, -1);
  fputs(escaped, f);
  g_free(escaped);
}

static void anchored(FILE *f, int x, unsigned y, const char *anchor,
                     const char *class, const char *text) {
  fprintf(f, "<text x=\"%d\" y=\"%u\" text-anchor=\"%s\" class=\"%s\">", x, y,
          anchor, class);
  report_markup(f, text);
  fputs("</text>\n", f);
}

static void text_at(FILE *f, int x, unsigned y, const char *class,
                    const char *text, size_t width) {
  char *cut = text_cut(text, width);
  anchored(f, x, y, "middle", class, cut);
  g_free(cut);
}

static void one_arrow(FILE *f, const message *m, unsigned y) {
  static const char *const classes[] = {"msnp", "sip", "rtp", "dtmf"};
  const char *class = classes[m->kind];
  int a = lanes[m->from], b = lanes[m->to];
  int way = b > a ? 1 : -1;
  bool wide = m->from != LANE_SERVER && m->to != LANE_SERVER;
  fprintf(f, "<g class=\"%s\"><title>", class);
  report_markup(f, m->label);
  fputs(": ", f);
  report_markup(f, m->note);
  fprintf(f,
          "</title><line x1=\"%d\" y1=\"%u\" x2=\"%d\" y2=\"%u\"/>"
          "<polygon points=\"%d,%u %d,%u %d,%u\"/>\n",
          a, y, b - 9 * way, y, b - way, y, b - 10 * way, y - 5, b - 10 * way,
          y + 5);
  text_at(f, (a + b) / 2, y - 6, "label", m->label, wide ? 2 * LABEL : LABEL);
  text_at(f, (a + b) / 2, y + 12, "note", m->note,
          wide ? 2 * LABEL : LABEL + 4);
  fputs("</g>\n", f);
}

unsigned report_svg_call(FILE *f, const trail *t, const call *c, unsigned top) {
  unsigned height = HEAD + STEP * c->messages->len + 16;
  const char *names[] = {party_name(c, INVITER),
                         c->cookie != NULL ? "switchboard" : "",
                         party_name(c, INVITEE)};
  char *outcome = call_outcome(c);
  text_at(f, WIDTH / 2, top + 18, "outcome", outcome, 66);
  for (int i = 0; i < 3; i++) {
    if (names[i][0] != '\0') {
      static const char *const anchors[] = {"start", "middle", "end"};
      static const int at[] = {4, 246, WIDTH - 4};
      char *cut = text_cut(names[i], 22);
      anchored(f, at[i], top + 42, anchors[i], "name", cut);
      g_free(cut);
      fprintf(f,
              "<line x1=\"%d\" y1=\"%u\" x2=\"%d\" y2=\"%u\" "
              "class=\"lane\"/>\n",
              lanes[i], top + 50, lanes[i], top + height - 8);
    }
  }
  for (guint i = 0; i < c->messages->len; i++) {
    const message *m = g_ptr_array_index(c->messages, i);
    unsigned y = top + HEAD + STEP * i + 10;
    char when[32];
    report_when(t, c, m, when, sizeof(when));
    fprintf(f, "<text x=\"4\" y=\"%u\" class=\"time\">%s</text>\n", y + 4,
            when);
    one_arrow(f, m, y);
  }
  g_free(outcome);
  return height;
}

void report_svg(FILE *f, const trail *t) {
  unsigned height = 10;
  for (guint i = 0; i < t->calls->len; i++) {
    const call *c = g_ptr_array_index(t->calls, i);
    height += HEAD + STEP * c->messages->len + 16;
  }
  fprintf(f,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" "
          "width=\"%d\" height=\"%u\" font-family=\"system-ui, "
          "sans-serif\">\n<title>",
          WIDTH, height, WIDTH, height);
  report_markup(f, t->file);
  fputs("</title>\n<style>" REPORT_SVG_STYLE ".page{fill:#fff}"
        "@media (prefers-color-scheme:dark){.page{fill:#14181f}}"
        "</style>\n",
        f);
  fprintf(f, "<rect class=\"page\" width=\"%d\" height=\"%u\"/>\n", WIDTH,
          height);
  unsigned top = 5;
  for (guint i = 0; i < t->calls->len; i++) {
    top += report_svg_call(f, t, g_ptr_array_index(t->calls, i), top);
  }
  fputs("</svg>\n", f);
}
