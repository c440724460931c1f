/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MSNAV_MEDIA_CONCEAL_H
#define MSNAV_MEDIA_CONCEAL_H
#endif
