"""`lamed results`: one look at the counters of a real Valkey."""

from __future__ import annotations

import json
import shlex
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode, StoreError
from lamed_tui.experiments.api_source import ApiSource
from tests.handler_calls import call, handlers_on
from tests.http_servers import Reply, serving
from tests.integration.experiments.commands import run_lamed
from tests.integration.experiments.counters import write_counts
from tests.ports import a_free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

COUNTS = {
    ("checkout", "participate", "control"): 1204,
    ("checkout", "participate", "green [bold]"): 1187,
    ("checkout", "buy", "control"): 120,
    ("checkout", "buy", "green [bold]"): 160,
    ("new", "participate", "a"): 3,
}


def test_the_table_shows_every_number_and_what_it_proves(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    shown = run_lamed(valkey, "results")
    assert (shown.returncode, shown.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.stdout.splitlines() if "│" in line]
    assert [row[:6] for row in rows if row[2]] == [
        ["buy", "control", "1,204", "120", "9.97%", "–"],
        ["", "green [bold]", "1,187", "160", "13.48%", "+35.2%"],
        ["–", "a", "3", "–", "–", "–"],
    ]
    assert " ".join(row[-1] for row in rows[1:-1]) == "Undecided, safe to keep watching"
    assert "of the way to ±10% · split as planned" in shown.stdout


def test_markdown_csv_and_plain_say_the_same(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    forms = {
        form: run_lamed(valkey, "results", f"--{form}", "checkout").stdout for form in ("markdown", "csv", "plain")
    }
    assert "| buy | green \\[bold\\] | 1,187 | 160 | 13.48% | +35.2% | " in forms["markdown"]
    assert "checkout,buy,green [bold],False,1187,160," in forms["csv"]
    assert "checkout, buy, green [bold]: 160 conversions, 1187 visitors, 13.48%; Undecided" in forms["plain"]


def test_an_experiment_without_a_known_control_says_how_to_name_it(valkey: str) -> None:
    write_counts(valkey, {("a.b c", event, arm): 200 for event in ("participate", "buy") for arm in ("red", "green")})
    shown = run_lamed(valkey, "results", "--json")
    (experiment,) = json.loads(shown.stdout)["experiments"]
    assert (experiment["control"], experiment["conclusion"]) == (None, "no_control")
    assert "a.b c: no control is known, so nothing is compared." in shown.stderr
    command = shown.stderr.splitlines()[-1].partition("Name it: lamed ")[2]
    assert run_lamed(valkey, *[word.replace("VARIANT", "red") for word in shlex.split(command)]).returncode == 0
    (experiment,) = json.loads(run_lamed(valkey, "results", "--json").stdout)["experiments"]
    assert (experiment["control"], experiment["conclusion"]) == ("red", "open")


def test_the_command_that_names_a_control_can_be_pasted_from_a_narrow_terminal(
    valkey: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_counts(valkey, {(f"headline {'word ' * 9}", "participate", arm): 200 for arm in ("red", "green")})
    monkeypatch.setenv("LAMED_REDIS_URL", valkey)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert run(["results", "--json"]) == ExitCode.OK

    command = capsys.readouterr().err.splitlines()[-1].partition("Name it: ")[2]
    assert run([word.replace("VARIANT", "red") for word in shlex.split(command)[1:]]) == ExitCode.OK
    (experiment,) = json.loads(run_lamed(valkey, "results", "--json").stdout)["experiments"]
    assert experiment["control"] == "red"


def test_a_name_that_is_not_shown_as_it_is_makes_no_command(valkey: str) -> None:
    write_counts(valkey, {("rtl\u202eevil", "participate", arm): 200 for arm in ("red", "green")})
    told = run_lamed(valkey, "results", "--json").stderr
    assert "rtl\\u202eevil: no control is known" in told
    assert "--set" not in told


def test_the_api_is_read_with_its_key_when_that_is_configured(
    valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_counts(valkey, COUNTS)
    with an_api(valkey, "the-key", monkeypatch) as url:
        config = tmp_path / "config.json"
        watch = {"source": "api", "api_url": url, "api_key": "the-key"}
        config.write_text(json.dumps({"watch": watch}))
        by_api, by_redis = (
            json.loads(run_lamed(valkey, "--config", str(config), "results", "--json", *more).stdout)["experiments"]
            for more in (["checkout"], ["checkout", "--source", "redis"])
        )
        assert by_api == by_redis
        without_goal = run_lamed(valkey, "--config", str(config), "results", "--plain", "new").stdout
        assert "new: no goal reached yet, and the API tells visitors only beside goals" in without_goal
        config.write_text(json.dumps({"watch": {**watch, "api_key": "another-key"}}))
        refused = run_lamed(valkey, "--config", str(config), "results", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "refused the key (HTTP 403). Check watch.api_key." in refused.stderr.replace("\n  ", " ")
    assert "another-key" not in refused.stderr


@pytest.mark.parametrize(
    "answer",
    ["{}", "[]", "null", '{"message": "Welcome"}', '["experiment"]', '[{"name": "x"}]', '"experiment"', "<html>", ""],
)
def test_an_answer_that_is_no_list_of_experiments_is_an_error_and_no_lack_of_events(answer: str) -> None:
    with serving(lambda _: Reply(200, answer.encode())) as origin:
        source = ApiSource(f"{origin}/", "the-key", "alephbet", {})
        with pytest.raises(StoreError, match="answered something that is no list of experiments"):
            source.read()


def test_the_key_is_not_carried_to_wherever_a_redirection_leads() -> None:
    asked: list[str] = []

    def lead_elsewhere(request: BaseHTTPRequestHandler) -> Reply:
        asked.append(request.path.partition("?")[0])
        return Reply(302, headers={"Location": "/elsewhere"})

    with serving(lead_elsewhere) as origin:
        source = ApiSource(f"{origin}/experiments", "the-key", "alephbet", {})
        with pytest.raises(StoreError, match=r"answered HTTP 302\. Check watch\.api_url"):
            source.read()
    assert asked == ["/experiments"]


def test_a_password_in_the_apis_address_is_never_shown() -> None:
    place = "127.0.0.1:1"
    source = ApiSource(f"http://ann:hunter2@{place}/experiments", "the-key", "alephbet", {})
    assert source.label == f"API {place}"
    assert source.in_namespace("other").label == f"API {place}"
    with pytest.raises(StoreError, match=f"^The API at {place} has a user name in its address") as caught:
        source.read()
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@contextmanager
def an_api(valkey: str, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The handler that lists experiments behind HTTP, as the gateway puts it there."""

    def gateway(request: BaseHTTPRequestHandler) -> Reply:
        query = dict(parse_qsl(urlsplit(request.path).query))
        allowed = request.headers["x-api-key"] == key
        status, body = call("all", **query) if allowed else (403, {"message": "Forbidden"})
        return Reply(status, json.dumps(body).encode())

    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch), serving(gateway) as origin:
        yield f"{origin}/experiments"


def test_json_is_one_document_with_the_named_experiments(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    document = json.loads(run_lamed(valkey, "results", "--json", "checkout").stdout)
    assert document["namespace"] == "alephbet"
    (experiment,) = document["experiments"]
    assert (experiment["name"], experiment["control"]) == ("checkout", "control")
    (goal,) = experiment["goals"]
    assert [(one["name"], one["visitors"], one["conversions"]) for one in goal["variants"]] == [
        ("control", 1204, 120),
        ("green [bold]", 1187, 160),
    ]
    assert goal["variants"][0]["rate"] == 120 / 1204


def test_another_namespace_can_be_named(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    write_counts(valkey, {("other", "participate", "a"): 1}, namespace="blog")
    document = json.loads(run_lamed(valkey, "results", "--json", "--namespace", "blog").stdout)
    assert (document["namespace"], [one["name"] for one in document["experiments"]]) == ("blog", ["other"])


def test_an_unknown_experiment_is_an_error_that_names_a_similar_one(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    failed = run_lamed(valkey, "results", "--json", "chekout")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert 'There is no experiment "chekout" in the namespace "alephbet".' in failed.stderr
    assert 'Did you mean "checkout"?' in failed.stderr


def test_nothing_counted_is_said_and_is_no_error(valkey: str) -> None:
    empty = run_lamed(valkey, "results")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "No events have been counted" in empty.stderr
    assert json.loads(run_lamed(valkey, "results", "--json").stdout)["experiments"] == []


def test_a_redis_that_is_down_is_an_error_without_the_password() -> None:
    port = a_free_port()
    failed = run_lamed(f"redis://:hidden-secret@127.0.0.1:{port}/0", "results", "--json")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert f"Redis at 127.0.0.1:{port} refused the connection." in failed.stderr
    assert "hidden-secret" not in failed.stderr
