"""Opening the builder with what the console knows: from what is watched, else from the configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamed_tui.console.snippet.answers import Known
from lamed_tui.console.snippet.screen import SnippetScreen
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.console.feed import Feed
    from lamed_tui.console.snippet.messages import SnippetWanted
    from lamed_tui.console.workplace import Workplace


def open_builder(
    feed: Callable[[], Feed | None], workplace: Workplace | None, *, first: SnippetWanted | None = None, note: str = ""
) -> SnippetScreen:
    """The builder's screen.

    Args:
        feed: what is watched now, if anything.
        workplace: the configuration file, if there may be one.
        first: what to begin with.
        note: a word about the whole session, shown in the title.
    """

    def known() -> Known:
        watched = feed()
        operations = watched.source.operations if watched else None
        if watched is not None and operations is not None:
            return Known(operations.config, watched.namespace, operations.settings.current())
        try:
            config = workplace.load().config if workplace and workplace.path.exists() else None
        except ConfigError:  # it is the wizard's business to say so
            config = None
        found = Known() if config is None else Known(config, config.namespace, config.experiments)
        return found if watched is None else Known(found.config, watched.namespace, found.experiments)

    def find() -> Callable[[], str] | None:
        watched = feed()
        operations = watched.source.operations if watched else None
        return operations.track_url if operations else None

    return SnippetScreen(known, first=first, find_address=find, note=note)
