"""The two zips as they are uploaded, unpacked as Lambda unpacks them."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamed_tui.deploy.package import build
from tests.old_lamed import package

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE_TIME = slice(8, 12)
_FLAGS = slice(4, 8)


@dataclass(frozen=True)
class Zips:
    """Our package and 0.4.3's."""

    ours: Path
    old: Path


def pack_both(directory: Path) -> Zips:
    """Make both zips in `directory`, each with its project's own code."""
    ours = directory / "ours.zip"
    ours.write_bytes(build().content)
    (directory / "old").mkdir()
    return Zips(ours, package(directory / "old", {"host": "127.0.0.1", "port": 6379}))


def unpack(zipped: Path, directory: Path) -> None:
    """Unpack a zip so that the bytecode in it is valid.

    Bytecode of the usual kind holds its source's time of change. A zip keeps times without a zone and to two seconds
    only, so that on Lambda it depends on luck whether such bytecode is used: here it always is.
    """
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(directory)
    for bytecode in directory.rglob("__pycache__/*.pyc"):
        head = bytecode.read_bytes()[:16]
        source = bytecode.parent.parent / f"{bytecode.name.partition('.')[0]}.py"
        if source.exists() and not int.from_bytes(head[_FLAGS], "little"):
            time = int.from_bytes(head[_SOURCE_TIME], "little")
            os.utime(source, (time, time))
