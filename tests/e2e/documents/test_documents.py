"""Every command that the documents give is run here as it is printed, in order, against the embedded stack.

What a document shows of the outcome must really be printed. What a story needs beforehand, such as a Redis that is
away, is arranged by `ARRANGED`; where a person has to press keys, `PRESSED` does.
"""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.embedded.stack import Stack, running_stack
from tests import old_lamed
from tests.e2e.documents.blocks import Command, commands, is_told
from tests.e2e.terminal import running_in_tmux

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
    if any(True for _ in commands(path))
)


@dataclass
class World:
    """A person's home, the embedded stack, and a terminal's environment."""

    home: Path
    stack: Stack
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, line: str, *, columns: int = 110) -> subprocess.CompletedProcess[str]:
        """Run a line in bash; both outputs in one."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.home,
            env=self.environment | {"COLUMNS": str(columns)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=150,
        )

    def must(self, line: str) -> str:
        """Run a line that has to work, and return what it printed."""
        run = self.run(line)
        assert run.returncode == 0, f"{line}\n{run.stdout}"
        return run.stdout


def name_it_shop(world: World) -> None:
    (world.home / "config.json").write_text('{"name": "shop"}')


def kill_a_deployment(world: World) -> None:
    world.must("lamed configure --set functions.memory_size=512")
    with subprocess.Popen(
        ["lamed", "deploy", "--yes", "--no-preflight"],
        cwd=world.home,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as deployment:
        assert deployment.stdout is not None
        assert "Release 2" in deployment.stdout.readline()
        deployment.kill()


def lose_redis(world: World) -> None:
    world.environment["LAMED_REDIS_URL"] = "redis://127.0.0.1:1/0"


def find_redis(world: World) -> None:
    world.environment["LAMED_REDIS_URL"] = world.stack.redis_url


def empty_the_bucket(world: World) -> None:
    s3 = connect(AwsSettings(), world.stack.environment).s3
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"], Prefix="packages/").get("Contents", ()):
            s3.delete_object(Bucket=bucket["Name"], Key=item["Key"])


def old_redis(world: World) -> dict[str, Any]:
    address = urlsplit(world.stack.redis_url)
    return {"host": address.hostname, "port": address.port}


def deploy_the_old_one(world: World) -> None:
    folder = world.home / "old"
    folder.mkdir()
    old_lamed.deploy(folder, old_redis(world), world.environment, hurried=True)


def use_the_old_one(world: World) -> None:
    """0.4.3 is deployed, its handlers have counted, and its configuration lies in the working folder."""
    deploy_the_old_one(world)
    (world.home / "config.json").write_bytes((world.home / "old" / "config.json").read_bytes())
    arms = [("blue", 41, 4), ("green", 38, 9)]
    events = [
        {
            "namespace": "alephbet",
            "experiment": "button",
            "variant": arm,
            "event": event,
            "uuid": f"{arm}{event}{one}",
        }
        for arm, visitors, buyers in arms
        for event, count in (("participate", visitors), ("purchase", buyers))
        for one in range(count)
    ]
    with old_lamed.running_old_lamed(world.home / "old", old_redis(world)) as old:
        old.track_all(events)


def leave_as_it_is(_world: World) -> None:
    pass


ARRANGED: dict[tuple[str, str], list[Callable[[World], None]]] = {
    ("docs/migration.md", "lamed configure --show"): [use_the_old_one],
    ("docs/operations.md", "lamed preflight"): [name_it_shop],
    ("docs/operations.md", "lamed deploy --yes"): [leave_as_it_is, lose_redis],
    ("docs/operations.md", "lamed status"): [kill_a_deployment],
    ("docs/operations.md", "lamed rollback --yes"): [find_redis],
    ("docs/operations.md", "lamed rollback 1 --yes"): [empty_the_bucket],
    ("docs/operations.md", "lamed adopt --yes"): [deploy_the_old_one],
}
"""What happens just before a command, each time that it stands in the document."""

PRESSED = {
    "lamed": [("No events yet", ["q"])],
    "lamed deploy": [("[y/N]", ["y", "Enter"])],
}
"""Keys for a command that needs a person, each pressed once the words before them are on the screen."""


def contains(words: str, shown: str) -> bool:
    return words in shown


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds this version's wheel."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(pip, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    return folder


def new_home(directory: Path, stack: Stack) -> World:
    """A fresh person's home; `TMPDIR` is there too."""
    environment = {
        **stack.environment,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return World(directory, stack, environment)


def follow(world: World, command: Command, wheels: Callable[[], Path]) -> str:
    """Do what a line says, and return what it printed.

    Raises:
        AssertionError: it did not end as the document says.
    """
    line = command.text
    if line.startswith("make "):
        # What the targets do is tested elsewhere: `make test` runs this, test_demo.py is `make demo`.
        return world.must(f"make --directory {ROOT} --dry-run {line.removeprefix('make ')}")
    if line.startswith("pip install "):
        # The packages that ours needs are not installed again: the packaging tests do that.
        world.must("python -m venv --without-pip fresh")
        world.environment |= {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_FIND_LINKS": str(wheels())}
        pip = f"python -m pip --disable-pip-version-check --python fresh/bin/python {line.removeprefix('pip ')}"
        return world.must(f"{pip} && fresh/bin/python -c 'import lamed_tui'")
    if keys := PRESSED.get(line):
        directory = world.home / "terminal"
        directory.mkdir(exist_ok=True)
        # A terminal takes PATH from elsewhere.
        shell = f"cd {world.home} && PATH={shlex.quote(world.environment['PATH'])} && {line}"
        with running_in_tmux(["bash", "-c", shell], directory, world.environment) as terminal:
            for words, pressed in keys:
                terminal.wait_until(partial(contains, words), what=f"{line}: {words}")
                terminal.press(*pressed)
            assert terminal.wait_for_exit(seconds=120) == 0, terminal.text()
            return terminal.text()
    run = world.run(line)
    assert (run.returncode != 0) == command.fails, f"{line!r} ended with {run.returncode}:\n{run.stdout}"
    return run.stdout


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.timeout(400)
def test_every_command_does_what_the_document_says(
    document: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = tmp_path / "h"
    home.mkdir()
    arranged = {key: iter(steps) for key, steps in ARRANGED.items()}
    with running_stack() as stack:
        world = new_home(home, stack)
        for command in commands(ROOT / document):
            next(arranged.get((document, command.text), iter(())), leave_as_it_is)(world)
            said = follow(world, command, lambda: request.getfixturevalue("wheels"))
            shown = "\n".join(command.shown or ()).replace(" root ", f" {getpass.getuser()} ")
            assert is_told(shown, said), f"{document}:{command.line}: {command.text}\nprints\n{said}\nnot\n{shown}"


def test_what_is_arranged_belongs_to_a_command() -> None:
    there = {(document, command.text) for document in DOCUMENTS for command in commands(ROOT / document)}
    assert [one for one in ARRANGED if one not in there] == []
    assert [line for line in PRESSED if line not in {text for _, text in there}] == []


def test_a_shown_line_that_is_not_printed_is_noticed() -> None:
    said = "Release 3 of shop\n  ~ modify  TrackFunction\n1 to add.\nRelease 3 is live after 12.5 s.\n"
    assert is_told("Release 1 of shop\n3 to add.\nRelease 1 is live after 2 s.", said)
    assert not is_told("Release 1 of shop\nNothing to change.", said)
    assert not is_told("3 to add.\nRelease 1 of shop", said)


def test_an_identifier_of_letters_alone_is_one_too() -> None:
    assert is_told("It has its deployment fdb7f65f again.", "It has its deployment beeefdda again.")


def test_commands_are_found_in_both_kinds_of_blocks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```bash\n# a word\nlamed one  # why\nlamed two\n```\n\n"
        "```console\n$ a\nError: no.\n$ b\n```\n\n```json\n{}\n```\n"
    )
    found = list(commands(page))
    assert [(command.line, command.text, command.shown) for command in found] == [
        (3, "lamed one", None),
        (4, "lamed two", None),
        (8, "a", ("Error: no.",)),
        (10, "b", ()),
    ]
    assert [command.fails for command in found] == [False, False, True, False]
