/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tcp.h"

#include <string.h>

/* What may wait behind a hole before it is taken for good. */
#define MOST_WAITING 64
#define MOST_WAITING_BYTES 262144

typedef struct piece {
  uint32_t sequence;
  uint64_t time;
  size_t len;
  char *bytes;
} piece;

typedef struct half {
  bool known; /* next is */
  uint32_t next;
  size_t bytes;       /* waiting */
  GPtrArray *waiting; /* pieces by sequence */
} half;

typedef struct stream {
  connection c;
  half half[2];
} stream;

struct tcp {
  tcp_data_fn data;
  tcp_end_fn end;
  void *arg;
  GHashTable *streams; /* by both ends */
};

static void piece_free(gpointer p) {
  piece *w = p;
  g_free(w->bytes);
  g_free(w);
}

static guint hash(gconstpointer key) {
  const msnav_addr *e = ((const stream *)key)->c.end;
  return (e[0].ip ^ e[1].ip) * 31u + (guint)(e[0].port ^ e[1].port);
}

static bool same(const msnav_addr *a, const msnav_addr *b) {
  return a->ip == b->ip && a->port == b->port;
}

static gboolean equal(gconstpointer a, gconstpointer b) {
  const msnav_addr *x = ((const stream *)a)->c.end;
  const msnav_addr *y = ((const stream *)b)->c.end;
  return (same(&x[0], &y[0]) && same(&x[1], &y[1])) ||
         (same(&x[0], &y[1]) && same(&x[1], &y[0]));
}

tcp *tcp_new(tcp_data_fn data, tcp_end_fn end, void *arg) {
  tcp *t = g_new0(tcp, 1);
  t->data = data;
  t->end = end;
  t->arg = arg;
  t->streams = g_hash_table_new(hash, equal);
  return t;
}

static int32_t distance(uint32_t from, uint32_t to) {
  return (int32_t)(to - from);
}

/* Give out a piece, of which the front may be known already. */
static void deliver(tcp *t, stream *s, unsigned from, const piece *w) {
  half *h = &s->half[from];
  int32_t ahead = distance(h->next, w->sequence);
  size_t skip = ahead < 0 ? (size_t) - (int64_t)ahead : 0;
  if (skip >= w->len) {
    return;
  }
  msnav_str bytes = {w->bytes + skip, w->len - skip};
  h->next = w->sequence + (uint32_t)w->len;
  t->data(&s->c, from, w->time, bytes, ahead > 0 ? (uint32_t)ahead : 0, t->arg);
}

/* Give out what waits: all that is next, and past holes when forced to. */
static void drain(tcp *t, stream *s, unsigned from, bool all) {
  half *h = &s->half[from];
  while (h->waiting->len > 0) {
    piece *w = g_ptr_array_index(h->waiting, 0);
    bool full = h->waiting->len > MOST_WAITING || h->bytes > MOST_WAITING_BYTES;
    if (distance(h->next, w->sequence) > 0 && !all && !full) {
      return;
    }
    h->bytes -= w->len;
    deliver(t, s, from, w);
    g_ptr_array_remove_index(h->waiting, 0);
  }
}

static void wait_for_hole(half *h, const packet *p, uint32_t sequence) {
  guint at = h->waiting->len;
  while (at > 0) {
    const piece *w = g_ptr_array_index(h->waiting, at - 1);
    if (distance(w->sequence, sequence) >= 0) {
      break;
    }
    at--;
  }
  piece *w = g_new0(piece, 1);
  w->sequence = sequence;
  w->time = p->time;
  w->len = p->len;
  w->bytes = g_malloc(p->len);
  memcpy(w->bytes, p->data, p->len);
  h->bytes += p->len;
  g_ptr_array_insert(h->waiting, (gint)at, w);
}

static void finish(tcp *t, stream *s) {
  drain(t, s, 0, true);
  drain(t, s, 1, true);
  t->end(&s->c, t->arg);
  g_ptr_array_free(s->half[0].waiting, TRUE);
  g_ptr_array_free(s->half[1].waiting, TRUE);
  g_free(s);
}

static stream *find(tcp *t, const packet *p) {
  stream key = {.c = {.end = {p->from, p->to}}};
  stream *s = g_hash_table_lookup(t->streams, &key);
  if (s != NULL && p->syn && !p->ack) {
    unsigned from = same(&s->c.end[0], &p->from) ? 0 : 1;
    if (s->half[from].known &&
        distance(s->half[from].next, p->sequence + 1) != 0) {
      g_hash_table_remove(t->streams, s); /* the ports are used again */
      finish(t, s);
      s = NULL;
    }
  }
  if (s == NULL) {
    s = g_new0(stream, 1);
    s->c = key.c;
    s->c.client = -1;
    s->half[0].waiting = g_ptr_array_new_with_free_func(piece_free);
    s->half[1].waiting = g_ptr_array_new_with_free_func(piece_free);
    g_hash_table_add(t->streams, s);
  }
  return s;
}

void tcp_take(tcp *t, const packet *p) {
  stream *s = find(t, p);
  unsigned from = same(&s->c.end[0], &p->from) ? 0 : 1;
  half *h = &s->half[from];
  uint32_t sequence = p->sequence + (p->syn ? 1 : 0);
  if (p->syn) {
    s->c.client = p->ack ? 1 - (int)from : (int)from;
  }
  if (!h->known) {
    h->known = true;
    h->next = sequence;
  }
  if (p->len == 0) {
    return;
  }
  /* what lies a window behind or ahead is no part of this stream */
  int32_t ahead = distance(h->next, sequence);
  if (ahead > (1 << 24) || ahead < -(1 << 24)) {
    return;
  }
  wait_for_hole(h, p, sequence);
  drain(t, s, from, false);
}

void tcp_free(tcp *t) {
  GHashTableIter i;
  gpointer s;
  GPtrArray *all = g_ptr_array_new();
  g_hash_table_iter_init(&i, t->streams);
  while (g_hash_table_iter_next(&i, &s, NULL)) {
    g_ptr_array_add(all, s);
  }
  g_hash_table_destroy(t->streams);
  for (guint k = 0; k < all->len; k++) {
    finish(t, g_ptr_array_index(all, k));
  }
  g_ptr_array_free(all, TRUE);
  g_free(t);
}
