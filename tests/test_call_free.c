/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside any callback the application may hang up, free the call, or free
 * the whole context.  Each is done in each callback, at its first few
 * occasions, on both sides, in a call that has everything; AddressSanitizer
 * and the count of descriptors see what goes wrong. */
#include "test.h"

#include "support/pair.h"
#include <unistd.h>

enum deed { HANG_UP, FREE_CALL, FREE_CONTEXT };

/* When to do what. */
static struct plan {
  const char *what; /* the event */
  int occasion;     /* the n-th of its kind on this side */
  int side;
  enum deed deed;
  int seen;
  bool done;
} plan;

/* The loop is held up for so long again and again, us: then ticks are late
 * and read the sockets themselves. */
static unsigned stall;

static void strike(person *me, msnav_call *call, const char *what) {
  if (plan.done || me != &me->pair->people[plan.side] ||
      strcmp(what, plan.what) != 0 || ++plan.seen < plan.occasion) {
    return;
  }
  plan.done = true;
  switch (plan.deed) {
  case HANG_UP:
    msnav_call_hangup(call);
    break;
  case FREE_CALL:
    msnav_call_free(call);
    me->call = NULL;
    break;
  case FREE_CONTEXT: {
    msnav_context *ctx = me->ctx;
    me->ctx = NULL;
    me->call = NULL;
    msnav_context_free(ctx);
    break;
  }
  }
}

static bool over(pair *p) {
  return plan.done && (p->people[1 - plan.side].ended > 0 ||
                       p->people[1 - plan.side].call == NULL);
}

/* A call with sound, a key, video and a hang-up. */
static void eventful_call(pair *p) {
  person *alice = &p->people[ALICE];
  person *bob = &p->people[BOB];
  if (msnav_call_start(alice->ctx, msnav_str_of(bob->account), MSNAV_AUDIO,
                       &alice->call) != MSNAV_OK) {
    return;
  }
  pair_until(p, pair_both_talk, 300);
  if (alice->call != NULL && alice->ctx != NULL) {
    (void)!msnav_call_dtmf(alice->call, '1', 40000);
    (void)!msnav_call_set_media(alice->call, MSNAV_AUDIO | MSNAV_VIDEO);
  }
  for (int i = 0; i < 8 && !plan.done; i++) {
    static const uint8_t picture[100] = {1};
    msnav_payload payload = {picture, sizeof(picture), 0, 0, 0, true};
    for (int k = 0; k < 2; k++) {
      person *who = &p->people[k];
      if (who->ctx != NULL && who->call != NULL) {
        (void)!msnav_call_send_video(who->call, &payload);
      }
    }
    usleep(stall);
    pair_run(p, 25);
  }
  for (int k = 0; k < 2; k++) {
    if (p->people[k].ctx != NULL && p->people[k].call != NULL) {
      msnav_call_hangup(p->people[k].call);
    }
  }
  pair_until(p, over, 400);
}

static void deeds_in(const char *what, int occasions) {
  int before = pair_descriptors();
  for (int side = ALICE; side <= BOB; side++) {
    for (int occasion = 1; occasion <= occasions; occasion++) {
      for (enum deed deed = HANG_UP; deed <= FREE_CONTEXT; deed++) {
        plan = (struct plan){what, occasion, side, deed, 0, false};
        pair *p = calloc(1, sizeof(*p));
        msnav_config a = pair_config(0x7f000001);
        msnav_config b = pair_config(0x7f000002);
        a.media = b.media = MSNAV_AUDIO | MSNAV_VIDEO;
        a.trace_media = b.trace_media = 1;
        pair_init(p, &a, &b);
        p->people[ALICE].on_any = p->people[BOB].on_any = strike;
        eventful_call(p);
        pair_free(p);
        free(p);
        assert_int_equal(pair_descriptors(), before);
      }
    }
  }
}

static void in_send(void **state) {
  (void)state;
  deeds_in("send", 3);
}

static void in_incoming(void **state) {
  (void)state;
  deeds_in("incoming", 1);
}

static void in_state(void **state) {
  (void)state;
  deeds_in("state", 6);
}

static void in_capture(void **state) {
  (void)state;
  deeds_in("capture", 2);
}

static void in_play(void **state) {
  (void)state;
  deeds_in("play", 2);
}

static void in_dtmf(void **state) {
  (void)state;
  deeds_in("dtmf", 1);
}

static void in_media(void **state) {
  (void)state;
  deeds_in("media", 1);
}

static void in_video(void **state) {
  (void)state;
  deeds_in("video", 1);
}

static void in_what_a_late_tick_reads(void **state) {
  (void)state;
  stall = 25000;
  deeds_in("video", 2);
  stall = 0;
}

static void in_level(void **state) {
  (void)state;
  deeds_in("level", 1);
}

static void in_log(void **state) {
  (void)state;
  deeds_in("log", 3);
}

static void in_trace(void **state) {
  (void)state;
  deeds_in("trace-msnp", 2);
  deeds_in("trace-sip", 4);
  deeds_in("trace-rtp", 2);
  deeds_in("trace-rtcp", 1);
  deeds_in("trace-state", 2);
}

/* That one is sent by the application, not by a clock of ours. */
static void in_the_trace_of_a_picture(void **state) {
  (void)state;
  for (enum deed deed = HANG_UP; deed <= FREE_CONTEXT; deed++) {
    static const uint8_t picture[100] = {1};
    const msnav_payload payload = {picture, sizeof(picture), 0, 0, 0, true};
    pair *p = calloc(1, sizeof(*p));
    msnav_config a = pair_config(0x7f000001);
    msnav_config b = pair_config(0x7f000002);
    a.media = b.media = MSNAV_AUDIO | MSNAV_VIDEO;
    a.trace_media = 1;
    pair_init(p, &a, &b);
    pair_start(p, MSNAV_AUDIO | MSNAV_VIDEO);
    assert_true(pair_until(p, pair_both_talk, 3000));
    plan = (struct plan){"trace-rtp", 1, ALICE, deed, 0, false};
    p->people[ALICE].on_any = strike;
    assert_int_equal(msnav_call_send_video(p->people[ALICE].call, &payload),
                     MSNAV_OK);
    assert_true(plan.done);
    pair_run(p, 50);
    pair_free(p);
    free(p);
  }
}

static bool alice_ended(pair *p) {
  return p->people[ALICE].ended > 0;
}

static unsigned named, unnamed; /* messages, by whether a call came along */

static void tell_apart(person *me, msnav_call *call) {
  (void)me;
  assert_null(msnav_call_user(call)); /* whether there is one or not */
  if (call != NULL) {
    named++;
  } else {
    unnamed++;
  }
}

/* The application has no use for a pointer to what it freed, or to what it
 * never heard of. */
static void messages_name_only_calls_that_there_are(void **state) {
  (void)state;
  pair *p = calloc(1, sizeof(*p));
  msnav_config video = pair_config(0x7f000001);
  video.media = MSNAV_AUDIO | MSNAV_VIDEO;
  named = unnamed = 0;
  pair_init(p, &video, NULL);
  p->people[BOB].on_send = tell_apart;
  (void)pair_start(p, MSNAV_VIDEO); /* Bob has none: it does not ring */
  assert_true(pair_until(p, alice_ended, 1000));
  assert_int_equal(p->people[BOB].incoming, 0);
  assert_int_equal(named, 0);
  assert_int_equal(unnamed, 1);
  p->people[ALICE].ended = 0;
  p->people[BOB].auto_accept = true;
  (void)pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_talk, 3000));
  assert_int_equal(named, 1); /* the ACCEPT */
  msnav_call_free(p->people[BOB].call);
  p->people[BOB].call = NULL;
  assert_true(pair_until(p, alice_ended, 3000));
  assert_int_equal(named, 1);
  assert_int_equal(unnamed, 2); /* the CANCEL */
  pair_free(p);
  free(p);
}

/* Whoever calls at the moment in which all is freed gets a CANCEL, and the
 * application does not hear of a call whose end it would never see. */
static struct {
  msnav_context *ctx;
  unsigned sent, incoming, ended;
} last;

static void free_all(void *self, msnav_call *call, msnav_str peer,
                     const char *payload, size_t len) {
  static const char invitation[] =
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n"
    "Application-GUID: " MSNAV_INVITE_GUID "\r\n"
    "Invitation-Command: INVITE\r\nInvitation-Cookie: 77\r\n\r\n";
  msnav_context *ctx = last.ctx;
  (void)self;
  (void)payload;
  (void)len;
  last.sent++;
  if (ctx == NULL) {
    assert_int_equal(call != NULL, peer.ptr[0] == 'b');
    return;
  }
  last.ctx = NULL;
  assert_int_equal(msnav_context_receive(ctx, msnav_str_of("m@example.com"),
                                         invitation, sizeof(invitation) - 1),
                   MSNAV_OK);
  msnav_context_free(ctx);
}

static void count_incoming(void *self, msnav_call *call) {
  (void)self;
  (void)call;
  last.incoming++;
}

static void count_ends(void *self, msnav_call *call, msnav_state state,
                       msnav_reason reason) {
  (void)self;
  (void)call;
  if (state == MSNAV_STATE_ENDED) {
    assert_int_equal(reason, MSNAV_REASON_SHUTDOWN);
    last.ended++;
  }
}

static void a_call_that_comes_while_all_is_freed_is_not_heard(void **state) {
  (void)state;
  const msnav_events events = {.size = sizeof(events),
                               .send = free_all,
                               .incoming = count_incoming,
                               .state = count_ends};
  const msnav_config config = pair_config(0x7f000001);
  msnav_epoll *loop = NULL;
  msnav_call *call = NULL;
  assert_int_equal(msnav_epoll_new(&loop), MSNAV_OK);
  assert_int_equal(msnav_context_new(msnav_epoll_loop(loop), &config, &events,
                                     NULL, &last.ctx),
                   MSNAV_OK);
  assert_int_equal(msnav_call_start(last.ctx, msnav_str_of("b@example.com"),
                                    MSNAV_AUDIO, &call),
                   MSNAV_OK);
  assert_int_equal(last.incoming, 0);
  assert_int_equal(last.ended, 1);
  assert_int_equal(last.sent, 3); /* INVITE and two CANCELs */
  msnav_epoll_free(loop);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(in_send),
    cmocka_unit_test(in_incoming),
    cmocka_unit_test(in_state),
    cmocka_unit_test(in_capture),
    cmocka_unit_test(in_play),
    cmocka_unit_test(in_dtmf),
    cmocka_unit_test(in_media),
    cmocka_unit_test(in_video),
    cmocka_unit_test(in_what_a_late_tick_reads),
    cmocka_unit_test(in_level),
    cmocka_unit_test(in_log),
    cmocka_unit_test(in_trace),
    cmocka_unit_test(in_the_trace_of_a_picture),
    cmocka_unit_test(messages_name_only_calls_that_there_are),
    cmocka_unit_test(a_call_that_comes_while_all_is_freed_is_not_heard),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}
