/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The phone: what its parts share.
 *
 *   account, rooms   the connections (MSNP)
 *   calls            the library
 *   sound            files and devices
 *   trace            log and capture
 *   event            what is told to people and programs
 *   screen           the same on a terminal, with keys */
#ifndef EXAMPLES_PHONE_PHONE_H
#define EXAMPLES_PHONE_PHONE_H

#include "../signals.h"
#include "account.h"
#include "contacts.h"
#include "event.h"
#include "options.h"
#include "rooms.h"
#include "sound.h"
#include "trace.h"

#include <msnav/call.h>

typedef struct phone {
  options options;
  msnav_epoll *epoll;
  msnav_loop loop;
  signals signals;
  account *account; /* NULL: not connected, and not trying */
  rooms *rooms;
  contacts contacts;
  struct sound *sound;
  struct screen *screen;     /* NULL: lines */
  struct commands *commands; /* lines from the standard input */
  struct metrics *metrics;
  trace trace;
  void *timer;       /* to log in again, or to leave at last */
  unsigned attempts; /* since we were online */
  bool online, leaving, stopped;
  bool lost; /* the connection broke under a call */
  int code;
  /* calls.c */
  msnav_context *context;
  msnav_call *call;    /* the one that is up or rings */
  msnav_call *waiting; /* rings while another is up */
  void *tick;          /* what is to be done in a call as time goes by */
  unsigned ended;      /* calls */
  bool pressed, without_sound;
  unsigned sent_level, received_level; /* -dBov, 127: silence */
} phone;

/* ---- phone.c */
bool phone_start(phone *p);
/* Tell everybody, and clear it. */
void phone_tell(phone *p, event *e);
/* Something that went wrong. */
void phone_complain(phone *p, const char *format, ...)
  __attribute__((format(printf, 2, 3)));
/* Hang up what is up, and leave. */
void phone_leave(phone *p, int code);
void phone_call_ended(phone *p, msnav_reason reason);
void phone_clean_up(phone *p);

/* ---- chat.c */
void chat_say(phone *p, msnav_str peer, msnav_str text);
/* For rooms_events. */
void chat_received(void *self, msnav_str peer, msnav_str name,
                   msnav_str payload);
void chat_undelivered(void *self, msnav_str peer, uint64_t tag);

/* ---- calls.c */
bool calls_start(phone *p);
bool calls_received(phone *p, msnav_str peer, msnav_str payload);
void calls_undelivered(phone *p, msnav_str peer, uint64_t tag);
void calls_call(phone *p, msnav_str peer);
void calls_answer(phone *p);
void calls_reject(phone *p);
void calls_hang_up(phone *p);
void calls_mute(phone *p);
void calls_hold(phone *p);
void calls_press(phone *p, char key);
msnav_call_info calls_info(const msnav_call *call);
void calls_stop(phone *p);

/* ---- summary.c */
/* What a call was like, as members of an event. */
void summary_of(phone *p, event *e, const msnav_call *call);
/* "1:02:03" */
void summary_time(msnav_usec duration, char text[24]);

/* ---- commands.c */
struct commands *commands_start(phone *p);
/* One line that the user typed. */
void commands_run(phone *p, const char *line);
void commands_stop(struct commands *c);

#endif
