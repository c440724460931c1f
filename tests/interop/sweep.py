# SPDX-License-Identifier: LGPL-2.1-or-later
"""sweep.py FILE.wav LOW: two seconds of a tone that rises from LOW Hz, so
that each moment is like no other."""
import math
import struct
import sys
import wave

RATE = 8000
low = float(sys.argv[2])
with wave.open(sys.argv[1], "wb") as w:
    w.setnchannels(1)
    w.setsampwidth(2)
    w.setframerate(RATE)
    w.writeframes(b"".join(
        struct.pack("<h", round(8000 * math.sin(2 * math.pi * (low + 100 * t) * t)))
        for t in (i / RATE for i in range(2 * RATE))))
