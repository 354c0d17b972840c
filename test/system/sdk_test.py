#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The SDK serves outsiders: sdk_test.py BUILD.

GNU hello from its source archive (through the download cache) is configured out of tree as its users would do it, built and
run; the compiler does its work through a link and under every kind of linking that has the one result, a static PIE; pkg-config
finds what is for the target and nothing of this machine's.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

from console import ROOT, tap  # puts scripts/ on the path
import qemu
from port_source import Sources, cache_root, check_members


class Hello(dict):
    """What `Sources` asks of a recipe."""
    name, directory = "hello", pathlib.Path("test/system")


HELLO = Hello(archive="hello_2.10.orig.tar.gz", version="2.10", upstream="https://ftp.gnu.org/gnu/hello/hello-2.10.tar.gz",
              sha256="31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b")
GREETING = "Hello from another tree"
LINKING = ("", "-static", "-static-pie", "-pie")


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600, check=False, **options)
    if result.returncode:
        raise AssertionError(f"{command[0]} ended with {result.returncode}:\n" + "\n".join(result.stdout.splitlines()[-20:]))
    return result.stdout


class Tree:
    """Sources and, beside them, the folder that is configured and built."""

    def __init__(self, build, folder):
        self.arch = qemu.Artifacts(build).arch
        self.prefix = build.resolve() / "sdk/bin" / f"{self.arch}-saltyos-"
        self.source, self.objects = folder / "source", folder / "objects"
        self.source.mkdir()
        self.objects.mkdir()

    def tool(self, name):
        return f"{self.prefix}{name}"

    def configure(self):
        archive = Sources(cache_root()).fetch(HELLO)[0]
        check_members(HELLO, archive)
        run("tar", "-xf", archive, "--strip-components=1", "-C", self.source)
        output = run(self.source / "configure", f"CC={self.tool('cc')}", f"--host={self.arch}-saltyos", "--disable-nls",
                     cwd=self.objects,
                     env={**os.environ, "CONFIG_SITE": str(self.prefix.parent.parent / "share/config.site")})
        if "cross compiling... yes" not in output:
            raise AssertionError("configure does not cross-compile")

    def make(self):
        run("make", f"-j{os.cpu_count()}", cwd=self.objects)
        if "ELF64" not in run(self.tool("readelf"), "-h", self.objects / "hello"):
            raise AssertionError("hello is no ELF file")

    def through_a_link(self):
        bin_folder = self.objects / "bin"
        bin_folder.mkdir()
        (bin_folder / "first").symlink_to(self.tool("cc"))
        (bin_folder / "cc").symlink_to("first")
        (bin_folder / "pkg-config").symlink_to(self.tool("pkg-config"))
        for number, kind in enumerate(LINKING):
            source = self.objects / f"link{number}.c"
            source.write_text(f'#include <stdio.h>\nint main(void) {{ puts("linked with {kind}"); }}\n')
            run(bin_folder / "cc", *kind.split(), "-o", source.with_suffix(""), source)
            if "DYN (" not in run(self.tool("readelf"), "-h", source.with_suffix("")):
                raise AssertionError(f"cc {kind} makes no PIE")
        if run(bin_folder / "pkg-config", "--variable=pc_path", "pkg-config") != run(self.tool("pkg-config"), "--variable=pc_path", "pkg-config"):
            raise AssertionError("pkg-config through a link looks elsewhere")

    def run_it(self):
        names = ["hello", *(f"link{number}" for number in range(len(LINKING)))]
        adds = [word for name in names for word in ("--add", f"{self.objects}/{name}:/tmp/{name}")]
        output = run(ROOT / "scripts/exec", "--arch", self.arch, "--timeout", "400", *adds, "--", "sh", "-ec",
                     f"/tmp/hello -g '{GREETING}'; for program in /tmp/link?; do $program; done")
        if output.splitlines() != [GREETING, *(f"linked with {kind}" for kind in LINKING)]:
            raise AssertionError(f"the programs said {output!r}")

    def pkg_config(self):
        library = self.objects / "pkgconfig"
        library.mkdir()
        (library / "salt.pc").write_text("prefix=/usr\nName: salt\nDescription: a library\nVersion: 1.5\n"
                                         "Cflags: -I${prefix}/include/salt\nLibs: -L${prefix}/lib -lsalt\n")
        ours = {**os.environ, "PKG_CONFIG_PATH": str(library)}
        sysroot = self.prefix.parent.parent / "sysroot"
        words = run(self.tool("pkg-config"), "--cflags", "--libs", "salt", env=ours).split()
        if words[0] != f"-I{sysroot}/usr/include/salt" or words[-1] != "-lsalt":
            raise AssertionError(f"pkg-config says {words}")
        run(self.tool("pkg-config"), "--exists", "salt >= 1.5", env=ours)
        run("pkg-config", "--exists", "cmocka")
        if subprocess.run([self.tool("pkg-config"), "--exists", "cmocka"], check=False).returncode == 0:
            raise AssertionError("this machine's cmocka is taken for the target's")


def main():
    with tempfile.TemporaryDirectory(prefix="saltyos-sdk-") as folder:
        tree = Tree(pathlib.Path(sys.argv[1]), pathlib.Path(folder))
        sys.exit(tap([("GNU hello configures out of tree", tree.configure), ("it builds", tree.make),
                      ("cc through a link makes static PIEs", tree.through_a_link), ("they run in SaltyOS", tree.run_it), ("pkg-config serves the target", tree.pkg_config)]))


if __name__ == "__main__":
    main()
