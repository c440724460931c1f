/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sound.h"

#include "ear.h"

#include <stdio.h>
#include <string.h>

#define SLACK 2000000 /* us that media may come before or after their call */

/* One way of one medium of a call, in the making. */
typedef struct track {
  call *call;
  flow *flow;
  ear *ear; /* NULL: cannot be decoded, or pictures */
  bool tried;
} track;

struct sounds {
  trail *t;
  const char *wav;
  GPtrArray *tracks;
};

static void track_free(gpointer p) {
  g_free(p);
}

sounds *sounds_new(trail *t, const char *wav) {
  sounds *s = g_new0(sounds, 1);
  s->t = t;
  s->wav = wav;
  s->tracks = g_ptr_array_new_with_free_func(track_free);
  return s;
}

/* Where a datagram belongs. */
typedef struct place {
  call *call;
  unsigned medium, to;
  bool rtcp;
} place;

static bool at(const msnav_addr *a, const msnav_addr *b) {
  return a->port == b->port && a->ip == b->ip;
}

static bool in_call(const call *c, const medium *m, const packet *p) {
  uint64_t end = c->down != 0 ? c->down : UINT64_MAX - SLACK;
  return m->there && p->time + SLACK >= c->begun && p->time <= end + SLACK;
}

static bool belongs(call *c, const packet *p, place *where) {
  for (unsigned i = 0; i < PARTIES * MEDIA; i++) {
    unsigned owner = i % PARTIES, kind = i / PARTIES;
    const medium *m = &c->parties[owner].media[kind];
    if (!in_call(c, m, p)) {
      continue;
    }
    bool rtp = at(&m->rtp, &p->to), rtcp = at(&m->rtcp, &p->to);
    if (rtp || rtcp) {
      *where = (place){c, kind, owner, rtcp && !rtp};
      return true;
    }
    /* the other end is behind a NAT: by who sends */
    rtp = at(&m->rtp, &p->from), rtcp = at(&m->rtcp, &p->from);
    if (rtp || rtcp) {
      *where = (place){c, kind, 1 - owner, rtcp && !rtp};
      return true;
    }
  }
  return false;
}

static bool find_place(const sounds *s, const packet *p, place *where) {
  for (guint i = s->t->calls->len; i > 0; i--) {
    if (belongs(g_ptr_array_index(s->t->calls, i - 1), p, where)) {
      return true;
    }
  }
  return false;
}

static track *find_track(sounds *s, const place *where) {
  for (guint i = 0; i < s->tracks->len; i++) {
    track *k = g_ptr_array_index(s->tracks, i);
    if (k->call == where->call && k->flow->to == where->to &&
        k->flow->medium == where->medium) {
      return k;
    }
  }
  track *k = g_new0(track, 1);
  k->call = where->call;
  k->flow = g_new0(flow, 1);
  k->flow->medium = where->medium;
  k->flow->to = where->to;
  g_ptr_array_add(where->call->flows, k->flow);
  g_ptr_array_add(s->tracks, k);
  return k;
}

static void pressed(char key, uint64_t time, uint64_t duration, void *arg) {
  track *k = arg;
  unsigned to = k->flow->to;
  message *m =
    call_message(k->call, KIND_DTMF, time, lane_of(1 - to), lane_of(to));
  m->label = g_strdup_printf("key %c", key);
  m->note = g_strdup_printf("%.0f ms", (double)duration / 1000);
  message_field(m, "key", (msnav_str){&key, 1},
                "telephone-event (RFC 4733); the time is that of its end");
}

static void listen_to(sounds *s, track *k, const packet *p, const format *f) {
  const medium *m = &k->call->parties[k->flow->to].media[SOUND];
  k->tried = true;
  const medium *speaker = &k->call->parties[1 - k->flow->to].media[SOUND];
  k->ear = ear_new(m, speaker, &p->from, p->time);
  if (k->ear == NULL) {
    return;
  }
  ear_on_key(k->ear, pressed, k);
  if (s->wav == NULL) {
    return;
  }
  const char *why = "";
  char *path =
    g_strdup_printf("%s-%u-%s.wav", s->wav, k->call->number,
                    k->flow->to == INVITER ? "to-inviter" : "to-invitee");
  uint32_t rate =
    f != NULL && f->rate >= 8000 && f->rate <= 48000 ? f->rate : 8000;
  if (ear_record(k->ear, path, rate, &why)) {
    k->flow->wav = path;
  } else {
    trail_note(s->t, false, "cannot write %s: %s", path, why);
    s->t->unwritten = true;
    g_free(path);
  }
}

static const format *format_of(const track *k, unsigned payload_type) {
  const medium *m = &k->call->parties[k->flow->to].media[k->flow->medium];
  for (unsigned i = 0; i < m->count; i++) {
    if (m->formats[i].payload_type == payload_type) {
      return &m->formats[i];
    }
  }
  return NULL;
}

/* Codec by its name; of RED that inside, which its header names. */
static void name_codec(track *k, const packet *p) {
  const format *f = format_of(k, p->data[1] & 0x7f);
  if (f == NULL || k->flow->codec[0] != '\0' ||
      g_ascii_strcasecmp(f->name, "telephone-event") == 0) {
    return;
  }
  g_strlcpy(k->flow->codec, f->name, sizeof(k->flow->codec));
}

void sounds_take(sounds *s, const packet *p) {
  place where;
  if (p->tcp || p->len < 8 || p->data[0] >> 6 != 2 ||
      !find_place(s, p, &where)) {
    return;
  }
  track *k = find_track(s, &where);
  flow *f = k->flow;
  /* RTCP may share the port of RTP (RFC 5761) */
  bool rtcp = where.rtcp || (p->data[1] >= 192 && p->data[1] <= 223);
  if (rtcp) {
    f->rtcp++;
  } else {
    if (f->packets == 0) {
      f->first = p->time;
    }
    f->last = p->time;
    f->packets++;
    f->bytes += p->len;
    name_codec(k, p);
    if (!k->tried && f->medium == SOUND) {
      listen_to(s, k, p, format_of(k, p->data[1] & 0x7f));
    }
  }
  if (k->ear != NULL) {
    ear_take(k->ear, p->data, p->len, &p->from, p->time, rtcp);
  }
}

static void
value(message *m, const char *name, const char *meaning, const char *text) {
  message_field(m, name, str_of(text), meaning);
}

static void add_fields(message *m, const flow *f) {
  char text[64];
  g_snprintf(text, sizeof(text), "%" PRIu64, f->packets);
  value(m, "packets", "of RTP in the capture", text);
  g_snprintf(text, sizeof(text), "%.1f s", (double)(f->last - f->first) / 1e6);
  value(m, "duration", "from the first to the last packet", text);
  if (f->suite != MSNAV_SRTP_NONE) {
    value(m, "encryption", "SRTP (RFC 3711), its keys in SDP (RFC 4568)",
          msnav_srtp_suite_name((msnav_srtp_suite)f->suite));
  }
  if (!f->decoded) {
    value(m, "sound", "no codec of this build, or pictures", "not decoded");
    return;
  }
  g_snprintf(text, sizeof(text), "%" PRIu64 " (%.1f %%)", f->lost, f->loss);
  value(m, "lost", "packets that never came", text);
  g_snprintf(text, sizeof(text), "%" PRIu64, f->recovered);
  value(m, "recovered", "frames from redundancy (RFC 2198)", text);
  g_snprintf(text, sizeof(text), "%" PRIu64, f->concealed);
  value(m, "concealed", "frames that had to be made up", text);
  g_snprintf(text, sizeof(text), "%.1f ms", f->jitter_ms);
  value(m, "jitter", "interarrival jitter (RFC 3550)", text);
  g_snprintf(text, sizeof(text), "%.2f", f->mos);
  value(m, "MOS", "estimated quality, 1 to 4.5 (G.107)", text);
  if (f->wav != NULL) {
    value(m, "file", "what was heard", f->wav);
  }
}

static void add_row(track *k) {
  const flow *f = k->flow;
  if (f->packets == 0) {
    return;
  }
  message *m = call_message(k->call, KIND_RTP, f->first, lane_of(1 - f->to),
                            lane_of(f->to));
  const char *codec = f->codec[0] != '\0' ? f->codec : "unknown format";
  m->label = g_strdup_printf("%s, %" PRIu64 " packets", codec, f->packets);
  m->note = f->decoded
              ? g_strdup_printf("%.1f %% lost, MOS %.1f", f->loss, f->mos)
              : g_strdup(f->medium == PICTURE ? "pictures" : "not decoded");
  add_fields(m, f);
}

static gint earlier(gconstpointer a, gconstpointer b) {
  const message *x = *(message *const *)a, *y = *(message *const *)b;
  return x->time < y->time ? -1 : x->time > y->time;
}

void sounds_free(sounds *s) {
  for (guint i = 0; i < s->tracks->len; i++) {
    track *k = g_ptr_array_index(s->tracks, i);
    if (k->ear != NULL && !ear_finish(k->ear, k->flow)) {
      trail_note(s->t, false, "cannot write %s", k->flow->wav);
      s->t->unwritten = true;
    }
    if (k->flow->sealed > 0) {
      trail_note(s->t, false,
                 "call %u: %" PRIu64 " packets to %s do not fit the SRTP keys",
                 k->call->number, k->flow->sealed,
                 party_name(k->call, k->flow->to));
    }
    add_row(k);
  }
  for (guint i = 0; i < s->t->calls->len; i++) {
    call *c = g_ptr_array_index(s->t->calls, i);
    g_ptr_array_sort(c->messages, earlier);
  }
  g_ptr_array_free(s->tracks, TRUE);
  g_free(s);
}
