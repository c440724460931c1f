/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* switchboard [--listen ADDR:PORT] [--token TOKEN]
 *             [--user ACCOUNT:PASSWORD]... [--json]
 *
 * A small MSN server for tests and demonstrations, notification and
 * switchboard in one: a connection that begins with VER logs in with its
 * password and sees who of the others is there; all are each other's
 * contacts.  XFR gives it a cookie for a connection that begins with USR:
 * there CAL makes a room, the callee is told by RNG and comes in with ANS on
 * a new connection.  MSG goes to everyone else in the room.  With the token
 * instead of a cookie whoever is logged in and in no room can be called too.
 * A payload of more than 1664 bytes closes the connection, as real servers
 * do. */
#include "../json.h"
#include "../signals.h"
#include "server.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_signal(void *arg) {
  msnav_epoll_stop(((server *)arg)->epoll);
}

void copy(char to[TEXT], msnav_str from) {
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

void tell(guest *g, msnav_switchboard_command c) {
  c.size = sizeof(c);
  report(g, &c);
  msnp_send(g->connection, &c);
}

void tell_line(guest *g, const char *format, ...) {
  char line[MSNAV_SWITCHBOARD_LINE];
  va_list args;
  va_start(args, format);
  /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is started */
  vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  msnp_say(g->connection, (msnav_str){NULL, 0}, "%s", line);
}

void fail(guest *g, uint32_t transaction, uint32_t error) {
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_ERROR,
                                      .transaction = transaction,
                                      .error = error});
}

bool same(const char *account, msnav_str other) {
  return strlen(account) == other.len &&
         strncmp(account, other.ptr, other.len) == 0;
}

void leave(guest *g) {
  server *s = g->server;
  guest **link = &s->guests;
  while (*link != g) {
    link = &(*link)->next;
  }
  *link = g->next;
  rooms_left(g);
  notification_left(g);
  msnp_free(g->connection);
  free(g);
}

static void on_command(msnp *m, const msnav_switchboard_command *c, void *arg) {
  guest *g = arg;
  (void)m;
  if (c == NULL || c->verb == MSNAV_SB_OUT) {
    leave(g);
    return;
  }
  if (g->kind == GUEST_NEW && msnp_is(msnp_split(c->line).at[0], "VER")) {
    g->kind = GUEST_NOTIFICATION;
  }
  if (g->kind == GUEST_NOTIFICATION) {
    notification_command(g, c);
  } else {
    rooms_command(g, c);
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

static int usage(FILE *to) {
  fprintf(to,
          "usage: switchboard [--listen ADDR:PORT] [--token TOKEN]\n"
          "                   [--user ACCOUNT:PASSWORD]... [--json]\n"
          "A small MSN server; listens on 127.0.0.1:1863 unless told where, "
          "port 0: any.\n"
          "exit code: 0 ended by a signal, 1 cannot listen, 2 wrong use\n");
  return to == stdout ? 0 : 2;
}

static int wrong(const char *option, const char *value, const char *want) {
  fprintf(stderr, "switchboard: --%s %s: not %s\n", option, value, want);
  return 2;
}

int main(int argc, char **argv) {
  static const struct option known[] = {
    {"listen", 1, NULL, 'l'}, {"token", 1, NULL, 't'}, {"user", 1, NULL, 'u'},
    {"json", 0, NULL, 'j'},   {"help", 0, NULL, 'h'},  {NULL, 0, NULL, 0}};
  server s = {.at = {0x7f000001, 1863}};
  for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (c == 'l' && !parse_listen(optarg, &s.at)) {
      return wrong("listen", optarg, "ADDR:PORT");
    }
    if (c == 'u' && !notification_add_user(&s, optarg)) {
      return wrong("user", optarg, "ACCOUNT:PASSWORD");
    }
    if (c == 't') {
      s.token = optarg;
    } else if (c == 'j') {
      s.json = true;
    } else if (c == 'h' || c == '?') {
      return usage(c == 'h' ? stdout : stderr);
    }
  }
  if (optind < argc) {
    return usage(stderr);
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (msnav_epoll_new(&s.epoll) != MSNAV_OK) {
    perror("switchboard");
    return 1;
  }
  signals watched = {0};
  int code = signals_watch(&watched, msnav_epoll_loop(s.epoll), on_signal, &s)
               ? serve(&s)
               : 1;
  signals_unwatch(&watched);
  msnav_epoll_free(s.epoll);
  for (user *u = s.users, *next; u != NULL; u = next) {
    next = u->next;
    free(u);
  }
  return code;
}
