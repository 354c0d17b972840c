#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot many times and look where the kernel and the first program are.

    places_test.py --build DIR --archive FILE [--boots N]

A bit of an address counts as random when at least a tenth of the boots have it set and a tenth have it clear: with 64 boots a
truly random bit fails that once in 10^9. The kernel must have 9 of them, every part of the program 24. With kaslr=off
and aslr=off two boots are alike. Prints TAP.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))
import boot_test  # noqa: E402
from qemu import KERNEL_BASE  # noqa: E402

SECONDS = 300
AT_ONCE = 2
SLIDE = re.compile(r"the kernel lies ([0-9a-f]+) above")
PLACES = re.compile(r"(image|stack|page|map) ([0-9a-f]+)")
WANTED = {"kernel": 9, "image": 24, "stack": 24, "page": 24, "map": 24}


def boot(build, archive, append=""):
    """What is where: name -> address."""
    line = boot_test.command(build, archive, append, 128, serial="stdio")
    text = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
                          ).stdout.decode(errors="replace")
    slide = SLIDE.search(text)
    if not slide:
        raise RuntimeError(f"no slide in the panic:\n{text[-2000:]}")
    found = {name: int(value, 16) for name, value in PLACES.findall(text)}
    found["kernel"] = (KERNEL_BASE + int(slide[1], 16)) & (1 << 64) - 1
    return found


def random_bits(addresses):
    least = max(1, len(addresses) // 10)
    return sum(least <= sum(a >> bit & 1 for a in addresses) <= len(addresses) - least for bit in range(64))


def main():
    parser = boot_test.arguments(__doc__)
    parser.add_argument("--boots", type=int, default=64)
    o = parser.parse_args()
    results = []

    def check(is_good, title):
        results.append(is_good)
        print(f"{'ok' if is_good else 'not ok'} {len(results)} - {title}", flush=True)

    print(f"TAP version 13\n1..{2 * len(WANTED) + 2}")
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        boots = list(pool.map(lambda _: boot(o.build, o.archive), range(o.boots)))
    for name, wanted in WANTED.items():
        addresses = [found[name] for found in boots]
        bits, different = random_bits(addresses), len(set(addresses))
        check(bits >= wanted, f"{name}: {bits} random bits in {o.boots} boots, at least {wanted}")
        # Two of 64 kernels share one of 243,840 places once in a hundred runs of this test.
        check(different >= o.boots - 2, f"{name}: {different} different addresses")
    off = [boot(o.build, o.archive, "kaslr=off aslr=off") for _ in range(2)]
    check(off[0] == off[1], "kaslr=off aslr=off: always the same")
    check(off[0]["kernel"] == KERNEL_BASE, "kaslr=off: where it was linked")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
