# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: robust.py msnav-decode [--all]
Whatever becomes of the bytes of paper.pcap and paper-dump.txt, the decoder
ends with an exit code of its own and prints valid JSON: truncations, and
single bytes that are changed.  A sample, the same each time; --all: every
one."""
import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from captures import DATA, Decoder, pcapng  # noqa: E402

FORMS = ("--json", "--html", "--svg", "--summary", "--ladder", "--width=60")
CODES = {0, 1, 3, 4, 5}


def broken(whole, everything):
    """(what, bytes) of the damages to try."""
    chance = random.Random(2003)
    count = len(whole) if everything else 120
    for at in chance.sample(range(len(whole)), min(count, len(whole))):
        yield f"cut at {at}", whole[:at]
    for at in chance.sample(range(len(whole)), min(count, len(whole))):
        value = whole[at] ^ (1 << chance.randrange(8)) if chance.random() < 0.5 \
            else chance.choice((0, 0x7F, 0x80, 0xFF, 0x0A))
        yield f"byte {at} is {value}", whole[:at] + bytes([value]) + whole[at + 1:]


def main(program, everything):
    capture = (DATA / "paper.pcap").read_bytes()
    sources = {"pcap": capture, "pcapng": pcapng(capture),
               "dump": (DATA / "paper-dump.txt").read_bytes()}
    tried, codes = 0, {}
    with tempfile.TemporaryDirectory() as directory:
        decoder = Decoder(program, directory)
        for name, whole in sources.items():
            for what, damaged in broken(whole, everything):
                form = FORMS[0] if tried % 2 else FORMS[tried // 2 % len(FORMS)]
                done = decoder.run(damaged, form)
                where = f"{name}: {what}, {form}: {done.returncode}, {done.stderr!r}"
                assert done.returncode in CODES, where
                assert b"Sanitizer" not in done.stderr, where
                if form == "--json" and done.returncode != 1:
                    json.loads(done.stdout)
                codes[done.returncode] = codes.get(done.returncode, 0) + 1
                tried += 1
    assert codes.get(3, 0) > 50, codes  # cuts are known as such
    print(f"{tried} damaged captures, exit codes {dict(sorted(codes.items()))}")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()), "--all" in sys.argv)
