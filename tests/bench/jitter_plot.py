#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Delay over time, our jitter buffer beside others, one SVG per network.

usage: jitter_plot.py POINTS DIRECTORY

POINTS is the points.txt of jitter_peers.py: network, engine, seconds, ms."""
import collections
import pathlib
import sys

OURS = "libmsnav"
PEERS = ("limit-ring-fixed120", "speexdsp-jitter", "ortp-adaptive-rls",
         "libre1.1-jbuf-3..10")
NAMES = {"limit-ring-fixed120": "ring, fixed 120 ms", "speexdsp-jitter":
         "speexdsp", "ortp-adaptive-rls": "oRTP (RLS)",
         "libre1.1-jbuf-3..10": "libre", OURS: "libmsnav"}
TITLES = {"lan": "lan", "wifi": "wifi: a stall every 5 s", "dsl03":
          "dsl: 3 % loss, reordering", "skew": "skew: sender 300 ppm fast",
          "step": "step: route 80 ms longer from 100 s to 200 s"}
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 128, 60, 16, 44
SECONDS, COLUMNS = 300, 300
STYLE = """
text { font: 12px sans-serif; fill: #333 }
.title { font-size: 15px; font-weight: bold }
.grid { stroke: #bbb; stroke-width: .5 }
.peer { fill: none; stroke: #b45309; stroke-width: 1 }
.peer-band { fill: #f59e0b; fill-opacity: .35; stroke: none }
.ours { fill: none; stroke: #1d4ed8; stroke-width: 1 }
.ours-band { fill: #3b82f6; fill-opacity: .35; stroke: none }
.back { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .back { fill: #16181c } .grid { stroke: #555 }
  .peer { stroke: #fbbf24 } .ours { stroke: #7db2ff }
}
"""


def read(path):
    """network -> engine -> column -> (least, sum, count, most)"""
    networks = collections.defaultdict(lambda: collections.defaultdict(dict))
    with open(path, encoding="ascii") as lines:
        for line in lines:
            network, engine, at, delay = line.split()
            if engine not in NAMES:
                continue
            column, ms = int(float(at) * COLUMNS / SECONDS), float(delay)
            columns = networks[network][engine]
            low, total, count, high = columns.get(column, (ms, 0.0, 0, ms))
            columns[column] = (min(low, ms), total + ms, count + 1,
                               max(high, ms))
    return networks


class Panel:
    def __init__(self, y, top_ms):
        self.y, self.top_ms = y, top_ms

    def at(self, column, ms):
        x = LEFT + (WIDTH - LEFT - RIGHT) * column / COLUMNS
        height = ROW - 34
        y = self.y + height - height * min(ms, self.top_ms) / self.top_ms
        return f"{x:.1f},{y:.1f}"

    def curve(self, columns, name):
        keys = sorted(c for c in columns if c <= COLUMNS)
        band = [self.at(c, columns[c][3]) for c in keys]
        band += [self.at(c, columns[c][0]) for c in reversed(keys)]
        mean = [self.at(c, columns[c][1] / columns[c][2]) for c in keys]
        return [f'<polygon class="{name}-band" points="{" ".join(band)}"/>',
                f'<polyline class="{name}" points="{" ".join(mean)}"/>']

    def frame(self, peer):
        out = []
        step = 50 if self.top_ms <= 200 else 100
        for ms in range(0, self.top_ms + 1, step):
            (x, y), right = self.at(0, ms).split(","), WIDTH - RIGHT
            out.append(f'<line class="grid" x1="{x}" x2="{right}" y1="{y}" '
                       f'y2="{y}"/><text x="{LEFT - 6}" y="{float(y) + 4:.1f}"'
                       f' text-anchor="end">{ms}</text>')
        for second in range(0, SECONDS + 1, 60):
            x, y = self.at(second * COLUMNS / SECONDS, 0).split(",")
            out.append(f'<text x="{x}" y="{float(y) + 15:.1f}" '
                       f'text-anchor="middle">{second}</text>')
        out.append(f'<text x="{LEFT + 6}" y="{self.y - 5}">libmsnav (blue) '
                   f'and {NAMES[peer]} (orange)</text>')
        middle = self.y + (ROW - 34) / 2
        out.append(f'<text transform="translate(14 {middle}) rotate(-90)" '
                   'text-anchor="middle">delay, ms</text>')
        return out


def draw(network, engines):
    peers = [p for p in PEERS if p in engines]
    height = TOP + ROW * len(peers) + 16
    most = max(columns[c][3] for name in (*peers, OURS)
               for columns in (engines[name],) for c in columns)
    top_ms = next(t for t in (100, 150, 200, 300, 400, 500, 1000)
                  if most <= t or t == 1000)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">',
           f"<title>Added delay over time, {TITLES[network]}</title>",
           f"<style>{STYLE}</style>",
           '<rect class="back" width="100%" height="100%"/>',
           f'<text class="title" x="{LEFT}" y="22">Added delay, '
           f'{TITLES[network]}</text>']
    for row, peer in enumerate(peers):
        panel = Panel(TOP + ROW * row, top_ms)
        out += panel.frame(peer)
        out += panel.curve(engines[peer], "peer")
        out += panel.curve(engines[OURS], "ours")
    out.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{height - 6}" '
               'text-anchor="middle">time of the call, s (line: mean of a '
               'second; band: least and most)</text></svg>')
    return "\n".join(out) + "\n"


def main():
    directory = pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for network, engines in read(sys.argv[1]).items():
        path = directory / f"delay-{network}.svg"
        path.write_text(draw(network, engines), encoding="utf-8")


if __name__ == "__main__":
    main()
