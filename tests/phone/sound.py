#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What phones say and hear: devices, WAV files, recordings."""
import sys
import wave

from kit import (ALICE, BOB, CAROL, PASSWORD, UNREACHABLE, REFUSED, NO_DEVICE, BAD_FILE, check,
                 eventually, main, only_line, wav_seconds, write_wav)


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


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        no_sound_device, live_sound_goes_through_alsa, files_that_are_no_wav,
        files_of_other_rates_are_played, every_caller_hears_the_file,
        a_recording_stays_until_there_is_another, a_full_disk_is_said,
        who_heard_nothing_has_no_quality, silence_is_kept_back_on_request)}))
