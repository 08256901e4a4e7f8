"""Whatever arrives, a handler returns a well-formed response, and says 200 only for what it did."""

from __future__ import annotations

import json
from typing import Any

import lamed
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lamed import store

from tests.unit.handlers.gateway import Context, Handler, call, checked, proxy_event

HANDLERS: list[Handler] = [lamed.track, lamed.all, lamed.experiment, lamed.delete]
NAMES = ["experiment", "variant", "event", "uuid", "namespace", "scope"]
EVENT = {"experiment": "exp", "variant": "blue", "event": "buy", "uuid": "u-1"}

values = st.text(st.characters()) | st.none() | st.integers() | st.booleans() | st.floats() | st.binary()
anything = st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner))
parameters = st.dictionaries(st.sampled_from(NAMES) | st.text(), anything | st.lists(st.text(st.characters())))
proxy_events = st.fixed_dictionaries(
    {},
    optional={
        "queryStringParameters": parameters | anything,
        "multiValueQueryStringParameters": parameters | anything,
        "headers": st.dictionaries(st.sampled_from(["Origin", "origin", "x"]), anything) | anything,
        "httpMethod": anything,
        "body": anything,
    },
)
contexts = st.none() | st.builds(Context, st.integers(-5, 3_000)) | st.just("no context")


@pytest.fixture
def no_store(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("LAMED_REDIS_URL", f"unix://{tmp_path_factory.mktemp('nowhere')}/redis.sock")


@pytest.mark.usefixtures("no_store")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(HANDLERS), proxy_events | anything, contexts)
def test_any_event_gets_a_well_formed_answer(handler: Handler, event: object, context: object) -> None:
    status, document = checked(handler(event, context))
    assert status in {400, 503}
    if status == 400:
        assert document.get("parameter") in [*NAMES, None]
        assert ("parameter" in document) == (document["error"] != "too_many_parameters")


@pytest.mark.usefixtures("no_store")
def test_a_store_that_is_away_is_503_and_says_when_to_come_again(capsys: pytest.CaptureFixture[str]) -> None:
    status, document = call(lamed.track, Context(3_000), **EVENT)
    assert (status, document["error"]) == (503, "store_unreachable")
    line = json.loads(capsys.readouterr().out)
    assert line["request_id"] == Context.aws_request_id
    assert (line["outcome"], line["status"], line["reason"]) == ("store_unreachable", 503, "FileNotFoundError")


def test_a_missing_setting_is_503_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LAMED_REDIS_URL", raising=False)
    for handler in HANDLERS:
        status, document = call(handler, **EVENT)
        assert (status, document["error"]) == (503, "misconfigured")
        assert "LAMED_REDIS_URL" in document["message"]
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)["setting"] for line in lines] == ["LAMED_REDIS_URL"]


def test_a_wrong_setting_shows_nothing_of_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAMED_REDIS_URL", "redis://user:hunter2@internal.example:port")
    response = lamed.track(proxy_event(**EVENT), None)
    assert checked(response)[1]["error"] == "misconfigured"
    shown = json.dumps(response) + capsys.readouterr().out
    assert "hunter2" not in shown
    assert "internal" not in shown


@pytest.mark.usefixtures("no_store")
def test_a_mended_environment_is_noticed_by_the_same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_UUID_EXPIRY_SECONDS", "soon")
    assert call(lamed.track, **EVENT)[1]["error"] == "misconfigured"
    monkeypatch.setenv("LAMED_UUID_EXPIRY_SECONDS", "60")
    assert call(lamed.track, **EVENT)[1]["error"] == "store_unreachable"


@pytest.mark.usefixtures("no_store")
def test_in_lambda_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store._Warm, "store", None)
    monkeypatch.setattr(store._Warm, "settled", False)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "lamed-track")
    first = store.current()
    monkeypatch.setenv("LAMED_UUID_EXPIRY_SECONDS", "60")
    assert store.current() is first


def test_an_error_in_the_code_is_503_too_so_that_the_event_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Any:
        raise KeyError("secret detail")

    monkeypatch.setattr(store, "current", broken)
    assert call(lamed.track, **EVENT)[1]["error"] == "internal_error"
    output = capsys.readouterr().out
    assert json.loads(output)["reason"] == "KeyError"
    assert "secret" not in output


def test_a_context_that_fails_is_an_internal_error_not_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get_remaining_time_in_millis(self) -> int:
            raise RuntimeError

    monkeypatch.setenv("LAMED_REDIS_URL", "redis://127.0.0.1:1")
    assert call(lamed.track, Broken(), **EVENT) == (
        503,
        {"error": "internal_error", "message": "Something went wrong; try again later."},
    )


@pytest.mark.usefixtures("no_store")
def test_the_configured_origin_is_on_errors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMED_CORS_ORIGINS", "https://a.example,https://b.example")
    for query in (EVENT, {}):
        response = lamed.track(proxy_event({"Origin": "https://b.example"}, **query), None)
        checked(response)
        assert response["headers"] == {**response["headers"], "Access-Control-Allow-Origin": "https://b.example"}  # type: ignore[dict-item]  # headers is a dict
