"""Write docs/configuration.md from the model and docs/commands.md from the commands: `make reference`."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import click
from pydantic import BaseModel, SecretStr

from lamed_tui.cli.main import lamed
from lamed_tui.config.checking import problems
from lamed_tui.config.model import Config
from lamed_tui.console.key_names import in_words
from lamed_tui.console.keys import scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

HERE = Path(__file__).parent
COLUMNS = 80
"""The terminal whose `--help` is shown."""

_NEVER_VALID = "\x00"
"""The model says in its own words what a key takes, when it is given what no key takes."""

_CONFIGURATION = """\
# Configuration

Written by `make reference` from the model that checks the file; what a key takes is said as an error would say it.

Settings are one JSON object. It is looked for in this order: `--config FILE`, `./config.json`,
`~/.lamed/config.json`. It must be a file or a symbolic link to one, not a pipe or `/dev/stdin`: it is read more than
once. Every key may be left out, unless it is said to be required. Keys that this version does not know are kept and
named by `lamed preflight`, never refused. A file written for 0.4.3 is valid as it is.

```bash
lamed configure --set redis.host=redis.example.com --set redis.port=6380
lamed configure --set 'cors_origins=["https://shop.example"]'
lamed configure --set redis.port=
lamed configure --show
```

The value is JSON where it is JSON, else text; nothing after `=` removes the key, so that its default holds again.
A password is never shown: give it as `redis.password=-` and it is asked for, or read from a pipe.

Environment variables win over the file: `LAMED_REDIS_URL`, `LAMED_REDIS_USERNAME` and `LAMED_REDIS_PASSWORD`, and AWS's
own (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, …) over the `aws` section.
"""

_COMMANDS = """\
# Commands

Written by `make reference`: what `--help` says of each command. Data goes to stdout, everything else to stderr, and
`--json` is for machines. Exit codes: 0 done or nothing to change, 1 failed, 2 wrong usage or configuration, 3 AWS
credentials, 4 the stack needs repair first, 5 declined, 130 interrupted or detached.
"""


def configuration() -> str:
    """The page on every key of `config.json`."""
    return _CONFIGURATION + "".join(_sections(Config, "")) + "".join(_actions())


def _actions() -> Iterator[str]:
    """The actions of the console by the ids that `console.keys` takes."""
    yield "\n## Actions of the console\n\n"
    yield "The ids that `console.keys` takes. A dot within a key is escaped: "
    yield "`lamed configure --set 'console.keys.monitor\\.sort=S'`.\n\n"
    yield "| action | key | does |\n| --- | --- | --- |\n"
    bindings = {name: binding for scope in scopes() for name, binding in scope.bindings.items()}
    for name, binding in sorted(bindings.items()):
        keys = " ".join(f"`{in_words(key)}`" for key in binding.key.split(","))
        yield f"| `{name}` | {keys} | {binding.tooltip or binding.description} |\n"


def commands() -> str:
    """The page on every command: its help on a terminal of `COLUMNS`."""
    context = lamed.make_context("lamed", [], resilient_parsing=True, terminal_width=COLUMNS, max_content_width=COLUMNS)
    names = lamed.list_commands(context)
    found = [(name, lamed.get_command(context, name)) for name in names]
    pages = [_help("lamed", context)]
    for name, command in found:
        if command is not None:
            inner = click.Context(command, context, name, terminal_width=COLUMNS, max_content_width=COLUMNS)
            pages.append(f"## lamed {name}\n\n{_help(f'lamed {name}', inner)}")
    return "\n".join([_COMMANDS, *pages])


def _help(name: str, context: click.Context) -> str:
    return f"```console\n$ {name} --help\n{context.get_help()}\n```\n"


def _sections(section: type[BaseModel], prefix: str) -> Iterator[str]:
    """One table for each section, those of the sections within it after it."""
    title = f"`{prefix.rstrip('.')}`" if prefix else "The whole file"
    yield f"\n## {title}\n\n"
    if prefix:
        yield f"{' '.join((section.__doc__ or '').split())}\n\n"
    yield "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n"
    inner: list[tuple[type[BaseModel], str]] = []
    for name, field in section.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        found = _section_in(field.annotation)
        if found is None:
            yield f"| `{key}` | {_takes(key)} | {_default(field)} | {_cell(field.description or '')} |\n"
        else:
            kind, below = found
            inner.append((kind, f"{key}.{below}"))
            words = (kind.__doc__ or "").strip().splitlines()[0]
            yield f"| `{key}` | {_takes(key)}: see below | {_default(field)} | {_cell(field.description or words)} |\n"
    for kind, path in inner:
        yield from _sections(kind, path)


def _section_in(annotation: Any) -> tuple[type[BaseModel], str] | None:
    """The section that a key holds, one or several of it, and what stands between key and section."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    if get_origin(annotation) in {UnionType, Union}:
        return next((_section_in(one) for one in get_args(annotation) if one is not NoneType), None)
    if get_origin(annotation) is tuple and (found := _section_in(get_args(annotation)[0])):
        return found[0], "N."
    if get_origin(annotation) is dict and (found := _section_in(get_args(annotation)[1])):
        return found[0], "NAME."
    return None


def _takes(key: str) -> str:
    """What the model demands of a key."""
    probe = key.split(".")
    document: Any = _NEVER_VALID
    for part in reversed(probe):
        document = [document] if part == "N" else {part: document}
    found = [one.sentence for one in problems(document) if _stands_for(one.key, probe)]
    if not found:
        return "text"
    words = found[0].removeprefix("must be ").removeprefix("input should be ").removesuffix(".")
    return _cell(f"text that {words}" if words.startswith("must ") else words)


def _stands_for(path: str, key: list[str]) -> bool:
    return path.split(".")[: len(key)] == ["0" if part == "N" else part for part in key]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel | SecretStr):
        return ""
    return _cell(f"`{json.dumps(value, ensure_ascii=False)}`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write both pages."""
    (HERE / "configuration.md").write_text(configuration())
    (HERE / "commands.md").write_text(commands())


if __name__ == "__main__":
    main()
