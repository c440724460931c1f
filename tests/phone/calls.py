#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Headless phones that call each other, and all that can go wrong."""
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import wave

from kit import (ALICE, BOB, CAROL, PASSWORD, check, eventually, main, only_line, wav_seconds,
                 write_wav)

# exit codes that --help promises
UNREACHABLE, REFUSED, LOST, NO_DEVICE, BAD_FILE, PROTOCOL, ELSEWHERE = range(3, 10)
CALL = 20  # + the reason of include/msnav/session.h
REJECTED_LOCAL, REJECTED, CANCELLED_REMOTE, NO_ANSWER, SIP_REFUSED = 3, 4, 6, 7, 14
BYE_TIMEOUT, UNDELIVERED = 17, 19


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


def two_phones_talk(world):
    alice, bob = pair(world, world.server(), "--press", "1#A", "--say", "hello")
    check(alice.wait() == 0 and bob.wait() == 0, f"exit codes {alice.wait()}, {bob.wait()}")
    hear_each_other(world, 1.5)
    check([e["key"] for e in bob.events("key")] == ["1", "#", "A"], "keys")
    check([e["text"] for e in bob.events("chat")] == ["hello"], "chat")
    ended = alice.events("ended")[0]
    check(ended["reason"] == "hung up" and ended["mos"] > 3.5 and ended["peer"] == BOB, ended)
    check(bob.events("ended")[0]["reason"] == "hung up by the peer", "Bob's reason")
    states = [e["state"] for e in alice.events("state")]
    check(states[0] == "inviting" and "talking" in states, states)
    times = [e["time"] for e in alice.events()]
    check(times == sorted(times), "events are in the order of their time")


def a_wrong_password_is_said(world):
    server = world.server()
    world.password("something else")
    phone = world.phone(server, ALICE, "--plain")
    check(phone.wait() == REFUSED, phone.wait())
    only_line(phone.err, "wrong account or password", server.address)
    check(not phone.out, phone.out)


def an_unknown_account_is_like_a_wrong_password(world):
    phone = world.phone(world.server(), "nobody@example.com", "--plain")
    check(phone.wait() == REFUSED, phone.wait())


def a_server_that_is_not_there(world):
    with socket.socket() as s:  # bound, but nobody listens
        s.bind(("127.0.0.1", 0))
        phone = world.phone(f"127.0.0.1:{s.getsockname()[1]}", ALICE, "--plain")
        check(phone.wait() == UNREACHABLE, phone.wait())
    only_line(phone.err, "refused")


def a_server_that_nobody_knows(world):
    phone = world.phone("no-such-host.invalid", ALICE, "--plain")
    check(phone.wait(40) == UNREACHABLE, phone.wait())
    only_line(phone.err, "no-such-host.invalid:1863")


def a_call_survives_its_server(world):
    server = world.server()
    alice, bob = pair(world, server, seconds="4")
    alice.wait_event("state", state="talking")
    time.sleep(0.5)
    server.stop()
    check(alice.wait() == LOST, f"exit code {alice.wait()}")
    check(bob.wait() == LOST, f"exit code {bob.wait()}")
    for phone in alice, bob:
        only_line(phone.err, "the call goes on")
    for phone in alice, bob:
        ended = phone.events("ended")[0]
        check(ended["talked_s"] >= 3.9 and ended["peer_mos"] > 3.5, ended)
    hear_each_other(world, 3.5)


def a_connection_lost_without_a_call(world):
    server = world.server()
    phone = world.phone(server, ALICE, "--json")
    phone.wait_event("online")
    server.stop()
    check(phone.wait() == LOST, phone.wait())
    only_line(phone.err, server.address)


def a_phone_logs_in_again(world):
    server = world.server()
    phone = world.phone(server, ALICE, "--json", "--reconnect")
    phone.wait_event("online")
    server.stop()
    eventually(lambda: phone.err, "the loss is told")
    world.server(server.address.split(":")[1])
    eventually(lambda: len(phone.events("online")) == 2, "online again", 15)


def logging_in_elsewhere(world):
    server = world.server()
    first = world.phone(server, ALICE, "--json")
    first.wait_event("online")
    world.phone(server, ALICE, "--json").wait_event("online")
    check(first.wait() == ELSEWHERE, first.wait())
    only_line(first.err, "somewhere else")


def no_sound_device(world):
    server = world.server()
    phone = world.phone(server, ALICE, "--plain", "--device", "no such device")
    check(phone.wait() == NO_DEVICE, phone.wait())
    only_line(phone.err, "no sound device", "no such device", "--no-sound")
    phone = world.phone(server, ALICE, "--json", "--device", "no such device",
                        "--optional-sound", "--auto-answer", "--calls", "1")
    phone.wait_event("online")
    only_line(phone.err, "going on without")
    other = world.phone(server, BOB, "--json", "--call", ALICE, "--seconds", "1")
    check(other.wait() == 0 and phone.wait() == 0, "the call without sound")


def live_sound_goes_through_alsa(world):
    """ALSA's "file" device: a microphone and a speaker that can be read."""
    write_wav(world.path("said.wav"), 3, 500)
    with open(world.path("said.wav"), "rb") as f, open(world.path("said.raw"), "wb") as raw:
        raw.write(f.read()[44:])
    with open(world.path("asoundrc"), "w", encoding="utf-8") as f:
        f.write('pcm.test { type asym\n'
                '  playback.pcm { type file slave.pcm null format raw file "%s" }\n'
                '  capture.pcm { type file slave.pcm null format raw file /dev/null infile "%s" }'
                '\n}\n' % (world.path("heard.raw"), world.path("said.raw")))
    server = world.server()
    write_wav(world.path("b-said.wav"), 10, 900)
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1", "--play",
                      world.path("b-said.wav"), "--record", world.path("b-heard.wav"))
    bob.wait_event("online")
    env = {"ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{world.path('asoundrc')}"}
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "2.5", "--device",
                        "test", env=env)
    code = alice.wait()
    if code == NO_DEVICE:
        return "no ALSA here: " + " ".join(alice.err)
    check(code == 0 and bob.wait() == 0, f"exit codes {code}, {bob.wait()}; {alice.err}")
    write_wav(world.path("part.wav"), 2, 500)
    ok, text = world.heard(world.path("part.wav"), world.path("b-heard.wav"))
    check(ok, f"the microphone was not heard: {text}")
    # what came to the speaker
    with open(world.path("heard.raw"), "rb") as raw, \
            wave.open(world.path("speaker.wav"), "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(8000)
        w.writeframes(raw.read())
    write_wav(world.path("part.wav"), 2, 900)
    ok, text = world.heard(world.path("part.wav"), world.path("speaker.wav"))
    check(ok, f"nothing came out of the speaker: {text}")
    return None


def files_that_are_no_wav(world):
    texts = {"text": b"This is no WAV file, whatever its name.\n", "empty": b"",
             "cut": b"RIFF\x00\x00", "format": b"RIFF\x24\0\0\0WAVEdata\x04\0\0\0abcd"}
    for name, content in texts.items():
        with open(world.path(name), "wb") as f:
            f.write(content)
        phone = world.phone("127.0.0.1:1", ALICE, "--plain", "--play", world.path(name))
        check(phone.wait() == BAD_FILE, f"{name}: {phone.wait()}")
        only_line(phone.err, world.path(name))
    write_wav(world.path("odd.wav"), 1, 300, 4000)
    phone = world.phone("127.0.0.1:1", ALICE, "--plain", "--play", world.path("odd.wav"))
    check(phone.wait() == BAD_FILE, phone.wait())
    only_line(phone.err, "4000 Hz")
    for option, path in ("--play", "/no/such/file"), ("--record", "/no/such/directory/x.wav"):
        phone = world.phone("127.0.0.1:1", ALICE, "--plain", option, path)
        check(phone.wait() == BAD_FILE, f"{path}: {phone.wait()}")
        only_line(phone.err, path, "No such file")


def a_recording_stays_until_there_is_another(world):
    world.password("wrong")
    server = world.server()
    write_wav(world.path("heard.wav"), 3, 500)
    with open(world.path("heard.wav"), "rb") as f:
        before = f.read()
    for at, code in (server, REFUSED), ("127.0.0.1:1", UNREACHABLE):
        phone = world.phone(at, ALICE, "--plain", "--record", world.path("heard.wav"))
        check(phone.wait() == code, phone.wait())
        with open(world.path("heard.wav"), "rb") as f:
            check(f.read() == before, "an older recording is gone")
    phone = world.phone(server, ALICE, "--plain", "--record", world.path("heard.wav"), "--play",
                        world.path("heard.wav"))
    check(phone.wait() == 2, phone.wait())
    only_line(phone.err, "the same file", world.path("heard.wav"))
    world.password(PASSWORD)
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1")
    bob.wait_event("online")
    phone = world.phone(server, ALICE, "--plain", "--call", BOB, "--seconds", "1.2", "--record",
                        world.path("heard.wav"))
    check(phone.wait() == 0 and bob.wait() == 0, phone.err)
    check(1 <= wav_seconds(world.path("heard.wav")) < 2, "the new one")


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


def files_of_other_rates_are_played(world):
    server = world.server()
    for rate in 11025, 16000, 44100, 48000:
        write_wav(world.path("said.wav"), 3, 500, rate)
        bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1", "--record",
                          world.path("heard.wav"))
        bob.wait_event("online")
        alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "2", "--play",
                            world.path("said.wav"))
        if alice.wait() == 2:
            return "built without speexdsp"
        check(alice.wait() == 0 and bob.wait() == 0, f"{rate}: {alice.wait()} {alice.err}")
        write_wav(world.path("part.wav"), 1.5, 500)
        ok, text = world.heard(world.path("part.wav"), world.path("heard.wav"))
        check(ok, f"{rate}: {text}")
    return None


def every_caller_hears_the_file(world):
    server = world.server()
    write_wav(world.path("said.wav"), 1, 500)
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "2", "--play",
                      world.path("said.wav"))
    bob.wait_event("online")
    for _ in range(2):
        alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "1.5",
                            "--record", world.path("heard.wav"))
        check(alice.wait() == 0, alice.wait())
        ok, text = world.heard(world.path("said.wav"), world.path("heard.wav"))
        check(ok, text)
    check(bob.wait() == 0, bob.wait())


def a_full_disk_is_said(world):
    server = world.server()
    bob = world.phone(server, BOB, "--json", "--auto-answer")
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--plain", "--call", BOB, "--seconds", "1.5", "--record",
                        "/dev/full")
    check(alice.wait() == BAD_FILE, alice.wait())
    only_line(alice.err, "recording")


def who_heard_nothing_has_no_quality(world):
    server = world.server()
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1")  # no microphone
    bob.wait_event("online")
    write_wav(world.path("said.wav"), 2, 500)
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "1", "--play",
                        world.path("said.wav"))
    carol = world.phone(server, CAROL, "--plain", "--auto-answer", "--calls", "1")
    check(alice.wait() == 0 and bob.wait() == 0, "exit codes")
    (ended,) = alice.events("ended")
    check(ended["received"] == 0 and not {"mos", "r", "round_trip_ms"} & set(ended), ended)
    check(bob.events("ended")[0]["mos"] > 3, bob.events("ended"))
    eventually(lambda: carol.out, "Carol online")
    alice = world.phone(server, ALICE, "--plain", "--call", CAROL, "--seconds", "1")
    check(alice.wait() == 0 and carol.wait() == 0, "exit codes")
    check(alice.out[-1].endswith("nothing heard"), alice.out)


def a_killed_peer(world):
    alice, bob = pair(world, world.server(), seconds="3.5")
    bob.wait_event("state", state="talking")
    time.sleep(2.2)
    bob.process.send_signal(signal.SIGKILL)
    check(alice.wait() == CALL + BYE_TIMEOUT, f"exit code {alice.wait()}")
    check(alice.events("ended")[0]["reason"] == "hung up, not confirmed", "reason")
    check(wav_seconds(world.path("a-heard.wav")) >= 3.4, "Alice's recording")
    # a second at most is lost of what was recorded by the one who was killed
    with wave.open(world.path("b-heard.wav")) as w:
        check(w.getnframes() / w.getframerate() >= 1, "Bob's recording")
    ok, text = world.heard(shorten(world, "b", 1.5), world.path("a-heard.wav"))
    check(ok, text)


def ended_by_a_signal(world):
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        alice, bob = pair(world, world.server(), seconds="30")
        alice.wait_event("state", state="talking")
        time.sleep(1)
        alice.process.send_signal(number)
        check(alice.wait() == 0, f"{number}: {alice.wait()}")
        check(bob.wait() == 0, f"{number}: Bob {bob.wait()}")
        check(bob.events("ended")[0]["reason"] == "hung up by the peer", "Bob's reason")
        check(wav_seconds(world.path("a-heard.wav")) >= 0.9, "the recording")


def a_rejected_call(world):
    alice, bob = pair(world, world.server(), answer=("--auto-reject", "--calls", "1"))
    check(alice.wait() == CALL + REJECTED, alice.wait())
    check(bob.wait() == CALL + REJECTED_LOCAL, bob.wait())


def a_call_that_nobody_answers(world):
    alice, bob = pair(world, world.server(), "--ring", "1", answer=("--calls", "1"))
    check(alice.wait() == CALL + NO_ANSWER, alice.wait())
    check(bob.wait() == CALL + CANCELLED_REMOTE, bob.wait())


def a_peer_who_is_offline(world):
    alice = world.phone(world.server(), ALICE, "--json", "--call", BOB)
    check(alice.wait() == CALL + UNDELIVERED, alice.wait())
    check(alice.events("ended")[0]["reason"] == "not delivered", "reason")


def commands_from_the_input(world):
    server = world.server()
    bob = world.phone(server, BOB, "--json")
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--json")
    alice.wait_event("contact", account=BOB, status="NLN")
    alice.type(f"call {BOB}")
    bob.wait_event("incoming")
    bob.type("answer")
    alice.wait_event("state", state="talking")
    bob.wait_event("state", state="talking")
    alice.type("hold")
    bob.wait_event("media", held_by_peer=1)
    alice.type("hold")
    eventually(lambda: bob.events("media", held_by_peer=0), "taken back")
    bob.type("mute")
    bob.wait_event("mute", muted=1)
    alice.type("press 7")
    bob.wait_event("key", key="7")
    alice.type(f"say {BOB} good night")
    bob.wait_event("chat", text="good night")
    alice.type("bogus")
    eventually(lambda: any("no such command" in line for line in alice.err), "it is told")
    alice.type("hangup")
    bob.wait_event("ended")
    alice.type(f"call {BOB}")
    eventually(lambda: len(bob.events("incoming")) == 2, "a second call")
    bob.type("reject")
    eventually(lambda: len(alice.events("ended")) == 2, "rejected")
    for phone in alice, bob:
        phone.type("quit")
        check(phone.wait() == 0, phone.wait())


def busy_while_talking(world):
    alice, bob = pair(world, (server := world.server()), seconds="3")
    bob.wait_event("state", state="talking")
    carol = world.phone(server, CAROL, "--json", "--call", BOB)
    check(carol.wait() == CALL + REJECTED, carol.wait())
    bob.wait_event("busy", peer=CAROL)
    check(alice.wait() == 0 and bob.wait() == 0, "the first call goes on")


def calls_that_cross(world):
    server = world.server()
    phones = [world.phone(server, a, "--json", "--auto-answer") for a in (ALICE, BOB)]
    for phone in phones:
        phone.wait_event("online")
    phones[0].type(f"say {BOB} hello")  # the room is there before
    phones[1].wait_event("chat")
    server.process.send_signal(signal.SIGSTOP)
    for phone, peer in zip(phones, (BOB, ALICE)):
        phone.type(f"call {peer}")
        phone.wait_event("state", state="inviting")
    time.sleep(0.2)  # both INVITEs are on their way
    server.process.send_signal(signal.SIGCONT)
    for phone in phones:
        phone.wait_event("state", state="talking")
        check(len(phone.events("incoming")) == 1, "each was called")
    time.sleep(0.5)
    phones[0].type("hangup")
    for phone in phones:
        phone.wait_event("ended")
        time.sleep(0.2)
        check(len(phone.events("ended")) == 1, phone.events("ended"))


def metrics_are_served(world):
    server = world.server()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--metrics", str(port))
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "1")
    check(alice.wait() == 0, alice.wait())
    bob.wait_event("ended")
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
    check(0.9 < values["msnav_call_duration_seconds_sum"] < 3, "about a second")
    for path, code in ("/", 404), ("/metricsx", 404):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5)
            check(False, f"{path} was served")
        except urllib.error.HTTPError as error:
            check(error.code == code, error.code)
    second = world.phone(server, CAROL, "--plain", "--metrics", str(port))
    check(second.wait() == 1, second.wait())
    only_line(second.err, f"port {port}", "in use")


def wrong_use_is_said(world):
    rows = [
        ([], "--server"),
        (["--server", "x"], "--account"),
        (["--server", "x:0", "--account", "a@b"], "x:0"),
        (["--server", "x:99999", "--account", "a@b"], "99999"),
        (["--server", "x", "--account", "a b"], "a b"),
        (["--server", "x", "--account", "a@b", "--seconds", "soon"], "soon"),
        (["--server", "x", "--account", "a@b", "--bind", "1.2.3.256"], "1.2.3.256"),
        (["--server", "x", "--account", "a@b", "--press", "7x"], "7x"),
        (["--server", "x", "--account", "a@b", "--encryption", "maybe"], "maybe"),
        (["--server", "x", "--account", "a@b", "--rtp-ports", "5004"], "5004"),
        (["--server", "x", "--account", "a@b", "--rtp-ports", "5004-5004"], "5004-5004"),
        (["--server", "x", "--account", "a@b", "--rtp-ports", "1-70000"], "1-70000"),
        (["--server", "x", "--account", "a@b", "--rtp-ports", "5001-5002"], "5001-5002"),
        (["--server", "x:1", "--account", "a@b", "--port", "many"], "many"),
        (["--server", "x", "--account", "a@b", "--ring", "0"], "--ring"),
        (["--server", "x", "--account", "a@b", "--calls", "0"], "--calls"),
        (["--server", "x", "--account", "a@b", "--codecs", "DVI4/9"], "DVI4/9"),
        (["--server", "x", "--account", "a@b", "--sip-port", "70000"], "70000"),
        (["--server", "x", "--account", "a@b", "surplus"], "surplus"),
        (["--server", "x", "--account", "a@b", "--codecs", "PCMU,FOO"], "PCMA, DVI4"),
        (["--bogus"], "--bogus"),
        (["--password", "secret"], "password"),  # never on the command line
        (["--config", "/no/such/file"], "/no/such/file"),
        (["--server", "x", "--account", "a@b", "--password-file", "/no/such/file"],
         "/no/such/file"),
        (["--server", "x", "--account", "a\x1b[31m"], "\\x1b"),
    ]
    for args, word in rows:
        phone = world.run([world.programs["phone"], "--config", world.path("config"), *args],
                          start_new_session=True)
        check(phone.wait() == 2, f"{args}: {phone.wait()}")
        check(len(phone.err) >= 1 and word in phone.err[0], f"{args}: {phone.err}")
        check("\x1b" not in "".join(phone.err), "an escape sequence")


def calls_are_encrypted_where_both_can(world):
    server = world.server()
    rows = [("always", "if-possible", "AEAD_AES_128_GCM"), ("if-possible", "if-possible",
            "AEAD_AES_128_GCM"), ("if-possible", "never", "none"), ("always", "never", None)]
    for caller, called, suite in rows:
        bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1",
                          "--encryption", called)
        bob.wait_event("online")
        alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "0.5",
                            "--encryption", caller)
        code = alice.wait()
        if code == 2 and caller == "always":
            only_line(alice.err, "encryption", "libsrtp2")
            return "built without libsrtp2"
        if suite is None:
            check(code == CALL + SIP_REFUSED, f"{caller}, {called}: {code}")
            check(alice.events("ended")[0]["reason"] == "SIP refused", alice.events("ended"))
            continue
        check(code == 0 and bob.wait() == 0, f"{caller}, {called}: {code}, {alice.err}")
        for phone in alice, bob:
            talking = phone.events("state", state="talking")[0]
            check(talking["encryption"] == suite, f"{caller}, {called}: {talking}")
            check(phone.events("ended")[0]["encryption"] == suite, phone.events("ended"))
    return None


def silence_is_kept_back_on_request(world):
    server = world.server()
    with wave.open(world.path("quiet.wav"), "wb") as w:
        w.setparams((1, 2, 8000, 0, "NONE", None))
        w.writeframes(bytes(2 * 8000 * 3))
    for options, least, most in ((), 80, 120), (("--suppress-silence",), 1, 20):
        bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1")
        bob.wait_event("online")
        alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "2", "--play",
                            world.path("quiet.wav"), *options)
        check(alice.wait() == 0 and bob.wait() == 0, f"{alice.wait()} {bob.wait()}")
        sent = alice.events("ended")[0]["sent"]
        check(least <= sent <= most, f"{options}: {sent} packets")


def ports_are_those_that_were_asked_for(world):
    server = world.server()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        sip = s.getsockname()[1]
    rtp = 42000 + os.getpid() % 1000 * 4
    bob = world.phone(server, BOB, "--json", "--auto-answer", "--calls", "1", "--capture",
                      world.path("bob.pcap"), "--sip-port", str(sip), "--rtp-ports",
                      f"{rtp}-{rtp + 3}")
    bob.wait_event("online")
    alice = world.phone(server, ALICE, "--json", "--call", BOB, "--seconds", "0.5")
    check(alice.wait() == 0 and bob.wait() == 0, f"{alice.wait()} {bob.wait()} {bob.err}")
    with open(world.path("bob.pcap"), "rb") as f:
        capture = f.read()
    check(f"127.0.0.1:{sip}".encode() in capture, "the SIP port is not told")
    ports = {int(p) for p in re.findall(rb"m=audio (\d+) ", capture)}
    check(ports & {rtp, rtp + 2}, f"sound at {ports}, not at {rtp} or {rtp + 2}")


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


def the_configuration_file_is_read(world):
    server = world.server()
    os.makedirs(world.path("xdg/msnav"))
    with open(world.path("xdg/msnav/phone.conf"), "w", encoding="utf-8") as f:
        f.write(f"[phone]\nserver = {server.address}\naccount = {ALICE}\nno-sound = true\n"
                f"password-file = {world.path('password')}\nreconnect = false\n")
    env = {**os.environ, "XDG_CONFIG_HOME": world.path("xdg")}
    phone = world.run([world.programs["phone"], "--json"], env=env)
    phone.wait_event("online", account=ALICE)
    # the command line goes over the file
    phone = world.run([world.programs["phone"], "--json", "--account", BOB], env=env)
    phone.wait_event("online", account=BOB)
    for line, word in ("bogus = 1", "bogus"), ("seconds = 1", "seconds"), \
            ("password = secret", "password-file"), ("metrics = many", "metrics"), \
            ("reconnect = maybe", "reconnect"):
        with open(world.path("xdg/msnav/phone.conf"), "w", encoding="utf-8") as f:
            f.write(f"[phone]\n{line}\n")
        phone = world.run([world.programs["phone"]], env=env)
        check(phone.wait() == 2, f"{line}: {phone.wait()}")
        only_line(phone.err, word)


def the_password_comes_from_the_environment(world):
    server = world.server()
    args = [a for a in world.phone_args(server, ALICE, "--json", "--no-sound")
            if a not in ("--password-file", world.path("password"))]
    phone = world.run(args, env={**os.environ, "MSNAV_PASSWORD": PASSWORD})
    phone.wait_event("online")
    with open(f"/proc/{phone.process.pid}/environ", "rb") as f:
        check(PASSWORD.encode() not in f.read(), "it is still in the environment")
    phone = world.run(args, env={k: v for k, v in os.environ.items() if k != "MSNAV_PASSWORD"},
                      start_new_session=True)
    check(phone.wait() == 2, phone.wait())
    only_line(phone.err, "password")


def help_and_version_have_short_names(world):
    for short, whole in ("-h", "--help"), ("-V", "--version"):
        told = [subprocess.run([world.programs["phone"], option], capture_output=True, text=True,
                               check=True).stdout for option in (short, whole)]
        check(told[0] == told[1] and told[0], told)


def help_names_every_exit_code(world):
    done = subprocess.run([world.programs["phone"], "--help"], capture_output=True, text=True,
                          check=False)
    check(done.returncode == 0 and not done.stderr, done.stderr)
    for code, text in (0, "all went well"), (LOST, "lost"), (NO_DEVICE, "sound device"), \
            (CALL + NO_ANSWER, "no answer"), (CALL + BYE_TIMEOUT, "not confirmed"):
        check(any(line.split()[:1] == [str(code)] and text in line
                  for line in done.stdout.splitlines()), f"{code} {text}")
    check(max(map(len, done.stdout.splitlines())) < 80, "lines fit a terminal")


def the_documents_know_every_option(world):
    """Help, man page and completion name the same options, and the program
    knows each of them."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    done = subprocess.run([world.programs["phone"], "--help"], capture_output=True, text=True,
                          check=True)
    usage = done.stdout.split("Exit codes")[0]
    in_help = set(re.findall(r"^  (--[a-z-]+)", usage, re.M)) | {"--version"}
    with open(f"{root}/doc/man/msnav-phone.rst", encoding="utf-8") as f:
        manual = f.read()
    in_manual = set(re.findall(r"^(--[a-z-]+)", manual, re.M)) - {"--"}
    in_manual = {o for o in in_manual if set(o) != {"-"}}
    with open(f"{root}/examples/phone/msnav-phone.bash", encoding="utf-8") as f:
        in_completion = set(re.findall(r"--[a-z-]+", f.read().split("esac")[1]))
    check(in_help == in_manual, f"help and manual differ: {in_help ^ in_manual}")
    check(in_help == in_completion, f"help and completion differ: {in_help ^ in_completion}")
    for option in sorted(in_help - {"--help", "--version"}):
        phone = world.run([world.programs["phone"], "--config", world.path("config"), option,
                           "1.2.3.4"], start_new_session=True)
        check(phone.wait() == 2, f"{option}: {phone.wait()}")
        check(not any("unrecognized" in line for line in phone.err), phone.err)
    codes = [line.split()[0] for line in done.stdout.split("Exit codes")[1].splitlines()
             if line.strip()]
    status = manual.split("EXIT STATUS")[1].split("FILES")[0]
    check(codes == re.findall(r"^(\d+)$", status, re.M), "exit codes of help and manual differ")


def completion_completes(world):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    for name in "a.wav", "b.txt":
        with open(world.path(name), "w", encoding="utf-8"):
            pass

    def complete(*words):
        script = (f'. {root}/examples/phone/msnav-phone.bash; COMP_WORDS=("$@"); '
                  'COMP_CWORD=$(($# - 1)); _msnav_phone; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", "msnav-phone", *words],
                              capture_output=True, text=True, check=False, cwd=world.dir)
        check(not done.stderr, done.stderr)
        return done.stdout.split()

    check(complete("--auto-") == ["--auto-answer", "--auto-reject"], complete("--auto-"))
    check(complete("--play", "") == ["a.wav"], complete("--play", ""))
    check("b.txt" in complete("--password-file", ""), "any file")
    check(complete("--seconds", "") == [], "nothing to say")
    check(complete("--codecs", "PC") == ["PCMU", "PCMA"], complete("--codecs", "PC"))
    check(complete("--codecs", "GSM,PCMA,PC") == ["GSM,PCMA,PCMU"],
          complete("--codecs", "GSM,PCMA,PC"))
    check(complete("--codecs", "GSM,") == [f"GSM,{c}" for c in ("PCMU", "PCMA", "DVI4", "opus")],
          complete("--codecs", "GSM,"))


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        two_phones_talk, a_wrong_password_is_said, an_unknown_account_is_like_a_wrong_password,
        a_server_that_is_not_there, a_server_that_nobody_knows, a_call_survives_its_server,
        a_connection_lost_without_a_call, a_phone_logs_in_again, logging_in_elsewhere,
        no_sound_device, live_sound_goes_through_alsa, files_that_are_no_wav,
        a_recording_stays_until_there_is_another, a_capture_stays_until_there_is_another,
        files_of_other_rates_are_played, every_caller_hears_the_file,
        a_full_disk_is_said, who_heard_nothing_has_no_quality, a_killed_peer,
        ended_by_a_signal, a_rejected_call,
        a_call_that_nobody_answers, a_peer_who_is_offline, commands_from_the_input,
        busy_while_talking, calls_that_cross, metrics_are_served, wrong_use_is_said,
        calls_are_encrypted_where_both_can, silence_is_kept_back_on_request,
        ports_are_those_that_were_asked_for,
        a_capture_holds_the_call, traces_that_cannot_be_written,
        the_configuration_file_is_read, the_password_comes_from_the_environment,
        help_and_version_have_short_names, help_names_every_exit_code,
        the_documents_know_every_option, completion_completes)}))
