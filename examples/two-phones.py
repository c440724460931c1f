#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Let two msnav-phones call each other through a small MSN server.

Called by two-phones.sh.  The caller prints lines for people, the one who is
called JSON; at the end both recordings are compared with what was said.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

import demo

ACCOUNTS = {"A": "alice@example.com", "B": "bob@example.com"}
PASSWORDS = {"A": "wonder land", "B": "p:ss%word"}  # not plain words, on purpose
HELLO = "Hello Bob, can you hear me?"


def start_server(tools):
    args = [f"{tools}/switchboard", "--listen", "127.0.0.1:0"]
    for who, account in ACCOUNTS.items():
        args += ["--user", f"{account}:{PASSWORDS[who]}"]
    server = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
    found = re.search(r"listening on (\S+)", server.stdout.readline())
    if not found:
        sys.exit("the server did not start")
    return server, found[1]


def phone(options, address, who, *more):
    password = os.path.join(options.secrets, who)
    with open(password, "w", encoding="utf-8") as f:
        f.write(PASSWORDS[who] + "\n")
    os.chmod(password, 0o600)
    return subprocess.Popen(
        [f"{options.build}/examples/phone/msnav-phone", "--server", address,
         "--account", ACCOUNTS[who], "--password-file", password,
         "--config", os.path.join(options.secrets, "empty.conf"),
         "--bind", "127.0.0.1", "--play", f"{options.out}/{who}-said.wav",
         "--record", f"{options.out}/{who}-heard.wav", *more],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def read_events(process, events, online):
    for line in process.stdout:
        event = json.loads(line)
        events.append(event)
        if event["event"] == "online":
            online.set()


def judge(options, codes, events):
    """What is not as it must be."""
    for who, code in codes.items():
        if code != 0:
            yield f"{ACCOUNTS[who]}: exit code {code}"
    for who, other in ("A", "B"), ("B", "A"):
        result = demo.similarity(f"{options.build}/examples",
                                 f"{options.out}/{other}-said.wav",
                                 f"{options.out}/{who}-heard.wav")
        print(f"{ACCOUNTS[who]} heard the other: similarity {result['similarity']:.3f}, "
              f"delay {result['delay_ms']:.0f} ms")
        if not result["ok"]:
            yield f"{ACCOUNTS[who]} did not hear what was said"
    if not any(e["event"] == "chat" and e["text"] == HELLO for e in events):
        yield "the chat did not arrive"
    if [e["key"] for e in events if e["event"] == "key"] != ["5"]:
        yield "the key did not arrive"


def main():
    p = argparse.ArgumentParser(prog="two-phones.sh", description="Two phones call each other.")
    p.add_argument("--build", help=argparse.SUPPRESS)  # from two-phones.sh; without it only looks
    p.add_argument("--out", default="two-phones-out", metavar="DIR",
                   help="where the recordings go (%(default)s)")
    p.add_argument("--seconds", type=float, default=5, metavar="N",
                   help="how long they talk (%(default)s)")
    options = p.parse_args()
    if not 0 < options.seconds <= 600:
        p.error(f"--seconds: {options.seconds} is not more than 0 and at most 600")
    if options.build is None:
        return 0
    demo.make_directory(options.out)
    for who in "AB":
        demo.prepare_speech(demo.SPEECH[who], f"{options.out}/{who}-said.wav", options.seconds)

    server, address = start_server(f"{options.build}/examples")
    with tempfile.TemporaryDirectory() as options.secrets:
        with open(os.path.join(options.secrets, "empty.conf"), "w", encoding="utf-8") as f:
            f.write("[phone]\n")
        try:
            events, online = [], threading.Event()
            bob = phone(options, address, "B", "--auto-answer", "--calls", "1", "--json")
            reader = threading.Thread(target=read_events, args=(bob, events, online))
            reader.start()
            if not online.wait(10):
                bob.kill()
                sys.exit("Bob's phone did not come online")
            alice = phone(options, address, "A", "--call", ACCOUNTS["B"], "--press", "5",
                          "--say", HELLO, "--seconds", str(options.seconds + 0.5))
            for line in alice.stdout:
                print(line, end="", flush=True)
            codes = {"A": alice.wait(30), "B": bob.wait(30)}
            reader.join()
        finally:
            server.terminate()
            server.wait()
    print()
    wrong = list(judge(options, codes, events))
    for text in wrong:
        print(f"FAILED: {text}")
    if not wrong:
        print("OK")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
