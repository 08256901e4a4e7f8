"""Real servers for the tests: one Valkey and one AWS emulator a test process, on ports of their own."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import hypothesis
import pytest
import redis

from lamed_tui.embedded.emulator import running_emulator
from lamed_tui.embedded.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Iterator


# An example that takes long on a busy machine is no defect.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


# A shell starts what runs in its background with Ctrl-C ignored, and so would everything be that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


_A_DEVELOPERS_OWN = {
    *("NO_COLOR", "EDITOR", "VISUAL"),
    *("TMUX", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"),  # what leads to a clipboard
}


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Valkey server that lives as long as this test process."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def valkey(valkey_server: str) -> str:
    """The URL of an empty Valkey database."""
    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint URL of an AWS emulator that lives as long as this test process."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def _a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the developer's own files or settings."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    for name in [name for name in os.environ if name.startswith(("AWS_", "LAMED_")) or name in _A_DEVELOPERS_OWN]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
