# SPDX-License-Identifier: LGPL-2.1-or-later
"""ports.py N: N UDP ports that are free at every address, the last one even
and with three free ones after it, for sound and pictures.
ports.py --wait ADDR:PORT: wait until somebody has bound the port."""
import random
import socket
import sys
import time

SYSTEM_TAKES_FROM = 32768  # what bind() chooses lies above


def bound(addr, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind((addr, port))
        except OSError:
            return True
    return False


def free_ports(count):
    ports = []
    while len(ports) < count:
        port = random.randrange(10000, SYSTEM_TAKES_FROM - 4, 4)
        if port not in ports and not any(bound("", port + i) for i in range(4)):
            ports.append(port)
    return ports


def wait_for(host, port):
    deadline = time.monotonic() + 10
    while not bound(host, port):
        if time.monotonic() > deadline:
            sys.exit(f"nobody at {host}:{port}")
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1] == "--wait":
        address, number = sys.argv[2].split(":")
        wait_for(address, int(number))
    else:
        print(*free_ports(int(sys.argv[1])))
