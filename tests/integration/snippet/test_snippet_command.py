"""`lamed snippet` after a deployment: what a page sends is counted."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import redis

from lamed_tui.cli.main import run
from lamed_tui.errors import ExitCode
from tests.wiring import entry

if TYPE_CHECKING:
    from tests.unit.snippet.page import Page


@pytest.fixture
def environment(valkey: str, emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A configuration with a neutral route beside `/track`; the URL of its Redis."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    routes = [entry("hello"), entry("closed", key=True), entry("posted", http_method="POST")]
    config = {"name": f"sn-{uuid4().hex[:8]}", "redis": {"url": valkey}, "extra_wiring": routes, "namespace": "shop"}
    Path("config.json").write_text(json.dumps(config))
    return valkey


def test_without_a_deployment_there_is_no_address(environment: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert environment
    assert run(["snippet"]) == ExitCode.USAGE

    told = capsys.readouterr()
    assert told.out == ""
    assert "is not deployed in eu-central-1" in told.err
    assert "--track-url" in told.err


def test_a_page_with_the_printed_snippet_is_counted(
    environment: str, page: Page, alephbet: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deploy", "--yes", "--json", "--no-preflight", "--no-smoke"]) == ExitCode.OK
    capsys.readouterr()

    assert run(["snippet"]) == ExitCode.OK
    plain = capsys.readouterr()
    assert "/prod/_user_request_/track" in plain.out
    assert plain.err == "Events go to /track, which ad blockers may know. Choose with --endpoint: /hello\n"

    arguments = ["--endpoint", "hello", "--experiment", "</script> 100% a:b", "--goal", "sign up", "--format", "module"]
    assert run(["snippet", *arguments]) == ExitCode.OK
    seen = page.run(capsys.readouterr().out, clicks=["sign up"], library=alephbet.decode())
    for request in seen["requests"]:  # resends included, as a page would
        assert "/_user_request_/hello?" in request["url"]
        with urllib.request.urlopen(request["url"], timeout=30) as answer:
            assert answer.status == 200

    with redis.Redis.from_url(environment, decode_responses=True) as client:
        counters = {key: client.get(key) for key in client.smembers("shop:counter_keys")}
    (variant,) = {re.fullmatch(r"shop:counters:.*:(control|blue)", key)[1] for key in counters}  # type: ignore[index]  # no match fails the test
    experiment = "</script> 100%25 a%3Ab"
    assert counters == {
        f"shop:counters:{experiment}:participate:{variant}": "1",
        f"shop:counters:{experiment}:sign up:{variant}": "1",
    }

    for path in ("/closed", "posted", "/nowhere"):
        assert run(["snippet", "--endpoint", path]) == ExitCode.USAGE
        assert "There is: /track, /hello." in capsys.readouterr().err
