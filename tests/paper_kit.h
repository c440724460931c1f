/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The messages of the paper as they are in a call of these tests, and a call
 * that its client began. */
#ifndef MSNAV_PAPER_KIT_H
#define MSNAV_PAPER_KIT_H

#include "dialog_kit.h"

#define THEIR_CALL_ID "a0c241bf9538449aa9b95d4872e0dd22@192.168.0.165"
#define THEIR_TAG "756b3f5213a2415e8c2583753fa06cca"
#define PAPER_OUR_TAG "d1486a68903a42e0b491b958f0691c6c"
#define PAPER_CALLER "192.168.0.165:11630"
#define PAPER_CALLED "192.168.0.127:12449"

static char text[8192];

static inline void load(const char *name) {
  size_t len = 0;
  char *bytes = load_data(name, &len);
  assert_true(len < sizeof(text));
  memcpy(text, bytes, len);
  text[len] = '\0';
  free(bytes);
}

static inline void put(const char *old, const char *new) {
  replace(text, sizeof(text), old, new);
}

/* The addresses of the paper become those of this call: who sent the INVITE
 * there and who got it. */
static inline void
put_addresses(const msnav_addr *caller, const msnav_addr *called) {
  char a[MSNAV_ADDR_TEXT];
  char b[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(caller, a);
  (void)msnav_addr_format(called, b);
  put(PAPER_CALLER, a);
  put(PAPER_CALLED, b);
}

static inline void send_text(const peer *p, const side *s) {
  send_to(p, msnav_dialog_local(s->d), text, strlen(text));
}

static inline const char *tag_of(const char *value) {
  const char *at = strstr(value, ";tag=");
  return at != NULL ? at + 5 : "";
}

static inline void open_against(side *s, peer *p, uint32_t profile) {
  open_peer(p);
  msnav_dialog_config config = local_config();
  config.profile = profile;
  config.remote = p->addr;
  open_side(s, &config);
}

/* Up to its ACK; tag receives ours. */
static inline void paper_calls(peer *p, side *s, bool paper, char tag[64]) {
  load("paper-sip-1-invite.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  send_text(p, s);
  if (paper) { /* the 100 is tagged, as in message 2 */
    expect(p, "SIP/2.0 100 ");
    assert_int_equal(strlen(tag_of(header(p->in, "To"))), 32);
  }
  expect(p, "SIP/2.0 180 ");
  snprintf(tag, 64, "%s", tag_of(header(p->in, "To")));
  wait_words(s, "offer ");
  assert_non_null(strstr(s->sdp, "m=audio 36772 RTP/AVP 97 0 8 4 101\r\n"));
  answer(s);
  expect(p, "SIP/2.0 200 ");
  /* branchless Via and both names come back as they were */
  char via[64];
  char addr[MSNAV_ADDR_TEXT];
  (void)msnav_addr_format(&p->addr, addr);
  snprintf(via, sizeof(via), "SIP/2.0/UDP %s", addr);
  assert_string_equal(header(p->in, "Via"), via);
  assert_string_equal(header(p->in, "From"),
                      "\"yxu\" <sip:taogx@163.com>;tag=" THEIR_TAG);
  assert_string_equal(header(p->in, "Call-ID"), THEIR_CALL_ID);
  assert_string_equal(tag_of(header(p->in, "To")), tag);
  assert_string_equal(strstr(p->in, "\r\n\r\n") + 4, ANSWER);
  load("paper-sip-5-ack.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  put(PAPER_OUR_TAG, tag);
  send_text(p, s);
  wait_words(s, "offer confirmed ");
  s->words[0] = '\0';
}

/* A BYE of the caller has the lines of its ACK. */
static inline void they_hang_up(const peer *p, const side *s, const char *tag) {
  load("paper-sip-5-ack.sip");
  put_addresses(&p->addr, msnav_dialog_local(s->d));
  put(PAPER_OUR_TAG, tag);
  put("ACK sip", "BYE sip");
  put("CSeq: 1 ACK", "CSeq: 2 BYE");
  send_text(p, s);
}

/* Our INVITE is in p->in: its answer from the paper, as to this call. */
static inline void
paper_answers(peer *p, side *s, const char *invite, const char *file) {
  load(file);
  char via[512];
  snprintf(via, sizeof(via), "%s", header(invite, "Via"));
  put("SIP/2.0/UDP " PAPER_CALLER, via);
  put("\"yxu\" <sip:taogx@163.com>;tag=" THEIR_TAG, header(invite, "From"));
  put("<sip:" PAPER_CALLED ">", header(invite, "To"));
  put(THEIR_CALL_ID, header(invite, "Call-ID"));
  put_addresses(msnav_dialog_local(s->d), &p->addr);
  send_text(p, s);
}

#endif
