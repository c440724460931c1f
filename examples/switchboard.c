/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* switchboard --listen ADDR:PORT [--token TOKEN] [--json]
 *
 * A small MSN switchboard server for tests and demonstrations.  A client
 * logs in with USR; whoever is logged in and in no room can be called: CAL
 * makes a room, the callee is told by RNG and comes in with ANS on a new
 * connection.  MSG goes to everyone else in the room.  A payload of more than
 * 1664 bytes closes the connection, as real servers do. */
#include "json.h"
#include "msnp.h"
#include "signals.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT 256
#define PING_SECONDS 50

typedef struct guest {
  struct guest *next;
  struct server *server;
  msnp *connection;
  char account[TEXT], name[TEXT];
  unsigned room; /* 0: in none */
} guest;

typedef struct server {
  msnav_epoll *epoll;
  msnav_addr at;
  const char *token; /* of USR; NULL: any */
  bool json;
  guest *guests;
  unsigned rooms;
} server;

static void on_signal(void *arg) {
  msnav_epoll_stop(((server *)arg)->epoll);
}

static void copy(char to[TEXT], msnav_str from) {
  size_t n = from.len < TEXT - 1 ? from.len : TEXT - 1;
  if (n > 0) {
    memcpy(to, from.ptr, n);
  }
  to[n] = '\0';
}

static const msnav_loop *loop_of(const server *s) {
  return msnav_epoll_loop(s->epoll);
}

/* What stands in the ladder: the command line without account names that
 * everybody knows. */
static void report(const guest *to, const msnav_switchboard_command *c) {
  char wire[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  size_t len = 0;
  const msnav_loop *loop = loop_of(to->server);
  if (!to->server->json ||
      msnav_switchboard_write(c, wire, sizeof(wire), &len) != MSNAV_OK) {
    return;
  }
  len -= c->payload.len;
  printf("{\"kind\": \"msnp\", \"t\": %llu, \"from\": \"S\"",
         (unsigned long long)loop->now(loop->data));
  json_member(stdout, false, "to", msnav_str_of(to->account));
  json_member(stdout, false, "line", (msnav_str){wire, len - 2});
  json_member(stdout, false, "payload", c->payload);
  printf("}\n");
}

static void tell(guest *g, msnav_switchboard_command c) {
  c.size = sizeof(c);
  report(g, &c);
  msnp_send(g->connection, &c);
}

static void fail(guest *g, uint32_t transaction, uint32_t error) {
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_ERROR,
                                      .transaction = transaction,
                                      .error = error});
}

static bool same(const char *account, msnav_str other) {
  return strlen(account) == other.len &&
         strncmp(account, other.ptr, other.len) == 0;
}

static void leave(guest *g) {
  server *s = g->server;
  guest **link = &s->guests;
  while (*link != g) {
    link = &(*link)->next;
  }
  *link = g->next;
  for (guest *o = s->guests; o != NULL && g->room != 0; o = o->next) {
    if (o->room == g->room) {
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_BYE,
                                          .account = msnav_str_of(g->account)});
    }
  }
  msnp_free(g->connection);
  free(g);
}

static void log_in(guest *g, const msnav_switchboard_command *c) {
  if (g->server->token != NULL && !same(g->server->token, c->token)) {
    fail(g, c->transaction, 911);
    leave(g);
    return;
  }
  copy(g->account, c->account);
  msnav_str local = c->account;
  const char *at = memchr(local.ptr, '@', local.len);
  local.len = at != NULL ? (size_t)(at - local.ptr) : local.len;
  copy(g->name, local);
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_USR_OK,
                                      .transaction = c->transaction,
                                      .account = msnav_str_of(g->account),
                                      .name = msnav_str_of(g->name)});
}

/* The connection on which an account can be called. */
static guest *reachable(server *s, msnav_str account) {
  for (guest *g = s->guests; g != NULL; g = g->next) {
    if (g->room == 0 && g->account[0] != '\0' && same(g->account, account)) {
      return g;
    }
  }
  return NULL;
}

static bool in_room(server *s, unsigned room, msnav_str account) {
  for (guest *g = s->guests; g != NULL; g = g->next) {
    if (g->room == room && same(g->account, account)) {
      return true;
    }
  }
  return false;
}

static void room_words(unsigned room, char id[32], char token[32]) {
  snprintf(id, 32, "%u", 17054420 + room);
  snprintf(token, 32, "1064898110.%u", 23580 + room);
}

static void invite(guest *g, const msnav_switchboard_command *c) {
  server *s = g->server;
  guest *callee = reachable(s, c->account);
  if (g->room != 0 && in_room(s, g->room, c->account)) {
    fail(g, c->transaction, 215);
    return;
  }
  if (callee == NULL || callee == g) {
    fail(g, c->transaction, 217);
    return;
  }
  if (g->room == 0) {
    g->room = ++s->rooms;
  }
  char id[32];
  char token[32];
  char host[MSNAV_ADDR_TEXT];
  room_words(g->room, id, token);
  msnav_addr_format(&s->at, host);
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_RINGING,
                                      .transaction = c->transaction,
                                      .id = msnav_str_of(id)});
  tell(callee, (msnav_switchboard_command){.verb = MSNAV_SB_RNG,
                                           .id = msnav_str_of(id),
                                           .host = msnav_str_of(host),
                                           .token = msnav_str_of(token),
                                           .account = msnav_str_of(g->account),
                                           .name = msnav_str_of(g->name)});
}

static unsigned people(server *s, unsigned room) {
  unsigned n = 0;
  for (guest *g = s->guests; g != NULL; g = g->next) {
    n += g->room == room;
  }
  return n;
}

static void answer(guest *g, const msnav_switchboard_command *c) {
  server *s = g->server;
  unsigned room = (unsigned)strtoul(c->id.ptr, NULL, 10) - 17054420;
  char id[32];
  char token[32];
  room_words(room, id, token);
  if (room == 0 || room > s->rooms || !same(token, c->token)) {
    fail(g, c->transaction, 911);
    leave(g);
    return;
  }
  copy(g->account, c->account);
  copy(g->name, c->account);
  g->name[strcspn(g->name, "@")] = '\0';
  uint32_t count = people(s, room);
  uint32_t index = 0;
  for (guest *o = s->guests; o != NULL; o = o->next) {
    if (o->room == room) {
      index++;
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_JOI,
                                          .account = msnav_str_of(g->account),
                                          .name = msnav_str_of(g->name)});
      tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_IRO,
                                          .transaction = c->transaction,
                                          .index = index,
                                          .count = count,
                                          .account = msnav_str_of(o->account),
                                          .name = msnav_str_of(o->name)});
    }
  }
  g->room = room;
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_ANS_OK,
                                      .transaction = c->transaction});
}

static void relay(guest *g, const msnav_switchboard_command *c) {
  bool heard = g->room != 0 && people(g->server, g->room) > 1;
  bool wants_ack = c->ack == 'A' || c->ack == 'D' || c->ack == 'S';
  if (heard ? wants_ack : c->ack != 'U') {
    tell(g, (msnav_switchboard_command){.verb =
                                          heard ? MSNAV_SB_ACK : MSNAV_SB_NAK,
                                        .transaction = c->transaction});
  }
  for (guest *o = g->server->guests; o != NULL && heard; o = o->next) {
    if (o != g && o->room == g->room) {
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_MSG,
                                          .account = msnav_str_of(g->account),
                                          .name = msnav_str_of(g->name),
                                          .payload = c->payload});
    }
  }
}

static void on_command(msnp *m, const msnav_switchboard_command *c, void *arg) {
  guest *g = arg;
  (void)m;
  switch (c != NULL ? c->verb : (uint32_t)MSNAV_SB_OUT) {
  case MSNAV_SB_USR:
    log_in(g, c);
    break;
  case MSNAV_SB_CAL:
    invite(g, c);
    break;
  case MSNAV_SB_ANS:
    answer(g, c);
    break;
  case MSNAV_SB_SEND:
    relay(g, c);
    break;
  case MSNAV_SB_PNG:
    tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_QNG,
                                        .count = PING_SECONDS});
    break;
  case MSNAV_SB_OUT:
    leave(g);
    break;
  default:
    break;
  }
}

static void on_connection(int fd, unsigned events, void *arg) {
  server *s = arg;
  (void)events;
  int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
  guest *g = peer >= 0 ? calloc(1, sizeof(*g)) : NULL;
  if (g == NULL) {
    return;
  }
  g->server = s;
  g->connection = msnp_new(loop_of(s), peer, MSNAV_SB_SERVER, on_command, g);
  if (g->connection == NULL) {
    close(peer);
    free(g);
    return;
  }
  g->next = s->guests;
  s->guests = g;
}

static int serve(server *s) {
  const msnav_loop *loop = loop_of(s);
  int fd = msnp_listen(&s->at);
  char text[MSNAV_ADDR_TEXT];
  if (fd < 0) {
    msnav_addr_format(&s->at, text);
    fprintf(stderr, "switchboard: cannot listen on %s: %s\n", text,
            strerror(errno));
    return 1;
  }
  msnav_addr_format(&s->at, text);
  if (s->json) {
    printf("{\"kind\": \"listening\", \"t\": %llu, \"address\": \"%s\"}\n",
           (unsigned long long)loop->now(loop->data), text);
  } else {
    printf("listening on %s\n", text);
  }
  void *io = loop->io_add(loop->data, fd, MSNAV_IO_READ, on_connection, s);
  int code = io != NULL && msnav_epoll_run(s->epoll) == MSNAV_OK ? 0 : 1;
  for (guest *g = s->guests, *next; g != NULL; g = next) {
    next = g->next;
    leave(g);
  }
  if (io != NULL) {
    loop->io_del(loop->data, io);
  }
  close(fd);
  return code;
}

/* "a.b.c.d:port"; port 0 lets the system choose. */
static bool parse_listen(const char *text, msnav_addr *at) {
  size_t host = strcspn(text, ":");
  char *end = NULL;
  unsigned long port =
    text[host] != '\0' ? strtoul(text + host + 1, &end, 10) : 65536;
  if (msnav_addr_parse((msnav_str){text, host}, at) != MSNAV_OK ||
      port > 65535 || *end != '\0' || end == text + host + 1) {
    return false;
  }
  at->port = (uint16_t)port;
  return true;
}

static int usage(void) {
  fprintf(stderr, "usage: switchboard [--listen ADDR:PORT] [--token TOKEN] "
                  "[--json]\n");
  return 2;
}

int main(int argc, char **argv) {
  static const struct option known[] = {{"listen", 1, NULL, 'l'},
                                        {"token", 1, NULL, 't'},
                                        {"json", 0, NULL, 'j'},
                                        {NULL, 0, NULL, 0}};
  server s = {.at = {0x7f000001, 1863}};
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (c == 'l' && parse_listen(optarg, &s.at)) {
      continue;
    }
    if (c == 't') {
      s.token = optarg;
    } else if (c == 'j') {
      s.json = true;
    } else {
      return usage();
    }
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (msnav_epoll_new(&s.epoll) != MSNAV_OK) {
    return 1;
  }
  signals watched = {0};
  int code = signals_watch(&watched, msnav_epoll_loop(s.epoll), on_signal, &s)
               ? serve(&s)
               : 1;
  signals_unwatch(&watched);
  msnav_epoll_free(s.epoll);
  return code;
}
