/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The phone on a terminal: contacts, chat, the call with its meters; keys. */
#ifndef EXAMPLES_PHONE_SCREEN_H
#define EXAMPLES_PHONE_SCREEN_H

#include "phone.h"

/* NULL: this is no terminal for it. */
struct screen *screen_start(phone *p);
void screen_tell(struct screen *s, const event *e);
/* The terminal is as it was. */
void screen_stop(struct screen *s);

#endif
