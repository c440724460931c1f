# SPDX-License-Identifier: LGPL-2.1-or-later
"""SRTP for captures that tests make: AES_CM_128_HMAC_SHA1_80 by RFC 3711 and
FIPS 197 alone, slow and independent of what is tested."""
import hashlib
import hmac
import struct


def _times_two(a):
    return (a << 1 ^ (0x11B if a & 0x80 else 0)) & 0xFF


def _sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p ^= _times_two(p)  # times 3, a generator
        for shift in 1, 2, 4:  # q is its inverse
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q
        for shift in 1, 2, 3, 4:
            turned ^= (q << shift | q >> (8 - shift)) & 0xFF
        box[p] = turned ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


SBOX = _sbox()


def _round_keys(key):
    words, constant = [list(key[i:i + 4]) for i in range(0, 16, 4)], 1
    while len(words) < 44:
        word = list(words[-1])
        if len(words) % 4 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _times_two(constant)
        words.append([a ^ b for a, b in zip(words[-4], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]


def aes(keys, block):
    """One block of 16 bytes; keys are those of the rounds."""
    state = [a ^ b for a, b in zip(block, keys[0])]
    for n in range(1, 11):
        state = [SBOX[b] for b in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]  # rows turn left
        if n < 10:
            mixed = []
            for c in range(0, 16, 4):
                column = state[c:c + 4]
                every = column[0] ^ column[1] ^ column[2] ^ column[3]
                mixed += [column[i] ^ every ^ _times_two(column[i] ^ column[(i + 1) % 4])
                          for i in range(4)]
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[n])]
    return bytes(state)


def _stream(keys, start, length):
    out = b""
    for n in range((length + 15) // 16):
        out += aes(keys, (start + n).to_bytes(16, "big"))
    return out[:length]


class Srtp:
    """What one side sends with a master key of 16 and a salt of 14 bytes."""

    def __init__(self, master):
        keys, salt = _round_keys(master[:16]), int.from_bytes(master[16:30], "big")

        def derive(label, length):  # RFC 3711 section 4.3.1
            return _stream(keys, (salt ^ label << 48) << 16, length)

        self.key, self.salt = derive(0, 16), int.from_bytes(derive(2, 14), "big")
        self.mac = derive(1, 20)
        self.keys = _round_keys(self.key)

    def protect(self, packet):
        """A packet whose header has 12 bytes, before its numbers roll over."""
        sequence, ssrc = struct.unpack_from("!H", packet, 2)[0], packet[8:12]
        start = self.salt << 16 ^ int.from_bytes(ssrc, "big") << 64 ^ sequence << 16
        stream = _stream(self.keys, start, len(packet) - 12)
        sealed = packet[:12] + bytes(a ^ b for a, b in zip(packet[12:], stream))
        return sealed + hmac.new(self.mac, sealed + bytes(4), hashlib.sha1).digest()[:10]
