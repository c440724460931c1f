/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The account's side of the phone, and when it is time to leave. */
#include "phone.h"

#include "metrics.h"
#include "screen.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define FAREWELL 2500000 /* µs that a call has to end in when we leave */
#define LINGER 300000    /* µs for the last words of a call */

/* ---- telling */

void phone_tell(phone *p, event *e) {
  if (p->options.json) {
    event_print_json(e);
  } else if (p->screen != NULL) {
    screen_tell(p->screen, e);
  } else {
    event_print_line(e);
  }
  event_clear(e);
}

void phone_complain(phone *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  event e = {.kind = "error", .error = true};
  e.sentence = g_strdup_vprintf(format, args);
  va_end(args);
  if (p->options.json) { /* for those who read only what went wrong, too */
    event_print_line(&e);
  }
  event_text(&e, "text", msnav_str_of(e.sentence));
  phone_tell(p, &e);
}

/* ---- leaving */

static void stop(phone *p) {
  p->stopped = true;
  msnav_epoll_stop(p->epoll);
}

static void leave_after(phone *p, msnav_usec delay) {
  p->loop.timer_set(p->loop.data, p->timer, p->loop.now(p->loop.data) + delay);
}

void phone_leave(phone *p, int code) {
  if (p->leaving) {
    stop(p); /* asked a second time: at once */
    return;
  }
  p->leaving = true;
  p->code = code;
  if (p->call != NULL && msnav_call_hangup(p->call) == MSNAV_OK) {
    leave_after(p, FAREWELL);
  } else {
    leave_after(p, LINGER);
  }
}

void phone_call_ended(phone *p, msnav_reason reason) {
  bool fine =
    reason == MSNAV_REASON_HANGUP_LOCAL || reason == MSNAV_REASON_HANGUP_REMOTE;
  p->ended++;
  if (p->leaving) {
    leave_after(p, LINGER);
    return;
  }
  bool enough = p->options.call != NULL ||
                (p->options.calls != 0 && p->ended >= p->options.calls);
  p->code = fine ? EXIT_OK : EXIT_CALL + (int)reason;
  if (p->lost && p->account == NULL) {
    phone_leave(p, fine ? EXIT_LOST : p->code);
  } else if (enough) {
    phone_leave(p, p->code);
  }
}

/* ---- the account's events */

static void begin(phone *p) {
  const options *o = &p->options;
  if (o->call == NULL || p->ended > 0 || p->call != NULL) {
    return;
  }
  if (o->chat != NULL) {
    chat_say(p, msnav_str_of(o->call), msnav_str_of(o->chat));
  }
  calls_call(p, msnav_str_of(o->call));
}

static void on_online(void *self) {
  phone *p = self;
  event e = {.kind = "online"};
  char *who = text_safe(msnav_str_of(p->options.account));
  event_text(&e, "account", msnav_str_of(p->options.account));
  event_say(&e, "online as %s", who);
  g_free(who);
  p->online = true;
  p->lost = false;
  p->attempts = 0;
  rooms_set_account(p->rooms, p->account);
  phone_tell(p, &e);
  begin(p);
}

static void
on_contact(void *self, msnav_str who, msnav_str name, const char *status) {
  phone *p = self;
  const contact *c = contacts_update(&p->contacts, who, name, status);
  event e = {.kind = "contact"};
  event_text(&e, "account", who);
  if (c->name != NULL) {
    event_text(&e, "name", msnav_str_of(c->name));
  }
  event_text(&e, "status", msnav_str_of(c->status));
  if (status != NULL && c->name != NULL) {
    event_say(&e, "%s is %s", c->name, contacts_status_text(c->status));
  }
  phone_tell(p, &e);
}

static void on_ring(void *self, const msnav_switchboard_command *ring) {
  phone *p = self;
  rooms_ring(p->rooms, ring);
}

static void
on_room(void *self, uint32_t request, msnav_str host, msnav_str token) {
  phone *p = self;
  rooms_granted(p->rooms, request, host, token);
}

static const int codes[] = {[ACCOUNT_UNREACHABLE] = EXIT_UNREACHABLE,
                            [ACCOUNT_REFUSED] = EXIT_REFUSED,
                            [ACCOUNT_ELSEWHERE] = EXIT_ELSEWHERE,
                            [ACCOUNT_PROTOCOL] = EXIT_PROTOCOL,
                            [ACCOUNT_LOST] = EXIT_LOST};

static msnav_usec next_attempt(phone *p) {
  unsigned shift = MIN(p->attempts, 5);
  p->attempts++;
  return (msnav_usec)2000000 << shift;
}

static void on_gone(void *self, account_end why, const char *text) {
  phone *p = self;
  bool was_online = p->online;
  char *safe = text_safe(msnav_str_of(text));
  char *server = text_safe(msnav_str_of(p->options.server));
  rooms_set_account(p->rooms, NULL);
  account_free(p->account);
  p->account = NULL;
  p->online = false;
  contacts_all_offline(&p->contacts);
  bool talking =
    p->call != NULL && calls_info(p->call).state == MSNAV_STATE_TALKING;
  bool again = (p->options.reconnect || p->screen != NULL) &&
               (why == ACCOUNT_LOST ||
                (why == ACCOUNT_UNREACHABLE && (p->lost || was_online)));
  phone_complain(p, "%s: %s%s%s", server, safe,
                 talking ? "; the call goes on: its sound does not pass there"
                         : "",
                 again ? "; trying again" : "");
  g_free(safe);
  g_free(server);
  p->lost = why == ACCOUNT_LOST || (p->lost && again);
  if (again && !p->leaving) {
    leave_after(p, next_attempt(p));
  } else if (talking) {
    p->lost = true;
  } else {
    phone_leave(p, codes[why]);
  }
}

static const account_events account_handlers = {on_online, on_contact, on_ring,
                                                on_room, on_gone};

static bool log_in(phone *p) {
  const options *o = &p->options;
  account_config config = {.server = o->server,
                           .account = o->account,
                           .password = o->password,
                           .keep_alive = (msnav_usec)(o->keep_alive * 1e6),
                           .name = o->name};
  p->account = account_new(&p->loop, &config, &account_handlers, p);
  return p->account != NULL;
}

static void on_timer(void *arg) {
  phone *p = arg;
  if (p->leaving) {
    stop(p);
  } else if (p->account == NULL && !log_in(p)) {
    leave_after(p, next_attempt(p));
  }
}

/* ---- beginning and end */

static void on_signal(void *arg) {
  phone_leave(arg, EXIT_OK);
}

/* 0, or an exit code after saying why. */
static int open_trace(phone *p) {
  p->trace =
    (trace){.log_path = p->options.log, .capture_path = p->options.capture};
  const char *bad = trace_open(&p->trace);
  if (bad != NULL) {
    char *text = g_strdup_printf("%s: %s", bad, strerror(errno));
    char *safe = text_safe(msnav_str_of(text));
    phone_complain(p, "%s", safe);
    g_free(safe);
    g_free(text);
  }
  return bad == NULL ? EXIT_OK : EXIT_BAD_FILE;
}

/* 0, or an exit code after saying why. */
static int open_sound(phone *p) {
  const options *o = &p->options;
  bool files = o->play != NULL || o->record != NULL;
  const char *device = o->device != NULL ? o->device : "default";
  sound_config config = {.play = o->play, .record = o->record, .rate = o->rate};
  char *why = NULL;
  config.device = o->no_sound || (files && o->device == NULL) ? NULL : device;
  sound_result result = sound_open(&config, &p->sound, &why);
  if (result == SOUND_NO_DEVICE && o->optional_sound) {
    phone_complain(p, "%s; going on without", why);
    g_free(why);
    config.device = NULL;
    result = sound_open(&config, &p->sound, &why);
  }
  if (result == SOUND_OK) {
    return EXIT_OK;
  }
  char *safe = text_safe(msnav_str_of(why));
  phone_complain(p, "%s%s", safe,
                 result == SOUND_NO_DEVICE ? "; see --device and --no-sound"
                                           : "");
  g_free(safe);
  g_free(why);
  return result == SOUND_NO_DEVICE ? EXIT_NO_DEVICE : EXIT_BAD_FILE;
}

bool phone_start(phone *p) {
  static const rooms_events room_handlers = {chat_received, chat_undelivered};
  p->code = EXIT_SYSTEM;
  p->timer = p->loop.timer_add(p->loop.data, on_timer, p);
  if (p->timer == NULL || !signals_watch(&p->signals, &p->loop, on_signal, p)) {
    phone_complain(p, "no memory");
    return false;
  }
  p->code = open_trace(p);
  if (p->code == EXIT_OK) {
    p->code = open_sound(p);
  }
  if (p->code != EXIT_OK || !calls_start(p)) {
    return false;
  }
  p->rooms = rooms_new(&p->loop, p->options.account, &room_handlers, p,
                       p->trace.capture);
  if (p->options.metrics_port != 0) {
    p->metrics = metrics_start(p, (uint16_t)p->options.metrics_port);
    if (p->metrics == NULL) {
      p->code = EXIT_SYSTEM;
      return false;
    }
  }
  if (!log_in(p)) {
    phone_complain(p, "%s: no such address", p->options.server);
    p->code = EXIT_UNREACHABLE;
    return false;
  }
  return true;
}

void phone_clean_up(phone *p) {
  p->leaving = true;
  calls_stop(p);
  metrics_stop(p->metrics);
  rooms_free(p->rooms);
  account_free(p->account);
  if (!sound_close(p->sound)) {
    phone_complain(p, "the recording is not complete: it could not be written");
    p->code = EXIT_BAD_FILE;
  }
  const char *bad = trace_close(&p->trace);
  if (bad != NULL) {
    char *safe = text_safe(msnav_str_of(bad));
    phone_complain(p, "%s is not complete: it could not be written", safe);
    g_free(safe);
    p->code = EXIT_BAD_FILE;
  }
  if (p->timer != NULL) {
    p->loop.timer_del(p->loop.data, p->timer);
  }
  signals_unwatch(&p->signals);
  contacts_clear(&p->contacts);
}
