#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run two messengers through a switchboard and show their call.

Called by demo.sh.  Every program prints one JSON object a line for each
thing that it sends or that happens to it; this script puts the lines of all
three into the order of their time, prints them as a ladder while the call
goes on, and at the end measures what each side heard.
"""
import argparse
import array
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
import wave

import ladder

SOUNDS = "/usr/share/asterisk/sounds"
SPEECH = {
    "A": f"{SOUNDS}/en_US_f_Allison/demo-instruct.wav",
    "B": f"{SOUNDS}/fr_CA_f_June/demo-instruct.wav",
}
PEOPLE = {
    "A": ("alice@example.com", "Alice", "127.0.0.1", "glib"),
    "B": ("bob@example.com", "Bob", "127.0.0.2", "epoll"),
}
RATE = 8000
SETTLE = 0.15  # seconds that a line waits for older ones of other programs


def prepare_speech(source, target, seconds):
    """The beginning of a recording as 8 kHz mono 16-bit WAV."""
    with wave.open(source) as w:
        rate, channels, width = w.getframerate(), w.getnchannels(), w.getsampwidth()
        pcm = array.array("h", w.readframes(int(rate * (seconds + 1))))
    if width != 2:
        sys.exit(f"{source}: not 16-bit")
    pcm = pcm[::channels]
    if rate != RATE:  # straight lines between samples will do for a demo
        places = (i * rate / RATE for i in range(int(len(pcm) * RATE / rate) - 1))
        pcm = array.array("h", (int(pcm[int(p)] + (pcm[int(p) + 1] - pcm[int(p)]) * (p % 1))
                                for p in places))
    with wave.open(target, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(RATE)
        w.writeframes(pcm[: int(RATE * seconds)].tobytes())


class Program:
    """A process whose lines of JSON arrive in a queue."""

    def __init__(self, who, args, lines, env=None):
        self.who = who
        self.process = subprocess.Popen(
            args, stdout=subprocess.PIPE, text=True, errors="replace",
            env={**os.environ, **(env or {})})
        self.lines = lines
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                print(f"[{self.who}] {line.rstrip()}", flush=True)
                continue
            event.setdefault("who", self.who)
            self.lines.put(event)
        self.lines.put({"kind": "exit", "who": self.who, "t": 0})

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.thread.join(5)


def in_order(lines, still_running):
    """Events by time, each held back until older ones had time to come."""
    waiting = []
    while True:
        try:
            event = lines.get(timeout=0.05)
            event["seen"] = time.monotonic()
            waiting.append(event)
        except queue.Empty:
            pass
        running = still_running()
        now = time.monotonic()
        waiting.sort(key=lambda e: e["t"])
        while waiting and (not running or now - waiting[0]["seen"] > SETTLE):
            yield waiting.pop(0)
        if not running and not waiting and lines.empty():
            return


def letter(account):
    """The column of an account."""
    for who, person in PEOPLE.items():
        if person[0] == account:
            return who
    return account


def invitation(payload):
    """What an invitation says, in a few words."""
    fields = dict(line.split(": ", 1) for line in payload.split("\r\n") if ": " in line)
    command = fields.get("Invitation-Command", "")
    note = fields.get("Cancel-Code") or fields.get("IP-Address") or fields.get("Context-Data", "")
    return command, note.strip(";")


def arrow(event):
    """An event of a program as an arrow of the ladder, if it is one."""
    kind, who = event["kind"], event["who"]
    other = {"A": "B", "B": "A"}.get(who)
    if kind == "msnp":
        command, note = invitation(event["payload"])
        label = event["line"]
        if command:
            label = f"MSG {command}, {len(event['payload'].encode())} bytes"
        return {"proto": "MSNP", "from": letter(event["from"]), "to": letter(event["to"]),
                "label": label, "note": note}
    if kind == "sip":
        lines = event["text"].split("\r\n")
        first = lines[0].removesuffix(" SIP/2.0").removeprefix("SIP/2.0 ")
        cseq = next((x.split()[-1] for x in lines if x.startswith("CSeq:")), "")
        sdp = next((x[2:] for x in lines if x.startswith("m=")), "")
        label = f"SIP {first} ({cseq})" if first[:1].isdigit() else f"SIP {first.split()[0]}"
        return {"proto": "SIP", "from": who, "to": other, "label": label, "note": sdp}
    if kind == "rtp":
        return {"proto": "RTP", "from": who, "to": other, "label": "RTP begins", "note": ""}
    if kind == "press":
        return {"proto": "DTMF", "from": who, "to": other,
                "label": f"key {event['text']}", "note": ""}
    return None


def merge_captures(parts, target):
    """One pcap file of several, by time."""
    packets, head = [], None
    for part in parts:
        try:
            with open(part, "rb") as f:
                data = f.read()
        except OSError:
            continue
        head, at = data[:24], 24
        while at + 16 <= len(data):
            sec, usec, size, _ = struct.unpack_from("<IIII", data, at)
            packets.append((sec, usec, len(packets), data[at:at + 16 + size]))
            at += 16 + size
        os.unlink(part)
    with open(target, "wb") as f:
        f.write(head or b"")
        for packet in sorted(packets):
            f.write(packet[3])
    return len(packets)


def similarity(tools, said, heard):
    """What compare says, or nothing when one of the files is missing."""
    done = subprocess.run([f"{tools}/compare", said, heard],
                          capture_output=True, text=True)
    try:
        return json.loads(done.stdout) | {"ok": done.returncode == 0}
    except ValueError:
        return {"ok": False, "similarity": 0.0, "delay_ms": 0.0}


def table(summaries, heard):
    """The measurements of both sides, side by side."""
    def row(name, values):
        print(f"  {name:<26}{values[0]:>22}{values[1]:>22}")

    sides = [summaries.get(w, {}) for w in "AB"]
    print()
    row("", [PEOPLE[w][1] for w in "AB"])
    row("ended because", [s.get("reason", "-") for s in sides])
    if any(s.get("codec") for s in sides):
        row("set-up time", [f"{s.get('setup_ms', 0):.0f} ms" for s in sides])
        row("talked", [f"{s.get('talked_s', 0):.1f} s" for s in sides])
        row("codec", [s.get("codec") or "-" for s in sides])
        row("packets sent", [s.get("sent", 0) for s in sides])
        row("packets received", [s.get("received", 0) for s in sides])
        row("lost", [f"{s.get('lost', 0)} ({s.get('loss_percent', 0):.1f} %)" for s in sides])
        row("concealed", [f"{s.get('concealed_ms', 0):.0f} ms" for s in sides])
        row("played faster or slower", [f"{s.get('stretched_ms', 0):.0f} ms" for s in sides])
        row("jitter", [f"{s.get('jitter_ms', 0):.2f} ms" for s in sides])
        row("jitter buffer", [f"{s.get('delay_ms', 0):.0f} ms" for s in sides])
        row("round trip", [f"{s.get('round_trip_ms', 0):.2f} ms" for s in sides])
        row("quality (R, MOS)", [f"{s.get('r', 0)}, {s.get('mos', 0):.2f}" for s in sides])
        row("keys heard", [s.get("keys") or "-" for s in sides])
        row("similarity of the heard", [f"{heard[w]['similarity']:.3f}" for w in "AB"])
        row("delay of the heard", [f"{heard[w]['delay_ms']:.0f} ms" for w in "AB"])


def judge(options, summaries, heard):
    """None when all went as it must, else what did not."""
    reasons = {w: summaries.get(w, {}).get("reason") for w in "AB"}
    if options.reject:
        want = {"A": "rejected by the peer", "B": "rejected"}
    elif options.no_answer:
        want = {"A": "no answer", "B": "cancelled by the peer"}
    else:
        want = {"A": "hung up", "B": "hung up by the peer"}
    for who in "AB":
        if reasons[who] != want[who]:
            return f"{PEOPLE[who][1]} ended with: {reasons[who]}, not: {want[who]}"
    if options.reject or options.no_answer:
        return None
    for who in "AB":
        if not heard[who]["ok"]:
            return f"{PEOPLE[who][1]} did not hear what was said"
    if summaries["B"].get("keys") != "5":
        return "Bob did not hear the key that Alice pressed"
    return None


def make_directory(path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        sys.exit(f"--out {path}: {error.strerror}")


def number(least, most, kind=float):
    def read(text):
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not {least} to {most}")
        return value
    read.__name__ = "number"
    return read


def parse_options():
    p = argparse.ArgumentParser(
        prog="demo.sh", description="A whole call between two messengers.",
        epilog="Exit code 0 only when both heard the other's speech, or the case that was asked for "
               "ended as it must; 2: wrong options.")
    p.add_argument("--build", help=argparse.SUPPRESS)  # from demo.sh; without it only looks
    p.add_argument("--out", default="demo-out", metavar="DIR",
                   help="where the recordings, call.pcap and ladder.svg go (%(default)s)")
    p.add_argument("--seconds", type=number(0.1, 600), default=10, metavar="N",
                   help="how long they talk (%(default)s)")
    case = p.add_mutually_exclusive_group()
    case.add_argument("--reject", action="store_true", help="the invitee declines")
    case.add_argument("--no-answer", action="store_true", help="the invitee never answers")
    p.add_argument("--drop", type=number(0, 100, int), default=0, metavar="PERCENT",
                   help="of RTP lost")
    options = p.parse_args()
    if options.build is None:
        sys.exit(0)
    return options


def start_programs(options, tools, lines):
    """The server first; then the one who is called, then the caller."""
    server = Program("S", [f"{tools}/switchboard", "--listen", "127.0.0.1:0",
                           "--token", "demo", "--json"], lines)
    first = lines.get(timeout=10)
    if first.get("kind") != "listening":
        sys.exit(f"the switchboard did not start: {first}")
    programs = [server]
    env = {}
    if options.drop:
        env = {"LD_PRELOAD": f"{tools}/lossy.so", "MSNAV_DROP": str(options.drop)}
    for who in "BA":
        account, name, ip, loop = PEOPLE[who]
        args = [f"{tools}/messenger", "--account", account,
                "--name", name, "--bind", ip, "--loop", loop,
                "--switchboard", first["address"], "--token", "demo",
                "--play", f"{options.out}/{who}-said.wav",
                "--record", f"{options.out}/{who}-heard.wav",
                "--pcap", f"{options.out}/{who}.pcap"]
        if who == "A":
            args += ["--call", PEOPLE["B"][0], "--seconds", str(options.seconds),
                     "--press", "5"]
            if options.no_answer:
                args += ["--ring", "5"]
        elif options.reject:
            args += ["--reject"]
        elif options.no_answer:
            args += ["--ignore"]
        env["MSNAV_DROP_SEED"] = str(ord(who))
        programs.append(Program(who, args, lines, env))
        if who == "B":
            wait_for_ready(lines)
    return programs


def wait_for_ready(lines):
    """Nobody can be called before the server knows them."""
    kept = []
    while True:
        event = lines.get(timeout=10)
        kept.append(event)
        if event.get("kind") in ("ready", "exit"):
            break
    for event in kept:
        lines.put(event)


def main():
    options = parse_options()
    make_directory(options.out)
    tools = f"{options.build}/examples"
    for who in "AB":
        prepare_speech(SPEECH[who], f"{options.out}/{who}-said.wav", options.seconds)

    lines, events, summaries = queue.Queue(), [], {}
    programs = start_programs(options, tools, lines)
    people = programs[1:]
    deadline = time.monotonic() + options.seconds + 60
    print(f"{'':9}{'Alice':<24}{'switchboard':^23}{'Bob':>24}\n")
    for event in in_order(lines, lambda: any(p.process.poll() is None for p in people)
                          and time.monotonic() < deadline):
        if event["kind"] == "summary":
            summaries[event["who"]] = event
        drawn = arrow(event)
        if drawn:
            event = drawn | {"kind": "arrow", "t": event["t"], "who": event["who"]}
        text = ladder.line(event, events)
        events.append(event)
        if text:
            print(text, flush=True)
    for program in people + programs[:1]:
        program.stop()

    heard = {"A": similarity(tools, f"{options.out}/B-said.wav", f"{options.out}/A-heard.wav"),
             "B": similarity(tools, f"{options.out}/A-said.wav", f"{options.out}/B-heard.wav")}
    table(summaries, heard)
    count = merge_captures([f"{options.out}/{w}.pcap" for w in "AB"], f"{options.out}/call.pcap")
    with open(f"{options.out}/ladder.svg", "w", encoding="utf-8") as f:
        f.write(ladder.svg(events, {"A": "Alice", "S": "switchboard", "B": "Bob"}))
    print(f"\n  {options.out}/A-heard.wav, {options.out}/B-heard.wav: what each side heard")
    print(f"  {options.out}/call.pcap: {count} packets of MSNP, SIP and RTP")
    print(f"  {options.out}/ladder.svg: this ladder as a picture")
    wrong = judge(options, summaries, heard)
    print(f"\n{'FAILED: ' + wrong if wrong else 'OK'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
