#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The least mean delay that any jitter buffer can reach on a network.

usage: jitter_bound.py WORK [SEEDS]

WORK is what jitter_peers.py left.  For its networks lan, skew and step and the
seeds 0 to SEEDS (2) this prints the least mean delay of a buffer that knows
the future: it plays every frame that arrives, in order, several in one tick if
it likes, and has at most 0.05 % of ticks without a frame beyond what the
network lost.  What it cannot reach, nothing can."""
import os
import pathlib
import subprocess
import sys

TICK = 20000  # µs
FRAME = 160  # of the timestamp
NETWORKS = ("lan", "skew", "step")
GAPS = 0.05  # %
AT_ONCE = 3  # frames in one tick
DEEP = 9  # frames that a buffer may be behind


class Network:
    """What the harness's simulation sees: the frames by number, when each was
    sent (by the sender's mean rate) and the tick from which it is there."""

    def __init__(self, path):
        packets = []
        for line in path.read_text().split():
            at, sent, _, timestamp = map(int, line.split(","))
            packets.append((at, sent, timestamp // FRAME))
        (self.start, sent, self.first), last = packets[0], packets[-1]
        self.period = (last[1] - sent) / (last[2] - self.first)
        self.origin = sent
        self.ticks = (last[0] - self.start) // TICK + 1
        self.frames = max(frame for _, _, frame in packets) + 1
        self.there = {}
        for at, _, frame in packets:
            tick = max(0, -((self.start - at) // TICK))
            self.there[frame] = min(tick, self.there.get(frame, tick))
        self.loss = 100 * (self.frames - len(self.there)) / self.frames

    def delay(self, frame, tick):
        return (self.start + tick * TICK - self.origin - frame * self.period) / 1000


def cheapest(net, price):
    """By dynamic programming over the ticks, for each next frame that a buffer
    may be at: the least of delays plus price a gap.  (delay ms, gaps %)"""
    states = {net.first: (0.0, 0.0, 0)}  # next frame: cost, delays, gaps
    for tick in range(net.ticks):
        after = {}

        def reach(frame, state):
            if frame not in after or state < after[frame]:
                after[frame] = state

        for frame, (cost, delays, gaps) in states.items():
            ended = frame >= net.frames
            reach(frame, (cost, delays, gaps) if ended else
                  (cost + price, delays, gaps + 1))
            played = 0
            while frame < net.frames and played < AT_ONCE:
                if frame not in net.there:  # skipped, or a gap of its own
                    frame += 1
                    gap = played == 0
                    reach(frame, (cost + price * gap, delays, gaps + gap))
                    continue
                if net.there[frame] > tick:
                    break
                delay = net.delay(frame, tick)
                cost, delays = cost + delay, delays + delay
                played, frame = played + 1, frame + 1
                reach(frame, (cost, delays, gaps))
        newest = max(after)
        states = {f: s for f, s in after.items() if f >= newest - DEEP}
    _, delays, gaps = states[max(states)]
    return delays / len(net.there), 100 * gaps / net.ticks


def bound(net):
    """The price at which there are just as many gaps as allowed, by halving
    the interval; the figures at that price."""
    low, high, best = 1.0, 200000.0, None
    for _ in range(14):
        price = (low * high) ** 0.5
        delay, gaps = cheapest(net, price)
        excess = max(0.0, gaps - net.loss)
        if excess <= GAPS:
            best, high = (delay, excess), price
        else:
            low = price
    return best


def main():
    work = pathlib.Path(sys.argv[1])
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    dump = work / "bin" / "trace_dump"
    subprocess.run(["cc", "-O2", "-w", "-D_GNU_SOURCE", work / "tools" / "trace_dump.c",
                    "-lm", "-o", dump], check=True)
    (work / "data").chmod(0o755)
    for network in NETWORKS:
        path = work / "data" / f"trace_{network}.csv"
        path.chmod(0o644)
    print("| network | seed | least ms | gaps % | first transit ms |")
    print("|---|---|---|---|---|")
    for seed in range(seeds + 1):
        subprocess.run([dump], cwd=work, check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, TRACE_SEED=str(seed)))
        for network in NETWORKS:
            net = Network(work / "data" / f"trace_{network}.csv")
            delay, gaps = bound(net)
            print(f"| {network} | {seed} | {delay:.1f} | {gaps:.2f} | "
                  f"{(net.start - net.origin) / 1000:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
