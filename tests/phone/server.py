#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What msnav-phone says to a notification server, byte by byte, and what it
makes of servers that misbehave.  The dialogues are those of MSNP7 as published
in draft-movva-msn-messenger-protocol-00 (MSNP2) and by
hypothetical.nl and msnpiki for the versions after it."""
import hashlib
import select
import socket
import sys
import threading

from kit import ALICE, BOB, PASSWORD, check, eventually, main, only_line

UNREACHABLE, REFUSED, LOST, PROTOCOL, ELSEWHERE = 3, 4, 5, 8, 9
CHALLENGE = "1013928519.693957190"


class Script:
    """A listening socket and one thread that plays a server."""

    def __init__(self, play):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.failure = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(play,), daemon=True)
        self.thread.start()

    def accept(self):
        peer, _ = self.listener.accept()
        peer.settimeout(10)
        self.peer, self.rest = peer, b""

    def _run(self, play):
        try:
            self.accept()
            play(self)
        except Exception as e:  # pylint: disable=broad-except
            self.failure = f"{type(e).__name__}: {e}"
        finally:
            self.done.set()

    def line(self):
        while b"\r\n" not in self.rest:
            got = self.peer.recv(4096)
            if not got:
                raise EOFError("the phone hung up")
            self.rest += got
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line.decode()

    def bytes(self, count):
        while len(self.rest) < count:
            self.rest += self.peer.recv(4096)
        data, self.rest = self.rest[:count], self.rest[count:]
        return data.decode()

    def expect(self, want):
        got = self.line()
        if got != want:
            raise ValueError(f"not {want!r} but {got!r}")

    def say(self, *lines):
        self.peer.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    def log_in(self):
        self.expect("VER 1 MSNP7 CVR0")
        self.say("VER 1 MSNP7 CVR0")
        self.expect("INF 2")
        self.say("INF 2 MD5")
        self.expect(f"USR 3 MD5 I {ALICE}")
        self.say(f"USR 3 MD5 S {CHALLENGE}")
        digest = hashlib.md5((CHALLENGE + PASSWORD).encode()).hexdigest()
        self.expect(f"USR 4 MD5 S {digest}")
        self.say(f"USR 4 OK {ALICE} Alice 1")
        self.expect("SYN 5 0")
        self.expect("CHG 6 NLN")

    def finish(self):
        if not self.done.wait(15):
            self.failure = "the dialogue did not come to its end"
        self.listener.close()
        check(self.failure is None, self.failure)


def with_server(world, play, *more):
    script = Script(play)
    return script, world.phone(script.address, ALICE, "--json", *more)


def logs_in_and_answers(world):
    def play(s):
        s.log_in()
        s.say("SYN 5 1", "GTC 5 1 A", "BLP 5 1 AL", "PRP 5 1 PHH 01%20234",
              "LSG 5 1 1 1 0 Other%20Contacts 0",
              f"LST 5 FL 1 1 2 {BOB} Bob%20B 0", "LST 5 FL 1 2 2 c@example.com C\xa0D 0",
              "LST 5 AL 1 0 0", "LST 5 BL 1 0 0", "LST 5 RL 1 0 0", "CHG 6 NLN",
              f"ILN 6 AWY {BOB} Bob%20B", "CHL 0 15570131571988941333")
        s.expect("QRY 7 msmsgs@msnmsgr.com 32")
        # the worked example of the protocol's descriptions
        key = "Q1P7W2E4J9R8U3S5"
        want = hashlib.md5(("15570131571988941333" + key).encode()).hexdigest()
        got = s.bytes(32)
        if got != want:
            raise ValueError(f"digest {got}")
        s.say("QRY 7", f"FLN {BOB}")
        s.expect("OUT")

    script, phone = with_server(world, play)
    phone.wait_event("online", account=ALICE)
    phone.wait_event("contact", account=BOB, name="Bob B", status="AWY")
    phone.wait_event("contact", account=BOB, status="FLN")
    names = [e["name"] for e in phone.events("contact", account="c@example.com")]
    check(names and "D" in names[0], names)
    phone.process.terminate()
    check(phone.wait() == 0, phone.wait())
    script.finish()


def a_server_is_asked_whether_it_is_there(world):
    def play(s):
        s.log_in()
        s.say("CHG 6 NLN")
        for _ in range(3):
            s.expect("PNG")
            s.say("QNG 50")
        s.expect("PNG")

    script, phone = with_server(world, play, "--keep-alive", "1")
    phone.wait_event("online")
    script.finish()
    check(phone.process.poll() is None, "it waits for the answer")
    check(phone.wait() == LOST, phone.wait())
    only_line(phone.err, "does not answer")


def is_sent_to_another_server(world):
    # transactions go on counting on the new connection
    second = Script(lambda s: s.expect("VER 4 MSNP7 CVR0"))

    def play(s):
        s.expect("VER 1 MSNP7 CVR0")
        s.say("VER 1 MSNP7 CVR0")
        s.expect("INF 2")
        s.say("INF 2 MD5")
        s.expect(f"USR 3 MD5 I {ALICE}")
        s.say(f"XFR 3 NS {second.address} 0 127.0.0.1:1863")
        try:
            s.line()
        except EOFError:
            return
        raise ValueError("it stayed")

    script, phone = with_server(world, play)
    script.finish()
    second.finish()
    phone.stop()


def is_not_sent_in_circles(world):
    def play(s):
        for _ in range(5):
            got = s.line()
            if not got.startswith("VER "):
                raise ValueError(got)
            s.say(f"XFR {got.split()[1]} NS {s.address} 0")
            try:
                s.accept()
            except TimeoutError:
                return

    script, phone = with_server(world, play)
    check(phone.wait(30) == PROTOCOL, phone.wait())
    only_line(phone.err, "circles")
    script.listener.close()


def servers_of_another_kind(world):
    rows = [
        (["VER 1 0"], PROTOCOL, "MSNP7"),
        (["VER 1 MSNP21 CVR0"], PROTOCOL, "MSNP7"),
        (["VER 1 MSNP7 CVR0", "INF 2 CKI"], PROTOCOL, "MD5"),
        (["VER 1 MSNP7 CVR0", "INF 2 MD5", "911 3"], REFUSED, "wrong account or password"),
        (["VER 1 MSNP7 CVR0", "INF 2 MD5", "601 3"], PROTOCOL, "601"),
        (["OUT SSD"], ELSEWHERE, "somewhere else"),
        ([], UNREACHABLE, "closed"),
        (["HTTP/1.1 400 Bad Request"], UNREACHABLE, "closed"),
        (["x" * 5000], UNREACHABLE, "closed"),
        (["MSG Hotmail Hotmail 99999"], UNREACHABLE, "closed"),
    ]
    for lines, code, word in rows:
        def play(s, lines=lines):
            for line in lines:
                s.line()
                s.say(line)
            if not lines or len(lines[0]) > 20:
                s.peer.close()
            else:
                try:
                    s.line()
                except (EOFError, ConnectionError):
                    pass

        script, phone = with_server(world, play)
        check(phone.wait() == code, f"{lines}: {phone.wait()} {phone.err}")
        only_line(phone.err, word)
        script.listener.close()


def text_from_the_network_is_escaped(world):
    evil = "%1B[31mred%0D%0A%07\x1b]0;title\x07"
    bidi = "\xe2\x80\xae"  # right-to-left override

    def play(s):
        s.log_in()
        s.say("CHG 6 NLN", f"LST 5 FL 1 1 1 {BOB} {evil}{bidi} 0", f"ILN 6 NLN {BOB} {evil}{bidi}",
              "ILN 6 NLN e\x1b[2J@example.com X", "NLN BSY \xff\xfe@example.com %FF%FE")
        s.line()

    script = Script(play)
    for args in ("--plain",), ("--json",):
        script = Script(play)
        phone = world.phone(script.address, ALICE, *args)
        eventually(lambda: any("\\xff" in x or "\\ufffd" in x for x in phone.out), "all of it")
        phone.process.terminate()
        phone.wait()
        for line in phone.out + phone.err:
            bad = [c for c in line if ord(c) < 0x20 or c in "\x7f\u202e" or ord(c) >= 0xd800]
            check(not bad, f"{args}: {line!r}")
        script.listener.close()


def what_makes_no_sense_is_skipped(world):
    def play(s):
        s.log_in()
        s.say("CHG 6 NLN", "", " ", "LST", "LST 5 FL", "ILN", "NLN NLN", "FLN", "XFR 99 SB",
              "XFR 99 SB nonsense CKI", "XFR 99 SB 127.0.0.1:1 CKI tok", "CHL", "RNG 1 2 3",
              "217 99", "NOT 5\r\nabcde" + "QNG 50", "ZZZ 1 2 3",
              "MSG Hotmail Hotmail 5\r\nhello" + f"NLN NLN {BOB} Bob")
        s.line()

    script, phone = with_server(world, play)
    phone.wait_event("contact", account=BOB, status="NLN")
    phone.stop()
    script.listener.close()


def opens_a_room_to_say_something(world):
    def room(s):
        s.expect(f"USR 1 {ALICE} 17262740.1050826919.32308")
        s.say(f"USR 1 OK {ALICE} Alice")
        s.expect(f"CAL 2 {BOB}")
        s.say("CAL 2 RINGING 11752013")
        if select.select([s.peer], [], [], 0.3)[0]:
            raise ValueError("it talks to nobody")
        s.say(f"JOI {BOB} Bob")
        for transaction, text in (3, "one"), (4, "two"):
            verb, number, kind, size = s.line().split()
            payload = s.bytes(int(size))
            if (verb, number, kind) != ("MSG", str(transaction), "A"):
                raise ValueError(f"{verb} {number} {kind}")
            header, body = payload.split("\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in header.split("\r\n"))
            if body != text or not fields["Content-Type"].startswith("text/plain"):
                raise ValueError(payload)
        s.say("ACK 3", "NAK 4", f"BYE {BOB} 1")  # the last: closed for idleness
        s.expect("OUT")

    rooms = [Script(room), Script(lambda s: s.expect(f"USR 1 {ALICE} t2"))]

    def play(s):
        s.log_in()
        s.say("CHG 6 NLN")
        s.expect("XFR 7 SB")
        s.say(f"XFR 7 SB {rooms[0].address} CKI 17262740.1050826919.32308")
        s.expect("XFR 8 SB")  # the room is gone: another one
        s.say(f"XFR 8 SB {rooms[1].address} CKI t2")
        s.expect("XFR 9 SB")
        s.say("800 9")  # too many requests
        s.line()

    script, phone = with_server(world, play)
    phone.wait_event("online")
    phone.type(f"say {BOB} one")
    phone.type(f"say {BOB} two")
    eventually(lambda: any("not delivered" in line for line in phone.err), "the NAK is told")
    rooms[0].finish()
    check(len(phone.err) == 1, phone.err)
    phone.type(f"say {BOB} three")
    rooms[1].finish()
    rooms[1].peer.close()
    eventually(lambda: len(phone.err) == 2, "the second room is lost")
    phone.type(f"say {BOB} four")
    eventually(lambda: len(phone.err) == 3, "no room")
    phone.stop()
    script.listener.close()


def comes_when_it_is_called(world):
    def room(s):
        s.expect(f"ANS 1 {ALICE} 849102291.520491932 11752013")
        s.say(f"IRO 1 1 1 {BOB} Bob", "ANS 1 OK")
        payload = ("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
                   "a\r\nb").encode()
        s.peer.sendall(f"MSG {BOB} Bob {len(payload)}\r\n".encode() + payload)
        typing = (b"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n"
                  b"TypingUser: b@c\r\n\r\n\r\n")
        s.peer.sendall(f"MSG {BOB} Bob {len(typing)}\r\n".encode() + typing)
        s.peer.sendall(f"MSG {BOB} Bob 5\r\nxxxxx".encode())
        s.say(f"MSG {BOB} Bob 99999")  # the stream cannot be followed any more
        try:
            s.line()
        except EOFError:
            return
        raise ValueError("it stayed")

    talk = Script(room)

    def play(s):
        s.log_in()
        s.say("CHG 6 NLN",
              f"RNG 11752013 {talk.address} CKI 849102291.520491932 {BOB} Bob",
              "RNG 1 127.0.0.1:1 CKI 1 x@example.com X",  # nobody listens there
              "RNG 1 nonsense CKI 1 x@example.com X")
        s.line()

    script, phone = with_server(world, play)
    phone.wait_event("chat", peer=BOB, text="a\r\nb")
    talk.finish()
    check(len(phone.events("chat")) == 1, phone.events("chat"))
    check(phone.process.poll() is None, "it goes on")
    phone.stop()
    script.listener.close()


def what_is_said_to_others_is_not_about_a_call(world):
    """Carol invites with the cookie of the call to Bob; the phone, which is
    busy, declines, and that cannot be delivered."""
    carol = "carol@example.com"
    cookie, declined = [], threading.Event()

    def message(s):
        words = s.line().split()
        if words[0] != "MSG":
            raise ValueError(words)
        payload = s.bytes(int(words[3]))
        return words[1], dict(line.split(": ", 1) for line in payload.split("\r\n") if ": " in line)

    def to_bob(s):
        s.expect(f"USR 1 {ALICE} t1")
        s.say(f"USR 1 OK {ALICE} Alice")
        s.expect(f"CAL 2 {BOB}")
        s.say("CAL 2 RINGING 1", f"JOI {BOB} Bob")
        number, fields = message(s)
        s.say(f"ACK {number}")
        cookie.append(fields["Invitation-Cookie"])
        number, fields = message(s)  # when the user hangs up
        if fields.get("Cancel-Code") != "TIMEOUT":
            raise ValueError(fields)

    def of_carol(s):
        s.expect(f"ANS 1 {ALICE} t2 2")
        s.say(f"IRO 1 1 1 {carol} Carol", "ANS 1 OK")
        payload = ("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n"
                   "Application-GUID: {02D3C01F-BF30-4825-A83A-DE7AF41648AA}\r\n"
                   "Session-Protocol: SM1\r\nInvitation-Command: INVITE\r\n"
                   f"Invitation-Cookie: {cookie[0]}\r\n"
                   "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,;\r\n\r\n").encode()
        s.peer.sendall(f"MSG {carol} Carol {len(payload)}\r\n".encode() + payload)
        number, fields = message(s)
        if (fields["Invitation-Cookie"], fields["Cancel-Code"]) != (cookie[0], "REJECT"):
            raise ValueError(fields)
        s.say(f"NAK {number}")
        chat = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx"
        s.peer.sendall(f"MSG {carol} Carol {len(chat)}\r\n".encode() + chat)
        declined.set()

    rooms = [Script(to_bob), Script(of_carol)]

    def play(s):
        s.log_in()
        s.say("CHG 6 NLN")
        s.expect("XFR 7 SB")
        s.say(f"XFR 7 SB {rooms[0].address} CKI t1")
        eventually(lambda: cookie, "an invitation to Bob")
        s.say(f"RNG 2 {rooms[1].address} CKI t2 {carol} Carol")
        s.line()

    script, phone = with_server(world, play)
    phone.wait_event("online")
    phone.type(f"call {BOB}")
    check(declined.wait(10), rooms[1].failure)
    eventually(lambda: not phone.events("ended") and phone.events("chat", peer=carol),
               "what follows the NAK is read, and the call is there")
    phone.type("hangup")
    check(phone.wait_event("ended")["reason"] == "cancelled", phone.events("ended"))
    for room in rooms:
        room.finish()
    phone.stop()
    script.listener.close()


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        logs_in_and_answers, a_server_is_asked_whether_it_is_there, is_sent_to_another_server, is_not_sent_in_circles,
        servers_of_another_kind, text_from_the_network_is_escaped,
        what_makes_no_sense_is_skipped, opens_a_room_to_say_something,
        comes_when_it_is_called, what_is_said_to_others_is_not_about_a_call)}))
