"""`python -m bot.packaging`: the zip that Lambda runs, made without Docker, and byte for byte the same every time.

It stands beside `bot.docs` because both are tools of this tree; neither goes into the zip. The AWS SDK does go in,
although the runtime has one: an older SDK drops the fields that it does not know from AWS's replies without a word,
and a diagnosis would judge by what is missing. Its models of services that we never call stay out.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CODE = ("bot", "handlers", "templates")
LEFT_OUT = ("bot/demo", "bot/docs.py", "bot/packaging.py")
"""What only the demo, the tests and the developer use."""
CONFIGURATION = "vpclink.toml"
"""The operator's file of accounts and rules, where there is one (docs/accounts.md)."""
LARGEST_ZIP = 30_000_000
"""Bytes. Lambda takes 50 MB (AWS: gettingstarted-limits); a cold start pays for every one of them."""
LARGEST_UNZIPPED = 250_000_000
"""Bytes (AWS: gettingstarted-limits)."""

_MACHINES = {"arm64": ("aarch64", 183), "x86_64": ("x86_64", 62)}
"""The architecture's name in wheels, and its `e_machine` (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html)."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_WHERE_LAMBDA_UNPACKS = "/var/task"


class PackagingError(RuntimeError):
    """The package cannot be made, or must not be used; the text says why."""


@dataclass(frozen=True)
class Target:
    """What the package is made for: `architecture` as Lambda names it, `python` as in `3.13`."""

    architecture: str
    python: str

    @property
    def platform(self) -> str:
        """The oldest C library that the runtime may have: Python 3.11 runs on Amazon Linux 2 with glibc 2.26, later
        ones on Amazon Linux 2023 with 2.34 (AWS: lambda-runtimes).
        """
        glibc = "2_17" if self.python == "3.11" else "2_28"
        return f"{_MACHINES[self.architecture][0]}-manylinux_{glibc}"

    @property
    def name(self) -> str:
        """As in serverless.yml, where the zip for another target is not found under it."""
        return f"vpclink-{self.architecture}-python{self.python}"


@dataclass(frozen=True)
class Package:
    """A finished zip; sizes in bytes."""

    path: Path
    size: int
    unzipped: int
    sha256: str
    has_bytecode: bool


def package(target: Target, build: Path = BUILD) -> Package:
    """Make the zip. PackagingError where it cannot be made or would not run."""
    folder = build / target.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    install(target, folder)
    keep_models(folder / "botocore/data", services_in(ROOT / "bot"))
    copy_code(folder)
    check_machines(target, folder)
    compiled = compile_bytecode(target, folder)
    archive = build / f"{target.name}.zip"
    write_zip(folder, archive)
    content = archive.read_bytes()
    unzipped = sum(path.stat().st_size for path in files(folder))
    if len(content) > LARGEST_ZIP or unzipped > LARGEST_UNZIPPED:
        raise PackagingError(
            f"{archive.name} has {len(content)} bytes, {unzipped} unzipped; expected at most {LARGEST_ZIP} and "
            f"{LARGEST_UNZIPPED}"
        )
    return Package(archive, len(content), unzipped, hashlib.sha256(content).hexdigest(), compiled)


def install(target: Target, folder: Path) -> None:
    """Put the pinned dependencies into the folder; nothing is built, and what is not in the lock file is refused."""
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    if missing := not_locked((ROOT / "pyproject.toml").read_text(encoding="utf-8"), locked):
        raise PackagingError(f"requirements.txt does not pin {', '.join(missing)}; expected `make lock` after a change")
    options = ["--quiet", "--no-compile", "--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    place = ["--target", str(folder), "--python-platform", target.platform, "--python-version", target.python]
    command = [sys.executable, "-m", "uv", "pip", "install", *options, *place, "-r", str(ROOT / "requirements.txt")]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise PackagingError("uv could not install the dependencies; expected a network and `uv` (make setup)")
    shutil.rmtree(folder / "bin", ignore_errors=True)  # commands; their first lines hold the path of this machine
    for record in folder.glob("*.dist-info/RECORD"):  # lists them
        record.unlink()


def not_locked(project: str, locked: str) -> list[str]:
    """The names of the project's dependencies that a lock file does not pin."""
    wanted = [re.split(r"[^A-Za-z0-9._-]", one)[0] for one in tomllib.loads(project)["project"]["dependencies"]]
    pinned = {line.partition("==")[0].partition("[")[0] for line in locked.splitlines()}
    return [name for name in wanted if name not in pinned]


def services_in(code: Path) -> frozenset[str]:
    """Every text in the code that may be the name of an AWS service: each plain string is taken for one."""
    return frozenset(
        node.value
        for path in sorted(code.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def keep_models(data: Path, services: frozenset[str]) -> None:
    """Remove the SDK's models of all other services; the SDK then answers `UnknownServiceError` for them."""
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)


def copy_code(folder: Path) -> None:
    """Copy this program, without what only developers use, and the configuration file."""
    left_out = {ROOT / path for path in LEFT_OUT}

    def ignored(parent: str, names: Sequence[str]) -> set[str]:
        return {name for name in names if name == "__pycache__" or Path(parent) / name in left_out}

    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    if (ROOT / CONFIGURATION).exists():
        shutil.copy(ROOT / CONFIGURATION, folder)


def check_machines(target: Target, folder: Path) -> None:
    """PackagingError for a shared library of another machine or another Python."""
    expected = _MACHINES[target.architecture][1]
    tag = f"cpython-{target.python.replace('.', '')}-"
    for library in sorted(folder.rglob("*.so")):
        with library.open("rb") as file:
            header = file.read(20)
        machine = int.from_bytes(header[18:20], "little")
        if header[:4] != b"\x7fELF" or machine != expected:
            raise PackagingError(f"{library.name} is for machine {machine}; expected {expected}, {target.architecture}")
        if ".cpython-" in library.name and tag not in library.name:
            raise PackagingError(f"{library.name} is for another Python; expected {target.python}")


def compile_bytecode(target: Target, folder: Path) -> bool:
    """Compile everything, where a Python of the target's version is at hand: bytecode belongs to one minor version.

    Lambda's folder is read-only, so that without it every cold start compiles again. Unchecked, because a check would
    compare the dates of files, which the zip does not keep.
    """
    python = interpreter(target.python)
    if python is None:
        return False
    options = ["-q", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    paths = ["-s", str(folder), "-p", _WHERE_LAMBDA_UNPACKS, str(folder)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the order in a frozen set is part of the bytecode
    command = [python, "-m", "compileall", *options, *paths]
    if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603 - our own command
        raise PackagingError(f"Python {target.python} cannot compile the package")
    return True


def interpreter(version: str) -> str | None:
    """A Python of this minor version on this machine: the one that runs now, or one on the PATH that really runs."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603 - it may be a shim
    return found if works else None


def files(folder: Path) -> Iterator[Path]:
    """Every file, always in the same order."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def write_zip(folder: Path, archive: Path) -> None:
    """Write the zip: no dates and no owners in it, and everybody may read the files, as Lambda's user has to."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_DATE)
            entry.external_attr = (0o755 if path.suffix == ".so" else 0o644) << 16
            entry.create_system = 3  # Unix: only then are the permissions read
            zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def main(arguments: Sequence[str]) -> int:
    """Make the zip and tell its sizes."""
    parser = argparse.ArgumentParser(prog="python -m bot.packaging", description="Make the zip for Lambda.")
    parser.add_argument("--architecture", choices=sorted(_MACHINES), default="arm64")
    parser.add_argument("--python", default="3.13", help="the runtime's Python, such as 3.13")
    chosen = parser.parse_args(arguments)
    try:
        made = package(Target(chosen.architecture, chosen.python))
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{made.path.relative_to(ROOT)}: {made.size / 1e6:.1f} MB zipped, {made.unzipped / 1e6:.1f} MB unzipped")
    print(f"sha256 {made.sha256}")
    if not made.has_bytecode:
        print(
            f"No Python {chosen.python} was found here, so the zip has no bytecode, and a cold start takes about a "
            f"second longer. Put python{chosen.python} on the PATH and run this again."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
