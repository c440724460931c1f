#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is missing, build, and run every test.
#   sh tests/run.sh            all suites
#   sh tests/run.sh unit abi   only these
# The last line is "N passed, N failed, N skipped".
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${MSNAV_BUILD:-$root/build-test}

sh "$root/examples/install.sh" build test speech

if [ ! -e "$build/build.ninja" ]; then
  # shellcheck disable=SC2086
  meson setup "$build" "$root" ${MSNAV_SETUP:-} >"$build.log" 2>&1 || {
    cat "$build.log"
    exit 1
  }
fi
ninja -C "$build" >"$build.log" 2>&1 || {
  grep -E 'error|warning|FAILED|undefined' "$build.log" | head -50
  exit 1
}

suites=""
for s in "$@"; do suites="$suites --suite $s"; done
status=0
# more than there are processors: many tests wait for time-outs
# shellcheck disable=SC2086
meson test --num-processes 6 -C "$build" --no-rebuild --print-errorlogs $suites || status=$?
python3 - "$build/meson-logs/testlog.json" <<'PYTHON'
import json
import re
import sys

counts = {"passed": 0, "failed": 0, "skipped": 0}
with open(sys.argv[1], encoding="utf-8") as f:
    for line in f:
        test = json.loads(line)
        kind = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(
            test["result"], "failed")
        counts[kind] += 1
        if kind == "failed":  # what TAP says of it, which --print-errorlogs leaves out
            said = re.findall(r"^not ok .*(?:\n#.*)*", test.get("stdout", ""), re.M)
            print(f"{test['name']}: {test['result']}", *said, sep="\n")
print(", ".join(f"{n} {kind}" for kind, n in counts.items()))
PYTHON
exit "$status"
