#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: parse-invite.sh PROGRAM DATA_DIR
# The program's JSON says what the payload says; its rewriting of the paper's
# messages changes no byte; bad input is one line and exit code 1.
set -eu
program=$1 data=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for f in "$data"/paper-[1-6]-*.msg; do
  "$program" --rewrite "$f" >"$tmp/out"
  cmp "$f" "$tmp/out"
  "$program" - <"$f" >"$tmp/stdin.json"
  "$program" "$f" >"$tmp/file.json"
  cmp "$tmp/stdin.json" "$tmp/file.json"
done

python3 - "$program" "$data" <<'PYTHON'
import json
import re
import subprocess
import sys

program, data = sys.argv[1:]


def parse(payload):
    done = subprocess.run([program], input=payload, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


with open(f"{data}/paper-2-accept1.msg", "rb") as f:
    golden = f.read()
code, out, _ = parse(golden)
got = json.loads(out)
body = golden.decode().split("\r\n\r\n", 1)[1]
want = [[n, v.strip()] for n, v in (x.split(":", 1) for x in body.split("\r\n") if x)]
assert code == 0 and got["command"] == "ACCEPT"
assert got["fields"] == want, got["fields"]
view = got["view"]
assert view["cookie"] == "23939640" and view["requested"] == ["audio"]
assert view["address"] == view["ip_address"] == view["ip_address_enc64"] == "192.168.0.165:11630"
assert view["launch_application"] is True and view["requests_address"] is True
assert view["address_conflict"] is False and view["upnp"] is False
assert "application_name" not in view
assert all(re.fullmatch("[a-z0-9_]+", name) for name in [*got, *view]), view

head = b"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n"
code, out, _ = parse(head + b'Avm-Support: 7\r\nAvm-Support: "8\\\x01\xff\r\n')
assert code == 0
assert json.loads(out)["fields"] == [["Avm-Support", "7"], ["Avm-Support", '"8\\\x01\ufffd']]

bad = {
    b"": "MIME", b"hello": "MIME", head + b"A: \0": "NUL", head + b"A: \rB": "CR",
    head + b"no colon": "malformed", head + b"A: " + b"x" * 1700: "longer",
    head.replace(b"msmsgsinvite", b"other"): "content type",
}
for payload, word in bad.items():
    code, out, err = parse(payload)
    assert code == 1 and out == b"" and word in err and err.count("\n") == 1, (payload, err)
_, _, err = parse(head + b"A: b\r\nC: d\r\nno colon\r\nE: f\r\n")
assert "field 3: malformed" in err, err
# what terminals act on is escaped
_, out, _ = parse(head + "A: \u202e\u009b\u2028\u00e9\u97f3\r\n".encode())
assert json.loads(out)["fields"] == [["A", "\u202e\u009b\u2028\u00e9\u97f3"]]
assert b"\\u202e\\u009b\\u2028" + "\u00e9\u97f3".encode() in out, out
with open("/dev/full", "wb") as full:
    done = subprocess.run([program, f"{data}/paper-2-accept1.msg"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"output" in done.stderr, done
done = subprocess.run([program, "--help"], capture_output=True)
assert done.returncode == 0 and done.stdout.startswith(b"usage: ") and not done.stderr
assert subprocess.run([program, "/nonexistent"], capture_output=True).returncode == 1
assert subprocess.run([program, "a", "b"], capture_output=True).returncode == 2
PYTHON
