#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: coverage.sh [TARGET...]
#
# What of the files that a target aims at (see the file targets) its seeds and
# what run.sh kept reach: lines and branches, by clang's source-based coverage.
# MSNAV_FUZZ_DIR as for run.sh.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${MSNAV_FUZZ_DIR:-$root/build-fuzz}
export BUILD="$work/coverage" # what its file names are relative to
build=$BUILD
for dir in /usr/lib/llvm-*/bin; do PATH=$PATH:$dir; done

mkdir -p "$work/log"
if [ ! -e "$build/build.ninja" ]; then
  CC=${FUZZ_CC:-clang} meson setup "$build" "$root" -Ddefault_library=static -Db_lundef=false \
    -Dexamples=false -Dtools=false -Dc_args='-fprofile-instr-generate -fcoverage-mapping' \
    -Dc_link_args=-fprofile-instr-generate >"$work/log/coverage" 2>&1 || {
    cat "$work/log/coverage"
    exit 1
  }
fi
ninja -C "$build" fuzz >"$work/log/coverage" 2>&1 || { tail -n 40 "$work/log/coverage"; exit 1; }

# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(awk '!/^#/ { print $1 }' "$root/tests/fuzz/targets")
printf '%-12s %7s %16s %16s\n' target inputs lines branches
for target in "$@"; do
  program=$build/tests/fuzz/replay-$target
  files=$(awk -v t="$target" '$1 == t { $1 = ""; print }' "$root/tests/fuzz/targets")
  profile=$work/log/$target.profraw
  inputs=$root/tests/fuzz/corpus/$target
  [ ! -d "$work/corpus/$target" ] || inputs="$inputs $work/corpus/$target"
  # shellcheck disable=SC2086
  LLVM_PROFILE_FILE=$profile "$program" $inputs >"$work/log/$target.replay" 2>&1 || {
    tail -n 3 "$work/log/$target.replay"
    exit 1
  }
  llvm-profdata merge -o "$work/log/$target.profdata" "$profile"
  # shellcheck disable=SC2086
  llvm-cov export -summary-only -instr-profile "$work/log/$target.profdata" "$program" 2>/dev/null |
    python3 -c '
import json, os, sys
target, inputs, root = sys.argv[1:4]
aims = [os.path.join(root, name) for name in sys.argv[4:]]
sums = {"lines": [0, 0], "branches": [0, 0]}
for f in json.load(sys.stdin)["data"][0]["files"]:
    name = os.path.normpath(os.path.join(os.environ["BUILD"], f["filename"]))
    if any(name == aim or name.startswith(aim + "/") for aim in aims):
        for kind, n in sums.items():
            n[0] += f["summary"][kind]["covered"]
            n[1] += f["summary"][kind]["count"]
shares = ["%d/%d %3.0f %%" % (n[0], n[1], 100 * n[0] / max(1, n[1])) for n in sums.values()]
print("%-12s %7s %16s %16s" % (target, inputs, *shares))' \
      "$target" "$(tail -n 1 "$work/log/$target.replay" | cut -d ' ' -f 1)" "$root" $files
done
