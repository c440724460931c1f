#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: cost.sh SOURCE_ROOT BUILD
# What the library computes for one call, message, packet or sample: counted
# instructions instead of time, so that a busy machine says the same as a quiet
# one.  Fails when one exceeds its limit in cost.txt; a limit is what was
# counted when it was written, and a tenth.
set -eu
root=$1
MSNAV_TEST_DATA=$root/tests/data
export MSNAV_TEST_DATA
cd "$2/tests/bench"

counted() { # counted PROGRAM COMPARISON TURNS: instructions of the process
  BENCH_ONLY=$2 BENCH_TURNS=$3 valgrind --tool=cachegrind --cache-sim=no \
    --cachegrind-out-file=/dev/null "./bench-$1" 2>&1 >/dev/null |
    sed -n 's/,//g; s/.*I *refs: *//p'
}

bad=0
printf '%-14s %10s %10s\n' what counted limit
while read -r program comparison operations limit; do
  case $program in '#'* | '') continue ;; esac
  start=$(counted "$program" "$comparison" 0)
  turn=$(counted "$program" "$comparison" 1)
  each=$(((turn - start) / operations))
  printf '%-14s %10s %10s\n' "$comparison" "$each" "$limit"
  if [ "$each" -le 0 ] || [ "$each" -gt "$limit" ]; then
    echo "cost.sh: $comparison takes $each instructions, its limit is $limit" >&2
    bad=1
  fi
done <"$root/tests/checks/cost.txt"
exit $bad
