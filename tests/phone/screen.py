#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""msnav-phone on a terminal, looked at through tmux."""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time

from kit import (ALICE, BOB, CAROL, PASSWORD, check, eventually, main, write_wav)


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, world, columns, rows, command, utf8=True):
        self.socket = world.path("tmux")
        self.columns, self.rows = columns, rows
        locale = "C.UTF-8" if utf8 else "C"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"LC_ALL={locale} PS1='$ ' exec sh -i", env={"LC_ALL": "C.UTF-8"})
        world.stack.callback(self.tmux, "kill-server", check_it=False)
        eventually(lambda: "$" in self.text(), "a shell")
        self.command = command
        self.type(command, "Enter")

    def tmux(self, *args, check_it=True, env=None):
        done = subprocess.run(["tmux", "-u", "-S", self.socket, *args], capture_output=True,
                              text=True, check=False,
                              env={**os.environ, "TERM": "xterm-256color", **(env or {})})
        check(not check_it or done.returncode == 0, f"tmux {args}: {done.stderr}")
        return done.stdout

    def type(self, text, *keys):
        self.tmux("send-keys", "-l", text)
        self.keys(*keys)

    def keys(self, *keys):
        if keys:
            self.tmux("send-keys", *keys)

    def lines(self):
        return self.tmux("capture-pane", "-p").split("\n")[:self.rows]

    def text(self):
        return "\n".join(self.lines())

    def shows(self, pattern, seconds=10):
        def look():
            return re.search(pattern, self.text())
        try:
            return eventually(look, f"/{pattern}/ on the screen", seconds)
        except Exception as e:
            raise type(e)(f"{e}\n{self.text()}") from None

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))


def start(world, columns, rows, *more, utf8=True, contact=True):
    """Alice at a terminal, Bob headless; both logged in."""
    server = world.server()
    for who, tone in ("a", 300), ("b", 700):
        write_wav(world.path(f"{who}-said.wav"), 60, tone)
    bob = world.phone(server, BOB, "--json", "--play", world.path("b-said.wav"))
    bob.wait_event("online")
    args = world.phone_args(server, ALICE, "--play", world.path("a-said.wav"), *more)
    terminal = Terminal(world, columns, rows,
                        f"clear; stty -a > {world.path('before')}; " + " ".join(args) + f"; echo code $?; stty -a > {world.path('after')}",
                        utf8=utf8)
    if contact:
        terminal.shows(r"Bob +[│|]")
    return server, bob, terminal


def restored(world, terminal, code):
    """The shell has its terminal back as it was."""
    terminal.shows(rf"(?m)^code {code}$")
    time.sleep(0.2)
    with open(world.path("before"), encoding="utf-8") as a, \
            open(world.path("after"), encoding="utf-8") as b:
        check(a.read() == b.read(), "stty differs")
    state = terminal.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}")
    check(state.split() == ["0", "1", "1"], f"alternate screen, cursor, wrap: {state}")
    check("msnav-phone  alice" not in terminal.text(), "the screen is still there")


def layout(terminal):
    lines = terminal.lines()
    check(len(lines) == terminal.rows, f"{len(lines)} rows")
    check(lines[0].startswith(f" msnav-phone  {ALICE}  ● online"), lines[0])
    check(re.search(r"127\.0\.0\.1:\d+$", lines[0].rstrip()), lines[0])
    check(all(len(line) <= terminal.columns for line in lines), "too wide")


def a_call_at(columns, rows):
    def scenario(world):
        _, bob, terminal = start(world, columns, rows)
        layout(terminal)
        check("↑↓ choose   c call" in terminal.lines()[-1], terminal.lines()[-1])
        terminal.keys("c")
        bob.wait_event("incoming")
        terminal.shows(r"── Bob  ringing there ─")
        check(terminal.lines()[-1].startswith(" h hang up"), terminal.lines()[-1])
        bob.type("answer")
        terminal.shows(r"── Bob  talking  (not )?encrypted ─+ 00:01 ─")
        layout(terminal)
        terminal.shows(r"you +█+.* -\d+ dB")
        terminal.shows(r"peer +█+.* -\d+ dB")
        terminal.shows(r"quality +█+.* MOS [34]\.\d (good|excellent|fair)")
        terminal.shows(r"[A-Za-z0-9]+  loss 0\.0 %  jitter \d+ ms  buffer \d+ ms")
        lines = terminal.lines()
        title = next(i for i, line in enumerate(lines) if "Bob  talking" in line)
        check(title == rows - 7, f"the call stands in row {title}")
        check(len(lines[title].rstrip()) == columns, "its line goes across")
        terminal.keys("m")
        terminal.shows(r"you .* silent +muted")
        terminal.keys("m", "5")
        bob.wait_event("key", key="5")
        terminal.keys("o")
        terminal.shows(r"Bob  on hold")
        bob.wait_event("media", held_by_peer=1)
        terminal.keys("o")
        terminal.shows(r"Bob  talking")
        terminal.keys("t")
        terminal.type("Grüße, 徐泳 5 h m", "BSpace")
        terminal.shows(r"(?m)^ to Bob> Grüße, 徐泳 5 h\s*$")
        terminal.keys("Enter", "Escape")
        bob.wait_event("chat", text="Grüße, 徐泳 5 h ")
        check(len(bob.events("key")) == 1, "what is written dials nothing")
        bob.type(f"say {ALICE} " + "many words " * 20 + "end")
        terminal.shows(r"Bob: many words many")
        terminal.shows(r"\bend\b")
        layout(terminal)
        time.sleep(0.3)
        terminal.keys("h")
        terminal.shows(r"call with Bob: hung up after 00:0\d; ")
        check(bob.wait_event("ended")["reason"] == "hung up by the peer", "reason")
        check("quality" not in terminal.text(), "the call is gone from the screen")
        terminal.keys("q")
        restored(world, terminal, 0)
        terminal.shows(r"(?m)^call with Bob: hung up after")
    return scenario


def somebody_calls(world):
    _, bob, terminal = start(world, 80, 24)
    bob.type(f"call {ALICE}")
    terminal.shows(r"── +Bob calls: a answer, r reject ─")
    terminal.keys("r")
    bob.wait_event("ended", reason="rejected by the peer")
    terminal.shows(r"call with Bob: rejected")
    bob.type(f"call {ALICE}")
    terminal.shows(r"── +Bob calls")
    terminal.keys("a")
    bob.wait_event("state", state="talking")
    bob.type("hangup")
    terminal.shows(r"hung up by the peer after")


def the_window_changes_its_size(world):
    _, bob, terminal = start(world, 80, 24)
    terminal.keys("c")
    bob.wait_event("incoming")
    bob.type("answer")
    for columns, rows in (200, 50), (40, 12), (20, 5), (80, 24), (132, 43):
        terminal.resize(columns, rows)
        if columns > 30:
            eventually(lambda: len(terminal.lines()[0].rstrip()) >= min(columns - 2, 60) or
                       columns < 80, "the title is drawn again")
            terminal.shows(r"Bob  talking")
            eventually(lambda r=rows: "h hang up" in terminal.lines()[r - 1], "keys at the bottom")
        else:
            terminal.shows("too small")
    terminal.shows(r"\w+  loss")
    layout(terminal)


def a_slow_terminal_gets_whole_frames(world):
    """One frame is more than the kernel holds for a terminal that does not read."""
    args = world.phone_args(world.server(), ALICE, "--no-sound")
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 240, 0, 0))
        os.execve(args[0], args, {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    world.stack.callback(os.waitpid, pid, 0)
    world.stack.callback(os.kill, pid, 9)
    world.stack.callback(os.close, fd)
    seen = b""
    end = time.monotonic() + 10
    while time.monotonic() < end and b"\x1b[100;1H" not in seen:
        if select.select([fd], [], [], 0.5)[0]:
            seen += os.read(fd, 1024)
        time.sleep(0.02)
    check(b"\x1b[100;1H" in seen, f"{len(seen)} bytes, and no last row")
    check(seen.count(b"\x1b[2J") < 6, "it begins again and again")


def signals_put_the_terminal_back(world):
    _, _, terminal = start(world, 80, 24)
    first = True
    for name, code in ("TERM", 0), ("INT", 0), ("HUP", 0), ("QUIT", 131), ("SEGV", 139), \
            ("ABRT", 134):
        if not first:
            terminal.type(terminal.command, "Enter")
            terminal.shows(r"Bob +[│|]")
        first = False
        shell = terminal.tmux("display-message", "-p", "#{pane_pid}").strip()
        pid = subprocess.run(["pgrep", "-P", shell, "-x", "msnav-phone"], capture_output=True,
                             text=True, check=False).stdout.strip()
        check(pid, "no phone")
        subprocess.run(["kill", f"-{name}", pid], check=True)
        restored(world, terminal, code)


def ctrl_c_leaves(world):
    _, _, terminal = start(world, 80, 24)
    terminal.keys("C-c")
    restored(world, terminal, 0)


def errors_stay_behind(world):
    world.password("wrong")
    server = world.server()
    args = world.phone_args(server, ALICE, "--no-sound")
    terminal = Terminal(world, 80, 24, "clear; " + " ".join(args) + "; echo code $?")
    terminal.shows(r"(?m)^code 4$")
    terminal.shows(r"msnav-phone: 127\.0\.0\.1:\d+: wrong account or password")


def the_password_is_asked_for_without_echo(world):
    server = world.server()
    args = [a for a in world.phone_args(server, ALICE, "--no-sound")
            if a not in ("--password-file", world.path("password"))]
    terminal = Terminal(world, 80, 24, "clear; " + " ".join(args) + "; echo code $?")
    terminal.shows(rf"Password of {ALICE}:")
    terminal.type(PASSWORD)
    time.sleep(0.3)
    check(PASSWORD not in terminal.text(), "the password is on the screen")
    terminal.keys("Enter")
    terminal.shows("● online")
    terminal.keys("q")
    terminal.shows(r"(?m)^code 0$")
    check(PASSWORD not in terminal.tmux("capture-pane", "-p", "-S", "-"), "in the history")


def ctrl_c_at_the_password_gives_up(world):
    server = world.server()
    args = [a for a in world.phone_args(server, ALICE, "--no-sound")
            if a not in ("--password-file", world.path("password"))]
    terminal = Terminal(world, 80, 24, f"clear; stty -a > {world.path('before')}; " +
                        " ".join(args) + f"; echo code $?; stty -a > {world.path('after')}")
    terminal.shows(rf"Password of {ALICE}:")
    terminal.type("half a pass")
    terminal.keys("C-c")
    terminal.shows("msnav-phone: no password")
    restored(world, terminal, 2)


def without_utf8_and_colours(world):
    _, bob, terminal = start(world, 80, 24, utf8=False)
    bob.type(f"say {ALICE} Grüße")
    terminal.shows(r"Bob: Gr\\xc3\\xbc\\xc3\\x9fe")
    terminal.keys("c")
    bob.wait_event("incoming")
    bob.type("answer")
    terminal.shows(r"quality +#+\.* +MOS")
    check(terminal.text().isascii(), "something is not ASCII")


def a_dumb_terminal_gets_lines(world):
    server = world.server()
    args = world.phone_args(server, ALICE, "--no-sound")
    terminal = Terminal(world, 80, 24, "clear; TERM=dumb " + " ".join(args) + "; echo code $?")
    terminal.shows(rf"(?m)^online as {ALICE}$")
    terminal.type("contacts", "Enter")
    terminal.shows(r"(?m)^Bob +bob@example.com")
    terminal.type("quit", "Enter")
    terminal.shows(r"(?m)^code 0$")


def contacts_are_chosen(world):
    server, bob, terminal = start(world, 80, 24)
    carol = world.phone(server, CAROL, "--json")
    terminal.shows(r"● Carol")
    carol.type(f"say {ALICE} psst")
    terminal.shows(r"Carol \(1\)")
    terminal.keys("Down")
    eventually(lambda: "(1)" not in terminal.text(), "it is read")
    terminal.keys("t")
    terminal.type("what?", "Enter")
    carol.wait_event("chat", text="what?")
    terminal.keys("Escape", "/")
    terminal.type(f"say {BOB} hi", "Enter")
    bob.wait_event("chat", text="hi")
    terminal.keys("/")
    terminal.type("nonsense", "Enter")
    terminal.shows("no such command: nonsense")
    server.stop()
    terminal.shows("○ (connecting|not connected)")
    terminal.shows("trying again")
    world.server(server.address.split(":")[1])
    terminal.shows("● online", 20)


def hostile_text_does_not_move_the_cursor(world):
    _, bob, terminal = start(world, 80, 24)
    bob.type(f"say {ALICE} \x1b[2J\x1b[1;1Howned\x1b]0;t\x07")
    terminal.shows(r"Bob: \\x1b\[2J\\x1b\[1;1Howned")
    layout(terminal)


if __name__ == "__main__":
    if shutil.which("tmux") is None:
        print("1..0 # SKIP tmux is not installed")
        sys.exit(0)
    named = {f.__name__.replace("_", " "): f for f in (
        somebody_calls, the_window_changes_its_size, a_slow_terminal_gets_whole_frames,
        signals_put_the_terminal_back, ctrl_c_leaves, ctrl_c_at_the_password_gives_up, errors_stay_behind, the_password_is_asked_for_without_echo,
        without_utf8_and_colours, a_dumb_terminal_gets_lines, contacts_are_chosen,
        hostile_text_does_not_move_the_cursor)}
    sys.exit(main({"a call at 80x24": a_call_at(80, 24), "a call at 200x50": a_call_at(200, 50),
                   **named}))
