"""Trying the count before a deployment: whoever may not do all of it is told which command is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from lamed import tracking

from lamed_tui.config.model import Config
from lamed_tui.errors import ExitCode, StoreError
from lamed_tui.store.counting_probe import try_counting
from lamed_tui.store.errors import StoreAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

NARROW = "~alephbet:* ~{alephbet:* ~lamed:namespaces"


def config(url: str, **more: object) -> Config:
    return Config.model_validate({"redis": {"url": url, "username": "probing", "password": "pw"}, **more})


@pytest.fixture
def client(valkey: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey, decode_responses=True) as made:
        made.acl_setuser("probing", enabled=True, reset=True, passwords=["+pw"], keys=[])
        try:
            yield made
        finally:
            made.acl_deluser("probing")


def allow(client: redis.Redis, rights: str) -> None:
    client.execute_command("ACL", "SETUSER", "probing", *rights.split())  # type: ignore[no-untyped-call]  # untyped there


def test_an_event_is_counted_once_and_nothing_of_it_stays(client: redis.Redis, valkey: str) -> None:
    allow(client, f"{NARROW} +@all -@admin -@dangerous")
    client.set("alephbet:mine", "1")
    try_counting(config(valkey), "w0rd")
    assert client.keys() == ["alephbet:mine"]


SCRIPT = Path(tracking.__file__).with_name("track.lua").read_text(encoding="utf-8")
NEEDED = sorted({name.lower() for name in re.findall(r"\bcall\('([A-Z]+)'", SCRIPT)})


def test_the_commands_that_are_tried_are_those_of_the_script() -> None:
    assert NEEDED == ["exists", "expire", "incr", "sadd", "scard", "sismember"]


@pytest.mark.parametrize("command", [*NEEDED, "eval", "evalsha", "unlink", "srem", "smembers"])
@pytest.mark.parametrize("cached", [False, True], ids=["first", "again"])
def test_a_missing_command_is_named_and_what_was_written_goes(
    client: redis.Redis, valkey: str, command: str, *, cached: bool
) -> None:
    if cached:
        client.script_load(SCRIPT)
    else:
        client.script_flush()
    allow(client, f"{NARROW} +@all -@admin -@dangerous -{command}")
    with pytest.raises(StoreAccessError) as refused:
        try_counting(config(valkey), "w0rd")
    assert refused.value.what.startswith(f"Redis at {config(valkey).redis.location} does not allow this: ")
    assert f"'{command}'" in refused.value.what
    assert "script:" not in refused.value.what
    assert refused.value.exit_code == ExitCode.CREDENTIALS
    if command != "unlink":
        assert not [key for key in client.scan_iter() if "probe" in key]


def test_a_user_that_may_not_keep_the_history_is_told_so(client: redis.Redis, valkey: str) -> None:
    allow(client, f"{NARROW} +@all -@admin -@dangerous -hincrby")
    with pytest.raises(StoreError, match="counts, but keeps no history"):
        try_counting(config(valkey), "w0rd")


def test_a_missing_command_is_found_also_where_visitors_may_bring_no_more_names(
    client: redis.Redis, valkey: str
) -> None:
    client.sadd("alephbet:experiments", *(f"experiment-{number}" for number in range(2_000)))
    client.sadd("lamed:namespaces", "alephbet")
    allow(client, f"{NARROW} +@all -@admin -@dangerous -expire")
    with pytest.raises(StoreAccessError, match="'expire'"):
        try_counting(config(valkey), "w0rd")
    allow(client, f"{NARROW} +@all -@admin -@dangerous")
    try_counting(config(valkey), "w0rd")
    assert client.scard("alephbet:experiments") == 2_000


def test_a_redis_that_is_away_is_one_sentence() -> None:
    with pytest.raises(StoreError, match=r"could not count a probe \(ConnectionRefusedError\)"):
        try_counting(Config.model_validate({"redis": {"url": "redis://127.0.0.1:1/0"}}), "w0rd")
