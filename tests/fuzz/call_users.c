/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users and programs do. */
#include "fuzz/call.h"

static msnav_config config_of(uint32_t ip, unsigned how, unsigned more) {
  static const char *const codecs[] = {"PCMU,PCMA", "PCMU,PCMA", "DVI4,PCMA",
                                       NULL};
  static const uint32_t rates[] = {8000, 0, 16000, 48000};
  uint32_t rate = rates[how >> 6 & 3];
  return (msnav_config){
    .size = sizeof(msnav_config),
    .bind_ip = ip,
    .account = "me\"\\@x",
    .name = how & 4 ? "N\xc3\xa4me" : NULL,
    .media = how & 1 ? MSNAV_AUDIO : MSNAV_AUDIO | MSNAV_VIDEO,
    .profile = how >> 1 & 1,
    .codecs = codecs[how >> 3 & 3],
    .no_dtmf = how >> 5 & 1,
    .sound_rate = rate,
    .sound_frame = more & 1 ? rate / 100 : 0,
    .echo_tail = (more & 14) == 14 && rate != 0 ? 100000 : 0,
    .encryption = (more >> 4 & 3) % 3,
    .max_calls = more & 64 ? 6 : 0,
    .max_calls_per_peer = more & 128 ? 2 : 0,
    .trace_media = more >> 3 & 1,
    .no_red = more >> 2 & 1,
    .silence_suppression = more >> 4 & 1,
    .calls_per_agent = more >> 5 & 3,
    .source_policy = more & 3,
    .ring_in = 20 * SECOND,
    .ring_out = 25 * SECOND,
    .silence = 12 * SECOND,
  };
}

void call_open_context(person *me, bool plain) {
  const msnav_events events = call_events();
  unsigned how = plain ? 0 : fuzz_byte(&w.in);
  unsigned more = plain ? 0 : fuzz_byte(&w.in);
  msnav_config config = config_of(me->ip, how, more);
  me->ctx = NULL;
  if (msnav_context_new(msnav_epoll_loop(w.epoll), &config, &events, me,
                        &me->ctx) != MSNAV_OK) {
    CHECK(me->ctx == NULL);
  }
}

void call_close_context(person *me) {
  msnav_context *ctx = me->ctx;
  if (ctx == NULL) {
    return;
  }
  call_note_peers(me);
  me->ctx = NULL;
  for (unsigned i = 0; i < SLOTS; i++) {
    me->slots[i].orphan = me->slots[i].used;
  }
  msnav_context_free(ctx);
}

static void start(person *me, unsigned how) {
  msnav_call *call = NULL;
  msnav_addr addr = {how & 4 ? me->other->ip : STRANGER,
                     (uint16_t)(how & 8 ? 5060 : 5062)};
  uint32_t media = 1 + (how >> 4) % 3;
  msnav_error err = MSNAV_ERR_INVALID;
  if (me->ctx == NULL) {
    return;
  }
  me->early = MSNAV_STATE_IDLE;
  if ((how & 3) < 2) {
    err = msnav_call_start(me->ctx,
                           msnav_str_of(how & 64 ? "third@x.org"
                                                 : me->other->account),
                           media, &call);
  } else if ((how & 3) == 2) {
    call_note(me, addr.ip);
    err = msnav_call_dial(me->ctx, &addr, media, &call);
  } else {
    addr.ip = me->ip;
    call_note(me, STRANGER); /* whoever calls first is the peer */
    err = msnav_call_listen(me->ctx, &addr, media, &call);
  }
  CHECK((err == MSNAV_OK) == (call != NULL));
  if (call != NULL && me->ctx != NULL) {
    slot *s = call_new_slot(me, call);
    if (s != NULL) {
      s->told = me->early;
    }
  }
}

static void send_video(slot *s) {
  unsigned len = fuzz_word(&w.in) % 1600;
  uint8_t *data = malloc(len + 1);
  CHECK(data != NULL);
  memset(data, 0x55, len + 1);
  const msnav_payload payload = {.data = data, .len = len, .marker = true};
  (void)!msnav_call_send_video(s->call, &payload);
  free(data);
}

void call_release(slot *s) {
  msnav_call *call = s->call;
  call_note(s->of, call_info_of(call).remote_sip.ip);
  s->call = NULL;
  msnav_call_free(call);
}

static void ask(const person *me, const slot *s) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  msnav_context_counters n = {.size = sizeof(n)};
  uint64_t live = 0;
  (void)msnav_call_get_stats(s->call, &stats);
  (void)call_info_of(s->call);
  for (unsigned i = 0; i < SLOTS; i++) {
    const slot *other = &me->slots[i];
    live += other->call != NULL && !other->orphan &&
            call_info_of(other->call).state != MSNAV_STATE_ENDED;
  }
  CHECK(msnav_context_get_counters(me->ctx, &n) == MSNAV_OK);
  CHECK(n.live >= live); /* freed calls may be hanging up yet */
}

/* What is done with a call that there is. */
static void act_on(person *me, slot *s, unsigned what) {
  static const char keys[] = "0123456789*#ABCDFx";
  switch (what) {
  case 0:
  case 1:
    (void)!msnav_call_accept(s->call, fuzz_byte(&w.in) & 3);
    break;
  case 2:
    (void)msnav_call_reject(s->call);
    break;
  case 3:
  case 4:
    (void)msnav_call_hangup(s->call);
    break;
  case 5:
    call_release(s);
    break;
  case 6:
    (void)msnav_call_undelivered(s->call);
    break;
  case 7:
    (void)!msnav_call_hold(s->call, (fuzz_byte(&w.in) & 1) != 0);
    break;
  case 8:
    (void)!msnav_call_set_media(s->call, fuzz_byte(&w.in) & 7);
    break;
  case 9:
    (void)!msnav_call_dtmf(s->call, keys[fuzz_byte(&w.in) % 18],
                           fuzz_byte(&w.in) * UINT64_C(10000));
    break;
  case 10:
    msnav_call_mute(s->call, (fuzz_byte(&w.in) & 1) != 0);
    (void)msnav_call_set_gain(s->call, fuzz_word(&w.in), fuzz_word(&w.in));
    break;
  case 11:
    send_video(s);
    break;
  case 12:
    call_inject(s);
    break;
  default:
    ask(me, s);
    break;
  }
}

void call_act(person *me, slot *s, unsigned what) {
  switch (what % 24) {
  case 14:
    start(me, fuzz_byte(&w.in));
    break;
  case 15:
    call_forge(me, s);
    break;
  case 16:
    call_repeat(me);
    break;
  case 17: {
    fuzz_input raw = fuzz_bytes(&w.in, fuzz_byte(&w.in));
    call_receive(me, me->other->account, raw.at, raw.left);
    break;
  }
  case 18:
    call_close_context(me);
    break;
  case 19:
    me->sound_left = fuzz_byte(&w.in);
    me->sound_act = fuzz_byte(&w.in);
    break;
  case 20:
    call_set_network();
    break;
  case 21:
    call_set_fault();
    break;
  case 22: {
    int64_t step = (int64_t)fuzz_byte(&w.in) - 128;
    simnet_step_wall(step * step * step * 1500000);
    break;
  }
  case 23:
    if (me->ctx == NULL && w.depth == 0) {
      call_open_context(me, false);
    }
    break;
  default:
    if (s != NULL && s->call != NULL && !s->orphan && me->ctx != NULL) {
      act_on(me, s, what % 24);
    }
  }
}
