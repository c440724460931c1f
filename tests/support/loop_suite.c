/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of loop_watches.c and loop_timers.c, for one kind of loop. */
#include "support/loop_probe.h"
#include <sys/resource.h>

void loop_suite_allow_descriptors(unsigned count) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur < count) {
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
}

size_t loop_suite_append(struct CMUnitTest *tests, const loop_kind *kind) {
  static char names[3][LOOP_SUITE_MAX][96];
  static loop_kind kinds[3];
  static size_t used;
  const loop_list *const lists[] = {&loop_watches, &loop_timers};
  size_t n = 0;
  assert_true(used < ARRAY_LEN(kinds));
  kinds[used] = *kind;
  for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
    assert_true(n + lists[k]->count <= LOOP_SUITE_MAX); /* they have grown */
    for (size_t i = 0; i < lists[k]->count; i++, n++) {
      snprintf(names[used][n], sizeof(names[used][n]), "%s: %s", kind->name,
               lists[k]->tests[i].name);
      tests[n] = lists[k]->tests[i];
      tests[n].name = names[used][n];
      tests[n].initial_state = &kinds[used];
    }
  }
  used++;
  return n;
}

int loop_suite_run(const struct CMUnitTest *tests, size_t count) {
  return _cmocka_run_group_tests("loop", tests, count, NULL, NULL);
}
