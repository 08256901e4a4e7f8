"""Web pages on loopback that hold a snippet, under any host name that ends in .localhost."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lamed_tui.snippet.build import ALEPHBET_URL
from tests.http_servers import Reply, serving
from tests.ports import port_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from http.server import BaseHTTPRequestHandler

    from tests.e2e.browser.page import Page

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A shop</title>
<link rel="icon" href="data:,">
<script>
Object.assign(window, {globals});
{observer}</script>
</head>
<body>
{buttons}
{snippet}</body>
</html>
"""

# What the person does here, noted without asking the snippet or its library; and the events that the library keeps,
# wherever in the page's storage, because it has not learned yet that they arrived.
_OBSERVER = """\
window.clicked = [];
document.addEventListener("click", (event) => clicked.push(event.target.dataset.goal), true);

window.unacknowledged = (stored = { ...localStorage }) => {
  if (typeof stored === "string") {
    try {
      stored = JSON.parse(stored);
    } catch {
      return [];
    }
  }
  if (stored === null || typeof stored !== "object") return [];
  if (stored.properties?._quuid) return [stored.properties];
  return Object.values(stored).flatMap((inner) => unacknowledged(inner));
};
"""
QUEUE_IS_EMPTY = "unacknowledged().length === 0"
"""JavaScript; also true before the first event, so wait for something else first where there may be none yet."""


@dataclass(frozen=True)
class Seen:
    """What a page knows of its visitor.

    Attributes:
        variant: the chosen one; None when the visitor takes no part.
        clicked: the goals of the elements clicked on, in order.
        waiting: names of the events in the client's queue, oldest first.
    """

    variant: str | None
    clicked: tuple[str, ...]
    waiting: tuple[str, ...]


class Site:
    """A web server with one page a path, which answers to any host name."""

    def __init__(self, port: int, pages: dict[str, bytes]) -> None:
        self._port = port
        self._pages = pages

    def publish(self, snippet: str, goals: Sequence[str], *, script_globals: Mapping[str, object] | None = None) -> str:
        """Put a snippet, exactly as it is, at the end of a new page's body, after one button a goal.

        Args:
            script_globals: what the page's other scripts have defined before, as JSON values.

        Returns:
            The page's path.
        """
        path = f"/{len(self._pages)}"
        page = _PAGE.format(
            observer=_OBSERVER,
            globals=json.dumps(script_globals or {}).replace("<", "\\u003c"),
            buttons="\n".join(f'<button data-goal="{escape(goal)}">{escape(goal)}</button>' for goal in goals),
            snippet=snippet,
        )
        self._pages[path] = page.encode()
        return path

    def origin(self, host: str) -> str:
        """The origin of pages under `<host>.localhost`."""
        return f"http://{host}.localhost:{self._port}"


def click(goal: str) -> str:
    """JavaScript that clicks on a goal's button."""
    return f"Array.from(document.querySelectorAll('button')).find((b) => b.dataset.goal === {json.dumps(goal)}).click()"


def seen(page: Page, experiment: str) -> Seen:
    """Ask a page what it knows; the variant is read where AlephBet keeps it."""
    key = json.dumps(f"{experiment}:variant")
    answer = page.run(
        f"""({{
          variant: JSON.parse(localStorage.getItem("alephbet") || "{{}}")[{key}] ?? null,
          clicked: clicked,
          waiting: unacknowledged().map((properties) => properties.event),
        }})"""
    )
    return Seen(answer["variant"], tuple(answer["clicked"]), tuple(answer["waiting"]))


def foreign(urls: Iterable[str], site: Site) -> list[str]:
    """The URLs that no page here has a reason to ask for: not the site's, AlephBet's or an API's on loopback."""
    own = site.origin("").rpartition(".")[2] + "/"
    return [
        url
        for url in urls
        if not (url == ALEPHBET_URL or url.startswith("http://127.0.0.1:") or f".{own}" in url.partition("?")[0])
    ]


@contextmanager
def running_site() -> Iterator[Site]:
    """A site that lives as long as the context."""
    pages: dict[str, bytes] = {}

    def reply(request: BaseHTTPRequestHandler) -> Reply:
        page = pages.get(request.path)
        return Reply(404 if page is None else 200, page or b"", {"Content-Type": "text/html"})

    with serving(reply) as origin:
        yield Site(port_of(origin), pages)
