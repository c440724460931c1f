#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options, the configuration file, and the documents that name them."""
import os
import re
import subprocess
import sys

from kit import ALICE, BOB, LOST, NO_DEVICE, CALL, NO_ANSWER, BYE_TIMEOUT, check, main, only_line


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
        wrong_use_is_said, the_configuration_file_is_read, help_and_version_have_short_names,
        help_names_every_exit_code, the_documents_know_every_option, completion_completes)}))
