#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The QEMU command lines of both machines, in one place; and running one of them.

    qemu.py --build build/x86_64 [--firmware bios|uefi|direct] [--medium cd|disk] [--smp N] [--mem MiB]
            [--append WORDS] [--archive FILE] [--icount] [--gdb] [--reboot] [--timeout SECONDS]

`command()` is what the test harness and scripts/exec use. Tests always run on TCG (a /dev/kvm may exist
and be broken); interactive runs take KVM only with --kvm. `direct` skips GRUB: PVH on x86_64, the EFI image on
aarch64. Exit status: the guest's own (x86_64 isa-debug-exit, aarch64 semihosting; see `status`), 124 on timeout.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys

GDB_PORT = int(os.environ.get("GDB_PORT", "1234"))  # another one when several wait on one machine
KERNEL_BASE = 0xffffffff80000000  # where the kernel is linked, and lies with kaslr=off
EFI_X86 = ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd")
EFI_ARM = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"


class Artifacts:
    """What a build folder holds for its machine."""

    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.arch = self.build.name if self.build.name in ("x86_64", "aarch64") else self._arch()
        self.iso = self.build / "image" / f"saltyos-{self.arch}.iso"
        self.archive = self.build / "image" / "boot.archive"
        self.elf = self.build / f"kernite/kernite-{self.arch}.elf"  # with symbols
        self.kernel = self.build / ("kernite/kernite-x86_64.elf" if self.arch == "x86_64"
                                    else "image/boot/aarch64/kernite-aarch64.efi")

    def _arch(self):
        return "aarch64" if (self.build / "kernite/kernite-aarch64.elf").exists() else "x86_64"


def command(build, firmware=None, medium="cd", smp=1, mem=512, append="", archive=None, icount=False,
            gdb=False, serial="mon:stdio", kernel=None, iso=None, extra=(), kvm=False, reboot=False, cpu=None):
    """The argument list that boots `build` (a folder) the given way; `kernel`, `archive` (direct) and `iso` instead of its own."""
    art = Artifacts(build)
    x86 = art.arch == "x86_64"
    # A debugger knows addresses by the linker: those of the command line's kaslr=off aslr=off.
    firmware = firmware or ("direct" if gdb else "bios" if x86 else "uefi")
    if x86:
        line = ["qemu-system-x86_64", "-machine", "q35", "-cpu", cpu or "max,-erms",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    else:
        # A debugger cannot tell the addresses in signed return addresses: its backtraces would end there.
        line = ["qemu-system-aarch64", "-machine", "virt,gic-version=3", "-cpu", cpu or ("max,pauth=off" if gdb else "max,pauth-impdef=on"),
                "-semihosting-config", "enable=on,target=native"]
    line += ["-accel", "kvm" if kvm else "tcg" if icount or smp == 1 else "tcg,thread=multi"]
    line += ["-smp", str(smp), "-m", str(mem), "-nodefaults", "-display", "none", "-serial", serial]
    if not reboot:
        line += ["-no-reboot"]
    if gdb and firmware == "direct":
        append = f"kaslr=off aslr=off {append}".strip()
    if icount:
        line += ["-icount", "shift=0,sleep=off"]
        if firmware == "direct":
            # Random addresses cost a page table more or less: figures would not repeat.
            append = f"{append} aslr=off".strip()
    if gdb:
        line += ["-S", "-gdb", f"tcp:127.0.0.1:{GDB_PORT if gdb is True else gdb}"]
    if firmware == "direct":
        if not x86:
            line += ["-bios", EFI_ARM]
        line += ["-kernel", str(kernel or art.kernel), "-initrd", str(archive or art.archive)]
        if append:
            line += ["-append", append]
    else:
        if firmware == "uefi" and x86:
            line += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={EFI_X86[0]}"]
        elif firmware == "uefi":
            line += ["-bios", EFI_ARM, "-boot", "menu=on,splash-time=0"]
        elif not x86:
            raise ValueError("aarch64 machines have no BIOS")
        if append:
            raise ValueError("a command line can only be given with firmware direct")
        line += medium_arguments(iso or art.iso, medium, x86)
    return line + list(extra)


def medium_arguments(iso, medium, x86):
    """The ISO as a CD, or as a disk."""
    if medium == "cd" and x86:
        return ["-cdrom", str(iso)]
    drive = ["-drive", f"if=none,id=boot,format=raw,readonly=on,file={iso}"]
    if medium == "cd":
        return drive + ["-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=boot,bootindex=0"]
    return drive + ["-device", "virtio-blk-pci,drive=boot,bootindex=0"]


def status(arch, code):
    """What the guest meant by QEMU's exit status (x86_64's test device returns 2v+1)."""
    if arch == "x86_64" and code & 1:
        return code >> 1
    return code


def gdb_hint(build):
    """How to attach: breakpoints in hardware, for the kernel is not there yet when the machine waits."""
    artifacts = Artifacts(build)
    debugger = "gdb" if artifacts.arch == "x86_64" else "gdb-multiarch"
    return (f"the machine waits for: {debugger} -ex 'target remote 127.0.0.1:{GDB_PORT}' -ex 'hbreak kernel_main' -ex continue {artifacts.elf}\n"
            f"(a server: ninja -C {build} gdb-NAME)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--firmware", choices=("bios", "uefi", "direct"))
    parser.add_argument("--medium", choices=("cd", "disk"), default="cd")
    parser.add_argument("--smp", type=int, default=1)
    parser.add_argument("--mem", type=int, default=512)
    parser.add_argument("--append", default="")
    parser.add_argument("--archive")
    parser.add_argument("--icount", action="store_true")
    parser.add_argument("--gdb", action="store_true", help="wait for gdb on port 1234 ($GDB_PORT)")
    parser.add_argument("--kvm", action="store_true")
    parser.add_argument("--reboot", action="store_true", help="a reset starts the machine again; otherwise it ends QEMU")
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--print", action="store_true", help="only print the command")
    options = vars(parser.parse_args())
    timeout, only_print = options.pop("timeout"), options.pop("print")
    try:
        line = command(**options)
    except ValueError as error:
        sys.exit(f"qemu.py: {error}")
    if options["gdb"]:
        print(gdb_hint(options["build"]), file=sys.stderr)
    if only_print:
        print(" ".join(line))
        return
    if timeout is None:
        os.execvp(line[0], line)
    process = subprocess.Popen(line)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        sys.exit(124)
    sys.exit(status(Artifacts(options["build"]).arch, code))


if __name__ == "__main__":
    main()
