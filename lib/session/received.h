/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the call alone. */
#ifndef MSNAV_SESSION_RECEIVED_H
#define MSNAV_SESSION_RECEIVED_H

#include <msnav/session.h>

/* msnav_session_set_receive() of a message that was read already: what reading
 * it returned, and what was read.  No argument is NULL. */
msnav_error msnav_session_received(msnav_session_set *set, msnav_str peer,
                                   msnav_error read, const msnav_invite *v,
                                   msnav_usec now, msnav_session **session);

#endif
