/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hints for what every packet passes: what rarely happens stays out of its
 * way. */
#ifndef MSNAV_MEDIA_HOT_H
#define MSNAV_MEDIA_HOT_H

#if defined(__GNUC__)
#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect((x), 1)
#else
#define NOINLINE
#define INLINE inline
#define LIKELY(x) (x)
#endif

#endif
