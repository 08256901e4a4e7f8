"""The real AlephBet, from npm."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

from lamed_tui.snippet.build import ALEPHBET_VERSION
from tests.unit.snippet.conftest import page

__all__ = ["page"]


@pytest.fixture(scope="session")
def alephbet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of the pinned AlephBet that snippets load."""
    npm = shutil.which("npm")
    assert npm, "npm is missing: install it (Debian: apt install npm), snippets are tested with the real AlephBet"
    folder = tmp_path_factory.mktemp("alephbet")
    packed = subprocess.run(
        [npm, "pack", f"alephbet@{ALEPHBET_VERSION}", "--prefer-offline", "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert packed.returncode == 0, f"npm could not fetch AlephBet: {packed.stderr.strip()}"
    with tarfile.open(folder / packed.stdout.split()[-1]) as package:
        content = package.extractfile("package/dist/alephbet.min.js")
        assert content is not None
        return content.read()
