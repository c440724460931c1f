#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: vectors.py DIRECTORY [LIBMSNAV_AVCODEC]

Writes the vectors of codec_kit.h, with nothing of this library
in what is expected: G.711 by the tables of G.191 beside this directory, DVI4
by the audioop module of CPython, GSM by spandsp, Opus by libopus, G.723.1 by
libavcodec (the packets themselves are from the encoder in LIBMSNAV_AVCODEC;
without that they stay as they are).

speech-RATE.s16  what is encoded
NAME.rtp         packets, each with its length in two bytes before it, highest
                 first
NAME.s16         what the packets are decoded to
Samples have 16 bits, the lowest byte first."""
import audioop  # in CPython until 3.12
import ctypes
import ctypes.util
import math
import pathlib
import struct
import sys

SECONDS = 0.6
BAND = 2000.0


def lcg(seed):
    while True:
        seed = (seed * 1664525 + 1013904223) & 0xffffffff
        yield seed >> 16


def speech(rate):
    """A vowel that swells until it clips, noise over it, and a pause."""
    noise = lcg(3)
    total = round(SECONDS * rate)
    out = []
    for i in range(total):
        t = i / rate
        phase = 2 * math.pi * 130 * (t + 0.0045 * (1 - math.cos(9 * t)))
        loud = 4 * i / total if i < 0.85 * total else 0.01
        value = sum(math.sin(k * phase) *
                    (math.exp(-(130 * k - 700) ** 2 / 60000) + 0.05)
                    for k in range(1, int(BAND / 130)))
        value = loud * (5000 * value + (next(noise) - 32768) / 100)
        out.append(max(-32768, min(32767, round(value))))
    return out


def s16(samples):
    return struct.pack(f"<{len(samples)}h", *samples)


def split(samples, size):
    return [samples[i:i + size] for i in range(0, len(samples), size)]


def g711(table):
    """From the codes of all samples in order."""
    def encode(frame):
        return bytes(table[v + 32768] for v in frame)
    return encode


def ulaw_heard(code):
    inverted = ~code & 0xff
    value = ((2 * (inverted & 15) + 33) * (1 << (inverted >> 4 & 7)) - 33) * 4
    return -value if inverted & 0x80 else value


def alaw_heard(code):
    plain = code ^ 0x55
    segment, step = plain >> 4 & 7, plain & 15
    value = 2 * step + 1 if segment == 0 else (2 * step + 33) << (segment - 1)
    return value * 8 if plain & 0x80 else -value * 8


def dvi4(frames):
    """RFC 3551 section 4.5.1: the state before the packet in front of it.
    The first code is in the upper half of a byte, as audioop has it."""
    state, packets, heard = (0, 0), [], []
    for frame in frames:
        header = struct.pack(">hBB", state[0], state[1], 0)
        codes, after = audioop.lin2adpcm(s16(frame), 2, state)
        back, _ = audioop.adpcm2lin(codes, 2, state)
        packets.append(header + codes)
        heard += struct.unpack(f"<{len(back) // 2}h", back)
        state = after
    return packets, heard


def gsm(frames):
    lib = ctypes.CDLL("libspandsp.so.2")
    lib.gsm0610_init.restype = ctypes.c_void_p
    voip = 2
    coder = ctypes.c_void_p(lib.gsm0610_init(None, voip))
    decoder = ctypes.c_void_p(lib.gsm0610_init(None, voip))
    packets, heard = [], []
    for frame in frames:
        code = (ctypes.c_uint8 * 33)()
        pcm = (ctypes.c_int16 * 160)(*frame)
        assert lib.gsm0610_encode(coder, code, pcm, 160) == 33
        assert lib.gsm0610_decode(decoder, pcm, code, 33) == 160
        packets.append(bytes(code))
        heard += list(pcm)
    # RTC 1.2 sends two frames in a packet: the second half is like that
    half = len(packets) // 4 * 2
    packets[half:] = [a + b for a, b in zip(packets[half::2], packets[half + 1::2])]
    return packets, heard


def opus(frames, rate):
    lib = ctypes.CDLL("libopus.so.0")
    lib.opus_encoder_create.restype = ctypes.c_void_p
    lib.opus_decoder_create.restype = ctypes.c_void_p
    err = ctypes.c_int()
    voip = 2048
    coder = ctypes.c_void_p(lib.opus_encoder_create(rate, 1, voip, ctypes.byref(err)))
    decoder = ctypes.c_void_p(lib.opus_decoder_create(rate, 1, ctypes.byref(err)))
    packets, heard = [], []
    for frame in frames:
        size = len(frame)
        out = (ctypes.c_uint8 * 400)()
        pcm = (ctypes.c_int16 * size)(*frame)
        n = lib.opus_encode(coder, pcm, size, out, 400)
        assert n > 0
        packets.append(bytes(out[:n]))
        assert lib.opus_decode(decoder, packets[-1], n, pcm, size, 0) == size
        heard += list(pcm)
    return packets, heard


class AudioCodec(ctypes.Structure):
    """msnav_audio_codec as far as it is needed."""
    _fields_ = [("size", ctypes.c_size_t), ("name", ctypes.c_char_p),
                ("fmtp", ctypes.c_char_p), ("rates", ctypes.c_uint32 * 3),
                ("frame_samples", ctypes.c_uint16), ("types", ctypes.c_uint8 * 2),
                ("open", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_void_p))),
                ("close", ctypes.c_void_p),
                ("encode", ctypes.CFUNCTYPE(
                    ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int16),
                    ctypes.c_size_t, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t))]


def g723_packets(frames, library):
    """Speech at 6.3 kbit/s, packed by one, two and three frames, with frames
    of the other three kinds among them."""
    lib = ctypes.CDLL(library)
    lib.msnav_avcodec_audio.restype = ctypes.POINTER(AudioCodec)
    codec = lib.msnav_avcodec_audio(0).contents
    state = ctypes.c_void_p()
    assert codec.open(ctypes.byref(state)) == 0
    noise = lcg(11)
    coded = []
    for i, frame in enumerate(frames):
        out = (ctypes.c_uint8 * 24)()
        assert codec.encode(state, (ctypes.c_int16 * 240)(*frame), 240, out, 24) == 24
        if i % 7 == 5:  # 5.3 kbit/s, of pitches and gains that exist
            bits = 1 | 40 << 26 | 50 << 35
            for gain in range(4):
                bits |= (next(noise) % 2000) << (44 + 12 * gain)
            bits |= (next(noise) % 256) << 2 | (next(noise) % 65536) << 96
            coded.append(bits.to_bytes(20, "little"))
        else:
            coded.append(bytes(out))
    coded[17:20] = [bytes([2, 0x80, 0x80, 0xa0]), b"\3", b"\3"]
    packets, at = [], 0
    while at < len(coded):
        take = 1 + len(packets) % 3
        packets.append(b"".join(coded[at:at + take]))
        at += take
    return packets


def g723_heard(packets):
    util = ctypes.CDLL(ctypes.util.find_library("avutil"))
    lib = ctypes.CDLL(ctypes.util.find_library("avcodec"))
    for f in ("avcodec_find_decoder_by_name", "avcodec_alloc_context3", "av_packet_alloc"):
        getattr(lib, f).restype = ctypes.c_void_p
    util.av_frame_alloc.restype = ctypes.c_void_p
    codec = ctypes.c_void_p(lib.avcodec_find_decoder_by_name(b"g723_1"))
    context = ctypes.c_void_p(lib.avcodec_alloc_context3(codec))
    assert util.av_opt_set(context, b"ch_layout", b"mono", 0) == 0
    assert lib.avcodec_open2(context, codec, None) == 0
    packet = ctypes.c_void_p(lib.av_packet_alloc())
    frame = ctypes.c_void_p(util.av_frame_alloc())
    heard = []
    for payload in packets:
        while payload:
            size = (24, 20, 4, 1)[payload[0] & 3]
            assert lib.av_new_packet(packet, size) == 0
            data = ctypes.cast(packet.value + 24, ctypes.POINTER(ctypes.c_void_p))[0]
            ctypes.memmove(data, payload[:size], size)
            assert lib.avcodec_send_packet(context, packet) == 0
            assert lib.avcodec_receive_frame(context, frame) == 0
            pcm = ctypes.cast(frame, ctypes.POINTER(ctypes.POINTER(ctypes.c_int16)))[0]
            heard += pcm[:240]
            lib.av_packet_unref(packet)
            payload = payload[size:]
    return heard


def main():
    where = pathlib.Path(sys.argv[1])

    def write(name, packets, heard):
        (where / f"{name}.rtp").write_bytes(
            b"".join(struct.pack(">H", len(p)) + p for p in packets))
        (where / f"{name}.s16").write_bytes(s16(heard))

    narrow, wide = speech(8000), speech(16000)
    (where / "speech-8000.s16").write_bytes(s16(narrow))
    (where / "speech-16000.s16").write_bytes(s16(wide))
    frames = split(narrow, 160)
    for name, law, heard in (("pcmu", "ulaw", ulaw_heard), ("pcma", "alaw", alaw_heard)):
        encode = g711((where.parent / f"g191_{law}_encode_all_s16.bin").read_bytes())
        packets = [encode(f) for f in frames]
        write(name, packets, [heard(c) for p in packets for c in p])
    write("l16", [struct.pack(f">{len(f)}h", *f) for f in frames], narrow)
    write("dvi4-8000", *dvi4(frames))
    write("dvi4-16000", *dvi4(split(wide, 320)))
    write("gsm", *gsm(frames))
    write("opus", *opus(split(wide, 320), 16000))
    if len(sys.argv) > 2:
        packets = g723_packets(split(narrow, 240), sys.argv[2])
        write("g723", packets, g723_heard(packets))


main()
