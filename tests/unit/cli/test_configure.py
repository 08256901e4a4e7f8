"""`lamed configure --show`, `--set` and `--edit`."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode
from tests.config_file import CONFIG, read, write


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run([*arguments, "configure", "--show", "--json"]) == ExitCode.OK
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that plays the editor; the test writes into it what it does to the file named `path`."""
    script = tmp_path / "editor.py"
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    return script


def plays(editor: Path, *lines: str) -> None:
    head = ["import os, sys, pathlib", "path = pathlib.Path(sys.argv[1])"]
    # Some file systems tell times by the second: the editor's save must not look like none.
    tail = ["os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 5))"]
    editor.write_text("\n".join([*head, *lines, *tail]))


def test_showing_tells_every_setting_and_its_source(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(redis={"host": "h", "password": "hunter2"}, later={"api_token": "hunter2", "x": 1})
    monkeypatch.setenv("LAMED_REDIS_PASSWORD", "hunter3")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    document = shown(capsys)

    settings = document["settings"]
    path = str(Path.cwd() / "config.json")
    assert (document["file"], document["exists"]) == (path, True)
    assert settings["redis.host"] == {"value": "h", "source": path}
    assert settings["redis.port"] == {"value": 6379, "source": "default"}
    assert settings["redis.password"] == {"value": "**********", "source": "LAMED_REDIS_PASSWORD"}
    assert settings["aws.region"] == {"value": "eu-west-1", "source": "AWS_REGION"}
    assert settings["later.api_token"] == {"value": "**********", "source": path}
    assert settings["later.x"] == {"value": 1, "source": path}
    assert "hunter" not in json.dumps(document)


def test_showing_for_people_is_a_line_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"url": "redis://:hunter2@h:7000"})

    assert run(["configure", "--show"]) == ExitCode.OK

    told = capsys.readouterr()
    assert f'redis.host = "h"  ({Path.cwd() / "config.json"} (redis.url))' in told.out.splitlines()
    assert 'redis.url = "**********"' in told.out
    assert "hunter2" not in told.out + told.err


def test_showing_without_a_file_says_so_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["configure", "--show"]) == ExitCode.OK

    told = capsys.readouterr()
    assert "There is no" in told.err
    assert 'redis.host = "localhost"  (default)' in told.out


def test_a_named_file_that_is_missing_is_no_set_of_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", "confg.json", "configure", "--show"]) == ExitCode.USAGE
    assert "There is no confg.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("redis.port=6380", {"redis": {"port": 6380}}),
        ("redis.ssl=true", {"redis": {"ssl": True}}),
        ("redis.host=redis.example", {"redis": {"host": "redis.example"}}),
        ("name=shop", {"name": "shop"}),
        ('namespace="a=b"', {"namespace": "a=b"}),
        ("namespace=a=b", {"namespace": "a=b"}),
        ("namespace=NaN", {"namespace": "NaN"}),
        ("aws.profile=123456789012", {"aws": {"profile": "123456789012"}}),
        ("namespace=true", {"namespace": "true"}),
        ('cors_origins=["https://a.example"]', {"cors_origins": ["https://a.example"]}),
        ("redis.password=12345", {"redis": {"password": "12345"}}),
        ("redis.password=null", {"redis": {"password": "null"}}),
        ('redis.password="quoted"', {"redis": {"password": '"quoted"'}}),
        ("later.number=1", {"later": {"number": 1}}),
        ("experiments.v1\\.2.control=a", {"experiments": {"v1.2": {"control": "a"}}}),
        ('later.text=""', {"later": {"text": ""}}),
    ],
)
def test_a_value_is_json_where_it_is_json_and_fits_else_text(assignment: str, expected: dict[str, Any]) -> None:
    write()

    assert run(["configure", "--set", assignment]) == ExitCode.OK
    assert read() == expected


@pytest.mark.parametrize("assignment", ["namespace=", "namespace=null"])
def test_an_empty_value_removes_the_key(assignment: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(namespace="shop", name="a")

    assert run(["configure", "--set", assignment]) == ExitCode.OK
    assert read() == {"name": "a"}
    assert 'namespace: removed (was "shop")' in capsys.readouterr().err


def test_setting_tells_what_changed_and_never_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"host": "h", "password": "hunter2"})

    code = run(["configure", "--set", "redis.password=hunter3", "--set", "redis.host=i", "--set", "name=shop"])

    assert code == ExitCode.OK
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        'redis.host: "h" is now "i"',
        'redis.password: "**********" is now "**********"',
        'name: set to "shop"',
        f"Saved {Path.cwd() / 'config.json'}",
    ]
    assert read()["redis"]["password"] == "hunter3"
    assert stat.S_IMODE(CONFIG.stat().st_mode) == 0o600


def test_setting_is_all_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write(name="shop")

    assert run(["configure", "--set", "name=other", "--set", "redis.port=0"]) == ExitCode.USAGE
    assert read() == {"name": "shop"}
    assert "redis.port: must be 1–65535" in capsys.readouterr().err


@pytest.mark.parametrize("assignment", ["name", "=x", "redis..host=x", "name.inner=x"])
def test_what_is_no_assignment_is_refused(assignment: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(name="shop")

    assert run(["configure", "--set", assignment]) == ExitCode.USAGE
    assert read() == {"name": "shop"}
    assert capsys.readouterr().err.startswith("Error: ")


def test_setting_repairs_a_file_that_is_not_valid() -> None:
    write(redis={"port": 0})

    assert run(["configure", "--set", "redis.port=6379"]) == ExitCode.OK
    assert read() == {"redis": {"port": 6379}}


def test_a_new_url_takes_no_password_of_another_server_along(capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"host": "old", "port": 1, "password": "hunter2", "ssl": True, "socket_timeout": 3})

    assert run(["configure", "--set", "redis.url=redis://new.example"]) == ExitCode.OK
    assert read() == {"redis": {"url": "redis://new.example", "socket_timeout": 3}}
    assert "redis.password: removed" in capsys.readouterr().err


def test_a_url_and_its_password_can_be_set_together() -> None:
    write(redis={"host": "old"})

    code = run(["configure", "--set", "redis.password=hunter2", "--set", "redis.url=redis://new.example"])

    assert code == ExitCode.OK
    assert read() == {"redis": {"url": "redis://new.example", "password": "hunter2"}}


def test_a_secret_can_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))

    assert run(["--config", "config.json", "configure", "--set", "redis.password=-"]) == ExitCode.OK
    assert read() == {"redis": {"password": "hunter2"}}
    assert "hunter2" not in "".join(capsys.readouterr())


def test_a_key_that_nothing_uses_is_kept_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    write()

    assert run(["configure", "--set", "redis.pasword=x"]) == ExitCode.OK
    err = capsys.readouterr().err
    assert "redis.pasword is kept, but this version does not use it. Did you mean redis.password?" in err


def test_a_variable_that_wins_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_REDIS_URL", "redis://h")
    write()

    assert run(["configure", "--set", "redis.port=6380"]) == ExitCode.OK
    assert "LAMED_REDIS_URL is set, and wins over redis.port." in capsys.readouterr().err


def test_without_a_file_setting_makes_one_at_home() -> None:
    assert run(["configure", "--set", "name=shop"]) == ExitCode.OK
    assert json.loads((Path.home() / ".lamed" / "config.json").read_text()) == {"name": "shop"}


def test_an_edit_is_checked_and_saved(editor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"host": "h", "password": "hunter2"}, later=[1])
    mode = Path("mode")
    plays(
        editor,
        f"pathlib.Path({str(mode.absolute())!r}).write_text(oct(path.stat().st_mode & 0o777))",
        'path.write_text(path.read_text().replace("hunter2", "hunter3"))',
    )

    assert run(["configure", "--edit"]) == ExitCode.OK

    assert read() == {"redis": {"host": "h", "password": "hunter3"}, "later": [1]}
    assert mode.read_text() == "0o600", "others could read the copy being edited"
    told = capsys.readouterr()
    assert 'redis.password: "**********" is now "**********"' in told.err
    assert "hunter" not in told.out + told.err


def test_an_edit_that_changes_nothing_writes_nothing(editor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(name="shop")
    before = CONFIG.stat()
    plays(editor)

    assert run(["configure", "--edit"]) == ExitCode.OK
    assert CONFIG.stat().st_mtime_ns == before.st_mtime_ns
    assert "Nothing was changed" in capsys.readouterr().err


def test_an_edit_begins_with_a_template_when_there_is_no_file(editor: Path) -> None:
    plays(editor, 'path.write_text(path.read_text().replace("localhost", "redis.example"))')

    assert run(["configure", "--edit"]) == ExitCode.OK
    saved = json.loads((Path.home() / ".lamed" / "config.json").read_text())
    assert saved["redis"]["host"] == "redis.example"


@pytest.mark.parametrize("text", ['{"redis": {"port": 0, "password": "hunter2"}}', '{"password": "hunter2"', "[]"])
def test_a_rejected_edit_is_not_lost(editor: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(name="shop")
    plays(editor, f"path.write_text({text!r})")

    assert run(["configure", "--edit"]) == ExitCode.USAGE

    kept = Path("config.json.rejected")
    assert read() == {"name": "shop"}
    assert kept.read_text().strip() == text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    err = capsys.readouterr().err
    assert f"Your text is kept in {kept.absolute()}" in err
    assert "hunter2" not in err


def test_an_edit_does_not_undo_what_somebody_else_saved_meanwhile(
    editor: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(name="shop")
    plays(
        editor,
        f'from pathlib import Path; Path({str(CONFIG.absolute())!r}).write_text(\'{{"name": "other"}}\')',
        'path.write_text(path.read_text().replace("shop", "mine"))',
    )

    assert run(["configure", "--edit"]) == ExitCode.USAGE

    assert read() == {"name": "other"}
    assert json.loads(Path("config.json.rejected").read_text()) == {"name": "mine"}
    err = capsys.readouterr().err
    assert "config.json has been changed by somebody else meanwhile." in err
    assert "Your text is kept in " in err


def test_editing_mends_a_file_that_is_no_json(editor: Path) -> None:
    CONFIG.write_text('{"name": "shop"')
    plays(editor, 'path.write_text(path.read_text().strip() + "}")')

    assert run(["configure", "--edit"]) == ExitCode.OK
    assert read() == {"name": "shop"}


def test_a_rejected_edit_can_be_taken_up_again(
    editor: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(name="shop")
    plays(editor, 'path.write_text(path.read_text().replace("shop", "1shop") if "1" not in path.read_text() else "{}")')
    asked: list[str] = []

    def yes(question: str, **_: Any) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", yes)

    assert run(["configure", "--edit"]) == ExitCode.OK
    assert asked == ["Edit again?"]
    assert read() == {}
    assert "name: must be 1–30 letters" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--show", "--edit"], ["--set", "a=1", "--edit"], ["--json"], ["--set", "a=1", "--json"]]
)
def test_the_ways_exclude_each_other(arguments: list[str]) -> None:
    assert run(["configure", *arguments]) == ExitCode.USAGE


def test_without_a_terminal_the_ways_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["configure"]) == ExitCode.USAGE
    assert "--set KEY=VALUE" in capsys.readouterr().err
