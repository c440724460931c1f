/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/heap.h"
#include <stdlib.h>

static bool before(const msnav_slot *a, const msnav_slot *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(msnav_heap *h, size_t i, msnav_slot slot) {
  h->slots[i] = slot;
  slot.timer->place = i;
}

static void swap(msnav_heap *h, size_t i, size_t k) {
  msnav_slot slot = h->slots[i];
  put(h, i, h->slots[k]);
  put(h, k, slot);
}

static void rise(msnav_heap *h, size_t i) {
  msnav_slot slot = h->slots[i];
  while (i > 0 && before(&slot, &h->slots[(i - 1) / 2])) {
    put(h, i, h->slots[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
  put(h, i, slot);
}

static void sink(msnav_heap *h, size_t i) {
  msnav_slot slot = h->slots[i];
  for (size_t child; (child = 2 * i + 1) < h->armed; i = child) {
    if (child + 1 < h->armed &&
        before(&h->slots[child + 1], &h->slots[child])) {
      child++;
    }
    if (!before(&h->slots[child], &slot)) {
      break;
    }
    put(h, i, h->slots[child]);
  }
  put(h, i, slot);
}

/* The slot at i may have to go up or down; one of the two does nothing. */
static void settle(msnav_heap *h, size_t i) {
  const msnav_timer *t = h->slots[i].timer;
  rise(h, i);
  sink(h, t->place);
}

static void disarm(msnav_heap *h, const msnav_timer *t) {
  size_t i = t->place;
  if (i >= h->armed) {
    return;
  }
  swap(h, i, --h->armed);
  if (i < h->armed) {
    settle(h, i);
  }
}

msnav_timer *msnav_heap_make(msnav_heap *h, msnav_timer_fn fn, void *arg) {
  if (h->made == h->room) {
    size_t room = h->room > 0 ? 2 * h->room : 16;
    msnav_slot *more = realloc(h->slots, room * sizeof(*more));
    if (more == NULL) {
      return NULL;
    }
    h->slots = more;
    h->room = room;
  }
  msnav_timer *t = malloc(sizeof(*t));
  if (t != NULL) {
    *t = (msnav_timer){.fn = fn, .arg = arg};
    put(h, h->made++, (msnav_slot){.at = MSNAV_NEVER, .timer = t});
  }
  return t;
}

void msnav_heap_drop(msnav_heap *h, msnav_timer *t) {
  disarm(h, t);
  swap(h, t->place, --h->made);
  free(t);
}

void msnav_heap_set(msnav_heap *h, msnav_timer *t, msnav_usec at) {
  if (at == MSNAV_NEVER) {
    disarm(h, t);
    return;
  }
  if (t->place >= h->armed) {
    swap(h, t->place, h->armed++);
  }
  h->slots[t->place].at = at;
  h->slots[t->place].order = h->order++;
  settle(h, t->place);
}

const msnav_slot *msnav_heap_first(const msnav_heap *h) {
  return h->armed > 0 ? &h->slots[0] : NULL;
}

void msnav_heap_free(msnav_heap *h) {
  for (size_t i = 0; i < h->made; i++) {
    free(h->slots[i].timer);
  }
  free(h->slots);
  *h = (msnav_heap){0};
}
