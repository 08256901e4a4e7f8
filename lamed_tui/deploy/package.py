"""The Lambda package: the handler package as it lies on disk, in a zip whose bytes depend on nothing else."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_LEFT_OUT = {"__pycache__", "tests", "py.typed"}
_PACKAGE = "lamed"


@dataclass(frozen=True)
class Package:
    """What Lambda runs: the zip's bytes and their SHA-256 in hexadecimal."""

    content: bytes = field(repr=False)
    sha256: str


def build() -> Package:
    """Pack the installed handler package."""
    return pack(dict(_sources(files(_PACKAGE), _PACKAGE)))


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


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.name in _LEFT_OUT or item.name.startswith(".") or item.name.endswith((".pyc", ".pyo")):
            continue
        inner = f"{path}/{item.name}"
        if item.is_dir():
            yield from _sources(item, inner)
        else:
            yield inner, item.read_bytes()
