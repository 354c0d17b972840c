#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The servers' contracts as a C table for tests (table.h).

    table.py --uapi DIR --output FILE
"""
import pathlib
import sys

sys.dont_write_bytecode = True  # leaves the source tree clean
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))
import idl_table  # noqa: E402


def bad_value(t):
    """A word that a receiver of this type must refuse; None: there is none."""
    if t.kind == "bool":
        return 2
    if t.kind == "enum":
        taken = {value for _, value, _ in t.items}
        return next(v for v in range(1, 1 << t.size * 8) if v not in taken)
    return None if t.size == 8 else 1 << t.size * 8


def hint(a):
    """What a fuzzer puts there, most of the time."""
    names = {"PATH": "path old_path new_path target name", "PID": "pid id group which session", "SIGNAL": "signal",
             "FLAGS": "flags mask mode options events roles queues", "CAPACITY": ""}
    return next((kind for kind, words in names.items() if a.name in words.split()), "NUMBER")


def words(method):
    """One initialiser a fixed word, in order."""
    for a in method.args:
        if a.kind == "out":
            yield "{WORD_CAPACITY, 0, 0}"
        elif a.kind == "struct":
            yield from ["{WORD_RAW, 0, 0}"] * a.type.words
        elif a.kind == "value":
            bad = bad_value(a.type)
            yield f"{{WORD_{hint(a)}, {int(bad is not None)}, {bad or 0:#x}}}"


def row(entity, method, throws):
    caps, buffers = method.of("cap"), method.of("in")
    least = len(caps) - (bool(caps) and caps[-1].optional)
    return [f'"{entity.name}_{method.name}"', f"{entity.code(method):#x}", method.words[0], least, len(caps), len(buffers),
            len(method.of("result cap")), len(method.throws), ("struct word", "words", list(words(method))),
            ("uint8_t", "buffers", [f"WORD_{hint(a)}" for a in buffers]), throws]


if __name__ == "__main__":
    idl_table.main(__doc__, "protocols", "table.h", row)
