"""A configured proxy is for the world outside: what listens on this computer is asked directly."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.deploy.smoke import over_http
from lamed_tui.errors import StoreError
from lamed_tui.experiments.api_source import ApiSource

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1"}


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What every proxy variable names: it accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            for spelling in (name, name.lower()):
                monkeypatch.setenv(spelling, f"http://127.0.0.1:{listener.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        listener.setblocking(False)
        yield listener


def was_asked(proxy: socket.socket) -> bool:
    try:
        connection, _ = proxy.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def test_an_endpoint_on_this_computer_is_asked_past_the_proxy(emulator: str, proxy: socket.socket) -> None:
    aws = connect(AwsSettings(), KEYS | {"AWS_ENDPOINT_URL": emulator})
    assert aws.identity().account == "000000000000"
    assert "StackSummaries" in aws.cloudformation.list_stacks()
    assert not was_asked(proxy)


def test_the_smoke_test_asks_a_url_on_this_computer_past_the_proxy(emulator: str, proxy: socket.socket) -> None:
    assert over_http("GET", f"{emulator}/_ministack/health", {}).status == 200
    assert not was_asked(proxy)


def test_experiments_are_read_through_an_api_on_this_computer_past_the_proxy(
    emulator: str, proxy: socket.socket
) -> None:
    with pytest.raises(StoreError, match="no list of experiments"):  # what the emulator answers is something else
        ApiSource(f"{emulator}/_ministack/health", "the-key", "alephbet", {}).read()
    assert not was_asked(proxy)


def test_aws_itself_is_left_to_the_proxy() -> None:
    config: Any = connect(AwsSettings(), KEYS).sts.meta.config
    assert config.proxies is None  # botocore then asks the environment
