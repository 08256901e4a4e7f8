"""The smoke test against a backend in memory: it passes a right one, and names what is wrong with a wrong one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from lamed_tui.config.model import LimitSettings
from lamed_tui.deploy import smoke
from lamed_tui.deploy.events import EndpointUrl, SmokeChecked
from lamed_tui.deploy.smoke import Answer, SmokeTest
from tests.unit.deploy.smoke_backend import KEY, Backend
from tests.unit.deploy.stubs import PlayedTime

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = "0123456789abcdef0123456789abcdef"


def endpoint(path: str, handler: str, method: str = "GET", *, key: bool = True) -> EndpointUrl:
    return EndpointUrl(path, method, f"https://api.example/prod{path}", f"lamed{path}", handler, key)


ENDPOINTS = (
    endpoint("/track", "lamed.track", key=False),
    endpoint("/visits", "lamed.track", key=False),
    endpoint("/experiments", "lamed.all"),
    endpoint("/delete", "lamed.delete", "DELETE"),
)


def run(backend: Backend, *, patience: float = 0.0, limits: LimitSettings | None = None) -> list[SmokeChecked]:
    names = smoke.names("alephbet", limits or LimitSettings(), TOKEN)
    clock = PlayedTime().clock()
    return list(SmokeTest(ENDPOINTS, KEY, names, clock, backend.answer, patience).run())


def failures(backend: Backend) -> list[tuple[str, str]]:
    return [(check.title, check.detail) for check in run(backend) if not check.passed]


def test_a_right_backend_passes_and_keeps_nothing() -> None:
    backend = Backend()
    assert [check.title for check in run(backend) if check.passed] == [
        "one event is accepted",
        "GET /track accepts the same event again",
        "GET /visits accepts the same event again",
        "a goal is accepted",
        "a missing parameter is refused",
        "/experiments is closed without the key",
        "/experiments shows each event counted once",
        "the experiment is deleted",
        "nothing is left behind",
    ]
    assert not backend.counts
    assert {query["namespace"] for query in backend.queries} == {"alephbet"}
    assert {query["experiment"] for query in backend.queries if "experiment" in query} == {"lamed-smoke-0123456789"}


def test_an_experiment_that_is_on_the_list_is_tried_in_a_namespace_of_its_own() -> None:
    backend = Backend()
    backend.counts["alephbet", "button", "participate", "a"] = 7
    assert all(check.passed for check in run(backend, limits=LimitSettings(experiments=("button",))))
    assert {query["namespace"] for query in backend.queries} == {"smoke-0123456789"}
    assert backend.counts == {("alephbet", "button", "participate", "a"): 7}


def test_a_redis_user_that_may_not_use_that_namespace_is_told_what_it_lacks() -> None:
    (check,) = run(Backend("narrow"), limits=LimitSettings(experiments=("button",)))
    assert check.detail.endswith("a Redis user with key patterns needs ~smoke-* and ~{smoke-* for it.")
    (check,) = run(Backend("narrow"))
    assert check.detail == 'answered 503, not 200: {"error":"store_error"}'


def test_a_route_without_a_body_is_asked_for_no_counts() -> None:
    head = endpoint("/alive", "lamed.all", "HEAD")
    for routes in ((*ENDPOINTS, head), (head, *ENDPOINTS)):
        names = smoke.names("alephbet", LimitSettings(), TOKEN)
        checks = list(SmokeTest(routes, KEY, names, PlayedTime().clock(), Backend().answer).run())
        assert all(check.passed for check in checks)
        assert "HEAD /alive is answered" in [check.title for check in checks]
        assert "nothing is left behind" in [check.title for check in checks]


@pytest.mark.parametrize(
    ("defect", "title", "detail"),
    [
        ("twice", "/experiments shows each event counted once", "counted (1, 3)"),
        ("open", "/experiments is closed without the key", "answered 200, not 403: "),
        ("lenient", "a missing parameter is refused", "answered 200, not 400: {}"),
        ("hoards", "nothing is left behind", "counted (1, 1)"),
        ("silent", "one event is accepted", "did not answer, not 200: Connection refused"),
        (
            "/visits",
            "GET /visits accepts the same event again",
            'answered 502, not 200: {"error":"INTEGRATION_FAILURE"}',
        ),
        (
            "/experiments",
            "/experiments is closed without the key",
            'answered 502, not 403: {"error":"INTEGRATION_FAILURE"}',
        ),
        ("/delete", "the experiment is deleted", 'answered 502, not 200: {"error":"INTEGRATION_FAILURE"}'),
    ],
)
def test_a_wrong_backend_is_found_out(defect: str, title: str, detail: str) -> None:
    found = failures(Backend(defect))
    assert found[0][0] == title
    assert found[0][1].startswith(detail)


def test_a_backend_that_is_full_is_not_called_wrong_and_not_called_counting() -> None:
    assert run(Backend("full")) == [
        SmokeChecked("the limits are kept; they leave no room to try counting", passed=True)
    ]


def test_a_throttled_test_waits_and_is_not_taken_for_a_full_backend() -> None:
    assert all(check.passed for check in run(Backend("throttled", warming=10), patience=60))
    (only,) = run(Backend("throttled", warming=10))
    assert (only.title, only.passed) == ("one event is accepted", False)
    assert only.detail == 'answered 429, not 200: {"message":"Too Many Requests"}'


def test_what_was_written_is_removed_although_the_test_is_abandoned() -> None:
    backend = Backend()
    names = smoke.names("alephbet", LimitSettings(), TOKEN)
    checks = SmokeTest(ENDPOINTS, KEY, names, PlayedTime().clock(), backend.answer).run()
    next(iter(checks))
    assert backend.counts
    checks.close()
    assert not backend.counts


def test_a_fresh_api_may_need_a_while_until_all_of_aws_knows_it() -> None:
    assert all(check.passed for check in run(Backend(warming=10), patience=60))
    assert not run(Backend(warming=10), patience=2)[0].passed


def test_every_function_starts_while_the_first_event_is_counted() -> None:
    backend, asked, others = Backend(), set[str](), threading.Event()

    def transport(method: str, url: str, headers: Mapping[str, str]) -> Answer:
        path = urlsplit(url).path.removeprefix("/prod")
        asked.add(path)
        if {"/visits", "/experiments", "/delete"} <= asked:
            others.set()
        if path == "/track":
            assert others.wait(10), f"only {asked} were asked while the first event was counted"
        return backend.answer(method, url, headers)

    test = SmokeTest(ENDPOINTS, KEY, smoke.names("alephbet", LimitSettings(), TOKEN), PlayedTime().clock(), transport)
    assert all(check.passed for check in test.run())


def test_a_function_that_hangs_at_its_start_does_not_hold_up_the_others() -> None:
    backend, over = Backend(), threading.Event()

    def transport(method: str, url: str, headers: Mapping[str, str]) -> Answer:
        if threading.current_thread() is not threading.main_thread():
            over.wait(10)
            return Answer(0, "timed out")
        return backend.answer(method, url, headers)

    test = SmokeTest(ENDPOINTS, KEY, smoke.names("alephbet", LimitSettings(), TOKEN), PlayedTime().clock(), transport)
    assert all(check.passed for check in test.run())
    assert not over.is_set()
    over.set()


def test_the_names_keep_within_the_limits() -> None:
    limits = LimitSettings(namespace_bytes=4, uuid_bytes=6, experiments=("Checkout button",))
    apart = smoke.names("alephbet", limits, TOKEN)
    assert apart == smoke.Names("0123", "Checkout button", ("012345", "fedcba"), apart=True)
    # Short names might be somebody's, so they are used only where nothing else is.
    assert smoke.names("alephbet", LimitSettings(name_bytes=3), TOKEN).experiment == "smo"
    assert smoke.names("alephbet", LimitSettings(name_bytes=3), TOKEN).apart
    assert smoke.names("a" * 65, LimitSettings(), TOKEN).apart
