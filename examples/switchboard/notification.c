/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notification side, MSNP7: VER, INF, USR MD5, SYN, CHG, REA, XFR, PNG.
 * Presence goes to every other account: ILN to who comes, NLN and FLN when
 * somebody changes. */
#include "server.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_VERSION 1

/* One command as words; at[0] is its name. */
typedef struct command {
  msnp_words words;
  uint32_t transaction;
  msnav_str payload;
} command;

static const char nobody[] = "";

/* Clients of the time answer CHL with the digest of the challenge and this. */
static const char client_key[] = "Q1P7W2E4J9R8U3S5";

static msnav_str word(const command *c, size_t i) {
  return i < c->words.count ? c->words.at[i] : msnav_str_of(nobody);
}

static void say_error(guest *g, const command *c, unsigned error) {
  tell_line(g, "%u %u", error, c->transaction);
}

guest *notification_of(server *s, msnav_str account) {
  for (guest *g = s->guests; g != NULL; g = g->next) {
    if (g->user != NULL && g->status[0] != '\0' &&
        strcmp(g->status, "HDN") != 0 &&
        msnp_same(msnav_str_of(g->account), account)) {
      return g;
    }
  }
  return NULL;
}

bool notification_add_user(server *s, const char *text) {
  const char *colon = strchr(text, ':');
  user *u = calloc(1, sizeof(*u));
  if (u == NULL || colon == NULL || colon == text || colon[1] == '\0' ||
      strcspn(text, " \t") < (size_t)(colon - text)) {
    free(u);
    return false;
  }
  copy(u->account, (msnav_str){text, (size_t)(colon - text)});
  copy(u->password, msnav_str_of(colon + 1));
  copy(u->name, msnav_str_of(u->account));
  u->name[strcspn(u->name, "@")] = '\0';
  u->name[0] = g_ascii_toupper(u->name[0]);
  u->next = s->users;
  s->users = u;
  return true;
}

static user *find_user(server *s, msnav_str account) {
  for (user *u = s->users; u != NULL; u = u->next) {
    if (msnp_same(msnav_str_of(u->account), account)) {
      return u;
    }
  }
  return NULL;
}

/* ---- logging in */

static void version(guest *g, const command *c) {
  for (size_t i = 2; i < c->words.count; i++) {
    if (msnp_is(c->words.at[i], "MSNP7")) {
      tell_line(g, "VER %u MSNP7 CVR0", c->transaction);
      return;
    }
  }
  tell_line(g, "VER %u 0", c->transaction);
  leave(g);
}

static void new_challenge(guest *g) {
  snprintf(g->challenge, sizeof(g->challenge), "%u.%09u%u", 1013928519U,
           g_random_int() % 1000000000U, ++g->server->secrets);
}

/* USR t MD5 I account: ask for the password's digest. */
static void challenge(guest *g, const command *c) {
  copy(g->account, word(c, 4));
  new_challenge(g);
  tell_line(g, "USR %u MD5 S %s", c->transaction, g->challenge);
}

static bool right_digest(const guest *g, const char *secret, msnav_str digest) {
  char *all = g_strconcat(g->challenge, secret, NULL);
  char *want = g_compute_checksum_for_string(G_CHECKSUM_MD5, all, -1);
  bool right = g->challenge[0] != '\0' && msnp_is(digest, want);
  g_free(all);
  g_free(want);
  return right;
}

/* Who logs in a second time takes the place of the first. */
static void send_away(guest *me) {
  for (guest *g = me->server->guests, *next; g != NULL; g = next) {
    next = g->next;
    if (g != me && g->user == me->user) {
      tell_line(g, "OUT OTH");
      leave(g);
    }
  }
}

static void log_in(guest *g, const command *c) {
  user *u = find_user(g->server, msnav_str_of(g->account));
  if (u == NULL || !right_digest(g, u->password, word(c, 4))) {
    say_error(g, c, 911);
    leave(g);
    return;
  }
  g->user = u;
  copy(g->account, msnav_str_of(u->account));
  copy(g->name, msnav_str_of(u->name));
  send_away(g);
  tell_line(g, "USR %u OK %s %s 1", c->transaction, g->account, g->name);
  new_challenge(g);
  tell_line(g, "CHL 0 %s", g->challenge);
}

/* QRY t id 32, and the digest behind it */
static void prove_client(guest *g, const command *c) {
  if (right_digest(g, client_key, c->payload)) {
    tell_line(g, "QRY %u", c->transaction);
    g->challenge[0] = '\0';
  } else {
    say_error(g, c, 540);
    leave(g);
  }
}

static void identify(guest *g, const command *c) {
  if (g->user != NULL || !msnp_is(word(c, 2), "MD5") || c->words.count < 5) {
    say_error(g, c, 928);
    leave(g);
  } else if (msnp_is(word(c, 3), "I")) {
    challenge(g, c);
  } else {
    log_in(g, c);
  }
}

/* ---- lists and presence */

static void send_list(guest *g, const command *c, const char *list) {
  unsigned count = 0;
  unsigned index = 0;
  for (const user *u = g->server->users; u != NULL; u = u->next) {
    count += u != g->user;
  }
  for (const user *u = g->server->users; u != NULL; u = u->next) {
    if (u != g->user) {
      tell_line(g, "LST %u %s %d %u %u %s %s%s", c->transaction, list,
                LIST_VERSION, ++index, count, u->account, u->name,
                strcmp(list, "FL") == 0 ? " 0" : "");
    }
  }
}

static void synchronize(guest *g, const command *c) {
  static const char *const lists[] = {"FL", "AL", "RL"};
  tell_line(g, "SYN %u %d", c->transaction, LIST_VERSION);
  tell_line(g, "GTC %u %d A", c->transaction, LIST_VERSION);
  tell_line(g, "BLP %u %d AL", c->transaction, LIST_VERSION);
  tell_line(g, "LSG %u %d 1 1 0 Friends 0", c->transaction, LIST_VERSION);
  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    send_list(g, c, lists[i]);
  }
  tell_line(g, "LST %u BL %d 0 0", c->transaction, LIST_VERSION);
}

static bool visible(const guest *g) {
  return g->user != NULL && g->status[0] != '\0' &&
         strcmp(g->status, "HDN") != 0;
}

static void tell_others(const guest *me, bool here) {
  for (guest *g = me->server->guests; g != NULL; g = g->next) {
    if (g == me || g->user == NULL || g->status[0] == '\0') {
      continue;
    }
    if (here) {
      tell_line(g, "NLN %s %s %s", me->status, me->account, me->name);
    } else {
      tell_line(g, "FLN %s", me->account);
    }
  }
}

void notification_left(const guest *g) {
  if (visible(g)) {
    tell_others(g, false);
  }
}

static void change_status(guest *g, const command *c) {
  static const char *const known[] = {"NLN", "BSY", "IDL", "BRB", "AWY",
                                      "PHN", "LUN", "HDN", NULL};
  size_t i = 0;
  while (known[i] != NULL && !msnp_is(word(c, 2), known[i])) {
    i++;
  }
  if (known[i] == NULL) {
    say_error(g, c, 201);
    return;
  }
  bool first = g->status[0] == '\0';
  bool was = visible(g);
  snprintf(g->status, sizeof(g->status), "%s", known[i]);
  tell_line(g, "CHG %u %s", c->transaction, g->status);
  for (guest *o = g->server->guests; o != NULL && first; o = o->next) {
    if (o != g && visible(o)) {
      tell_line(g, "ILN %u %s %s %s", c->transaction, o->status, o->account,
                o->name);
    }
  }
  if (visible(g) || was) {
    tell_others(g, visible(g));
  }
}

static void rename_to(guest *g, const command *c) {
  if (!msnp_same(word(c, 2), msnav_str_of(g->account)) || c->words.count < 4) {
    say_error(g, c, 201);
    return;
  }
  copy(g->name, word(c, 3));
  copy(g->user->name, word(c, 3));
  tell_line(g, "REA %u %d %s %s", c->transaction, LIST_VERSION, g->account,
            g->name);
  if (visible(g)) {
    tell_others(g, true);
  }
}

/* ---- the way into a room */

static void transfer(guest *g, const command *c) {
  char host[MSNAV_ADDR_TEXT];
  if (!msnp_is(word(c, 2), "SB") || g->status[0] == '\0') {
    say_error(g, c, 913);
    return;
  }
  unsigned secret = g_random_int() | 1;
  g->passes[g->server->secrets++ % G_N_ELEMENTS(g->passes)] = secret;
  msnav_addr_format(&g->server->at, host);
  tell_line(g, "XFR %u SB %s CKI 1064898110.%u", c->transaction, host, secret);
}

bool notification_pass(server *s, msnav_str account, msnav_str cookie) {
  for (guest *g = s->guests; g != NULL; g = g->next) {
    for (size_t i = 0; i < G_N_ELEMENTS(g->passes); i++) {
      char text[32];
      snprintf(text, sizeof(text), "1064898110.%u", g->passes[i]);
      if (g->user != NULL && g->passes[i] != 0 && msnp_is(cookie, text) &&
          msnp_same(msnav_str_of(g->account), account)) {
        g->passes[i] = 0;
        return true;
      }
    }
  }
  return false;
}

void notification_command(guest *g, const msnav_switchboard_command *raw) {
  static const struct {
    const char *name;
    void (*act)(guest *g, const command *c);
    bool anybody; /* before the password too */
  } known[] = {
    {"VER", version, true},       {"USR", identify, true},
    {"SYN", synchronize, false},  {"CHG", change_status, false},
    {"REA", rename_to, false},    {"XFR", transfer, false},
    {"QRY", prove_client, false},
  };
  command c = {.words = msnp_split(raw->line), .payload = raw->payload};
  if (c.words.count == 0) {
    return;
  }
  if (msnp_is(c.words.at[0], "PNG")) {
    tell_line(g, "QNG");
    return;
  }
  if (c.words.count > 1) {
    c.transaction = (uint32_t)strtoul(c.words.at[1].ptr, NULL, 10);
  }
  if (msnp_is(c.words.at[0], "INF")) {
    tell_line(g, "INF %u MD5", c.transaction);
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
    if (msnp_is(c.words.at[0], known[i].name)) {
      if (known[i].anybody || g->user != NULL) {
        known[i].act(g, &c);
      } else {
        say_error(g, &c, 302); /* not logged in */
      }
      return;
    }
  }
  say_error(g, &c, 200); /* syntax error */
}
