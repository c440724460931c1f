/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia under the caller's loop.  A shard is a su_root in a GMainContext that
 * nobody else runs; its timers are one timer of the caller's loop.
 *
 * What Sofia does for one event costs in proportion to the agents on its
 * root, so a shard has one, and there are as many shards as agents: measured
 * by bench_dialog, 4, 8 or 16 agents in a shard cost 2 to 4 % more per call,
 * for 3 KB and a descriptor less.  A shard is used again by the next call. */
#ifndef MSNAV_SIP_DRIVER_H
#define MSNAV_SIP_DRIVER_H

#include "sip/sofia.h"
#include <msnav/dialog.h>

typedef struct msnav_shard msnav_shard;

/* What a shard tells its owner. */
typedef struct msnav_shard_hooks {
  /* the clock stepped: the user's agent must go before Sofia runs again */
  void (*stepped)(msnav_shard *shard);
  /* around what the loop calls */
  void (*around)(void *arg, bool enter);
  void *arg; /* of around */
} msnav_shard_hooks;

struct msnav_shard {
  msnav_shard *next;  /* for the owner's list */
  msnav_dialog *user; /* whose agent is on it, NULL: none */
  nta_agent_t *spare; /* the last user's, for the next; NULL: none */
  unsigned calls;     /* after which the agent was left to the next */
  const msnav_loop *loop;
  msnav_shard_hooks hooks;
  GMainContext *context;
  GSource *source; /* borrowed from root */
  su_root_t *root;
  sres_cache_t *cache; /* of names; nothing is ever looked up */
  msg_t *knock;        /* what is never sent, see agent.c */
  int wakeup; /* GLib's own descriptor, which only other threads would use */
  int fd;     /* the agent's descriptor, -1: none */
  void *io;   /* its watch, NULL: was not needed yet */
  void *timer;
  msnav_usec timer_at;
  int64_t offset; /* msnav_clock_offset() that Sofia's timers were set by */
  bool timed;     /* Sofia has timers set, or may have */
  unsigned depth; /* entries that have not been left */
  bool running;   /* inside Sofia's dispatch or timers */
  /* the other end of the agent's private pair, see transport.c */
  int inner; /* -1: none yet */
  void *inner_io;
  msnav_addr inner_addr;
};

/* NULL: no memory, or no descriptor for it.  loop must stay where it is. */
msnav_shard *
msnav_shard_new(const msnav_loop *loop, const msnav_shard_hooks *hooks);
/* Its user must be gone. */
void msnav_shard_free(msnav_shard *shard);

/* Around everything that calls Sofia; they nest.  The outermost enter looks
 * at the clock, the outermost leave delivers Sofia's messages to itself, runs
 * its timers and arms the loop's. */
void msnav_shard_enter(msnav_shard *shard);
void msnav_shard_leave(msnav_shard *shard);

/* Around what destroys the agent, or leaves it to the next user: the clock does
 * not matter, nothing runs. */
void msnav_shard_hold(msnav_shard *shard);
void msnav_shard_drop(msnav_shard *shard);

/* After an agent was made: whose it is.  MSNAV_ERR_SYSTEM: it has not exactly
 * one descriptor. */
msnav_error msnav_shard_adopt(msnav_shard *shard, msnav_dialog *user);
/* Before it goes. */
void msnav_shard_disown(msnav_shard *shard);
/* It stays for the next user, and is left alone until then. */
void msnav_shard_leave_agent(msnav_shard *shard, nta_agent_t *agent);
/* The next user comes.  NULL: there is none. */
nta_agent_t *msnav_shard_take_agent(msnav_shard *shard, msnav_dialog *user);

/* Inside an entry: the agent was sent something, let it read. */
void msnav_shard_run(msnav_shard *shard);

/* Around what makes Sofia write to stderr at levels that are on by default.
 * The log belongs to the whole process: it is left as it was found, and a log
 * whose own level the host has set is not touched. */
void msnav_shard_hush(void);
void msnav_shard_unhush(void);

#endif
