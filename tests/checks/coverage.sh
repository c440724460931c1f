#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: coverage.sh SOURCE_ROOT BUILD
# What the tests that ran in BUILD (-Db_coverage=true) went through, by layer.
# Pure layers: 95 % of lines and 85 % of branches; the others: 85 % of lines.
# Lines that only a lack of memory reaches count like all others: oom.c makes
# each allocation fail.  assert() has a branch that nothing may take.
set -eu
root=$1 build=$2
cd "$root"
gcovr --root "$root" --filter 'lib/' --exclude-unreachable-branches \
  --exclude-branches-by-pattern '.*\b(assert|CHECK)\b.*' --json-summary "$build/coverage.json" \
  --gcov-ignore-parse-errors "$build" >"$build/coverage.log" 2>&1 || {
  tail -n 20 "$build/coverage.log"
  exit 1
}
python3 - "$build/coverage.json" <<'PYTHON'
import collections
import json
import sys

PURE = "base invite switchboard sdp sipguard session codec media metrics".split()
with open(sys.argv[1], encoding="utf-8") as f:
    files = json.load(f)["files"]
totals = collections.OrderedDict()
for file in files:
    layer = file["filename"].split("/")[1]
    sums = totals.setdefault(layer, [0, 0, 0, 0])
    for i, key in enumerate(("line_covered", "line_total", "branch_covered", "branch_total")):
        sums[i] += file[key]
bad = 0
print(f"{'layer':<12} {'lines':>7} {'branches':>9}")
for layer, (lines, line_total, branches, branch_total) in sorted(totals.items()):
    line = 100.0 * lines / max(line_total, 1)
    branch = 100.0 * branches / max(branch_total, 1)
    low = line < 95 or branch < 85 if layer in PURE else line < 85
    bad += low
    print(f"{layer:<12} {line:>6.1f}% {branch:>8.1f}%{'  too little' if low else ''}")
if bad:
    worst = sorted(files, key=lambda f: f["line_total"] - f["line_covered"], reverse=True)
    for f in worst[:12]:
        print(f"{f['filename']}: {f['line_total'] - f['line_covered']} lines, "
              f"{f['branch_total'] - f['branch_covered']} branches not reached")
sys.exit(1 if bad else 0)
PYTHON
