/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A trail in the forms that it is shown in. */
#ifndef DECODE_REPORT_H
#define DECODE_REPORT_H

#include "model.h"

#include <stdio.h>

/* Text; width: columns of the terminal.  fields: explain every field. */
void report_text(FILE *f, const trail *t, size_t width, bool fields);
void report_summary(FILE *f, const trail *t);
void report_json(FILE *f, const trail *t);
/* All ladders below each other. */
void report_svg(FILE *f, const trail *t);
/* One self-contained page. */
void report_html(FILE *f, const trail *t);

/* Units; what fits a phone is read on a phone. */
#define REPORT_SVG_WIDTH 492

/* How a ladder looks, on light and dark pages. */
#define REPORT_SVG_STYLE                                                       \
  "svg{--msnp:#1f5fa8;--sip:#a8481a;--rtp:#2c6e38;--dtmf:#6f46a0;"             \
  "--ink:#1c2430;--dim:#5b6472;--lane:#c9ced6}"                                \
  "@media (prefers-color-scheme:dark){svg{--msnp:#7db4f0;--sip:#f0a070;"       \
  "--rtp:#7fcf8d;--dtmf:#c3a2f2;--ink:#e6eaf0;--dim:#9aa5b5;--lane:#3b4452}}"  \
  ".lane{stroke:var(--lane)}.name{fill:var(--ink);font-size:13px;"             \
  "font-weight:600}.outcome{fill:var(--dim);font-size:13px}"                   \
  ".time{fill:var(--dim);font-size:11px}.label{font-size:13px}"                \
  ".note{font-size:11px;opacity:.85}.msnp{fill:var(--msnp);"                   \
  "stroke:var(--msnp)}.sip{fill:var(--sip);stroke:var(--sip)}"                 \
  ".rtp{fill:var(--rtp);stroke:var(--rtp)}.dtmf{fill:var(--dtmf);"             \
  "stroke:var(--dtmf)}.rtp line,.dtmf line{stroke-dasharray:7 5}"              \
  "g line{stroke-width:1.6}g text{stroke:none}"

/* What the reports share. */
void report_when(const trail *t, const call *c, const message *m, char *text,
                 size_t cap);
char *report_date(const trail *t, uint64_t time);
/* A ladder of one call from (0, top) on; its height. */
unsigned report_svg_call(FILE *f, const trail *t, const call *c, unsigned top);
/* Text inside of markup. */
void report_markup(FILE *f, const char *text);

#endif
