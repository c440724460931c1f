/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Everything libmsnav offers but the GLib adapter.  Include the per-layer
 *  headers instead when only one layer is needed: each compiles on its own. */
#ifndef MSNAV_MSNAV_H
#define MSNAV_MSNAV_H
#include <msnav/base.h>
#include <msnav/call.h>
#include <msnav/codec.h>
#include <msnav/dialog.h>
#include <msnav/invite.h>
#include <msnav/loop.h>
#include <msnav/media.h>
#include <msnav/metrics.h>
#include <msnav/session.h>
#include <msnav/switchboard.h>
#endif
