#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How calls between headless phones begin, go on and end."""
import os
import re
import signal
import sys
import time
import wave

from kit import (ALICE, BOB, CAROL, LOST, CALL, REJECTED_LOCAL, REJECTED, CANCELLED_REMOTE,
                 NO_ANSWER, SIP_REFUSED, BYE_TIMEOUT, UNDELIVERED, check, eventually, free_ports,
                 hear_each_other, main, only_line, pair, shorten, wav_seconds)


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


def ports_are_those_that_were_asked_for(world):
    server = world.server()
    sip, rtp = free_ports(2)
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


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        two_phones_talk, a_rejected_call, a_call_that_nobody_answers, a_peer_who_is_offline,
        busy_while_talking, calls_that_cross, commands_from_the_input, a_call_survives_its_server,
        a_killed_peer, ended_by_a_signal, calls_are_encrypted_where_both_can,
        ports_are_those_that_were_asked_for)}))
