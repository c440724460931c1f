/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls: from the library's events to the phone's, and back. */
#include "phone.h"

#include "metrics.h"

#include <string.h>

#define TICK 100000 /* µs */
/* µs of talk, so that the peer hears the first one */
#define KEYS_AFTER 300000
#define SECOND 1000000.0
#define ECHO_TAIL 250000 /* µs: the device's buffers and a room */

msnav_call_info calls_info(const msnav_call *call) {
  msnav_call_info info = {.size = sizeof(info)};
  (void)msnav_call_get_info(call, &info);
  return info;
}

/* ---- what the library asks for */

/* A call is recognised by its cookie, and by the peer, who may have chosen
 * that: it may be gone when the switchboard says that it could not deliver.
 * 0 is chat. */
static uint64_t tag_of(msnav_str cookie) {
  uint64_t hash = 14695981039346656037U; /* FNV-1a */
  for (size_t i = 0; i < cookie.len; i++) {
    hash = (hash ^ (unsigned char)cookie.ptr[i]) * 1099511628211U;
  }
  return hash | 1;
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  phone *p = self;
  uint64_t tag = call != NULL ? tag_of(calls_info(call).cookie) : 0;
  rooms_send(p->rooms, peer, (msnav_str){payload, len}, tag);
}

void calls_undelivered(phone *p, msnav_str peer, uint64_t tag) {
  msnav_call *const calls[] = {p->call, p->waiting};
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    msnav_call_info info = {.size = sizeof(info)};
    if (msnav_call_get_info(calls[i], &info) == MSNAV_OK &&
        tag_of(info.cookie) == tag && msnp_same(info.peer, peer)) {
      (void)msnav_call_undelivered(calls[i]);
      return;
    }
  }
}

/* When both call each other and both accept, each gives up its own call and
 * none is left: of two machines one must wait for the other. */
static bool answers_itself(const phone *p, const msnav_call_info *info) {
  return p->options.auto_answer &&
         (info->crossing == 0 ||
          g_ascii_strncasecmp(p->options.account, info->peer.ptr,
                              info->peer.len) < 0);
}

static void on_incoming(void *self, msnav_call *call) {
  phone *p = self;
  msnav_call_info info = calls_info(call);
  bool busy = p->call != NULL && !info.crossing;
  event e = {.kind = busy ? "busy" : "incoming"};
  char *who = contacts_name(&p->contacts, info.peer);
  event_text(&e, "peer", info.peer);
  if (busy || p->options.auto_reject) {
    event_say(&e,
              busy ? "%s called while you were in a call"
                   : "%s calls: rejected",
              who);
  } else {
    event_say(&e,
              p->options.auto_answer ? "%s calls"
                                     : "%s calls: answer or reject?",
              who);
  }
  g_free(who);
  if (busy || p->waiting != NULL) {
    (void)msnav_call_reject(call);
    phone_tell(p, &e);
    return;
  }
  *(p->call == NULL ? &p->call : &p->waiting) = call;
  phone_tell(p, &e);
  if (p->options.auto_reject) {
    (void)msnav_call_reject(call);
  } else if (answers_itself(p, &info)) {
    (void)!msnav_call_accept(call, 0);
  }
}

/* ---- a call's life */

static void begin_talking(phone *p) {
  const char *why = NULL;
  p->pressed = false;
  p->without_sound = !sound_start(p->sound, &why);
  if (p->without_sound) {
    phone_complain(p, "no sound device any more: %s; the call goes on without",
                   why);
  }
  p->loop.timer_set(p->loop.data, p->tick, p->loop.now(p->loop.data) + TICK);
}

static void end_call(phone *p, msnav_call *call, msnav_reason reason) {
  /* one that was given up for another with the same peer goes on as that, and
   * one that came while we were busy never was ours */
  bool ours = call == p->call || call == p->waiting;
  bool given_up =
    reason == MSNAV_REASON_CROSSED ||
    (call == p->waiting && reason == MSNAV_REASON_CANCELLED_REMOTE);
  bool counts = ours && !given_up;
  event e = {.kind = "ended"};
  summary_of(p, &e, call);
  if (call == p->waiting) {
    p->waiting = NULL;
  } else if (call == p->call) {
    sound_stop(p->sound);
    p->loop.timer_set(p->loop.data, p->tick, MSNAV_NEVER);
    p->call = p->waiting;
    p->waiting = NULL;
    p->sent_level = p->received_level = 127;
  }
  if (counts) {
    metrics_ended(p->metrics, call);
    phone_tell(p, &e);
  }
  event_clear(&e);
  msnav_call_free(call);
  if (counts) {
    phone_call_ended(p, reason);
  }
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  phone *p = self;
  static const char *const sentences[] = {
    [MSNAV_STATE_INVITING] = "calling",
    [MSNAV_STATE_CONNECTING] = "connecting to",
    [MSNAV_STATE_TALKING] = "talking with",
  };
  msnav_call_info info = calls_info(call);
  if (p->call == NULL && info.role == MSNAV_ROLE_INVITER) {
    p->call = call;
  }
  if (state == MSNAV_STATE_ENDED) {
    end_call(p, call, reason);
    return;
  }
  if (call != p->call && call != p->waiting) {
    return;
  }
  event e = {.kind = "state"};
  event_text(&e, "peer", info.peer);
  event_text(&e, "state", msnav_str_of(msnav_state_name(state)));
  const char *how = "";
  if (state == MSNAV_STATE_TALKING) {
    msnav_srtp_suite suite = (msnav_srtp_suite)info.srtp_suite;
    event_text(&e, "encryption", msnav_str_of(msnav_srtp_suite_name(suite)));
    how = suite == MSNAV_SRTP_NONE ? ", not encrypted" : ", encrypted";
  }
  if ((size_t)state < G_N_ELEMENTS(sentences) && sentences[state] != NULL) {
    char *who = contacts_name(&p->contacts, info.peer);
    event_say(&e, "%s %s%s", sentences[state], who, how);
    g_free(who);
  }
  phone_tell(p, &e);
  if (state == MSNAV_STATE_TALKING && call == p->call) {
    begin_talking(p);
  }
}

/* Ten times a second while talking. */
static void on_tick(void *arg) {
  phone *p = arg;
  if (p->call == NULL) {
    return;
  }
  msnav_call_info info = calls_info(p->call);
  if (info.state != MSNAV_STATE_TALKING) {
    return;
  }
  p->loop.timer_set(p->loop.data, p->tick, p->loop.now(p->loop.data) + TICK);
  if (!p->pressed && info.duration >= KEYS_AFTER) {
    p->pressed = true;
    for (const char *k = p->options.keys; k != NULL && *k != '\0'; k++) {
      calls_press(p, *k);
    }
  }
  if (p->options.seconds > 0 &&
      (double)info.duration >= p->options.seconds * SECOND) {
    calls_hang_up(p);
  }
}

static void
on_dtmf(void *self, msnav_call *call, char key, msnav_usec duration) {
  phone *p = self;
  if (duration == 0) {
    return; /* it has only begun */
  }
  event e = {.kind = "key"};
  event_text(&e, "peer", calls_info(call).peer);
  event_text(&e, "key", (msnav_str){&key, 1});
  event_number(&e, "ms", (double)duration / 1e3);
  event_say(&e, "key %c", key);
  phone_tell(p, &e);
}

static void
on_level(void *self, msnav_call *call, unsigned sent, unsigned received) {
  phone *p = self;
  if (call == p->call) {
    p->sent_level = sent;
    p->received_level = received;
  }
}

static void on_media(void *self, msnav_call *call) {
  phone *p = self;
  msnav_call_info info = calls_info(call);
  event e = {.kind = "media"};
  event_text(&e, "peer", info.peer);
  event_number(&e, "held", info.held);
  event_number(&e, "held_by_peer", info.held_by_peer);
  event_say(&e, "%s",
            info.held           ? "on hold"
            : info.held_by_peer ? "the peer put us on hold"
                                : "talking again");
  phone_tell(p, &e);
}

static bool
on_capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  phone *p = self;
  return call == p->call && sound_capture(p->sound, pcm, samples);
}

static void on_play(void *self, msnav_call *call, const int16_t *pcm,
                    size_t samples, unsigned played) {
  phone *p = self;
  (void)played;
  if (call == p->call) {
    sound_play(p->sound, pcm, samples);
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  phone *p = self;
  trace_log(&p->trace, level, line, len);
}

static void on_trace(const msnav_trace *record, void *self) {
  phone *p = self;
  trace_record(&p->trace, record);
}

/* ---- what the user asks for */

static bool ok(phone *p, const char *what, msnav_error err) {
  if (err != MSNAV_OK) {
    phone_complain(p, "%s: %s", what, msnav_strerror(err));
  }
  return err == MSNAV_OK;
}

void calls_call(phone *p, msnav_str peer) {
  if (p->call != NULL) {
    phone_complain(p, "there is a call already");
    return;
  }
  msnav_call *call;
  if (!ok(p, "cannot call",
          msnav_call_start(p->context, peer, MSNAV_AUDIO, &call))) {
    return;
  }
  /* p->call was set when its first event came; it may have ended since */
}

/* The one that rings: it is decided about first. */
static msnav_call *ringing(phone *p) {
  msnav_call *const calls[] = {p->waiting, p->call};
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    if (calls[i] != NULL && calls_info(calls[i]).state == MSNAV_STATE_RINGING) {
      return calls[i];
    }
  }
  phone_complain(p, "nobody calls");
  return NULL;
}

void calls_answer(phone *p) {
  msnav_call *call = ringing(p);
  if (call != NULL) {
    (void)ok(p, "cannot answer", msnav_call_accept(call, 0));
  }
}

void calls_reject(phone *p) {
  msnav_call *call = ringing(p);
  if (call != NULL) {
    (void)ok(p, "cannot reject", msnav_call_reject(call));
  }
}

/* false when there is no call. */
static bool have_call(phone *p) {
  if (p->call == NULL) {
    phone_complain(p, "there is no call");
  }
  return p->call != NULL;
}

void calls_hang_up(phone *p) {
  if (have_call(p)) {
    (void)msnav_call_hangup(p->call);
  }
}

void calls_mute(phone *p) {
  if (have_call(p)) {
    bool muted = calls_info(p->call).muted == 0;
    msnav_call_mute(p->call, muted);
    event e = {.kind = "mute"};
    event_number(&e, "muted", muted);
    event_say(&e, muted ? "muted" : "not muted any more");
    phone_tell(p, &e);
  }
}

void calls_hold(phone *p) {
  if (have_call(p)) {
    (void)ok(p, "cannot hold",
             msnav_call_hold(p->call, calls_info(p->call).held == 0));
  }
}

void calls_press(phone *p, char key) {
  if (have_call(p) &&
      ok(p, "cannot press a key", msnav_call_dtmf(p->call, key, 0))) {
    event e = {.kind = "pressed"};
    event_text(&e, "key", (msnav_str){&key, 1});
    event_say(&e, "pressed %c", key);
    phone_tell(p, &e);
  }
}

bool calls_received(phone *p, msnav_str peer, msnav_str payload) {
  return msnav_context_receive(p->context, peer, payload.ptr, payload.len) ==
         MSNAV_OK;
}

/* ---- beginning and end */

static bool cancels_echo(phone *p) {
  bool can = msnav_has_feature("speexdsp");
  if (p->options.cancel_echo && !can) {
    phone_complain(p, "built without speexdsp: echoes are not cancelled");
  }
  return p->options.cancel_echo && can && sound_is_live(p->sound) &&
         sound_rate(p->sound) % 100 == 0;
}

static msnav_config configure(phone *p) {
  const options *o = &p->options;
  return (msnav_config){.size = sizeof(msnav_config),
                        .account = o->account,
                        .name = o->name,
                        .app_name = "Voice conversation",
                        .bind_ip = o->bind_ip,
                        .advertised_ip = o->advertised_ip,
                        .sip_port = (uint16_t)o->sip_port,
                        .rtp_port_min = o->rtp_ports.min,
                        .rtp_port_max = o->rtp_ports.max,
                        .codecs = o->codecs,
                        .encryption = o->encryption,
                        .silence_suppression = o->suppress_silence,
                        .trace_media = p->trace.capture != NULL,
                        .ring_out = (msnav_usec)(o->ring * SECOND),
                        .sound_rate = sound_rate(p->sound),
                        .echo_tail = cancels_echo(p) ? ECHO_TAIL : 0};
}

static void cannot_start(phone *p, msnav_error err) {
  bool unsupported = err == MSNAV_ERR_UNSUPPORTED;
  if (unsupported && p->options.encryption == MSNAV_ENCRYPT_ALWAYS &&
      !msnav_has_feature("srtp")) {
    phone_complain(p, "cannot telephone: built without libsrtp2, which "
                      "encryption needs");
  } else {
    phone_complain(p, "cannot telephone: %s", msnav_strerror(err));
  }
  p->code = unsupported || err == MSNAV_ERR_INVALID ? EXIT_USAGE : EXIT_SYSTEM;
}

bool calls_start(phone *p) {
  static const msnav_sound ears = {sizeof(ears), on_capture, on_play};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .incoming = on_incoming,
                               .state = on_state,
                               .dtmf = on_dtmf,
                               .level = on_level,
                               .media = on_media,
                               .sound = &ears,
                               .log = p->trace.log != NULL ? on_log : NULL,
                               .trace =
                                 p->trace.capture != NULL ? on_trace : NULL};
  const msnav_config config = configure(p);
  p->sent_level = p->received_level = 127;
  p->tick = p->loop.timer_add(p->loop.data, on_tick, p);
  msnav_error err =
    msnav_context_new(&p->loop, &config, &events, p, &p->context);
  if (err != MSNAV_OK) {
    cannot_start(p, err);
  }
  return err == MSNAV_OK && p->tick != NULL;
}

void calls_stop(phone *p) {
  msnav_context_free(p->context);
  p->context = NULL;
  if (p->tick != NULL) {
    p->loop.timer_del(p->loop.data, p->tick);
  }
}
