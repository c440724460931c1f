/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MSNAV_SIPGUARD_FOLD_H
#define MSNAV_SIPGUARD_FOLD_H

#include "sipguard/guard.h"

/* A message whose header lines are whole: the same, or when some went on in
 * the next line (RFC 3261 section 7.3.1) a copy in which blanks took the
 * place of the ends, so that it is as long as before.  Longer ones than
 * MSNAV_GUARD_MAX_IN stay as they are. */
msnav_str msnav_guard_unfold(msnav_str data, char copy[MSNAV_GUARD_MAX_IN]);

#endif
