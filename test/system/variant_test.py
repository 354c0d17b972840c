#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Systems built with other options boot and pass the kernel's boot tests: variant_test.py native|sanitizer BUILD.

native: no personality at all; every native unit gets ready. sanitizer: the kernel with the undefined behaviour sanitizer,
whose checks trap, so that the first one stops the run, and with poisoned frees (kernite/core/poison.h).
"""
import pathlib
import re
import subprocess
import sys

from console import ROOT, Console, tap
import qemu
import variant

sys.path.insert(0, str(ROOT / "test/boot"))
import attack_test

OPTIONS = {
    "native": ["-Dpersonalities=", "-Dkernel_sanitize=false"],
    "sanitizer": ["-Dpersonalities=", "-Dkernel_sanitize=true"],
}
UNITS = ["objsrv", "mmsrv", "namesrv", "console", "procmgr", "vfs"]
POISON = 0x5a17 << 48  # kernite/core/poison.h
FEW = 50  # fewer boot tests than this did not run them all


def boot_tests(folder, *extra, program="kernel_test", few=FEW):
    result = subprocess.run([sys.executable, ROOT / "scripts/boot_test.py", "--build", folder, "--archive",
                             folder / f"test/boot/{program}.archive", *extra],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    passed = len(re.findall(r"^ok ", result.stdout, re.M))
    print(f"# {passed} boot tests passed {' '.join(extra)}")
    if result.returncode or passed < few or re.search(r"^(not ok|Bail out!)", result.stdout, re.M):
        lines = result.stdout.splitlines()
        at = [i for i, line in enumerate(lines) if re.match("not ok|Bail out!", line)]
        raise AssertionError("\n".join(line for i in at[:5] for line in lines[max(i - 8, 0):i + 1]) or result.stdout[-2000:])


def units_get_ready(folder):
    with Console(folder, firmware="direct", append="init.verbose") as console:
        for name in UNITS:
            console.expect(rf"{name} is ready", timeout=300)
            console.seen = 0
        if b"cannot be started" in console.text:
            raise AssertionError(console.tail(20))


def tests_run_on_the_console(folder):
    """Without a personality the system runs its tests by itself and switches itself off."""
    line = qemu.command(folder, firmware="direct", serial="stdio")
    result = subprocess.run(["timeout", "-k", "5", "1500", *line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    output = result.stdout.decode(errors="replace")
    passed = len(re.findall(r"^ok ", output, re.M))
    if qemu.status(qemu.Artifacts(folder).arch, result.returncode) or passed < FEW or f"1..{passed}" not in output or \
            re.search(r"^(not ok|Bail out!)", output, re.M):
        raise AssertionError(f"QEMU ended with {result.returncode}:\n" + "\n".join(output.splitlines()[-20:]))


def write_after_free(folder):
    """The debugger changes one byte of a reply object that is gone: the kernel sees it when the memory is used again."""
    artifacts, gone = qemu.Artifacts(folder), None
    kernel = attack_test.symbols(artifacts.elf)
    with attack_test.guest(folder, folder / "test/boot/kernel_test.archive") as debugger:
        machine = attack_test.machine_of(debugger, artifacts.arch, kernel)
        for _ in range(100):
            debugger.run_to(kernel["reply_destroy"])
            before, gone = gone, machine.argument(debugger.registers(), 0)
            if before and attack_test.word(debugger.read(before, 8), 0) == before ^ POISON:
                break
            debugger.ask("s")
        else:
            raise AssertionError("destroyed objects are not poisoned")
        assert debugger.ask(f"M{before:x},1:{before & 0xff ^ 1:02x}") == "OK"
        debugger.run_to(kernel["panic"])
        words = debugger.read(machine.argument(debugger.registers(), 0), 40)
    if not words.startswith(b"%lx was written to after it was freed"):
        raise AssertionError(f"panic: {words}")


def main():
    kind, build = sys.argv[1], pathlib.Path(sys.argv[2])
    arch = qemu.Artifacts(build).arch
    folder = build / "variants" / kind
    targets = [f"image/saltyos-{arch}.iso", "image/boot.archive", "test/boot/kernel_test.archive",
               "test/boot/kernel_fuzz.archive"]
    cases = [(f"the {kind} system builds", lambda: variant.make(build, kind, OPTIONS[kind], targets)),
             ("its units get ready", lambda: units_get_ready(folder)),
             ("test_runner runs the boot tests on its console", lambda: tests_run_on_the_console(folder))]
    cases += [(f"its boot tests pass with {smp} CPUs", lambda n=smp: boot_tests(folder, "--smp", n)) for smp in ("1", "4")]
    if kind == "sanitizer":
        cases += [(f"it survives random calls with {smp} CPUs", lambda n=smp, c=calls: boot_tests(
            folder, "--smp", n, "--append", f"calls={c}", program="kernel_fuzz", few=1)) for smp, calls in (("1", 100000), ("4", 20000))]
        cases += [("a write to freed memory is seen", lambda: write_after_free(folder))]
    sys.exit(tap(cases))


if __name__ == "__main__":
    main()
