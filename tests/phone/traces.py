#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a phone leaves for others to look at: captures, logs, metrics."""
import os
import re
import subprocess
import sys
import urllib.request

from kit import (ALICE, BOB, CAROL, PASSWORD, UNREACHABLE, REFUSED, BAD_FILE, check, eventually,
                 free_ports, main, only_line, pair, shorten)


def a_capture_holds_the_call(world):
    """The other tool finds the whole of it, and hears what was said."""
    alice, bob = pair(world, world.server(), "--capture", world.path("call.pcap"), "--log",
                      world.path("log"), "--encryption", "never", "--say", "hello")
    alice.wait_event("state", state="talking")
    eventually(lambda: os.path.getsize(world.path("call.pcap")) > 50000, "it grows at once")
    check(alice.wait() == 0 and bob.wait() == 0, f"{alice.wait()} {bob.wait()}")
    decode = os.path.join(os.path.dirname(world.programs["phone"]), "..", "decode", "msnav-decode")
    if not os.path.exists(decode):
        return "no msnav-decode in this build"
    done = subprocess.run([decode, "--json", "--wav", world.path("decoded"),
                           world.path("call.pcap")], capture_output=True, text=True, check=False)
    if "need a build with libpcap" in done.stderr:
        return "built without libpcap"
    check(done.returncode == 0, f"{done.returncode}: {done.stderr}")
    check(not done.stderr, done.stderr)
    for name, to in ("a", "invitee"), ("b", "inviter"):
        ok, text = world.heard(shorten(world, name, 1.5), world.path(f"decoded-1-to-{to}.wav"))
        check(ok, f"to the {to}: {text}")
    with open(world.path("call.pcap"), "rb") as f:
        capture = f.read()
    check(b"Invitation-Command" in capture and b"hello" in capture, "the switchboard")
    check(PASSWORD.encode() not in capture and b"MD5" not in capture, "the login is in it")
    with open(world.path("log"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info|debug): ."
    check(len(lines) > 3 and all(re.match(pattern, line) for line in lines), lines)
    return None


def a_capture_stays_until_there_is_another(world):
    world.password("wrong")
    server = world.server()
    before = b"an older capture " * 100000
    with open(world.path("call.pcap"), "wb") as f:
        f.write(before)
    for at, code in (server, REFUSED), ("127.0.0.1:1", UNREACHABLE):
        phone = world.phone(at, ALICE, "--plain", "--capture", world.path("call.pcap"))
        check(phone.wait() == code, phone.wait())
        with open(world.path("call.pcap"), "rb") as f:
            check(f.read() == before, "an older capture is gone")
    world.password(PASSWORD)
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1")
    bob.wait_event("online")
    phone = world.phone(server, ALICE, "--plain", "--call", BOB, "--seconds", "0.5", "--capture",
                        world.path("call.pcap"))
    check(phone.wait() == 0 and bob.wait() == 0, phone.err)
    with open(world.path("call.pcap"), "rb") as f:
        capture = f.read()
    check(capture[:4] != before[:4] and b"older" not in capture, "the new one")


def traces_that_cannot_be_written(world):
    for option in "--log", "--capture":
        phone = world.phone("127.0.0.1:1", ALICE, "--plain", option, "/no/such/directory/x")
        check(phone.wait() == BAD_FILE, f"{option}: {phone.wait()}")
        only_line(phone.err, "/no/such/directory/x", "No such file")
    server = world.server()
    bob = world.phone(server, BOB, "--json", "--auto-answer")
    bob.wait_event("online")
    for option in "--log", "--capture":
        alice = world.phone(server, ALICE, "--plain", "--call", BOB, "--seconds", "0.5", option,
                            "/dev/full")
        check(alice.wait() == BAD_FILE, f"{option}: {alice.wait()}")
        only_line(alice.err, "/dev/full", "not complete")


def metrics_are_served(world):
    server = world.server()
    port = free_ports(1)[0]
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--metrics", str(port))
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "1")
    check(alice.wait() == 0, alice.wait())
    talked = bob.wait_event("ended")["talked_s"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        check("version=0.0.4" in reply.headers["Content-Type"], reply.headers)
        text = reply.read().decode()
    values, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            types[line.split()[2]] = line.split()[3]
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            check(name not in values, f"twice: {name}")
            values[name] = float(value)
    check(values['msnav_calls_ended_total{reason="hangup_remote"}'] == 1, text)
    check(values["msnav_online"] == 1 and values["msnav_calls"] == 0, text)
    for name in [n for n, t in types.items() if t == "histogram"]:
        buckets = [v for k, v in values.items() if k.startswith(name + "_bucket")]
        check(buckets == sorted(buckets), f"{name} is not cumulative")
        check(buckets[-1] == values[name + "_count"], f"{name}: +Inf is not the count")
    check(values["msnav_call_duration_seconds_count"] == 1, "one call talked")
    total = values["msnav_call_duration_seconds_sum"]
    check(talked > 0.5 and abs(total - talked) < 0.01, f"{total} s, the phone said {talked}")
    for path, code in ("/", 404), ("/metricsx", 404):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5)
            check(False, f"{path} was served")
        except urllib.error.HTTPError as error:
            check(error.code == code, error.code)
    second = world.phone(server, CAROL, "--plain", "--metrics", str(port))
    check(second.wait() == 1, second.wait())
    only_line(second.err, f"port {port}", "in use")


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        a_capture_holds_the_call, a_capture_stays_until_there_is_another,
        traces_that_cannot_be_written, metrics_are_served)}))
