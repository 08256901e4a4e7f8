"""Is the configuration what its author meant, and kept to itself?"""

from __future__ import annotations

import shlex
import stat
from typing import TYPE_CHECKING

from lamed_tui.config.documents import flattened, is_secret
from lamed_tui.config.known import meant_by, unknown_keys
from lamed_tui.preflight.result import passed, warned

if TYPE_CHECKING:
    from lamed_tui.preflight.result import Finding
    from lamed_tui.preflight.subject import Subject


def valid(subject: Subject) -> Finding:
    """It was read, so it is valid; what remains is whether all of it is used."""
    loaded = subject.loaded
    # What wiring entries hold beyond our needs is told with the endpoints.
    unknown = [key for key in unknown_keys(loaded.config) if not key.startswith("extra_wiring.")]
    if unknown:
        return warned(
            f"{loaded.path} holds keys that this version does not use: {', '.join(map(_with_suggestion, unknown))}.",
            "Correct or remove them with lamed configure.",
        )
    if not loaded.exists and not loaded.environment:
        return warned(f"There is no {loaded.path}, so every setting has its default.", "Create it: lamed configure")
    variables = ", ".join(dict.fromkeys(loaded.environment.values()))
    return passed(f"{loaded.path if loaded.exists else 'Defaults'}{f' and {variables}' if variables else ''}")


def private(subject: Subject) -> Finding:
    """A file with a password is for its owner's eyes."""
    loaded = subject.loaded
    if not any(is_secret(key, value) for key, value in flattened(loaded.document)):
        return passed("No secret is kept in a file.")
    mode = stat.S_IMODE(loaded.path.stat().st_mode)
    if mode & 0o077:
        return warned(
            f"{loaded.path} holds a secret, and other users of this computer may read it (mode {mode:o}).",
            f"chmod 600 {shlex.quote(str(loaded.path))}",
        )
    return passed(f"{loaded.path} is readable by its owner only.")


def endpoints(subject: Subject) -> Finding:
    """The routes and functions, built-in and extra, fit together."""
    wiring = subject.wiring
    if wiring.warnings:
        return warned(" ".join(wiring.warnings), "Correct extra_wiring with lamed configure --edit.")
    paths = ", ".join(f"{endpoint.method} /{endpoint.path}" for endpoint in wiring.endpoints)
    return passed(f"{paths}; {len(wiring.functions)} functions")


def _with_suggestion(key: str) -> str:
    meant = meant_by(key)
    return f"{key} (did you mean {meant}?)" if meant else key
