"""What a person installs: built as a release is, into an environment that holds nothing else."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamed_tui import __version__
from lamed_tui.deploy import package
from tests.e2e.terminal import running_in_tmux

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
OLDEST, NEWEST = 11, 20

# The first test of each Python waits for pip.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def pythons() -> list[str]:
    """One of each Python of this machine that is new enough: of the PATH, else of pyenv. Its shims may lead nowhere."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = []
    for minor in range(OLDEST, NEWEST):
        name = f"python3.{minor}"
        candidates = [shutil.which(name), *map(str, sorted(kept.glob(f"*/bin/{name}"), reverse=True))]
        found += [path for path in candidates if path and _runs(path)][:1]
    return found


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Built:
    """A release: the wheel is made from the source distribution, so that one lacks nothing either."""

    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel and what it needs, and nothing else."""

    folder: Path

    def run(self, *arguments: str | Path, **environment: str) -> str:
        """What `lamed` prints there, far from the sources.

        Raises:
            CalledProcessError: it failed; pytest shows what it said.
        """
        run = subprocess.run(
            [self.folder / "bin" / "lamed", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Built(wheel, sdist)


@pytest.fixture(scope="module", params=pythons(), ids=lambda python: Path(python).name)
def installed(request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("env") / "v"
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    subprocess.run([request.param, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    subprocess.run([*pip, "install", "--quiet", "--no-compile", built.wheel], check=True, capture_output=True)
    return Installed(folder)


def sources(*folders: str) -> set[str]:
    """The files of these folders of the tree, by the paths that they have in a wheel."""
    return {
        str(file.relative_to(ROOT / folder).relative_to("."))
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def outside(names: Iterable[str], *tops: str) -> list[str]:
    return [name for name in names if not name.startswith(tuple(f"{top}/" for top in tops))]


def test_the_wheel_holds_both_packages_to_the_last_file_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = set(wheel.namelist())
    about = f"lamed_tui-{__version__}.dist-info"
    assert outside(names, "lamed_tui", "lamed", about) == []
    shipped = {f"lamed_tui/{name}" for name in sources("lamed_tui")} | {
        f"lamed/{name}" for name in sources("handlers/lamed")
    }
    assert {name for name in names if not name.startswith(about)} == shipped
    kinds = {Path(name).suffix for name in shipped}
    assert {".py", ".tcss", ".lua", ".html", ".css", ".js"} <= kinds
    assert {"lamed/py.typed", "lamed_tui/py.typed", "lamed/track.lua"} <= names
    assert f"{about}/licenses/LICENSE" in names


def test_the_source_distribution_holds_what_its_readers_and_its_tests_need(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    needed = {"README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "Makefile", "pyproject.toml", "tests/conftest.py"}
    assert needed <= names
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []


def test_what_is_installed_runs(installed: Installed, valkey: str) -> None:
    assert installed.run("--version") == f"lamed-tui, version {__version__}\n"
    assert "Usage: lamed" in installed.run("--help")
    shown = installed.run("watch", "--json", "--count", "1", LAMED_REDIS_URL=valkey)
    assert json.loads(shown)["experiments"] == []
    assert "AlephBet" in installed.run("snippet", "--track-url", "https://abc.example/prod/track")


def test_what_is_installed_packs_the_same_handlers_for_lambda(installed: Installed, tmp_path: Path) -> None:
    installed.run("package", "--output", tmp_path / "lambda.zip")
    with (
        zipfile.ZipFile(tmp_path / "lambda.zip") as packed,
        zipfile.ZipFile(io.BytesIO(package.build("without bytecode").content)) as expected,
    ):
        names = set(packed.namelist())
        bytecode = {name for name in names if name.endswith(".pyc")}  # each Python has its own
        assert names - bytecode == set(expected.namelist())
        assert [name for name in names - bytecode if packed.read(name) != expected.read(name)] == []
        assert len(bytecode) > 5


def test_the_console_of_what_is_installed_opens_with_all_its_styles(installed: Installed, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    with running_in_tmux([installed.folder / "bin" / "lamed"], tmp_path, environment) as terminal:
        terminal.wait_until(lambda screen: "Setup" in screen, what="the wizard opens")
        terminal.press("C-q")
        assert terminal.wait_for_exit() == 0


def test_a_demo_without_its_servers_says_how_to_install_them(installed: Installed) -> None:
    run = subprocess.run(
        [installed.folder / "bin" / "lamed", "demo", "--headless"],
        cwd=installed.folder,
        env={"PATH": os.environ["PATH"], "HOME": str(installed.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "pip install 'lamed-tui[demo]'" in run.stderr
