/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For targets that simulate the clock, which libFuzzer would ask too: run
 * them with -timeout=0, and let an input that takes too long fail by this. */
#ifndef TESTS_FUZZ_PATIENCE_H
#define TESTS_FUZZ_PATIENCE_H

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#define FUZZ_STUCK 600 /* seconds of an input that sleeps for ever */

static inline void fuzz_impatient(int signal_number) {
  (void)signal_number;
  abort();
}

/* From now until it is said again: seconds of CPU time, so that a busy
 * machine finds nothing. */
static inline void fuzz_patience(unsigned seconds) {
  const struct itimerval limit = {.it_value.tv_sec = (time_t)seconds};
  (void)signal(SIGPROF, fuzz_impatient);
  (void)setitimer(ITIMER_PROF, &limit, NULL);
  (void)signal(SIGALRM, fuzz_impatient);
  (void)alarm(FUZZ_STUCK);
}

#endif
