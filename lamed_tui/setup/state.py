"""How far setting up has come. Frozen: every answer makes a new state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lamed_tui.config import files
from lamed_tui.config.documents import copied, value_at, with_values
from lamed_tui.errors import ConfigError
from lamed_tui.setup.questions import answered, value_of
from lamed_tui.setup.steps import REDIS, StepId, Way, steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lamed_tui.config.documents import Document
    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.setup.questions import Given, Question


@dataclass(frozen=True)
class SetupState:
    """The file as it was, and the answers laid over it.

    Attributes:
        path: the file that will be written.
        exists: whether it is there already.
        before: its document; secrets wrapped, as in `document`.
        document: the file's document with the answers in it.
        step: where the person is.
        retype: keys of secrets that were given once, and not kept with the unfinished answers.
    """

    path: Path
    exists: bool
    before: Document = field(repr=False)
    document: Document = field(repr=False)
    way: Way = "deploy"
    step: StepId = "redis"
    retype: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether saving would write something."""
        return not self.exists or self.document != self.before

    @property
    def has_answers(self) -> bool:
        """Whether anything has been answered otherwise than the file has it."""
        return self.document != self.before


def begin(path: Path) -> SetupState:
    """Read the file, if there is one.

    Raises:
        ConfigError: it cannot be read, is no JSON object, or a section of it is something else than an object.
    """
    document, exists = files.read_document(path)
    for question in (question for step in steps_of("deploy") for question in step.questions):
        with_values(document, {question.key: value_of(question, document)})
    refuse_odd_endpoints(document, path)
    return SetupState(path, exists, document, copied(document))


def refuse_odd_endpoints(document: Mapping[str, Any], file: Path) -> None:
    """Make sure that there is a list of objects to edit.

    Raises:
        ConfigError: there is something else.
    """
    entries = document.get("extra_wiring", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file}: extra_wiring: must be a list of objects.", "Correct it with an editor.")


def with_answer(state: SetupState, question: Question, given: Given) -> SetupState:
    """The state after an answer without a problem."""
    document = answered(question, given, state.document, state.before)
    retype = tuple(key for key in state.retype if key != question.key or given == "")
    return replace(state, document=document, retype=retype)


def with_routes(state: SetupState, entries: Sequence[Mapping[str, Any]]) -> SetupState:
    """The state with these additional endpoints, in place of all it had."""
    unset = not entries and "extra_wiring" not in state.before
    return replace(state, document=with_values(state.document, {"extra_wiring": None if unset else list(entries)}))


def completed(state: SetupState, environment: Mapping[str, str]) -> SetupState:
    """The state as it is to be written: a new file says which Redis is meant, also where that is the default."""
    if state.exists or "redis.host" in overridden(state, environment):
        return state
    if value_at(state.document, "redis.unix_socket_path") is not None:
        return state
    spelt_out = {question.key.partition(".")[2]: value_of(question, state.document) for question in REDIS.questions[:2]}
    return replace(state, document={"redis": {**spelt_out, **state.document.get("redis", {})}, **_others(state)})


def rebased(state: SetupState, before: Document, *, exists: bool) -> SetupState:
    """The same answers over a file that somebody else has changed meanwhile.

    Raises:
        ConfigError: the answers do not fit into it any more.
    """
    document = with_values(before, assignments(state))
    return replace(state, before=before, exists=exists, document=document)


def assignments(state: SetupState) -> dict[str, Any]:
    """The answers as dotted keys and values; None for what an answer removed."""
    old, new = dict(files.flattened(state.before)), dict(files.flattened(state.document))
    gone = {key: None for key in old if value_at(state.document, key) is None}
    return gone | {key: value for key, value in new.items() if key not in old or old[key] != value}


def overridden(state: SetupState, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Dotted keys that an environment variable decides whatever is answered, with the variable's name."""
    _, origins = files.layered(state.document, environment)
    return origins


def in_force(state: SetupState, environment: Mapping[str, str]) -> LoadedConfig:
    """The settings as they would be once saved.

    Raises:
        ConfigError: a value is not allowed.
    """
    return files.in_force(state.document, state.path, environment, exists=state.exists)


def step_after(state: SetupState, by: int) -> StepId | None:
    """The step that many places further on, None beyond either end."""
    ids = [step.id for step in steps_of(state.way)]
    index = ids.index(state.step) + by
    return ids[index] if 0 <= index < len(ids) else None


def _others(state: SetupState) -> Document:
    return {key: value for key, value in state.document.items() if key != "redis"}
