/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is known, and who of them is there. */
#ifndef EXAMPLES_PHONE_CONTACTS_H
#define EXAMPLES_PHONE_CONTACTS_H

#include <msnav/base.h>

typedef struct contact {
  char *account; /* as on the wire */
  char *name;    /* safe to show; never empty */
  char status[4];
  unsigned unread; /* chat that nobody has looked at */
} contact;

typedef struct contacts {
  contact *at; /* who is there first, then by name */
  size_t count;
} contacts;

/* NULL when it is not known. */
contact *contacts_find(const contacts *c, msnav_str account);
/* Learn something; name empty or status NULL: nothing about it.  Returns the
 * contact, whose place may have changed. */
contact *contacts_update(contacts *c, msnav_str account, msnav_str name,
                         const char *status);
void contacts_all_offline(contacts *c);
/* The name of an account that may be unknown, for g_free(). */
char *contacts_name(const contacts *c, msnav_str account);
/* "online", "busy" ... */
const char *contacts_status_text(const char *status);
bool contacts_is_here(const contact *c);
void contacts_clear(contacts *c);

#endif
