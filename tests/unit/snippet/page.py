"""Run a snippet as a page would: the HTML's scripts are found by an HTML parser and evaluated by Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Scripts(HTMLParser):
    """The script elements of a page: their attributes and their text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "script", f"the snippet holds a <{tag}> element"
        self._inside = True
        self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        assert tag == "script"
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            attributes, text = self.found[-1]
            self.found[-1] = (attributes, text + data)
        else:
            assert not data.strip(), "some of the snippet would show as text on the page"


class Page:
    """A running Node.js that evaluates snippets."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self,
        snippet: str,
        *,
        clicks: Sequence[str | None] = (),
        page_globals: Mapping[str, object] | None = None,
        library: str | None = None,
    ) -> dict[str, Any]:
        """What the snippet did: which names it gave AlephBet, and which requests left the page."""
        is_html = snippet.startswith("<!--")
        request = {
            "format": "html" if is_html else "module",
            "code": Scripts(snippet).found[1][1] if is_html else snippet,
            "clicks": list(clicks),
            "globals": dict(page_globals or {}),
            "library": library,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def running_page() -> Iterator[Page]:
    """A `Page` that lives as long as the context."""
    node = shutil.which("node")
    assert node, "Node.js is missing: install it (Debian: apt install nodejs), snippets cannot be tested without it"
    command = [node, "--no-warnings", "--experimental-vm-modules", str(Path(__file__).with_name("page.mjs"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Page(process)
        finally:
            process.kill()
