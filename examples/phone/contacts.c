/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contacts.h"

#include "../msnp.h"
#include "text.h"

#include <glib.h>
#include <string.h>

#define MOST 1000 /* more than servers allow */

static contact nowhere; /* whoever comes when the list is full */

contact *contacts_find(const contacts *c, msnav_str account) {
  for (size_t i = 0; i < c->count; i++) {
    if (msnp_same(msnav_str_of(c->at[i].account), account)) {
      return &c->at[i];
    }
  }
  return NULL;
}

bool contacts_is_here(const contact *c) {
  return strcmp(c->status, "FLN") != 0;
}

static int compare(const void *a, const void *b) {
  const contact *x = a;
  const contact *y = b;
  int here = (int)contacts_is_here(y) - (int)contacts_is_here(x);
  if (here != 0) {
    return here;
  }
  int by_name = g_utf8_collate(x->name, y->name);
  return by_name != 0 ? by_name : strcmp(x->account, y->account);
}

contact *contacts_update(contacts *c, msnav_str account, msnav_str name,
                         const char *status) {
  contact *found = contacts_find(c, account);
  if (found == NULL) {
    if (c->count == MOST) {
      return &nowhere;
    }
    c->at = g_renew(contact, c->at, c->count + 1);
    found = &c->at[c->count++];
    *found = (contact){.account = g_strndup(account.ptr, account.len),
                       .name = text_safe(account),
                       .status = "FLN"};
  }
  if (name.len > 0) {
    g_free(found->name);
    found->name = text_name(name);
  }
  if (status != NULL) {
    g_strlcpy(found->status, status, sizeof(found->status));
  }
  qsort(c->at, c->count, sizeof(*c->at), compare);
  return contacts_find(c, account);
}

void contacts_all_offline(contacts *c) {
  for (size_t i = 0; i < c->count; i++) {
    memcpy(c->at[i].status, "FLN", 4);
  }
}

char *contacts_name(const contacts *c, msnav_str account) {
  const contact *found = contacts_find(c, account);
  return found != NULL ? g_strdup(found->name) : text_safe(account);
}

const char *contacts_status_text(const char *status) {
  static const struct {
    char code[4];
    const char *text;
  } known[] = {{"NLN", "online"},       {"BSY", "busy"},
               {"IDL", "idle"},         {"BRB", "be right back"},
               {"AWY", "away"},         {"PHN", "on the phone"},
               {"LUN", "out to lunch"}, {"HDN", "hidden"},
               {"FLN", "offline"}};
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
    if (strcmp(known[i].code, status) == 0) {
      return known[i].text;
    }
  }
  return "online";
}

void contacts_clear(contacts *c) {
  for (size_t i = 0; i < c->count; i++) {
    g_free(c->at[i].account);
    g_free(c->at[i].name);
  }
  g_free(c->at);
  *c = (contacts){0};
}
