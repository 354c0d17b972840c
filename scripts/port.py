#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""port.py: builds third-party programs from recipes.

    port.py --arch x86_64 --sdk build/x86_64/sdk --out build/x86_64/ports build bash
    port.py --arch aarch64 --out build/aarch64/ports build picolibc
    port.py fetch            get and verify every source
    port.py list | smoke     what there is | port TAB command that must work in the booted system
    port.py check            read every recipe and style, refuse what is wrong

`build` takes port names or an image manifest (image/images/NAME.toml) and brings
OUT/stage/<port>/ and OUT/package/<port>.tar up to date. See image/README.md.
"""
import argparse
import io
import os
import subprocess
import sys
import tarfile
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from port_recipe import RecipeError, STRING, STRINGS, load, load_all  # noqa: E402
from port_source import Sources, cache_root  # noqa: E402
from port_tasks import Failed, Machine, Port  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
IMAGE_KEYS = {
    "summary": (STRING, True, None, False),
    "ports": (STRINGS, False, [], True),
    "layout": (STRINGS, False, [], True),
}


class Progress:
    """One line per event: what, which step of how many, how long since the start."""

    def __init__(self, total):
        self.total, self.done, self.started = total, 0, time.monotonic()
        self.lock = threading.Lock()

    def say(self, port, text):
        with self.lock:
            elapsed = time.monotonic() - self.started
            print(f"[{self.done}/{self.total} {elapsed:5.0f} s] {port}: {text}", flush=True)

    def finish(self, port, how):
        with self.lock:
            self.done += 1
        self.say(port, {"cache": "from the cache", "built": "built", "linked": "linked again"}[how])


def build(recipes, machine, sources, progress, parallel):
    """Build in dependency order, several ports at a time; the first failure stops new starts."""
    built, waiting, running, failure = {}, list(recipes), {}, None
    with ThreadPoolExecutor(parallel) as pool:
        while waiting or running:
            for recipe in list(waiting):
                if failure or len(running) >= parallel:
                    break
                if all(n in built for n in [*recipe.needs, recipe["answers_from"]] if n):
                    waiting.remove(recipe)
                    port = Port(recipe, machine, sources, built)
                    running[pool.submit(port.run)] = port
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                port = running.pop(future)
                try:
                    progress.finish(port.recipe.name, future.result())
                    built[port.recipe.name] = port
                except (RecipeError, Failed, OSError, subprocess.CalledProcessError) as error:
                    failure = failure or error
    if failure:
        raise failure
    return built


def ports_of(names, image):
    """Port names as they are; manifests (*.toml) replaced by the ports they list."""
    for name in names:
        if name.endswith(".toml"):
            yield from load(Path(name), IMAGE_KEYS)[0]["ports"]
        else:
            yield name


def write_if_changed(path, data):
    """Leave the file alone when it says the same, so that nothing is made again after it."""
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def bundle(packages):
    """One archive of all packages; two that bring the same file are refused."""
    made, owners = io.BytesIO(), {}
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as whole:
        for package in packages:
            with tarfile.open(package) as tar:
                for member in tar:
                    if owners.setdefault(member.name, package.stem) != package.stem:
                        raise RecipeError(f"{package.stem} and {owners[member.name]} both bring"
                                          f" {member.name}: trim 'programs' of one")
                    whole.addfile(member, tar.extractfile(member) if member.isfile() else None)
    return made.getvalue()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=("x86_64", "aarch64"), default="x86_64")
    parser.add_argument("--out", default=None, help="where stages and packages go")
    parser.add_argument("--sdk", help="the SDK that programs are built with")
    parser.add_argument("--image", default=ROOT / "image", type=Path, help="recipes and styles")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--parallel", type=int, default=2, help="ports at a time")
    parser.add_argument("--offline", action="store_true", help="never use the network")
    parser.add_argument("--stamp", type=Path, help="written, when it changed, with what was built")
    parser.add_argument("--bundle", type=Path, help="written, when it changed: all packages in one")
    parser.add_argument("command", choices=("build", "fetch", "list", "smoke", "check"))
    parser.add_argument("names", nargs="*", help="ports or image manifests (default: all)")
    args = parser.parse_args(argv)
    everything = sorted(p.parent.name for p in args.image.glob("recipes/*/recipe.toml"))
    try:
        recipes = load_all(args.image, list(ports_of(args.names, args.image)) or everything)
        sources = Sources(cache_root(), args.offline)
        if args.command == "list":
            for recipe in recipes:
                print(f"{recipe.name} {recipe['version']}\t{recipe['license']}"
                      f"\t{recipe['summary']}")
        elif args.command == "smoke":
            for recipe in recipes:
                print(f"{recipe.name}\t{recipe['smoke']}")
        elif args.command == "check":
            print(f"{len(recipes)} recipes are in order")
        elif args.command == "fetch":
            for recipe in recipes:
                if recipe["archive"]:
                    cached = sources.fetch(recipe)[1]
                    print(f"{recipe['archive']}: {'in the cache' if cached else 'fetched'}",
                          flush=True)
        else:
            out = Path(args.out or ROOT / "build" / args.arch / "ports").resolve()
            sdk = Path(args.sdk).resolve() if args.sdk else None
            progress = Progress(len(recipes))
            machine = Machine(args.arch, ROOT, out, sdk, cache_root(), args.jobs, progress.say)
            built = build(recipes, machine, sources, progress, args.parallel)
            if args.stamp:
                write_if_changed(args.stamp, "".join(
                    f"{name} {p.output_hash}\n" for name, p in sorted(built.items())).encode())
            if args.bundle:
                write_if_changed(args.bundle, bundle(
                    [built[r.name].package_file for r in recipes]))
    except (RecipeError, Failed, OSError, subprocess.CalledProcessError) as error:
        print(f"port.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
