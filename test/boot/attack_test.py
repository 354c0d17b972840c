#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Attack the running kernel from the debugger's side and see the machine stop it.

    attack_test.py --build DIR --archive FILE

The guest runs the kernel's test program. It is stopped in the kernel, inside a system call; then each attack sets registers
as a hijacked kernel would have them (jump to user code, read the user's stack, write to text ...) and lets the CPU go on. It
must take the one fault that the protection gives, at that address; registers are put back and the next attack follows. The
page tables that are in use are walked as the CPU would walk them. Prints TAP; QEMU under TCG is all it needs.
"""
import contextlib
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import boot_test  # noqa: E402
from qemu import KERNEL_BASE, Artifacts  # noqa: E402

PHYS_MAP = 0xffff800000000000
SECONDS = 300
MASK = (1 << 64) - 1
ADDRESS = 0x0000fffffffff000


class Debugger:
    """The remote serial protocol of GDB, as much of it as this needs."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path))
        self.buffer = b""

    def ask(self, text):
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))
        return self.answer()

    def monitor(self, command):
        """What QEMU's monitor says to a command."""
        told, part = "", self.ask(f"qRcmd,{command.encode().hex()}")
        while part != "OK":
            told += bytes.fromhex(part[1:]).decode()
            part = self.answer()
        return told

    def answer(self):
        while True:
            found = re.search(rb"\$([^#]*)#..", self.buffer, re.S)
            if found:
                self.buffer = self.buffer[found.end():]
                self.socket.sendall(b"+")
                return found.group(1).decode()
            data = self.socket.recv(65536)
            if not data:
                raise RuntimeError("the guest is gone")
            self.buffer += data

    def registers(self):
        return bytes.fromhex(self.ask("g").replace("x", "0"))

    def restore(self, registers):
        assert self.ask("G" + registers.hex()) == "OK"

    def set(self, index, value):
        assert self.ask(f"P{index:x}=" + (value & MASK).to_bytes(8, "little").hex()) == "OK"

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, data):
        for at in range(0, len(data), 128):  # packets are small
            part = data[at:at + 128]
            assert self.ask(f"M{address + at:x},{len(part):x}:{part.hex()}") == "OK"

    def run_to(self, address):
        self.ask(f"Z1,{address:x},1")
        self.ask("c")
        self.ask(f"z1,{address:x},1")


def word(data, offset):
    return int.from_bytes(data[offset:offset + 8], "little")


def symbols(path):
    output = subprocess.run(["llvm-nm-19", str(path)], capture_output=True, text=True, check=True).stdout
    return {line.split()[2]: int(line.split()[0], 16) for line in output.splitlines() if len(line.split()) == 3}


class X86:
    PC, ARGUMENTS = 16, (5, 4, 3)

    def __init__(self, debugger, kernel):
        self.debugger, self.kernel = debugger, kernel

    def pc(self, registers):
        return word(registers, 16 * 8)

    def sp(self, registers):
        return word(registers, 7 * 8)

    def argument(self, registers, index):
        return word(registers, self.ARGUMENTS[index] * 8)

    def fault(self):
        """(address, error code) of the kernel fault that comes next."""
        self.debugger.run_to(self.kernel["trap_kernel_fault"])
        registers = self.debugger.registers()
        context = self.argument(registers, 2)
        return self.argument(registers, 1), word(self.debugger.read(context + 128, 8), 0) & 0x1f

    def attacks(self, user_pc, user_sp):
        text, page = self.kernel["trap_syscall"], PHYS_MAP + 0x200000
        yield "SMEP: the kernel does not run user code", {self.PC: user_pc}, user_pc, 0x11
        yield "SMAP: the kernel does not read user memory", {
            self.PC: self.kernel["arch_copy_page"], 4: user_sp & ~0xfff, 5: page}, user_sp & ~0xfff, 0x01
        yield "WP: the kernel does not write to its text", {
            self.PC: self.kernel["arch_clear_page"], 5: text & ~0xfff}, text & ~0xfff, 0x03
        constants = self.kernel["__rodata_start"]
        yield "WP: the kernel does not write to its constants", {
            self.PC: self.kernel["arch_clear_page"], 5: constants}, constants, 0x03
        yield "NX: the kernel does not run data", {self.PC: page}, page, 0x11
        alias = PHYS_MAP + text - KERNEL_BASE
        yield "no second view of the text", {
            self.PC: self.kernel["arch_clear_page"], 5: alias & ~0xfff}, alias & ~0xfff, 0x02

    def controls(self, registers):
        """cr0, cr4 and efer of QEMU's register file (gdb-xml/i386-64bit.xml)."""
        cr0, cr4, efer = word(registers, 188), word(registers, 212), word(registers, 228)
        yield "CR0.WP", cr0 >> 16 & 1
        yield "CR4.UMIP", cr4 >> 11 & 1
        yield "CR4.SMEP", cr4 >> 20 & 1
        yield "CR4.SMAP", cr4 >> 21 & 1
        yield "EFER.NXE", efer >> 11 & 1

    def roots(self, registers):
        return [(word(registers, 204) & ADDRESS, 0)]

    @staticmethod
    def is_present(entry):
        return entry & 1

    @staticmethod
    def is_leaf(entry, level):
        return level == 0 or entry >> 7 & 1

    @staticmethod
    def is_wrong(entry, address):
        """Writable and executable; or in the kernel's half and the user's too."""
        return entry >> 1 & 1 and not entry >> 63 or (address >> 47 and entry >> 2 & 1)


class Arm:
    PC = 32

    def __init__(self, debugger, kernel):
        self.debugger, self.kernel = debugger, kernel
        description = debugger.ask("qXfer:features:read:system-registers.xml:0,ffff")
        while description.startswith("m"):
            part = debugger.ask(f"qXfer:features:read:system-registers.xml:{len(description) - 1:x},ffff")
            description = part[0] + description[1:] + part[1:]
        self.numbers = {name: int(number) for name, number in re.findall(
            r'name="(\w+)"[^>]*regnum="(\d+)"', description)}

    def system(self, name):
        return int.from_bytes(bytes.fromhex(self.debugger.ask(f"p{self.numbers[name]:x}")), "little")

    def pc(self, registers):
        return word(registers, 32 * 8)

    def sp(self, registers):
        return word(registers, 31 * 8)

    def argument(self, registers, index):
        return word(registers, index * 8)

    def fault(self):
        """(address, exception class and kind) of the kernel fault that comes next."""
        self.debugger.run_to(self.kernel["kernel_fault"])
        esr = self.argument(self.debugger.registers(), 1)
        self.debugger.run_to(self.kernel["trap_kernel_fault"])
        kind = esr >> 26 & 0x3f, esr >> 2 & 0xf
        return self.argument(self.debugger.registers(), 1), kind if kind[0] in (0x21, 0x25) else kind[:1]

    def instruction(self, *words):
        """Where these follow each other in the kernel's text."""
        start = self.kernel["__text_start"]
        text = b"".join(self.debugger.read(at, 0x400) for at in range(start, self.kernel["__text_end"] & ~0x3ff, 0x400))
        pattern = b"".join(word.to_bytes(4, "little") for word in words)
        return start + text.index(pattern)

    def attacks(self, user_pc, user_sp):
        translation, permission = 1, 3
        text = self.kernel["trap_syscall"]
        page = PHYS_MAP + (self.system("TTBR1_EL1") & ADDRESS)
        yield "PXN: the kernel does not run user code", {self.PC: user_pc}, user_pc, (0x21, permission)
        yield "PAN: the kernel does not read user memory", {
            self.PC: self.kernel["arch_copy_page"], 1: user_sp & ~0xfff, 0: page}, user_sp & ~0xfff, (0x25, permission)
        yield "the kernel does not write to its text", {
            self.PC: self.kernel["arch_clear_page"], 0: text & ~0xfff}, text & ~0xfff, (0x25, permission)
        constants = self.kernel["__rodata_start"]
        yield "the kernel does not write to its constants", {
            self.PC: self.kernel["arch_clear_page"], 0: constants}, constants, (0x25, permission)
        yield "PXN: the kernel does not run data", {self.PC: page}, page, (0x21, permission)
        # br x16, to an instruction that is no landing pad.
        yield "BTI: no branch into the middle of a function", {
            self.PC: self.instruction(0xd61f0200), 16: text + 8}, None, (0x0d,)
        # autibsp; ret: a return address that nobody signed becomes one that is none.
        yield "PAC: no return to an address without signature", {
            self.PC: self.instruction(0xd50323ff, 0xd65f03c0), 30: text + 8}, None, (0x21, translation)

    def controls(self, registers):
        sctlr = self.system("SCTLR")
        yield "SCTLR.WXN", sctlr >> 19 & 1
        yield "SCTLR.SPAN clear", not sctlr >> 23 & 1
        yield "SCTLR.BT1", sctlr >> 36 & 1
        yield "SCTLR.EnIB", sctlr >> 30 & 1
        yield "PSTATE.PAN", int.from_bytes(registers[33 * 8:33 * 8 + 4], "little") >> 22 & 1

    def roots(self, registers):
        return [(self.system("TTBR0_EL1") & ADDRESS, 0), (self.system("TTBR1_EL1") & ADDRESS, 0xffff << 48)]

    @staticmethod
    def is_present(entry):
        return entry & 1

    @staticmethod
    def is_leaf(entry, level):
        return level == 0 or not entry >> 1 & 1

    @staticmethod
    def is_wrong(entry, address):
        is_writable, is_user = not entry >> 7 & 1, entry >> 6 & 1
        may_run = not entry >> 53 & 1 or not entry >> 54 & 1
        return is_writable and may_run or (address >> 48 and is_user) or (is_user and not entry >> 53 & 1)


def walk(debugger, machine, table, base, level=3):
    """Wrong leaf entries below a table: (address, entry); and how many leaves there are."""
    wrong, count = [], 0
    data = debugger.read(table, 2048) + debugger.read(table + 2048, 2048)  # QEMU's packets end at 4 KiB
    for index in range(512):
        entry = word(data, 8 * index)
        address = base + (index << 12 + 9 * level)
        if level == 3 and not base and index >= 256:
            address |= 0xffff << 48
        if not machine.is_present(entry):
            continue
        if machine.is_leaf(entry, level):
            count += 1
            wrong += [(address, entry)] if machine.is_wrong(entry, address) else []
        else:
            deeper = walk(debugger, machine, entry & ADDRESS, address, level - 1)
            wrong, count = wrong + deeper[0], count + deeper[1]
    return wrong, count


def umip(debugger, user_pc, kernel):
    """The user executes SGDT: a general protection fault, told as an exception of the thread's."""
    kept = debugger.read(user_pc, 4)
    debugger.ask(f"M{user_pc:x},4:0f010424")
    debugger.run_to(kernel["trap_exception"])
    registers = debugger.registers()
    debugger.ask(f"M{user_pc:x},4:{kept.hex()}")
    return word(registers, 5 * 8) == 7 and word(registers, 4 * 8) >> 16 == 13


def smash(debugger, machine, kernel):
    """What is called with an array on its caller's stack writes over that frame: the caller does not return from there."""
    debugger.run_to(kernel["console_write"])
    registers = debugger.registers()
    start = machine.sp(registers)
    kept = debugger.read(start, min(512, -start % 4096))  # the stack begins at a page's end
    debugger.write(start + 8, b"x" * (len(kept) - 8))  # on x86_64 the callee's own return address comes first
    debugger.run_to(kernel["__stack_chk_fail"])
    is_stopped = machine.pc(debugger.registers()) == kernel["__stack_chk_fail"]
    debugger.write(start, kept)
    debugger.restore(registers)
    return is_stopped


@contextlib.contextmanager
def guest(build, archive, append="", extra=(), **options):
    """The Debugger of a machine that is about to start; the machine ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "gdb")
        line = boot_test.command(build, archive, f"kaslr=off {append}".strip(), serial="null", extra=[
            *extra, "-S", "-chardev", f"socket,id=gdb,path={path},server=on,wait=off", "-gdb", "chardev:gdb"], **options)
        with subprocess.Popen(line, stdin=subprocess.DEVNULL) as process:
            try:
                for _ in range(SECONDS * 10):
                    if path.exists() or process.poll() is not None:
                        break
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.1)
                yield Debugger(path)
            finally:
                process.kill()


def machine_of(debugger, arch, kernel):
    debugger.ask("qXfer:features:read:target.xml:0,ffb")  # single registers only for who has seen this
    return (X86 if arch == "x86_64" else Arm)(debugger, kernel)


def run(debugger, arch, kernel, program):
    results = []

    def check(is_good, title, detail=""):
        results.append(bool(is_good))
        print(f"{'ok' if is_good else 'not ok'} {len(results)} - {title}", flush=True)
        if not is_good and detail:
            print(f"# {detail}")

    machine = machine_of(debugger, arch, kernel)
    debugger.run_to(program["kn_call"])
    registers = debugger.registers()
    user_pc, user_sp = machine.pc(registers), machine.sp(registers)
    debugger.run_to(kernel["trap_syscall"])
    registers = debugger.registers()
    for name, is_on in machine.controls(registers):
        check(is_on, f"{name} is on")
    for title, changes, address, kind in machine.attacks(user_pc, user_sp):
        for index, value in changes.items():
            debugger.set(index, value)
        found = machine.fault()
        check(found[1] == kind and address in (None, found[0]), title, f"fault at {found[0]:x}, kind {found[1]}")
        debugger.restore(registers)
    assert debugger.ask("Qqemu.PhyMemMode:1") == "OK"
    for root, base in machine.roots(registers):
        wrong, count = walk(debugger, machine, root, base)
        check(count and not wrong, f"{count} pages from {base:x} on, none writable and executable",
              " ".join(f"{address:x}={entry:x}" for address, entry in wrong[:8]))
    debugger.ask("Qqemu.PhyMemMode:0")
    check(smash(debugger, machine, kernel), "stack protector: the kernel does not return from an overwritten frame")
    if arch == "x86_64":
        debugger.run_to(program["kn_call"])
        check(umip(debugger, user_pc, kernel), "UMIP: user code does not read the GDT's address")
    print(f"1..{len(results)}")
    return all(results)


def main():
    parser = boot_test.arguments(__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--cpu", help="another CPU than the tests' (to see an attack succeed)")
    o = parser.parse_args()
    artifacts = Artifacts(o.build)
    print("TAP version 13")
    try:
        with guest(o.build, o.archive, cpu=o.cpu) as debugger:
            is_good = run(debugger, artifacts.arch, symbols(artifacts.elf), symbols(o.program))
    except (OSError, RuntimeError, TimeoutError) as error:
        print(f"Bail out! {error}")
        is_good = False
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
