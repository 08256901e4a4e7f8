"""Who may speak to the store: the narrowest ACL user that works, and TLS that trusts nobody it was not told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamed_tui.config.model import RedisSettings
from lamed_tui.errors import StoreError
from lamed_tui.store.connect import open_store
from lamed_tui.store.errors import StoreAccessError
from tests.handler_calls import call, count, handlers_on
from tests.integration.servers.conftest import (
    COMMANDS,
    PASSWORD,
    READING_COMMANDS,
    TRACKING_COMMANDS,
    Place,
    a_place,
    allow,
)
from tests.integration.servers.events import EVENT
from tests.redis_servers import a_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.redis_servers import RedisServer


@pytest.fixture
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    yield from a_place("acl user", request, monkeypatch)


def statuses(place: Place) -> set[int]:
    """Everything that the handlers do, once, on a server that has never seen the script; what they answered."""
    place.admins[0].script_flush()
    answers = [call("track", **EVENT), call("track", **{**EVENT, "event": "buy"}), call("all")]
    return {answer.status for answer in [*answers, call("experiment", experiment="e"), call("delete", experiment="e")]}


def test_the_listed_commands_are_enough(narrow: Place) -> None:
    narrow.admins[0].acl_log_reset()  # other tests of this process were refused on purpose
    assert statuses(narrow) == {200}
    assert narrow.stored() == set()
    denied = [entry for entry in narrow.admins[0].acl_log() if entry["username"] == "narrow"]
    assert denied == []


NECESSARY = [command for command in COMMANDS if command != "hincrby"]


@pytest.mark.parametrize("command", NECESSARY)
def test_each_of_the_listed_commands_is_needed(narrow: Place, command: str) -> None:
    allow(narrow.admins[0], [other for other in COMMANDS if other != command])
    assert 503 in statuses(narrow)


def test_without_the_right_to_keep_history_events_still_count(narrow: Place) -> None:
    allow(narrow.admins[0], NECESSARY)
    assert statuses(narrow) == {200}
    count(**EVENT)
    assert narrow.snapshot().experiments[0].visitors == 1
    assert not [key for key in narrow.stored() if ":series:" in key]


@pytest.mark.parametrize("command", [command for command in TRACKING_COMMANDS if command not in {"expire", "hincrby"}])
def test_an_event_refused_for_want_of_a_permission_counts_once_when_it_is_given(narrow: Place, command: str) -> None:
    narrow.admins[0].script_flush()
    allow(narrow.admins[0], [other for other in COMMANDS if other != command])
    assert [call("track", **EVENT).status for _ in range(3)] == [503] * 3
    allow(narrow.admins[0], COMMANDS)
    assert call("track", **EVENT).status == 200
    assert narrow.snapshot().experiments[0].visitors == 1


def test_an_event_whose_memory_may_not_expire_is_not_acknowledged_and_counts_once(narrow: Place) -> None:
    """EXPIRE cannot come first: a script that has written anything is no longer refused by a full server."""
    allow(narrow.admins[0], [other for other in COMMANDS if other != "expire"])
    assert call("track", **EVENT).status == 503
    assert count(**EVENT) == "duplicate"
    assert narrow.snapshot().experiments[0].visitors == 1


def test_a_user_who_may_only_read_can_watch_and_not_count(narrow: Place) -> None:
    count(**EVENT)
    allow(narrow.admins[0], READING_COMMANDS)
    assert narrow.snapshot().experiments[0].visitors == 1
    assert call("all").status == 200
    assert call("track", **{**EVENT, "uuid": "2"}).body["error"] == "store_error"
    assert call("delete", experiment="e").status == 503
    assert narrow.snapshot().experiments[0].visitors == 1


def test_other_peoples_keys_stay_out_of_reach(narrow: Place) -> None:
    assert call("track", **EVENT, namespace="elsewhere").status == 503
    with pytest.raises(StoreAccessError):
        narrow.snapshot("elsewhere")


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_refused_and_not_repeated(
    narrow: Place, password: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with handlers_on({**narrow.environment, "LAMED_REDIS_PASSWORD": password}, monkeypatch):
        answer = call("track", **EVENT)
    assert answer.status == 503
    said = f"{answer} {capsys.readouterr()}"
    assert all(secret not in said for secret in (PASSWORD, "wrong", "127.0.0.1"))
    with (
        open_store(RedisSettings.model_validate({**narrow.redis, "password": password})) as store,
        pytest.raises(StoreAccessError),
    ):
        store.ping()


@pytest.fixture
def other_authority(tmp_path: Path) -> Path:
    return a_certificate(tmp_path).authority


@pytest.mark.parametrize("authority", ["another", "the system's"])
def test_a_server_that_no_trusted_authority_vouches_for_is_refused(
    authority: str, redis_7: RedisServer, other_authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(other_authority) if authority == "another" else None
    url = f"rediss://127.0.0.1:{redis_7.tls_port}" + (f"?ssl_ca_certs={file}" if file else "")
    with handlers_on({"LAMED_REDIS_URL": url}, monkeypatch):
        assert call("track", **EVENT).status == 503
    settings = {"host": "127.0.0.1", "port": redis_7.tls_port, "ssl": True, "ssl_ca_certs": file}
    with (
        open_store(RedisSettings.model_validate(settings)) as store,
        pytest.raises(StoreError, match="certificate"),
    ):
        store.ping()


@pytest.mark.parametrize(
    ("host", "option", "accepted"),
    [
        ("localhost", "", True),
        ("127.0.0.1", "", True),
        ("127.1", "", False),  # another name of the same address, which the certificate does not know
        ("127.1", "&ssl_check_hostname=false", True),
    ],
)
def test_the_certificate_must_name_the_host(
    host: str, option: str, accepted: bool, redis_7: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"rediss://{host}:{redis_7.tls_port}?ssl_ca_certs={redis_7.authority}{option}"
    with handlers_on({"LAMED_REDIS_URL": url}, monkeypatch):
        assert call("track", **EVENT).status == (200 if accepted else 503)


def test_a_certificate_is_not_asked_for_when_the_operator_says_so(
    redis_7: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"rediss://127.0.0.1:{redis_7.tls_port}?ssl_cert_reqs=none"
    with handlers_on({"LAMED_REDIS_URL": url}, monkeypatch):
        assert call("track", **EVENT).status == 200


def test_speaking_plainly_to_a_tls_port_is_an_unreachable_store(
    redis_7: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with handlers_on({"LAMED_REDIS_URL": f"redis://127.0.0.1:{redis_7.tls_port}"}, monkeypatch):
        assert call("track", **EVENT).status == 503
    with handlers_on({"LAMED_REDIS_URL": f"rediss://127.0.0.1:{redis_7.port}"}, monkeypatch):
        assert call("track", **EVENT).status == 503
