/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a target gives to lines.c: lines, with their ends, that its texts may
 * have. */
#ifndef TESTS_FUZZ_LINES_H
#define TESTS_FUZZ_LINES_H

#include "fuzz/fuzz.h"

extern const char *const fuzz_lines[];
extern const size_t fuzz_line_count;

#endif
