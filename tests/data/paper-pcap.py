#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make paper.pcap (or, with --text, paper-dump.txt): the exchange of the 2003
paper, sections 1 to 4, put together from the golden messages beside this
script.

    python3 paper-pcap.py paper.pcap
    python3 paper-pcap.py --text paper-dump.txt

The paper prints no clock and no MAC addresses: times are one step apart from
2003-09-30 04:00:00 UTC on, the link type is raw IPv4.  The switchboard's side
is that of both clients, so each invitation is there on its way to the server
and on its way from it.  There is no RTP: the paper has none either.
"""
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER = ("207.46.108.35", 1863)
INVITER = ("192.168.0.127", 3410)
INVITEE = ("192.168.0.165", 1792)
ME, PEER = b"taogx@163.com", b"yxu68@hotmail.com"
ME_NAME, PEER_NAME = b"dd", "\u00a0徐泳".encode()
START, STEP = 1064894400, 0.25


def data(name):
    return (HERE / name).read_bytes()


def exchange():
    """(who, what): who is "A>" or "A<" for the inviter's connection, "B>" and
    "B<" for the invitee's, and "AB" or "BA" for SIP from one to the other."""
    invite, accept1, accept2 = (data(f"paper-{n}.msg") for n in (
        "1-invite", "2-accept1", "3-accept2"))
    cancel_a, cancel_b = (data(f"paper-{n}.msg") for n in (
        "4-cancel-timeout-inviter", "5-cancel-timeout-invitee"))

    def send(trid, kind, payload):
        return b"MSG %d %s %d\r\n" % (trid, kind, len(payload)) + payload

    def receive(who, name, payload):
        return b"MSG %s %s %d\r\n" % (who, name, len(payload)) + payload

    sip = [data(f"paper-sip-{n}.sip") for n in (
        "1-invite", "2-100", "3-180", "4-200", "5-ack", "6-bye-unswapped", "7-bye-200")]
    return [
        ("A>", b"USR 38 taogx@163.com 1064898102.11822\r\n"),
        ("A<", b"USR 38 OK taogx@163.com dd\r\n"),
        ("A>", b"CAL 39 yxu68@hotmail.com\r\n"),
        ("A<", b"CAL 39 RINGING 17054421\r\n"),
        ("B>", b"ANS 44 yxu68@hotmail.com 1064898110.23581 17054421\r\n"),
        ("A<", b"JOI " + PEER + b" " + PEER_NAME + b"\r\n"),
        ("B<", b"IRO 44 1 1 taogx@163.com dd\r\nANS 44 OK\r\n"),
        ("A>", send(40, b"S", invite)),
        ("B<", receive(ME, ME_NAME, invite)),
        ("B>", send(45, b"A", accept1)),
        ("B<", b"ACK 45\r\n"),
        ("A<", receive(PEER, PEER_NAME, accept1)),
        ("A>", send(41, b"A", accept2)),
        ("A<", b"ACK 41\r\n"),
        ("B<", receive(ME, ME_NAME, accept2)),
        ("BA", sip[0]), ("AB", sip[1]), ("AB", sip[2]), ("AB", sip[3]), ("BA", sip[4]),
        ("AB", sip[5]), ("BA", sip[6]),
        ("A>", send(42, b"A", cancel_a)),
        ("B<", receive(ME, ME_NAME, cancel_a)),
        ("B>", send(46, b"A", cancel_b)),
        ("A<", receive(PEER, PEER_NAME, cancel_b)),
    ]


def checksum(*parts):
    whole = b"".join(parts)
    whole += b"\0" * (len(whole) % 2)
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(ip):
    return bytes(int(n) for n in ip.split("."))


class Capture:
    def __init__(self):
        self.out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
        self.packets = 0
        self.now = START * 1000000  # of the next packet, in microseconds
        self.step = int(STEP * 1000000)

    def put(self, protocol, src, dst, header, check_at, payload):
        pseudo = (address(src[0]) + address(dst[0]) +
                  struct.pack("!HH", protocol, len(header) + len(payload)))
        value = checksum(pseudo, header, payload) or 0xFFFF
        header = header[:check_at] + struct.pack("!H", value) + header[check_at + 2:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(header) + len(payload),
                         self.packets, 0, 128, protocol, 0) + address(src[0]) + address(dst[0])
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        packet = ip + header + payload
        self.out.append(struct.pack("<IIII", self.now // 1000000, self.now % 1000000,
                                    len(packet), len(packet)) + packet)
        self.packets += 1
        self.now += self.step

    def udp(self, src, dst, payload):
        self.put(17, src, dst, struct.pack("!HHHH", src[1], dst[1], 8 + len(payload), 0),
                 6, payload)


class Connection:
    FIN, SYN, PSH, ACK = 1, 2, 8, 16

    def __init__(self, capture, client, first):
        self.capture, self.client = capture, client
        self.sequence = {client: first, SERVER: 3 * first}
        self.segment(client, self.SYN)
        self.segment(SERVER, self.SYN | self.ACK)
        self.segment(client, self.ACK)

    def segment(self, src, flags, payload=b""):
        dst = SERVER if src == self.client else self.client
        ack = self.sequence[dst] if flags & self.ACK else 0
        header = struct.pack("!HHIIBBHHH", src[1], dst[1], self.sequence[src], ack,
                             0x50, flags, 65535, 0, 0)
        self.capture.put(6, src, dst, header, 16, payload)
        self.sequence[src] += len(payload) + (1 if flags & (self.SYN | self.FIN) else 0)

    def close(self):
        self.segment(self.client, self.FIN | self.ACK)
        self.segment(SERVER, self.FIN | self.ACK)
        self.segment(self.client, self.ACK)


def pcap():
    capture = Capture()
    sides = {"A": Connection(capture, INVITER, 1000), "B": Connection(capture, INVITEE, 2000)}
    sip = {"A": ("192.168.0.127", 12449), "B": ("192.168.0.165", 11630)}
    for who, what in exchange():
        if who in ("AB", "BA"):
            capture.udp(sip[who[0]], sip[who[1]], what)
        else:
            side = sides[who[0]]
            side.segment(side.client if who[1] == ">" else SERVER, 24, what)
    for side in sides.values():
        side.close()
    return b"".join(capture.out)


def text():
    """As the paper prints it: line ends in letters."""
    lines = []
    for _, what in exchange():
        for line in what.decode().split("\r\n"):
            lines.append(line + "\\r\\n")
        if what.endswith(b"\r\n"):
            lines.pop()
    return ("\n".join(lines) + "\n").encode()


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--text":
        Path(arguments[1]).write_bytes(text())
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        Path(arguments[0]).write_bytes(pcap())
    else:
        sys.exit("usage: paper-pcap.py [--text] FILE")


if __name__ == "__main__":
    main(sys.argv[1:])
