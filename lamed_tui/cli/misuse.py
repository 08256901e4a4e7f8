"""A command line that cannot be understood, in one sentence of ours instead of click's words for programmers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from typing import Any


def in_our_words(error: click.ClickException) -> UsageError:
    """What is the matter with the command line, and where its options are explained."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    what = _sentence(error)
    return UsageError(
        what if what.endswith((".", "?")) else f"{what}.",
        f"See: {context.command_path if context else 'lamed'} --help",
    )


def _sentence(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            meant = f" Did you mean {_alternatives(sorted(error.possibilities))}?" if error.possibilities else ""
            return f"There is no option {error.option_name}.{meant}"
        case click.MissingParameter() if error.param:
            choices = _takes(error.param.type) if isinstance(error.param.type, click.Choice) else ""
            return f"{_name(error.param)} is missing{f': {choices}' if choices else ''}."
        case click.BadParameter() if error.param:
            takes = _takes(error.param.type)
            return f"{_name(error.param)} must be {takes}." if takes else f"{_name(error.param)}: {error.message}"
    return error.message


def _name(parameter: click.Parameter) -> str:
    """As it is written on the command line: --interval, or RELEASE."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name


def _takes(kind: click.ParamType[Any]) -> str:
    """What an option of this type takes, to follow "must be"; empty where the error itself says it."""
    match kind:
        case click.IntRange():
            return f"a whole number {_range(kind.min, kind.max, above=kind.min_open)}"
        case click.FloatRange():
            return f"a number {_range(kind.min, kind.max, above=kind.min_open)}"
        case click.types.FloatParamType():
            return "a number"
        case click.Choice():
            return _alternatives([str(choice) for choice in kind.choices])
    return ""


def _range(low: float | None, high: float | None, *, above: bool) -> str:
    if high is None:
        return f"of at least {low}"
    return f"above {low} and up to {high}" if above else f"from {low} to {high}"


def _alternatives(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
