"""The endpoints step of `lamed configure --plain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import questionary

from lamed_tui.cli.output import say
from lamed_tui.deploy.wiring import TRACK
from lamed_tui.errors import ConfigError
from lamed_tui.setup.questions import text_of, value_of
from lamed_tui.setup.routes import (
    BLOCKER_HINT,
    ROUTE_QUESTIONS,
    entries_of,
    neutral_entry,
    new_entry,
    overview,
    problems_with_entry,
    with_entry,
    with_route_answer,
    without_entry,
)
from lamed_tui.setup.state import with_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.setup.questions import Question
    from lamed_tui.setup.routes import Entry, Overview
    from lamed_tui.setup.state import SetupState


def ask_for_routes(state: SetupState) -> Iterator[SetupState]:
    """Show the endpoints and let them be changed; yields the state after each change, at least once."""
    yield state
    while True:
        found = overview(state.document)
        _show(found)
        deed = questionary.select("Endpoints", _deeds(found, state)).unsafe_ask()
        if deed == "done":
            return
        state = _changed(state, deed)
        yield state


def _show(found: Overview) -> None:
    for row in found.rows:
        key = "with API key" if row.needs_key else "public"
        say(f"  {row.method} {row.path} {row.does}, {key}, {row.function}")
    if found.problem:
        say(f"  Not deployable: {found.problem}")
    for warning in found.warnings:
        say(f"  Note: {warning}")
    if found.lacks_neutral_path:
        say(f"  {BLOCKER_HINT}")


def _deeds(found: Overview, state: SetupState) -> list[questionary.Choice]:
    deeds = [questionary.Choice("go on", "done"), questionary.Choice("add an endpoint", "add")]
    if found.lacks_neutral_path:
        path = neutral_entry(state.document)["api_gateway"]["pathPart"]
        deeds.insert(1, questionary.Choice(f"add /{path}, which no ad-blocker minds", "neutral"))
    for row in found.rows:
        if row.index is not None:
            deeds.append(questionary.Choice(f"change {row.path}", ("change", row.index)))
            deeds.append(questionary.Choice(f"remove {row.path}", ("remove", row.index)))
    return deeds


def _changed(state: SetupState, deed: str | tuple[str, int]) -> SetupState:
    match deed:
        case "neutral":
            return with_routes(state, with_entry(state.document, None, neutral_entry(state.document)))
        case ("remove", int(index)):
            return with_routes(state, without_entry(state.document, index))
        case ("change", int(index)):
            entry = _asked(state, index, entries_of(state.document)[index])
            return with_routes(state, with_entry(state.document, index, entry))
    entry = _asked(state, None, new_entry(TRACK, ""))
    return with_routes(state, with_entry(state.document, None, entry))


def _asked(state: SetupState, index: int | None, entry: Entry) -> Entry:
    """The entry as answered, once it can be deployed together with the others."""
    while True:
        for question in ROUTE_QUESTIONS:
            entry = _answered(state, index, entry, question)
        problems = problems_with_entry(state.document, index, entry)
        if not problems:
            return entry
        for sentence in problems.values():
            say(f"  {sentence}")


def _answered(state: SetupState, index: int | None, entry: Entry, question: Question) -> Entry:
    say(f"  {question.help}")
    if question.kind == "flag":
        yes = questionary.confirm(question.title, default=bool(value_of(question, entry))).unsafe_ask()
        return with_route_answer(entry, question, yes)
    if question.kind == "choice":
        choices = [questionary.Choice(choice.label, choice.value) for choice in question.choices]
        now = next((choice for choice in choices if choice.value == text_of(question, entry)), choices[0])
        return with_route_answer(entry, question, questionary.select(question.title, choices, default=now).unsafe_ask())

    def verdict(typed: str) -> bool | str:
        try:
            answered = with_route_answer(entry, question, typed)
        except ConfigError as error:
            return error.what
        return problems_with_entry(state.document, index, answered).get(question.key) or True

    text = questionary.text(question.title, default=text_of(question, entry), validate=verdict).unsafe_ask()
    return with_route_answer(entry, question, text)
