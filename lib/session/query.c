/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller may ask. */
#include "base/sized.h"
#include "session/inner.h"

msnav_error
msnav_session_get_info(const msnav_session *s, msnav_session_info *info) {
  if (s == NULL || !msnav_sized_ok(info, sizeof(size_t))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_session_info all = {
    .state = s->state,
    .reason = s->state == MSNAV_STATE_ENDED ? s->reason : MSNAV_REASON_NONE,
    .role = s->role,
    .media = s->media,
    .crossing = s->crossing,
    .peer_conn_type = s->peer_conn_type,
    .local = s->local,
    .remote = s->remote,
    .address_conflict = s->conflict,
    .deadline = s->deadline,
    .peer = msnav_session_peer(s).name,
    .cookie = msnav_session_cookie(s),
    .cancel_text = {s->cancel_text, s->cancel_len},
    .created = s->created,
    .connected = s->connected,
  };
  msnav_sized_give(info, &all, sizeof(all));
  return MSNAV_OK;
}

msnav_usec msnav_session_deadline(const msnav_session *s) {
  return s != NULL ? s->deadline : MSNAV_NEVER;
}

void msnav_session_set_user(msnav_session *s, void *ptr) {
  if (s != NULL) {
    s->user = ptr;
  }
}

void *msnav_session_user(const msnav_session *s) {
  return s != NULL ? s->user : NULL;
}

msnav_error msnav_session_set_counters(const msnav_session_set *set,
                                       msnav_session_counters *counters) {
  if (set == NULL || !msnav_sized_ok(counters, sizeof(size_t))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_session_counters all = set->counters;
  all.live = set->live;
  msnav_sized_give(counters, &all, sizeof(all));
  return MSNAV_OK;
}
