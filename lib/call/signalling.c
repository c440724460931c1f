/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP dialog of a call. */
#include "base/text.h"
#include "call/context.h"
#include "session/unanswered.h"
#include "sipguard/guard.h"
#include <string.h>

/* Our re-INVITE crossed the one that was just answered and waits for its
 * second try: it has to begin from what is agreed now, and what it asks for
 * besides must not be undone by it. */
static void offer_anew(msnav_call *call) {
  if (!call->wants_media) {
    call->wanted = call->media;
  }
  msnav_error err = msnav_call_invite(call);
  if (err != MSNAV_OK) {
    call->offering = true; /* as it was */
    msnav_call_log(call->ctx, MSNAV_LOG_WARNING, call,
                   "offer cannot be changed: %s", msnav_strerror(err));
  }
}

static void report_media(msnav_call *call) {
  if (call->ctx->events.media != NULL && !call->released) {
    call->ctx->events.media(call->ctx->self, call);
  }
}

/* Of descriptions "not supported" would blame the build. */
static const char *why_not(msnav_error err) {
  return err == MSNAV_ERR_UNSUPPORTED ? "no codec or encryption in common"
                                      : msnav_strerror(err);
}

/* Take it, or refuse it with 488. */
static msnav_error answer_offer(msnav_call *call, msnav_str sdp) {
  char answer[MSNAV_SDP_MAX_BYTES];
  size_t len = 0;
  msnav_error err =
    msnav_call_take_offer(call, sdp, answer, sizeof(answer), &len);
  if (err == MSNAV_OK) {
    return msnav_dialog_answer(call->dialog, answer, len);
  }
  msnav_call_log(call->ctx, MSNAV_LOG_WARNING, call,
                 "offer refused with 488: %s", why_not(err));
  call->sip_status = 488;
  (void)msnav_dialog_refuse(call->dialog, 488);
  return err;
}

static void on_first_offer(msnav_call *call, msnav_str sdp) {
  if (call->info.role == MSNAV_ROLE_DIRECT_CALLED) {
    call->asked = msnav_call_now(call->ctx); /* it had been waiting */
    call->caller = *msnav_dialog_remote(call->dialog);
  }
  if (msnav_call_feed(call, MSNAV_EV_SIP_INCOMING) != MSNAV_OK) {
    (void)msnav_dialog_refuse(call->dialog, 480);
  } else if (answer_offer(call, sdp) != MSNAV_OK) {
    (void)msnav_call_feed(call, MSNAV_EV_SIP_FAILED);
  }
}

static void on_further_offer(msnav_call *call, msnav_str sdp) {
  bool crossed = call->offering;
  if (answer_offer(call, sdp) != MSNAV_OK) {
    if (!crossed) {
      msnav_call_close_unused(call);
    }
    return;
  }
  if (crossed) {
    offer_anew(call);
  }
  report_media(call);
}

static void on_offer(void *arg, msnav_str sdp, bool again) {
  if (again) {
    on_further_offer(arg, sdp);
  } else {
    on_first_offer(arg, sdp);
  }
}

static void on_answer(void *arg, msnav_str sdp, bool again) {
  msnav_call *call = arg;
  call->offering = false;
  call->sip_status = 200;
  msnav_error err = msnav_call_take_answer(call, sdp);
  if (err != MSNAV_OK) {
    msnav_call_log(call->ctx, MSNAV_LOG_ERROR, call,
                   "answer cannot be used: %s", why_not(err));
    (void)msnav_dialog_hangup(call->dialog);
    (void)msnav_call_feed(call, MSNAV_EV_SIP_FAILED);
    return;
  }
  if (again) {
    report_media(call);
  }
}

static void on_confirmed(void *arg) {
  (void)msnav_call_feed(arg, MSNAV_EV_SIP_UP);
}

/* The same end as when the session's deadline comes first. */
static void unanswered(msnav_call *call) {
  if (call->session != NULL &&
      msnav_session_unanswered(call->session, msnav_call_now(call->ctx)) ==
        MSNAV_OK) {
    msnav_call_arm(call);
  }
}

static void on_refused(void *arg, unsigned status, bool again) {
  msnav_call *call = arg;
  call->offering = false;
  call->sip_status = status;
  msnav_call_log(call->ctx, MSNAV_LOG_WARNING, call,
                 status == 408 ? "%s not answered in time (%u)"
                               : "%s refused with %u",
                 again ? "re-INVITE" : "SIP INVITE", status);
  if (again) {
    msnav_call_close_unused(call);
  }
  if (!again && status == 408) {
    unanswered(call);
    return;
  }
  if (!again || status == 408 || status == 481) { /* RFC 3261 12.2.1.2 */
    (void)msnav_call_feed(call, MSNAV_EV_SIP_FAILED);
  } else {
    report_media(call);
  }
}

static void on_bye(void *arg) {
  (void)msnav_call_feed(arg, MSNAV_EV_SIP_BYE);
}

static void on_closed(void *arg, unsigned status) {
  msnav_call *call = arg;
  if (status == 408) {
    unanswered(call);
  } else {
    (void)msnav_call_feed(call, MSNAV_EV_SIP_CLOSED);
  }
}

/* Without an ACK it is the dialog that is lost, not the network. */
static void on_failed(void *arg, msnav_error error) {
  msnav_call *call = arg;
  if (error == MSNAV_ERR_LATE) {
    if (call->talking) {
      (void)msnav_call_feed(call, MSNAV_EV_SIP_FAILED);
    } else {
      unanswered(call);
    }
    return;
  }
  if (error == MSNAV_ERR_UNSUPPORTED) { /* an INVITE without an offer */
    call->sip_status = 488;
    (void)msnav_call_feed(call, MSNAV_EV_SIP_INCOMING);
    (void)msnav_call_feed(call, MSNAV_EV_SIP_FAILED);
    return;
  }
  msnav_call_log(call->ctx, MSNAV_LOG_ERROR, call, "SIP failed: %s",
                 msnav_strerror(error));
  (void)msnav_call_feed(call, MSNAV_EV_FAILED);
}

static const msnav_dialog_events dialog_events = {
  .size = sizeof(msnav_dialog_events),
  .offer = on_offer,
  .answer = on_answer,
  .confirmed = on_confirmed,
  .refused = on_refused,
  .bye = on_bye,
  .closed = on_closed,
  .failed = on_failed,
};

msnav_addr msnav_call_bind_at(const msnav_call *call) {
  const msnav_config *c = &call->ctx->config;
  bool chosen = call->listen_at.port != 0 || call->listen_at.ip != 0;
  return chosen ? call->listen_at : (msnav_addr){c->bind_ip, c->sip_port};
}

msnav_error msnav_call_open_dialog(msnav_call *call) {
  msnav_context *ctx = call->ctx;
  const msnav_config *c = &ctx->config;
  msnav_session_info info = {.size = sizeof(info)};
  (void)msnav_session_get_info(call->session, &info);
  bool direct = info.role >= MSNAV_ROLE_DIRECT_CALLER;
  bool rtc = c->profile == MSNAV_PROFILE_RTC_1_2;
  /* RTC names the other party in its From (paper section 2). */
  char *from = msnav_call_sip_uri(rtc && !direct ? call->peer : c->account);
  char *to = direct || rtc ? NULL : msnav_call_sip_uri(call->peer);
  char *name = msnav_call_display_name(c->name);
  msnav_dialog_config config = {
    .size = sizeof(config),
    .profile = c->profile,
    .bind = msnav_call_bind_at(call),
    .advertised_ip = c->advertised_ip,
    .remote = info.remote,
    .accept_first = info.role == MSNAV_ROLE_DIRECT_CALLED,
    .proxy = c->proxy,
    .from_name = name,
    .from_uri = from,
    .to_uri = to,
    .user = rtc ? NULL : "msnav",
    .user_agent = c->user_agent,
    .setup_limit = c->setup,
    .max_message = call->ctx->limits[MSNAV_LIMIT_SIP],
  };
  if (config.advertised_ip == 0 && config.bind.ip == 0) {
    config.advertised_ip = msnav_call_route(info.remote.ip);
  }
  msnav_error err =
    msnav_dialog_new(ctx->sip, &config, &dialog_events, call, &call->dialog);
  g_free(name);
  g_free(from);
  g_free(to);
  if (err == MSNAV_OK) {
    g_hash_table_insert(ctx->by_port,
                        GUINT_TO_POINTER(
                          msnav_dialog_local(call->dialog)->port),
                        call);
  }
  return err;
}

static void count_refusals(msnav_call *call) {
  const char *name;
  uint32_t count;
  for (size_t i = 0;
       msnav_dialog_refusals(call->dialog, i, &name, &count) == MSNAV_OK; i++) {
    call->ctx->sip_refused += count;
    if (count > 0 &&
        strcmp(name, msnav_guard_verdict_name(MSNAV_GUARD_SIZE)) == 0) {
      call->ctx->refused[MSNAV_LIMIT_SIP] += count;
    }
  }
}

void msnav_call_close_dialog(msnav_call *call) {
  if (call->dialog == NULL) {
    return;
  }
  count_refusals(call);
  g_hash_table_remove(call->ctx->by_port,
                      GUINT_TO_POINTER(msnav_dialog_local(call->dialog)->port));
  msnav_dialog_free(call->dialog);
  call->dialog = NULL;
  call->offering = false;
}

msnav_error msnav_call_invite(msnav_call *call) {
  msnav_error err = msnav_call_write_offer(call);
  if (err == MSNAV_OK) {
    err = msnav_dialog_invite(call->dialog, call->offer, call->offer_len);
  }
  call->offering = err == MSNAV_OK;
  return err;
}
