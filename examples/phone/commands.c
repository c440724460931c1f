/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands as lines, from the standard input or typed on the screen. */
#include "phone.h"

#include "text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LONGEST 2048

struct commands {
  phone *phone;
  void *io;
  char line[LONGEST];
  size_t len;
  bool too_long;
};

/* ---- each command; rest is what follows its name */

static void show_contacts(phone *p, const char *rest) {
  (void)rest;
  for (size_t i = 0; i < p->contacts.count; i++) {
    const contact *c = &p->contacts.at[i];
    char *address = text_safe(msnav_str_of(c->account));
    event e = {.kind = "contact"};
    event_text(&e, "account", msnav_str_of(c->account));
    event_text(&e, "name", msnav_str_of(c->name));
    event_text(&e, "status", msnav_str_of(c->status));
    event_say(&e, "%-16s %-28s %s", c->name, address,
              contacts_status_text(c->status));
    g_free(address);
    phone_tell(p, &e);
  }
}

static void call(phone *p, const char *rest) {
  if (*rest == '\0' || strchr(rest, ' ') != NULL) {
    phone_complain(p, "call whom?");
  } else {
    calls_call(p, msnav_str_of(rest));
  }
}

static void say(phone *p, const char *rest) {
  size_t who = strcspn(rest, " ");
  if (who == 0 || rest[who] == '\0') {
    phone_complain(p, "say WHO TEXT");
  } else {
    chat_say(p, (msnav_str){rest, who}, msnav_str_of(rest + who + 1));
  }
}

static void press(phone *p, const char *rest) {
  if (*rest == '\0' || rest[strspn(rest, "0123456789*#ABCD")] != '\0') {
    phone_complain(p, "keys are 0-9 * # A-D");
    return;
  }
  for (; *rest != '\0' && p->call != NULL; rest++) {
    calls_press(p, *rest);
  }
}

static void set_status(phone *p, const char *rest) {
  if (p->account != NULL && strlen(rest) == 3) {
    account_set_status(p->account, rest);
  } else {
    phone_complain(p, "status NLN, BSY, AWY, BRB, PHN, LUN or HDN");
  }
}

static void quit(phone *p, const char *rest) {
  (void)rest;
  phone_leave(p, EXIT_OK);
}

static void answer(phone *p, const char *rest) {
  (void)rest;
  calls_answer(p);
}

static void reject(phone *p, const char *rest) {
  (void)rest;
  calls_reject(p);
}

static void hang_up(phone *p, const char *rest) {
  (void)rest;
  calls_hang_up(p);
}

static void mute(phone *p, const char *rest) {
  (void)rest;
  calls_mute(p);
}

static void hold(phone *p, const char *rest) {
  (void)rest;
  calls_hold(p);
}

static void help(phone *p, const char *rest);

static const struct {
  const char *name, *help;
  void (*act)(phone *p, const char *rest);
} known[] = {
  {"call", "call WHO", call},
  {"answer", "answer: take the call that rings", answer},
  {"reject", "reject: decline it", reject},
  {"hangup", "hangup: end the call", hang_up},
  {"mute", "mute: the microphone, and again", mute},
  {"hold", "hold: the peer, and take it back", hold},
  {"press", "press KEYS: of the telephone", press},
  {"say", "say WHO TEXT", say},
  {"contacts", "contacts: list them", show_contacts},
  {"status", "status NLN | BSY | AWY | HDN ...", set_status},
  {"help", "help", help},
  {"quit", "quit", quit},
};

static void help(phone *p, const char *rest) {
  (void)rest;
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
    event e = {.kind = "help"};
    event_text(&e, "text", msnav_str_of(known[i].help));
    event_say(&e, "  %s", known[i].help);
    phone_tell(p, &e);
  }
}

void commands_run(phone *p, const char *line) {
  line += strspn(line, " \t");
  size_t len = strcspn(line, " ");
  const char *rest = line + len + (line[len] != '\0');
  if (len == 0) {
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
    if (strlen(known[i].name) == len &&
        g_ascii_strncasecmp(line, known[i].name, len) == 0) {
      known[i].act(p, rest);
      return;
    }
  }
  char *safe = text_safe((msnav_str){line, len});
  phone_complain(p, "no such command: %s; \"help\" lists them", safe);
  g_free(safe);
}

/* ---- the standard input */

static void take(struct commands *c, char byte) {
  if (byte != '\n') {
    c->too_long |= c->len + 1 >= LONGEST;
    if (!c->too_long) {
      c->line[c->len++] = byte;
    }
    return;
  }
  c->line[c->len] = '\0';
  c->line[strcspn(c->line, "\r")] = '\0';
  if (c->too_long) {
    phone_complain(c->phone, "a line that is too long");
  } else {
    commands_run(c->phone, c->line);
  }
  c->len = 0;
  c->too_long = false;
}

static void on_input(int fd, unsigned events, void *arg) {
  struct commands *c = arg;
  char bytes[512];
  (void)events;
  ssize_t n = read(fd, bytes, sizeof(bytes));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (n <= 0) { /* nobody types any more; calls go on */
    c->phone->loop.io_del(c->phone->loop.data, c->io);
    c->io = NULL;
    return;
  }
  for (ssize_t i = 0; i < n; i++) {
    take(c, bytes[i]);
  }
}

struct commands *commands_start(phone *p) {
  struct commands *c = g_new0(struct commands, 1);
  c->phone = p;
  /* a plain file cannot be watched: no commands then */
  c->io =
    p->loop.io_add(p->loop.data, STDIN_FILENO, MSNAV_IO_READ, on_input, c);
  return c;
}

void commands_stop(struct commands *c) {
  if (c != NULL && c->io != NULL) {
    c->phone->loop.io_del(c->phone->loop.data, c->io);
  }
  g_free(c);
}
