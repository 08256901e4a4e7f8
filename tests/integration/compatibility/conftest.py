"""lamed 0.4.3 and this project's handlers, each on a database of its own, or both on one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import redis
from lamed import keys

from lamed_tui.config.model import RedisSettings
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.handler_calls import handlers_on
from tests.integration.handlers.contents import contents
from tests.old_lamed import running_old_lamed
from tests.ports import port_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.old_lamed import OldLamed

OLD_DATABASE, OUR_DATABASE, SHARED_DATABASE = 1, 2, 3
FAR_FUTURE = "90000000000"


@dataclass
class Database:
    """One database of the server, as 0.4.3 lays it out."""

    url: str
    client: Any = field(repr=False)

    def empty(self) -> None:
        self.client.flushdb()

    def contents(self) -> dict[str, object]:
        """All but what either remembers of single events, and our own history and list of namespaces."""
        return {key: value for key, value in contents(self.client).items() if not _is_companion(key)}

    def snapshot(self, namespace: str) -> Counter[tuple[str, str, str]]:
        """What the console sees: experiment, goal, variant -> count; zeros are left out, and repeats add up."""
        with open_store(RedisSettings.model_validate({"url": self.url})) as store:
            seen = RedisSource(store, namespace, {}).read()
        found: Counter[tuple[str, str, str]] = Counter()
        for experiment in seen.experiments:
            for variant in experiment.variants:
                found[experiment.name, keys.PARTICIPATE, variant.name] += variant.visitors
            for goal in experiment.goals:
                for one in goal.variants:
                    found[experiment.name, goal.name, one.name] += one.conversions
        return +found


@dataclass
class Pair:
    """0.4.3 and ours: `old.call(...)` and `tests.handler_calls.call(...)`, and where they write."""

    old: OldLamed
    old_database: Database
    our_database: Database

    def empty(self) -> None:
        self.old_database.empty()
        self.our_database.empty()


@pytest.fixture(scope="module")
def old_apart(valkey_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OldLamed, str]]:
    """0.4.3 on a database of its own, and the server's URL without a database."""
    yield from _old_on(valkey_server, OLD_DATABASE, tmp_path_factory)


@pytest.fixture(scope="module")
def old_shared(valkey_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OldLamed, str]]:
    """0.4.3 on the database that ours uses too, and the server's URL without a database."""
    yield from _old_on(valkey_server, SHARED_DATABASE, tmp_path_factory)


@pytest.fixture
def apart(old_apart: tuple[OldLamed, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Both, each on a database of its own."""
    yield from _pair(old_apart, OLD_DATABASE, OUR_DATABASE, monkeypatch)


@pytest.fixture
def together(old_shared: tuple[OldLamed, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Both on one database, ours honouring what 0.4.3 remembers."""
    monkeypatch.setenv("LAMED_LEGACY_UNTIL", FAR_FUTURE)
    yield from _pair(old_shared, SHARED_DATABASE, SHARED_DATABASE, monkeypatch)


def _old_on(server: str, database: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OldLamed, str]]:
    base = server.removesuffix("/0")
    section = {"host": "127.0.0.1", "port": port_of(base), "db": database}
    with running_old_lamed(tmp_path_factory.mktemp("old"), section) as old:
        yield old, base


def _pair(old: tuple[OldLamed, str], old_number: int, our_number: int, patch: pytest.MonkeyPatch) -> Iterator[Pair]:
    process, base = old
    ours = f"{base}/{our_number}"
    with (
        redis.Redis.from_url(f"{base}/{old_number}", decode_responses=True) as old_client,
        redis.Redis.from_url(ours, decode_responses=True) as our_client,
        handlers_on({"LAMED_REDIS_URL": ours}, patch),
    ):
        pair = Pair(process, Database(f"{base}/{old_number}", old_client), Database(ours, our_client))
        pair.empty()
        yield pair
        pair.empty()


def _is_companion(key: str) -> bool:
    flag = len(key) == 40 and not set(key) - set("0123456789abcdef")
    return flag or key == keys.NAMESPACES_KEY or (key.startswith("{") and ("}:seen:" in key or "}:series:" in key))
