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


METHOD_ERRORS = """
## Errors that every call may bring

A method of a kernel object, besides those that it names: `INVALID_CAP` (nothing at that address, or what it names is going away), `INVALID_OP` (the object has
no such method), `RIGHTS` and `WRONG_TYPE` (of the capability, of an operand), `BAD_MESSAGE` (not its number of words, or with
capabilities), `INVALID_ARG` (a number too large for its type, no value of its enum), `TOO_LARGE` (results without an IPC buffer to hold them).

A method of a protocol: `INVALID_OP`, `BAD_MESSAGE`, `INVALID_ARG` and `TOO_LARGE` from the generated dispatcher, and what the call itself can end with
([system calls](system-calls.md)): `RIGHTS` (no CALL), `PEER_GONE`, `NO_SLOT`, `INTERRUPTED`, and with a deadline `TIMED_OUT`.
"""


def operand(e, a):
    kind = f"{a.object} with {', '.join(a.rights)}" if a.rights else a.object or "of any type"
    kind = kind if e.kind == "object" else "moved" if a.move else "copied"
    return f"* `{a.name}`: a capability, {kind}{', may be absent' * a.optional}\n"


def method_page(e, m, sentences):
    """What a client writes, what a server writes, what goes over the wire."""
    o = f"\n## {e.name}.{m.name} ({m.number})\n\n{m.doc}\n\n    kn_status {e.stub}_{m.name}({idl_c.params(e, m, 'client')});\n\n"
    o += "".join(operand(e, a) for a in m.of("cap")) + "\n" * bool(m.of("cap"))
    if e.kind == "protocol":
        o += f"The server's handler, and its answer when it comes later:\n\n    kn_status (*{m.name})({idl_c.params(e, m, 'ops')});\n" \
             f"    kn_status {e.name}_{m.name}_reply({idl_c.params(e, m, 'reply')});\n\n"
    o += f"Needs {', '.join(m.rights)}. " if m.rights else ""
    return o + f"Label {e.code(m):#x}, {m.words[0]} words in, {m.words[1]} out.\n" + "".join(
        f"* `KN_E_{t}`: {sentences[t]}\n" for t in m.throws)


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def docs(w, uapi, examples):
    """Reference pages: one an entity, what is no method (types.h), how to write a server."""
    sentences = {n: s for n, _, s, *_ in w.errors}
    index = "# Contracts\n\n[System calls and messages](system-calls.md), [how to write a server](server.md).\n\n" \
            "| name | kind | number | what |\n|---|---|---|---|\n"
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
        yield page, o + "".join(method_page(e, m, sentences) for m in e.methods)
    yield "index.md", index + METHOD_ERRORS + "\n## Errors\n\n" + "".join(
        f"* `{n}` ({v}): {s}; {errno}, {nt:#010x}\n" for n, v, s, errno, nt in w.errors)
    if os.path.exists(os.path.join(uapi, "types.h")):
        sections = {text.split("\n")[0]: text for text in text_of(os.path.join(uapi, "README.md")).split("\n## ")}
        yield "system-calls.md", f"# System calls and messages\n\n```c\n{text_of(os.path.join(uapi, 'types.h'))}```\n\n" \
            f"## {sections['What system calls return']}\n## {sections['Wire form']}"
    if examples:
        yield "server.md", "# A server\n\nA folder with these files, its name in `servers/meson.build`, and the loop that they use. The protocol's page has the " \
            "handlers;\n`<protocol>_dispatch()` decodes a call, runs the handler and packs its results.\n" + "".join(
            f"\n## {os.path.basename(path)}\n\n```\n{text_of(path)}```\n" for path in examples)


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
    p.add_argument("--examples", nargs="*", default=[], help="files that show how to write a server")
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
    write(o.docs, docs(w, o.uapi, o.examples) if o.docs else [])
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
