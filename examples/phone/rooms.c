/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rooms.h"

#include "connect.h"

#include <glib.h>
#include <string.h>

#define PATIENCE 30000000 /* µs from the first word to the peer's coming */

/* Something that waits for the peer, or for its ACK. */
typedef struct word {
  char *payload;
  size_t len;
  uint64_t tag;
  uint32_t transaction; /* 0: not sent yet */
} word;

typedef struct room {
  struct room *next;
  rooms *rooms;
  char *peer;       /* NULL: a room of others than one peer */
  char *token, *id; /* id: we were called, else we call */
  uint32_t request; /* the XFR that is under way */
  connecting *connecting;
  msnp *connection;
  pcap_tcp captured; /* that connection */
  void *timer;
  uint32_t transaction;
  unsigned people; /* besides us */
  GQueue words;
} room;

struct rooms {
  msnav_loop loop;
  const char *me;
  const rooms_events *events;
  void *self;
  account *online;
  pcap *capture;
  room *first;
};

static const msnav_str nothing = {"", 0};

static uint64_t now_us(void) {
  return (uint64_t)g_get_real_time();
}

static void free_word(word *w) {
  g_free(w->payload);
  g_free(w);
}

static void free_room(room *r) {
  connect_cancel(r->connecting);
  if (r->connection != NULL) {
    pcap_tcp_close(r->rooms->capture, now_us(), &r->captured);
  }
  msnp_free(r->connection);
  r->rooms->loop.timer_del(r->rooms->loop.data, r->timer);
  g_queue_clear_full(&r->words, (GDestroyNotify)free_word);
  g_free(r->peer);
  g_free(r->token);
  g_free(r->id);
  g_free(r);
}

/* Close a room, and say what could not be said.  Callbacks may open a new
 * one to the same peer. */
static void close_room(room *r) {
  rooms *all = r->rooms;
  room **link = &all->first;
  while (*link != NULL && *link != r) {
    link = &(*link)->next;
  }
  if (*link == NULL) {
    return;
  }
  *link = r->next;
  GQueue words = r->words;
  g_queue_init(&r->words);
  char *peer = g_strdup(r->peer);
  free_room(r);
  for (word *w; (w = g_queue_pop_head(&words)) != NULL; free_word(w)) {
    all->events->undelivered(all->self, msnav_str_of(peer), w->tag);
  }
  g_free(peer);
}

static void on_patience(void *arg) {
  close_room(arg);
}

static room *make_room(rooms *all, msnav_str peer) {
  room *r = g_new0(room, 1);
  r->rooms = all;
  r->peer = g_strndup(peer.ptr, peer.len);
  g_queue_init(&r->words);
  r->timer = all->loop.timer_add(all->loop.data, on_patience, r);
  r->next = all->first;
  all->first = r;
  return r;
}

static room *find_room(rooms *all, msnav_str peer) {
  for (room *r = all->first; r != NULL; r = r->next) {
    if (r->people <= 1 && msnp_same(msnav_str_of(r->peer), peer)) {
      return r;
    }
  }
  return NULL;
}

/* ---- what is said */

static bool is_open(const room *r) {
  return r->connection != NULL && r->people == 1;
}

/* false: the connection is lost; its end will be reported. */
static bool say(room *r, word *w) {
  w->transaction = ++r->transaction;
  return msnp_say(r->connection, (msnav_str){w->payload, w->len},
                  "MSG %u A %zu", w->transaction, w->len);
}

static void say_all(room *r) {
  if (!is_open(r)) {
    return;
  }
  r->rooms->loop.timer_set(r->rooms->loop.data, r->timer, MSNAV_NEVER);
  for (GList *l = r->words.head; l != NULL; l = l->next) {
    word *w = l->data;
    if (w->transaction == 0 && !say(r, w)) {
      return;
    }
  }
}

static void answered(room *r, uint32_t transaction, bool arrived) {
  rooms *all = r->rooms;
  for (GList *l = r->words.head; l != NULL; l = l->next) {
    word *w = l->data;
    if (w->transaction != transaction) {
      continue;
    }
    g_queue_delete_link(&r->words, l);
    if (!arrived) {
      char *peer = g_strdup(r->peer);
      all->events->undelivered(all->self, msnav_str_of(peer), w->tag);
      g_free(peer);
    }
    free_word(w);
    return;
  }
}

/* ---- what the switchboard says */

static void logged_in(room *r) {
  msnp_say(r->connection, nothing, "CAL %u %s", ++r->transaction, r->peer);
}

static void on_command(msnp *m, const msnav_switchboard_command *c, void *arg) {
  room *r = arg;
  (void)m;
  switch (c != NULL ? c->verb : (uint32_t)MSNAV_SB_OUT) {
  case MSNAV_SB_USR_OK:
    logged_in(r);
    break;
  case MSNAV_SB_JOI:
  case MSNAV_SB_IRO:
    r->people++;
    say_all(r);
    break;
  case MSNAV_SB_BYE:
    if (r->people > 0 && --r->people == 0) {
      msnp_say(r->connection, nothing, "OUT");
      close_room(r);
    }
    break;
  case MSNAV_SB_ACK:
  case MSNAV_SB_NAK:
    answered(r, c->transaction, c->verb == MSNAV_SB_ACK);
    break;
  case MSNAV_SB_MSG:
    r->rooms->events->received(r->rooms->self, c->account, c->name, c->payload);
    break;
  case MSNAV_SB_ERROR: /* the peer is offline, the token is bad ... */
    if (r->people == 0) {
      close_room(r);
    }
    break;
  case MSNAV_SB_OUT:
    close_room(r);
    break;
  default:
    break;
  }
}

static void tap(msnp *m, bool out, const void *bytes, size_t len, void *arg) {
  room *r = arg;
  (void)m;
  pcap_tcp_data(r->rooms->capture, now_us(), &r->captured, out, bytes, len);
}

static void on_connected(int fd, const char *why, void *arg) {
  room *r = arg;
  (void)why;
  r->connecting = NULL;
  if (fd >= 0) {
    r->connection =
      msnp_new(&r->rooms->loop, fd, MSNAV_SB_CLIENT, on_command, r);
  }
  if (r->connection == NULL) {
    close_room(r);
    return;
  }
  msnp_ends(r->connection, &r->captured.client, &r->captured.server);
  pcap_tcp_open(r->rooms->capture, now_us(), &r->captured);
  msnp_tap(r->connection, tap);
  if (r->id != NULL) {
    msnp_say(r->connection, nothing, "ANS %u %s %s %s", ++r->transaction,
             r->rooms->me, r->token, r->id);
  } else {
    msnp_say(r->connection, nothing, "USR %u %s %s", ++r->transaction,
             r->rooms->me, r->token);
  }
}

static void enter(room *r, msnav_str host, msnav_str token) {
  r->token = g_strndup(token.ptr, token.len);
  r->connecting = connect_start(&r->rooms->loop, host, on_connected, r);
  if (r->connecting == NULL) {
    close_room(r);
  }
}

/* ---- from outside */

rooms *rooms_new(const msnav_loop *loop, const char *me,
                 const rooms_events *events, void *self, pcap *capture) {
  rooms *r = g_new0(rooms, 1);
  *r = (rooms){.loop = *loop,
               .me = me,
               .events = events,
               .self = self,
               .capture = capture};
  return r;
}

void rooms_set_account(rooms *all, account *a) {
  all->online = a;
}

void rooms_send(rooms *all, msnav_str peer, msnav_str payload, uint64_t tag) {
  room *r = find_room(all, peer);
  if (r == NULL) {
    uint32_t request = all->online != NULL ? account_ask_room(all->online) : 0;
    if (request == 0) {
      all->events->undelivered(all->self, peer, tag);
      return;
    }
    r = make_room(all, peer);
    r->request = request;
    all->loop.timer_set(all->loop.data, r->timer,
                        all->loop.now(all->loop.data) + PATIENCE);
  }
  word *w = g_new0(word, 1);
  w->payload = g_memdup2(payload.ptr, payload.len);
  w->len = payload.len;
  w->tag = tag;
  g_queue_push_tail(&r->words, w);
  say_all(r);
}

void rooms_ring(rooms *all, const msnav_switchboard_command *ring) {
  room *r = make_room(all, ring->account);
  r->id = g_strndup(ring->id.ptr, ring->id.len);
  all->loop.timer_set(all->loop.data, r->timer,
                      all->loop.now(all->loop.data) + PATIENCE);
  enter(r, ring->host, ring->token);
}

void rooms_granted(rooms *all, uint32_t request, msnav_str host,
                   msnav_str token) {
  for (room *r = all->first; r != NULL; r = r->next) {
    if (r->request == request) {
      r->request = 0;
      if (host.len == 0 || token.len == 0) {
        close_room(r);
      } else {
        enter(r, host, token);
      }
      return;
    }
  }
}

void rooms_free(rooms *all) {
  if (all == NULL) {
    return;
  }
  for (room *r = all->first, *next; r != NULL; r = next) {
    next = r->next;
    if (r->connection != NULL) {
      msnp_say(r->connection, nothing, "OUT");
    }
    free_room(r);
  }
  g_free(all);
}
