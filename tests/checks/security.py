#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: security.py SOURCE_ROOT
Each attack of doc/security.md is shown by tests that exist and are run, and
each limit of call.h is in its table."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
page = (root / "doc/security.md").read_text(encoding="utf-8")
bad = []


def is_run(name, test):
    """Whether a test is defined, and named again where tests are listed."""
    if name.endswith(".py"):
        path = root / name
        return path.exists() and re.search(rf"def {test}\(", path.read_text(encoding="utf-8"))
    path = root / "tests" / f"{name}.c"
    if not path.exists():
        return False
    text = path.read_text(encoding="utf-8")
    defined = re.search(rf"^(static void )?{test}\(|static void {test}\(|IN\({test[3:]}\b", text, re.M)
    return bool(defined) and len(re.findall(rf"\b{test}\b", text)) >= 2


rows = [line for line in page.split("## Attacks")[1].split("\n## ")[0].split("\n")
        if line.startswith("| ")][1:]
shown = 0
for row in rows:
    attack, promise, tests = (cell.strip() for cell in row.strip("|").split(" | "))
    named = re.findall(r"`([\w/.]+)`: ((?:`\w+`(?:, )?)+)", tests)
    if not attack or not promise or not named:
        bad.append(f"no test: {attack}")
    for name, list_of_tests in named:
        for test in re.findall(r"`(\w+)`", list_of_tests):
            shown += 1
            if not is_run(name, test):
                bad.append(f"{attack}: {name} has no test {test}")

names = set(re.findall(r'\{"(\w+)", \d+, \d+, \d+\}', (root / "lib/call/limits.c").read_text()))
table = page.split("## Limits")[1].split("\n## ")[0]
for name in sorted(names - set(re.findall(r"`(\w+)`", table))):
    bad.append(f"limit {name} is not in the table")

print("\n".join(bad) if bad else f"{len(rows)} attacks, {shown} tests, {len(names)} limits")
sys.exit(1 if bad or not names else 0)
