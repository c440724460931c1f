#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A call from Python, over the shared library alone: ctypes, and an event loop
of a page.  Two messengers in one program; one calls the other, both say a
tone, and after a second of hearing the other one hangs up.

    call.py [LIBRARY]        such as build/lib/libmsnav.so.0
"""
import array
import ctypes as c
import math
import selectors
import sys
import time

OK, ENDED, AUDIO, FRAME = 0, 8, 1, 1
READ, WRITE = 1, 2
NEVER = 2**64 - 1
TICK = 20  # ms of sound in each callback, at the codec's rate
LOOPBACK = 0x7F000001


class Str(c.Structure):
    """msnav_str: borrowed bytes."""
    _fields_ = [("ptr", c.c_void_p), ("len", c.c_size_t)]


IO_FN = c.CFUNCTYPE(None, c.c_int, c.c_uint, c.c_void_p)
TIMER_FN = c.CFUNCTYPE(None, c.c_void_p)
P = c.c_void_p


class LoopTable(c.Structure):
    """msnav_loop."""
    _fields_ = [
        ("size", c.c_size_t), ("data", P),
        ("now", c.CFUNCTYPE(c.c_uint64, P)),
        ("io_add", c.CFUNCTYPE(P, P, c.c_int, c.c_uint, IO_FN, P)),
        ("io_mod", c.CFUNCTYPE(None, P, P, c.c_uint)),
        ("io_del", c.CFUNCTYPE(None, P, P)),
        ("timer_add", c.CFUNCTYPE(P, P, TIMER_FN, P)),
        ("timer_set", c.CFUNCTYPE(None, P, P, c.c_uint64)),
        ("timer_del", c.CFUNCTYPE(None, P, P))]


class Sound(c.Structure):
    """msnav_sound."""
    _fields_ = [
        ("size", c.c_size_t),
        ("capture", c.CFUNCTYPE(c.c_bool, P, P, P, c.c_size_t)),
        ("play", c.CFUNCTYPE(None, P, P, P, c.c_size_t, c.c_uint))]


class Events(c.Structure):
    """msnav_events; it may end early, its size says where."""
    _fields_ = [
        ("size", c.c_size_t),
        ("send", c.CFUNCTYPE(None, P, P, Str, P, c.c_size_t)),
        ("incoming", c.CFUNCTYPE(None, P, P)),
        ("state", c.CFUNCTYPE(None, P, P, c.c_int, c.c_int)),
        ("dtmf", P), ("level", P), ("video", P), ("media", P),
        ("sound", c.POINTER(Sound))]


class Config(c.Structure):
    """msnav_config, as far as it is used here."""
    _fields_ = [
        ("size", c.c_size_t), ("account", c.c_char_p), ("name", c.c_char_p),
        ("app_name", c.c_char_p), ("user_agent", c.c_char_p),
        ("media", c.c_uint32), ("profile", c.c_uint32),
        ("bind_ip", c.c_uint32)]


class Loop:
    """What libmsnav wants of an event loop."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.watches, self.timers, self.last = {}, {}, 0
        self.table = LoopTable(c.sizeof(LoopTable))
        for name, kind in LoopTable._fields_[2:]:
            setattr(self.table, name, kind(getattr(self, name)))

    def new_handle(self):
        self.last += 1
        return self.last

    @staticmethod
    def now(_data=None):
        return time.monotonic_ns() // 1000

    def io_add(self, data, fd, events, fn, arg):
        handle = self.new_handle()
        # fn belongs to the caller of this callback: keep its address
        self.watches[handle] = (fd, IO_FN(c.cast(fn, P).value), arg)
        self.io_mod(data, handle, events)
        return handle

    def io_mod(self, _data, handle, events):
        fd = self.watches[handle][0]
        if fd in self.selector.get_map():
            self.selector.unregister(fd)
        wanted = (selectors.EVENT_READ if events & READ else 0) | \
                 (selectors.EVENT_WRITE if events & WRITE else 0)
        if wanted:
            self.selector.register(fd, wanted, handle)

    def io_del(self, data, handle):
        self.io_mod(data, handle, 0)
        del self.watches[handle]

    def timer_add(self, _data, fn, arg):
        handle = self.new_handle()
        self.timers[handle] = [NEVER, TIMER_FN(c.cast(fn, P).value), arg]
        return handle

    def timer_set(self, _data, handle, at):
        self.timers[handle][0] = at

    def timer_del(self, _data, handle):
        del self.timers[handle]

    def turn(self):
        """Wait for something, and run it."""
        first = min((t[0] for t in self.timers.values()), default=NEVER)
        wait = None if first == NEVER else max(0, first - self.now()) / 1e6
        for key, ready in self.selector.select(wait):
            fd, fn, arg = self.watches.get(key.data, (-1, None, None))
            if fn:  # not removed by a callback before it
                fn(fd, (READ if ready & selectors.EVENT_READ else 0) |
                   (WRITE if ready & selectors.EVENT_WRITE else 0), arg)
        now = self.now()
        for handle, (at, fn, arg) in list(self.timers.items()):
            if at <= now and self.timers.get(handle, (NEVER,))[0] == at:
                self.timers[handle][0] = NEVER
                fn(arg)


class Person:
    """One account with its context."""

    def __init__(self, lib, loop, account):
        self.lib, self.account, self.other = lib, account.encode(), None
        self.heard = 0  # ms
        self.reason = None
        self.sound = Sound(c.sizeof(Sound),
                           self.kind(Sound, "capture")(self.capture),
                           self.kind(Sound, "play")(self.play))
        self.events = Events(c.sizeof(Events),
                             self.kind(Events, "send")(self.send),
                             self.kind(Events, "incoming")(self.incoming),
                             self.kind(Events, "state")(self.state),
                             sound=c.pointer(self.sound))
        config = Config(c.sizeof(Config), bind_ip=LOOPBACK)
        self.context = P()
        self.check(lib.msnav_context_new(
            c.byref(loop.table), c.byref(config), c.byref(self.events), None,
            c.byref(self.context)))

    @staticmethod
    def kind(struct, name):
        return dict(struct._fields_)[name]

    def check(self, error):
        if error != OK:
            raise OSError(self.lib.msnav_strerror(error).decode())

    def call(self, other):
        call = P()
        self.check(self.lib.msnav_call_start(
            self.context, self.lib.msnav_str_of(other.account), AUDIO,
            c.byref(call)))

    def send(self, _self, _call, peer, payload, size):
        """What a switchboard does otherwise."""
        assert c.string_at(peer.ptr, peer.len) == self.other.account
        self.lib.msnav_context_receive(
            self.other.context, self.lib.msnav_str_of(self.account), payload,
            size)

    def incoming(self, _self, call):
        self.say("it rings, I take it")
        self.check(self.lib.msnav_call_accept(call, AUDIO))

    def state(self, _self, call, state, reason):
        name = self.lib.msnav_state_name(state).decode()
        if state == ENDED:
            self.reason = self.lib.msnav_reason_name(reason).decode()
            self.lib.msnav_call_free(call)
        self.say(self.reason or name)

    def say(self, what):
        print(f"{self.account.decode()}: {what}", flush=True)

    def capture(self, _self, _call, pcm, samples):
        tone = array.array("h", (
            int(8000 * math.sin(0.4 * TICK * 2 * math.pi * i / samples))
            for i in range(samples)))  # 400 Hz: whole waves in each callback
        c.memmove(pcm, tone.tobytes(), 2 * samples)
        return True

    def play(self, _self, call, _pcm, _samples, played):
        self.heard += TICK if played & FRAME else 0
        if self.heard >= 1000:
            self.lib.msnav_call_hangup(call)

    def close(self):
        self.lib.msnav_context_free(self.context)


def load(path):
    """The library, with the types that are not int."""
    lib = c.CDLL(path)
    lib.msnav_str_of.restype = Str
    lib.msnav_str_of.argtypes = [c.c_char_p]
    for name in ("strerror", "state_name", "reason_name"):
        getattr(lib, "msnav_" + name).restype = c.c_char_p
    lib.msnav_context_new.argtypes = [P] * 5
    lib.msnav_context_receive.argtypes = [P, Str, P, c.c_size_t]
    lib.msnav_context_free.argtypes = lib.msnav_call_free.argtypes = [P]
    lib.msnav_context_free.restype = lib.msnav_call_free.restype = None
    lib.msnav_call_start.argtypes = [P, Str, c.c_uint32, P]
    lib.msnav_call_accept.argtypes = [P, c.c_uint32]
    lib.msnav_call_hangup.argtypes = [P]
    return lib


def main():
    lib = load(sys.argv[1] if len(sys.argv) > 1 else "libmsnav.so.0")
    loop = Loop()
    alice = Person(lib, loop, "alice@example.com")
    bob = Person(lib, loop, "bob@example.com")
    alice.other, bob.other = bob, alice
    alice.call(bob)
    end = time.monotonic() + 10
    while not (alice.reason and bob.reason) and time.monotonic() < end:
        loop.turn()
    alice.close()
    bob.close()
    print(f"heard {alice.heard} and {bob.heard} ms")
    done = {alice.reason, bob.reason} == {"hung up", "hung up by the peer"}
    return 0 if done and min(alice.heard, bob.heard) > 500 else 1


if __name__ == "__main__":
    sys.exit(main())
