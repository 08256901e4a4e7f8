"""`lamed snippet` with an address that is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode
from lamed_tui.snippet.build import build
from lamed_tui.snippet.spec import Goal, SnippetSpec, Variant

URL = "https://abc.example/prod/track"


def test_every_option_reaches_the_snippet(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (
        "snippet --variant a:b:80 --variant c:20 --goal buy --non-unique-goal view --sample 0.5 --namespace shop"
    )

    code = run(
        [
            *arguments.split(),
            *("--experiment", "button color", "--user-id", "user.id", "--trigger", "isMobile()"),
            *("--format", "module", "--track-url", URL),
        ]
    )

    assert code == ExitCode.OK
    assert capsys.readouterr().out == build(
        SnippetSpec(
            experiment="button color",
            variants=(Variant("a:b", 80), Variant("c", 20)),
            goals=(Goal("buy"), Goal("view", unique=False)),
            track_url=URL,
            namespace="shop",
            sample=0.5,
            user_id="user.id",
            trigger="isMobile()",
            format="module",
        )
    )


def test_what_no_option_says_comes_from_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    experiments = {"headline": {"weights": {"long": 3, "short": 1}, "primary_goal": "read"}}
    Path("config.json").write_text(json.dumps({"namespace": "news", "experiments": experiments}))

    assert run(["snippet", "--track-url", URL]) == ExitCode.OK

    expected = SnippetSpec(
        "headline", (Variant("long", 3), Variant("short", 1)), (Goal("read"),), URL, namespace="news"
    )
    assert capsys.readouterr().out == build(expected)


def test_a_name_is_another_word_for_the_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["snippet", "--name", "price", "--track-url", URL]) == ExitCode.OK
    assert 'name: "price"' in capsys.readouterr().out


def test_a_file_gets_the_snippet_and_stdout_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "snippet.html"

    assert run(["snippet", "--experiment", "עברית", "--track-url", URL, "--output", str(file)]) == ExitCode.OK

    told = capsys.readouterr()
    assert told.out == ""
    assert str(file) in told.err
    assert "עברית" in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "missing" / "snippet.html"

    assert run(["snippet", "--track-url", URL, "--output", str(file)]) == ExitCode.USAGE
    assert f"{file} cannot be written: No such file or directory." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--variant", "a:1", "--variant", "b"], "Either every variant has a weight or none has: 'b' has none."),
        (["--variant", "a"], "at least two variants"),
        (["--goal", "participate"], "counts visitors"),
        (["--sample", "2"], "The sample must be above 0"),
        (["--sample", "half"], "--sample must be a number"),
        (["--experiment", ""], "must not be empty"),
        (["--experiment", "n" * 129], "the backend counts names up to 128"),
        (["--format", "jsx"], "--format must be html or module."),
        (["--endpoint", "/x"], "exclude each other"),
    ],
)
def test_what_cannot_work_ends_with_a_reason_and_nothing_on_stdout(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["snippet", "--track-url", URL, *arguments]) == ExitCode.USAGE

    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err


def test_the_configured_limits_hold(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.json").write_text('{"limits": {"name_bytes": 5}}')

    assert run(["snippet", "--experiment", "too long", "--track-url", URL]) == ExitCode.USAGE
    assert "up to 5" in capsys.readouterr().err


def test_an_experiment_that_the_backend_would_refuse_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.json").write_text('{"limits": {"experiments": ["headline"]}}')

    assert run(["snippet", "--experiment", "price", "--track-url", URL]) == ExitCode.OK
    assert "Warning: This experiment is not in limits.experiments" in capsys.readouterr().err


def test_without_a_deployment_to_ask_the_way_out_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["snippet"]) == ExitCode.CREDENTIALS
    assert "--track-url" in capsys.readouterr().err
