"""A backend in memory that the smoke test can ask, with one chosen defect."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from lamed_tui.deploy.smoke import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "the-key"

ALWAYS = {
    "full": Answer(429, '{"error":"limit_reached"}'),
    "narrow": Answer(503, '{"error":"store_error"}'),
    "silent": Answer(0, "Connection refused"),
}


@dataclass
class Backend:
    """Counts as the handlers do, with one chosen defect."""

    defect: str = ""
    warming: int = 0
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    queries: list[dict[str, str]] = field(default_factory=list)

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        path, query = urlsplit(url).path.removeprefix("/prod"), dict(parse_qsl(urlsplit(url).query))
        self.queries.append(query)
        if self.warming > 0:
            self.warming -= 1
            throttled = Answer(429, '{"message":"Too Many Requests"}')
            return throttled if self.defect == "throttled" else Answer(403, '{"message":"Forbidden"}')
        if found := {**ALWAYS, path: Answer(502, '{"error":"INTEGRATION_FAILURE"}')}.get(self.defect):
            return found
        if path in {"/alive", "/experiments", "/delete"} and headers.get("x-api-key") != KEY and self.defect != "open":
            return Answer(403, '{"error":"INVALID_API_KEY"}')
        if path == "/alive":
            assert method == "HEAD"
            return Answer(200, "")
        handle = {"/experiments": self.results, "/delete": self.delete}.get(path, self.track)
        assert method == ("DELETE" if path == "/delete" else "GET")
        return handle(query)

    def track(self, query: dict[str, str]) -> Answer:
        if "uuid" not in query and self.defect != "lenient":
            return Answer(400, '{"error":"missing_parameter"}')
        counter = tuple(query[name] for name in ("namespace", "experiment", "event", "variant"))
        if (*counter, query.get("uuid", "")) not in self.seen or self.defect == "twice":
            self.counts[counter] += 1
        self.seen.add((*counter, query.get("uuid", "")))
        return Answer(200, "{}")

    def results(self, query: dict[str, str]) -> Answer:
        found: list[dict[str, Any]] = [{"meta": {"scope": None}}]
        for experiment in {key[1] for key in self.counts if key[0] == query["namespace"]}:
            counted = {key[2]: count for key, count in self.counts.items() if key[1] == experiment}
            result = {"label": "a", "successes": counted.get("goal", 0), "trials": counted.get("participate", 0)}
            found.append({"experiment": experiment, "goals": [{"goal": "goal", "results": [result]}]})
        return Answer(200, json.dumps(found))

    def delete(self, query: dict[str, str]) -> Answer:
        if "experiment" not in query:
            return Answer(400, '{"error":"missing_parameter"}')
        if self.defect != "hoards":
            for key in [key for key in self.counts if key[:2] == (query["namespace"], query["experiment"])]:
                del self.counts[key]
        return Answer(200, "{}")
