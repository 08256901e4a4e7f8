"""URLs can be called as printed, on AWS and on an emulator."""

from __future__ import annotations

import pytest

from lamed_tui.deploy import urls

OUTPUTS = {
    "BaseUrl": "https://a1.execute-api.eu-central-1.amazonaws.com/prod",
    "ApiId": "a1",
    "ApiKeyId": "k1",
}
ROUTE = {
    "path": "/track",
    "method": "GET",
    "function": "lamed-track",
    "handler": "lamed.track",
    "api_key_required": False,
}


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (None, "https://a1.execute-api.eu-central-1.amazonaws.com/prod"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/restapis/a1/prod/_user_request_"),
    ],
)
def test_the_base_url_is_where_the_endpoint_in_use_answers(endpoint: str | None, expected: str) -> None:
    assert urls.base_url(OUTPUTS, endpoint) == expected
    (found,) = urls.endpoint_urls(expected, [ROUTE])
    assert found.url == f"{expected}/track"
    assert found.as_json() == {
        "path": "/track",
        "method": "GET",
        "url": f"{expected}/track",
        "function": "lamed-track",
        "api_key_required": False,
    }


def test_nothing_answers_while_nothing_is_deployed() -> None:
    assert urls.base_url({}, "http://127.0.0.1:4566") is None
    assert urls.endpoint_urls(None, [ROUTE]) == ()
