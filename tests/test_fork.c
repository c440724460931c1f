/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A messenger starts other programs: they get none of a call's descriptors,
 * and a child that just ends takes nothing with it. */
#include "test.h"

#include "support/pair.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 1024

static void list(bool open[MOST]) {
  DIR *dir = opendir("/proc/self/fd");
  assert_non_null(dir);
  memset(open, 0, MOST * sizeof(*open));
  for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
    int fd = atoi(e->d_name);
    if (e->d_name[0] != '.' && fd != dirfd(dir) && fd < MOST) {
      open[fd] = true;
    }
  }
  closedir(dir);
}

static void no_descriptor_survives_an_exec(void **state) {
  (void)state;
  static bool before[MOST], after[MOST];
  pair p = {0};
  list(before);
  pair_init(&p, NULL, NULL);
  pair_connect(&p);
  list(after);
  unsigned ours = 0;
  for (int fd = 0; fd < MOST; fd++) {
    if (after[fd] && !before[fd]) {
      ours++;
      assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
  }
  assert_true(ours >= 12); /* SIP, RTP and RTCP of two ends, and their loops */
  pair_free(&p);
}

static void a_call_goes_on_when_a_child_ends(void **state) {
  (void)state;
  pair p = {0};
  pair_init(&p, NULL, NULL);
  pair_connect(&p);
  pair_run(&p, 200);
  pid_t child = fork();
  if (child == 0) {
    _exit(7);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(WEXITSTATUS(status), 7);
  size_t heard = p.people[BOB].heard_count;
  pair_run(&p, 1000);
  assert_true(p.people[BOB].heard_count > heard + 6000);
  assert_true(pair_tone(&p.people[BOB], 440, heard + 1000, 4000) > 0.9);
  assert_int_equal(msnav_call_hangup(p.people[ALICE].call), MSNAV_OK);
  assert_true(pair_until(&p, pair_both_ended, 2000));
  assert_int_equal(p.people[BOB].reason, MSNAV_REASON_HANGUP_REMOTE);
  pair_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_descriptor_survives_an_exec),
    cmocka_unit_test(a_call_goes_on_when_a_child_ends),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
