"""The Lambda package: only what runs, and the same bytes for the same files."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import lamed
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamed_tui.deploy.package import build, pack

FOLDER = Path(lamed.__file__).parent


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def test_the_package_holds_every_source_file_of_the_handlers_and_nothing_else() -> None:
    expected = {
        f"lamed/{path.relative_to(FOLDER)}"
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix in {".py", ".lua"} and "tests" not in path.parts
    }
    found = names(build("another runtime").content)
    assert set(found) == expected
    assert found == sorted(found)


def test_bytecode_goes_along_for_every_source_when_lambda_runs_this_python() -> None:
    without = set(names(build("another runtime").content))
    bytecode = {
        f"lamed/__pycache__/{Path(name).stem}.{sys.implementation.cache_tag}.pyc"
        for name in without
        if name.endswith(".py")
    }
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert set(names(build(here).content)) == without | bytecode
    assert build(here) == build()


def test_the_bytecode_is_used_as_it_is_whatever_time_its_source_has(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(build().content)) as archive:
        archive.extractall(tmp_path)
    for source in tmp_path.rglob("*.py"):
        source.write_text("raise SystemExit('the source was compiled again')")
    answer = subprocess.run(
        [sys.executable, "-S", "-c", "import lamed; print(lamed.track({}, None)['statusCode'])"],
        cwd=tmp_path,
        env={"PATH": os.defpath},
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.splitlines()[-1] == "503"


def test_what_was_compiled_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("compiled again"))
    assert build() == before


def test_the_name_of_a_package_is_the_digest_of_its_bytes() -> None:
    package = build()
    assert package.sha256 == hashlib.sha256(package.content).hexdigest()


def test_nothing_of_the_machine_gets_into_the_package() -> None:
    with zipfile.ZipFile(io.BytesIO(build().content)) as archive:
        for member in archive.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert member.external_attr >> 16 == stat.S_IFREG | 0o644


def test_another_process_with_another_clock_and_hash_seed_packs_the_same_bytes(tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "lamed"
    shutil.copytree(FOLDER, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    (copy / "__pycache__").mkdir(exist_ok=True)
    (copy / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"x")
    (copy / "tests").mkdir()
    (copy / "tests" / "test_x.py").write_text("x")
    (copy / "py.typed").touch()
    script = "from lamed_tui.deploy.package import build; print(build().sha256)"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(copy.parent), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": os.defpath},
    )
    assert answer.stdout.strip() == build().sha256


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.from_regex(r"lamed/[a-z]{1,8}\.py", fullmatch=True), st.binary(max_size=64), min_size=2))
def test_the_order_of_the_files_does_not_matter_and_every_byte_does(sources: dict[str, bytes]) -> None:
    backwards = dict(reversed(list(sources.items())))
    assert pack(sources).content == pack(backwards).content
    first = next(iter(sources))
    assert pack(sources | {first: sources[first] + b"#"}).sha256 != pack(sources).sha256
