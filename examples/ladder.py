# SPDX-License-Identifier: LGPL-2.1-or-later
"""Call ladders: events of a call as lines of text and as an SVG picture.

An event is a dictionary: t (microseconds on one clock), who, kind.  Kind
"arrow" goes from one column to another (from, to: A, S or B) and has proto,
label and note; kind "state" has state and, at the end, reason.
"""
from html import escape

COLUMNS = {"A": 1, "S": 35, "B": 69}  # of the text
TEXT_WIDTH = 71
ARROW = {"MSNP": "-", "SIP": "=", "RTP": "~", "DTMF": "~"}
WIDTH, TOP, STEP = 1000, 84, 30
LANES = {"A": 170, "S": 500, "B": 830}  # of the picture
PROTOCOLS = ("MSNP", "SIP", "RTP", "DTMF")
# without var(), which viewers of pictures draw black
STYLE = """
.page{fill:#fff}.lane{stroke:#c9ced6}.name{fill:#1c2430;font-size:17px;font-weight:600}
.label{font-size:12.5px}.time{fill:#5b6472;font-size:11px}.key{font-size:12px}
.state{fill:#eef1f5;stroke:#aab3c0}.statetext{fill:#1c2430;font-size:12px}
.MSNP{fill:#2563a8;stroke:#2563a8}.SIP{fill:#b4561a;stroke:#b4561a}
.RTP{fill:#3a7d44;stroke:#3a7d44}.DTMF{fill:#7a4fa3;stroke:#7a4fa3}
g line{stroke-width:1.6}g text{stroke:none}
@media (prefers-color-scheme:dark){.page{fill:#14181f}.lane{stroke:#3b4452}.name{fill:#e6eaf0}
.time{fill:#9aa5b5}.state{fill:#232a35;stroke:#5b6472}.statetext{fill:#e6eaf0}
.MSNP{fill:#7db4f0;stroke:#7db4f0}.SIP{fill:#f0a070;stroke:#f0a070}
.RTP{fill:#7fcf8d;stroke:#7fcf8d}.DTMF{fill:#c3a2f2;stroke:#c3a2f2}}
"""


def _start(events, event):
    """Time of the first arrow: the zero of the ladder."""
    for e in events:
        if e["kind"] == "arrow":
            return e["t"]
    return event["t"]


def _printable(text):
    return "".join(c if c.isprintable() else "·" for c in text)


def line(event, earlier):
    """One line of text, or None when there is nothing to see."""
    if event["kind"] not in ("arrow", "state"):
        return None
    seconds = max(0, (event["t"] - _start(earlier, event)) / 1e6)
    row = [" "] * TEXT_WIDTH
    for at in COLUMNS.values():
        row[at] = "|"
    if event["kind"] == "arrow":
        a, b = COLUMNS[event["from"]], COLUMNS[event["to"]]
        lo, hi = min(a, b), max(a, b)
        row[lo + 1:hi] = ARROW.get(event["proto"], "-") * (hi - lo - 1)
        row[b - 1 if b > a else b + 1] = ">" if b > a else "<"
        label = _shorten(_printable(event["label"]), hi - lo - 7)
        at = (lo + hi + 1 - len(label)) // 2
        row[at - 1:at + len(label) + 1] = f" {label} "
        note = _printable(event.get("note", ""))
    else:
        text = event["state"].upper()
        at = COLUMNS[event["who"]]
        start = at + 2 if event["who"] == "A" else at - 1 - len(text)
        row[start:start + len(text)] = text
        note = event.get("reason", "")
    return f"{seconds:8.3f} " + "".join(row) + (f" {note}" if note else "")


def _shorten(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def _arrow_svg(event, y):
    a, b = LANES[event["from"]], LANES[event["to"]]
    tip = b - 2 if b > a else b + 2
    back = tip - 9 if b > a else tip + 9
    dash = ' stroke-dasharray="7 5"' if event["proto"] in ("RTP", "DTMF") else ""
    full = escape(_printable(event["label"]))
    label = escape(_shorten(_printable(event["label"]), abs(b - a) // 8))
    note = escape(_printable(event.get("note", "")))
    title = f"<title>{full}{' · ' + note if note else ''}</title>"
    return (f'<g class="{escape(event["proto"])}">{title}<line x1="{a}" y1="{y}" x2="{back}" '
            f'y2="{y}"{dash}/><polygon points="{tip},{y} {back},{y - 4.5} '
            f'{back},{y + 4.5}"/><text x="{(a + b) / 2}" y="{y - 6}" '
            f'text-anchor="middle" class="label">{label}</text></g>')


def _state_svg(event, y):
    x = LANES[event["who"]]
    text = event["state"]
    if event.get("reason"):
        text += f": {event['reason']}"
    half = 4.2 * len(text) + 10
    return (f'<g><rect x="{x - half}" y="{y - 13}" width="{2 * half}" height="20" rx="10" '
            f'class="state"/><text x="{x}" y="{y + 1.5}" text-anchor="middle" '
            f'class="statetext">{escape(text)}</text></g>')


def svg(events, names):
    """The whole ladder as a picture, for light and dark pages."""
    shown = [e for e in events if e["kind"] in ("arrow", "state")]
    height = TOP + STEP * (len(shown) + 1)
    first = _start(shown, shown[0]) if shown else 0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="system-ui, sans-serif">',
        "<title>A call, message by message</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
    ]
    for who, x in LANES.items():
        parts.append(f'<text x="{x}" y="34" text-anchor="middle" class="name">'
                     f"{escape(names[who])}</text>")
        parts.append(f'<line x1="{x}" y1="46" x2="{x}" y2="{height - 12}" class="lane"/>')
    for i, proto in enumerate(PROTOCOLS):
        parts.append(f'<g class="{proto}"><text x="12" y="{20 + 15 * i}" class="key">'
                     f"{proto}</text></g>")
    for i, event in enumerate(shown):
        y = TOP + STEP * i + 10
        seconds = max(0, (event["t"] - first) / 1e6)
        parts.append(f'<text x="12" y="{y + 4}" class="time">{seconds:.3f} s</text>')
        parts.append(_arrow_svg(event, y) if event["kind"] == "arrow" else _state_svg(event, y))
    parts.append("</svg>\n")
    return "\n".join(parts)
