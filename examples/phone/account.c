/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "account.h"

#include "connect.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_IN 30000000 /* µs until a silent server is a lost one */
#define MOST_REDIRECTS 4
#define CLIENT_ID "msmsgs@msnmsgr.com"
/* what clients of the time answer with */
#define CLIENT_KEY "Q1P7W2E4J9R8U3S5"

struct account {
  msnav_loop loop;
  account_config config;
  const account_events *events;
  void *self;
  connecting *connecting;
  msnp *connection;
  void *timer;
  uint32_t transaction;
  msnav_usec asked; /* when PNG went out that is not answered */
  unsigned redirects;
  bool online;
};

static const msnav_str nothing = {"", 0};

static void connect_to(account *a, msnav_str server);

static void disconnect(account *a) {
  connect_cancel(a->connecting);
  a->connecting = NULL;
  msnp_free(a->connection);
  a->connection = NULL;
  a->online = false;
  a->asked = 0;
  a->loop.timer_set(a->loop.data, a->timer, MSNAV_NEVER);
}

static void gone(account *a, account_end why, const char *text) {
  disconnect(a);
  a->events->gone(a->self, why, text);
}

/* The server has answered; ask it again when its time has come. */
static void ask_later(account *a) {
  a->asked = 0;
  a->loop.timer_set(a->loop.data, a->timer,
                    a->loop.now(a->loop.data) + a->config.keep_alive);
}

/* ---- logging in */

static void on_version(account *a, const msnp_words *w) {
  if (!msnp_is(w->at[2], "MSNP7")) {
    gone(a, ACCOUNT_PROTOCOL, "the server does not speak MSNP7");
    return;
  }
  msnp_say(a->connection, nothing, "INF %u", ++a->transaction);
}

static void on_method(account *a, const msnp_words *w) {
  if (!msnp_is(w->at[2], "MD5")) {
    gone(a, ACCOUNT_PROTOCOL, "the server does not log in with MD5");
    return;
  }
  msnp_say(a->connection, nothing, "USR %u MD5 I %s", ++a->transaction,
           a->config.account);
}

static char *digest(msnav_str challenge, const char *secret) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);
  g_checksum_update(sum, (const guchar *)challenge.ptr, (gssize)challenge.len);
  g_checksum_update(sum, (const guchar *)secret, -1);
  char *text = g_strdup(g_checksum_get_string(sum));
  g_checksum_free(sum);
  return text;
}

static void on_logged_in(account *a, const msnp_words *w) {
  if (a->config.name != NULL) {
    size_t cap = strlen(a->config.name) * 3;
    char *name = g_malloc(cap + 1);
    size_t len = 0;
    if (msnav_switchboard_encode_name(msnav_str_of(a->config.name), name, cap,
                                      &len) == MSNAV_OK &&
        !(w->at[4].len == len && memcmp(w->at[4].ptr, name, len) == 0)) {
      msnp_say(a->connection, nothing, "REA %u %s %.*s", ++a->transaction,
               a->config.account, (int)len, name);
    }
    g_free(name);
  }
  msnp_say(a->connection, nothing, "SYN %u 0", ++a->transaction);
  msnp_say(a->connection, nothing, "CHG %u NLN", ++a->transaction);
}

static void on_user(account *a, const msnp_words *w) {
  if (msnp_is(w->at[2], "OK")) {
    on_logged_in(a, w);
  } else if (msnp_is(w->at[2], "MD5") && msnp_is(w->at[3], "S")) {
    char *text = digest(w->at[4], a->config.password);
    msnp_say(a->connection, nothing, "USR %u MD5 S %s", ++a->transaction, text);
    g_free(text);
  }
}

static void on_changed(account *a, const msnp_words *w) {
  (void)w;
  if (!a->online) {
    a->online = true;
    ask_later(a);
    a->events->online(a->self);
  }
}

static void on_challenge(account *a, const msnp_words *w) {
  char *text = digest(w->at[2], CLIENT_KEY);
  msnp_say(a->connection, msnav_str_of(text), "QRY %u " CLIENT_ID " 32",
           ++a->transaction);
  g_free(text);
}

/* ---- who is there */

static void
status_of(account *a, msnav_str status, msnav_str who, msnav_str name) {
  char text[4] = "";
  if (status.len == 3 && who.len > 0) {
    memcpy(text, status.ptr, 3);
    a->events->contact(a->self, who, name, text);
  }
}

/* LST t FL version index count account name groups; index 0: an empty list */
static void on_list(account *a, const msnp_words *w) {
  if (msnp_is(w->at[2], "FL") && w->count >= 7) {
    a->events->contact(a->self, w->at[6], w->at[7], NULL);
  }
}

static void on_initial(account *a, const msnp_words *w) {
  status_of(a, w->at[2], w->at[3], w->at[4]);
}

static void on_here(account *a, const msnp_words *w) {
  status_of(a, w->at[1], w->at[2], w->at[3]);
}

static void on_left(account *a, const msnp_words *w) {
  status_of(a, msnav_str_of("FLN"), w->at[1], nothing);
}

/* XFR t SB host CKI token, or XFR t NS host: log in there instead */
static void on_transfer(account *a, const msnp_words *w) {
  if (msnp_is(w->at[2], "SB")) {
    a->events->room(a->self, (uint32_t)strtoul(w->at[1].ptr, NULL, 10),
                    w->at[3], w->at[5]);
    return;
  }
  if (!msnp_is(w->at[2], "NS") || ++a->redirects > MOST_REDIRECTS) {
    gone(a, ACCOUNT_PROTOCOL, "the server sends us in circles");
    return;
  }
  char *server = g_strndup(w->at[3].ptr, w->at[3].len);
  disconnect(a);
  connect_to(a, msnav_str_of(server));
  g_free(server);
}

static void on_pong(account *a, const msnp_words *w) {
  (void)w;
  ask_later(a);
}

static void on_error(account *a, const msnav_switchboard_command *c) {
  if (a->online) {
    a->events->room(a->self, c->transaction, nothing, nothing);
    return;
  }
  char *text = NULL;
  if (c->error == 911) {
    gone(a, ACCOUNT_REFUSED, "wrong account or password");
    return;
  }
  text = g_strdup_printf("the server answers %u", c->error);
  gone(a, ACCOUNT_PROTOCOL, text);
  g_free(text);
}

static void on_line(account *a, const msnp_words *w) {
  static const struct {
    const char *name;
    void (*act)(account *a, const msnp_words *w);
    size_t words;
  } known[] = {
    {"VER", on_version, 3},  {"INF", on_method, 3},    {"USR", on_user, 5},
    {"CHG", on_changed, 3},  {"CHL", on_challenge, 3}, {"LST", on_list, 3},
    {"ILN", on_initial, 4},  {"NLN", on_here, 3},      {"FLN", on_left, 2},
    {"XFR", on_transfer, 4}, {"QNG", on_pong, 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
    if (msnp_is(w->at[0], known[i].name) && w->count >= known[i].words) {
      known[i].act(a, w);
      return;
    }
  }
}

static void on_command(msnp *m, const msnav_switchboard_command *c, void *arg) {
  account *a = arg;
  (void)m;
  if (c == NULL) {
    gone(a, a->online ? ACCOUNT_LOST : ACCOUNT_UNREACHABLE,
         "the server closed the connection");
    return;
  }
  if (c->verb == MSNAV_SB_ERROR) {
    on_error(a, c);
  } else if (c->verb == MSNAV_SB_RNG) {
    a->events->ring(a->self, c);
  } else if (c->verb == MSNAV_SB_OUT) {
    gone(a, ACCOUNT_ELSEWHERE, "the account logged in somewhere else");
  } else {
    msnp_words w = msnp_split(c->line);
    if (w.count > 0) {
      on_line(a, &w);
    }
  }
}

/* ---- the connection */

static void on_connected(int fd, const char *why, void *arg) {
  account *a = arg;
  a->connecting = NULL;
  if (fd >= 0) {
    a->connection = msnp_new(&a->loop, fd, MSNAV_SB_CLIENT, on_command, a);
  }
  if (a->connection == NULL) {
    gone(a, ACCOUNT_UNREACHABLE, why != NULL ? why : "out of memory");
    return;
  }
  a->loop.timer_set(a->loop.data, a->timer,
                    a->loop.now(a->loop.data) + ANSWER_IN);
  a->asked = 1;
  msnp_say(a->connection, nothing, "VER %u MSNP7 CVR0", ++a->transaction);
}

static void connect_to(account *a, msnav_str server) {
  a->connecting = connect_start(&a->loop, server, on_connected, a);
  if (a->connecting == NULL) {
    gone(a, ACCOUNT_UNREACHABLE, "no such address");
  }
}

static void on_timer(void *arg) {
  account *a = arg;
  if (a->asked != 0) {
    gone(a, a->online ? ACCOUNT_LOST : ACCOUNT_UNREACHABLE,
         "the server does not answer");
    return;
  }
  a->asked = a->loop.now(a->loop.data);
  msnp_say(a->connection, nothing, "PNG");
  a->loop.timer_set(a->loop.data, a->timer,
                    a->asked + MIN(ANSWER_IN, a->config.keep_alive));
}

account *account_new(const msnav_loop *loop, const account_config *config,
                     const account_events *events, void *self) {
  account *a = g_new0(account, 1);
  *a =
    (account){.loop = *loop, .config = *config, .events = events, .self = self};
  a->timer = loop->timer_add(loop->data, on_timer, a);
  a->connecting =
    connect_start(loop, msnav_str_of(config->server), on_connected, a);
  if (a->timer == NULL || a->connecting == NULL) {
    account_free(a);
    return NULL;
  }
  return a;
}

uint32_t account_ask_room(account *a) {
  bool asked = a->online &&
               msnp_say(a->connection, nothing, "XFR %u SB", ++a->transaction);
  return asked ? a->transaction : 0;
}

void account_set_status(account *a, const char *status) {
  if (a->online) {
    msnp_say(a->connection, nothing, "CHG %u %s", ++a->transaction, status);
  }
}

void account_free(account *a) {
  if (a == NULL) {
    return;
  }
  if (a->connection != NULL) {
    msnp_say(a->connection, nothing, "OUT");
  }
  if (a->timer != NULL) {
    disconnect(a);
    a->loop.timer_del(a->loop.data, a->timer);
  }
  connect_cancel(a->connecting);
  g_free(a);
}
