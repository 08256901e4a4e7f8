"""What a person may do to the experiments that are watched, beside looking at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from lamed_tui.config import files
from lamed_tui.config.documents import key_of, with_values
from lamed_tui.config.model import Config, ExperimentSettings
from lamed_tui.store.removal import delete_experiment, reset_experiment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class SettingsBook(Protocol):
    """What is decided about experiments, and where that is kept."""

    @property
    def place(self) -> str:
        """Where it is kept, for people."""

    def current(self) -> Mapping[str, ExperimentSettings]:
        """By experiment; the same object for as long as nothing changes."""

    def change(self, experiment: str, values: Mapping[str, Any]) -> None:
        """Decide; a value of None takes a decision back.

        Raises:
            ConfigError: a value is not allowed, or cannot be saved; nothing has changed then.
        """


class FileBook:
    """Settings in `config.json`.

    Args:
        config: as it was read from the file.
    """

    def __init__(self, path: Path, config: Config) -> None:
        self._path = path
        self._experiments: Mapping[str, ExperimentSettings] = config.experiments

    @property
    def place(self) -> str:
        return str(self._path)

    def current(self) -> Mapping[str, ExperimentSettings]:
        return self._experiments

    def change(self, experiment: str, values: Mapping[str, Any]) -> None:
        document, _ = files.read_document(self._path)  # somebody may have edited it since
        changed = with_values(document, _assignments(experiment, values))
        config = files.check(changed, self._path)
        files.save(self._path, changed)
        self._experiments = config.experiments


class SessionBook:
    """Settings that last as long as the program: for the demonstration, which leaves nothing behind."""

    place = "this session only"

    def __init__(self, config: Config) -> None:
        self._config = config

    def current(self) -> Mapping[str, ExperimentSettings]:
        return self._config.experiments

    def change(self, experiment: str, values: Mapping[str, Any]) -> None:
        from pathlib import Path

        experiments = {name: one.model_dump(exclude_none=True) for name, one in self._config.experiments.items()}
        document = with_values({"experiments": experiments}, _assignments(experiment, values))
        checked = files.check(document, Path("this session"))
        self._config = self._config.model_copy(update={"experiments": checked.experiments})


@dataclass(frozen=True)
class Operations:
    """What may be done; None where it may not, as with `--read-only`.

    Attributes:
        delete: takes namespace and experiment; raises StoreError.
        reset: as `delete`; the experiment stays listed, with every counter at 0.
        config: the settings in force when the console opened.
        track_url: finds where pages send events; takes as long as AWS does, and raises LamedError.
    """

    settings: SettingsBook
    may_change: bool = True
    delete: Callable[[str, str], None] | None = None
    reset: Callable[[str, str], None] | None = None
    track_url: Callable[[], str] | None = None
    config: Config = field(default_factory=Config, repr=False)


def operations(
    config: Config,
    book: SettingsBook,
    *,
    read_only: bool = False,
    directly: bool = True,
    track_url: Callable[[], str] | None = None,
) -> Operations:
    """What may be done with these settings.

    Args:
        directly: whether the Redis itself is watched: through the API nothing is removed from here.
    """
    if read_only or not directly:
        return Operations(book, may_change=not read_only, track_url=track_url, config=config)
    return Operations(
        book,
        delete=partial(delete_experiment, config),
        reset=partial(reset_experiment, config),
        track_url=track_url,
        config=config,
    )


def _assignments(experiment: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key_of(["experiments", experiment, name]): value for name, value in values.items()}
