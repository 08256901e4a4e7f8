"""Where region, profile, credentials and endpoint come from: AWS's own variables win over the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamed_tui.aws.session import Aws, connect
from lamed_tui.config.model import AwsSettings
from lamed_tui.errors import AwsError, ConfigError, CredentialsError

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret"}


def access_key(aws: Aws) -> str:
    credentials = aws._session.get_credentials()
    assert credentials is not None
    return str(credentials.get_frozen_credentials().access_key)


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two profiles in the AWS configuration files of this test's own home."""
    folder = Path.home() / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[profile shop]\nregion = eu-west-1\n\n"
        "[profile local]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:4566/\n"
    )
    (folder / "credentials").write_text(
        "[shop]\naws_access_key_id = AKIASHOP\naws_secret_access_key = s\n\n"
        "[local]\naws_access_key_id = AKIALOCAL\naws_secret_access_key = s\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_the_environment_wins_over_the_configured_one(variable: str) -> None:
    assert connect(AwsSettings(region="eu-central-1"), KEYS | {variable: "us-west-2"}).region == "us-west-2"


def test_the_configured_region_is_used_where_the_environment_is_silent() -> None:
    assert connect(AwsSettings(region="eu-central-1"), KEYS).region == "eu-central-1"


@pytest.mark.usefixtures("profiles")
def test_a_configured_profile_brings_its_credentials_and_its_region() -> None:
    aws = connect(AwsSettings(profile="shop"), {})
    assert (aws.profile, aws.region, access_key(aws)) == ("shop", "eu-west-1", "AKIASHOP")


@pytest.mark.usefixtures("profiles")
def test_the_profile_of_the_environment_wins_over_the_configured_one() -> None:
    aws = connect(AwsSettings(profile="shop"), {"AWS_PROFILE": "local"})
    assert access_key(aws) == "AKIALOCAL"


@pytest.mark.usefixtures("profiles")
def test_keys_in_the_environment_win_over_a_configured_profile() -> None:
    aws = connect(AwsSettings(profile="shop"), KEYS)
    assert (access_key(aws), aws.region) == ("AKIAENVIRONMENT", "eu-west-1")


@pytest.mark.usefixtures("profiles")
def test_a_profile_may_name_an_endpoint_and_the_environment_may_overrule_it() -> None:
    settings = AwsSettings(profile="local")
    assert connect(settings, {}).endpoint_url == "http://127.0.0.1:4566"
    assert connect(settings, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9/"}).endpoint_url == "http://127.0.0.1:9"
    assert connect(settings, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}).endpoint_url is None


def test_one_service_may_have_an_endpoint_of_its_own() -> None:
    aws = connect(AwsSettings(region="eu-central-1"), KEYS | {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"})
    assert aws.s3.meta.endpoint_url == "http://127.0.0.1:9"
    assert aws.cloudformation.meta.endpoint_url == "https://cloudformation.eu-central-1.amazonaws.com"
    assert aws.endpoint_url is None


@pytest.mark.parametrize(
    "client", ["cloudformation", "s3", "functions", "apigateway", "logs", "secrets", "sts"], ids=str
)
def test_every_service_is_named_in_its_variable_as_aws_names_it(client: str) -> None:
    plain = getattr(connect(AwsSettings(region="eu-central-1"), KEYS), client)
    # The rule of https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    service = plain.meta.service_model.service_id.replace(" ", "_").upper()
    aws = connect(AwsSettings(region="eu-central-1"), KEYS | {f"AWS_ENDPOINT_URL_{service}": "http://127.0.0.1:9"})
    assert getattr(aws, client).meta.endpoint_url == "http://127.0.0.1:9"


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(CredentialsError, match="There is no AWS profile named shop"):
        connect(AwsSettings(profile="shop", region="eu-central-1"), {})


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_of_the_process_does_not_count_when_the_environment_given_names_none(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "nope")
    aws = connect(AwsSettings(region="eu-central-1"), KEYS)
    assert (aws.profile, access_key(aws)) == (None, "AKIAENVIRONMENT")
    assert access_key(connect(AwsSettings(profile="shop"), {})) == "AKIASHOP"


@pytest.mark.usefixtures("profiles")
def test_keys_region_and_files_of_the_process_do_not_count_either(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    aws = connect(AwsSettings(profile="shop"), {})
    assert (aws.region, access_key(aws)) == ("eu-west-1", "AKIASHOP")
    assert connect(AwsSettings(region="eu-central-1"), {})._session.get_credentials() is None


@pytest.mark.usefixtures("profiles")
def test_the_files_that_the_environment_names_are_read() -> None:
    elsewhere = Path.home() / "elsewhere"
    elsewhere.write_text("[profile far]\nregion = ap-south-1\naws_access_key_id = AKIAFAR\naws_secret_access_key = s\n")
    aws = connect(AwsSettings(profile="far"), {"AWS_CONFIG_FILE": str(elsewhere)})
    assert (aws.region, access_key(aws)) == ("ap-south-1", "AKIAFAR")


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = {"AWS_PROFILE": "", "AWS_CONFIG_FILE": "", "AWS_ENDPOINT_URL": "", "AWS_SESSION_TOKEN": ""}
    aws = connect(AwsSettings(region="eu-central-1"), KEYS | empty)
    assert (aws.profile, aws.endpoint_url) == (None, None)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:4566", "not a url", "http://[", "http://127.0.0.1:99999", "http://a b:1", "ftp://127.0.0.1", "http://"],
)
def test_an_endpoint_that_is_no_url_is_told_before_anything_is_asked(variable: str, url: str) -> None:
    with pytest.raises(ConfigError, match="is no http or https URL") as caught:
        connect(AwsSettings(region="eu-central-1"), KEYS | {variable: url})
    assert "http://127.0.0.1:4566" in caught.value.fix


def test_a_region_that_cannot_be_one_is_one_sentence() -> None:
    with pytest.raises(AwsError, match=r"'bogus region!' doesn't match a supported format\.$"):
        connect(AwsSettings(), KEYS | {"AWS_REGION": "bogus region!"}).identity()


def test_no_region_anywhere_says_how_to_choose_one() -> None:
    with pytest.raises(
        CredentialsError, match=r"No AWS region is set\. Choose one: lamed configure --set aws\.region="
    ):
        connect(AwsSettings(), KEYS)


def test_calls_give_up_soon_and_are_repeated_a_bounded_number_of_times() -> None:
    config: Any = connect(AwsSettings(region="eu-central-1"), KEYS).cloudformation.meta.config
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 20
    assert config.retries == {"total_max_attempts": 4, "mode": "adaptive"}
