/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing that happened: a sentence for people, members for programs. */
#ifndef EXAMPLES_PHONE_EVENT_H
#define EXAMPLES_PHONE_EVENT_H

#include <glib.h>
#include <msnav/base.h>

typedef struct event_member {
  const char *name;
  char *text; /* NULL: a number */
  size_t len;
  double number;
} event_member;

typedef struct event {
  const char *kind;
  char *sentence; /* safe for terminals; NULL: nothing people want to read */
  bool error;     /* something went wrong */
  event_member members[32];
  size_t count;
} event;

/* Texts are copied as they are. */
void event_text(event *e, const char *name, msnav_str text);
void event_number(event *e, const char *name, double number);
/* Arguments must be safe, see text.h. */
void event_say(event *e, const char *format, ...)
  __attribute__((format(printf, 2, 3)));
void event_clear(event *e);
/* One JSON object, one line. */
void event_print_json(const event *e);
/* The sentence: errors to stderr. */
void event_print_line(const event *e);

#endif
