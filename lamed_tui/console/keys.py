"""The console's keys: which actions have one, where they could clash, and the keys that a person wants instead."""

from __future__ import annotations

import pkgutil
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.keys import KEY_ALIASES, Keys, _normalize_key_list
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

import lamed_tui.console
from lamed_tui.config.documents import key_of
from lamed_tui.console.key_names import declared
from lamed_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from textual.binding import Binding

    Owner = type[App[Any]] | type[Widget]

_MODIFIERS = {"ctrl", "alt", "shift"}
_NAMED = {key.value for key in Keys} | set(KEY_ALIASES)


@dataclass(frozen=True)
class Scope:
    """What listens to keys on one screen: the screen, what may have the focus in it, and the app around it.

    Attributes:
        bindings: by id; those of Textual's own widgets have none and are left out.
    """

    screen: str
    bindings: Mapping[str, Binding]

    def clashes(self, keys: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
        """Two ids that listen to one key, and the key; `keys` replaces the keys of ids."""
        listened = {name: set((keys.get(name) or one.key).split(",")) for name, one in self.bindings.items()}
        for one, other in combinations(sorted(self.bindings), 2):
            for key in sorted(listened[one] & listened[other]):
                yield one, other, key


def scopes() -> list[Scope]:
    """Every screen of the console. Loads all of it."""
    modules = list(_modules(lamed_tui.console))
    app = declared(next(one for one in _classes(modules) if one.__name__ == "LamedConsole"))
    found = []
    for screen in _classes(modules):
        if not issubclass(screen, Screen) or "BINDINGS" not in vars(screen):
            continue
        package = screen.__module__.rpartition(".")[0]
        # Where a widget is used, its class is named.
        near = [one for one in modules if one.__name__.rpartition(".")[0] == package]
        widgets = [one for one in _classes(near) if issubclass(one, Widget) and not issubclass(one, Screen)]
        around = {} if issubclass(screen, ModalScreen) else app
        inside = {name: binding for one in widgets for name, binding in declared(one).items()}
        found.append(Scope(screen.__name__, {**around, **inside, **declared(screen)}))
    return found


def keymap(wanted: Mapping[str, str]) -> dict[str, str]:
    """The keys of actions by binding id, in Textual's names, as its keymaps want them.

    Raises:
        ConfigError: an action or a key does not exist, or a key would mean two things on one screen.
    """
    if not wanted:
        return {}
    everywhere = scopes()
    known = {name: binding for scope in everywhere for name, binding in scope.bindings.items()}
    keys = {}
    for name, text in wanted.items():
        field = _field(name)
        if name not in known:
            close = get_close_matches(name, known, n=1) or [", ".join(sorted(known))]
            raise ConfigError(f"{field}: there is no such action.", f"There is: {close[0]}.")
        keys[name] = _normalize_key_list(text)
        for key in keys[name].split(","):
            if not _exists(key):
                raise ConfigError(f"{field}: there is no key {key!r}.", "Keys look like x, X, f5, ctrl+k or ctrl+up.")
    for scope in everywhere:
        before = set(scope.clashes({}))  # two actions that are never both possible may share a key
        for one, other, key in scope.clashes(keys):
            if (one, other, key) not in before:
                changed, kept = (one, other) if one in keys else (other, one)
                raise ConfigError(
                    f"{_field(changed)}: {key} is the key of {kept} already.",
                    f"Choose another one, or change {_field(kept)} as well.",
                )
    # Textual takes a key from all who share it when it gives one of them another: the others get it back.
    shared = {
        name: binding.key
        for scope in everywhere
        for pair in scope.clashes({})
        for name, binding in scope.bindings.items()
        if name in pair[:2] and any(other in keys for other in pair[:2])
    }
    return {**shared, **keys}


def _field(name: str) -> str:
    """As `lamed configure --set` wants it."""
    return key_of(["console", "keys", name])


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(info.name)


def _classes(modules: list[ModuleType]) -> list[Owner]:
    """The classes of the console that these modules define or name, each once."""
    found: dict[Owner, None] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, App | Widget) and _is_ours(value):
                found[value] = None
    return list(found)


def _is_ours(owner: type) -> bool:
    return owner.__module__.startswith(f"{lamed_tui.console.__name__}.")


def _exists(key: str) -> bool:
    *modifiers, base = key.split("+")
    if not set(modifiers) <= _MODIFIERS or not base:
        return False
    if len(base) == 1 or key in _NAMED or base in _NAMED:
        return True
    try:
        return bool(unicodedata.lookup(base.replace("_", " ").upper()))
    except KeyError:
        return False
