#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Intelligibility of speech after losses, by STOI.

usage: speech_loss.py SPEECH_LOSS [WAV...]

SPEECH_LOSS is the program of that name; the default speech is that of
`examples/install.sh speech`, two people.  Needs numpy.  STOI after C. Taal, R.
Hendriks, R. Heusdens, J. Jensen, An Algorithm for Intelligibility Prediction
of Time-Frequency Weighted Noisy Speech, IEEE TASLP 19(7), 2011."""
import glob
import subprocess
import sys
import wave

import numpy

RATE = 8000
SOUNDS = "/usr/share/asterisk/sounds/*/"
ENGINES = ("none", "repeat", "spandsp", "conceal", "red")
LOSSES, SEEDS = (5, 10, 20), 4
SKIP, PIECE = 15, 4  # seconds: until the sender knows of the loss; a score

# of the paper, section II
FS, FRAME, FFT, BANDS, LOWEST, SPAN, RANGE = 10000, 256, 512, 15, 150, 30, 40
CLIP = 10 ** (15 / 20)


def resampled(x):
    """8 to 10 kHz, by the spectrum."""
    spectrum = numpy.fft.rfft(x)
    count = len(x) * FS // RATE
    wide = numpy.zeros(count // 2 + 1, complex)
    wide[:len(spectrum)] = spectrum[:len(wide)]
    return numpy.fft.irfft(wide, count) * FS / RATE


def frames_of(x):
    starts = range(0, len(x) - FRAME + 1, FRAME // 2)
    window = numpy.hanning(FRAME + 2)[1:-1]
    return numpy.array([x[s:s + FRAME] * window for s in starts])


def overlapped(frames):
    out = numpy.zeros((len(frames) + 1) * FRAME // 2)
    for i, frame in enumerate(frames):
        out[i * FRAME // 2:i * FRAME // 2 + FRAME] += frame
    return out


def band_matrix():
    bins = numpy.linspace(0, FS / 2, FFT // 2 + 1)
    matrix = numpy.zeros((BANDS, len(bins)))
    for k in range(BANDS):
        centre = LOWEST * 2 ** (k / 3)
        low, high = (numpy.argmin((bins - centre * 2 ** (e / 6)) ** 2)
                     for e in (-1, 1))
        matrix[k, low:high] = 1
    return matrix


MATRIX = band_matrix()


def envelopes(frames):
    spectra = numpy.abs(numpy.fft.rfft(frames, FFT)) ** 2
    return numpy.sqrt(spectra @ MATRIX.T).T


def stoi(clean, heard):
    clean, heard = frames_of(resampled(clean)), frames_of(resampled(heard))
    level = 20 * numpy.log10(numpy.linalg.norm(clean, axis=1) + 1e-9)
    loud = level > level.max() - RANGE
    x, y = (envelopes(frames_of(overlapped(f[loud]))) for f in (clean, heard))
    scores = []
    for end in range(SPAN, x.shape[1] + 1):
        a, b = x[:, end - SPAN:end], y[:, end - SPAN:end]
        scale = (numpy.linalg.norm(a, axis=1, keepdims=True) /
                 (numpy.linalg.norm(b, axis=1, keepdims=True) + 1e-9))
        b = numpy.minimum(b * scale, a * (1 + CLIP))
        a = a - a.mean(axis=1, keepdims=True)
        b = b - b.mean(axis=1, keepdims=True)
        norm = numpy.linalg.norm(a, axis=1) * numpy.linalg.norm(b, axis=1)
        scores.append(numpy.mean((a * b).sum(axis=1) / (norm + 1e-9)))
    return numpy.mean(scores) if scores else None


def aligned(clean, heard, at, count):
    """The piece of `heard` that says what `clean` says at `at`: a buffer may
    hold sound back by up to 300 ms."""
    most = RATE * 3 // 10
    size = 1 << (count + most).bit_length()
    a = numpy.fft.rfft(clean[at:at + count], size)
    b = numpy.fft.rfft(heard[at:at + count + most], size)
    lag = int(numpy.argmax(numpy.fft.irfft(b * a.conj(), size)[:most]))
    return heard[at + lag:at + lag + count]


def score(clean, heard):
    count, total, scores = PIECE * RATE, min(len(clean), len(heard)), []
    for at in range(SKIP * RATE, total - count - RATE, count):
        piece = clean[at:at + count]
        value = stoi(piece, aligned(clean, heard, at, count))
        if value is not None:
            scores.append(value)
    return float(numpy.mean(scores))


def speech(paths):
    if not paths:
        for voice in sorted(glob.glob(SOUNDS)):
            paths += sorted(glob.glob(voice + "demo-*.wav") +
                            glob.glob(voice + "conf-*.wav"))
    sound = []
    for path in paths:
        with wave.open(path) as wav:
            if (wav.getframerate(), wav.getnchannels()) == (RATE, 1):
                data = wav.readframes(wav.getnframes())
                sound.append(numpy.frombuffer(data, "<i2"))
    if not sound:
        sys.exit("no speech: sh examples/install.sh speech")
    return numpy.concatenate(sound)[:RATE * 120]


def main():
    program, sound = sys.argv[1], speech(sys.argv[2:])
    clean = sound.astype(float)
    print("| loss | " + " | ".join(ENGINES) + " |")
    print("|---" * (len(ENGINES) + 1) + "|")
    failed = False
    for loss in LOSSES:
        row = {}
        for engine in ENGINES:
            scores = []
            for seed in range(1, SEEDS + 1):
                done = subprocess.run(
                    [program, engine, str(loss), str(seed)],
                    input=sound.tobytes(), stdout=subprocess.PIPE)
                if done.returncode == 0:
                    heard = numpy.frombuffer(done.stdout, "<i2").astype(float)
                    scores.append(score(clean, heard))
            row[engine] = numpy.mean(scores) if scores else float("nan")
        print(f"| {loss} % | " + " | ".join(f"{row[e]:.3f}" for e in ENGINES) +
              " |", flush=True)
        best = numpy.nanmax([row["repeat"], row["spandsp"]])
        failed = failed or row["red"] < best
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
