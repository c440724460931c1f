/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers in one process on one epoll loop: MSNP goes through memory,
 * SIP and RTP over loopback.  What happens is kept as text for assertions. */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include <msnav/call.h>
#include <stdio.h>

enum { ALICE = 0, BOB = 1 };

typedef struct person {
  const char *account;
  struct person *other;
  struct pair *pair;
  msnav_context *ctx;
  msnav_call *call;    /* the newest one */
  char states[1024];   /* "inviting,talking,..." as they were reported */
  msnav_reason reason; /* of the last end */
  int incoming, ended, sent, media_changes;
  char keys[32];
  msnav_usec key_length; /* of the last one */
  char last_sent[1700];  /* the last payload */
  size_t last_sent_len;
  bool auto_accept, mute_msnp; /* accept what rings; lose what is sent */
  uint32_t accept_media;
  /* called at the end of every event, with its name */
  void (*on_any)(struct person *, msnav_call *, const char *what);
  /* called in these events, with the person and the call */
  void (*on_incoming)(struct person *, msnav_call *);
  void (*on_state)(struct person *, msnav_call *, msnav_state);
  void (*on_send)(struct person *, msnav_call *);
  void (*on_play)(struct person *, msnav_call *);
  bool (*on_capture)(struct person *, msnav_call *);
  /* says something else than the tone; false: nothing */
  bool (*say)(struct person *, int16_t *pcm, size_t samples);
  uint32_t rate;  /* of sound, Hz */
  size_t said;    /* samples */
  double phase;   /* of the tone that is said */
  double tone;    /* Hz; 0: silence */
  int16_t *heard; /* everything played */
  size_t heard_count, heard_room;
  unsigned level_sent, level_received; /* as last reported */
  unsigned loud_reports;               /* that it sent more than silence */
  unsigned video_payloads;
  unsigned misnamed; /* trace records with another peer than the other */
  char log[4096];    /* warnings and errors */
} person;

typedef struct pair {
  msnav_epoll *epoll;
  person people[2];
} pair;

/* NULL configs: loopback, no time-outs changed. */
void pair_init(pair *p, const msnav_config *alice, const msnav_config *bob);
void pair_free(pair *p);
msnav_config pair_config(uint32_t ip);
/* A loopback address that is this process's alone: ports that are given by
 * number are free there, whatever runs beside. */
uint32_t pair_own_ip(void);
/* Alice calls Bob; asserts that it could be started. */
msnav_call *pair_start(pair *p, uint32_t media);
/* Run until the condition holds or the time is over; whether it holds. */
bool pair_until(pair *p, bool (*done)(pair *), unsigned ms);
void pair_run(pair *p, unsigned ms);
bool pair_both_talk(pair *p);
bool pair_both_ended(pair *p);
/* A call that talks; asserts that it came about. */
void pair_connect(pair *p);
/* A first call, because Sofia keeps a descriptor of /dev/urandom for good;
 * the set-up of a group of tests. */
int pair_warm_up(void **state);
uint32_t pair_state(const person *who);
/* Open descriptors of this process. */
int pair_descriptors(void);
/* Power of a tone in what was heard, relative to all power there, 0...1. */
double pair_tone(const person *who, double hz, size_t from, size_t samples);

#endif
