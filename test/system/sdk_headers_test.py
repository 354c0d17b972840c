#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The SDK declares what it has: sdk_headers_test.py SDK ARCH.

Each public header does alone, and whatever it declares is in the libraries: a configure script asks one or the other, and a
program that believes the header must not end at the linker. clang says what is declared (every extension switched on), nm
what is there.
"""
import json
import pathlib
import re
import subprocess
import sys

from console import tap

# Of the C library itself: no program names them. The linker makes the arrays; a program may define _user_strerror.
INTERNAL_HEADER = re.compile(r"(bits|machine|ssp)/|(.*/)?_[^/]*$")
NOT_IN_LIBRARIES = re.compile(r"__\w*(init|fini)_array_(start|end)$|_user_strerror$|__small_flock$")


def headers(include):
    """Names as in #include. The folder `base` is searched last."""
    names = {str(path.relative_to(include)).removeprefix("base/") for path in include.rglob("*.h")}
    return sorted(name for name in names if not INTERNAL_HEADER.match(name))


def declared(compiler, name):
    """Functions and objects that `name` says are somewhere else."""
    result = subprocess.run([compiler, "-std=gnu2x", "-D_GNU_SOURCE", "-fsyntax-only", "-Xclang", "-ast-dump=json", "-x", "c", "-"],
                            input=f"#include <{name}>\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise AssertionError(f"<{name}> does not do alone:\n{result.stderr}")
    for node in json.loads(result.stdout)["inner"]:
        has_body = any(part["kind"] == "CompoundStmt" for part in node.get("inner", ()))
        is_function = node["kind"] == "FunctionDecl" and node.get("storageClass") != "static" and not has_body
        is_object = node["kind"] == "VarDecl" and node.get("storageClass") == "extern"
        if (is_function or is_object) and not node.get("isImplicit"):
            yield node.get("mangledName", node["name"])


def defined(library):
    output = subprocess.run(["llvm-nm-19", "--defined-only", "--extern-only", "--just-symbol-name", "--quiet", library], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return set(output.split())


class Sdk:
    def __init__(self, sdk, arch):
        self.compiler = sdk / "bin" / f"{arch}-saltyos-cc"
        self.include = sdk / "sysroot/usr/include"
        self.there = defined(sdk / "sysroot/usr/lib/libc.a")

    def declares_what_it_has(self):
        names = headers(self.include)
        if len(names) < 80:
            raise AssertionError(f"only {len(names)} headers are found")
        missing = {}
        for name in names:
            for symbol in declared(self.compiler, name):
                if symbol not in self.there and not NOT_IN_LIBRARIES.match(symbol):
                    missing.setdefault(symbol, []).append(name)
        if missing:
            raise AssertionError("in no library: " + "; ".join(f"{symbol} of {', '.join(where)}" for symbol, where in sorted(missing.items())))

    def leaves_out_what_it_has_not(self):
        """What configure scripts look for by its header."""
        for name in ("wordexp.h", "sys/auxv.h", "sys/timeb.h", "rpc/xdr.h"):
            if (self.include / name).exists() or (self.include / "base" / name).exists():
                raise AssertionError(f"<{name}> is there, what it should declare is not")


def main():
    sdk = Sdk(pathlib.Path(sys.argv[1]), sys.argv[2])
    sys.exit(tap([("headers declare what the libraries have", sdk.declares_what_it_has),
                  ("what is missing has no header", sdk.leaves_out_what_it_has_not)]))


if __name__ == "__main__":
    main()
