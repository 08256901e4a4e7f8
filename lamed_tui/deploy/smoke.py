"""The smoke test: ask the deployed URL whether it counts each event once, guards its results and cleans up.

It counts for an experiment of its own that it removes again, so nobody's counters are touched: in the configured
namespace, since that is what a narrow Redis user's key patterns name, or in a namespace of its own where the limits let
no experiment of its own be.
"""

from __future__ import annotations

import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from lamed_tui.deploy import status
from lamed_tui.deploy.events import SmokeChecked
from lamed_tui.deploy.wiring import ALL, DELETE, TRACK
from lamed_tui.loopback import opener

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from lamed_tui.aws.session import Aws
    from lamed_tui.config.model import Config, LimitSettings
    from lamed_tui.deploy.clock import Clock
    from lamed_tui.deploy.events import EndpointUrl

_ANSWER_SECONDS = 35.0
_VARIANT, _GOAL = "a", "goal"
_PAUSE_SECONDS = 1.0
_FRESH_API_SECONDS = 60.0
_APART = "smoke-"


class Answer(NamedTuple):
    """A status (0 when nothing answered, with the reason in the body) and a body."""

    status: int
    body: str


Transport = Callable[[str, str, Mapping[str, str]], Answer]
"""Method, URL and headers to an answer; raises nothing."""


def over_http(method: str, url: str, headers: Mapping[str, str]) -> Answer:
    """Ask for real."""
    request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310 - our own endpoint
    try:
        with opener(url).open(request, timeout=_ANSWER_SECONDS) as answer:
            return Answer(answer.status, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, str(getattr(error, "reason", error)))


@dataclass(frozen=True)
class Names:
    """What the test calls its things, within the configured limits.

    Attributes:
        apart: whether the namespace is the test's own, so that the experiment may have anybody's name.
    """

    namespace: str
    experiment: str
    uuids: tuple[str, str]
    apart: bool


def names(namespace: str, limits: LimitSettings, token: str) -> Names:
    """Names that the limits allow.

    Args:
        namespace: the configured one.
        token: at least 32 hexadecimal digits that nobody used before.
    """
    uuids = token[: limits.uuid_bytes], token[::-1][: limits.uuid_bytes]
    own = f"lamed-smoke-{token[:10]}"
    if not limits.experiments and len(own) <= limits.name_bytes and len(namespace.encode()) <= limits.namespace_bytes:
        return Names(namespace, own, uuids, apart=False)
    return Names(
        f"{_APART}{token[:10]}" if limits.namespace_bytes >= 16 else token[: limits.namespace_bytes],
        limits.experiments[0] if limits.experiments else "smoke"[: limits.name_bytes],
        uuids,
        apart=True,
    )


@dataclass(frozen=True)
class SmokeTest:
    """One run against one deployment.

    Attributes:
        endpoints: the deployed routes.
        api_key: the key's value.
        patience: seconds that a fresh route or key may need until API Gateway knows it everywhere.
    """

    endpoints: Sequence[EndpointUrl]
    api_key: str
    names: Names
    clock: Clock
    transport: Transport = over_http
    patience: float = 0.0

    def run(self) -> Generator[SmokeChecked, None, None]:
        """Yield each expectation as soon as it is known; what was written is removed in any case."""
        try:
            yield from self._check()
        finally:
            self._delete()

    def _check(self) -> Iterator[SmokeChecked]:
        first, second = self.names.uuids
        self._wake()
        counted = self._patiently(lambda: self._track("participate", first), {0, 403, 404, 500, 502, 503, 504, 429})
        if _is_full(counted):
            # The backend is right: it holds as much as its limits allow, so there is no room for one name more.
            yield SmokeChecked("the limits are kept; they leave no room to try counting", passed=True)
            return
        yield self._told(_expect("one event is accepted", counted, 200), counted)
        if counted.status != 200:
            return
        for endpoint in self._of(TRACK):
            again = self._track("participate", first, endpoint)
            yield _expect(f"{endpoint.method} {endpoint.path} accepts the same event again", again, 200)
        yield _expect("a goal is accepted", self._track(_GOAL, second), 200)
        yield _expect("a missing parameter is refused", self._track("participate", None), 400)
        for endpoint in self._of(ALL):
            yield from self._check_results(endpoint)
        for _ in self._of(DELETE):
            yield _expect("the experiment is deleted", self._delete(), 200)
            if results := [endpoint for endpoint in self._of(ALL) if endpoint.method != "HEAD"]:
                yield self._expect_counts(results[0], "nothing is left behind", None)

    def _wake(self) -> None:
        """Have the other new functions start while the first event is counted: each starts at its first request.

        What they are asked lacks a parameter or only reads, and their answers do not matter.
        """
        first = self._of(TRACK)[0]
        functions = {endpoint.function: endpoint for endpoint in self.endpoints if endpoint.function != first.function}
        for name, endpoint in functions.items():
            query = self._event("participate", None) if endpoint.handler == TRACK else None
            # A daemon: one that hangs must not keep the program from ending.
            threading.Thread(target=self._ask, args=(endpoint, query), name=f"wake {name}", daemon=True).start()

    def _check_results(self, endpoint: EndpointUrl) -> Iterator[SmokeChecked]:
        if endpoint.api_key_required:
            yield _expect(f"{endpoint.path} is closed without the key", self._ask(endpoint, key=False), 403)
        self._patiently(lambda: self._results(endpoint), {0, 403})
        if endpoint.method == "HEAD":  # answers without a body
            yield _expect(f"HEAD {endpoint.path} is answered", self._results(endpoint), 200)
            return
        yield self._expect_counts(endpoint, f"{endpoint.path} shows each event counted once", (1, 1))

    def _expect_counts(self, endpoint: EndpointUrl, title: str, expected: tuple[int, int] | None) -> SmokeChecked:
        answer = self._results(endpoint)
        if answer.status != 200:
            return _expect(title, answer, 200)
        found = _counts(answer.body, self.names.experiment)
        return SmokeChecked(title, found == expected, "" if found == expected else f"counted {found}")

    def _results(self, endpoint: EndpointUrl) -> Answer:
        """What it tells of the test's experiment alone; in a namespace of its own there is no other."""
        return self._ask(endpoint, {} if self.names.apart else {"scope": self.names.experiment})

    def _told(self, check: SmokeChecked, answer: Answer) -> SmokeChecked:
        """The check, with the likely reason when only the test's own names are refused."""
        if check.passed or not self.names.apart or "store_error" not in answer.body:
            return check
        return replace(
            check,
            detail=f"{check.detail} The limits name the experiments, so the test counts in a namespace of its own, "
            f"{self.names.namespace}: a Redis user with key patterns needs ~{_APART}* and ~{{{_APART}* for it.",
        )

    def _of(self, handler: str) -> list[EndpointUrl]:
        return [endpoint for endpoint in self.endpoints if endpoint.handler == handler]

    def _track(self, event: str, uuid: str | None, endpoint: EndpointUrl | None = None) -> Answer:
        return self._ask(endpoint or self._of(TRACK)[0], self._event(event, uuid))

    def _event(self, name: str, uuid: str | None) -> dict[str, str]:
        event = {"experiment": self.names.experiment, "variant": _VARIANT, "event": name}
        return event | ({"uuid": uuid} if uuid else {})

    def _delete(self) -> Answer:
        routes = self._of(DELETE)
        return self._ask(routes[0], {"experiment": self.names.experiment}) if routes else Answer(0, "no route")

    def _ask(self, endpoint: EndpointUrl, query: Mapping[str, str] | None = None, *, key: bool = True) -> Answer:
        url = f"{endpoint.url}?{urlencode({'namespace': self.names.namespace, **(query or {})})}"
        method = "GET" if endpoint.method == "ANY" else endpoint.method
        return self.transport(method, url, {"x-api-key": self.api_key} if key and endpoint.api_key_required else {})

    def _patiently(self, ask: Callable[[], Answer], passing: set[int]) -> Answer:
        deadline = self.clock.monotonic() + self.patience
        while (answer := ask()).status in passing and not _is_full(answer) and self.clock.monotonic() < deadline:
            self.clock.sleep(_PAUSE_SECONDS)
        return answer


def of_api(
    aws: Aws,
    config: Config,
    endpoints: Sequence[EndpointUrl],
    key_id: str,
    *,
    clock: Clock,
    transport: Transport,
    token: str,
) -> SmokeTest:
    """The test of an API in this account.

    Args:
        key_id: of the key to ask with.
        token: as in `names`.

    Raises:
        AwsError: the key's value cannot be read.
    """
    return SmokeTest(
        endpoints,
        status.read_api_key(aws, key_id),
        names(config.namespace, config.limits, token),
        clock,
        transport,
        # An emulator knows at once; AWS may need a while to tell all its servers of a new route or key.
        patience=0.0 if aws.endpoint_url else _FRESH_API_SECONDS,
    )


def _is_full(answer: Answer) -> bool:
    """Whether the limits leave no room; API Gateway answers so too, in other words, when it throttles."""
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS and "limit_reached" in answer.body


def _expect(title: str, answer: Answer, status: int) -> SmokeChecked:
    if answer.status == status:
        return SmokeChecked(title, passed=True)
    got = f"answered {answer.status}" if answer.status else "did not answer"
    return SmokeChecked(title, passed=False, detail=f"{got}, not {status}: {answer.body[:200]}")


def _counts(body: str, experiment: str) -> tuple[int, int] | None:
    """Successes and trials of the one goal and variant of an experiment; None when it has none."""
    try:
        document: Any = json.loads(body)
    except ValueError:
        return None
    for entry in document if isinstance(document, list) else []:
        if isinstance(entry, dict) and entry.get("experiment") == experiment:
            for goal in entry.get("goals", []):
                for result in goal.get("results", []):
                    return int(result["successes"]), int(result["trials"])
    return None
