/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip/driver.h"
#include "sip/clock.h"
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MAX_POLLS 4 /* GLib's own and the agent's */
#define MAX_TURNS 16
#define MILLISECOND 1000

/* ---- Sofia's log */

/* Not one of GLib's, which a thread sanitizer does not see. */
static pthread_mutex_t quiet = PTHREAD_MUTEX_INITIALIZER;
static unsigned quiet_depth;
static unsigned loud_level;

void msnav_shard_hush(void) {
  pthread_mutex_lock(&quiet);
  if (quiet_depth++ == 0) {
    su_log_init(su_log_default); /* as its first message would */
    loud_level = su_log_default->log_level;
    su_log_default->log_level = 0;
  }
  pthread_mutex_unlock(&quiet);
}

void msnav_shard_unhush(void) {
  pthread_mutex_lock(&quiet);
  if (--quiet_depth == 0) {
    su_log_default->log_level = loud_level;
  }
  pthread_mutex_unlock(&quiet);
}

/* ---- running Sofia */

/* What GLib would poll, after g_main_context_prepare(). */
static int query(msnav_shard *shard, GPollFD fds[MAX_POLLS], gint priority) {
  gint timeout = 0;
  int n =
    g_main_context_query(shard->context, priority, &timeout, fds, MAX_POLLS);
  return n > MAX_POLLS ? MAX_POLLS : n;
}

/* One turn of the private context, with readiness as it is known already.
 * False: there was nothing to do. */
static bool turn(msnav_shard *shard, bool readable) {
  gint priority = 0;
  if (!g_main_context_prepare(shard->context, &priority) && !readable) {
    return false;
  }
  GPollFD fds[MAX_POLLS];
  int n = query(shard, fds, G_MAXINT);
  for (int i = 0; i < n; i++) {
    fds[i].revents = readable && fds[i].fd == shard->fd ? G_IO_IN : 0;
  }
  if (g_main_context_check(shard->context, priority, fds, n)) {
    shard->running = true;
    g_main_context_dispatch(shard->context);
    shard->running = false;
  }
  return true;
}

/* Until Sofia's messages to itself are delivered; they are few, the limit is
 * for the unexpected. */
static bool dispatch(msnav_shard *shard) {
  int i = 0;
  while (i < MAX_TURNS && turn(shard, false)) {
    i++;
  }
  return i > 0;
}

static void free_spare(msnav_shard *shard) {
  if (shard->spare != NULL) {
    msnav_shard_hush();
    nta_agent_destroy(shard->spare);
    msnav_shard_unhush();
    shard->spare = NULL;
    shard->calls = 0;
    shard->fd = -1;
  }
}

/* With no timer set a step does no harm. */
static void check_clock(msnav_shard *shard) {
  int64_t offset = msnav_clock_offset();
  bool stepped = shard->timed && msnav_clock_stepped(shard->offset, offset);
  if (stepped || !shard->timed) {
    shard->offset = offset;
  }
  if (stepped && shard->user != NULL) {
    shard->hooks.stepped(shard);
  } else if (stepped) {
    free_spare(shard);
  }
}

/* ---- timers */

static void set_timer(msnav_shard *shard, msnav_usec at) {
  if (at != shard->timer_at) {
    shard->timer_at = at;
    shard->loop->timer_set(shard->loop->data, shard->timer, at);
  }
}

/* Run what is due and arm the loop for what is next.  The GSource is not
 * asked for that: in Sofia 1.13 it compares wall-clock timers with monotonic
 * time, so that they never fire. */
static void run_timers(msnav_shard *shard) {
  su_duration_t next = SU_DURATION_MAX;
  su_duration_t deferred = SU_DURATION_MAX;
  shard->running = true;
  su_time_t now = su_now();
  (void)su_timer_expire(su_task_timers(su_root_task(shard->root)), &next, now);
  (void)su_timer_expire(su_task_deferrable(su_root_task(shard->root)),
                        &deferred, now);
  shard->running = false;
  if (deferred < next) {
    next = deferred;
  }
  shard->timed = next != SU_DURATION_MAX;
  if (!shard->timed) {
    set_timer(shard, MSNAV_NEVER);
    return;
  }
  /* Sofia rounds down to milliseconds: one more, or it is asked too early */
  msnav_usec wait = ((msnav_usec)(next > 0 ? next : 0) + 1) * MILLISECOND;
  msnav_usec at = shard->loop->now(shard->loop->data) + wait;
  bool close_by = shard->timer_at <= at && at - shard->timer_at < MILLISECOND;
  if (!close_by) {
    set_timer(shard, at);
  }
}

static void on_timer(void *arg) {
  msnav_shard *shard = arg;
  shard->timer_at = MSNAV_NEVER;
  shard->hooks.around(shard->hooks.arg, true);
  msnav_shard_enter(shard);
  msnav_shard_leave(shard);
  shard->hooks.around(shard->hooks.arg, false);
}

/* ---- entries */

void msnav_shard_hold(msnav_shard *shard) {
  if (shard->depth++ == 0) {
    /* the caller's loop may have moved to another thread */
    (void)su_root_obtain(shard->root);
    (void)g_main_context_acquire(shard->context);
  }
}

static void let_loose(msnav_shard *shard) {
  if (--shard->depth == 0) {
    g_main_context_release(shard->context);
    (void)su_root_release(shard->root);
  }
}

/* What a spare agent still waits for is let pass when it is needed again. */
void msnav_shard_drop(msnav_shard *shard) {
  if (shard->user == NULL) {
    shard->timed = shard->spare != NULL;
    set_timer(shard, MSNAV_NEVER);
  }
  let_loose(shard);
}

void msnav_shard_enter(msnav_shard *shard) {
  msnav_shard_hold(shard);
  if (shard->depth == 1) {
    check_clock(shard);
    shard->timed = true; /* whatever comes now may set some */
  }
}

void msnav_shard_leave(msnav_shard *shard) {
  if (shard->depth == 1) {
    check_clock(shard);
    if (dispatch(shard)) {
      check_clock(shard);
    }
    run_timers(shard);
  }
  let_loose(shard);
}

/* ---- the agent's descriptor */

/* What Sofia then tells herself is delivered at the end of the entry. */
static bool read_now(msnav_shard *shard) {
  struct pollfd p = {.fd = shard->fd, .events = POLLIN};
  return !shard->running && poll(&p, 1, 0) == 1 && turn(shard, true);
}

static void on_readable(int fd, unsigned events, void *arg) {
  (void)fd;
  (void)events;
  msnav_shard *shard = arg;
  if (shard->running) {
    return; /* the loop runs inside a callback: it will ask again */
  }
  shard->hooks.around(shard->hooks.arg, true);
  msnav_shard_enter(shard);
  (void)read_now(shard); /* unless the clock brought another agent */
  msnav_shard_leave(shard);
  shard->hooks.around(shard->hooks.arg, false);
}

/* What is sent over loopback is there at once, unless the kernel is busy;
 * then, and only then, the descriptor has to be watched. */
void msnav_shard_run(msnav_shard *shard) {
  if (!read_now(shard) && shard->io == NULL) {
    shard->io = shard->loop->io_add(shard->loop->data, shard->fd, MSNAV_IO_READ,
                                    on_readable, shard);
  }
}

msnav_error msnav_shard_adopt(msnav_shard *shard, msnav_dialog *user) {
  GPollFD fds[MAX_POLLS];
  int n = query(shard, fds, G_MAXINT);
  shard->user = user;
  for (int i = 0; i < n; i++) {
    if (fds[i].fd != shard->wakeup) {
      shard->fd = fds[i].fd;
    }
  }
  return n == 2 ? MSNAV_OK : MSNAV_ERR_SYSTEM;
}

static void unwatch(msnav_shard *shard) {
  if (shard->io != NULL) {
    shard->loop->io_del(shard->loop->data, shard->io);
    shard->io = NULL;
  }
}

void msnav_shard_disown(msnav_shard *shard) {
  unwatch(shard);
  shard->fd = -1;
  shard->calls = 0;
  shard->user = NULL;
}

void msnav_shard_leave_agent(msnav_shard *shard, nta_agent_t *agent) {
  unwatch(shard);
  shard->calls++;
  shard->spare = agent;
  shard->user = NULL;
}

nta_agent_t *msnav_shard_take_agent(msnav_shard *shard, msnav_dialog *user) {
  nta_agent_t *agent = shard->spare;
  if (agent != NULL) {
    shard->spare = NULL;
    shard->user = user;
  }
  return agent;
}

/* ---- life */

/* Sofia's root takes its list of deferrable timers for a sign that the list
 * of timers is there too; an agent that could not be made leaves only the
 * former behind.  Destroying a timer makes the latter. */
static void make_timer_list(msnav_shard *shard) {
  su_timer_destroy(su_timer_create(su_root_task(shard->root), 1));
}

/* GLib ends the process when a context cannot have its descriptor. */
static bool has_room(void) {
  int probe = eventfd(0, EFD_CLOEXEC);
  if (probe < 0) {
    return false;
  }
  (void)close(probe);
  return true;
}

static bool open_root(msnav_shard *shard) {
  GPollFD fds[MAX_POLLS];
  if (!has_room()) {
    return false;
  }
  shard->cache = sres_cache_new(1);
  shard->context = g_main_context_new();
  msnav_shard_hush(); /* each new root is announced */
  shard->root = su_glib_root_create(shard);
  msnav_shard_unhush();
  if (shard->root == NULL || shard->cache == NULL) {
    return false;
  }
  (void)su_root_threading(shard->root, 0);
  make_timer_list(shard);
  shard->source = su_glib_root_gsource(shard->root);
  /* or GLib takes its descriptors out and puts them back at each dispatch;
   * we see to it that there is no recursion */
  g_source_set_can_recurse(shard->source, TRUE);
  (void)g_source_attach(shard->source, shard->context);
  (void)g_main_context_acquire(shard->context);
  shard->wakeup = query(shard, fds, G_MAXINT) > 0 ? fds[0].fd : -1;
  g_main_context_release(shard->context);
  (void)su_root_release(shard->root);
  return shard->wakeup >= 0;
}

msnav_shard *
msnav_shard_new(const msnav_loop *loop, const msnav_shard_hooks *hooks) {
  msnav_shard *shard = calloc(1, sizeof(*shard));
  if (shard == NULL) {
    return NULL;
  }
  shard->loop = loop;
  shard->hooks = *hooks;
  shard->fd = -1;
  shard->inner = -1;
  shard->timer_at = MSNAV_NEVER;
  shard->timer = loop->timer_add(loop->data, on_timer, shard);
  if (shard->timer == NULL || !open_root(shard)) {
    msnav_shard_free(shard);
    return NULL;
  }
  return shard;
}

void msnav_shard_free(msnav_shard *shard) {
  if (shard->timer != NULL) {
    shard->loop->timer_del(shard->loop->data, shard->timer);
  }
  if (shard->root != NULL) {
    (void)su_root_obtain(shard->root);
    free_spare(shard);
    g_source_destroy(shard->source);
    su_root_destroy(shard->root); /* and with it the borrowed source */
  }
  msg_destroy(shard->knock);
  if (shard->cache != NULL) {
    sres_cache_unref(shard->cache);
  }
  if (shard->context != NULL) {
    g_main_context_unref(shard->context);
  }
  free(shard);
}
