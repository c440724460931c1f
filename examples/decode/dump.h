/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text dumps as papers print them: command lines and messages one after the
 * other, line ends as "\r\n" in letters or not at all. */
#ifndef DECODE_DUMP_H
#define DECODE_DUMP_H

#include "model.h"

/* false: the file cannot be read; *why says so, freed by the caller. */
bool dump_read(const char *path, trail *t, char **why);

#endif
