/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model.h"

#include <string.h>

#define MOST_NOTES 50

static void field_free(gpointer p) {
  field *f = p;
  g_free(f->name);
  g_free(f->value);
  g_free(f->meaning);
  g_free(f);
}

static void message_free(gpointer p) {
  message *m = p;
  g_free(m->label);
  g_free(m->note);
  g_ptr_array_free(m->fields, TRUE);
  g_free(m);
}

static void flow_free(gpointer p) {
  flow *f = p;
  g_free(f->wav);
  g_free(f);
}

static void call_free(gpointer p) {
  call *c = p;
  g_free(c->cookie);
  g_free(c->call_id);
  for (unsigned i = 0; i < PARTIES; i++) {
    g_free(c->parties[i].account);
    g_free(c->parties[i].session_id);
  }
  g_ptr_array_free(c->messages, TRUE);
  g_ptr_array_free(c->flows, TRUE);
  g_free(c);
}

static void note_free(gpointer p) {
  note *n = p;
  g_free(n->text);
  g_free(n);
}

trail *trail_new(const char *file) {
  trail *t = g_new0(trail, 1);
  t->file = clean(str_of(file));
  t->calls = g_ptr_array_new_with_free_func(call_free);
  t->notes = g_ptr_array_new_with_free_func(note_free);
  return t;
}

void trail_free(trail *t) {
  if (t != NULL) {
    g_ptr_array_free(t->calls, TRUE);
    g_ptr_array_free(t->notes, TRUE);
    g_free(t->file);
    g_free(t);
  }
}

void trail_note(trail *t, bool damage, const char *text, ...) {
  if (t->notes->len >= MOST_NOTES) {
    t->more_notes++;
    return;
  }
  va_list args;
  va_start(args, text);
  char *raw = g_strdup_vprintf(text, args);
  va_end(args);
  note *n = g_new0(note, 1);
  n->damage = damage;
  n->text = clean(str_of(raw));
  g_free(raw);
  g_ptr_array_add(t->notes, n);
}

bool trail_damaged(const trail *t) {
  for (guint i = 0; i < t->notes->len; i++) {
    const note *n = g_ptr_array_index(t->notes, i);
    if (n->damage) {
      return true;
    }
  }
  return t->cut;
}

call *call_new(trail *t, uint64_t time) {
  call *c = g_new0(call, 1);
  c->number = t->calls->len + 1;
  c->timed = t->timed;
  c->begun = c->last = time;
  c->caller = INVITEE;
  c->messages = g_ptr_array_new_with_free_func(message_free);
  c->flows = g_ptr_array_new_with_free_func(flow_free);
  g_ptr_array_add(t->calls, c);
  return c;
}

message *call_message(call *c, message_kind kind, uint64_t time, lane_id from,
                      lane_id to) {
  message *m = g_new0(message, 1);
  m->kind = kind;
  m->time = time;
  m->from = from;
  m->to = to;
  m->fields = g_ptr_array_new_with_free_func(field_free);
  g_ptr_array_add(c->messages, m);
  if (time > c->last) {
    c->last = time;
  }
  return m;
}

void message_field(message *m, const char *name, msnav_str value,
                   const char *meaning) {
  field *f = g_new0(field, 1);
  f->name = clean(str_of(name));
  f->value = clean(value);
  f->meaning = clean(str_of(meaning));
  g_ptr_array_add(m->fields, f);
}

static const char *cancel_words(const call *c) {
  switch (c->cancel_code) {
  case MSNAV_CANCEL_REJECT:
    return "declined";
  case MSNAV_CANCEL_TIMEOUT:
    return "given up";
  case MSNAV_CANCEL_NOT_INSTALLED:
    return "refused as not installed";
  case MSNAV_CANCEL_FAIL:
  case MSNAV_CANCEL_FTTIMEOUT:
    return "ended by a failure";
  default:
    return "cancelled";
  }
}

/* When it was over, or the last of it that was seen: of a call that a
 * capture leaves in the middle, that is sound. */
static uint64_t call_end(const call *c) {
  if (c->down != 0 || c->cancelled) {
    return c->down != 0 ? c->down : c->last;
  }
  uint64_t end = c->last;
  for (guint i = 0; i < c->flows->len; i++) {
    const flow *w = g_ptr_array_index(c->flows, i);
    end = MAX(end, w->last);
  }
  return end;
}

char *call_outcome(const call *c) {
  if (c->up != 0) {
    uint64_t end = call_end(c);
    char talked[32] = "";
    if (c->timed) {
      g_snprintf(talked, sizeof(talked), " %.1f s",
                 (double)(end - c->up) / 1e6);
    }
    return c->down != 0 ? g_strdup_printf("talked%s, hung up by %s", talked,
                                          party_name(c, c->bye_by))
           : c->cancelled
             ? g_strdup_printf("talked%s, ended by %s", talked,
                               party_name(c, c->cancelled_by))
             : g_strdup_printf("talked%s, its end is not in the capture",
                               talked);
  }
  if (c->refused != 0) {
    return g_strdup_printf("SIP refused it with %u", c->refused);
  }
  if (c->cancelled) {
    return g_strdup_printf("%s by %s", cancel_words(c),
                           party_name(c, c->cancelled_by));
  }
  return g_strdup(c->call_id != NULL
                    ? "SIP was begun, but never up in this capture"
                    : "never answered in this capture");
}

const char *party_name(const call *c, unsigned who) {
  if (c->parties[who].account != NULL) {
    return c->parties[who].account;
  }
  if (c->cookie == NULL) {
    return who == INVITER ? "caller" : "called";
  }
  return who == INVITER ? "inviter" : "invitee";
}

lane_id lane_of(unsigned who) {
  return who == INVITER ? LANE_INVITER : LANE_INVITEE;
}

const char *kind_name(message_kind kind) {
  static const char *const names[] = {"MSNP", "SIP", "RTP", "DTMF"};
  return names[kind];
}
