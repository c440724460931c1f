/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sized.h"
#include "sip/inner.h"
#include <stdlib.h>

#define LOG_LINE 256

msnav_error msnav_sip_new(const msnav_loop *loop, msnav_log_fn log,
                          msnav_trace_fn trace, void *arg, msnav_sip **sip) {
  if (sip == NULL || msnav_loop_check(loop) != MSNAV_OK) {
    return MSNAV_ERR_INVALID;
  }
  msnav_sip *s = calloc(1, sizeof(*s));
  if (s == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_sized_take(&s->loop, sizeof(s->loop), loop);
  s->loop.size = sizeof(s->loop);
  s->log = log;
  s->trace = trace;
  s->arg = arg;
  s->calls_per_agent = 1;
  s->random = msnav_random_new();
  *sip = s;
  return MSNAV_OK;
}

static void free_shards(msnav_sip *sip) {
  while (sip->spare != NULL) {
    msnav_shard *shard = sip->spare;
    sip->spare = shard->next;
    msnav_transport_close_inner(shard);
    msnav_shard_free(shard);
  }
}

static void bury(msnav_sip *sip) {
  while (sip->graves != NULL) {
    msnav_dialog *d = sip->graves;
    sip->graves = d->next;
    msnav_agent_close(d);
    msnav_dialog_unconfigure(d);
    free(d);
  }
}

void msnav_sip_free(msnav_sip *sip) {
  if (sip == NULL) {
    return;
  }
  msnav_sip_enter(sip);
  sip->dying = true;
  msnav_sip_leave(sip);
}

void msnav_sip_enter(msnav_sip *sip) {
  sip->depth++;
}

/* No frame of Sofia's and none of a dialog's is below the outermost one:
 * what was freed meanwhile can go. */
void msnav_sip_leave(msnav_sip *sip) {
  if (sip->depth == 1) {
    bury(sip);
  }
  sip->depth--;
  if (sip->depth == 0 && sip->dying) {
    free_shards(sip);
    msnav_random_free(sip->random);
    free(sip);
  }
}

void msnav_sip_log(const msnav_sip *sip, msnav_log_level level,
                   const char *what, const char *why) {
  if (sip->log == NULL) {
    return;
  }
  char line[LOG_LINE];
  msnav_out out;
  msnav_out_init(&out, line, sizeof(line) - 1);
  msnav_out_text(&out, what);
  msnav_out_text(&out, ": ");
  msnav_out_escaped(&out, msnav_str_of(why), LOG_LINE / 8);
  line[out.len] = '\0';
  sip->log(level, line, out.len, sip->arg);
}

msnav_error msnav_sip_set_calls_per_agent(msnav_sip *sip, uint32_t calls) {
  if (sip == NULL || calls == 0 || calls > MSNAV_SIP_MAX_CALLS_PER_AGENT) {
    return MSNAV_ERR_INVALID;
  }
  sip->calls_per_agent = calls;
  return MSNAV_OK;
}

msnav_random *msnav_sip_random_pool(const msnav_sip *sip) {
  return sip->random;
}

void msnav_sip_random(const msnav_sip *sip, char text[MSNAV_SIP_TAG]) {
  uint64_t random[2];
  msnav_random_bytes(sip->random, random, sizeof(random));
  msnav_out out;
  msnav_out_init(&out, text, MSNAV_SIP_TAG - 1);
  msnav_out_hex64(&out, random[0]);
  msnav_out_hex64(&out, random[1]);
  text[MSNAV_SIP_TAG - 1] = '\0';
}

/* ---- shards */

static void around(void *arg, bool enter) {
  if (enter) {
    msnav_sip_enter(arg);
  } else {
    msnav_sip_leave(arg);
  }
}

/* A shard in use is held by its dialog alone, so that taking and returning
 * one cost the same however many there are. */
msnav_shard *msnav_sip_take_shard(msnav_sip *sip) {
  msnav_shard *shard = sip->spare;
  if (shard != NULL) {
    sip->spare = shard->next;
    sip->spares--;
    return shard;
  }
  const msnav_shard_hooks hooks = {msnav_agent_stepped, around, sip};
  return msnav_shard_new(&sip->loop, &hooks);
}

void msnav_sip_return_shard(msnav_sip *sip, msnav_shard *shard) {
  if (sip->spares == MSNAV_SIP_SPARE_SHARDS) {
    msnav_transport_close_inner(shard);
    msnav_shard_free(shard);
    return;
  }
  shard->next = sip->spare;
  sip->spare = shard;
  sip->spares++;
}
