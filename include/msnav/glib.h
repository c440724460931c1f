/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  A GLib main context as the caller's loop. */
#ifndef MSNAV_GLIB_H
#define MSNAV_GLIB_H

#include <glib.h>
#include <msnav/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fill in a loop that runs on a GLib main context.
 *  @param[out] loop receives the vtable.
 *  @param context the main context, NULL for the default one; must outlive
 *                 every user of @p loop.  The library takes no reference.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID @p loop is NULL */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_glib_loop(msnav_loop *loop,
                                                       GMainContext *context);

#ifdef __cplusplus
}
#endif
#endif
