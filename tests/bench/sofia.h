/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia's headers, which are not written for our warnings; its callbacks get
 * a bare agent of bench_call.c. */
#ifndef TESTS_BENCH_SOFIA_H
#define TESTS_BENCH_SOFIA_H

#pragma GCC system_header

typedef struct bare bare;

#define NTA_AGENT_MAGIC_T bare
#define NTA_LEG_MAGIC_T bare
#define NTA_INCOMING_MAGIC_T bare
#define NTA_OUTGOING_MAGIC_T bare

#include <sofia-sip/nta.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_wait.h>

#endif
