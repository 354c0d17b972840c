#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's contracts as a C table for tests (method.h).

    method_table.py --uapi DIR --output FILE
"""
import pathlib
import sys

sys.dont_write_bytecode = True  # leaves the source tree clean
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import idl_table  # noqa: E402

HINTS = {
    "ADDRESS": "address ip sp entry source_address map_base ipc_address tls",
    "PAGES": "pages count",
    "INDEX": "index first offset ipc_page source_first page",
    "RIGHTS": "rights",
    "PROT": "prot max_prot",
    "FLAGS": "flags",
    "TYPE": "type",
    "SIZE_BITS": "size_bits",
    "TIME": "deadline budget period",
}
HINT_OF = {name: hint for hint, names in HINTS.items() for name in names.split()}


def rights(names):
    return " | ".join(f"KN_RIGHT_{r}" for r in names) or "0"


def operands(method):
    """One initialiser a word, in order."""
    for a in method.args:
        if a.kind == "cap":
            kind = "OPTIONAL_CAP" if a.optional else "CAP"
            object_type = f"KN_TYPE_{a.object.upper()}" if a.object else "KN_TYPE_NONE"
            yield f"{{OPERAND_{kind}, 64, {object_type}, {rights(a.rights)}}}"
        elif a.kind == "struct":
            yield from ["{OPERAND_RAW, 64, KN_TYPE_NONE, 0}"] * a.type.words
        else:
            bits = 1 if a.type.kind == "bool" else a.type.size * 8
            # A signed number travels sign-extended; the tests treat it as raw.
            kind = "RAW" if a.type.signed else HINT_OF.get(a.name, "NUMBER")
            yield f"{{OPERAND_{kind}, {64 if kind == 'RAW' else bits}, KN_TYPE_NONE, 0}}"


def row(entity, method, throws):
    return [f'"{entity.name}.{method.name}"', f"KN_TYPE_{entity.name.upper()}", f"{entity.code(method):#x}", method.words[0],
            len(method.throws), "true" if method.deadline else "false", rights(method.rights), throws,
            f"{{{', '.join(operands(method))}}}"]


if __name__ == "__main__":
    idl_table.main(__doc__, "objects", "method.h", row)
