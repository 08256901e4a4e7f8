"""Writing a file as a whole: afterwards it is the new one, or, whatever went wrong, the one that was there."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Replace a file of this program's own, readable by its owner only; a folder that is not there is made.

    Raises:
        OSError: it cannot be written; the old file is then untouched.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(path, content, 0o600)


def write_output(path: Path, content: bytes) -> None:
    """Write a file that somebody asked for.

    A file that is there keeps its permissions, and a symbolic link stays one. What is no file, such as a pipe or
    `/dev/stdout`, is written to.

    Raises:
        OSError: it cannot be written; the old file is then untouched.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _replace(_target(path), content, None)
        return
    if stat.S_ISREG(mode):
        _replace(_target(path), content, stat.S_IMODE(mode))
    else:
        path.write_bytes(content)


def _target(path: Path) -> Path:
    """What a symbolic link points at; a loop of them is told by whoever opens it."""
    return Path(os.path.realpath(path))


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    """Write beside the file, then rename; `mode` None lets the umask decide."""
    temporary = path.with_name(f".lamed-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            if mode is not None:
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
