#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logging in, what a server may refuse, and losing it."""
import os
import socket
import sys

from kit import (ALICE, PASSWORD, UNREACHABLE, REFUSED, LOST, ELSEWHERE, check, eventually, main,
                 only_line)


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


if __name__ == "__main__":
    sys.exit(main({f.__name__.replace("_", " "): f for f in (
        a_wrong_password_is_said, an_unknown_account_is_like_a_wrong_password,
        the_password_comes_from_the_environment, a_server_that_is_not_there,
        a_server_that_nobody_knows, a_connection_lost_without_a_call, a_phone_logs_in_again,
        logging_in_elsewhere)}))
