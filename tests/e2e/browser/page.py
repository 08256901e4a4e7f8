"""One tab of the browser: what it shows, runs, asks for and gets."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.browser.devtools import BrowserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.browser.devtools import DevTools

_SECONDS = 60.0


@dataclass
class Exchange:
    """One request of a page and what became of it.

    Attributes:
        status: what the server answered, also when the page may not see it; None while there is none.
        failure: why the page got no answer; empty when it got one.
        is_over: whether the page knows how it ended, if not yet every byte of the answer.
    """

    url: str
    status: int | None = None
    failure: str = ""
    is_over: bool = False


@dataclass
class _Journal:
    """What a page's events have told, guarded by `changed`."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    loaded: set[str] = field(default_factory=set)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class Page:
    """A tab. Every method waits until its deed is done."""

    def __init__(self, devtools: DevTools, target: str, scripts: Mapping[str, bytes], requested: list[str]) -> None:
        self._devtools = devtools
        self._target = target
        self._scripts = scripts
        self._requested = requested
        self._journal = _Journal()
        self._session = devtools.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        devtools.listen(self._session, self._note)
        for command in ("Page.enable", "Network.enable", "Runtime.enable"):
            self._call(command)
        self._call("Page.setLifecycleEventsEnabled", enabled=True)
        self._call("Fetch.enable", patterns=[{"urlPattern": url} for url in self._scripts])

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every request so far, oldest first."""
        with self._journal.changed:
            return tuple(self._journal.exchanges.values())

    @property
    def errors(self) -> tuple[str, ...]:
        """Every JavaScript error that nothing caught, oldest first."""
        with self._journal.changed:
            return tuple(self._journal.errors)

    def visit(self, url: str) -> None:
        """Go to a URL and wait until it is loaded.

        Raises:
            BrowserError: there is no such page.
            TimeoutError: it was not loaded in time.
        """
        answer = self._call("Page.navigate", url=url)
        if error := answer.get("errorText"):
            raise BrowserError(f"{url}: {error}")
        with self._journal.changed:
            if not self._journal.changed.wait_for(lambda: answer["loaderId"] in self._journal.loaded, _SECONDS):
                raise TimeoutError(f"{url} was not loaded")

    def run(self, source: str) -> Any:
        """The value of a JavaScript expression in this page; of a promise, what it is fulfilled with.

        Raises:
            BrowserError: it threw.
        """
        answer = self._call("Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True)
        if error := answer.get("exceptionDetails"):
            raise BrowserError(_told(error))
        return answer["result"].get("value")

    def run_and_close(self, source: str) -> None:
        """Run an expression and close the tab at once, before anything that the expression began can have ended."""
        running = self._devtools.begin("Runtime.evaluate", self._session, expression=source)
        closing = self._devtools.begin("Target.closeTarget", targetId=self._target)
        closing.result(_SECONDS)
        if error := running.result(_SECONDS).get("exceptionDetails"):
            raise BrowserError(_told(error))

    def wait_until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true in this page, or in the one that takes its place.

        Raises:
            TimeoutError: it never was; the message ends with the page's last requests.
        """
        look = f"const look = () => (({condition}) ? resolve() : setTimeout(look, 10))"
        try:
            self.run(f"new Promise((resolve) => {{ {look}; look(); }})")
        except TimeoutError:
            raise TimeoutError(f"{condition}: never; {self.exchanges[-5:]}") from None
        except BrowserError as error:
            if "navigated" not in str(error):
                raise
            self.wait_until(condition)

    def wait_until_quiet(self) -> None:
        """Wait until no request is under way.

        Raises:
            TimeoutError: some still are.
        """
        with self._journal.changed:
            under_way = [exchange for exchange in self._journal.exchanges.values() if not exchange.is_over]
            if not self._journal.changed.wait_for(lambda: all(exchange.is_over for exchange in under_way), _SECONDS):
                raise TimeoutError(f"still under way: {under_way}")

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        return self._devtools.call(method, self._session, **parameters)

    def _note(self, method: str, event: dict[str, Any]) -> None:
        with self._journal.changed:
            match method:
                case "Page.lifecycleEvent" if event["name"] == "load":
                    self._journal.loaded.add(event["loaderId"])
                case "Runtime.exceptionThrown":
                    self._journal.errors.append(_told(event["exceptionDetails"]))
                case "Network.requestWillBeSent" if not event["request"]["url"].startswith("data:"):
                    self._requested.append(event["request"]["url"])
                    self._journal.exchanges[event["requestId"]] = Exchange(event["request"]["url"])
                case "Network.responseReceivedExtraInfo" | "Network.responseReceived" | "Network.loadingFailed":
                    self._note_progress(method, event)
                case "Fetch.requestPaused":
                    self._serve(event)
            self._journal.changed.notify_all()

    def _note_progress(self, method: str, event: dict[str, Any]) -> None:
        exchange = self._journal.exchanges.get(event["requestId"])
        if exchange is None:  # a data: URL
            return
        match method:
            case "Network.responseReceivedExtraInfo":  # also of an answer that the page may not see
                exchange.status = event["statusCode"]
            case "Network.responseReceived":
                exchange.status, exchange.is_over = event["response"]["status"], True
            case "Network.loadingFailed":
                exchange.failure, exchange.is_over = event["errorText"], True

    def _serve(self, event: dict[str, Any]) -> None:
        self._devtools.begin(
            "Fetch.fulfillRequest",
            self._session,
            requestId=event["requestId"],
            responseCode=200,
            responseHeaders=[
                {"name": "Content-Type", "value": "text/javascript"},
                {"name": "Access-Control-Allow-Origin", "value": "*"},
            ],
            body=base64.b64encode(self._scripts[event["request"]["url"]]).decode(),
        )


def _told(error: dict[str, Any]) -> str:
    return str(error.get("exception", {}).get("description") or error["text"])
