/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../json.h"
#include "report.h"

static void text(FILE *f, bool first, const char *name, const char *value) {
  json_member(f, first, name, str_of(value));
}

static void number(FILE *f, const char *name, uint64_t value) {
  fprintf(f, ", \"%s\": %" PRIu64, name, value);
}

static const char *lane_word(lane_id lane) {
  static const char *const words[] = {"inviter", "server", "invitee"};
  return words[lane];
}

static void one_message(FILE *f, const message *m) {
  fputs("{", f);
  text(f, true, "kind", kind_name(m->kind));
  number(f, "time", m->time);
  text(f, false, "from", lane_word(m->from));
  text(f, false, "to", lane_word(m->to));
  text(f, false, "label", m->label);
  text(f, false, "note", m->note);
  fputs(", \"fields\": [", f);
  for (guint i = 0; i < m->fields->len; i++) {
    const field *d = g_ptr_array_index(m->fields, i);
    fputs(i > 0 ? ",\n    {" : "\n    {", f);
    text(f, true, "name", d->name);
    text(f, false, "value", d->value);
    text(f, false, "meaning", d->meaning);
    fputs("}", f);
  }
  fputs("]}", f);
}

static void one_flow(FILE *f, const flow *w) {
  fputs("{", f);
  text(f, true, "medium", w->medium == SOUND ? "audio" : "video");
  text(f, false, "to", lane_word(lane_of(w->to)));
  text(f, false, "codec", w->codec);
  text(f, false, "encryption",
       msnav_srtp_suite_name((msnav_srtp_suite)w->suite));
  number(f, "packets", w->packets);
  number(f, "bytes", w->bytes);
  number(f, "rtcp", w->rtcp);
  number(f, "first", w->first);
  number(f, "last", w->last);
  fprintf(f, ", \"decoded\": %s", w->decoded ? "true" : "false");
  number(f, "lost", w->lost);
  number(f, "recovered", w->recovered);
  number(f, "concealed", w->concealed);
  number(f, "late", w->late);
  number(f, "duplicates", w->duplicates);
  number(f, "refused", w->refused);
  number(f, "sealed", w->sealed);
  json_number(f, false, "loss_percent", w->loss);
  json_number(f, false, "jitter_ms", w->jitter_ms);
  if (w->mos > 0) {
    json_number(f, false, "mos", w->mos);
  }
  if (w->wav != NULL) {
    text(f, false, "wav", w->wav);
  }
  fputs("}", f);
}

static void one_party(FILE *f, const char *name, const party *p) {
  char at[MSNAV_ADDR_TEXT];
  fprintf(f, ", \"%s\": {", name);
  text(f, true, "account", p->account);
  if (p->sip.port != 0) {
    msnav_addr_format(&p->sip, at);
    text(f, false, "sip", at);
  }
  if (p->media[SOUND].there) {
    msnav_addr_format(&p->media[SOUND].rtp, at);
    text(f, false, "rtp", at);
  }
  fputs("}", f);
}

static void one_call(FILE *f, const call *c) {
  char *outcome = call_outcome(c);
  fprintf(f, "{\"number\": %u", c->number);
  if (c->cookie != NULL) {
    text(f, false, "cookie", c->cookie);
  }
  if (c->call_id != NULL) {
    text(f, false, "call_id", c->call_id);
  }
  one_party(f, "inviter", &c->parties[INVITER]);
  one_party(f, "invitee", &c->parties[INVITEE]);
  number(f, "begun", c->begun);
  if (c->up != 0) {
    number(f, "up", c->up);
  }
  if (c->down != 0) {
    number(f, "down", c->down);
  }
  text(f, false, "outcome", outcome);
  fputs(", \"flows\": [", f);
  for (guint i = 0; i < c->flows->len; i++) {
    fputs(i > 0 ? ",\n  " : "\n  ", f);
    one_flow(f, g_ptr_array_index(c->flows, i));
  }
  fputs("],\n \"messages\": [", f);
  for (guint i = 0; i < c->messages->len; i++) {
    fputs(i > 0 ? ",\n  " : "\n  ", f);
    one_message(f, g_ptr_array_index(c->messages, i));
  }
  fputs("]}", f);
  g_free(outcome);
}

void report_json(FILE *f, const trail *t) {
  fputs("{", f);
  text(f, true, "file", t->file);
  number(f, "packets", t->packets);
  number(f, "connections", t->connections);
  number(f, "invitations", t->invitations);
  number(f, "foreign", t->foreign);
  fprintf(f, ", \"timed\": %s, \"cut\": %s", t->timed ? "true" : "false",
          t->cut ? "true" : "false");
  fputs(", \"notes\": [", f);
  for (guint i = 0; i < t->notes->len; i++) {
    const note *n = g_ptr_array_index(t->notes, i);
    fprintf(f, "%s{\"damage\": %s", i > 0 ? ", " : "",
            n->damage ? "true" : "false");
    text(f, false, "text", n->text);
    fputs("}", f);
  }
  fputs("],\n\"calls\": [", f);
  for (guint i = 0; i < t->calls->len; i++) {
    fputs(i > 0 ? ",\n" : "\n", f);
    one_call(f, g_ptr_array_index(t->calls, i));
  }
  fputs("]}\n", f);
}
