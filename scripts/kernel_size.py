#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's text, as a test: kernel_size.py ELF.

Counted are code and constants, whatever section they are in, without what fills up their last pages. The names of functions for
backtraces (kernite/core/symbols.h) are printed, not counted: they are no part of what runs.
"""
import pathlib
import subprocess
import sys
import tempfile

TEXT_MAX = 120 << 10
SECTIONS = (".boot", ".text", ".rodata")
NAMES = {"symbol_table", "symbol_names"}


def section_size(elf, name):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "section")
        subprocess.run(["llvm-objcopy-19", "-O", "binary", f"--only-section={name}", elf, out], check=True)
        return len(out.read_bytes().rstrip(b"\0\xcc")) if out.exists() else 0


def main(elf):
    sizes = {name: section_size(elf, name) for name in SECTIONS}
    table = subprocess.run(["llvm-nm-19", "-S", elf], stdout=subprocess.PIPE, text=True, check=True).stdout
    names = sum(int(fields[1], 16) for line in table.splitlines() if len(fields := line.split()) == 4 and fields[3] in NAMES)
    assert sizes[".text"] and sizes[".rodata"] and names, "no kernel"
    text = sum(sizes.values()) - names
    print("1..1")
    print("#", ", ".join(f"{name} {size}" for name, size in sizes.items()), f"(names for backtraces: {names})")
    print(f"{'not ' * (text > TEXT_MAX)}ok 1 - the kernel's text is {text} bytes, at most {TEXT_MAX}")
    return text > TEXT_MAX


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
