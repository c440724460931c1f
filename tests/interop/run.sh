#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run.sh DIAL SCENARIO PROFILE
# A call between dial and sipp on loopback.  SCENARIO is the name of one of
# the .xml files here, which play RTC 1.2, or sipp's own "uac" or "uas".
# PROFILE is dial's.  Exit code 77: sipp is not installed.
set -eu
dial=$(readlink -f "$1") scenario=$2 profile=$3
here=$(cd "$(dirname "$0")" && pwd)
command -v sipp >/dev/null || exit 77

dir=$(mktemp -d)
phone="" peer=""
clean_up() {
  [ -z "$phone" ] || kill "$phone" 2>/dev/null || :
  [ -z "$peer" ] || kill "$peer" 2>/dev/null || :
  rm -rf "$dir"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $scenario, $profile: $1"
  for f in "$dir"/*.log; do
    echo "--- $(basename "$f")"
    cat "$f"
  done
  exit 1
}

# dial's SIP port, sipp's SIP port, sipp's RTP port
# shellcheck disable=SC2046
set -- $(python3 "$here/../support/ports.py" 3)
ip=127.0.0.2
ours=$ip:$1 sip=$2 rtp=$3

case $scenario in
*-gets-bye) talk=1 end="ended: hung up" ;;   # dial hangs up
*-says-bye) talk=8 end="ended: hung up by the peer" ;;
uac) talk=8 end="ended: hung up by the peer" ;;
uas) talk=1 end="ended: hung up" ;;
*) echo "no such scenario: $scenario" && exit 2 ;;
esac
case $scenario in
uac | uas) play="-sn $scenario" ;;
*) play="-sf $here/$scenario.xml" ;;
esac

python3 "$here/sweep.py" "$dir/said.wav" 300
run_dial() {
  timeout 25 "$dial" "$@" --profile "$profile" --seconds "$talk" \
    --play "$dir/said.wav" \
    </dev/null >"$dir/dial.log" 2>&1 &
  phone=$!
}

run_sipp() {
  (
    cd "$dir"
    # shellcheck disable=SC2086
    exec sipp $play "$@" -i 127.0.0.1 -p "$sip" -mi 127.0.0.1 -mp "$rtp" -rtp_echo \
      -cid_str "a0c241bf9538449aa9b95d4872e0dd2%u@%s" -d 1000 -m 1 \
      -timeout 20s -timeout_error -nostdin -nd \
      -trace_err -error_file errors.log -trace_msg -message_file messages.log \
      </dev/null >screen.log 2>&1
  ) &
  peer=$!
}

case $scenario in
uac | rtc-caller-*)
  run_dial --listen "$ours"
  python3 "$here/../support/ports.py" --wait "$ours"
  run_sipp "$ours"
  ;;
*)
  run_sipp
  python3 "$here/../support/ports.py" --wait "127.0.0.1:$sip"
  run_dial "sip:127.0.0.1:$sip" --bind "$ip"
  ;;
esac

code=0
wait "$peer" || code=$?
peer=""
[ "$code" -eq 0 ] || fail "sipp's exit code is $code"
wait "$phone" || code=$?
phone=""
[ "$code" -eq 0 ] || fail "dial's exit code is $code"

has() { grep -q -e "$1" "$dir/dial.log" || fail "dial did not print: $1"; }
has "^talking$"
has "^$end$"
has "^codec PCMU, "
has "^sent [1-9][0-9][0-9]* packets, "
has "^[1-9][0-9][0-9]* of our own packets came back" # sipp is an echo
has "^m=audio $rtp RTP/AVP " # what sipp sent was understood

# the dialect: RTC 1.2 writes no branch, and its called side does not swap
# From and To in a BYE; others do both (RFC 3261 8.1.1.7, 12.2.1.1)
from_us() { grep -c -e "$1" "$dir/messages.log" || :; }
branches=$(from_us "^Via: SIP/2.0/UDP $ip:.*;branch=z9hG4bK")
vias=$(from_us "^Via: SIP/2.0/UDP $ip:")
bye_from=$(sed -n '/^BYE /,/^To:/s/^From: *//p' "$dir/messages.log" | tail -1)
case $profile in
rtc-1.2) expected=0 caller='"yxu" <sip:taogx@163.com>;' ;;
*) expected=$vias caller="<sip:$ours>;" ;;
esac
[ "$branches" -eq "$expected" ] || fail "$branches of $vias Vias have a branch"
if [ "$scenario" = rtc-caller-gets-bye ]; then
  case $bye_from in
  "$caller"*) ;;
  *) fail "BYE is from $bye_from" ;;
  esac
fi
[ ! -s "$dir/errors.log" ] || fail "sipp met something unexpected"
echo "passed: $scenario, $profile"
