/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For targets that simulate the clock, which libFuzzer would ask too: run
 * them with -timeout=0, and let an input that takes too long fail by this. */
#ifndef TESTS_FUZZ_PATIENCE_H
#define TESTS_FUZZ_PATIENCE_H

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static inline void fuzz_impatient(int signal_number) {
  (void)signal_number;
  abort();
}

/* From now until it is said again. */
static inline void fuzz_patience(unsigned seconds) {
  (void)signal(SIGALRM, fuzz_impatient);
  (void)alarm(seconds);
}

#endif
