#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Put the aarch64 kernel into an EFI application that is a Linux Image as well.

    efi_image.py --out kernite.efi --work DIR [--include DIR]... KERNEL SOURCE...

The loader's sources are compiled for the PE/COFF target with the stripped kernel embedded
(KERNEL_ELF), linked, and marked: GRUB's `linux` command asks for "MZ" and, at 0x38, "ARM\\x64"
(Linux, arch/arm64/kernel/head.S); that place is unused in a PE file's DOS header.
"""
import argparse
import hashlib
import pathlib
import subprocess

TARGET = ["clang-19", "--target=aarch64-unknown-windows"]
FLAGS = ["-std=c23", "-O2", "-ffreestanding", "-fno-builtin", "-fshort-wchar",
         "-mgeneral-regs-only", "-ffixed-x18", "-fno-stack-protector", "-mno-outline-atomics",
         "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
MAGIC_AT = 0x38
MAGIC = b"ARM\x64"


def build(kernel, out, work, includes, sources):
    work.mkdir(parents=True, exist_ok=True)
    stripped = work / "kernel.elf"
    subprocess.run(["llvm-strip-19", "-o", stripped, kernel], check=True)
    flags = FLAGS + [f"-I{i}" for i in includes]
    # The hash is for compiler caches, which do not look into what #embed names and would bring back an old kernel.
    digest = hashlib.sha256(stripped.read_bytes()).hexdigest()
    embed = [f"-DKERNEL_ELF=\"{stripped.name}\"", f"-DKERNEL_SHA256=\"{digest}\"", f"--embed-dir={work}"]
    objects = []
    for source in sources:
        obj = work / (pathlib.Path(source).name + ".obj")
        extra = embed if source.endswith(".c") else []
        subprocess.run(TARGET + flags + extra + ["-c", source, "-o", obj], check=True)
        objects.append(obj)
    subprocess.run(["lld-link-19", "/subsystem:efi_application", "/entry:efi_main",
                    "/nodefaultlib", "/Brepro", f"/out:{out}"] + objects, check=True)
    image = bytearray(out.read_bytes())
    if image[:2] != b"MZ" or int.from_bytes(image[0x3c:0x40], "little") < MAGIC_AT + 8:
        raise SystemExit(f"efi_image.py: {out} is not a PE file as expected")
    image[MAGIC_AT:MAGIC_AT + 4] = MAGIC
    out.write_bytes(image)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("kernel", type=pathlib.Path)
    parser.add_argument("sources", nargs="+")
    options = parser.parse_args()
    build(options.kernel, options.out, options.work, options.include, options.sources)


if __name__ == "__main__":
    main()
