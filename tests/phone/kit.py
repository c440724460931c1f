# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of msnav-phone share: servers, phones, speech."""
import array
import contextlib
import json
import math
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import wave

sys.path.insert(1, os.path.join(os.path.dirname(__file__), "..", "support"))
from ports import free_ports  # pylint: disable=wrong-import-position,unused-import

ALICE, BOB, CAROL = (f"{n}@example.com" for n in ("alice", "bob", "carol"))
PASSWORD = "correct horse"
RATE = 8000

# exit codes that --help promises
UNREACHABLE, REFUSED, LOST, NO_DEVICE, BAD_FILE, PROTOCOL, ELSEWHERE = range(3, 10)
CALL = 20  # + the reason of include/msnav/session.h
REJECTED_LOCAL, REJECTED, CANCELLED_REMOTE, NO_ANSWER, SIP_REFUSED = 3, 4, 6, 7, 14
BYE_TIMEOUT, UNDELIVERED = 17, 19


class Failure(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failure(what)


def eventually(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Failure(f"not within {seconds} s: {what}")


def write_wav(path, seconds, tone, rate=RATE):
    """A tone that rises: what is heard can be told from silence and echo."""
    samples = array.array("h", (
        int(8000 * math.sin(2 * math.pi * (tone + 60 * t / rate) * t / rate))
        for t in range(int(rate * seconds))))
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(samples.tobytes())


def wav_seconds(path):
    """Length by the header; it must be that of the file."""
    with wave.open(path, "rb") as w:
        frames = w.getnframes()
        check(len(w.readframes(frames)) == frames * 2, f"{path}: header and data differ")
        check(44 + frames * 2 == os.path.getsize(path), f"{path}: bytes behind the sound")
        return frames / w.getframerate()


class Process:
    """A program with its output in queues."""

    def __init__(self, args, **kwargs):
        # as from a terminal, whoever started the tests: nohup(1) ignores SIGHUP
        self.process = subprocess.Popen(
            args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL), **kwargs)
        self.out, self.err = [], []
        self.threads = [threading.Thread(target=self._read, args=(f, t), daemon=True)
                        for f, t in ((self.process.stdout, self.out),
                                     (self.process.stderr, self.err))]
        for t in self.threads:
            t.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def events(self, kind=None, **members):
        """JSON events so far that are like this."""
        found = []
        for line in list(self.out):
            event = json.loads(line)
            if (kind is None or event["event"] == kind) and \
                    all(event.get(k) == v for k, v in members.items()):
                found.append(event)
        return found

    def wait_event(self, kind, seconds=10, **members):
        def look():
            check(self.process.poll() is None or self.events(kind, **members),
                  f"ended with {self.process.poll()} before {kind} {members}: {self.err}")
            return self.events(kind, **members)
        return eventually(look, f"{kind} {members}", seconds)[0]

    def wait(self, seconds=20):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"still running after {seconds} s; {self.out[-5:]} {self.err}") from None
        for t in self.threads:
            t.join(5)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class World:
    """A directory, servers and phones that are gone afterwards."""

    def __init__(self, switchboard, phone, compare):
        self.programs = {"switchboard": switchboard, "phone": phone, "compare": compare}
        self.stack = contextlib.ExitStack()
        self.dir = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.password(PASSWORD)
        with open(self.path("config"), "w", encoding="utf-8") as f:
            f.write("[phone]\n")

    def path(self, name):
        return os.path.join(self.dir, name)

    def password(self, text):
        with open(self.path("password"), "w", encoding="utf-8") as f:
            f.write(text + "\n")

    def run(self, args, **kwargs):
        p = Process(args, **kwargs)
        self.stack.callback(p.stop)
        return p

    def server(self, port=0):
        args = [self.programs["switchboard"], "--listen", f"127.0.0.1:{port}"]
        for account in ALICE, BOB, CAROL:
            args += ["--user", f"{account}:{PASSWORD}"]
        p = self.run(args)
        line = eventually(lambda: p.out, "the server listens")[0]
        p.address = re.search(r"listening on (\S+)", line)[1]
        return p

    def phone_args(self, server, account, *more):
        address = server if isinstance(server, str) else server.address
        return [self.programs["phone"], "--config", self.path("config"), "--server", address,
                "--account", account, "--password-file", self.path("password"),
                "--bind", "127.0.0.1", *more]

    def phone(self, server, account, *more, env=None):
        sound = () if {"--play", "--record", "--device"} & set(more) else ("--no-sound",)
        return self.run(self.phone_args(server, account, *sound, *more),
                        env={**os.environ, "MSNAV_PASSWORD": "", **(env or {})})

    def heard(self, said, heard):
        """Whether one recording is in the other."""
        done = subprocess.run([self.programs["compare"], said, heard],
                              capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout.strip()

    def close(self):
        self.stack.close()


def only_line(lines, *words):
    """Exactly one line, with all these words."""
    check(len(lines) == 1, f"not one line: {lines}")
    for word in words:
        check(word in lines[0], f"no {word!r} in {lines[0]!r}")


def pair(world, server, *caller, answer=("--auto-answer", "--calls", "1"), seconds="2"):
    """Bob waits, Alice calls him; both play and record."""
    for who, tone in ("a", 300), ("b", 700):
        write_wav(world.path(f"{who}-said.wav"), 30, tone)
    bob = world.phone(server, BOB, "--json", *answer, "--play", world.path("b-said.wav"),
                      "--record", world.path("b-heard.wav"))
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", seconds,
                        "--play", world.path("a-said.wav"),
                        "--record", world.path("a-heard.wav"), *caller)
    return alice, bob


def shorten(world, name, seconds):
    """compare wants all that was said to be heard."""
    write_wav(world.path(f"{name}-part.wav"), seconds, {"a": 300, "b": 700}[name])
    return world.path(f"{name}-part.wav")


def hear_each_other(world, seconds):
    for said, heard in ("a", "b"), ("b", "a"):
        ok, text = world.heard(shorten(world, said, seconds), world.path(f"{heard}-heard.wav"))
        check(ok, f"{heard} did not hear {said}: {text}")


def main(scenarios):
    """usage: SCRIPT SWITCHBOARD PHONE COMPARE [SCENARIO...]; TAP on stdout."""
    wanted = sys.argv[4:] or list(scenarios)
    print(f"1..{len(wanted)}")
    bad = 0
    for number, name in enumerate(wanted, 1):
        world = World(*sys.argv[1:4])
        try:
            why = scenarios[name](world)
            print(f"ok {number} - {name}" + (f" # SKIP {why}" if why else ""), flush=True)
        except Failure as failure:
            bad += 1
            text = str(failure).replace("\n", "\n# ")
            print(f"not ok {number} - {name}\n# {text}", flush=True)
        finally:
            world.close()
    return 1 if bad else 0
