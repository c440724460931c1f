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

/* How a ladder looks, on light and dark pages.  Without var(), which viewers
 * of pictures draw black. */
#define REPORT_SVG_STYLE                                                       \
  ".lane{stroke:#c9ced6}.name{fill:#1c2430;font-size:13px;font-weight:600}"    \
  ".outcome{fill:#5b6472;font-size:13px}.time{fill:#5b6472;font-size:11px}"    \
  ".label{font-size:13px}.note{font-size:11px;opacity:.85}"                    \
  ".msnp{fill:#1f5fa8;stroke:#1f5fa8}.sip{fill:#a8481a;stroke:#a8481a}"        \
  ".rtp{fill:#2c6e38;stroke:#2c6e38}.dtmf{fill:#6f46a0;stroke:#6f46a0}"        \
  ".rtp line,.dtmf line{stroke-dasharray:7 5}g line{stroke-width:1.6}"         \
  "g text{stroke:none}"                                                        \
  "@media (prefers-color-scheme:dark){.lane{stroke:#3b4452}"                   \
  ".name{fill:#e6eaf0}.outcome,.time{fill:#9aa5b5}"                            \
  ".msnp{fill:#7db4f0;stroke:#7db4f0}.sip{fill:#f0a070;stroke:#f0a070}"        \
  ".rtp{fill:#7fcf8d;stroke:#7fcf8d}.dtmf{fill:#c3a2f2;stroke:#c3a2f2}}"

/* What the reports share. */
void report_when(const trail *t, const call *c, const message *m, char *text,
                 size_t cap);
char *report_date(const trail *t, uint64_t time);
/* A ladder of one call from (0, top) on; its height. */
unsigned report_svg_call(FILE *f, const trail *t, const call *c, unsigned top);
/* Text inside of markup. */
void report_markup(FILE *f, const char *text);

#endif
