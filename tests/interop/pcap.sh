#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: pcap.sh CALL.pcap [SECONDS]
# What tshark, which knows nothing of this library, sees in the capture that
# examples/demo.sh wrote of a call of SECONDS (10): whole packets, MSNP's
# invitations, one SIP dialog from INVITE to BYE, two streams of PCMU and the
# key 5.  Exit code 77: tshark is not installed.
set -eu
pcap=$1 seconds=${2:-10}
command -v tshark >/dev/null || exit 77

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  shift
  [ $# -eq 0 ] || cat "$@" >&2
  exit 1
}

see() {
  tshark -n -r "$pcap" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
    -o udp.check_checksum:TRUE "$@" 2>"$dir/stderr" || fail "tshark" "$dir/stderr"
}

fields() { # FILTER FIELD...
  filter=$1
  shift
  for f in "$@"; do
    shift
    set -- "$@" -e "$f"
  done
  see -Y "$filter" -T fields "$@"
}

# packets
see -Y "_ws.malformed || _ws.expert.severity == error || tcp.analysis.flags" >"$dir/bad"
[ ! -s "$dir/bad" ] || fail "malformed packets" "$dir/bad"
fields frame ip.version | sort -u >"$dir/versions"
[ "$(cat "$dir/versions")" = 4 ] || fail "not all is IPv4" "$dir/versions"

# MSNP: what tshark takes for bare data, as text
fields "tcp.flags.syn == 1 && tcp.flags.ack == 0" tcp.dstport | sort -u >"$dir/servers"
[ -s "$dir/servers" ] || fail "no TCP connection"
msnp=""
while read -r port; do
  msnp="$msnp -d tcp.port==$port,msnms"
done <"$dir/servers"
# shellcheck disable=SC2086
see $msnp -Y msnms -V >"$dir/msnp"
for word in INVITE ACCEPT; do
  grep -q "Invitation-Command: $word" "$dir/msnp" || fail "no $word in MSNP"
done

# SIP: one dialog, in this order, repeats apart
fields sip sip.Call-ID >"$dir/call-ids"
[ "$(sort -u "$dir/call-ids" | wc -l)" -eq 1 ] || fail "not one Call-ID" "$dir/call-ids"
fields sip sip.Method sip.Status-Code sip.CSeq.method |
  awk -F '\t' '{ print $1 != "" ? $1 : $2 " " $3 }' | uniq >"$dir/dialog"
grep -v "^100 " "$dir/dialog" >"$dir/seen"
printf '%s\n' INVITE "180 INVITE" "200 INVITE" ACK BYE "200 BYE" >"$dir/due"
cmp -s "$dir/seen" "$dir/due" || fail "the dialog is otherwise" "$dir/dialog"
fields "sip.Status-Code == 200 && sdp || sip.Method == INVITE" ip.src sdp.media.port \
  >"$dir/offers"
[ "$(wc -l <"$dir/offers")" -ge 2 ] || fail "no SDP in INVITE and 200" "$dir/offers"

# RTP: one stream each way, of PCMU, between the ports of the SDP
fields rtp ip.src udp.srcport ip.dst udp.dstport rtp.ssrc rtp.p_type >"$dir/rtp"
least=$((seconds * 40))
awk -F '\t' '$6 == 0 { n[$1 " " $2 " " $3 " " $4 " " $5]++ }
  END { for (s in n) print s, n[s] }' "$dir/rtp" | sort >"$dir/streams"
[ "$(wc -l <"$dir/streams")" -eq 2 ] || fail "not two streams of PCMU" "$dir/streams"
while read -r from from_port to to_port ssrc packets; do
  [ "$packets" -ge "$least" ] || fail "$from ($ssrc): only $packets of PCMU"
  grep -q "^$from	$from_port" "$dir/offers" ||
    fail "$from sends from $from_port, not from the port of its SDP" "$dir/offers"
  grep -q "^$to	$to_port" "$dir/offers" ||
    fail "$from sends to $to_port, not to the port of the SDP" "$dir/offers"
done <"$dir/streams"

# the key, its end three times (RFC 4733 2.5.1.4)
fields rtpevent rtpevent.event_id | sort -u >"$dir/keys"
[ "$(cat "$dir/keys")" = 5 ] || fail "not key 5" "$dir/keys"
fields "rtpevent.end_of_event == 1" rtpevent.duration >"$dir/ends"
[ "$(wc -l <"$dir/ends")" -eq 3 ] || fail "the end of the key is not there thrice" "$dir/ends"

echo "passed: $(fields frame frame.number | wc -l) packets," \
  "$(awk '{ print $6 }' "$dir/streams" | paste -sd ' ' -) of PCMU"
