# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: decode.py msnav-decode
What the decoder says of the paper's exchange: whole, out of order, repeated,
with holes, cut, as a text dump, with hostile texts, with sound."""
import base64
import math
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
import xml.dom.minidom
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from captures import DATA, Decoder, ethernet, join, kinds, paper, pcapng, records  # noqa: E402
from srtp import Srtp  # noqa: E402

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
PAPER = (DATA / "paper.pcap").read_bytes()

# the exchange as the paper tells it, sections 1, 2 and 4
STORY = [
    ("MSNP", "inviter", "server", "INVITE sound"), ("MSNP", "server", "invitee", "INVITE sound"),
    ("MSNP", "invitee", "server", "ACCEPT"), ("MSNP", "server", "inviter", "ACCEPT"),
    ("MSNP", "inviter", "server", "ACCEPT"), ("MSNP", "server", "invitee", "ACCEPT"),
    ("SIP", "invitee", "inviter", "INVITE"), ("SIP", "inviter", "invitee", "100 Trying"),
    ("SIP", "inviter", "invitee", "180 Ringing"), ("SIP", "inviter", "invitee", "200 OK"),
    ("SIP", "invitee", "inviter", "ACK"), ("SIP", "inviter", "invitee", "BYE"),
    ("SIP", "invitee", "inviter", "200 OK"),
    ("MSNP", "inviter", "server", "CANCEL TIMEOUT"),
    ("MSNP", "server", "invitee", "CANCEL TIMEOUT"),
    ("MSNP", "invitee", "server", "CANCEL TIMEOUT"),
    ("MSNP", "server", "inviter", "CANCEL TIMEOUT"),
]


def is_tcp_data(packet):
    return packet[9] == 6 and len(packet) > 40


def flip(packet, old, new):
    assert len(old) == len(new)
    return packet.replace(old, new)


class Case(unittest.TestCase):
    def setUp(self):
        self.where = tempfile.TemporaryDirectory()
        self.addCleanup(self.where.cleanup)
        self.decoder = Decoder(PROGRAM, self.where.name)

    def story(self, capture, code=0):
        told, done = self.decoder.json(capture)
        self.assertEqual(done.returncode, code, done.stderr)
        return told, done


class Captures(Case):
    def test_the_script_makes_the_capture(self):
        self.assertEqual(paper.pcap(), PAPER)
        self.assertEqual(paper.text(), (DATA / "paper-dump.txt").read_bytes())

    def test_the_papers_exchange_is_one_call(self):
        told, done = self.story(PAPER)
        self.assertEqual(done.stderr, b"")
        (call,) = told["calls"]
        self.assertEqual(kinds(call), STORY)
        self.assertEqual(call["cookie"], "23939640")
        self.assertEqual(call["inviter"], {"account": "taogx@163.com",
                                           "sip": "192.168.0.127:12449",
                                           "rtp": "192.168.0.127:36768"})
        self.assertEqual(call["invitee"], {"account": "yxu68@hotmail.com",
                                           "sip": "192.168.0.165:11630",
                                           "rtp": "192.168.0.165:36772"})
        self.assertEqual(call["outcome"], "talked 0.5 s, hung up by taogx@163.com")

    def test_every_field_of_an_invitation_is_there_and_explained(self):
        told, _ = self.story(PAPER)
        fields = told["calls"][0]["messages"][2]["fields"]
        body = (DATA / "paper-2-accept1.msg").read_text().split("\n\n", 1)[1]
        lines = [f"{x['name']}: {x['value']}" for x in fields]
        self.assertEqual(lines, body.rstrip("\n").split("\n"))
        self.assertTrue(all(x["meaning"] for x in fields))

    def test_containers_and_links_make_no_difference(self):
        for capture in (pcapng(PAPER), ethernet(PAPER), ethernet(PAPER, vlan=True)):
            told, _ = self.story(capture)
            self.assertEqual(kinds(told["calls"][0]), STORY)

    def test_a_text_dump_says_the_same(self):
        told, _ = self.story(paper.text())
        (call,) = told["calls"]
        self.assertEqual(kinds(call), STORY)
        self.assertEqual(call["outcome"], "talked, hung up by taogx@163.com")

    def test_a_single_payload_is_a_dump(self):
        told, _ = self.story((DATA / "paper-6-cancel-reject.msg").read_bytes())
        self.assertEqual(told["calls"][0]["outcome"], "declined by invitee")


class Damage(Case):
    def test_segments_out_of_order_and_repeated(self):
        head, packets = records(PAPER)
        split = []
        for record, packet in packets:
            if is_tcp_data(packet) and len(packet) > 200:
                sequence = struct.unpack_from("!I", packet, 24)[0]
                front = packet[:2] + struct.pack("!H", 140) + packet[4:140]
                back = (packet[:2] + struct.pack("!H", len(packet) - 90) + packet[4:24]
                        + struct.pack("!I", sequence + 90) + packet[28:40] + packet[130:])
                for part in (back, front, back):  # they overlap by ten bytes
                    split.append((record[:8] + struct.pack("<II", len(part), len(part)), part))
            else:
                split.append((record, packet))
        told, done = self.story(join(head, split))
        self.assertEqual(kinds(told["calls"][0]), STORY)
        self.assertEqual(done.stderr, b"")

    def test_a_missing_segment_is_named_and_the_rest_goes_on(self):
        head, packets = records(PAPER)
        lost = next(i for i, (_, p) in enumerate(packets)
                    if b"403\r\nMIME" in p and b"MSG 41 A" in p)
        told, done = self.story(join(head, packets[:lost] + packets[lost + 1:]), code=4)
        self.assertIn(b"192.168.0.127:3410 > 207.46.108.35:1863: 417 bytes are missing",
                      done.stderr)
        self.assertEqual(kinds(told["calls"][0]), STORY[:4] + STORY[5:])

    def test_a_capture_cut_within_a_packet(self):
        for length in (24 + 8, len(PAPER) - 1, len(PAPER) // 2):
            told, done = self.story(PAPER[:length], code=3)
            self.assertTrue(told["cut"])
            self.assertEqual(done.stderr.count(b"cut within packet"), 1)
        kept, _ = self.story(PAPER[:len(PAPER) // 2], code=3)
        self.assertEqual(kinds(kept["calls"][0]), STORY[:len(kept["calls"][0]["messages"])])
        self.assertGreater(len(kept["calls"][0]["messages"]), 3)

    def test_one_clear_line_for_a_cut(self):
        done = self.decoder.run(PAPER[:-1], "--summary")
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"hung up by taogx@163.com", done.stdout)

    def test_a_damaged_record_is_passed_over(self):
        head, packets = records(PAPER)
        hit = next(i for i, (_, p) in enumerate(packets) if p[9] == 17)
        record, packet = packets[hit]
        packets[hit] = (record[:8] + b"\xff\xff\xff\x7f" + record[12:], packet)
        told, done = self.story(join(head, packets), code=4)
        self.assertIn(b"damaged after packet %d" % hit, done.stderr)
        self.assertEqual(kinds(told["calls"][0]), STORY[:6] + STORY[7:])

    def test_captured_only_in_part(self):
        head, packets = records(PAPER)
        short = [(r[:8] + struct.pack("<II", min(len(p), 96), len(p)), p[:96])
                 for r, p in packets]
        told, done = self.story(join(head, short), code=4)
        self.assertIn(b"captured only in part", done.stderr)
        self.assertIn("SIP", [m["kind"] for c in told["calls"] for m in c["messages"]])

    def test_a_capture_that_begins_in_mid_stream(self):
        head, packets = records(PAPER)
        first = next(i for i, (_, p) in enumerate(packets) if b"MSG 45 A" in p)
        told, _ = self.story(join(head, packets[first:]))
        self.assertEqual(kinds(told["calls"][0]), STORY[2:])

    def test_no_call(self):
        _, done = self.story(PAPER[:24], code=5)
        self.assertIn(b"no call", done.stderr)
        self.story(b"hello\n", code=5)

    def test_files_that_are_not_there(self):
        done = self.decoder.run(b"", "/nonexistent")
        self.assertEqual(done.returncode, 2)  # two files
        self.assertEqual(self.decoder.run(PAPER, "-o", "/nonexistent/x").returncode, 1)
        self.assertEqual(self.decoder.run(PAPER, "--json", "--svg").returncode, 2)
        self.assertEqual(self.decoder.run(PAPER, "--bogus").returncode, 2)

    def test_a_pipe_is_read_like_a_file(self):
        wanted = self.decoder.run(PAPER, "--summary").stdout
        for name in ("-", "/dev/stdin"):
            done = subprocess.run([PROGRAM, "--summary", name], input=PAPER, capture_output=True)
            self.assertEqual((done.returncode, done.stderr, done.stdout), (0, b"", wanted))
        done = subprocess.run([PROGRAM, "-"], input=b"", capture_output=True)
        self.assertEqual(done.returncode, 5)

    def test_the_report_does_not_replace_the_capture(self):
        capture = Path(self.where.name) / "precious"
        capture.write_bytes(PAPER)
        done = subprocess.run([PROGRAM, "-o", capture, capture], capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"precious", done.stderr)
        self.assertEqual(capture.read_bytes(), PAPER)


class Hostile(Case):
    """Accounts, names and headers of the peer's making."""

    def capture(self):
        text = flip(PAPER, "音频对话".encode(), b'<b>"&\x1b[1m\x00'[:12].ljust(12, b"'"))
        text = flip(text, b"taogx@163.com", b"<i>\x1b\"&'@a.co"[:13].ljust(13, b"m"))
        return flip(text, b"RTC/1.2", "\u202e<x>x".encode()[:7])

    def outputs(self):
        return {form: self.decoder.run(self.capture(), "--" + form).stdout
                for form in ("json", "svg", "html", "summary", "ladder", "width=80")}

    def test_nothing_of_it_is_live(self):
        for form, out in self.outputs().items():
            text = out.decode()  # it is UTF-8
            self.assertFalse(re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text), form)
            if form in ("svg", "html"):
                self.assertNotIn("<i>", text)
                self.assertNotIn("<x>", text)
                self.assertNotIn("<b>\"", text)

    def test_the_picture_is_xml_and_the_page_is_whole(self):
        out = self.outputs()
        xml.dom.minidom.parseString(out["svg"])
        self.assertNotIn(b"var(", out["svg"], "viewers of pictures draw it black")
        page = out["html"].decode()
        opened = []

        class Tags(HTMLParser):
            def handle_starttag(self, tag, attrs):
                if tag not in ("meta", "rect", "line", "polygon"):
                    opened.append(tag)

            def handle_endtag(self, tag):
                if tag not in ("line", "polygon", "rect"):
                    assert opened.pop() == tag

        Tags().feed(page)
        self.assertEqual(opened, [])
        self.assertFalse(re.search(r"(src|href)=|url\(", page), "it needs nothing else")


def ulaw(sample):
    """G.711, by its definition."""
    sign, value = (0x80, -sample) if sample < 0 else (0, sample)
    value = min(value, 32635) + 132
    exponent = value.bit_length() - 8
    return ~(sign | exponent << 4 | (value >> (exponent + 3)) & 15) & 0xFF


def tone(first, count):
    return bytes(ulaw(int(9000 * math.sin((first + i) * 2 * math.pi * 500 / 8000)))
                 for i in range(count))


def with_key(message, master):
    """The same SIP message with a line for SRTP (RFC 4568) in its SDP."""
    head, body = message.split(b"\r\n\r\n", 1)
    body += b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base64.b64encode(master) + b"\r\n"
    head = re.sub(rb"(?i)(content-length: *)\d+", lambda m: m[1] + b"%d" % len(body), head)
    return head + b"\r\n\r\n" + body


def with_sound(lost, red, told=None, used=None):
    """The paper's call, in which the inviter speaks for two seconds.  With
    SRTP when there are keys: one that SDP tells, and one that is used."""
    capture = paper.Capture()
    capture.step = 1000
    spoken = []
    for who, what in paper.exchange():
        if told is not None and b"\r\nm=audio" in what:
            what = with_key(what, told if who == "AB" else bytes(range(100, 130)))
        if who == "AB" and what.startswith(b"BYE"):
            speak(capture, lost, red, spoken, Srtp(used) if used is not None else None)
        if who in ("AB", "BA"):
            ends = (("192.168.0.127", 12449), ("192.168.0.165", 11630))
            capture.udp(*(ends if who == "AB" else ends[::-1]), what)
    return b"".join(capture.out)


def speak(capture, lost, red, spoken, srtp):
    capture.step = 20000
    for n in range(100):
        spoken.append(tone(n * 160, 160))
        header = struct.pack("!BBHII", 0x80, 97 if red else 0, 1000 + n, 5000 + n * 160, 77)
        body = spoken[n]
        if red and n > 0:
            body = red_block(spoken[n - 1]) + b"\0" + spoken[n - 1] + spoken[n]
        elif red:
            body = b"\0" + body
        if n in lost:
            capture.now += capture.step
        else:
            packet = header + body if srtp is None else srtp.protect(header + body)
            capture.udp(("192.168.0.127", 36768), ("192.168.0.165", 36772), packet)


def red_block(block):
    """RFC 2198 section 3: F, type, 14 bits of time, 10 bits of length."""
    return struct.pack("!I", 1 << 31 | 0 << 24 | 160 << 10 | len(block))


class Sound(Case):
    LOST = (20, 37, 38, 60, 81)  # 38 stands behind another

    def heard(self, lost, red, *keys):
        base = str(Path(self.where.name) / "heard")
        told, done = self.decoder.json(with_sound(lost, red, *keys), "--wav", base)
        self.assertEqual(done.returncode, 0, done.stderr)
        (flow,) = told["calls"][0]["flows"]
        with wave.open(flow["wav"]) as w:
            self.assertEqual((w.getframerate(), w.getnchannels(), w.getsampwidth()), (8000, 1, 2))
            pcm = struct.unpack(f"<{w.getnframes()}h", w.readframes(w.getnframes()))
        return flow, pcm

    def test_each_side_is_decoded(self):
        flow, pcm = self.heard((), False)
        self.assertEqual((flow["packets"], flow["lost"], flow["to"]), (100, 0, "inviter"))  # by SIP alone: the caller
        self.assertEqual(flow["codec"], "PCMU")
        loud = [i for i, s in enumerate(pcm) if abs(s) > 4000]
        self.assertGreater(loud[-1] - loud[0], 15800)
        crossings = sum(1 for a, b in zip(pcm[loud[0]:loud[-1]], pcm[loud[0] + 1:loud[-1]])
                        if a < 0 <= b)
        self.assertAlmostEqual(crossings, 1000, delta=30)  # 500 Hz for two seconds, and a tail made up

    def test_redundancy_fills_what_was_lost(self):
        flow, _ = self.heard(self.LOST, True)
        self.assertEqual(flow["lost"], 5)
        self.assertEqual(flow["recovered"], 4)  # 37 was only in 38
        flow, _ = self.heard(self.LOST, False)
        self.assertEqual(flow["recovered"], 0)

    def test_a_call_cut_short_lasts_as_long_as_it_is_heard(self):
        head, packets = records(with_sound((), False))
        spoken = [i for i, (_, p) in enumerate(packets) if p[28:30] == b"\x80\x00"]
        done = self.decoder.run(join(head, packets[:spoken[50] + 1])[:-1], "--summary")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"talked 1.0 s, its end is not in the capture", done.stdout)

    def test_a_recording_that_cannot_be_written_is_no_damage(self):
        for base in "/nonexistent/heard", str(Path(self.where.name) / "full"):
            full = Path(base + "-1-to-inviter.wav")
            if full.parent.exists():
                full.symlink_to("/dev/full")
            done = self.decoder.run(with_sound((), False), "--summary", "--wav", base)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
            self.assertIn(f"cannot write {full}".encode(), done.stderr)
            self.assertIn(b"to caller: PCMU, 100 packets", done.stdout)

    def test_on_a_phone_each_number_says_what_it_is(self):
        page = self.decoder.run(with_sound((), False), "--html").stdout.decode()
        named = dict(re.findall(r'<td data-of="([^"]+)">([^<]*)</td>', page))
        self.assertEqual(list(named), re.findall("<th>([^<]*)</th>", page))
        self.assertEqual((named["Codec"], named["Packets"], named["Lost"]),
                         ("PCMU", "100", "0.0 %"))

    KEY = bytes(range(1, 31))

    def test_the_keys_are_those_of_the_rfc(self):
        srtp = Srtp(bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"))
        self.assertEqual(srtp.key.hex(), "c61e7a93744f39ee10734afe3ff7a087")  # RFC 3711 B.3
        self.assertEqual(f"{srtp.salt:028x}", "30cbbc08863d8c85d49db34a9ae1")
        self.assertEqual(srtp.mac.hex(), "cebe321f6ff7716b6fd4ab49af256a156d38baa4")

    def test_encrypted_sound_is_heard_like_plain_sound(self):
        for lost, red in ((), False), (self.LOST, True):
            plain, said = self.heard(lost, red)
            flow, pcm = self.heard(lost, red, self.KEY, self.KEY)
            self.assertEqual(pcm, said)
            for what in "packets", "lost", "recovered", "codec":
                self.assertEqual(flow[what], plain[what])
            self.assertEqual((plain["encryption"], flow["encryption"]),
                             ("none", "AES_CM_128_HMAC_SHA1_80"))

    def test_the_manual_names_every_member(self):
        def names(of):
            for item in of.values() if isinstance(of, dict) else of:
                if isinstance(item, (dict, list)):
                    yield from names(item)
            yield from of if isinstance(of, dict) else ()

        base = str(Path(self.where.name) / "heard")
        heard, _ = self.decoder.json(with_sound((), False), "--wav", base)
        told, _ = self.decoder.json(PAPER[:-1])
        manual = (DATA.parent.parent / "doc/man/msnav-decode.rst").read_text()
        manual = manual.split("JSON\n====")[1].split("EXIT STATUS")[0]
        members = set(names(heard)) | set(names(told))
        self.assertEqual(members, set(re.findall(r"\*(\w+)\*", manual)) - {"null"})
        self.assertEqual([n for n in members if not re.fullmatch("[a-z0-9_]+", n)], [])

    def test_nothing_is_made_of_sound_with_another_key(self):
        capture = with_sound((), False, self.KEY, bytes(30))
        base = str(Path(self.where.name) / "heard")
        told, done = self.decoder.json(capture, "--wav", base)
        self.assertEqual(done.returncode, 0, done.stderr)
        (flow,) = told["calls"][0]["flows"]
        self.assertEqual((flow["packets"], flow["sealed"], flow["decoded"]), (100, 100, False))
        (line,) = done.stderr.decode().splitlines()
        self.assertTrue(line.endswith(": call 1: 100 packets to caller do not fit the SRTP keys"))
        with wave.open(flow["wav"]) as w:
            self.assertFalse(any(w.readframes(w.getnframes())), "silence")


if __name__ == "__main__":
    unittest.main(verbosity=1)
