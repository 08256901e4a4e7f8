"""URLs can be called as printed, on AWS and on an emulator."""

from __future__ import annotations

import botocore.session
import pytest

from lamed_tui.aws.session import connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.deploy import legacy_api, urls

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
    assert urls.base_url(OUTPUTS, "eu-central-1", endpoint) == expected
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
    assert urls.base_url({}, "eu-central-1", "http://127.0.0.1:4566") is None
    assert urls.endpoint_urls(None, [ROUTE]) == ()


def test_every_region_has_its_partitions_host() -> None:
    partitions = botocore.session.get_session().get_data("endpoints")["partitions"]
    assert len(partitions) >= 6
    for partition in partitions:
        for region in partition["regions"]:
            address = urls.address("a1", "prod", region, None)
            assert address == f"https://a1.execute-api.{region}.{partition['dnsSuffix']}/prod"


def test_an_old_api_in_china_is_called_there() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}
    aws = connect(AwsSettings(region="cn-north-1"), keys)
    assert legacy_api.base_url(aws, "a1") == "https://a1.execute-api.cn-north-1.amazonaws.com.cn/prod"
