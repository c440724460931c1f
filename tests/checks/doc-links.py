#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: doc-links.py SOURCE_ROOT | --installed DIRECTORY
The documents hold together: no link into nowhere, no file or function named
that does not exist, an entry in troubleshooting.md for every end reason, a man
page and a completion for every tool that is installed, pictures that any
viewer can draw.  Of the installed ones only the links are looked at."""
import re
import sys
from pathlib import Path


# what is no name of the library: variables of the environment, symbol versions
SETTINGS = ("MSNAV_BUILD", "MSNAV_CI", "MSNAV_FULL", "MSNAV_SEED", "MSNAV_TEST", "MSNAV_0")


def slug(heading):
    heading = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def prose(page):
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)


def headings(page):
    return {slug(h) for h in re.findall(r"^#+ (.*)$", prose(page), re.M)}


def bad_links(root, page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            yield f"{page.relative_to(root)}: no {target}"
        elif anchor and there.suffix == ".md" and anchor not in headings(there):
            yield f"{page.relative_to(root)}: no heading {target}"


def bad_names(root, page):
    known = "\n".join(h.read_text() for h in (root / "include").rglob("*.h"))
    text = page.read_text()
    for name in sorted(set(re.findall(r"\b(msnav_\w+)\(\)", text))):
        if not re.search(rf"\b{name}\(", known):
            yield f"{page.relative_to(root)}: no function {name}()"
    for name in sorted(set(re.findall(r"\bMSNAV_[A-Z0-9_]+\b", text))):
        listed = re.search(rf"\b{name}\b", known) or name.startswith(SETTINGS)
        if not listed and not name.endswith("_"):
            yield f"{page.relative_to(root)}: no {name}"
    for path in sorted(set(re.findall(
            r"`((?:lib|examples|tests|doc|include)/[\w./-]+)`", text))):
        if not (root / path).exists() and not list(root.glob(path + "*")):
            yield f"{page.relative_to(root)}: no file {path}"


def reasons(root):
    header = (root / "include/msnav/session.h").read_text()
    enum = re.search(r"typedef enum msnav_reason \{(.*?)\} msnav_reason", header, re.S).group(1)
    page = (root / "doc/troubleshooting.md").read_text()
    for name in re.findall(r"\b(MSNAV_REASON_\w+) =", enum):
        row = re.search(rf"^\| `{name}` \| ([^|]+) \| ([^|]+) \|$", page, re.M)
        if not row or min(map(len, row.groups())) < 5:
            yield f"doc/troubleshooting.md: nothing about {name}"


def pictures(root):
    for picture in (root / "doc").rglob("*.svg"):
        if "var(" in picture.read_text():  # all but browsers draw it black
            yield f"{picture.relative_to(root)}: has var()"


def tools(root):
    for build in (root / "examples").rglob("meson.build"):
        for name in re.findall(r"executable\('(msnav-[\w-]+)'", build.read_text()):
            for path in (root / "doc/man" / f"{name}.rst", build.parent / f"{name}.bash"):
                if not path.exists():
                    yield f"{name} has no {path.relative_to(root)}"


def main(root):
    pages = sorted(root.glob("*.md")) + sorted((root / "doc").glob("*.md"))
    bad = [b for p in pages for b in bad_links(root, p)]
    # what NEWS.md names may have gone again
    bad += [b for p in pages if p.name != "NEWS.md" for b in bad_names(root, p)]
    bad += [*reasons(root), *tools(root), *pictures(root)]
    print("\n".join(bad) or f"{len(pages)} pages")
    return 1 if bad else 0


def installed(where):
    pages = sorted(where.glob("*.md"))
    bad = [b for p in pages for b in bad_links(where, p)]
    print("\n".join(bad) or f"{len(pages)} pages")
    return 1 if bad or not pages else 0


if __name__ == "__main__":
    check = installed if sys.argv[1] == "--installed" else main
    sys.exit(check(Path(sys.argv[-1]).resolve()))
