/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library needs no more of the kernel than doc/security.md says: whole
 * calls under a filter that allows exactly what is listed there, and ends the
 * process for everything else.  The list is read from the document. */
#include "test.h"

#include "support/pair.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADING "## System calls"
#define MOST 96

#define CALL(name)                                                             \
  { #name, SYS_##name }
static const struct {
  const char *name;
  long number;
} known[] = {
  CALL(bind),           CALL(brk),
  CALL(clock_gettime),  CALL(close),
  CALL(connect),        CALL(epoll_create1),
  CALL(epoll_ctl),      CALL(epoll_pwait),
  CALL(eventfd2),       CALL(exit_group),
  CALL(fcntl),          CALL(fstat),
  CALL(futex),          CALL(getpid),
  CALL(getrandom),      CALL(getsockname),
  CALL(getsockopt),     CALL(gettid),
  CALL(gettimeofday),   CALL(ioctl),
  CALL(lseek),          CALL(madvise),
  CALL(mmap),           CALL(mprotect),
  CALL(mremap),         CALL(munmap),
  CALL(newfstatat),     CALL(openat),
  CALL(ppoll),          CALL(read),
  CALL(recvfrom),       CALL(recvmmsg),
  CALL(recvmsg),        CALL(rt_sigaction),
  CALL(rt_sigprocmask), CALL(sendmsg),
  CALL(sendto),         CALL(setsockopt),
  CALL(socket),         CALL(sysinfo),
  CALL(write),
#ifdef SYS_epoll_wait
  CALL(epoll_wait),
#endif
#ifdef SYS_poll
  CALL(poll),
#endif
};

static long number_of(const char *name) {
  for (size_t i = 0; i < ARRAY_LEN(known); i++) {
    if (strcmp(known[i].name, name) == 0) {
      return known[i].number;
    }
  }
  return -1;
}

/* Every `name` in the first column of the section's table. */
static size_t read_list(long numbers[MOST]) {
  const char *root = getenv("MSNAV_ROOT");
  char path[4096], line[1024];
  size_t count = 0;
  bool inside = false;
  assert_non_null(root);
  snprintf(path, sizeof(path), "%s/doc/security.md", root);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  while (fgets(line, sizeof(line), f) != NULL) {
    if (strncmp(line, "## ", 3) == 0) {
      inside = strncmp(line, HEADING, strlen(HEADING)) == 0;
    }
    char *end = strchr(line + 1, '|');
    if (!inside || line[0] != '|' || end == NULL) {
      continue;
    }
    *end = '\0';
    for (char *at = strtok(line, "`, |"); at != NULL;
         at = strtok(NULL, "`, |")) {
      if (at[0] < 'a' || at[0] > 'z') {
        continue;
      }
      long number = number_of(at);
      if (number >= 0) { /* this architecture has it */
        assert_true(count < MOST);
        numbers[count++] = number;
      }
    }
  }
  fclose(f);
  return count;
}

static struct sock_filter filter[2 * MOST + 8];
static unsigned short filter_len;

static void say(uint16_t code, uint8_t yes, uint8_t no, uint32_t k) {
  filter[filter_len++] = (struct sock_filter){code, yes, no, k};
}

static void make_filter(void) {
  long numbers[MOST];
  size_t count = read_list(numbers);
  assert_true(count > 20);
  filter_len = 0;
  say(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < count; i++) {
    say(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)numbers[i]);
    say(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  }
  say(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
}

/* For whoever has to find out what is missing. */
static void on_trap(int sig, siginfo_t *info, void *context) {
  char text[] = "# system call 000 is not listed\n";
  unsigned number = (unsigned)info->si_syscall;
  (void)sig, (void)context;
  for (int i = 0; i < 3; i++, number /= 10) {
    text[16 - i] = (char)('0' + number % 10);
  }
  (void)!write(2, text, sizeof(text) - 1);
  _exit(99);
}

static void lock(void) {
  const struct sock_fprog program = {filter_len, filter};
  const struct sigaction action = {.sa_sigaction = on_trap,
                                   .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSYS, &action, NULL) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    _exit(98);
  }
}

/* A context is made, calls, is called, talks, holds, and is freed. */
static int locked_call(uint32_t encryption) {
  static pair p;
  msnav_config alice = pair_config(0x7f000001), bob = pair_config(0x7f000002);
  alice.encryption = bob.encryption = encryption;
  lock();
  pair_init(&p, &alice, &bob);
  pair_connect(&p);
  pair_run(&p, 400);
  (void)!msnav_call_hold(p.people[ALICE].call, true);
  pair_run(&p, 100);
  (void)msnav_call_hangup(p.people[BOB].call);
  bool ended = pair_until(&p, pair_both_ended, 2000);
  bool heard = p.people[BOB].heard_count > 800;
  pair_free(&p);
  return ended && heard ? 0 : 1;
}

static int in_a_child(int (*run)(uint32_t), uint32_t arg) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    _exit(run(arg));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

static void calls_need_only_what_is_listed(void **state) {
  (void)state;
  assert_int_equal(in_a_child(locked_call, MSNAV_ENCRYPT_NEVER), 0);
}

/* libsrtp2 may be built on something that reads files when it begins; the
 * first session of the process was made before the filter. */
static void encrypted_calls_likewise(void **state) {
  (void)state;
  if (!msnav_has_feature("srtp")) {
    skip();
  }
  assert_int_equal(pair_warm_up(state), 0);
  assert_int_equal(in_a_child(locked_call, MSNAV_ENCRYPT_ALWAYS), 0);
}

static int forbidden(uint32_t arg) {
  (void)arg;
  lock();
  return (int)syscall(SYS_getppid);
}

static void anything_else_is_noticed(void **state) {
  (void)state;
  int status = in_a_child(forbidden, 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 99);
}

static int setup(void **state) {
  (void)state;
  make_filter();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(calls_need_only_what_is_listed),
    cmocka_unit_test(encrypted_calls_likewise),
    cmocka_unit_test(anything_else_is_noticed),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
