"""Narrowing a snapshot to the experiments somebody asked for."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from lamed_tui.errors import UsageError
from lamed_tui.experiments.names import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.experiments.snapshot import Snapshot

_MOST_NAMED = 8


def select(snapshot: Snapshot, names: Sequence[str]) -> Snapshot:
    """The snapshot with only the named experiments, in its own order; all of them when none is named.

    A name may also be given as it is shown: nobody can type a character that is shown as its escape.

    Raises:
        UsageError: one of them does not exist.
    """
    if not names:
        return snapshot
    known = [experiment.name for experiment in snapshot.experiments]
    chosen = {_meant(name, known, snapshot.namespace) for name in names}
    return replace(snapshot, experiments=tuple(one for one in snapshot.experiments if one.name in chosen))


def _meant(name: str, known: Sequence[str], namespace: str) -> str:
    if name in known:
        return name
    shown_so = [one for one in known if printable(one) == name]
    if len(shown_so) == 1:
        return shown_so[0]
    raise UsageError(
        f'There is no experiment "{printable(name)}" in the namespace "{printable(namespace)}".', _hint(name, known)
    )


def _hint(name: str, known: Sequence[str]) -> str:
    if not known:
        return "The namespace holds no experiment yet; another one can be named with --namespace."
    close = get_close_matches(name, known, n=1)
    if close:
        return f'Did you mean "{printable(close[0])}"?'
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return "There are: " + ", ".join(printable(one) for one in known[:_MOST_NAMED]) + more + "."
