#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: doc-code.py SOURCE_ROOT BUILD_DIR CC
The C of doc/integrating.md and doc/codec.md: what stands up to the end of
each step compiles, the whole is linked and run."""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

WARN = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def as_typed(root, cc, source, program):
    """The command that the guide tells to type."""
    (flags,) = re.findall(r"^    cc messenger\.c (.*)$", (root / "doc/integrating.md").read_text(), re.M)
    assert f"    cc messenger.c {flags}\n" in (root / "README.md").read_text(), "README differs"
    return " ".join([cc, *WARN, str(source), "-o", str(program), flags])


def main(root, build, cc):
    def glib(what):
        return subprocess.run(["pkg-config", what, "glib-2.0"], capture_output=True, text=True,
                              check=True).stdout.split()

    include = ["-I", str(root / "include")]
    with tempfile.TemporaryDirectory() as directory:
        for page in ("integrating.md", "codec.md"):
            steps = re.findall(r"^```c\n(.*?)^```", (root / "doc" / page).read_text(), re.S | re.M)
            assert len(steps) > 2, page
            source = Path(directory) / "page.c"
            for n in range(1, len(steps) + 1):
                source.write_text("\n".join(steps[:n]))
                # what later steps use is not used yet
                subprocess.run([cc, *WARN, "-Wno-unused", "-fsyntax-only", *include,
                                *glib("--cflags"), str(source)], check=True)
            program = Path(directory) / "page"
            subprocess.run(as_typed(root, cc, source, program), shell=True, check=True,
                           env={**os.environ,
                                "PKG_CONFIG_PATH": str(build / "meson-uninstalled")})
            subprocess.run([str(program)], check=True, timeout=60,
                           env={**os.environ, "LD_LIBRARY_PATH": str(build / "lib")})
            print(f"{page}: {len(steps)} steps")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
