"""`lamed configure`: show, set, edit, or answer questions."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from lamed_tui.cli.context import pass_invocation
from lamed_tui.cli.output import json_text, print_json, say
from lamed_tui.errors import ConfigError, UsageError
from lamed_tui.experiments.names import visible

if TYPE_CHECKING:
    from pathlib import Path

    from lamed_tui.cli.context import Invocation
    from lamed_tui.config.files import Document

_WAYS = (
    "Use lamed configure --show, lamed configure --set KEY=VALUE, or lamed configure --edit; "
    "see lamed configure --help."
)


@click.command()
@click.option("--show", is_flag=True, help="Print every setting in force, secrets masked, and where it came from.")
@click.option("--json", "as_json", is_flag=True, help="With --show: print one JSON document.")
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a key such as redis.host. Repeat it to set several at once: all or none.",
)
@click.option("--plain", is_flag=True, help="Ask line by line, as for screen readers and small terminals.")
@click.option("--edit", is_flag=True, help="Open the file in $VISUAL or $EDITOR, and check it on saving.")
@pass_invocation
def configure(
    invocation: Invocation, *, show: bool, as_json: bool, assignments: tuple[str, ...], plain: bool, edit: bool
) -> int:
    """Set up Redis, AWS and the endpoints.

    Without an option, the wizard opens.

    \b
    VALUE is JSON where it is JSON ("true", "[1, 2]"), else text.
      KEY=         removes the key, so that its default holds again
      KEY='""'     sets empty text
      KEY=-        asks for the value, or reads it as a line of standard
                   input, so that no secret stands in the shell's history
    Secrets are always text. A dot within a name is written \\.
    """
    if show + bool(assignments) + plain + edit > 1:
        raise click.UsageError("--show, --set, --plain and --edit exclude each other.")
    if as_json and not show:
        raise click.UsageError("--json needs --show.")
    from lamed_tui.config import files

    if show:
        _show(invocation, as_json=as_json)
        return 0
    path = files.locate(invocation.config_path, must_exist=False)
    if assignments:
        return _set(path, assignments)
    if edit:
        return _edit(path)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("Nobody is there to answer questions: this is not a terminal.", _WAYS)
    if plain:
        from lamed_tui.cli.configure_questions import ask

        return ask(path, os.environ)
    from lamed_tui.cli.console import open_setup

    return open_setup(path)


def _show(invocation: Invocation, *, as_json: bool) -> None:
    from lamed_tui.cli.configure_report import settings_in_force

    loaded = invocation.load()
    settings = settings_in_force(loaded, os.environ)
    if as_json:
        document = {key: {"value": value, "source": source} for key, value, source in settings}
        print_json({"file": str(loaded.path), "exists": loaded.exists, "settings": document})
        return
    for key, value, source in settings:
        click.echo(f"{visible(key)} = {json_text(value)}  ({visible(source)})")
    if not loaded.exists:
        say(f"There is no {loaded.path} yet.")


def _set(path: Path, assignments: tuple[str, ...]) -> int:
    from lamed_tui.config import files

    before, _ = files.read_document(path)
    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(f"{key!r} is not an assignment.", "Write it as KEY=VALUE, such as redis.port=6380.")
        values[key] = _value(key, text, before, path)
    if values.get("redis.url") is not None:
        for name in files.CONNECTION_KEYS:
            # As with LAMED_REDIS_URL: a password must not go to another server than it was meant for.
            values.setdefault(f"redis.{name}", None)
    return _save(path, before, files.with_values(before, values))


def _value(key: str, text: str, document: Document, path: Path) -> Any:
    """What a text on the command line stands for; None removes the key."""
    from lamed_tui.config.documents import is_secret

    if text == "-":
        return _read_value(key)
    if text == "" or is_secret(key):
        return text or None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text
    # A profile named 123456789012 is text, although it is JSON too.
    if isinstance(value, bool | int | float) and not _fits(document, key, value, path):
        return text if _fits(document, key, text, path) else value
    return value


def _fits(document: Document, key: str, value: Any, path: Path) -> bool:
    from lamed_tui.config import files

    try:
        files.check(files.with_values(document, {key: value}), path)
    except ConfigError:
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _read_value(key: str) -> str | None:
    if sys.stdin.isatty():
        value: str = click.prompt(f"{key} (not shown)", hide_input=True, default="", show_default=False, err=True)
        return value or None
    return sys.stdin.readline().rstrip("\r\n") or None


def _edit(path: Path) -> int:
    from lamed_tui.config import files

    original = _text_of(path)
    text = original
    while (edited := click.edit(text, extension=".json")) is not None:
        if edited.rstrip() == original.rstrip():
            text = original
            break
        text = edited
        if _text_of(path) != original:
            raise ConfigError(
                f"{path} has been changed by somebody else meanwhile.",
                f"Your text is kept in {files.keep_rejected(path, text)}",
            )
        try:
            return _save(path, _document_of(original), files.parse_document(edited, str(path)))
        except ConfigError as error:
            say(f"Not saved: {error.what}")
            if not _edit_again():
                break
    if text == original:
        say(f"Nothing was changed in {path}")
        return 0
    kept = files.keep_rejected(path, text)
    raise ConfigError(f"{path} was not changed.", f"Your text is kept in {kept}")


def _text_of(path: Path) -> str:
    """The file as it is, also when it is no valid configuration; without a file, something to begin with."""
    from lamed_tui.config import files
    from lamed_tui.config.documents import rendered

    try:
        return files.content_of(path).decode("utf-8-sig")
    except FileNotFoundError:
        return rendered({"redis": {"host": "localhost", "port": 6379}, "extra_wiring": []}).decode()
    except OSError as error:
        raise files.unreadable(path, error) from None
    except UnicodeError as error:
        raise ConfigError(f"{path} cannot be read as text: {error}.", "Save it as UTF-8.") from None


def _document_of(text: str) -> Document:
    from lamed_tui.config import files

    try:
        return files.parse_document(text, "the file")
    except ConfigError:
        return {}


def _edit_again() -> bool:
    if not sys.stdin.isatty():
        return False
    try:
        return click.confirm("Edit again?", default=True, err=True)
    except click.Abort:
        return False


def _save(path: Path, before: Document, after: Document) -> int:
    from lamed_tui.config import files
    from lamed_tui.setup.review import changes, remarks

    files.save(path, after)
    told = list(changes(before, after))
    for line in told:
        say(line)
    for line in remarks(files.check(after, path), before, after, os.environ):
        say(line)
    say(f"Saved {path}" if told else f"Nothing was changed in {path}")
    return 0
