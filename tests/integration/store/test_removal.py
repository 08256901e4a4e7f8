"""Deleting and resetting experiments from the command line, on counters that the handlers wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import redis

from lamed_tui.config.model import Config
from lamed_tui.errors import StoreError
from lamed_tui.store.removal import delete_experiment, reset_experiment
from tests.handler_calls import count, handlers_on
from tests.integration.experiments.commands import run_lamed
from tests.ports import a_free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "50%: off"


@pytest.fixture
def counted(valkey: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with handlers_on({"LAMED_REDIS_URL": valkey}, monkeypatch):
        for experiment in (NAME, "other"):
            for variant in ("a", "b"):
                for event in ("participate", "buy"):
                    assert count(experiment=experiment, variant=variant, event=event, uuid="1") == "counted"
        yield valkey


def config(url: str) -> Config:
    return Config.model_validate({"redis": {"url": url}})


def keys_about(url: str, text: str) -> list[str]:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return [key for key in client.scan_iter() if text in key]


def experiments(url: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in json.loads(run_lamed(url, "results", "--json").stdout)["experiments"]}


def test_a_deleted_experiment_leaves_no_key_and_others_alone(counted: str) -> None:
    others = sorted(keys_about(counted, "other"))
    assert any(":seen:" in key for key in keys_about(counted, "50%25"))
    delete_experiment(config(counted), "alephbet", NAME)
    assert keys_about(counted, "50%25") == []
    assert sorted(keys_about(counted, "other")) == others
    assert list(experiments(counted)) == ["other"]


def test_a_deleted_experiment_counts_the_same_event_again(counted: str) -> None:
    delete_experiment(config(counted), "alephbet", NAME)
    assert count(experiment=NAME, variant="a", event="participate", uuid="1") == "counted"


def test_a_reset_experiment_stays_listed_at_zero_and_counts_anew(counted: str) -> None:
    reset_experiment(config(counted), "alephbet", NAME)
    again = experiments(counted)[NAME]
    assert again["variants"] == [
        {"name": "a", "visitors": 0, "expected_share": 0.5},
        {"name": "b", "visitors": 0, "expected_share": 0.5},
    ]
    assert [goal["name"] for goal in again["goals"]] == ["buy"]
    assert again["started"] is None
    assert count(experiment=NAME, variant="a", event="participate", uuid="1") == "counted"
    assert experiments(counted)[NAME]["variants"][0]["visitors"] == 1


@pytest.mark.parametrize("remove", [reset_experiment, delete_experiment])
@pytest.mark.parametrize("name", [NAME, "a*[b]?{c}\\d^-"])
def test_what_is_remembered_goes_whatever_the_functions_expiry_is(
    counted: str, monkeypatch: pytest.MonkeyPatch, remove: Callable[[Config, str, str], None], name: str
) -> None:
    with handlers_on({"LAMED_REDIS_URL": counted, "LAMED_UUID_EXPIRY_SECONDS": "12345"}, monkeypatch):
        for experiment in (name, "other"):
            count(experiment=experiment, variant="a", event="participate", uuid="mine")
        others = keys_about(counted, "other")
        remove(config(counted), "alephbet", name)
        assert count(experiment=name, variant="a", event="participate", uuid="mine") == "counted"
        assert sorted(keys_about(counted, "other")) == sorted(others)
        assert count(experiment="other", variant="a", event="participate", uuid="mine") == "duplicate"


def test_a_script_confirms_with_yes(counted: str) -> None:
    refused = run_lamed(counted, "delete", NAME)
    assert refused.returncode == 2
    assert "Add --yes." in refused.stderr
    assert NAME in experiments(counted)
    assert run_lamed(counted, "delete", NAME, "--yes").returncode == 0
    missing = run_lamed(counted, "reset", NAME, "--yes")
    assert missing.returncode == 2
    assert f'There is no experiment "{NAME}"' in missing.stderr


def test_a_redis_that_is_away_is_one_sentence() -> None:
    url = f"redis://:hidden-secret@127.0.0.1:{a_free_port()}/0"
    with pytest.raises(StoreError, match="refused the connection") as caught:
        delete_experiment(config(url), "alephbet", NAME)
    assert "hidden-secret" not in str(caught.value)
