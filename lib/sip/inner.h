/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this layer share. */
#ifndef MSNAV_SIP_INNER_H
#define MSNAV_SIP_INNER_H

#include "base/text.h"
#include "sip/driver.h"
#include "sip/random.h"
#include "sipguard/guard.h"

#define MSNAV_SIP_SPARE_SHARDS 64 /* kept for the next calls */
#define MSNAV_SIP_MAX_BODY 4096   /* what the guard lets pass */
#define MSNAV_SIP_TAG 33          /* 32 digits and a NUL */
#define MSNAV_SIP_MAX_TAG 129     /* the peer's, and a NUL */
#define MSNAV_SIP_MAX_CALL_ID 129
/* How long after it was sent a request or an answer can still be repeated:
 * Sofia's T1X64, 64 * T1 of RFC 3261 section 17 shortened to 8 s. */
#define MSNAV_SIP_T1X64 8000                 /* milliseconds */
#define MSNAV_SIP_PATIENCE UINT64_C(8000000) /* microseconds */

struct msnav_sip {
  msnav_loop loop;
  msnav_log_fn log;
  msnav_trace_fn trace;
  void *arg;
  msnav_random *random; /* may be NULL */
  uint32_t calls_per_agent;
  uint32_t guards;    /* how many were kept */
  unsigned depth;     /* entries that have not been left */
  bool dying;         /* free when the outermost entry is left */
  msnav_shard *spare; /* shards that nobody uses */
  unsigned spares;
  msnav_dialog *graves; /* freed by the user, not buried yet */
};

/* Where a dialog stands. */
typedef enum msnav_dialog_state {
  MSNAV_DIALOG_IDLE,      /* nothing sent, nothing received */
  MSNAV_DIALOG_CALLING,   /* our first INVITE is out */
  MSNAV_DIALOG_RINGING,   /* theirs came and is not answered */
  MSNAV_DIALOG_ANSWERED,  /* we sent 200, the ACK is missing */
  MSNAV_DIALOG_CONFIRMED, /* ACK sent or received */
  MSNAV_DIALOG_OVER       /* refused, cancelled, hung up or broken */
} msnav_dialog_state;

/* What a dialog's own timer waits for, all on the caller's clock. */
typedef enum msnav_dialog_due {
  MSNAV_DUE_SETUP,  /* our INVITE was not answered */
  MSNAV_DUE_RETRY,  /* our re-INVITE crossed theirs: try again */
  MSNAV_DUE_CLOSED, /* report the end of a hang-up */
  MSNAV_DUE_SLEEP,  /* nothing may have happened for a while */
  MSNAV_DUE_KINDS
} msnav_dialog_due;

/* A body that may have to be sent again. */
typedef struct msnav_body {
  char *data;
  size_t len;
} msnav_body;

/* A request of ours that may have to be sent again by another agent. */
typedef struct msnav_own_request {
  nta_outgoing_t *transaction; /* NULL: none */
  uint32_t cseq;
  char branch[64];
} msnav_own_request;

struct msnav_dialog {
  msnav_sip *sip;
  msnav_dialog *next; /* in the graves */
  msnav_guard *guard; /* behind this struct */
  /* config */
  msnav_addr local;  /* as the peer is told */
  msnav_addr remote; /* whom we call */
  msnav_addr peer;   /* with whom datagrams are exchanged */
  msnav_addr proxy;
  char *from;        /* header without tag */
  char *to;          /* likewise, NULL: the peer's address */
  char *user;        /* NULL: none */
  char *remote_user; /* likewise */
  char *user_agent;
  msnav_usec setup_limit;
  uint32_t max_message;
  msnav_dialog_events events;
  void *arg;
  /* the socket the peer sees; our end of the private pair is the shard's */
  void *outer_io;
  int outer;
  msnav_usec touched; /* when a datagram last went in or out */
  /* timer */
  void *timer;
  msnav_usec timer_at;
  msnav_usec due[MSNAV_DUE_KINDS];
  /* Sofia */
  msnav_shard *shard;
  nta_agent_t *agent;
  nta_leg_t *stray; /* for what belongs to no dialog */
  nta_leg_t *leg;
  msnav_own_request invite;
  msnav_own_request bye;
  nta_outgoing_t *cancel;
  nta_incoming_t *offer; /* their INVITE, until it is acknowledged */
  /* the dialog, as another agent needs it */
  msnav_body sdp;         /* of our INVITE while it is pending */
  msnav_body asked;       /* their INVITE as Sofia got it, while pending */
  msnav_body answer;      /* our 200's body until it is acknowledged */
  msnav_usec acked_until; /* our ACK may have to be repeated until then */
  char acked_branch[64];  /* of the INVITE it was for */
  uint32_t acked_cseq;    /* likewise */
  uint32_t given_up;      /* number of the INVITE cancelled last, 0: none */
  uint32_t own_cseq;
  uint32_t peer_cseq;
  msnav_dialog_state state;
  unsigned refusal; /* our final status but 200; 0: none */
  unsigned cancel_status;
  unsigned closed_status;
  uint32_t refused[MSNAV_GUARD_VERDICTS];
  char call_id[MSNAV_SIP_MAX_CALL_ID];
  char local_tag[MSNAV_SIP_TAG];
  char remote_tag[MSNAV_SIP_MAX_TAG];
  /* flags */
  bool dead;         /* freed by the user: nothing is reported or sent */
  bool standard;     /* the profile */
  bool accept_first; /* config */
  bool loopback;     /* bound to loopback: peers on it are fine */
  bool guarded;      /* there is a guard against this peer */
  bool slept;        /* its agent was let go when nothing was under way */
  bool send_failed;  /* was logged */
  bool caller;       /* the first INVITE was ours */
  bool replaying;    /* a new agent is being told their INVITE */
  bool hanging_up;
  bool reinvite;  /* our INVITE is not the first one */
  bool cancelled; /* our INVITE; what still comes of it is not reported */
  bool retried;   /* our re-INVITE went out twice */
  bool parted;    /* a BYE was answered, ours or theirs */
  bool overdue;   /* our re-INVITE: it is being cancelled for that */
  bool closed;    /* was or will be reported */
};

/* ---- sip.c */
void msnav_sip_enter(msnav_sip *sip);
void msnav_sip_leave(msnav_sip *sip);
void msnav_sip_log(const msnav_sip *sip, msnav_log_level level,
                   const char *what, const char *why);
/* 32 random digits and a NUL. */
void msnav_sip_random(const msnav_sip *sip, char text[MSNAV_SIP_TAG]);
/* A shard that nobody uses, or NULL. */
msnav_shard *msnav_sip_take_shard(msnav_sip *sip);
void msnav_sip_return_shard(msnav_sip *sip, msnav_shard *shard);

/* ---- transport.c */
msnav_error msnav_transport_open(msnav_dialog *d, const msnav_addr *bind_to);
void msnav_transport_close(msnav_dialog *d);
/* The guard's end of a shard's private pair, which stays for the next. */
msnav_error msnav_transport_open_inner(msnav_sip *sip, msnav_shard *shard);
void msnav_transport_close_inner(msnav_shard *shard);
/* Tie both ends together; Sofia's agent is there. */
msnav_error msnav_transport_connect_inner(const msnav_dialog *d);
/* Throw away what lies in it. */
void msnav_transport_drain_inner(const msnav_shard *shard);
/* Make sure there is a guard; the peer is known. */
msnav_error msnav_transport_guard(msnav_dialog *d);
/* Send what Sofia wrote, through the guard. */
void msnav_transport_flush(msnav_dialog *d);
/* Give Sofia a clean message, inside an entry. */
void msnav_transport_deliver(msnav_dialog *d, const char *clean, size_t len);
void msnav_transport_set_peer(msnav_dialog *d, const msnav_addr *remote);

/* ---- agent.c */
/* Enter the shard, after making sure that there is an agent, and the leg when
 * the dialog has one.  Not entered when there is none. */
msnav_error msnav_agent_enter(msnav_dialog *d);
/* Do without one while nothing is under way. */
void msnav_agent_sleep(msnav_dialog *d);
/* Destroy it, or leave it to the next call. */
void msnav_agent_close(msnav_dialog *d);
/* The clock stepped: the agent of the shard is made anew. */
void msnav_agent_stepped(msnav_shard *shard);
msnav_error msnav_agent_open_leg(msnav_dialog *d);

/* ---- dialog.c */
void msnav_dialog_fail(msnav_dialog *d, msnav_error error);
void msnav_dialog_set_due(msnav_dialog *d, msnav_dialog_due due, msnav_usec at);
/* Report the end of a hang-up, from the loop. */
void msnav_dialog_closed_soon(msnav_dialog *d, unsigned status);
bool msnav_body_keep(msnav_body *body, const char *data, size_t len);
void msnav_body_drop(msnav_body *body);

/* ---- caller.c: our INVITE */
void msnav_own_request_keep(msnav_own_request *request);
msnav_error msnav_caller_invite(msnav_dialog *d);
void msnav_caller_cancel(msnav_dialog *d);
void msnav_caller_overdue(msnav_dialog *d);
void msnav_caller_retry(msnav_dialog *d);
/* Send the ACK again through a new agent. */
void msnav_caller_repeat_ack(msnav_dialog *d);

/* ---- called.c: their requests */
int msnav_called_stray(msnav_dialog *d, nta_leg_t *leg, nta_incoming_t *irq,
                       const sip_t *sip);
int msnav_called_inside(msnav_dialog *d, nta_leg_t *leg, nta_incoming_t *irq,
                        const sip_t *sip);
void msnav_called_refuse(msnav_dialog *d, unsigned status);
void msnav_called_drop(msnav_dialog *d);

/* ---- bye.c */
msnav_error msnav_bye_send(msnav_dialog *d);
msnav_error msnav_bye_hang_up(msnav_dialog *d);
int msnav_bye_received(msnav_dialog *d, nta_incoming_t *irq);

/* ---- config.c */
msnav_error
msnav_dialog_configure(msnav_dialog *d, const msnav_dialog_config *config);
void msnav_dialog_unconfigure(msnav_dialog *d);
/* What a peer may have. */
bool msnav_dialog_may_call(const msnav_dialog *d, const msnav_addr *addr);

#endif
