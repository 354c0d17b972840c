#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every recipe's `smoke` command works in the booted system, all in one boot: smoke_test.py ARCH."""
import pathlib
import subprocess
import sys
import tempfile

from console import ROOT, tap  # puts scripts/ on the path
from port import IMAGE_KEYS
from port_recipe import load, load_all

TIMEOUT = 900
IMAGE = ROOT / "image"


def run_all(arch, recipes):
    """One script, one boot; name -> (status, output)."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "smoke.sh")
        script.write_text("".join(
            f"cat >/tmp/smoke <<'END-OF-SMOKE'\n{recipe['smoke']}\nEND-OF-SMOKE\n"
            f"bash -o pipefail /tmp/smoke >/tmp/output 2>&1 </dev/null\necho \"=== {recipe.name} $?\"\ncat /tmp/output\n"
            for recipe in recipes))
        result = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--timeout", str(TIMEOUT), "--add",
                                 f"{script}:/tmp/smoke.sh", "--", "bash", "/tmp/smoke.sh"],
                                stdin=subprocess.DEVNULL, capture_output=True, check=False)
    found = {}
    for part in result.stdout.decode(errors="replace").split("=== ")[1:]:
        head, _, output = part.partition("\n")
        name, status = head.split()
        found[name] = (int(status), output)
    return found, result.stderr.decode(errors="replace")


def check(name, found, errors):
    if name not in found:
        raise AssertionError(f"it was not run; the boot said:\n{errors}")
    status, output = found[name]
    if status or not output.strip():
        raise AssertionError(f"status {status}, output:\n{output}")


def main():
    ports = load(IMAGE / "images/default.toml", IMAGE_KEYS)[0]["ports"]
    recipes = load_all(IMAGE, ports + ["picolibc", "mallocng", "stdio"])
    found, errors = run_all(sys.argv[1], recipes)
    sys.exit(tap([(f"{recipe.name}: {recipe['smoke']}".replace("#", " "), lambda n=recipe.name: check(n, found, errors))
                  for recipe in recipes]))


if __name__ == "__main__":
    main()
