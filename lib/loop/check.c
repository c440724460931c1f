/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msnav/loop.h>

msnav_error msnav_loop_check(const msnav_loop *loop) {
  if (loop == NULL || loop->size < sizeof(msnav_loop)) {
    return MSNAV_ERR_INVALID;
  }
  if (loop->now == NULL || loop->io_add == NULL || loop->io_mod == NULL ||
      loop->io_del == NULL || loop->timer_add == NULL ||
      loop->timer_set == NULL || loop->timer_del == NULL) {
    return MSNAV_ERR_INVALID;
  }
  return MSNAV_OK;
}
