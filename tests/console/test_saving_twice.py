"""Settings that are saved again before what the ones before named is open: the last ones are watched, once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lamed_tui.config import files
from lamed_tui.console.app import LamedConsole
from lamed_tui.console.setup.messages import SetupDone
from lamed_tui.console.workplace import Workplace
from lamed_tui.experiments.source import RedisSource
from lamed_tui.store.connect import open_store
from tests.config_file import CONFIG, write
from tests.console.screens import until
from tests.ports import port_of

if TYPE_CHECKING:
    from lamed_tui.config.files import LoadedConfig


class Source(RedisSource):
    """Says whether it was closed."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True
        super().close()


@dataclass
class Opening:
    """Opens sources, each as soon as it may, and remembers them by their namespace."""

    may: dict[str, threading.Event] = field(default_factory=lambda: {name: threading.Event() for name in ("a", "b")})
    opened: dict[str, Source] = field(default_factory=dict)

    def __call__(self, loaded: LoadedConfig) -> RedisSource:
        config = loaded.config
        assert self.may[config.namespace].wait(60)
        source = Source(open_store(config.redis), config.namespace, config.experiments)
        self.opened[config.namespace] = source
        return source


def saved(valkey: str, namespace: str) -> SetupDone:
    write(redis={"host": "127.0.0.1", "port": port_of(valkey)}, namespace=namespace)
    return SetupDone(files.load(CONFIG, {}), "watch")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
async def test_what_was_saved_last_is_watched_whichever_opens_first(valkey: str, order: tuple[str, str]) -> None:
    opening = Opening()
    app = LamedConsole(workplace=Workplace(CONFIG, {}, opening), interval=0.2)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda text: "A/B-testing backend" in text)
        for namespace in ("a", "b"):
            app.post_message(saved(valkey, namespace))
            await pilot.pause()
        for namespace in order:
            opening.may[namespace].set()
        await until(pilot, lambda text: 'No events yet in the namespace "b"' in text, what="the second is watched")
        await until(pilot, lambda _: opening.opened["a"].is_closed, what="the first is closed")
        assert not opening.opened["b"].is_closed
        assert [mode.id for mode in app.modes].count("monitor") == 1
    assert app.crash == ""
    assert opening.opened["b"].is_closed
