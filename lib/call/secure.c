/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys for SRTP in offers and answers (RFC 4568): a stream has one of its own
 * for each suite, as long as it lasts and uses that suite, so that roll-over
 * counters go on over re-INVITEs. */
#include "base/text.h"
#include "call/context.h"
#include <assert.h>
#include <string.h>
#include <sys/random.h>

#define INLINE "inline:"

/* In order of preference; a=crypto tags are their places, from 1. */
static const struct {
  msnav_srtp_suite suite;
  size_t key_len; /* master key and salt */
} suites[MSNAV_CALL_SUITES] = {
  {MSNAV_SRTP_AES_128_GCM, 28},
  {MSNAV_SRTP_AES_CM_SHA1_80, 30},
  {MSNAV_SRTP_AES_CM_SHA1_32, 30},
};

bool msnav_call_can_encrypt(void) {
  return msnav_has_feature("srtp");
}

static msnav_error make_key(call_keys *k, size_t i) {
  if (getrandom(k->key[i], suites[i].key_len, 0) !=
      (ssize_t)suites[i].key_len) {
    return MSNAV_ERR_SYSTEM;
  }
  msnav_out out;
  msnav_out_init(&out, k->text[i], sizeof(k->text[i]) - 1);
  msnav_out_text(&out, INLINE);
  msnav_out_base64(&out, k->key[i], suites[i].key_len);
  k->text[i][out.len] = '\0';
  k->made |= 1u << i;
  return MSNAV_OK;
}

static msnav_error make_keys(call_keys *k) {
  msnav_error err = MSNAV_OK;
  for (size_t i = 0; i < MSNAV_CALL_SUITES && err == MSNAV_OK; i++) {
    err = (k->made >> i & 1) != 0 ? MSNAV_OK : make_key(k, i);
  }
  return err;
}

/* Roll-over counters begin anew when a suite is taken up again, but sequence
 * numbers go on: with the same key, packets would be encrypted as others were
 * before (RFC 3711 section 9.1, RFC 7714 section 8.4). */
void msnav_call_use_suite(call_stream *st, uint32_t suite) {
  for (size_t i = 0; i < MSNAV_CALL_SUITES; i++) {
    if (suites[i].suite == st->suite && st->suite != suite) {
      st->keys->made &= ~(1u << i);
    }
  }
  st->suite = suite;
}

/* RTC 1.2 is not asked what it cannot know; it may be somebody else, so that
 * an offer of keys is answered all the same. */
static bool shall_offer(const msnav_call *call, bool answering) {
  const msnav_config *c = &call->ctx->config;
  return c->encryption != MSNAV_ENCRYPT_NEVER && msnav_call_can_encrypt() &&
         (answering || call->encrypted ||
          c->encryption == MSNAV_ENCRYPT_ALWAYS ||
          c->profile != MSNAV_PROFILE_RTC_1_2);
}

msnav_error msnav_call_add_crypto(call_stream *st, bool answering,
                                  msnav_sdp_ability *able) {
  const msnav_call *call = st->call;
  if (!shall_offer(call, answering)) {
    return MSNAV_OK;
  }
  if (st->keys == NULL) {
    st->keys = g_new0(call_keys, 1);
  }
  msnav_error err = make_keys(st->keys);
  for (size_t i = 0; i < MSNAV_CALL_SUITES && err == MSNAV_OK; i++) {
    able->crypto[able->crypto_count++] = (msnav_sdp_crypto){
      .tag = (uint32_t)i + 1,
      .suite = msnav_str_of(msnav_srtp_suite_name(suites[i].suite)),
      .params = msnav_str_of(st->keys->text[i]),
    };
  }
  able->secure_only = call->ctx->config.encryption == MSNAV_ENCRYPT_ALWAYS;
  return err;
}

/* "inline:KEY" or "inline:KEY|LIFETIME" */
static bool read_key(msnav_str params, size_t key_len, uint8_t *key) {
  size_t len = 0;
  msnav_str rest = {params.ptr + strlen(INLINE), params.len - strlen(INLINE)};
  msnav_str text = msnav_text_until(&rest, '|');
  return msnav_base64_decode(text, key, key_len, &len) == MSNAV_OK &&
         len == key_len;
}

msnav_error
msnav_call_take_crypto(const call_stream *st, const msnav_sdp_agreed *agreed,
                       msnav_stream_config *config) {
  const msnav_call *call = st->call;
  if (agreed->local_crypto.suite.len == 0) {
    bool must =
      call->encrypted || call->ctx->config.encryption == MSNAV_ENCRYPT_ALWAYS;
    return must ? MSNAV_ERR_UNSUPPORTED : MSNAV_OK;
  }
  assert(st->keys != NULL); /* ours were described */
  for (size_t i = 0; i < MSNAV_CALL_SUITES; i++) {
    msnav_str name = msnav_str_of(msnav_srtp_suite_name(suites[i].suite));
    if (msnav_text_equal_nocase(agreed->local_crypto.suite, name) &&
        read_key(agreed->remote_crypto.params, suites[i].key_len,
                 config->srtp_receive_key)) {
      config->srtp_suite = suites[i].suite;
      memcpy(config->srtp_send_key, st->keys->key[i], suites[i].key_len);
      return MSNAV_OK;
    }
  }
  return MSNAV_ERR_UNSUPPORTED;
}

void msnav_call_forget(char **text, size_t *len) {
  if (*text != NULL) {
    explicit_bzero(*text, *len);
  }
  g_free(*text);
  *text = NULL;
  *len = 0;
}
