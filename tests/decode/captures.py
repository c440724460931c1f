# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of msnav-decode share: the paper's exchange, taken apart and
put together in other ways."""
import importlib.util
import json
import struct
import subprocess
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
_spec = importlib.util.spec_from_file_location("paper_pcap", DATA / "paper-pcap.py")
paper = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(paper)


def records(capture):
    """Header and packets, as (record header, packet), of a classic capture."""
    out, at = [], 24
    while at < len(capture):
        length = struct.unpack_from("<I", capture, at + 8)[0]
        out.append((capture[at:at + 16], capture[at + 16:at + 16 + length]))
        at += 16 + length
    return capture[:24], out


def join(head, packets):
    return head + b"".join(a + b for a, b in packets)


def pcapng(capture):
    """The same as pcapng, microseconds."""
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

    head, packets = records(capture)
    link = struct.unpack_from("<I", head, 20)[0]
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", link, 0, 65535))
    for record, packet in packets:
        seconds, micro, have, length = struct.unpack("<IIII", record)
        time = seconds * 1000000 + micro
        out += block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, have, length)
                     + packet)
    return out


def ethernet(capture, vlan=False):
    head, packets = records(capture)
    front = bytes(12) + (b"\x81\x00\x00\x07" if vlan else b"") + b"\x08\x00"
    out = []
    for record, packet in packets:
        packet = front + packet
        out.append((record[:8] + struct.pack("<II", len(packet), len(packet)), packet))
    return join(head[:20] + struct.pack("<I", 1), out)


class Decoder:
    def __init__(self, program, directory):
        self.program, self.directory = program, Path(directory)

    def run(self, capture, *options):
        path = self.directory / "in"
        path.write_bytes(capture)
        return subprocess.run([self.program, *options, str(path)], capture_output=True,
                              timeout=60, check=False, cwd=self.directory)

    def json(self, capture, *options):
        done = self.run(capture, "--json", *options)
        return json.loads(done.stdout), done


def kinds(call):
    return [(m["kind"], m["from"], m["to"], m["label"]) for m in call["messages"]]
