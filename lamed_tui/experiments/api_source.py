"""Snapshots through the deployed `/experiments`: for a Redis that only the functions can reach.

The API tells counters and nothing else: no series, hence no start, pace, chart or crossings of earlier days. An
experiment without any goal yet shows no visitors, because that answer, older than this program, lists none.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from lamed.keys import PARTICIPATE, counter_key, encode

from lamed_tui.errors import StoreError
from lamed_tui.experiments.layout import arrange
from lamed_tui.experiments.source import NamespaceSource, utc_now
from lamed_tui.loopback import opener

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.history import History
    from lamed_tui.experiments.operations import Operations
    from lamed_tui.experiments.snapshot import Snapshot

_TIMEOUT_SECONDS = 10.0
_FORBIDDEN = (401, 403)


class ApiSource(NamespaceSource):
    """One namespace as the deployed API tells it.

    Args:
        url: of the endpoint that lists experiments, without query.
        key: the API key.
    """

    def __init__(
        self,
        url: str,
        key: str,
        namespace: str,
        settings: Mapping[str, ExperimentSettings],
        *,
        now: Callable[[], datetime] = utc_now,
        operations: Operations | None = None,
    ) -> None:
        super().__init__(namespace, settings, now=now, operations=operations)
        self._url = url
        self._key = key
        self._place = urlsplit(url).netloc.rpartition("@")[2]  # a password before it is nobody's business

    @property
    def label(self) -> str:
        return f"API {self._place}"

    def read(self) -> Snapshot:
        """Ask once.

        Raises:
            StoreError: the API cannot be reached, or answered anything but experiments.
        """
        counts: dict[str, int] = {}
        names: set[str] = set()
        try:
            for entry in _entries(self._ask()):
                if "experiment" in entry:
                    names.add(encode(entry["experiment"]))
                    counts |= _counts(self._namespace, entry)
        except (KeyError, TypeError, ValueError):
            raise self._error("answered something that is no list of experiments") from None
        layout = arrange(self._namespace, experiments=names, counter_keys=counts, settings=self._settings)
        found = layout.filled(counts, self._now())
        told = [one if one.variants else replace(one, visitors_told=False) for one in found.experiments]
        return replace(found, experiments=tuple(told))

    def read_histories(self, experiments: Sequence[str]) -> dict[str, History]:  # noqa: ARG002 - the protocol's
        """None: the API tells no series."""
        return {}

    def namespaces(self) -> list[str]:
        """This one: the API lists none."""
        return [self._namespace]

    def in_namespace(self, namespace: str) -> ApiSource:
        return ApiSource(self._url, self._key, namespace, self._settings, now=self._now, operations=self.operations)

    def close(self) -> None:
        """Nothing is kept open between two readings."""

    def _ask(self) -> Any:
        if "@" in urlsplit(self._url).netloc:
            fix = "Take it out of watch.api_url: the API asks for nothing but its key, watch.api_key."
            raise self._error("has a user name in its address", fix)
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
            f"{self._url}?{urlencode({'namespace': self._namespace})}", headers={"x-api-key": self._key}
        )
        try:
            with opener(self._url).open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _FORBIDDEN:
                raise self._error(f"refused the key (HTTP {error.code})", "Check watch.api_key.") from None
            raise self._error(f"answered HTTP {error.code}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise self._error(f"cannot be reached ({type(reason).__name__})") from None

    def _error(self, problem: str, fix: str = "Check watch.api_url, and lamed status.") -> StoreError:
        return StoreError(f"The API at {self._place} {problem}.", fix)


def _entries(answer: Any) -> list[Mapping[str, Any]]:
    """The answer, if it is one: also without experiments a list tells what it is about.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(answer, list) or not all(isinstance(entry, dict) for entry in answer):
        raise TypeError
    if not any("meta" in entry for entry in answer):
        raise TypeError
    return answer


def _counts(namespace: str, entry: Mapping[str, Any]) -> dict[str, int]:
    """The counters behind an entry of the answer, by the keys they stand under."""
    counts: dict[str, int] = {}
    for goal in entry["goals"]:
        for result in goal["results"]:
            names = entry["experiment"], result["label"]
            counts[counter_key(namespace, names[0], goal["goal"], names[1])] = int(result["successes"])
            counts[counter_key(namespace, names[0], PARTICIPATE, names[1])] = int(result["trials"])
    return counts
