/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "event.h"

#include "../json.h"

#include <stdarg.h>

static event_member *add(event *e, const char *name) {
  static event_member spill; /* more members than there is room for */
  event_member *m =
    e->count < G_N_ELEMENTS(e->members) ? &e->members[e->count++] : &spill;
  m->name = name;
  return m;
}

void event_text(event *e, const char *name, msnav_str text) {
  event_member *m = add(e, name);
  m->text = g_strndup(text.ptr != NULL ? text.ptr : "", text.len);
  m->len = text.len;
}

void event_number(event *e, const char *name, double number) {
  add(e, name)->number = number;
}

void event_say(event *e, const char *format, ...) {
  va_list args;
  va_start(args, format);
  g_free(e->sentence);
  e->sentence = g_strdup_vprintf(format, args);
  va_end(args);
}

void event_clear(event *e) {
  for (size_t i = 0; i < e->count; i++) {
    g_free(e->members[i].text);
  }
  g_free(e->sentence);
  *e = (event){0};
}

void event_print_json(const event *e) {
  printf("{\"event\": \"%s\", \"time\": %.3f", e->kind,
         (double)g_get_real_time() / 1e6);
  for (size_t i = 0; i < e->count; i++) {
    const event_member *m = &e->members[i];
    if (m->text != NULL) {
      json_member(stdout, false, m->name, (msnav_str){m->text, m->len});
    } else {
      json_number(stdout, false, m->name, m->number);
    }
  }
  printf("}\n");
  fflush(stdout);
}

void event_print_line(const event *e) {
  if (e->sentence == NULL) {
    return;
  }
  if (e->error) {
    fflush(stdout);
    fprintf(stderr, "msnav-phone: %s\n", e->sentence);
    return;
  }
  printf("%s\n", e->sentence);
  fflush(stdout);
}
