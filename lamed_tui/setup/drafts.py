"""Unfinished answers, kept beside the configuration so that setting up can be left and taken up again.

What is kept are the answers alone, not the file they will change; and of the answers, none that is a secret: those are
named, to be asked for again. The file is readable by its owner only, and goes when the answers are saved or dropped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from pydantic import Secret, SecretStr

from lamed_tui.config.documents import is_secret, masked, parse_document, with_values
from lamed_tui.errors import ConfigError
from lamed_tui.setup.state import SetupState, assignments, refuse_odd_endpoints
from lamed_tui.setup.steps import STEPS, StepId, Way
from lamed_tui.writing import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ABOUT = "Unfinished answers of lamed configure, without secrets. They go on from here; delete this file to drop them."


@dataclass(frozen=True)
class Draft:
    """What was kept.

    Attributes:
        answers: dotted keys and values; None for what an answer removed.
        left_out: keys of secrets that were answered and not kept.
    """

    way: Way
    step: StepId
    answers: Mapping[str, Any] = field(repr=False)
    left_out: tuple[str, ...] = ()


def draft_of(path: Path) -> Path:
    """Where the unfinished answers for a configuration file are: beside the file that a symbolic link points at."""
    target = path.resolve()
    return target.with_name(target.name + ".draft")


def keep(state: SetupState) -> bool:
    """Keep the answers so far, and say whether there were any; without one, no file is left.

    Raises:
        ConfigError: they cannot be written.
    """
    if not state.has_answers:
        discard(state.path)
        return False
    answers = assignments(state)
    left_out = {key for key, value in answers.items() if value is not None and _holds_secret(key, value)}
    document = {
        "about": _ABOUT,
        "way": state.way,
        "step": state.step,
        "answers": masked({key: value for key, value in answers.items() if key not in left_out}),
        "left_out": sorted(left_out | set(state.retype)),
    }
    file = draft_of(state.path)
    try:
        write_private(file, (json.dumps(document, indent=2) + "\n").encode())
    except OSError as error:
        raise ConfigError(
            f"Unfinished answers cannot be kept in {file}: {error.strerror}.",
            "Check the folder, its permissions and the free space.",
        ) from None
    return True


def find(path: Path) -> Draft | None:
    """The unfinished answers for a configuration file; None when there are none that can be understood."""
    try:
        document = parse_document(draft_of(path).read_text(encoding="utf-8"), "the draft")
    except (OSError, UnicodeError, ConfigError):
        return None
    answers, left_out = document.get("answers"), document.get("left_out", [])
    way = next((known for known in get_args(Way) if known == document.get("way")), None)
    step = next((known.id for known in STEPS if known.id == document.get("step")), None)
    if not isinstance(answers, dict) or not isinstance(left_out, list) or way is None or step is None:
        return None
    return Draft(way, step, answers, tuple(str(key) for key in left_out))


def resumed(state: SetupState, draft: Draft) -> SetupState:
    """The state with the kept answers laid over the file as it is now.

    Raises:
        ConfigError: the file has changed so that they do not fit any more.
    """
    document = with_values(state.document, draft.answers)
    refuse_odd_endpoints(document, draft_of(state.path))
    return SetupState(
        state.path, state.exists, state.before, document, way=draft.way, step=draft.step, retype=draft.left_out
    )


def discard(path: Path) -> None:
    """Drop the unfinished answers, if there are any.

    Raises:
        ConfigError: the file is there and cannot be removed.
    """
    file = draft_of(path)
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{file} cannot be removed: {error.strerror}.", "Remove it by hand.") from None


def _holds_secret(key: str, value: Any) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return any(_holds_secret(key, one) for one in inner)
    return isinstance(value, SecretStr | Secret) or is_secret(key, value)
