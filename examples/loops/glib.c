/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib, and with it GTK: the library brings the adapter. */
#include "adapter.h"

#include <msnav/glib.h>

const char adapter_name[] = "GLib";

bool adapter_open(msnav_loop *loop) {
  return msnav_glib_loop(loop, NULL) == MSNAV_OK; /* the default context */
}

void adapter_turn(void) {
  g_main_context_iteration(NULL, TRUE); /* a program has g_main_loop_run() */
}

void adapter_close(void) {
}
