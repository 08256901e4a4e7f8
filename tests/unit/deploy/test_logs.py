"""Lines of CloudWatch as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lamed_tui.aws.errors import TransientError
from lamed_tui.deploy.logs import Level, Tail, merged, parse
from tests.unit.deploy.stubs import PlayedTime

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLED = '{"request_id":"1-a","handler":"track","outcome":"%s","status":%d,"milliseconds":1.5%s}'


@pytest.mark.parametrize(
    ("message", "level", "text"),
    [
        (HANDLED % ("counted", 200, ""), "info", "200 track counted 1.5 ms"),
        (
            HANDLED % ("missing_parameter", 400, ',"parameter":"uuid"'),
            "warning",
            "400 track missing_parameter 1.5 ms parameter=uuid",
        ),
        (HANDLED % ("store_unreachable", 503, ""), "error", "503 track store_unreachable 1.5 ms"),
        ('{"level":"WARN","message":"slow"}', "warning", "slow"),
        ('{"time":"t","type":"platform.report","record":{}}', "debug", "platform.report"),
        ('{"errorMessage":"No module named x","errorType":"Runtime.ImportModuleError"}', "error", "No module named x"),
        ("START RequestId: 1-a Version: 3", "debug", "START RequestId: 1-a Version: 3"),
        ("2026-11-22 Task timed out after 3.00 seconds", "error", "2026-11-22 Task timed out after 3.00 seconds"),
        ("plain words\n", "info", "plain words"),
        ('{"not json', "info", '{"not json'),
        ("[1, 2]", "info", "[1, 2]"),
        ('{"a":' * 100_000, "info", '{"a":' * 100_000),
    ],
)
def test_a_line_says_its_level_and_itself_in_short(message: str, level: Level, text: str) -> None:
    line = parse(1_700_000_000_123, "shop-track", message)
    assert (line.level, line.text, line.function) == (level, text, "shop-track")
    assert line.as_json()["at"] == "2023-11-14T22:13:20.123+00:00"


def test_lines_of_several_functions_come_in_the_order_of_time() -> None:
    lines = [parse(at, function, "x") for at, function in ((3, "a"), (5, "a"), (1, "b"), (5, "b"))]
    assert [(line.at.microsecond, line.function) for line in merged(lines)] == [
        (1000, "b"),
        (3000, "a"),
        (5000, "a"),
        (5000, "b"),
    ]


class OneGroupIsBusy:
    """CloudWatch that answers for the first group, and for the second one only at the second time of asking."""

    def __init__(self) -> None:
        self.logs = self
        self.asked = 0

    def get_paginator(self, _operation: str) -> OneGroupIsBusy:
        return self

    def paginate(self, **question: Any) -> Iterator[dict[str, Any]]:
        if question["logGroupName"] == "/second":
            self.asked += 1
            if self.asked == 1:
                raise TransientError("AWS is busy.")
        yield {"events": [{"eventId": question["logGroupName"], "timestamp": 1, "message": question["logGroupName"]}]}


def test_what_could_not_be_read_together_is_read_the_next_time() -> None:
    tail = Tail(OneGroupIsBusy(), {"first": "/first", "second": "/second"}, 0)  # type: ignore[arg-type]  # all it asks
    with pytest.raises(TransientError):
        tail.read()
    assert [line.text for line in tail.read()] == ["/first", "/second"]
    assert tail.read() == []


class Endless:
    """CloudWatch of a function that writes a line a second."""

    def __init__(self, time: PlayedTime) -> None:
        self.logs = self
        self.time = time

    def get_paginator(self, _operation: str) -> Endless:
        return self

    def paginate(self, **question: Any) -> Iterator[dict[str, Any]]:
        now = int(self.time.now().timestamp() * 1000)
        first = -(-question["startTime"] // 1000) * 1000
        yield {"events": [{"eventId": str(at), "timestamp": at, "message": str(at)} for at in range(first, now, 1000)]}


def test_following_for_long_gives_every_line_once_and_remembers_only_the_last_moments() -> None:
    time = PlayedTime()
    began = int(time.now().timestamp() * 1000)
    tail = Tail(Endless(time), {"track": "/track"}, began)  # type: ignore[arg-type]  # all it asks
    given: list[str] = []
    for _ in range(500):
        time.sleep(2.0)
        given += [line.text for line in tail.read()]
        tail.go_on(time.now())
    assert given == [str(at) for at in range(began, int(time.now().timestamp() * 1000), 1000)]
    assert len(tail._seen) <= 30
