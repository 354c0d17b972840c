#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The contract compiler: trona/uapi/**/*.idl -> C for both sides, reference pages, ABI dump.

One transport, one language (trona/uapi/README.md), for ever. idl_read.py reads and checks contracts, idl_c.py writes the C; this file
writes pages and dump. Everything is checked before anything is written, a file is only touched when its
content changes, and every refusal names file and line.
"""
import argparse
import difflib
import os
import sys

sys.dont_write_bytecode = True  # leaves the source tree clean
import idl_c  # noqa: E402
from idl_read import IdlError, World  # noqa: E402


def shown(a):
    bounds = f"<{a.object}{':' * bool(a.rights)}{'|'.join(a.rights)}>" if a.object else ""
    return f"{a.type.name} {a.name}" if a.type else f"buffer {a.kind} {a.name}" if a.kind != "cap" else \
        f"cap{'?' * a.optional}{' move' * a.move} {a.name}{bounds}"


def signature(m):
    o = f"{m.name}({', '.join(shown(a) for a in m.args)})"
    o += f" -> ({', '.join(shown(a) for a in m.results)})" if m.results else ""
    o += f" rights {'|'.join(m.rights)}" if m.rights else ""
    return o + (f" throws {', '.join(m.throws)}" if m.throws else "") + " deadline" * m.deadline


def golden(w):
    """The whole ABI as text: what a reviewer sees when a contract changes."""
    for n, v, s, errno, nt in w.errors:
        yield f"error {n} {v} {errno} {nt:#010x} \"{s}\""
    for e in w.entities:
        yield f"\n{e.kind} {e.name}" + (f" {e.number:#x}" if e.number else "") + \
            (" includes " + " ".join(i.name for i in e.includes) if e.includes else "")
        yield from (f"  const {name} = {value:#x}" for name, value, _ in e.consts)
        yield from (f"  signal {name} = bit {bit}" for name, bit, _ in e.signals)
        for t in e.types.values():
            yield f"  {t.kind} {t.name} {t.base or f'size {t.size} align {t.align}'}"
            for i in t.items:
                yield f"    {i[0]} = {i[1]}" if t.kind == "enum" else \
                    f"    {i[3]}: {i[1].name} {i[0]}" + (f"[{i[2]}]" if i[2] else "")
        for m in sorted(e.methods, key=lambda m: m.number):
            yield f"  {e.code(m):#06x} {signature(m)} | {m.words[0]} -> {m.words[1]} words"


def docs(w):
    """Reference pages, one an entity."""
    sentences = {n: s for n, _, s, *_ in w.errors}
    index = "# Contracts\n\n| name | kind | number | what |\n|---|---|---|---|\n"
    for e in w.entities:
        page = f"{e.folder}-{e.name}.md"
        index += f"| [{e.name}]({page}) | {e.kind} | {e.number or ''} | {(e.doc or 'Shared.').splitlines()[0]} |\n"
        o = f"# {e.name} ({e.kind})\n\n{e.doc}\n"
        o += "\n## Constants\n\n" + "".join(f"* `{n}` = {v:#x}: {d}\n" for n, v, d in e.consts) if e.consts else ""
        o += "\n## Signals\n\n" + "".join(f"* `{n}` (bit {b}): {d}\n" for n, b, d in e.signals) if e.signals else ""
        for t in e.types.values():
            o += f"\n## {t.c}\n\n{t.doc}\n\n" + "".join(
                f"* `{i[0]}` = {i[1]}" + (f": {i[2]}\n" if i[2] else "\n") if t.kind == "enum" else
                f"* `{i[1].name} {i[0]}{f'[{i[2]}]' if i[2] else ''}` at {i[3]}\n" for i in t.items)
        for m in e.methods:
            o += f"\n## {e.name}.{m.name} ({m.number})\n\n{m.doc}\n\n    {e.stub}_{m.name}({idl_c.params(e, m, 'client')})\n\n"
            o += f"Needs {', '.join(m.rights)}. " if m.rights else ""
            o += f"{m.words[0]} words in, {m.words[1]} out.\n" + "".join(
                f"* `KN_E_{t}`: {sentences[t]}\n" for t in m.throws)
        yield page, o
    yield "index.md", index + "\n## Errors\n\n" + "".join(
        f"* `{n}` ({v}): {s}; {errno}, {nt:#010x}\n" for n, v, s, errno, nt in w.errors)


def write(folder, files):
    for name, text in files:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                if f.read() == text:
                    continue  # an unchanged file keeps its time stamp
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def main(argv):
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--uapi", required=True, help="folder with kernel/, protocol/ and errors.idl")
    p.add_argument("--out", help="write the C files here")
    p.add_argument("--list-inputs", action="store_true", help="print the .idl files, one a line")
    p.add_argument("--inputs", nargs="*", help="ignored: lets a build system see what is read")
    p.add_argument("--list-outputs", action="store_true", help="print the names of the C files, one a line")
    p.add_argument("--docs", help="write reference pages here")
    p.add_argument("--golden", help="the ABI dump to compare with or to write")
    p.add_argument("--check", action="store_true", help="fail with a diff if the golden file differs")
    p.add_argument("--update", action="store_true", help="rewrite the golden file")
    o = p.parse_args(argv)
    try:
        w = World(o.uapi)
    except IdlError as error:
        print(error, file=sys.stderr)
        return 1
    files = list(idl_c.outputs(w))
    if o.list_inputs:
        print("\n".join([os.path.join(o.uapi, "errors.idl"), *w.files]))
    if o.list_outputs:
        print("\n".join(name for name, _ in files))
    write(o.out, files if o.out else [])
    write(o.docs, docs(w) if o.docs else [])
    new = "\n".join(golden(w)) + "\n"
    write("", [(o.golden, new)] if o.golden and o.update else [])
    if o.golden and o.check:
        with open(o.golden, encoding="utf-8") as f:
            old = f.read()
        if old != new:
            print(*difflib.unified_diff(old.splitlines(), new.splitlines(), o.golden, "contracts", lineterm=""), sep="\n")
            print("The ABI differs from its golden dump: if you mean it, run --update and say 'ABI:' in the commit.")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
