#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compile and link a program of several sources: build_program.py DEPFILE OUTPUT CLANG FLAG... -- SOURCE...

One compiler run a source, so that the dependencies of every source reach the build system (one run over
several sources would leave only the last one's).
"""
import pathlib
import subprocess
import sys
import tempfile

depfile, output = sys.argv[1:3]
split = sys.argv.index("--")
flags, sources = sys.argv[3:split], sys.argv[split + 1:]
libraries = [f for f in flags if f.startswith("-l") or f.endswith(".a")]
flags = [f for f in flags if f not in libraries]
needed = []
with tempfile.TemporaryDirectory() as folder:
    objects = []
    for number, source in enumerate(sources):
        stem = pathlib.Path(folder, str(number))
        command = [*flags, "-MD", "-MF", f"{stem}.d", "-c", source, "-o", f"{stem}.o"]
        if subprocess.run(command, check=False).returncode:
            sys.exit(1)
        objects.append(f"{stem}.o")
        needed += stem.with_suffix(".d").read_text().replace("\\\n", " ").split(":", 1)[1].split()
    if subprocess.run([*flags, *objects, *libraries, "-o", output], check=False).returncode:
        sys.exit(1)
pathlib.Path(depfile).write_text(f"{output}: " + " \\\n ".join(sorted(set(needed))) + "\n")
