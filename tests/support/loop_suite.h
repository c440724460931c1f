/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every msnav_loop must do (include/msnav/loop.h), as one list of tests
 * that runs over any loop: those of the library, the inner one of the mux,
 * and one that a messenger brings. */
#ifndef MSNAV_TEST_LOOP_SUITE_H
#define MSNAV_TEST_LOOP_SUITE_H

#include "test.h"
#include <msnav/loop.h>

/* A loop under test. */
typedef struct loop_bench {
  const msnav_loop *loop;
  void *host;  /* the kind's own */
  void *extra; /* likewise */
} loop_bench;

/* How a loop is made and turned. */
typedef struct loop_kind {
  const char *name;
  /* Timers that are due at once run in the order of their deadlines.  GLib
   * runs its sources in another order. */
  bool ordered;
  void (*open)(loop_bench *b);
  void (*close)(loop_bench *b);
  /* Let the loop wait until a time on its clock at most, and run what is
   * due; returns when something ran, or sooner. */
  void (*step)(loop_bench *b, msnav_usec until);
} loop_kind;

/* The two loops at the host's end. */
extern const loop_kind loop_kind_epoll;
extern const loop_kind loop_kind_glib;

#define LOOP_SUITE_MAX 32 /* tests in the list, at most */

/* Append the list for one kind to a table of tests: returns how many.  At
 * most three kinds in one program.  Run the table with loop_suite_run(). */
size_t loop_suite_append(struct CMUnitTest *tests, const loop_kind *kind);

/* Run a table that has so many tests in it. */
int loop_suite_run(const struct CMUnitTest *tests, size_t count);

/* Raise the limit of open descriptors of this process. */
void loop_suite_allow_descriptors(unsigned count);

#endif
