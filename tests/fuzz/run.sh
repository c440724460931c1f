#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run.sh HOURS [TARGET...]   HOURS for each target, 0.0084 is 30 s
#
# Builds the fuzz targets with clang, runs them from the seeds in the tree and
# from what earlier runs kept, keeps what reached something new, and ends with
# a table.  Fails when there are findings.
#   MSNAV_FUZZ_DIR   where all of that lives, outside the tree or ignored by
#                    it: build/, corpus/TARGET/, findings/TARGET/, log/, and
#                    history, a line for each run (default build-fuzz)
#   MSNAV_FUZZ_JOBS  targets at a time (default 2)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${MSNAV_FUZZ_DIR:-$root/build-fuzz}

# one target; called for each by the same script, several at a time
run_one() { # run_one TARGET SECONDS
  target=$1
  program=$work/build/tests/fuzz/fuzz-$target
  seeds=$root/tests/fuzz/corpus/$target
  log=$work/log/$target
  kept=$work/corpus/$target
  found=$work/findings/$target
  new=$work/new/$target
  rm -rf "$new"
  mkdir -p "$kept" "$found" "$new"
  status=0
  timeout=25
  case $target in sip | call) timeout=0 ;; esac # see patience.h
  "$program" -max_total_time="$2" -timeout="$timeout" -rss_limit_mb=2048 -max_len=4096 \
    -artifact_prefix="$found/" -print_final_stats=1 "$new" "$kept" "$seeds" \
    >"$log" 2>&1 || status=$?
  times >"$log.times" # not in a pipe: that would be those of a subshell
  cpu=$(awk 'NR == 2 { split($1 $2, t, "[ms]"); printf "%.0f", 60 * (t[1] + t[3]) + t[2] + t[4] }' \
    "$log.times")
  if [ "$2" -ge 60 ]; then
    "$program" -merge=1 "$kept" "$seeds" "$new" >"$log.merge" 2>&1 || true
  fi
  rm -rf "$new"
  awk -v target="$target" -v cpu="$cpu" -v date="$(date -u +%Y-%m-%dT%H:%MZ)" -v status="$status" '
    /Loaded 1 modules/ { split($0, a, /[()]/); split(a[2], b, " "); all = b[1] }
    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    /number_of_executed_units/ { runs = $2 }
    END { print date, target, cpu, runs + 0, edges "/" all, status }' "$log" >>"$work/history"
}

if [ "${1:-}" = --one ]; then
  run_one "$3" "$2"
  exit 0
fi
[ $# -ge 1 ] || { sed -n '3p' "$0"; exit 2; }
seconds=$(awk -v hours="$1" 'BEGIN { printf "%d", hours * 3600 }')
[ "$seconds" -gt 0 ] || { echo "run.sh: HOURS must be a number above 0" >&2; exit 2; }
shift

mkdir -p "$work/log"
if [ ! -e "$work/build/build.ninja" ]; then
  CC=${FUZZ_CC:-clang} meson setup "$work/build" "$root" -Dfuzz=true -Ddefault_library=static \
    -Db_lundef=false -Dexamples=false -Dtools=false >"$work/log/setup" 2>&1 || {
    cat "$work/log/setup"
    exit 1
  }
fi
ninja -C "$work/build" fuzz >"$work/log/build" 2>&1 || { tail -n 40 "$work/log/build"; exit 1; }

# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cd "$work/build/tests/fuzz" && for t in fuzz-*; do
  [ -x "$t" ] && [ ! -d "$t" ] && echo "${t#fuzz-}"; done)
for target in "$@"; do
  [ -x "$work/build/tests/fuzz/fuzz-$target" ] || { echo "run.sh: no target $target" >&2; exit 2; }
done
touch "$work/history"
before=$(wc -l <"$work/history")
printf '%s\n' "$@" | xargs -n 1 -P "${MSNAV_FUZZ_JOBS:-2}" sh "$0" --one "$seconds"

# of this run: edges are those of the library's files and the target's own
printf '%-12s %12s %8s %8s %13s %6s %9s\n' target executions exec/s 'CPU s' edges kept findings
tail -n "+$((before + 1))" "$work/history" | sort -k 2 | while read -r _ target cpu runs edges _; do
  printf '%-12s %12s %8s %8s %13s %6s %9s\n' "$target" "$runs" \
    "$(awk -v n="$runs" -v s="$cpu" 'BEGIN { printf "%.0f", n / (s > 0 ? s : 1) }')" "$cpu" "$edges" \
    "$(find "$work/corpus/$target" -type f | wc -l)" \
    "$(find "$work/findings/$target" -type f | wc -l)"
done
bad=$(tail -n "+$((before + 1))" "$work/history" | awk '$6 != 0 { printf " %s", $2 }')
[ -z "$bad" ] && exit 0
for target in $bad; do
  echo "=== $target: $work/findings/$target"
  grep -E 'ERROR|SUMMARY|runtime error|    #[0-9]+ ' "$work/log/$target" | head -n 25
done
exit 1
