/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bare.h"
#include "bench.h"
#include "sofia.h"

#include <stdio.h>

struct bare {
  nta_agent_t *agent;
  nta_leg_t *stray, *leg;
  nta_outgoing_t *invite, *bye;
  char url[64];
  bool done;
};

static bare caller, called;
static su_root_t *root;

static const char sdp[] = "v=0\r\n"
                          "o=- 0 0 IN IP4 127.0.0.1\r\n"
                          "s=session\r\n"
                          "c=IN IP4 127.0.0.1\r\n"
                          "b=CT:110\r\n"
                          "t=0 0\r\n"
                          "m=audio 36772 RTP/AVP 0 8 101\r\n"
                          "a=rtpmap:0 PCMU/8000\r\n"
                          "a=rtpmap:8 PCMA/8000\r\n"
                          "a=rtpmap:101 telephone-event/8000\r\n"
                          "a=fmtp:101 0-16\r\n";

static int
bare_inside(bare *me, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  (void)irq;
  if (sip->sip_request->rq_method == sip_method_bye) {
    me->done = true;
    return 200;
  }
  return 0;
}

static int bare_acked(bare *me, nta_incoming_t *irq, const sip_t *sip) {
  (void)me;
  (void)sip;
  nta_incoming_destroy(irq);
  return 0;
}

static int
bare_asked(bare *me, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip) {
  (void)leg;
  if (sip->sip_request->rq_method != sip_method_invite) {
    return 481;
  }
  me->leg =
    nta_leg_tcreate(me->agent, bare_inside, me,
                    SIPTAG_CALL_ID(sip->sip_call_id), SIPTAG_FROM(sip->sip_to),
                    SIPTAG_TO(sip->sip_from), TAG_END());
  nta_incoming_tag(irq, nta_leg_tag(me->leg, NULL));
  nta_leg_server_route(me->leg, sip->sip_record_route, sip->sip_contact);
  nta_incoming_bind(irq, bare_acked, me);
  nta_incoming_treply(irq, SIP_180_RINGING, TAG_END());
  nta_incoming_treply(irq, SIP_200_OK,
                      SIPTAG_CONTACT(nta_agent_contact(me->agent)),
                      SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                      SIPTAG_PAYLOAD_STR(sdp), TAG_END());
  return 0;
}

static int bare_bye_answered(bare *me, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip != NULL && sip->sip_status->st_status >= 200) {
    nta_outgoing_destroy(orq);
    me->bye = NULL;
    me->done = true;
  }
  return 0;
}

static int bare_answered(bare *me, nta_outgoing_t *orq, const sip_t *sip) {
  if (sip == NULL || sip->sip_status->st_status < 200) {
    return 0;
  }
  bench_require(sip->sip_status->st_status == 200, "200 to the bare INVITE");
  nta_leg_rtag(me->leg, sip->sip_to->a_tag);
  nta_leg_client_route(me->leg, sip->sip_record_route, sip->sip_contact);
  nta_outgoing_destroy(
    nta_outgoing_tcreate(me->leg, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
                         SIPTAG_CSEQ(sip->sip_cseq), TAG_END()));
  nta_outgoing_destroy(orq);
  me->invite = NULL;
  me->bye = nta_outgoing_tcreate(me->leg, bare_bye_answered, me, NULL,
                                 SIP_METHOD_BYE, NULL, TAG_END());
  return 0;
}

static void open_agent(bare *me) {
  me->agent =
    nta_agent_create(root, URL_STRING_MAKE("sip:127.0.0.1:*;transport=udp"),
                     NULL, me, NTATAG_UA(1), NTATAG_SERVER_RPORT(0),
                     NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0), TAG_END());
  bench_require(me->agent != NULL, "make a bare agent");
  me->stray =
    nta_leg_tcreate(me->agent, bare_asked, me, NTATAG_NO_DIALOG(1), TAG_END());
  const url_t *url = nta_agent_contact(me->agent)->m_url;
  snprintf(me->url, sizeof(me->url), "sip:%s:%s", url->url_host, url->url_port);
}

void bare_call(void) {
  char to[80];
  snprintf(to, sizeof(to), "<%s>", called.url);
  caller.done = called.done = false;
  caller.leg =
    nta_leg_tcreate(caller.agent, bare_inside, &caller,
                    SIPTAG_FROM_STR("\"alice\" <sip:alice@example.com>"),
                    SIPTAG_TO_STR(to), TAG_END());
  nta_leg_tag(caller.leg, NULL);
  caller.invite =
    nta_outgoing_tcreate(caller.leg, bare_answered, &caller, NULL,
                         SIP_METHOD_INVITE, URL_STRING_MAKE(called.url),
                         SIPTAG_CONTACT(nta_agent_contact(caller.agent)),
                         SIPTAG_USER_AGENT_STR("RTC/1.2"),
                         SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                         SIPTAG_PAYLOAD_STR(sdp), TAG_END());
  for (int i = 0; !(caller.done && called.done); i++) {
    bench_require(i < 100, "the bare agents talk");
    su_root_step(root, 1000);
  }
  nta_leg_destroy(caller.leg);
  nta_leg_destroy(called.leg);
}

static void close_agent(bare *me) {
  nta_leg_destroy(me->stray);
  nta_agent_destroy(me->agent);
}

void bare_open(void) {
  open_agent(&caller);
  open_agent(&called);
}

void bare_close(void) {
  close_agent(&caller);
  close_agent(&called);
}

void bare_init(void) {
  su_init();
  su_log_set_level(NULL, 0);
  root = su_root_create(NULL);
  su_root_threading(root, 0);
}
