#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: dissector.sh DISSECTOR.lua CAPTURE [cookie]
# What tshark sees of the invitations with the dissector: paper.pcap field by
# field, another capture by its shape.  Exit code 77: no tshark, or one
# without Lua.
set -eu
lua=$1 capture=$2
command -v tshark >/dev/null || exit 77
tshark -v 2>/dev/null | grep -q 'with Lua' || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fields() { # FILTER FIELD...
  filter=$1
  shift
  for f in "$@"; do
    shift
    set -- "$@" -e "$f"
  done
  tshark -n -X "lua_script:$lua" -r "$capture" -Y "$filter" -T fields "$@" 2>"$dir/stderr"
  if grep -iE 'lua.*error|script error|\.lua:[0-9]+' "$dir/stderr" >&2; then
    exit 1
  fi
}
same() { # WHAT: standard input is what was seen last
  cat >"$dir/due"
  cmp -s "$dir/due" "$dir/seen" || {
    echo "FAILED: $1" >&2
    diff "$dir/due" "$dir/seen" >&2
    exit 1
  }
}

# a call that was hung up, in any capture
fields msnav msnav.command | sort | uniq -c | awk '{print $2, $1}' >"$dir/seen"
same commands <<'E'
ACCEPT 4
CANCEL 4
INVITE 2
E
[ "$(fields msnav msnav.cookie | sort -u | wc -l)" -eq 1 ] || { echo "cookies" >&2; exit 1; }
fields msnav.malformed frame.number >"$dir/seen"
same malformed </dev/null

[ "$(basename "$capture")" = paper.pcap ] || exit 0

fields 'msnav.command == "ACCEPT" && msnav.request_data' msnav.cookie msnav.session_id \
  msnav.conn_type msnav.private_ip msnav.public_ip msnav.ip_address msnav.sip_port \
  msnav.enc64_decoded msnav.upnp msnav.length | uniq | tr '\t' '\n' >"$dir/seen"
same "the invitee's ACCEPT" <<'E'
23939640
{0EF9084D-18D1-44FE-B0E8-BCC4723AE2D9}
IP-Restrict-NAT
192.168.0.165
211.91.101.105
192.168.0.165:11630
11630
192.168.0.165:11630
FALSE
486
E
fields 'msnav.command == "INVITE" && msnav.audio == 1 && msnav.video == 0 && msnav.sender' \
  msnav.sender msnav.application_name msnav.length | tr '\t' '\n' >"$dir/seen"
same "the INVITE as it arrives" <<'E'
taogx@163.com
音频对话
462
E
fields 'msnav.private_ip == 192.168.0.127 && msnav.cancel_code == "TIMEOUT"' frame.number |
  wc -l >"$dir/seen"
same "the inviter's CANCELs" <<'E'
2
E
fields 'msnav.cookie == "1"' frame.number >"$dir/seen"
same "another cookie" </dev/null
