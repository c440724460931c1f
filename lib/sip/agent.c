/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia's agent of a dialog: made when something is to be sent or received,
 * destroyed with the dialog or left to the next one, and made anew when the
 * wall clock stepped. */
#include "sip/inner.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define URI 64
#define WITHOUT_TRANSPORT ((url_string_t *)-1)
#define NEVER_IDLE UINT_MAX /* milliseconds */

/* "sip:127.x.y.z:port;transport=udp", with "*" for port 0 */
static void write_uri(char buf[URI], const msnav_addr *addr) {
  msnav_out out;
  msnav_out_init(&out, buf, URI - 1);
  msnav_out_text(&out, "sip:");
  msnav_out_addr(&out, addr);
  if (addr->port == 0) {
    msnav_out_text(&out, ":*");
  }
  msnav_out_text(&out, ";transport=udp");
  buf[out.len] = '\0';
}

/* Her resolver is never asked: it need not read the host's configuration, and
 * the shard has an empty cache for it. */
static nta_agent_t *new_agent(msnav_dialog *d) {
  char guard[URI];
  write_uri(guard, &d->shard->inner_addr);
  return nta_agent_create(d->shard->root, WITHOUT_TRANSPORT, NULL, d,
                          NTATAG_UA(1), NTATAG_CLIENT_RPORT(0),
                          NTATAG_SERVER_RPORT(0), NTATAG_USE_NAPTR(0),
                          NTATAG_USE_SRV(0), NTATAG_PASS_100(1),
                          NTATAG_UDP_MTU(65535),
                          NTATAG_SIP_T1X64(MSNAV_SIP_T1X64),
                          NTATAG_DEFAULT_PROXY(guard), SRESTAG_RESOLV_CONF(""),
                          SRESTAG_CACHE(d->shard->cache), TAG_END());
}

/* No socket is bound: what there is is connected to the guard from the
 * start. */
static bool add_transport(msnav_dialog *d) {
  char contact[URI];
  const msnav_addr any_port = {d->shard->inner_addr.ip, 0};
  write_uri(contact, &any_port);
  return nta_agent_add_tport(d->agent, URL_STRING_MAKE(contact),
                             TPTAG_SERVER(0), TPTAG_IDLE(NEVER_IDLE),
                             TAG_END()) == 0;
}

/* NULL: no memory. */
static msg_t *make_knock(void) {
  msg_t *msg = msg_create(sip_default_mclass(), 0);
  if (msg == NULL ||
      sip_add_tl(msg, sip_object(msg), SIPTAG_STATUS_STR("SIP/2.0 200 OK"),
                 TAG_END()) != 0 ||
      msg_serialize(msg, (msg_pub_t *)sip_object(msg)) != 0) {
    msg_destroy(msg);
    return NULL;
  }
  return msg;
}

/* Sofia opens such a socket when there is something to send.  This message is
 * longer than it may be, so nothing is. */
static void open_socket(msnav_dialog *d) {
  msnav_shard *shard = d->shard;
  char host[MSNAV_ADDR_TEXT];
  char port[MSNAV_ADDR_TEXT];
  const msnav_addr ip = {shard->inner_addr.ip, 0};
  (void)msnav_addr_format(&ip, host);
  msnav_out out;
  msnav_out_init(&out, port, sizeof(port) - 1);
  msnav_out_u32(&out, shard->inner_addr.port);
  port[out.len] = '\0';
  const tp_name_t guard = {
    .tpn_proto = "udp",
    .tpn_canon = host,
    .tpn_host = host,
    .tpn_port = port,
  };
  if (shard->knock == NULL) {
    shard->knock = make_knock();
  }
  if (shard->knock != NULL) {
    (void)tport_tsend(nta_agent_tports(d->agent), shard->knock, &guard,
                      TPTAG_MTU(1), TAG_END());
  }
}

/* A request that is let go is answered: nobody sees that, as nothing is sent
 * for a dead dialog and an agent's pair is drained before it is used. */
static void forget_all(msnav_dialog *d) {
  nta_outgoing_destroy(d->invite.transaction);
  d->invite.transaction = NULL;
  nta_outgoing_destroy(d->cancel);
  d->cancel = NULL;
  nta_outgoing_destroy(d->bye.transaction);
  d->bye.transaction = NULL;
  nta_incoming_destroy(d->offer);
  d->offer = NULL;
  nta_leg_destroy(d->leg);
  d->leg = NULL;
  nta_leg_destroy(d->stray);
  d->stray = NULL;
}

/* Sofia complains on stderr about an agent whose legs and transactions are
 * still there. */
static void let_go(msnav_dialog *d) {
  forget_all(d);
  msnav_shard_disown(d->shard);
  msnav_shard_hush(); /* a BYE whose end nobody waits for is announced */
  nta_agent_destroy(d->agent);
  msnav_shard_unhush();
  d->agent = NULL;
}

/* Without a socket that is tied to the guard's Sofia would open one by
 * herself: then it has to go. */
static msnav_error make_new(msnav_dialog *d) {
  msnav_shard_hush(); /* in case there is no descriptor for it */
  d->agent = new_agent(d);
  if (d->agent != NULL && add_transport(d)) {
    open_socket(d);
  }
  msnav_shard_unhush();
  if (d->agent == NULL) {
    return MSNAV_ERR_SYSTEM;
  }
  msnav_error err = msnav_shard_adopt(d->shard, d);
  return err == MSNAV_OK ? msnav_transport_connect_inner(d) : err;
}

/* The agent that the call before has left, or another: all or nothing. */
static msnav_error make(msnav_dialog *d) {
  d->agent = msnav_shard_take_agent(d->shard, d);
  msnav_error err = d->agent != NULL ? MSNAV_OK : make_new(d);
  if (err == MSNAV_OK) {
    msnav_transport_drain_inner(d->shard);
    d->stray = nta_leg_tcreate(d->agent, msnav_called_stray, d,
                               NTATAG_NO_DIALOG(1), TAG_END());
    err = d->stray != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
  }
  if (err != MSNAV_OK && d->agent != NULL) {
    let_go(d);
  }
  return err;
}

static msnav_error find_shard(msnav_dialog *d) {
  if (d->shard == NULL) {
    d->shard = msnav_sip_take_shard(d->sip);
  }
  if (d->shard == NULL) {
    return MSNAV_ERR_SYSTEM;
  }
  return d->shard->inner < 0 ? msnav_transport_open_inner(d->sip, d->shard)
                             : MSNAV_OK;
}

static msnav_error open_agent(msnav_dialog *d) {
  msnav_error err = make(d);
  if (err == MSNAV_OK && d->state == MSNAV_DIALOG_CONFIRMED) {
    err = msnav_agent_open_leg(d); /* it slept */
  }
  if (err != MSNAV_OK) {
    msnav_sip_log(d->sip, MSNAV_LOG_ERROR, "SIP agent", msnav_strerror(err));
    return err;
  }
  d->touched = d->sip->loop.now(d->sip->loop.data);
  msnav_dialog_set_due(d, MSNAV_DUE_SLEEP, d->touched + MSNAV_SIP_PATIENCE);
  return MSNAV_OK;
}

msnav_error msnav_agent_enter(msnav_dialog *d) {
  bool missing = d->agent == NULL;
  msnav_error err = missing ? msnav_transport_guard(d) : MSNAV_OK;
  if (err == MSNAV_OK && missing) {
    err = find_shard(d);
  }
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_shard *shard = d->shard;
  msnav_shard_enter(shard);
  if (missing) {
    err = open_agent(d);
  } else if (d->agent == NULL) {
    err = MSNAV_ERR_SYSTEM; /* the clock stepped, and there is no other */
  }
  if (err != MSNAV_OK) {
    msnav_shard_leave(shard);
  }
  return err;
}

/* From or To with its tag. */
static char *
tagged(const char *header, const msnav_addr *addr, const char *tag) {
  size_t size =
    (header != NULL ? strlen(header) : 0) + (size_t)2 * MSNAV_SIP_MAX_TAG;
  char *buf = malloc(size);
  if (buf == NULL) {
    return NULL;
  }
  msnav_out out;
  msnav_out_init(&out, buf, size - 1);
  if (header != NULL) {
    msnav_out_text(&out, header);
  } else {
    msnav_out_text(&out, "<sip:");
    msnav_out_addr(&out, addr);
    msnav_out_char(&out, '>');
  }
  if (tag[0] != '\0') {
    msnav_out_text(&out, ";tag=");
    msnav_out_text(&out, tag);
  }
  buf[out.len] = '\0';
  return buf;
}

/* The names matter in a call of ours only: in one of theirs the guard writes
 * what their INVITE had. */
msnav_error msnav_agent_open_leg(msnav_dialog *d) {
  char *from = tagged(d->caller ? d->from : NULL, &d->local, d->local_tag);
  char *to = tagged(d->caller ? d->to : NULL, &d->remote, d->remote_tag);
  if (from != NULL && to != NULL) {
    const sip_cseq_t *none = NULL;
    sip_cseq_t cseq[1];
    sip_cseq_init(cseq);
    cseq->cs_seq = d->own_cseq;
    d->leg = nta_leg_tcreate(d->agent, msnav_called_inside, d,
                             SIPTAG_CALL_ID_STR(d->call_id),
                             SIPTAG_FROM_STR(from), SIPTAG_TO_STR(to),
                             SIPTAG_CSEQ(d->own_cseq > 0 ? cseq : none),
                             NTATAG_REMOTE_CSEQ(d->peer_cseq), TAG_END());
  }
  free(from);
  free(to);
  return d->leg != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

/* Nothing of this call is under way any more: it ended by a BYE that was
 * answered, and so was all before it.  Else Sofia would repeat it in the next
 * call. */
static bool is_clean(const msnav_dialog *d) {
  return d->parted && msnav_guard_is_settled(d->guard);
}

void msnav_agent_close(msnav_dialog *d) {
  if (d->agent != NULL) {
    msnav_shard_hold(d->shard);
    if (is_clean(d) && d->shard->calls + 1 < d->sip->calls_per_agent) {
      forget_all(d);
      msnav_shard_leave_agent(d->shard, d->agent);
      d->agent = NULL;
    } else {
      let_go(d);
    }
    msnav_shard_drop(d->shard);
  }
  if (d->shard != NULL) {
    msnav_sip_return_shard(d->sip, d->shard);
    d->shard = NULL;
  }
}

/* ---- long calls */

static void keep_numbers(msnav_dialog *d) {
  if (d->leg != NULL) {
    d->own_cseq = nta_leg_get_seq(d->leg);
    d->peer_cseq = nta_leg_get_rseq(d->leg);
  }
}

static bool is_quiet(const msnav_dialog *d) {
  return (d->state == MSNAV_DIALOG_CONFIRMED ||
          d->state == MSNAV_DIALOG_OVER) &&
         d->invite.transaction == NULL && d->bye.transaction == NULL &&
         d->cancel == NULL && d->offer == NULL && d->shard->depth == 0;
}

/* When nothing can be repeated any more, a call needs its agent, 25 KB and
 * three descriptors, only for the next request of either side.  The guard
 * remembers what a repeated message would be about. */
void msnav_agent_sleep(msnav_dialog *d) {
  if (d->agent == NULL) {
    return;
  }
  msnav_usec idle_at = d->touched + MSNAV_SIP_PATIENCE;
  msnav_usec now = d->sip->loop.now(d->sip->loop.data);
  if (now < idle_at || !is_quiet(d)) {
    msnav_dialog_set_due(d, MSNAV_DUE_SLEEP,
                         idle_at > now ? idle_at : now + MSNAV_SIP_PATIENCE);
    return;
  }
  keep_numbers(d);
  msnav_agent_close(d);
  d->slept = true;
}

/* ---- the clock stepped */

static msnav_error resume_ours(msnav_dialog *d, bool invite, bool bye) {
  if (bye) {
    return msnav_bye_send(d);
  }
  if (invite && d->cancelled) {
    if (d->hanging_up) {
      msnav_dialog_closed_soon(d, 408);
    }
    return MSNAV_OK;
  }
  if (invite) {
    return msnav_caller_invite(d);
  }
  msnav_caller_repeat_ack(d);
  return MSNAV_OK;
}

static msnav_error resume_theirs(msnav_dialog *d, bool offer) {
  if (!offer) {
    return MSNAV_OK;
  }
  if (d->asked.data == NULL) {
    return MSNAV_ERR_SYSTEM;
  }
  d->replaying = true;
  msnav_transport_deliver(d, d->asked.data, d->asked.len);
  return MSNAV_OK;
}

/* Another agent, the dialog as it was, and what is under way begun again: to
 * the peer that looks like one more repetition. */
static msnav_error revive(msnav_dialog *d) {
  bool invite = d->invite.transaction != NULL;
  bool bye = d->bye.transaction != NULL;
  bool offer = d->offer != NULL;
  bool leg = d->leg != NULL;
  keep_numbers(d);
  if (invite || bye) {
    d->own_cseq--; /* its number is used again */
  }
  let_go(d);
  msnav_guard_renewed(d->guard);
  msnav_error err = make(d);
  if (err == MSNAV_OK && leg) {
    err = msnav_agent_open_leg(d);
  }
  if (err == MSNAV_OK) {
    err = resume_ours(d, invite, bye);
  }
  if (err == MSNAV_OK) {
    err = resume_theirs(d, offer);
  }
  return err;
}

void msnav_agent_stepped(msnav_shard *shard) {
  msnav_dialog *d = shard->user;
  msnav_sip_log(d->sip, MSNAV_LOG_WARNING, "SIP", "the wall clock stepped");
  if (d->dead) {
    let_go(d);
    return;
  }
  msnav_error err = revive(d);
  msnav_transport_flush(d);
  if (err != MSNAV_OK) {
    msnav_dialog_fail(d, err);
  }
}
