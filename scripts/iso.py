#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Assemble the bootable ISO of one machine.

    iso.py --arch x86_64 --kernel kernite-x86_64.elf --archive boot.archive --out saltyos-x86_64.iso
    iso.py --arch aarch64 --kernel kernite-aarch64.efi --archive boot.archive --grub DIR --out saltyos-aarch64.iso

One ISO boots as CD and as disk: El Torito entries for BIOS (x86_64) and UEFI, a hybrid MBR and a GPT that both point
at the same EFI system partition. GRUB is made by grub-mkimage with image/boot/<arch>/grub.cfg built in,
so the image holds nothing that the machine does not need.

Equal inputs give equal bytes, in whatever folder and whenever: all dates are SOURCE_DATE_EPOCH (or
1980-01-01), FAT and GPT identifiers come from it, and no path gets into the image.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import grub_arm64  # noqa: E402

EPOCH_DEFAULT = 315532800  # FAT knows no earlier date
EFI_NAMES = {"x86_64": "BOOTX64.EFI", "aarch64": "BOOTAA64.EFI"}
EFI_FORMATS = {"x86_64": "x86_64-efi", "aarch64": "arm64-efi"}
KERNEL_NAMES = {"x86_64": "kernite-x86_64.elf", "aarch64": "kernite-aarch64.efi"}
BASE_MODULES = ["iso9660", "part_gpt", "part_msdos", "fat", "search", "search_fs_file", "boot"]
EFI_MODULES = {"x86_64": BASE_MODULES + ["multiboot2", "video", "efi_gop"], "aarch64": BASE_MODULES + ["linux"]}
BIOS_MODULES = BASE_MODULES + ["biosdisk", "multiboot2", "video", "vbe"]
FAT_SECTOR = 512
TRACK = 32 * 2 * FAT_SECTOR  # mformat wants whole tracks of its geometry


def run(*command, epoch, cwd=None):
    env = dict(os.environ, SOURCE_DATE_EPOCH=str(epoch), TZ="UTC", LC_ALL="C", MTOOLS_SKIP_CHECK="1")
    result = subprocess.run([str(word) for word in command], env=env, cwd=cwd, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        sys.exit(f"iso.py: {command[0]} failed ({result.returncode}):\n{result.stdout.strip()}")


def need_tools(names):
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        sys.exit(f"iso.py: not installed: {', '.join(missing)} (scripts/run installs what is missing)")


def with_words(line, words):
    """The command of a GRUB configuration that loads the kernel, with further words for it; other commands as they are."""
    return f"{line} {words}" if words and line.split()[0] in ("multiboot2", "linux") else line


def make_grub(out, grub_format, modules, config, grub, epoch):
    directory = grub / grub_format if (grub / grub_format).is_dir() else grub
    if not (directory / "iso9660.mod").exists():
        sys.exit(f"iso.py: no GRUB modules for {grub_format} in {grub}")
    run("grub-mkimage", "-d", directory, "-O", grub_format, "-p", "/boot/grub", "-c", config, "-o", out, *modules,
        epoch=epoch)


def make_esp(out, name, loader, work, epoch):
    """A FAT file system with just EFI/BOOT/<name>; fixed serial number, sizes that mformat accepts."""
    tree = work / "esp"
    folder = tree / "EFI" / "BOOT"
    folder.mkdir(parents=True)
    shutil.copyfile(loader, folder / name)
    for path in (folder / name, folder, tree / "EFI"):
        os.utime(path, (epoch, epoch))
    size = (loader.stat().st_size + (128 << 10) + TRACK - 1) // TRACK * TRACK
    with open(out, "wb") as file:
        file.truncate(size)
    run("mformat", "-i", out, "-T", size // FAT_SECTOR, "-h", 2, "-s", 32, "-N", "53414c54", "-v", "SALTYOS", "::",
        epoch=epoch)
    run("mcopy", "-s", "-m", "-i", out, tree / "EFI", "::/", epoch=epoch)
    stamp_fat(out, epoch)


def stamp_fat(path, epoch):
    """Give every directory entry one date: mtools stamps directories and the label with the time of day."""
    data = bytearray(path.read_bytes())
    word = lambda offset: int.from_bytes(data[offset:offset + 2], "little")
    sector, cluster_sectors, reserved, fats = word(11), data[13], word(14), data[16]
    root_entries, fat_sectors = word(17), word(22)
    root = (reserved + fats * fat_sectors) * sector
    first_data = root + root_entries * 32
    cluster = cluster_sectors * sector
    t = time.gmtime(epoch)
    date = (t.tm_year - 1980) << 9 | t.tm_mon << 5 | t.tm_mday
    clock = t.tm_hour << 11 | t.tm_min << 5 | t.tm_sec // 2
    stamp = clock.to_bytes(2, "little") + date.to_bytes(2, "little")

    def stamp_directory(start, length):
        for at in range(start, start + length, 32):
            if data[at] == 0:
                break
            attributes = data[at + 11]
            if attributes == 0x0f or data[at] == 0xe5:
                continue
            data[at + 13] = 0
            data[at + 14:at + 18] = stamp
            data[at + 18:at + 20] = stamp[2:]
            data[at + 22:at + 26] = stamp
            first = word(at + 26)
            # Directories here are one cluster long: a handful of entries.
            if attributes & 0x10 and not data[at:at + 1] == b".":
                stamp_directory(first_data + (first - 2) * cluster, cluster)

    stamp_directory(root, root_entries * 32)
    path.write_bytes(data)


def make_iso(arch, out, tree, work, grub, epoch):
    for path in sorted(tree.rglob("*")) + [tree]:
        os.utime(path, (epoch, epoch))
        path.chmod(0o755 if path.is_dir() else 0o644)
    command = ["xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-V", "SALTYOS", "-uid", "0", "-gid", "0"]
    if arch == "x86_64":
        hybrid = grub / "i386-pc" / "boot_hybrid.img"
        command += ["--grub2-mbr", hybrid, "-b", "boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4",
                    "-boot-info-table", "--grub2-boot-info", "-eltorito-alt-boot"]
    command += ["-e", "boot/grub/efi.img", "-no-emul-boot", "-isohybrid-gpt-basdat"]
    partial = work / "image.iso"
    run(*command, "-o", partial, tree, epoch=epoch)
    shutil.move(partial, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", required=True, choices=sorted(EFI_NAMES))
    parser.add_argument("--kernel", required=True, type=pathlib.Path)
    parser.add_argument("--archive", required=True, type=pathlib.Path)
    parser.add_argument("--grub", type=pathlib.Path, help="folder of GRUB's modules (default: the system's, or fetched)")
    parser.add_argument("--config", type=pathlib.Path, help="GRUB commands (default: image/boot/<arch>/grub.cfg)")
    parser.add_argument("--append", default="", metavar="WORDS", help="for the kernel's command line")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    arch = options.arch
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH_DEFAULT))
    config = options.config or pathlib.Path(__file__).resolve().parent.parent / "image/boot" / arch / "grub.cfg"
    options.grub = options.grub or (pathlib.Path("/usr/lib/grub") if arch == "x86_64" else grub_arm64.modules())
    need_tools(["grub-mkimage", "mformat", "mcopy", "xorriso"])
    for path in (options.kernel, options.archive, config):
        if not path.is_file():
            sys.exit(f"iso.py: {path}: no such file")

    with tempfile.TemporaryDirectory(prefix="iso-", dir=options.out.resolve().parent) as folder:
        work = pathlib.Path(folder)
        # Without normal.mod GRUB's parser knows neither comments nor blank lines.
        lines = [with_words(line, options.append) for line in config.read_text().splitlines() if line.strip() and not line.startswith("#")]
        config = work / "grub.cfg"
        config.write_text("\n".join(lines) + "\n")
        boot = work / "tree" / "boot"
        (boot / "grub").mkdir(parents=True)
        shutil.copyfile(options.kernel, boot / KERNEL_NAMES[arch])
        shutil.copyfile(options.archive, boot / "boot.archive")
        make_grub(work / "loader.efi", EFI_FORMATS[arch], EFI_MODULES[arch], config, options.grub, epoch)
        make_esp(boot / "grub/efi.img", EFI_NAMES[arch], work / "loader.efi", work, epoch)
        if arch == "x86_64":
            make_grub(boot / "grub/bios.img", "i386-pc-eltorito", BIOS_MODULES, config, options.grub / "i386-pc", epoch)
        make_iso(arch, options.out, work / "tree", work, options.grub, epoch)


if __name__ == "__main__":
    main()
