/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the call alone. */
#ifndef MSNAV_SESSION_UNANSWERED_H
#define MSNAV_SESSION_UNANSWERED_H

#include <msnav/session.h>

/* SIP knows before the deadline, or without one, that the peer answers neither
 * what sets the dialog up nor what tears it down: as if the deadline had
 * passed.  MSNAV_ERR_STATE when it waits for neither. */
msnav_error msnav_session_unanswered(msnav_session *s, msnav_usec now);

#endif
