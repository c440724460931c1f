/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A messenger starts other programs: they get none of a call's descriptors,
 * and a child that just ends takes nothing with it. */
#include "test.h"

#include "sip/random.h"
#include "support/pair.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
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

/* Both go on with numbers that the other does not have. */
static void a_child_draws_other_numbers(void **state) {
  (void)state;
  uint8_t first[16];
  uint8_t ours[16];
  msnav_random *pool = msnav_random_new();
  assert_non_null(pool);
  msnav_random_bytes(pool, first, sizeof(first));
  uint8_t *theirs = mmap(NULL, sizeof(ours), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(theirs != MAP_FAILED);
  pid_t child = fork();
  if (child == 0) {
    msnav_random_bytes(pool, theirs, sizeof(ours));
    _exit(0);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  msnav_random_bytes(pool, ours, sizeof(ours));
  static const uint8_t nothing[16] = {0};
  assert_memory_not_equal(theirs, nothing, sizeof(ours));
  assert_memory_not_equal(theirs, first, sizeof(ours));
  assert_memory_not_equal(theirs, ours, sizeof(ours));
  munmap(theirs, sizeof(ours));
  msnav_random_free(pool);
}

static void a_number_is_drawn_once_and_wiped(void **state) {
  (void)state;
  enum { DRAWS = 1000 };
  static uint64_t drawn[DRAWS];
  msnav_random *pool = msnav_random_new();
  assert_non_null(pool);
  for (size_t i = 0; i < DRAWS; i++) {
    msnav_random_bytes(pool, &drawn[i], sizeof(drawn[i]));
    assert_null(memmem(pool, 256, &drawn[i], sizeof(drawn[i])));
    for (size_t k = 0; k < i; k++) {
      assert_true(drawn[i] != drawn[k]);
    }
  }
  uint8_t many[1000] = {0}; /* more than a pool has */
  msnav_random_bytes(pool, many, sizeof(many));
  msnav_random_bytes(NULL, many, 8);
  assert_true(memcmp(many, many + 500, 500) != 0);
  msnav_random_free(pool);
  msnav_random_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_descriptor_survives_an_exec),
    cmocka_unit_test(a_call_goes_on_when_a_child_ends),
    cmocka_unit_test(a_child_draws_other_numbers),
    cmocka_unit_test(a_number_is_drawn_once_and_wiped),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
