"""`lamed deploy`, `lamed status` and `lamed package` as people and scripts run them: real processes and terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.deploy import artefacts, live
from tests.integration.deploy.http import ask, event
from tests.integration.deploy.keyboard import at_a_keyboard, environment, wait_for, wait_for_the_question
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.integration.deploy.place import Place

PASSWORD = "pl4nted-p4ssword"


def run(
    *arguments: str, place: Place, config_file: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, nobody at the keyboard."""
    return subprocess.run(
        [sys.executable, "-m", "lamed_tui", "--config", str(config_file), *arguments],
        env=environment(place, **(variables or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def lines(answer: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_the_lines_for_machines_from_the_first_deployment_to_the_status(place: Place, config_file: Path) -> None:
    first = run("deploy", "--yes", "--json", place=place, config_file=config_file)
    assert first.returncode == 0, first.stderr
    told = lines(first)
    assert {line["type"] for line in told} <= {"plan", "event", "warning", "result"}
    plan = next(line for line in told if line["type"] == "plan")
    assert (plan["stack"], plan["release"], plan["creates"]) == ("shop", 1, True)
    assert {change["action"] for change in plan["changes"]} == {"add"}
    result = told[-1]
    assert list(result) == ["type", "status", "release", "base_url", "endpoints"]
    assert (result["type"], result["status"], result["release"]) == ("result", "deployed", 1)
    assert [line["type"] for line in told].count("result") == 1
    track = result["endpoints"][0]
    assert track == {
        "path": "/track",
        "method": "GET",
        "url": result["base_url"] + "/track",
        "function": "shop-track",
        "api_key_required": False,
    }
    assert ask(track["url"], event("1")).body == {"status": "counted"}

    again = run("deploy", "--yes", "--json", place=place, config_file=config_file)
    assert (again.returncode, lines(again)[-1]) == (0, {**result, "status": "unchanged"})

    status = json.loads(run("status", "--json", place=place, config_file=config_file).stdout)
    assert status == {
        "name": "shop",
        "stack_status": "CREATE_COMPLETE",
        "release": 1,
        "region": place.aws.region,
        "base_url": result["base_url"],
        "endpoints": result["endpoints"],
        "api_key": None,
    }
    shown = json.loads(run("status", "--json", "--show-key", place=place, config_file=config_file).stdout)
    results = ask(result["base_url"] + "/experiments", headers={"x-api-key": shown["api_key"]})
    assert results.status == 200


def test_people_get_the_urls_on_stdout_and_everything_else_on_stderr(place: Place, config_file: Path) -> None:
    answer = run("deploy", "--yes", place=place, config_file=config_file)
    assert answer.returncode == 0, answer.stderr
    base = live.read(place.aws, "shop").outputs["ApiId"]
    prefix = f"{place.environment['AWS_ENDPOINT_URL']}/restapis/{base}/prod/_user_request_"
    assert answer.stdout.splitlines() == [
        f"GET    {prefix}/track",
        f"GET    {prefix}/experiments  (needs the API key)",
        f"DELETE {prefix}/delete  (needs the API key)",
    ]
    for words in (
        "checks failed",
        "Release 1 of shop (a new stack)",
        "34 to add",
        "Release 1 is live",
        "lamed snippet",
    ):
        assert words in answer.stderr
    status = run("status", place=place, config_file=config_file)
    assert status.stdout.splitlines()[0] == f"shop: release 1, CREATE_COMPLETE in {place.aws.region}"


def test_a_plan_is_shown_and_leaves_nothing_behind(place: Place, config_file: Path) -> None:
    answer = run("deploy", "--plan", place=place, config_file=config_file)
    assert answer.returncode == 0, answer.stderr
    assert "+ add     TrackFunction" in answer.stdout
    assert "34 to add." in answer.stdout
    machine = run("deploy", "--plan", "--json", place=place, config_file=config_file)
    assert machine.returncode == 0
    assert [line["type"] for line in lines(machine)] == ["plan", "result"]
    assert lines(machine)[-1]["status"] == "declined"
    assert live.read(place.aws, "shop").status is None
    assert artefacts.find(place.aws) is None
    nothing = run("status", place=place, config_file=config_file)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == f"shop is not deployed in {place.aws.region}. Deploy it with: lamed deploy\n"


def test_nobody_there_to_confirm_is_a_usage_error(place: Place, config_file: Path) -> None:
    answer = run("deploy", place=place, config_file=config_file)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("Error: Nobody is there to confirm the deployment")
    assert "--yes" in answer.stderr


@pytest.mark.parametrize(
    ("typed", "exit_code", "words"),
    [("n\n", 5, "Declined: nothing was changed."), ("y\n", 0, "Release 1 is live")],
)
def test_a_person_is_asked_before_anything_changes(
    place: Place, config_file: Path, typed: str, exit_code: int, words: str
) -> None:
    arguments = ("deploy", "--no-preflight", "--no-smoke")
    with at_a_keyboard(*arguments, place=place, config_file=config_file) as (process, keyboard):
        wait_for(process, "Deploy this? [y/N]: ")
        assert live.read(place.aws, "shop").status == "REVIEW_IN_PROGRESS"
        os.write(keyboard, typed.encode())
        _, told = process.communicate(timeout=60)
    assert (process.returncode, words in told) == (exit_code, True), told
    assert live.read(place.aws, "shop").status == ("CREATE_COMPLETE" if exit_code == 0 else None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_told_to_stop_at_the_question_leaves_nothing(
    place: Place, config_file: Path, number: signal.Signals
) -> None:
    with at_a_keyboard("deploy", "--no-preflight", place=place, config_file=config_file) as (process, _):
        wait_for_the_question(process, "Deploy this? [y/N]: ")
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted: nothing was changed." in told
    assert live.read(place.aws, "shop").status is None


def test_a_deployment_that_breaks_a_page_wants_the_name_typed(place: Place, config_file: Path) -> None:
    place.deployed(place.config(extra_wiring=[entry("visits")]))
    with at_a_keyboard("deploy", "--no-preflight", place=place, config_file=config_file) as (process, keyboard):
        told = wait_for(process, "Type shop to go on, anything else to stop: ")
        os.write(keyboard, b"y\n")
        process.communicate(timeout=60)
    assert "GET /visits stops answering." in told
    assert process.returncode == 5


def test_failures_end_with_a_result_a_sentence_and_the_exit_code(place: Place, config_file: Path) -> None:
    unreachable = run(
        *("deploy", "--yes", "--json"),
        place=place,
        config_file=config_file,
        variables={"LAMED_REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:1"},
    )
    assert unreachable.returncode == 1
    result = lines(unreachable)[-1]
    assert (result["type"], result["status"], result["release"], result["endpoints"]) == ("result", "failed", None, [])
    assert "Redis" in result["error"]
    assert unreachable.stderr.startswith("Error: Not ready to deploy")
    assert PASSWORD not in unreachable.stdout + unreachable.stderr
    assert live.read(place.aws, "shop").status is None

    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    unknown = run("deploy", "--yes", "--no-preflight", place=place, config_file=config_file, variables=nobody)
    assert (unknown.returncode, unknown.stdout) == (3, "")
    assert unknown.stderr.startswith("Error: No AWS credentials were found.")
    checked = run("deploy", "--yes", "--json", place=place, config_file=config_file, variables=nobody)
    assert checked.returncode == 3


def test_a_failure_tells_scripts_what_is_live_all_the_same(place: Place, config_file: Path) -> None:
    first = place.deployed()
    wrong = {"LAMED_REDIS_URL": "redis://127.0.0.1:1"}
    failed = run("deploy", "--yes", "--json", "--no-preflight", place=place, config_file=config_file, variables=wrong)
    assert failed.returncode == 1
    result = lines(failed)[-1]
    assert (result["status"], result["release"], result["base_url"]) == ("failed", 2, first.base_url)
    assert result["error"].startswith("Release 2 is live, but it failed its smoke test")
    gone = run("rollback", "7", "--yes", "--json", place=place, config_file=config_file)
    assert gone.returncode == 2
    assert (lines(gone)[-1]["release"], lines(gone)[-1]["base_url"]) == (2, first.base_url)


def test_a_wiring_that_cannot_be_deployed_is_a_usage_error(place: Place, config_file: Path) -> None:
    config_file.write_text(json.dumps({"name": "shop", "extra_wiring": [entry("x", "x", "lamed.nothing")]}))
    answer = run("deploy", "--yes", "--no-preflight", place=place, config_file=config_file)
    assert answer.returncode == 2
    assert "extra_wiring.0.lambda.Handler: lamed.nothing is not a handler" in answer.stderr


def test_the_password_is_never_printed(place: Place, config_file: Path) -> None:
    variables = {"LAMED_REDIS_PASSWORD": PASSWORD}
    arguments = ("deploy", "--yes", "--no-preflight", "--no-smoke")
    for more in ((), ("--json",)):
        answer = run(*arguments, *more, place=place, config_file=config_file, variables=variables)
        assert answer.returncode == 0, answer.stderr
        assert PASSWORD not in answer.stdout + answer.stderr
    status = run("status", "--json", "--show-key", place=place, config_file=config_file, variables=variables)
    assert PASSWORD not in status.stdout + status.stderr


def test_the_package_runs_unpacked_and_is_the_same_twice(place: Place, config_file: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    for file in (first, second):
        answer = run("package", "--output", str(file), place=place, config_file=config_file)
        assert answer.returncode == 0
        assert answer.stdout.startswith(f"{file}: {file.stat().st_size} bytes, sha256 ")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        archive.extractall(tmp_path / "unpacked")
    query = event("1")
    proxied = {
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
    }
    script = f"import lamed; print(lamed.__file__); print(lamed.track({proxied!r}, None)['body'])"
    answer = subprocess.run(
        [sys.executable, "-S", "-c", script],  # without site-packages: the standard library must be enough
        cwd=tmp_path / "unpacked",
        env={"LAMED_REDIS_URL": place.redis_url, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    where, *_, body = answer.stdout.splitlines()
    assert where.startswith(str(tmp_path / "unpacked"))
    assert json.loads(body) == {"status": "counted"}
    assert place.keys()


def test_a_package_that_cannot_be_written_says_where(place: Place, config_file: Path, tmp_path: Path) -> None:
    answer = run("package", "--output", str(tmp_path / "no" / "x.zip"), place=place, config_file=config_file)
    assert answer.returncode == 2
    assert "x.zip cannot be written: No such file or directory." in answer.stderr
