/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia's headers, in one place: nothing else may include them.  They are
 * not written for our warnings. */
#ifndef MSNAV_SIP_SOFIA_H
#define MSNAV_SIP_SOFIA_H

#pragma GCC system_header

#define SU_ROOT_MAGIC_T struct msnav_shard
#define NTA_AGENT_MAGIC_T struct msnav_dialog
#define NTA_LEG_MAGIC_T struct msnav_dialog
#define NTA_INCOMING_MAGIC_T struct msnav_dialog
#define NTA_OUTGOING_MAGIC_T struct msnav_dialog

#include <sofia-sip/su_glib.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_time.h>
#include <sofia-sip/su_wait.h>

#include <sofia-resolv/sres.h>
#include <sofia-resolv/sres_cache.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sresolv.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>
#include <sofia-sip/url.h>

#endif
