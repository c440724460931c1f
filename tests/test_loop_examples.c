/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The adapter that this program is linked with keeps the loop's contract. */
#include "examples/loops/adapter.h"
#include "support/loop_suite.h"

static void open_adapter(loop_bench *b) {
  msnav_loop *loop = calloc(1, sizeof(*loop));
  assert_true(adapter_open(loop));
  b->host = loop;
  b->loop = loop;
}

static void close_adapter(loop_bench *b) {
  adapter_close();
  free(b->host);
}

static void nothing(void *arg) {
  (void)arg;
}

static void step_adapter(loop_bench *b, msnav_usec until) {
  void *limit = b->loop->timer_add(b->loop->data, nothing, NULL);
  b->loop->timer_set(b->loop->data, limit, until);
  adapter_turn();
  b->loop->timer_del(b->loop->data, limit);
}

int main(void) {
  loop_kind kind = {adapter_name, false, open_adapter, close_adapter,
                    step_adapter};
  struct CMUnitTest tests[LOOP_SUITE_MAX];
  size_t used = loop_suite_append(tests, &kind);
  return loop_suite_run(tests, used);
}
