/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parse-invite [--rewrite] [FILE]: a text/x-msmsgsinvite payload from a file
 * or standard input as one JSON object: the command, every field in wire
 * order, and the typed view.  With --rewrite the bytes that the library's
 * writer makes of it instead.  Exit code 1 with a message on bad input or
 * when the output cannot be written, 2 on wrong use. */
#include "json.h"

#include <errno.h>
#include <msnav/invite.h>
#include <string.h>

static const char *const commands[] = {"", "INVITE", "ACCEPT", "CANCEL"};

static void
print_address(bool *first, const char *name, const msnav_addr *addr) {
  char text[MSNAV_ADDR_TEXT];
  msnav_addr_format(addr, text);
  json_member(stdout, *first, name, msnav_str_of(text));
  *first = false;
}

static void print_flag(bool *first, const char *name, bool value) {
  printf("%s\"%s\": %s", *first ? "" : ", ", name, value ? "true" : "false");
  *first = false;
}

static void print_media(bool *first, const char *name, uint32_t media) {
  bool both = (media & MSNAV_AUDIO) != 0 && (media & MSNAV_VIDEO) != 0;
  printf("%s\"%s\": [%s%s%s]", *first ? "" : ", ", name,
         (media & MSNAV_AUDIO) != 0 ? "\"audio\"" : "", both ? ", " : "",
         (media & MSNAV_VIDEO) != 0 ? "\"video\"" : "");
  *first = false;
}

static void print_texts(bool *first, const msnav_invite *v) {
  const struct {
    uint32_t bit;
    const char *name;
    msnav_str text;
  } rows[] = {
    {MSNAV_HAS_APP_NAME, "application_name", v->app_name},
    {MSNAV_HAS_APP_GUID, "application_guid", v->app_guid},
    {MSNAV_HAS_PROTOCOL, "session_protocol", v->protocol},
    {MSNAV_HAS_COOKIE, "cookie", v->cookie},
    {MSNAV_HAS_SESSION_ID, "session_id", v->session_id},
    {MSNAV_HAS_CONN_TYPE, "conn_type", v->conn_text},
    {MSNAV_HAS_CANCEL_CODE, "cancel_code", v->cancel_text},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    if ((v->has & rows[i].bit) != 0) {
      json_member(stdout, *first, rows[i].name, rows[i].text);
      *first = false;
    }
  }
}

static void print_addresses(bool *first, const msnav_invite *v) {
  const struct {
    uint32_t bit;
    const char *name;
    msnav_addr addr;
  } rows[] = {
    {MSNAV_HAS_PRIVATE_IP, "private_ip", {v->private_ip, 0}},
    {MSNAV_HAS_PUBLIC_IP, "public_ip", {v->public_ip, 0}},
    {MSNAV_HAS_ADDRESS, "ip_address", v->address},
    {MSNAV_HAS_ADDRESS_ENC64, "ip_address_enc64", v->address_enc64},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    if ((v->has & rows[i].bit) != 0) {
      print_address(first, rows[i].name, &rows[i].addr);
    }
  }
  msnav_addr addr;
  bool conflict = false;
  if (msnav_invite_address(v, &addr, &conflict) == MSNAV_OK) {
    print_address(first, "address", &addr);
    print_flag(first, "address_conflict", conflict);
  }
}

static void print_view(const msnav_invite *v) {
  bool first = true;
  printf("{");
  print_flag(&first, "ours", msnav_invite_is_ours(v));
  print_texts(&first, v);
  if ((v->has & MSNAV_HAS_REQUESTED) != 0) {
    print_media(&first, "requested", v->requested);
  }
  if ((v->has & MSNAV_HAS_CAPABILITIES) != 0) {
    print_media(&first, "capabilities", v->capabilities);
  }
  if ((v->has & MSNAV_HAS_SIP_CAPABILITY) != 0) {
    json_number(stdout, first, "sip_capability", v->sip_capability);
  }
  if ((v->has & MSNAV_HAS_UPNP) != 0) {
    print_flag(&first, "upnp", v->upnp != 0);
  }
  if ((v->has & MSNAV_HAS_LAUNCH) != 0) {
    print_flag(&first, "launch_application", v->launch != 0);
  }
  if ((v->has & MSNAV_HAS_REQUEST_DATA) != 0) {
    print_flag(&first, "requests_address", true);
  }
  print_addresses(&first, v);
  printf("}");
}

static void print_json(const msnav_invite *v) {
  msnav_invite_reader r;
  msnav_field field;
  bool first = true;
  printf("{");
  json_member(stdout, true, "command", msnav_str_of(commands[v->command]));
  printf(", \"fields\": [");
  if (msnav_invite_reader_init(&r, v->source.ptr, v->source.len) == MSNAV_OK) {
    while (msnav_invite_next(&r, &field) == MSNAV_OK) {
      printf("%s[", first ? "" : ", ");
      json_string(stdout, field.name);
      printf(", ");
      json_string(stdout, field.value);
      printf("]");
      first = false;
    }
  }
  printf("], \"view\": ");
  print_view(v);
  printf("}\n");
}

static int fail(const char *file, const char *why) {
  fprintf(stderr, "parse-invite: %s: %s\n", file, why);
  return 1;
}

/* A line without a colon is named by its place. */
static int
refuse(const char *file, const char *payload, size_t len, msnav_error err) {
  msnav_invite_reader r;
  msnav_field field;
  unsigned n = 1;
  if (err != MSNAV_ERR_PARSE ||
      msnav_invite_reader_init(&r, payload, len) != MSNAV_OK) {
    return fail(file, msnav_strerror(err));
  }
  while (msnav_invite_next(&r, &field) == MSNAV_OK) {
    n++;
  }
  fprintf(stderr, "parse-invite: %s: field %u: %s\n", file, n,
          msnav_strerror(err));
  return 1;
}

static int rewrite(const char *file, const msnav_invite *v) {
  char out[MSNAV_INVITE_MAX];
  size_t len;
  msnav_error err = msnav_invite_write(v, out, sizeof(out), &len);
  if (err != MSNAV_OK) {
    return fail(file, msnav_strerror(err));
  }
  fwrite(out, 1, len, stdout);
  return 0;
}

static const char usage[] =
  "usage: parse-invite [--rewrite] [FILE]\n"
  "Prints an invitation as JSON, or as the library would write it.\n"
  "exit code: 1 bad input, or output that cannot be written; 2 wrong use\n";

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--help") == 0) {
    fputs(usage, stdout);
    return 0;
  }
  bool rewriting = argc > 1 && strcmp(argv[1], "--rewrite") == 0;
  int files = argc - 1 - rewriting;
  const char *file = files > 0 ? argv[argc - 1] : "-";
  if (files > 1 || (files == 1 && file[0] == '-' && file[1] != '\0')) {
    fputs(usage, stderr);
    return 2;
  }
  FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
  if (in == NULL) {
    return fail(file, strerror(errno));
  }
  char payload[MSNAV_INVITE_MAX + 1]; /* one more shows what is too long */
  size_t len = fread(payload, 1, sizeof(payload), in);
  int error = ferror(in) != 0 ? errno : 0;
  if (in != stdin) {
    fclose(in);
  }
  if (error != 0) {
    return fail(file, strerror(error));
  }
  msnav_invite v = {.size = sizeof(v)};
  msnav_error err = msnav_invite_read(payload, len, &v);
  if (err != MSNAV_OK) {
    return refuse(file, payload, len, err);
  }
  int code = 0;
  if (rewriting) {
    code = rewrite(file, &v);
  } else {
    print_json(&v);
  }
  return fflush(stdout) == 0 && ferror(stdout) == 0
           ? code
           : fail("output", strerror(errno));
}
