"""What a key is called in a sentence: taken from the bindings, so that sentences name the keys that a person chose."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.keys import format_key
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import ActiveBinding
    from textual.screen import Screen

Keys = Callable[[str], str]
"""The name of an action's key, by the binding's id."""

_PACKAGE = f"{__name__.rpartition('.')[0]}."
_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "Page Up",
    "pagedown": "Page Down",
    "home": "Home",
    "end": "End",
    "insert": "Insert",
    "delete": "Delete",
}
_PLACE = re.compile(r"\{([a-z]+\.[a-z-]+)\}")


def in_words(key: str) -> str:
    """A key by Textual's name as people write it: "Ctrl+N", "Shift+D", "Esc", "Page Up", "/"."""
    *modifiers, base = key.split("+")
    name = _NAMES.get(base, format_key(base))
    if len(base) > 1 and base not in _NAMES:
        name = name.capitalize()  # F1; a character such as / stays as it is
    elif modifiers:
        name = name.upper() if len(name) == 1 else name
    elif base.isupper():
        modifiers = ["shift"]
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def key_name(screen: Screen[Any], name: str) -> str:
    """The key of an action, the first where there are several, of the screen, the app, or any widget of the console.

    Raises:
        LookupError: no binding of theirs has that id.
    """
    wished: str | None = screen.app._keymap.get(name)  # noqa: SLF001 - no public name for what `set_keymap` was given
    if wished:
        return in_words(wished.split(",")[0])
    # Not only widgets on the screen: a page's help tells of what is typed on the next.
    owners = chain((type(screen), type(screen.app)), _widgets(Widget))
    binding = next((known[name] for known in map(declared, owners) if name in known), None)
    if binding is None:
        raise LookupError(f"{name} is no action of {type(screen).__name__}")
    return in_words(binding.key.split(",")[0])


def active_keys(screen: Screen[Any]) -> list[ActiveBinding]:
    """The keys that work now. One that a person chose stands where the other stood: Textual puts it at the end."""
    wished = screen.app._keymap  # noqa: SLF001 - no public name for what `set_keymap` was given
    found = list(screen.active_bindings.values())
    ordered = [one for one in found if one.binding.id not in wished]
    for one in found:
        if (name := one.binding.id) is not None and name in wished:
            names = list(declared(type(one.node)))
            before = names[: names.index(name) + 1]
            near = [n for n, other in enumerate(ordered) if other.node is one.node]
            place = next((n + 1 for n in reversed(near) if ordered[n].binding.id in before), near[0] if near else None)
            ordered.insert(len(ordered) if place is None else place, one)
    return ordered


def with_key_names(text: str, key: Keys) -> str:
    """A text in which ids of bindings stand in braces, with the names of their keys instead."""
    return _PLACE.sub(lambda place: key(place[1]), text)


def _widgets(kind: type[Widget]) -> Iterator[type[Widget]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith(_PACKAGE):
            yield one
        yield from _widgets(one)


@cache
def declared(owner: type) -> dict[str, Binding]:
    """The bindings, by id, of a class and of those of ours that it is made from."""
    return {
        binding.id: binding
        for one in reversed(owner.__mro__)
        if one.__module__.startswith(_PACKAGE)
        for binding in vars(one).get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.id
    }
