"""The Lambda package: the handler package as it lies on disk, in a zip whose bytes depend on nothing else.

With the sources goes their bytecode when Lambda will run the very Python that compiles it here: Lambda's folder is
read-only, so without it every cold start would compile the sources again.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lamed_tui.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_LEFT_OUT = {"__pycache__", "tests", "py.typed"}
_PACKAGE = "lamed"
_COMPILING: Sequence[str] = ("-S", "-s", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")


@dataclass(frozen=True)
class Package:
    """What Lambda runs: the zip's bytes and their SHA-256 in hexadecimal."""

    content: bytes = field(repr=False)
    sha256: str


def build(runtime: str | None = None) -> Package:
    """Pack the installed handler package.

    Args:
        runtime: Lambda's name of the Python that will run it, such as `python3.13`; this Python when none is given.

    Raises:
        DeployError: the handlers do not compile, or there is no room to do it.
    """
    sources = dict(_sources(files(_PACKAGE), _PACKAGE))
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    try:
        bytecode = _bytecode(tuple(sources.items())) if runtime in {None, here} else {}
    except OSError as error:
        raise DeployError(
            f"The handlers cannot be compiled in a temporary folder: {error.strerror}.",
            "Make room there, or name another folder in TMPDIR.",
        ) from None
    return pack({**sources, **bytecode})


def pack(sources: Mapping[str, bytes]) -> Package:
    """Zip files given by their path in the archive. The same files give the same bytes, on any machine.

    Members are stored, not deflated: compressors differ between builds of Python, and the package is a few dozen KB.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(sources.items()):
            member = zipfile.ZipInfo(path, _EPOCH)
            member.create_system = 3  # Unix, so that Lambda heeds the permissions
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, content)
    content = stream.getvalue()
    return Package(content, hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=1)  # a console plans again and again, and the handlers seldom change meanwhile
def _bytecode(sources: tuple[tuple[str, bytes], ...]) -> Mapping[str, bytes]:
    """The bytecode of the Python files, by the paths at which Python looks for it; sources are paths and contents.

    It is marked as valid without a look at its source, whose time a zip does not keep exactly. It is made in a process
    of its own because what a process has done before shows in the bytes.
    """
    with TemporaryDirectory(prefix="lamed-package-") as directory:
        for path, content in sources:
            file = Path(directory, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        run = subprocess.run(  # noqa: S603 - a fixed command
            [sys.executable, *_COMPILING, "-s", directory, directory],
            env={"PATH": os.defpath, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            raise DeployError(
                f"The handlers do not compile: {run.stdout.strip() or run.stderr.strip()}.", "Reinstall lamed-tui."
            )
        return {
            str(file.relative_to(directory)): file.read_bytes() for file in Path(directory).rglob("__pycache__/*.pyc")
        }


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.name in _LEFT_OUT or item.name.startswith(".") or item.name.endswith((".pyc", ".pyo")):
            continue
        inner = f"{path}/{item.name}"
        if item.is_dir():
            yield from _sources(item, inner)
        else:
            yield inner, item.read_bytes()
