/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/heap.h"
#include <stdlib.h>

static bool before(const msnav_timer *a, const msnav_timer *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(msnav_heap *h, size_t i, msnav_timer *t) {
  h->timers[i] = t;
  t->place = i + 1;
}

static void rise(msnav_heap *h, size_t i) {
  msnav_timer *t = h->timers[i];
  while (i > 0 && before(t, h->timers[(i - 1) / 2])) {
    put(h, i, h->timers[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
  put(h, i, t);
}

static void sink(msnav_heap *h, size_t i) {
  msnav_timer *t = h->timers[i];
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= h->count) {
      break;
    }
    if (child + 1 < h->count &&
        before(h->timers[child + 1], h->timers[child])) {
      child++;
    }
    if (!before(h->timers[child], t)) {
      break;
    }
    put(h, i, h->timers[child]);
    i = child;
  }
  put(h, i, t);
}

static void disarm(msnav_heap *h, msnav_timer *t) {
  if (t->place == 0) {
    return;
  }
  size_t i = t->place - 1;
  msnav_timer *last = h->timers[--h->count];
  t->place = 0;
  if (last != t) {
    put(h, i, last);
    rise(h, i);
    sink(h, last->place - 1);
  }
}

msnav_timer *msnav_heap_make(msnav_heap *h, msnav_timer_fn fn, void *arg) {
  if (h->made == h->room) {
    size_t room = h->room > 0 ? 2 * h->room : 16;
    msnav_timer **more = realloc(h->timers, room * sizeof(*more));
    if (more == NULL) {
      return NULL;
    }
    h->timers = more;
    h->room = room;
  }
  msnav_timer *t = calloc(1, sizeof(*t));
  if (t != NULL) {
    t->fn = fn;
    t->arg = arg;
    t->next = h->all;
    t->link = &h->all;
    if (t->next != NULL) {
      t->next->link = &t->next;
    }
    h->all = t;
    h->made++;
  }
  return t;
}

void msnav_heap_drop(msnav_heap *h, msnav_timer *t) {
  disarm(h, t);
  *t->link = t->next;
  if (t->next != NULL) {
    t->next->link = t->link;
  }
  h->made--;
  free(t);
}

void msnav_heap_set(msnav_heap *h, msnav_timer *t, msnav_usec at) {
  if (at == MSNAV_NEVER) {
    disarm(h, t);
    return;
  }
  t->at = at;
  t->order = h->order++;
  if (t->place == 0) {
    put(h, h->count++, t);
  }
  rise(h, t->place - 1);
  sink(h, t->place - 1);
}

msnav_timer *msnav_heap_first(const msnav_heap *h) {
  return h->count > 0 ? h->timers[0] : NULL;
}

void msnav_heap_free(msnav_heap *h) {
  while (h->all != NULL) {
    msnav_heap_drop(h, h->all);
  }
  free(h->timers);
  *h = (msnav_heap){0};
}
