/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MSNAV_BASE_DEADLINE_H
#define MSNAV_BASE_DEADLINE_H

#include <msnav/base.h>

/* When a time will have passed; MSNAV_NEVER for that, and for all beyond. */
static inline msnav_usec msnav_deadline(msnav_usec now, msnav_usec wait) {
  return wait < MSNAV_NEVER - now ? now + wait : MSNAV_NEVER;
}

#endif
