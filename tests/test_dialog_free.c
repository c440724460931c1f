/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialogs that are freed, at any time. */
#include "dialog_kit.h"

static void renew(void) {
  msnav_sip_free(sip);
  assert_int_equal(msnav_sip_new(msnav_epoll_loop(loop), on_log, on_trace, NULL,
                                 &sip),
                   0);
}

/* Without what Sofia opens in the first call and keeps. */
static int count_fds_at_first(void) {
  whole_call();
  renew();
  return count_fds();
}

static void fds_come_back(int before) {
  msnav_sip_free(sip);
  sip = NULL;
  assert_int_equal(count_fds(), before);
  renew();
}

/* Until it freed itself, 3 s at most. */
static void wait_freed(const side *s) {
  msnav_usec end = now() + 3000 * MS;
  while (s->d != NULL && now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
  assert_null(s->d);
}

static void a_dialog_may_be_freed_in_every_event(void **state) {
  (void)state;
  static const struct {
    const char *a; /* where the caller frees itself */
    const char *b; /* or the called side */
  } rows[] = {
    {"progress-180", NULL}, {"answer", NULL},        {"confirmed", NULL},
    {"closed-200", NULL},   {NULL, "offer"},         {NULL, "confirmed"},
    {NULL, "bye"},          {"answer", "confirmed"},
  };
  int before = count_fds_at_first();
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = {.free_at = rows[i].a, .hangup_at = "confirmed"};
    side b = {.free_at = rows[i].b, .auto_answer = true};
    open_pair(&a, &b, 0);
    invite(&a);
    wait_freed(rows[i].a != NULL ? &a : &b);
    run_for(30 * MS);
    close_pair(&a, &b);
    fds_come_back(before);
  }
}

static void a_dialog_may_be_freed_when_refused_or_asked_again(void **state) {
  (void)state;
  side a = {.free_at = "refused-488"};
  side b = {0};
  open_pair(&a, &b, 0);
  invite(&a);
  wait_words(&b, "offer ");
  assert_int_equal(msnav_dialog_refuse(b.d, 488), MSNAV_OK);
  wait_freed(&a);
  close_pair(&a, &b);

  side c = {0};
  side e = {0};
  talk(&c, &e, 0);
  e.free_at = "reoffer";
  invite(&c);
  wait_freed(&e);
  close_pair(&c, &e);
}

static void nothing_is_sent_after_a_dialog_is_freed(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  unsigned sent = out_seen;
  close_pair(&a, &b); /* in mid-call */
  run_for(700 * MS);
  assert_int_equal(out_seen, sent);

  side c = {0};
  side e = {0};
  open_pair(&c, &e, 0);
  invite(&c);
  wait_words(&e, "offer ");
  sent = out_seen;
  close_pair(&c, &e); /* while it rings */
  run_for(700 * MS);
  assert_int_equal(out_seen, sent);
}

static void free_everything(void *arg, msnav_str sdp, bool again) {
  (void)sdp;
  (void)again;
  side *both = arg;
  msnav_dialog_free(both[0].d);
  msnav_dialog_free(both[1].d);
  msnav_sip_free(sip);
  sip = NULL;
}

static void all_may_go_inside_an_event(void **state) {
  (void)state;
  int before = count_fds_at_first();
  side both[2] = {{0}, {0}};
  msnav_dialog_events events = EVENTS;
  events.offer = free_everything;
  msnav_dialog_config config = local_config();
  open_side(&both[0], &config);
  assert_int_equal(msnav_dialog_new(sip, &config, &events, both, &both[1].d),
                   0);
  assert_int_equal(msnav_dialog_set_remote(both[0].d,
                                           msnav_dialog_local(both[1].d)),
                   0);
  assert_int_equal(msnav_dialog_set_remote(both[1].d,
                                           msnav_dialog_local(both[0].d)),
                   0);
  invite(&both[0]);
  msnav_usec end = now() + 3000 * MS;
  while (sip != NULL && now() < end) {
    assert_int_equal(msnav_epoll_step(loop, end), MSNAV_OK);
  }
  assert_null(sip);
  assert_int_equal(count_fds(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_dialog_may_be_freed_in_every_event),
    T(a_dialog_may_be_freed_when_refused_or_asked_again),
    T(nothing_is_sent_after_a_dialog_is_freed),
    T(all_may_go_inside_an_event),
  };
  return cmocka_run_group_tests_name("dialog_free", tests, NULL, NULL);
}
