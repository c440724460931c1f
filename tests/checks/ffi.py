#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""usage: ffi.py CC INCLUDE_DIR HEADER...

Reads every public header as generators of bindings do: preprocessed for a
compiler that knows no extension, by pycparser.  Complains about what they
choke on or cannot express, and about functions that are not what the map of
exports says.  Exit code 77: pycparser or its headers are missing."""
import pathlib
import subprocess
import sys
import tempfile

try:
    from pycparser import c_ast, c_parser
except ImportError:
    print("pycparser is missing (python3-pycparser)")
    sys.exit(77)

# GLib's own headers are no concern of ours
GLIB = "typedef struct _GMainContext GMainContext;\n"
# what the standard headers mean, for pycparser
STANDARD = {
    "stdbool.h": "typedef _Bool bool;\n",
    "stddef.h": "typedef unsigned long size_t;\n#define NULL ((void *)0)\n",
    "stdint.h": "typedef signed char int8_t; typedef unsigned char uint8_t;\n"
                "typedef short int16_t; typedef unsigned short uint16_t;\n"
                "typedef int int32_t; typedef unsigned uint32_t;\n"
                "typedef long int64_t; typedef unsigned long uint64_t;\n",
    "glib.h": GLIB,
}


def guarded(name, text):
    guard = name.replace(".", "_").upper()
    return f"#ifndef {guard}\n#define {guard}\n{text}#endif\n"


def preprocessed(compiler, include, header, standard):
    command = compiler.split() + ["-E", "-undef", "-nostdinc", "-I", standard,
                                  "-I", include, header]
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


class Complaints(c_ast.NodeVisitor):
    """What a generator cannot bind."""

    def __init__(self):
        self.found = []
        self.functions = set()
        self.structs = 0

    def complain(self, node, what):
        self.found.append(f"{node.coord}: {what}")

    def visit_Struct(self, node):
        self.structs += node.decls is not None
        for member in node.decls or []:
            if member.name is None:
                self.complain(node, "a member without a name")
            if getattr(member, "bitsize", None) is not None:
                self.complain(node, f"{member.name} is a bit field")
            if isinstance(member.type, c_ast.Struct) and member.type.decls:
                self.complain(node, f"{member.name} is of a nested struct")
        self.generic_visit(node)

    def visit_Union(self, node):
        self.complain(node, "a union")

    def visit_FuncDef(self, node):
        self.complain(node, f"{node.decl.name} has a body")

    def visit_EllipsisParam(self, node):
        self.complain(node, "a variable number of arguments")

    def visit_Enumerator(self, node):
        if node.name.startswith("MSNAV_"):
            return
        self.complain(node, f"{node.name} has no prefix")

    def visit_Decl(self, node):
        if isinstance(node.type, c_ast.FuncDecl):
            self.functions.add(node.name)
            for p in node.type.args.params if node.type.args else []:
                if getattr(p, "name", "...") is None and \
                        not isinstance(p, c_ast.Typename):
                    self.complain(node, f"{node.name}: parameter without name")
        elif "extern" in node.storage:
            self.complain(node, f"{node.name} is a variable")
        self.generic_visit(node)


def main():
    compiler, include, headers = sys.argv[1], sys.argv[2], sys.argv[3:]
    bad = False
    functions = set()
    with tempfile.TemporaryDirectory() as standard:
        for name, text in STANDARD.items():
            (pathlib.Path(standard) / name).write_text(guarded(name, text))
        for header in headers:
            text = preprocessed(compiler, include, header, standard)
            complaints = Complaints()
            try:
                complaints.visit(c_parser.CParser().parse(text, header))
            except Exception as error:  # its ParseError has moved
                complaints.found.append(f"{header}: {error}")
            functions |= complaints.functions
            for line in complaints.found:
                print(line)
            bad = bad or bool(complaints.found)
    lib = pathlib.Path(include).parent / "lib"
    exported = [lib / "msnav.map", lib / "avcodec" / "msnav-avcodec.map"]
    wanted = {line.strip(" ;") for map_file in exported
              for line in map_file.read_text().splitlines()
              if line.startswith("    msnav_")}
    if functions != wanted:
        print("seen and not exported:", sorted(functions - wanted))
        print("exported and not seen:", sorted(wanted - functions))
        bad = True
    print(f"{len(headers)} headers, {len(functions)} functions")
    return bad


sys.exit(main())
