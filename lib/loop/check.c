/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sized.h"
#include <msnav/loop.h>

#define LEAST MSNAV_SIZED_UP_TO(msnav_loop, timer_del)

msnav_error msnav_loop_check(const msnav_loop *loop) {
  if (!msnav_sized_ok(loop, LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  if (loop->now == NULL || loop->io_add == NULL || loop->io_mod == NULL ||
      loop->io_del == NULL || loop->timer_add == NULL ||
      loop->timer_set == NULL || loop->timer_del == NULL) {
    return MSNAV_ERR_INVALID;
  }
  return MSNAV_OK;
}
