/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long the texts of a msnav_dialog_config may be, in bytes. */
#ifndef MSNAV_SIP_TEXTS_H
#define MSNAV_SIP_TEXTS_H

#define MSNAV_SIP_MAX_NAME 160
#define MSNAV_SIP_MAX_URI 200
#define MSNAV_SIP_MAX_USER 63
#define MSNAV_SIP_MAX_USER_AGENT 64

#endif
