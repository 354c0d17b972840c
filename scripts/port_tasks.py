# SPDX-License-Identifier: BSD-2-Clause
"""The tasks of one port: fetch, verify, unpack, patch, configure, build, stage, package.

Every task has a key: the hash of everything that can change its result. What a port yields is two
deterministic archives: the *stage* (all it installs: headers and libraries for other ports) and the
*package* (what goes into the image, stripped). Stages live in the cache under their key, written to
a temporary folder and renamed, so that an interrupted run leaves no entry. Configured and compiled
work folders live in the cache as well, under the key of everything but the C library's code: what
the C library offers is in its headers, so when only its code changed, programs are linked again
instead of compiled again, whichever build folder asks. They reach the SDK, the other ports'
stages and this tree's headers through links inside the work folder, which has no blank in its path when theirs have.

Invariants: no absolute path of this machine is part of a key; a missing cache entry always says
which input changed; a task that fails leaves its log and no state; one process at a time works in
a port's work folder.
"""
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from port_recipe import RecipeError
from port_source import check_members
from sdk import MACHINE_FLAGS

ENGINE = 4          # raise when a change of this file changes what ports yield
EPOCH = 1735689600  # 2025-01-01: the time stamp of everything we ship
# What the SDK itself is made of: usable in libc.a and libc.so alike, thread locals without a call.
BARE_FLAGS = ["-O2", "-ffreestanding", "-fPIC", "-ftls-model=initial-exec", "-nostdlib",
              "-fstack-protector-strong"]
# Where a stage keeps its configure answers, and which of them are facts about the C library.
ANSWERS = "usr/share/saltyos/answers"
SHARED_ANSWER = re.compile(r"(ac_cv_(func|header|have_decl|type|member|sizeof|c|prog_cc|sys|working|"
                           r"struct|safe)|gl_cv|am_cv_(langinfo|func))_\w*=")
NOT_STAGED = ("usr/share/man", "usr/share/info", "usr/share/doc", "usr/share/locale")
WORK_FOLDERS = 2  # of one port that the cache keeps
SAFE_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def digest(value):
    """Hash of bytes, text or JSON-able data."""
    if isinstance(value, bytes):
        raw = value
    elif isinstance(value, str):
        raw = value.encode()
    else:
        raw = json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(raw).hexdigest()


def hash_tree(root, skip=()):
    """Hash of names, executable bits, links and contents below a folder (or of one file)."""
    root = Path(root)
    if not root.exists():
        return "absent"
    if root.is_file():
        return digest(root.read_bytes())
    state = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if not p.is_dir() or p.is_symlink()):
        name = path.relative_to(root).as_posix()
        if "__pycache__" in name or name in skip:
            continue
        if path.is_symlink():
            state.update(f"{name}\0l{os.readlink(path)}\0".encode())
        else:
            kind = "x" if os.access(path, os.X_OK) else "f"
            state.update(f"{name}\0{kind}{digest(path.read_bytes())}\0".encode())
    return state.hexdigest()


def write_tar(target, root, names):
    """A tar of the named paths below root that depends on names, modes and contents only."""
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(names):
            path = root / name
            info = tarfile.TarInfo(name)
            info.mtime = EPOCH
            if path.is_symlink():
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
                tar.addfile(info)
            elif path.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                data = path.read_bytes()
                info.size = len(data)
                info.mode = (path.stat().st_mode & 0o7000) | (
                    0o755 if path.stat().st_mode & 0o111 else 0o644)
                tar.addfile(info, io.BytesIO(data))


def unpack_tar(archive, target):
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(target)], check=True)


def is_target_program(path):
    """True for an ELF executable without an interpreter: ours, not a tool of the build machine."""
    if path.is_symlink() or not path.is_file() or not os.access(path, os.X_OK):
        return False
    with open(path, "rb") as handle:
        head = handle.read(64)
        if len(head) < 64 or head[:4] != b"\x7fELF" or head[16] not in (2, 3):
            return False
        offset = int.from_bytes(head[32:40], "little")
        size = int.from_bytes(head[54:56], "little")
        for index in range(int.from_bytes(head[56:58], "little")):
            handle.seek(offset + index * size)
            if int.from_bytes(handle.read(4), "little") == 3:
                return False
    return True


class Failed(Exception):
    """A task failed; the sentence names port, task and log."""


class Machine:
    """What all ports of one run share: the target, the folders, the toolchain and its hashes."""

    def __init__(self, arch, root, out, sdk, cache, jobs, say):
        self.arch, self.root, self.out, self.cache = arch, Path(root), Path(out), Path(cache)
        self.sdk = Path(sdk) if sdk else None
        self.jobs, self.say = jobs, say
        self._hashes = {}

    def hash_once(self, name, make):
        if name not in self._hashes:
            self._hashes[name] = make()
        return self._hashes[name]

    def toolchain_hash(self):
        def make():
            run = subprocess.run(["clang-19", "--version"], capture_output=True, text=True)
            if run.returncode:
                raise RecipeError("clang-19 is not here")
            link = subprocess.run(["ld.lld-19", "--version"], capture_output=True, text=True)
            return digest(run.stdout + link.stdout)
        return self.hash_once("toolchain", make)

    def sdk_hashes(self):
        def make():
            if not self.sdk or not (self.sdk / "bin" / f"{self.arch}-saltyos-cc").exists():
                raise RecipeError(f"no SDK at {self.sdk}: this port is built with"
                                  f" {self.arch}-saltyos-cc (--sdk FOLDER)")
            sysroot = self.sdk / "sysroot" / "usr"
            return {"the SDK's tools": digest([hash_tree(self.sdk / "bin"),
                                               hash_tree(self.sdk / "etc")]),
                    "the C library's headers": hash_tree(sysroot / "include"),
                    "the C library": hash_tree(sysroot / "lib")}
        return self.hash_once("sdk", make)


class Port:
    """One recipe on one machine."""

    def __init__(self, recipe, machine, sources, built):
        self.recipe, self.machine, self.sources = recipe, machine, sources
        self.deps = [built[name] for name in self._closure(recipe, built)]
        self.teacher = built.get(recipe["answers_from"])
        self.stage_dir = machine.out / "stage" / recipe.name
        self.package_file = machine.out / "package" / f"{recipe.name}.tar"
        self.output_hash = None
        self.lock = None    # held by every command too: who kills us does not free the folder
        self.cpu = 0.0      # what the commands of the current task used
        self.subdir = None  # where the command that is being expanded runs

    @staticmethod
    def _closure(recipe, built):
        names = []
        for need in recipe.needs:
            for name in Port._closure(built[need].recipe, built) + [need]:
                if name not in names:
                    names.append(name)
        return names

    # --- keys -----------------------------------------------------------------------------------

    def inputs(self):
        """Name -> hash of everything that can change the stage, in words a reader understands."""
        recipe, machine = self.recipe, self.machine
        inputs = {
            "the engine": str(ENGINE),
            "recipe": digest(recipe.build_inputs()),
            "patches": digest([p.read_text(errors="replace") for p in recipe.patches()]),
            "files": hash_tree(recipe.directory / "files"),
            "hooks": hash_tree(recipe.directory / "hooks.sh"),
            f"style {recipe.style.name}": hash_tree(recipe.style.directory),
            "toolchain": machine.toolchain_hash(),
        }
        for folder in self._headers():
            inputs[folder] = hash_tree(machine.root / folder)
        for dep in self.deps:
            inputs[dep.recipe.name] = dep.output_hash
        if self.teacher:
            inputs[f"the answers of {self.teacher.recipe.name}"] = hash_tree(
                self.teacher.stage_dir / ANSWERS)
        if recipe["toolchain"] == "sdk":
            inputs.update(machine.sdk_hashes())
        return inputs

    def _headers(self):
        return [folder.replace("${arch}", self.machine.arch) for folder in self.recipe["headers"]]

    @staticmethod
    def key_of(inputs, without=()):
        return digest({k: v for k, v in inputs.items() if k not in without})

    # --- the run --------------------------------------------------------------------------------

    def run(self):
        """Bring stage and package up to date; return how: "cache", "built" or "linked"."""
        recipe, machine = self.recipe, self.machine
        inputs = self.inputs()
        key = self.key_of(inputs)
        entry = machine.cache / "stage" / f"{recipe.name}-{machine.arch}-{key[:32]}"
        how, self.output_hash = "cache", self._hash_of(entry)
        if not self.output_hash:
            machine.say(recipe.name, f"miss: {self._why(inputs)}")
            how = self._produce(inputs, entry)
            self.output_hash = self._hash_of(entry)
        os.utime(entry)
        self._remember(inputs)
        if self._stamp(self.stage_dir) != self.output_hash:
            unpack_tar(entry / "stage.tar", self.stage_dir)
            self._set_stamp(self.stage_dir, self.output_hash)
        self._package()
        return how

    def _hash_of(self, entry):
        """The hash of what a cache entry holds; nothing when there is none, or not what was put there."""
        if not (entry / "stage.tar").exists():
            return None
        actual, noted = digest((entry / "stage.tar").read_bytes()), entry / "sha256"
        if not noted.exists():  # entries that are older than this file
            noted.write_text(actual)
        if noted.read_text() == actual:
            return actual
        self.machine.say(self.recipe.name, f"{entry / 'stage.tar'} is damaged: not what was put there")
        return None

    def _why(self, inputs):
        """Which input changed since this port was last built for this machine."""
        last = self._memory()
        if not last.exists():
            return "never built before"
        try:
            old = json.loads(last.read_text())
        except ValueError:
            return "the record of the last build is unreadable"
        changed = [f"{n} changed" for n in inputs if n in old and old[n] != inputs[n]]
        changed += [f"{n} is new" for n in inputs if n not in old]
        changed += [f"{n} is gone" for n in old if n not in inputs]
        return ", ".join(changed) or "the entry is gone from the cache"

    def _memory(self):
        return self.machine.cache / "last" / self.machine.arch / f"{self.recipe.name}.json"

    def _remember(self, inputs):
        memory = self._memory()
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(inputs, indent=1))
        temporary.rename(memory)

    @staticmethod
    def _keep(entry, name, write):
        """Make a cache entry appear whole or not at all."""
        temporary = entry.with_name(f".{entry.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            write(temporary / name)
            (temporary / "sha256").write_text(digest((temporary / name).read_bytes()))
            shutil.rmtree(entry, ignore_errors=True)
            temporary.rename(entry)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    @staticmethod
    def _stamp(folder):
        stamp = folder.with_name(f".{folder.name}.stamp")
        return stamp.read_text() if stamp.exists() and folder.exists() else None

    @staticmethod
    def _set_stamp(folder, value):
        folder.with_name(f".{folder.name}.stamp").write_text(value)

    # --- the work folder ------------------------------------------------------------------------

    def _enter(self, compile_key):
        """Name the work folder of this state of things and make its links."""
        self.work = self.machine.cache / "work" / self.machine.arch / (
            f"{self.recipe.name}-{compile_key[:16]}")
        self.src, self.dest, self.logs = (self.work / d for d in ("src", "dest", "log"))
        self.build = self.src if self.recipe["in_source"] else self.work / "build"
        self.logs.mkdir(parents=True, exist_ok=True)
        for name, target in (("sdk", self.machine.sdk), ("stage", self.machine.out / "stage"), ("tree", self.machine.root)):
            link = self.work / name
            link.unlink(missing_ok=True)
            if target:
                link.symlink_to(target)

    def _leave(self):
        """Forget all but the newest work folders of this port."""
        os.utime(self.work)
        known = sorted(self.work.parent.glob(f"{self.recipe.name}-" + "[0-9a-f]" * 16),
                       key=lambda p: p.stat().st_mtime)
        for old in known[:-WORK_FOLDERS]:
            shutil.rmtree(old, ignore_errors=True)

    def _state(self, **changes):
        path = self.work / "state.json"
        try:
            state = json.loads(path.read_text()) if path.exists() else {}
        except ValueError:  # damaged: begin anew
            state = {}
        if changes:
            state.update(changes)
            state = {k: v for k, v in state.items() if v}
            path.write_text(json.dumps(state))
        return state

    def _produce(self, inputs, entry):
        """Make the cache entry from the work folder, unless another process just did."""
        compile_key, full_key = self.key_of(inputs, without=("the C library",)), self.key_of(inputs)
        folder = self.machine.cache / "work" / self.machine.arch
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f".{self.recipe.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.lock = lock.fileno()
            if self._hash_of(entry):
                return "cache"
            self._enter(compile_key)
            how = self._work(full_key)
            self._keep(entry, "stage.tar", lambda target: write_tar(
                target, self.dest, [p.relative_to(self.dest).as_posix()
                                    for p in self.dest.rglob("*")]))
            self._leave()
            return how

    def _work(self, full_key):
        state, how = self._state(), "linked"
        if not state.get("configured"):
            how = "built"
            self._state(configured=None, staged=None)
            self._unpack()
            self._configure()
            self._state(configured="yes")
        elif state.get("staged") != full_key:
            for path in self.build.rglob("*"):
                if is_target_program(path):
                    path.unlink()
        if state.get("staged") != full_key:
            self._task("build", self.recipe.style.data["build"])
            shutil.rmtree(self.dest, ignore_errors=True)
            self.dest.mkdir()
            self._task("stage", self.recipe.style.data["stage"])
            self._hook("post_install", "stage")
            self._keep_answers()
            for name in NOT_STAGED:
                shutil.rmtree(self.dest / name, ignore_errors=True)
            self._state(staged=full_key)
        return how

    def _unpack(self):
        for folder in (self.src, self.work / "build", self.dest):
            shutil.rmtree(folder, ignore_errors=True)
        self.src.mkdir(parents=True)
        if self.recipe["archive"]:
            tarball, cached = self.sources.fetch(self.recipe)
            self.machine.say(self.recipe.name, "fetch: " + (
                "from the download cache" if cached else f"got {tarball.name[17:]}"))
            check_members(self.recipe, tarball)
            self._command("unpack", ["tar", "-xf", str(tarball), "--strip-components=1",
                                     "--no-same-owner", "-C", str(self.src)], self.work)
        for patch in self.recipe.patches():
            self._command("patch", ["patch", "-p1", "--no-backup-if-mismatch", "-i", str(patch)],
                          self.src)
        files = self.recipe.directory / "files"
        if files.is_dir():
            shutil.copytree(files, self.src, dirs_exist_ok=True)
        if self.recipe.style.data["config_sub"]:
            self._teach_config_sub()

    def _keep_answers(self):
        """What configure found out about the C library, for ports that would ask again."""
        cache = self.build / "config.cache"
        if cache.exists():
            lines = [line for line in cache.read_text(errors="replace").splitlines(True)
                     if SHARED_ANSWER.match(line)]
            target = self.dest / ANSWERS
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(sorted(lines)))

    def _taught(self):
        return (self.teacher.stage_dir / ANSWERS).read_text() if self.teacher else ""

    def _teach_config_sub(self):
        """GNU config.sub checks system names against a list; tell every copy about ours."""
        for path in self.src.rglob("config.sub"):
            text = path.read_text(errors="surrogateescape")
            first, rest = text.split("\n", 1)
            path.write_text(f"{first}\ncase $1 in *-saltyos) echo \"${{1%%-*}}-unknown-saltyos\";"
                            f" exit 0;; esac\n{rest}", errors="surrogateescape")

    def _configure(self):
        self.build.mkdir(parents=True, exist_ok=True)
        self._write_inputs()
        self._hook("pre_configure", "configure")
        self._task("configure", self.recipe.style.data["configure"])

    def _write_inputs(self):
        """Expand the style's templates (*.in): the site file, the cross file."""
        for template in self.recipe.style.directory.glob("*.in"):
            text = template.read_text()
            values = self._variables()
            for name, value in values.items():
                text = text.replace("@" + name + "@", value)
            unknown = re.search(r"@\w+@", text)
            if unknown:
                raise RecipeError(f"{template}: unknown variable {unknown.group(0)}")
            (self.work / template.name[:-3]).write_text(text)

    def _variables(self):
        machine, recipe = self.machine, self.recipe
        tools = f"{self.work}/sdk/bin/{machine.arch}-saltyos-"
        maps = f"-ffile-prefix-map={self.work}=/usr/src/{recipe.name}"
        include = [f"-I{self.work}/tree/{folder}" for folder in self._headers()]
        libs = []
        for dep in self.deps:
            stage = f"{self.work}/stage/{dep.recipe.name}"
            include.append(f"-I{stage}/usr/include")
            libs.append(f"-L{stage}/usr/lib")
        cflags = " ".join([maps, *recipe["cflags"]])
        return {
            "arch": machine.arch, "builder": os.uname().machine, "jobs": str(machine.jobs), "tools": tools,
            "src": str(self.src), "build": str(self.build), "dest": str(self.dest),
            "work": str(self.work), "style": str(recipe.style.directory),
            "cflags": cflags, "cppflags": " ".join(include), "ldflags": " ".join(libs),
            "meson_args": ", ".join(f"'{flag}'" for flag in BARE_FLAGS[1:]
                                    + MACHINE_FLAGS[machine.arch] + cflags.split() + include),
            "pkgconfig": ":".join(f"{self.work}/stage/{dep.recipe.name}/usr/lib/pkgconfig"
                                  for dep in self.deps),
            "subdir": self.subdir or "",
            "bare": " ".join(BARE_FLAGS + MACHINE_FLAGS[machine.arch]),
            "taught": self._taught(),
            "answers": "".join(f"{k}={v!r}\n" for k, v in sorted(recipe["answers"].items())),
        }

    def _expand(self, words):
        values = self._variables()
        lists = {"@configure": self.recipe["configure"], "@flags": self.recipe.style.data["flags"],
                 "@make": self.recipe["make"], "@install": self.recipe["install"]}
        for word in words:
            if word in lists:
                yield from self._expand(lists[word])
                continue

            def value(match):
                if match.group(1) not in values:
                    raise RecipeError(f"style {self.recipe.style.name}: unknown variable"
                                      f" ${{{match.group(1)}}}")
                return values[match.group(1)]
            yield re.sub(r"\$\{(\w+)\}", value, word)

    def environment(self):
        env = {"PATH": SAFE_PATH, "HOME": str(self.work), "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "SOURCE_DATE_EPOCH": str(EPOCH), "PYTHONDONTWRITEBYTECODE": "1"}
        style = self.recipe.style.data["env"]
        env.update(zip(style, self._expand(style.values())))
        return env

    def _task(self, name, commands):
        started, self.cpu = time.monotonic(), 0.0
        log = self.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        for words in commands:
            repeat = self.recipe["subdirs"] if any("${subdir}" in w for w in words) else [None]
            for self.subdir in repeat:
                self._command(name, list(self._expand(words)), self.build)
        self.machine.say(self.recipe.name, f"{name}: {time.monotonic() - started:.0f} s"
                         f" ({self.cpu:.0f} s of CPU)")

    def _hook(self, function, task):
        """hooks.sh is the escape hatch for what data cannot say; functions are optional."""
        script = self.recipe.directory / "hooks.sh"
        if script.exists() and re.search(rf"^{function}\(\)", script.read_text(), re.M):
            names = " ".join(f"{k}='{v}'" for k, v in self._variables().items()
                             if k in ("arch", "src", "build", "dest", "work", "tools", "jobs"))
            self._command(task, ["sh", "-euc", f"{names}; . '{script}'; {function}"], self.build)

    def _command(self, task, words, folder):
        log = self.logs / f"{task}.log"
        with open(log, "ab") as out:
            out.write(("$ " + " ".join(words) + "\n").encode())
            out.flush()
            child = subprocess.Popen(words, cwd=folder, env=self.environment(),
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                     pass_fds=[self.lock])
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.cpu += usage.ru_utime + usage.ru_stime
        if child.returncode:
            lines = [line[:240] for line in log.read_text(errors="replace").splitlines()]
            tail = [line for line in lines if re.search(r"\berror\b", line, re.I)][:12] + lines[-12:]
            raise Failed(f"{self.recipe.name}: {task} failed ({words[0]}: {child.returncode}); the"
                         f" whole log is {log}\n" + "\n".join("    " + line for line in tail))

    # --- package --------------------------------------------------------------------------------

    def _package(self):
        """Make the archive of what goes into the image, stripped, with its links."""
        wanted = digest([self.output_hash, self.recipe.package_inputs(), ENGINE])
        if self._stamp(self.package_file) == wanted:
            return
        root = self.machine.out / "package" / f".{self.recipe.name}.tmp"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        names = set()
        for pattern in self.recipe["programs"]:
            found = [p for p in sorted(self.stage_dir.glob(pattern)) if not p.is_dir()]
            if not found:
                raise RecipeError(f"{self.recipe.directory / 'recipe.toml'}: 'programs' names"
                                  f" {pattern}, and {self.recipe.name} installs no such file")
            for path in found:
                name = path.relative_to(self.stage_dir).as_posix()
                names.add(name)
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                if path.is_symlink():
                    (root / name).symlink_to(os.readlink(path))
                    continue
                shutil.copy2(path, root / name)
                if is_target_program(path):
                    subprocess.run(["llvm-strip-19", "--strip-all", str(root / name)], check=True)
        for name, target in self.recipe["links"].items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).unlink(missing_ok=True)
            (root / name).symlink_to(target)
            names.add(name)
        temporary = self.package_file.with_suffix(".tmp")
        write_tar(temporary, root, names)
        temporary.rename(self.package_file)
        shutil.rmtree(root)
        self._set_stamp(self.package_file, wanted)
