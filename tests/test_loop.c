/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the loop layer, in virtual time: what makes a usable vtable,
 * the heap of deadlines against a naive model, and the fake loop that other
 * tests trust. */
#include "loop/heap.h"
#include "support/fake_loop.h"
#include "support/oom.h"
#include "test.h"
#include <sys/socket.h>
#include <unistd.h>

/* ---- msnav_loop_check */

static void a_complete_loop_is_usable(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  assert_int_equal(msnav_loop_check(fake_loop_vtable(f)), MSNAV_OK);
  fake_loop_free(f);
}

static void a_missing_member_is_refused(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  const msnav_loop whole = *fake_loop_vtable(f);
  for (int i = 0; i < 7; i++) {
    msnav_loop l = whole;
    switch (i) {
    case 0:
      l.now = NULL;
      break;
    case 1:
      l.io_add = NULL;
      break;
    case 2:
      l.io_mod = NULL;
      break;
    case 3:
      l.io_del = NULL;
      break;
    case 4:
      l.timer_add = NULL;
      break;
    case 5:
      l.timer_set = NULL;
      break;
    default:
      l.timer_del = NULL;
      break;
    }
    assert_int_equal(msnav_loop_check(&l), MSNAV_ERR_INVALID);
  }
  assert_int_equal(msnav_loop_check(NULL), MSNAV_ERR_INVALID);
  fake_loop_free(f);
}

/* data is the caller's business. */
static void data_may_be_null(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  msnav_loop l = *fake_loop_vtable(f);
  l.data = NULL;
  assert_int_equal(msnav_loop_check(&l), MSNAV_OK);
  fake_loop_free(f);
}

static void only_a_struct_of_our_size_or_more_is_known(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  static const struct {
    size_t size;
    msnav_error want;
  } rows[] = {
    {0, MSNAV_ERR_INVALID},
    {sizeof(size_t), MSNAV_ERR_INVALID},
    {sizeof(msnav_loop) - 1, MSNAV_ERR_INVALID},
    {sizeof(msnav_loop), MSNAV_OK},
    {sizeof(msnav_loop) + sizeof(void *), MSNAV_OK}, /* a newer caller */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_loop l = *fake_loop_vtable(f);
    l.size = rows[i].size;
    assert_int_equal(msnav_loop_check(&l), rows[i].want);
  }
  /* nothing behind the size is read */
  size_t *small = malloc(sizeof(size_t));
  *small = sizeof(size_t);
  assert_int_equal(msnav_loop_check((const msnav_loop *)(const void *)small),
                   MSNAV_ERR_INVALID);
  free(small);
  fake_loop_free(f);
}

/* ---- the heap */

#define MODEL 200

typedef struct model {
  msnav_timer *timer;
  msnav_usec at;
  uint64_t order;
} model;

static const model *model_first(const model *m) {
  const model *first = NULL;
  for (size_t i = 0; i < MODEL; i++) {
    if (m[i].timer != NULL && m[i].at != MSNAV_NEVER &&
        (first == NULL || m[i].at < first->at ||
         (m[i].at == first->at && m[i].order < first->order))) {
      first = &m[i];
    }
  }
  return first;
}

static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

static void no_timer(void *arg) {
  (void)arg;
}

/* What may happen to a timer, in any order. */
static void change(msnav_heap *h, model *m, uint32_t *seed, uint64_t *order) {
  switch (next_random(seed) % 8) {
  case 0:
    if (m->timer != NULL) {
      msnav_heap_drop(h, m->timer);
      m->timer = NULL;
      return;
    }
    break;
  case 1:
    if (m->timer != NULL) {
      msnav_heap_set(h, m->timer, MSNAV_NEVER);
      m->at = MSNAV_NEVER;
      return;
    }
    break;
  default:
    break;
  }
  if (m->timer == NULL) {
    m->timer = msnav_heap_make(h, no_timer, m);
    assert_non_null(m->timer);
    m->at = MSNAV_NEVER;
    return;
  }
  m->at = next_random(seed) % 64; /* many are equal */
  m->order = (*order)++;
  msnav_heap_set(h, m->timer, m->at);
}

static void the_heap_agrees_with_a_naive_model(void **state) {
  (void)state;
  for (uint32_t round = 1; round <= 20; round++) {
    static model m[MODEL];
    msnav_heap h = {0};
    uint32_t seed = round;
    uint64_t order = 0;
    memset(m, 0, sizeof(m));
    for (int step = 0; step < 3000; step++) {
      change(&h, &m[next_random(&seed) % MODEL], &seed, &order);
      const model *want = model_first(m);
      const msnav_slot *got = msnav_heap_first(&h);
      assert_int_equal(got != NULL, want != NULL);
      if (want != NULL && got != NULL) {
        assert_ptr_equal(got->timer, want->timer);
        assert_int_equal(got->at, want->at);
      }
    }
    /* what is left comes out in order */
    for (const model *want; (want = model_first(m)) != NULL;) {
      assert_ptr_equal(msnav_heap_first(&h)->timer, want->timer);
      m[want - m].at = MSNAV_NEVER;
      msnav_heap_set(&h, want->timer, MSNAV_NEVER);
    }
    assert_null(msnav_heap_first(&h));
    msnav_heap_free(&h);
  }
}

static void arming_allocates_nothing(void **state) {
  (void)state;
  enum { COUNT = 10000 };
  static msnav_timer *timers[COUNT];
  msnav_heap h = {0};
  uint32_t seed = 1;
  for (size_t i = 0; i < COUNT; i++) {
    timers[i] = msnav_heap_make(&h, no_timer, NULL);
    assert_non_null(timers[i]);
  }
  unsigned long before = oom_allocations();
  for (size_t i = 0; i < 10 * COUNT; i++) {
    msnav_heap_set(&h, timers[i % COUNT], next_random(&seed));
  }
  assert_int_equal(oom_allocations(), before);
  msnav_usec last = 0;
  for (size_t i = 0; i < COUNT; i++) {
    const msnav_slot *first = msnav_heap_first(&h);
    assert_true(first->at >= last);
    last = first->at;
    msnav_heap_set(&h, first->timer, MSNAV_NEVER);
  }
  msnav_heap_free(&h);
}

static void a_timer_that_finds_no_memory_changes_nothing(void **state) {
  (void)state;
  msnav_heap h = {0};
  msnav_timer *t = msnav_heap_make(&h, no_timer, NULL);
  msnav_heap_set(&h, t, 5);
  for (size_t i = 0; i < 40; i++) { /* over the edge where the room grows */
    oom_fail(1);
    msnav_timer *failed = msnav_heap_make(&h, no_timer, NULL);
    assert_true(oom_failed());
    assert_null(failed);
    assert_ptr_equal(msnav_heap_first(&h)->timer, t);
    assert_non_null(msnav_heap_make(&h, no_timer, NULL));
  }
  msnav_heap_free(&h);
}

/* ---- the fake loop */

typedef struct note {
  fake_loop *f;
  void *timer;
  char name;
  char *log;
  size_t *len;
  msnav_usec ran_at;
  int send_to; /* -1: nobody */
} note;

static void on_note(void *arg) {
  note *n = arg;
  n->ran_at = n->f->now;
  n->log[(*n->len)++] = n->name;
  if (n->send_to >= 0) {
    assert_int_equal(write(n->send_to, "x", 1), 1);
  }
}

static void on_note_io(int fd, unsigned events, void *arg) {
  char c;
  assert_int_equal(events, MSNAV_IO_READ);
  assert_int_equal(read(fd, &c, 1), 1);
  on_note(arg);
}

static void the_fake_clock_stands_at_each_deadline(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  char log[16] = {0};
  size_t len = 0;
  note n[4];
  static const msnav_usec due[] = {300, 100, 200, 100};
  for (size_t i = 0; i < 4; i++) {
    n[i] = (note){.f = f, .name = (char)('a' + i), .log = log, .len = &len};
    n[i].send_to = -1;
    n[i].timer = f->loop.timer_add(f, on_note, &n[i]);
    f->loop.timer_set(f, n[i].timer, FAKE_LOOP_START + due[i]);
  }
  assert_int_equal(fake_loop_deadline(f), FAKE_LOOP_START + 100);
  fake_loop_advance(f, 200);
  assert_string_equal(log, "bdc");
  assert_int_equal(f->now, FAKE_LOOP_START + 200);
  assert_int_equal(n[1].ran_at, FAKE_LOOP_START + 100);
  assert_int_equal(f->armed, 1);
  fake_loop_advance(f, 60000000);
  assert_string_equal(log, "bdca");
  assert_int_equal(n[0].ran_at, FAKE_LOOP_START + 300);
  assert_int_equal(f->now, FAKE_LOOP_START + 60000200);
  assert_int_equal(f->wakeups, 4);
  assert_int_equal(f->timer_sets, 4);
  assert_int_equal(fake_loop_deadline(f), MSNAV_NEVER);
  for (size_t i = 0; i < 4; i++) {
    f->loop.timer_del(f, n[i].timer);
  }
  fake_loop_free(f);
}

static void what_a_timer_sends_arrives_before_the_next_timer(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  char log[16] = {0};
  size_t len = 0;
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
  note first = {.f = f, .name = '1', .log = log, .len = &len};
  note second = first;
  note reader = first;
  first.send_to = fds[1];
  second.send_to = reader.send_to = -1;
  second.name = '2';
  reader.name = 'r';
  first.timer = f->loop.timer_add(f, on_note, &first);
  second.timer = f->loop.timer_add(f, on_note, &second);
  void *io = f->loop.io_add(f, fds[0], MSNAV_IO_READ, on_note_io, &reader);
  assert_int_equal(fake_loop_fd(f), fds[0]);
  f->loop.timer_set(f, first.timer, f->now + 10);
  f->loop.timer_set(f, second.timer, f->now + 11);
  fake_loop_advance(f, 20);
  assert_string_equal(log, "1r2");
  assert_int_equal(reader.ran_at, FAKE_LOOP_START + 10);
  f->loop.io_mod(f, io, 0);
  assert_int_equal(write(fds[1], "x", 1), 1);
  assert_int_equal(fake_loop_step(f), 0);
  f->loop.io_mod(f, io, MSNAV_IO_READ);
  assert_int_equal(fake_loop_step(f), 1);
  assert_string_equal(log, "1r2r");
  f->loop.io_del(f, io);
  assert_int_equal(fake_loop_fd(f), -1);
  f->loop.timer_del(f, first.timer);
  f->loop.timer_del(f, second.timer);
  close(fds[0]);
  close(fds[1]);
  fake_loop_free(f);
}

static void the_fake_loop_refuses_on_demand(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  f->fail_timer_add = 1;
  assert_null(f->loop.timer_add(f, no_timer, NULL));
  void *timer = f->loop.timer_add(f, no_timer, NULL);
  assert_non_null(timer);
  f->fail_io_add = 1;
  assert_null(f->loop.io_add(f, 0, MSNAV_IO_READ, on_note_io, NULL));
  f->loop.timer_del(f, timer);
  fake_loop_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_complete_loop_is_usable),
    cmocka_unit_test(a_missing_member_is_refused),
    cmocka_unit_test(data_may_be_null),
    cmocka_unit_test(only_a_struct_of_our_size_or_more_is_known),
    cmocka_unit_test(the_heap_agrees_with_a_naive_model),
    cmocka_unit_test(arming_allocates_nothing),
    cmocka_unit_test(a_timer_that_finds_no_memory_changes_nothing),
    cmocka_unit_test(the_fake_clock_stands_at_each_deadline),
    cmocka_unit_test(what_a_timer_sends_arrives_before_the_next_timer),
    cmocka_unit_test(the_fake_loop_refuses_on_demand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
