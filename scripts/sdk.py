#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""sdk.py: assembles the SDK: wrappers over clang-19 and lld-19, and the sysroot they use.

    sdk.py --arch x86_64 --out build/x86_64/sdk --include DIR... --archive LIB.a... --start crt1.o

Headers are layered: the first --include that has a file wins; those of --base lie in a folder of their own
behind it, so that #include_next reaches them. The archives are merged into one
libc.a in the order given; a function that two of them define comes from the first. The C library is
one archive: libm.a, libpthread.a and the like exist empty, for build systems that ask for them.
libgcc.a is the host compiler's: the arithmetic that instructions do not have (long double on
aarch64).

The compiler driver is clang's for a Linux/musl triple because that one lays out start files, archives
and --sysroot as every configure script expects; what it says about the system is replaced:
__saltyos__ instead of __linux__. The folder can be moved: everything in it is relative. Files are
only written when their content changes, so that whatever depends on them is not rebuilt for nothing.
"""
import argparse
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = {"ar": "llvm-ar-19", "nm": "llvm-nm-19", "ranlib": "llvm-ranlib-19",
         "strip": "llvm-strip-19", "objcopy": "llvm-objcopy-19", "objdump": "llvm-objdump-19",
         "readelf": "llvm-readelf-19", "size": "llvm-size-19", "ld": "ld.lld-19"}
EMPTY_LIBRARIES = ("m", "pthread", "rt", "dl", "util", "crypt", "resolv", "xnet")
# Every program is a static PIE: what a driver takes for the other kinds is the same.
STARTS = ("crt1.o", "Scrt1.o", "rcrt1.o")
EMPTY_STARTS = ("crti.o", "crtn.o", "crtbegin.o", "crtbeginS.o", "crtbeginT.o", "crtend.o", "crtendS.o")
LIBGCC = {"x86_64": ("/usr/lib/gcc/x86_64-linux-gnu/*/libgcc.a", "libgcc-12-dev"),
          "aarch64": ("/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a",
                      "libgcc-12-dev-arm64-cross")}
# Also of what the SDK itself is made of. x18 belongs to whoever hosts a foreign personality; atomics do not call into the C library.
MACHINE_FLAGS = {"x86_64": [], "aarch64": ["-ffixed-x18", "-mno-outline-atomics", "-mbranch-protection=standard"]}

NT_GNU_PROPERTY_TYPE_0 = 5
GNU_PROPERTY_AARCH64_FEATURE_1_AND = 0xc0000000
FEATURE_1_BTI = 1

# Both may be called through a link.
COMPILER = """\
#!/bin/sh
self=$0
[ ! -h "$self" ] || self=$(readlink -f "$self")
exec clang-19 --config "${{self%/*}}/../etc/{arch}-saltyos.cfg" "$@"
"""

PKG_CONFIG = """\
#!/bin/sh
root=$(cd "$(dirname "$(readlink -f "$0")")/../sysroot" && pwd)
PKG_CONFIG_DIR= PKG_CONFIG_SYSROOT_DIR=${PKG_CONFIG_SYSROOT_DIR-$root} \\
PKG_CONFIG_LIBDIR=${PKG_CONFIG_LIBDIR-$root/usr/lib/pkgconfig:$root/usr/share/pkgconfig} \\
exec pkg-config --static "$@"
"""

CONFIG = """\
# How clang becomes the compiler of SaltyOS on this machine.
--target={arch}-unknown-linux-musl
--sysroot=<CFGDIR>/../sysroot
-U__linux__ -U__linux -Ulinux -U__gnu_linux__
-D__saltyos__=1
-idirafter <CFGDIR>/../sysroot/usr/include/base
-static -fPIE -fstack-protector-strong {machine}
-fuse-ld=lld-19 --rtlib=libgcc --unwindlib=none
-Wl,-z,max-page-size=4096 -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,norelro
-Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text -Wl,--pack-dyn-relocs=relr
-Wno-unused-command-line-argument
"""


# Sourced by configure scripts. Every copy of config.sub has a list of systems of its own; a known answer is not asked for.
CONFIG_SITE = """\
# CONFIG_SITE=<this file> ./configure --host={arch}-saltyos
# takes the SDK's tools where nothing else is said, and knows what cannot be found out without running programs.
saltyos_tools=${{ac_site_file%/share/config.site}}/bin/{arch}-saltyos-
case $host_alias in
{arch}-saltyos)
	ac_cv_host={arch}-unknown-saltyos
	: "${{CC=${{saltyos_tools}}cc}}" "${{AR=${{saltyos_tools}}ar}}" "${{RANLIB=${{saltyos_tools}}ranlib}}"
	: "${{STRIP=${{saltyos_tools}}strip}}" "${{NM=${{saltyos_tools}}nm}}" "${{PKG_CONFIG=${{saltyos_tools}}pkg-config}}"
	;;
esac
"""


def config_site(arch, answers):
    """What configure scripts are told: how to get along with config.sub, and what ports know about the C library."""
    lines = [line for line in answers.read_text().splitlines() if not line.startswith(("#", "@"))]
    return CONFIG_SITE.format(arch=arch) + "\n".join(lines) + "\n"


def write(path, content, mode=0o644):
    """Write bytes or text when they differ from what is there."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def install_tools(out, arch):
    for name, tool in TOOLS.items():
        link = out / "bin" / f"{arch}-saltyos-{name}"
        found = shutil.which(tool)
        if not found:
            sys.exit(f"sdk.py: {tool} is not here")
        if link.is_symlink() and os.readlink(link) == found:
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(found)
    for name in ("cc", "gcc", "clang"):
        write(out / "bin" / f"{arch}-saltyos-{name}", COMPILER.format(arch=arch), 0o755)
    write(out / "bin" / f"{arch}-saltyos-pkg-config", PKG_CONFIG, 0o755)
    write(out / "etc" / f"{arch}-saltyos.cfg",
          CONFIG.format(arch=arch, machine=" ".join(MACHINE_FLAGS[arch])))


def install_headers(target, layers, other=None):
    wanted = {}
    for layer in reversed(layers):
        if not layer.is_dir():
            sys.exit(f"sdk.py: no header folder {layer}")
        for path in layer.rglob("*"):
            if path.is_file():
                wanted[path.relative_to(layer)] = path
    for name, source in wanted.items():
        write(target / name, source.read_bytes())
    for path in list(target.rglob("*")):
        if path.is_file() and path.relative_to(target) not in wanted and other not in path.parents:
            path.unlink()


def archive(path, inputs, flatten):
    """Make a deterministic archive beside its place and put it there when it differs."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        command = ["llvm-ar-19", "qcsDL" if flatten else "qcsD", str(made), *map(str, inputs)]
        subprocess.run(command, check=True)
        write(path, made.read_bytes())


def start_object(path):
    """The object itself; Meson makes (thin) archives only, so one in an archive will do."""
    if path.suffix != ".a":
        return path.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "start.a"
        subprocess.run(["llvm-ar-19", "qcsDL", str(whole), str(path)], check=True)
        names = subprocess.run(["llvm-ar-19", "t", str(whole)], check=True, capture_output=True,
                               text=True).stdout.split()
        if len(names) != 1:
            sys.exit(f"sdk.py: {path} holds {len(names)} objects; --start is one")
        return subprocess.run(["llvm-ar-19", "p", str(whole), names[0]], check=True,
                              capture_output=True).stdout


def empty_object(arch):
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "empty.o"
        subprocess.run(["clang-19", f"--target={arch}-unknown-none-elf", *MACHINE_FLAGS[arch], "-c", "-x", "c",
                        os.devnull, "-o", str(made)], check=True)
        return made.read_bytes()


def builtins(arch):
    pattern, package = LIBGCC[arch]
    found = sorted(Path("/").glob(pattern[1:]))
    if not found:
        sys.exit(f"sdk.py: no {pattern}: install the package {package}")
    return found[0]


def arithmetic(arch):
    """The builtins, on aarch64 with the promise of BTI: compilers call them directly, never through a pointer."""
    library = builtins(arch)
    if arch != "aarch64":
        return library.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        note, made = Path(folder) / "note", Path(folder) / "libgcc.a"
        note.write_bytes(struct.pack("<III4sIIII", 4, 16, NT_GNU_PROPERTY_TYPE_0, b"GNU",
                                     GNU_PROPERTY_AARCH64_FEATURE_1_AND, 4, FEATURE_1_BTI, 0))
        subprocess.run(["llvm-objcopy-19", f"--add-section=.note.gnu.property={note}",
                        "--set-section-flags=.note.gnu.property=alloc,readonly", str(library), str(made)], check=True)
        return made.read_bytes()


def stamp_of(out):
    """A line that changes when anything in the SDK does."""
    state = hashlib.sha256()
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        state.update(path.relative_to(out).as_posix().encode() + b"\0" + path.read_bytes())
    return state.hexdigest() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=sorted(MACHINE_FLAGS), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--include", type=Path, action="append", default=[])
    parser.add_argument("--base", type=Path, action="append", default=[])
    parser.add_argument("--archive", type=Path, action="append", default=[])
    parser.add_argument("--start", type=Path, help="crt1.o, or an archive that holds just that")
    parser.add_argument("--answers", type=Path, help="what configure scripts cannot find out (config.site.in)")
    parser.add_argument("--stamp", type=Path)
    args = parser.parse_args()
    usr = args.out / "sysroot" / "usr"
    install_tools(args.out, args.arch)
    install_headers(usr / "include", args.include, usr / "include/base")
    install_headers(usr / "include/base", args.base)
    (usr / "lib").mkdir(parents=True, exist_ok=True)
    if args.archive:
        archive(usr / "lib" / "libc.a", args.archive, flatten=True)
    empty = empty_object(args.arch)
    for name in EMPTY_STARTS:
        write(usr / "lib" / name, empty)
    if args.start:
        for name in STARTS:
            write(usr / "lib" / name, start_object(args.start))
    for name in EMPTY_LIBRARIES:
        archive(usr / "lib" / f"lib{name}.a", [usr / "lib" / "crti.o"], flatten=False)
    write(usr / "lib" / "libgcc.a", arithmetic(args.arch))
    if args.answers:
        write(args.out / "share" / "config.site", config_site(args.arch, args.answers))
    if args.stamp:
        write(args.stamp, stamp_of(args.out))


if __name__ == "__main__":
    main()
