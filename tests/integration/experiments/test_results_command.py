"""`lamed results`: one look at the counters of a real Valkey."""

from __future__ import annotations

import json

from tests.integration.experiments.commands import run_lamed
from tests.integration.experiments.counters import write_counts
from tests.integration.store.network import a_free_port

COUNTS = {
    ("checkout", "participate", "control"): 1204,
    ("checkout", "participate", "green [bold]"): 1187,
    ("checkout", "buy", "control"): 120,
    ("checkout", "buy", "green [bold]"): 160,
    ("new", "participate", "a"): 3,
}


def test_the_table_shows_every_number(valkey: str) -> None:
    write_counts(valkey, COUNTS)
    shown = run_lamed(valkey, "results")
    assert (shown.returncode, shown.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.stdout.splitlines() if "│" in line]
    assert rows == [
        ["checkout", "buy", "control (control)", "1,204", "120", "9.97%"],
        ["", "", "green [bold]", "1,187", "160", "13.48%"],
        ["new", "–", "a", "3", "–", "–"],
    ]


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
