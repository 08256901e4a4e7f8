"""The Redis password reaches the functions and nothing else; a new one goes live, the same one changes nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lamed_tui.deploy import live
from lamed_tui.deploy.events import Deployed
from tests.integration.deploy.http import ask, event
from tests.integration.deploy.place import UNTRIED
from tests.redis_servers import password_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.config.model import Config
    from tests.integration.deploy.place import Place

PASSWORD = "pl4nted-p4ssword"


@pytest.fixture
def guarded(place: Place) -> Iterator[Place]:
    """A place whose Redis asks for the password, as long as the test lasts."""
    with password_on(place.redis_url, PASSWORD):
        yield replace(place, redis_url=place.redis_url.replace("redis://", f"redis://:{PASSWORD}@"))


def with_password(place: Place, password: str) -> Config:
    return place.config(redis={"url": place.redis_url, "password": password})


def function_password(place: Place) -> str | None:
    return place.variables().get("LAMED_REDIS_PASSWORD")


def everything_that_is_kept(place: Place) -> Iterator[tuple[str, bytes]]:
    """The stack's template, parameters, tags and events, and every object of the artefact bucket."""
    aws = place.aws
    stack = live.read(aws, "shop")
    yield "template", json.dumps(live.read_template(aws, stack)).encode()
    yield "stack", repr(stack).encode()
    yield "events", repr(aws.cloudformation.describe_stack_events(StackName="shop")).encode()
    for group in aws.logs.describe_log_groups()["logGroups"]:
        yield group["logGroupName"], repr(aws.logs.filter_log_events(logGroupName=group["logGroupName"])).encode()
    store = place.artefacts()
    for key in store.keys(""):
        yield key, aws.s3.get_object(Bucket=store.bucket, Key=key)["Body"].read()


def test_the_password_opens_redis_for_the_functions_and_stands_nowhere_else(
    guarded: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "lamed_tui")
    events = guarded.deploy()
    deployed = events[-1]
    assert isinstance(deployed, Deployed)
    assert ask(deployed.base_url + "/track", event("1")).body == {"status": "counted"}
    kept = dict(everything_that_is_kept(guarded))
    assert {"template", "events", "stacks/shop/releases/1.json"} <= set(kept)
    assert [key for key, content in kept.items() if PASSWORD.encode() in content] == []
    assert PASSWORD not in repr(events)
    assert PASSWORD not in caplog.text


def test_the_same_password_changes_nothing_and_another_one_goes_live(place: Place) -> None:
    assert place.deployed(with_password(place, "one"), options=UNTRIED).changed
    revision = live.read(place.aws, "shop").parameters["SecretRevision"]
    assert not place.deployed(with_password(place, "one"), options=UNTRIED).changed
    assert place.deployed(with_password(place, "two"), options=UNTRIED).changed
    stack = live.read(place.aws, "shop")
    assert function_password(place) == "two"
    assert stack.parameters["SecretRevision"] != revision
    assert stack.parameters["RedisPassword"] == "****"


def test_a_password_that_was_changed_behind_our_back_is_put_right(place: Place) -> None:
    place.deployed(with_password(place, "one"), options=UNTRIED)
    function = place.aws.functions.get_function_configuration(FunctionName="shop-track")
    variables = {**function["Environment"]["Variables"], "LAMED_REDIS_PASSWORD": "by hand"}
    place.aws.functions.update_function_configuration(FunctionName="shop-track", Environment={"Variables": variables})
    version = place.aws.functions.publish_version(FunctionName="shop-track")["Version"]
    place.aws.functions.update_alias(FunctionName="shop-track", Name="live", FunctionVersion=version)
    assert function_password(place) == "by hand"
    assert place.deployed(with_password(place, "one"), options=UNTRIED).changed
    assert function_password(place) == "one"


def test_a_password_that_is_no_longer_needed_is_gone(place: Place) -> None:
    place.deployed(with_password(place, "one"), options=UNTRIED)
    assert place.deployed().changed
    assert function_password(place) is None
    assert "RedisPassword" not in live.read(place.aws, "shop").parameters


def test_a_password_in_secrets_manager_reaches_the_functions_and_a_rotated_one_after_the_next_deployment(
    place: Place,
) -> None:
    made = place.aws.secrets.create_secret(Name="redis", SecretString=json.dumps({"password": "one"}))
    config = place.config(redis_secret={"arn": made["ARN"], "key": "password"})
    assert place.deployed(config, options=UNTRIED).changed
    assert function_password(place) == "one"
    assert not place.deployed(config, options=UNTRIED).changed
    place.aws.secrets.put_secret_value(SecretId=made["ARN"], SecretString=json.dumps({"password": "two"}))
    assert function_password(place) == "one"
    assert place.deployed(config, options=UNTRIED).changed
    assert function_password(place) == "two"


def test_tags_of_ones_own_are_on_everything_and_changing_them_alone_is_a_release(place: Place) -> None:
    place.deployed(place.config(tags={"team": "shop"}), options=UNTRIED)
    assert live.read(place.aws, "shop").tags["team"] == "shop"
    assert not place.deployed(place.config(tags={"team": "shop"}), options=UNTRIED).changed
    assert place.deployed(place.config(tags={"team": "web"}), options=UNTRIED).changed
    assert live.read(place.aws, "shop").tags["team"] == "web"
