#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The jitter buffer beside other libraries on the same networks.

usage: jitter_peers.py HARNESS WORK [SEEDS]

Copies HARNESS (see doc/performance.md) to WORK, gives its networks a seed
from the environment, builds the jitter buffers there and ours, and runs all of
them on its five networks with seeds 0 (the harness's own) to SEEDS (2).
Prints a table, and what was missed.  WORK/points.txt receives the delay of
each frame on the harness's own networks, for jitter_plot.py."""
import collections
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ("limit", "speex", "ortp", "re")
OURS = "libmsnav"
# Delay ms and excess gaps %, on the harness's own networks: a tick comes every
# 20 ms from the first arrival on, so that the least delay without gaps is that
# arrival's luck.
BARS = {"lan": (25, 0.05), "step": (50, 0.05), "skew": (18.5, math.inf)}


def replace(text, old, new):
    if text.count(old) != 1:
        sys.exit(f"the harness is another one: no {old!r}")
    return text.replace(old, new)


def prepare(harness, work):
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(harness, work, ignore=shutil.ignore_patterns("bin"))
    path = work / "common" / "trace.h"
    path.parent.chmod(0o755)
    path.chmod(0o644)
    work.chmod(0o755)
    text = path.read_text()
    text = replace(text, "trs = 0xC0FFEE1234567ull + 7919 * which;",
                   "trs = 0xC0FFEE1234567ull + 7919 * which"
                   " + 104729ull * bench_env(\"TRACE_SEED\", 0);")
    text = replace(text, "printf(\"JB %-6s %-24s late",
                   "printf(\"JB %-6s %-24s loss%%=%.4f late")
    text = replace(text, "t.name, e->name, q.late,",
                   "t.name, e->name, 100.0 * (TR_N - t.uniq) / TR_N, q.late,")
    text = text.replace("gap_ticks%%=%.2f", "gap_ticks%%=%.4f")
    text = text.replace("mean=%.1f", "mean=%.3f")
    text = replace(text, "if (idx < lastidx) r.reord++;",
                   "if (getenv(\"TRACE_POINTS\")) printf(\"POINT %s %s %.2f "
                   "%.2f\\n\", t->name, e->name, (now - t->p[0].at) / 1e6,"
                   " (now - t->p[0].snd - (idx * ((t->p[t->n - 1].snd -"
                   " t->p[0].snd) / (double)(t->p[t->n - 1].idx -"
                   " t->p[0].idx)))) / 1000.0); if (idx < lastidx) r.reord++;")
    path.write_text(text)
    (work / "bin").mkdir()
    for peer in PEERS:
        subprocess.run(["make", "-s", f"bin/b_{peer}"], cwd=work)
    media = ROOT / "lib" / "media"
    subprocess.run(["cc", "-O2", "-w", "-std=gnu11", "-D_GNU_SOURCE", f"-I{ROOT / 'include'}",
                    f"-I{ROOT / 'lib'}", f"-I{work}",
                    ROOT / "tests" / "bench" / "jb_msnav.c", media / "jitter.c",
                    media / "pool.c", media / "delay.c", "-lm",
                    "-o", work / "bin" / "b_msnav"],
                   check=True)


LINE = re.compile(r"JB (\S+) +(\S+) +loss%=(\S+) late%=(\S+) "
                  r"gap_ticks%=(\S+) delay_ms mean=(\S+)")
Result = collections.namedtuple("Result", "delay gaps r")


def e_model(delay, loss):
    """ITU-T G.107 in the form of Cole and Rosenbluth, G.711 with
    concealment: Ie 0, Bpl 25.1; 60 ms of delay outside the buffer."""
    delay += 60
    by_delay = 0.024 * delay + max(0, 0.11 * (delay - 177.3))
    return 93.2 - by_delay - 95 * loss / (loss + 25.1)


def run(work, seed, points):
    env = dict(os.environ, TRACE_SEED=str(seed), BENCH_RUNS="1")
    if points is not None:
        env["TRACE_POINTS"] = "1"
    results = collections.defaultdict(dict)
    for name in (*PEERS, "msnav"):
        program = work / "bin" / f"b_{name}"
        if not program.exists():
            print(f"# not built: {name}")
            continue
        out = subprocess.run([program], env=env, text=True, cwd=work,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
        for line in out.splitlines():
            if line.startswith("POINT") and points is not None:
                points.write(line[6:] + "\n")
            found = LINE.match(line)
            if found:
                loss, late, gaps, delay = map(float, found.groups()[2:])
                excess = max(0.0, gaps - loss)
                results[found[1]][found[2]] = Result(
                    delay, excess, e_model(delay, loss + excess))
    return results


def judge(seed, network, engines, missed):
    ours = engines[OURS]
    where = f"{network} seed {seed}"
    for name, peer in engines.items():
        if name == OURS:
            continue
        if peer.r >= ours.r:
            missed.append(f"{where}: R {ours.r:.2f}, {name} {peer.r:.2f}")
        if peer.delay < ours.delay and peer.gaps < ours.gaps:
            missed.append(f"{where}: {name} is better in both, "
                          f"{peer.delay:.1f} ms {peer.gaps:.3f} % against "
                          f"{ours.delay:.1f} ms {ours.gaps:.3f} %")
    bar = BARS.get(network) if seed == 0 else None
    if bar and (round(ours.delay, 1) > bar[0] or round(ours.gaps, 2) > bar[1]):
        missed.append(f"{where}: {ours.delay:.2f} ms {ours.gaps:.3f} %")


def main():
    harness, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    prepare(harness, work)
    missed = []
    print("| network | seed | libmsnav: ms, %, R | best peer by R | ms, %, R |")
    print("|---|---|---|---|---|")
    for seed in range(seeds + 1):
        with open(work / "points.txt" if seed == 0 else os.devnull, "w",
                  encoding="ascii") as points:
            results = run(work, seed, points if seed == 0 else None)
        for network, engines in results.items():
            ours = engines[OURS]
            best = max((n for n in engines if n != OURS),
                       key=lambda n: engines[n].r)
            b = engines[best]
            print(f"| {network} | {seed} | {ours.delay:.1f}, {ours.gaps:.2f}, "
                  f"{ours.r:.2f} | {best} | {b.delay:.1f}, {b.gaps:.2f}, "
                  f"{b.r:.2f} |")
            judge(seed, network, engines, missed)
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
