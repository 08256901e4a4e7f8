"""The client that snippets load, from npm: the published file, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_HERE = Path(__file__).parent
_LOCK = "package-lock.json"
_FILE = Path("node_modules", "alephbet", "dist", "alephbet.min.js")


class ClientMissingError(Exception):
    """AlephBet is not here and could not be fetched. Nothing is skipped for that."""


def alephbet() -> bytes:
    """`dist/alephbet.min.js` of the version in package.json; fetched once and kept in .venv.

    Raises:
        ClientMissingError: npm is not installed, or could not fetch it.
    """
    kept = _HERE.parents[1] / ".venv" / "alephbet"
    if not _is_current(kept):
        _install(kept)
    return (kept / _FILE).read_bytes()


def _is_current(folder: Path) -> bool:
    lock = folder / _LOCK
    return lock.exists() and lock.read_bytes() == (_HERE / _LOCK).read_bytes()


def _install(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise ClientMissingError("npm is missing; on Debian: apt install npm")
    kept.parent.mkdir(exist_ok=True)
    # Several test processes may be here at once: each installs aside, and the last one's folder stays.
    with TemporaryDirectory(prefix="alephbet-", dir=kept.parent) as aside:
        fresh = Path(aside, "fresh")
        fresh.mkdir()
        for name in ("package.json", _LOCK):
            shutil.copy(_HERE / name, fresh)
        run = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(Path(aside, "cache"))],
            cwd=fresh,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if run.returncode != 0:
            raise ClientMissingError(f"npm could not fetch AlephBet: {run.stderr.strip()}")
        _put(fresh, kept, Path(aside, "old"))


def _put(fresh: Path, kept: Path, old: Path) -> None:
    try:
        if kept.exists() and not _is_current(kept):
            kept.rename(old)
        fresh.rename(kept)
    except OSError:
        if not _is_current(kept):
            raise
