"""What the AWS checks make of AWS's answers, played from a script."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.response import StreamingBody

from lamed_tui.aws.errors import AccessDeniedError
from lamed_tui.config import files
from lamed_tui.config.model import SecretSettings
from lamed_tui.deploy.releases import Release
from lamed_tui.errors import AwsError, ConfigError, CredentialsError, ExitCode, NeedsRepairError
from lamed_tui.preflight import aws_checks, redis_checks
from lamed_tui.preflight.subject import Subject, World
from lamed_tui.store.server import facts_from_info
from tests.unit.deploy.stubs import NOON, STACK_ID, WHO, CloudFormationScript, aws_for_stubs, played, s3_script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "lamed-artefacts-123456789012-eu-central-1"
FUNCTIONS = ("lamed-all-experiments", "lamed-delete-experiment", "lamed-track")


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    made = Subject(files.load(tmp_path / "config.json"), {}, World(now=lambda: NOON))
    made.aws = aws_for_stubs()
    return made


@contextmanager
def the_stack(status: str | None, **fields: Any) -> Iterator[CloudFormationScript]:
    script = CloudFormationScript(aws_for_stubs())
    script.stack(status, asked="lamed", **fields)
    try:
        yield script
    finally:
        script.close()


@contextmanager
def who_we_are(subject: Subject, **headers: str) -> Iterator[None]:
    with played(subject.aws.sts) as sts:
        sts.add_response("get_caller_identity", {**WHO, "ResponseMetadata": {"HTTPHeaders": headers}})
        yield


def deployed(*names: str) -> dict[str, Any]:
    return {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": name.title().replace("-", ""),
                "PhysicalResourceId": name,
                "ResourceType": "AWS::Lambda::Function",
                "LastUpdatedTimestamp": NOON,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name in names
        ]
    }


def test_the_region_is_told(subject: Subject) -> None:
    assert aws_checks.session(subject).detail == "eu-central-1"


def test_without_a_region_the_exit_code_is_that_of_credentials(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="No AWS region is set"):
        aws_checks.session(Subject(files.load(tmp_path / "config.json"), {}))


@pytest.mark.parametrize(
    ("skew", "state"), [(0, "pass"), (-59, "pass"), (61, "warn"), (-299, "warn"), (301, "fail"), (-3600, "fail")]
)
def test_the_clock_is_compared_with_the_answer(subject: Subject, skew: int, state: str) -> None:
    there = (NOON + timedelta(seconds=skew)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    with who_we_are(subject, date=there):
        finding = aws_checks.clock(subject)

    assert finding.state == state
    if state != "pass":
        assert f"{abs(skew)} s off" in finding.detail


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_an_answer_without_a_time_proves_nothing(subject: Subject, headers: dict[str, str]) -> None:
    with who_we_are(subject, **headers):
        assert aws_checks.clock(subject).state == "warn"


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (None, "pass", "No stack lamed in eu-central-1 yet."),
        ("REVIEW_IN_PROGRESS", "pass", "No stack lamed"),
        ("UPDATE_COMPLETE", "pass", "lamed: release 4, UPDATE_COMPLETE"),
        ("UPDATE_ROLLBACK_COMPLETE", "pass", "release 4"),
        ("UPDATE_IN_PROGRESS", "warn", "a deployment is running"),
    ],
)
def test_a_stack_that_can_be_deployed_to_passes(subject: Subject, status: str | None, state: str, words: str) -> None:
    outputs = [{"OutputKey": "BaseUrl", "OutputValue": "https://x"}]

    with the_stack(status, **({"Outputs": outputs} if status else {})):
        finding = aws_checks.stack(subject)

    assert finding.state == state
    assert words in finding.detail


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_stack_that_is_stuck_needs_repair(subject: Subject, status: str) -> None:
    with the_stack(status), pytest.raises(NeedsRepairError) as caught:
        aws_checks.stack(subject)

    assert caught.value.exit_code == ExitCode.NEEDS_REPAIR
    assert status in caught.value.what


def test_a_stack_of_somebody_else_is_not_touched(subject: Subject) -> None:
    with the_stack("CREATE_COMPLETE", Tags=[]), pytest.raises(AwsError, match="lamed did not make it"):
        aws_checks.stack(subject)


def test_a_stack_that_somebody_else_plans_is_not_taken_for_a_free_name(subject: Subject) -> None:
    with the_stack("REVIEW_IN_PROGRESS", Tags=[]) as script:
        script.answers("list_change_sets", {"Summaries": [{"ChangeSetName": "theirs"}]}, {"StackName": STACK_ID})
        with pytest.raises(AwsError, match="lamed did not make it"):
            aws_checks.stack(subject)


def test_functions_of_the_old_lamed_are_in_the_way(subject: Subject) -> None:
    with the_stack(None), played(subject.aws.functions) as functions:
        for name in FUNCTIONS:
            if name == "lamed-track":
                functions.add_response("get_function_configuration", {"FunctionName": name}, {"FunctionName": name})
            else:
                functions.add_client_error("get_function_configuration", "ResourceNotFoundException")
        finding = aws_checks.names(subject)

    assert finding.state == "fail"
    assert finding.detail.startswith("lamed-track in eu-central-1 is not of this stack")
    assert "--set name=" in finding.fix


def test_functions_of_the_stack_itself_are_not_in_the_way(subject: Subject) -> None:
    with the_stack("UPDATE_COMPLETE") as script, played(subject.aws.functions) as functions:
        script.answers("list_stack_resources", deployed("lamed-track"), {"StackName": STACK_ID})
        for _ in range(2):  # only the two that the stack does not have yet are looked up
            functions.add_client_error("get_function_configuration", "ResourceNotFoundException")
        finding = aws_checks.names(subject)

    assert finding.state == "pass"


def test_without_the_permission_to_look_the_names_stay_unknown(subject: Subject) -> None:
    with the_stack(None), played(subject.aws.functions) as functions:
        functions.add_client_error("get_function_configuration", "AccessDeniedException", http_status_code=403)
        finding = aws_checks.names(subject)

    assert finding.state == "warn"
    assert "lambda:GetFunctionConfiguration" in finding.detail


@pytest.mark.parametrize(("containers", "state"), [(1000, "pass"), (100, "pass"), (10, "warn")])
def test_a_new_account_is_warned_of_its_few_containers(subject: Subject, containers: int, state: str) -> None:
    with played(subject.aws.functions) as functions:
        functions.add_response("get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": containers}})
        finding = aws_checks.concurrency(subject)

    assert finding.state == state
    assert f"up to {containers} containers" in finding.detail


def test_the_limit_of_the_account_is_advice_only(subject: Subject) -> None:
    subject.facts = facts_from_info({"maxclients": 10}, tls=False)
    with played(subject.aws.functions) as functions:
        for _ in range(2):
            functions.add_client_error("get_account_settings", "AccessDeniedException", http_status_code=403)
        findings = [aws_checks.concurrency(subject), redis_checks.connections(subject)]

    assert [finding.state for finding in findings] == ["warn", "warn"]
    assert findings[1].detail == "Skipped: Lambda's concurrency is unknown."


def test_a_missing_bucket_will_be_made(subject: Subject) -> None:
    with s3_script(subject.aws) as s3:
        s3.add_client_error("head_bucket", "404", http_status_code=404)
        finding = aws_checks.bucket(subject)

    assert finding.state == "pass"
    assert finding.detail == f"{BUCKET} will be made by the first deployment."


def test_a_bucket_whose_release_records_can_be_read_passes(subject: Subject) -> None:
    place = {"Bucket": BUCKET, "ExpectedBucketOwner": WHO["Account"]}
    with s3_script(subject.aws) as s3:
        s3.add_response("head_bucket", {})
        listed = {"Contents": [{"Key": f"stacks/lamed/releases/{number}.json"} for number in (1, 10, 9)]}
        s3.add_response("list_objects_v2", listed, {**place, "Prefix": "stacks/lamed/releases/"})
        record = Release(10, "lamed", "arn", {}, {}, "packages/1.zip", "2026-11-22T12:00:00+00:00", "ann", "1.0.0")
        content = json.dumps(asdict(record)).encode()
        body = StreamingBody(io.BytesIO(content), len(content))
        s3.add_response("get_object", {"Body": body}, {**place, "Key": "stacks/lamed/releases/10.json"})
        assert aws_checks.bucket(subject).detail == f"{BUCKET} can be read."


@pytest.mark.parametrize(("denied", "action"), [("list_objects_v2", "s3:ListBucket"), ("get_object", "s3:GetObject")])
def test_a_bucket_whose_release_records_cannot_be_read_names_the_permission(
    subject: Subject, denied: str, action: str
) -> None:
    with s3_script(subject.aws) as s3:
        s3.add_response("head_bucket", {})
        if denied == "get_object":
            s3.add_response("list_objects_v2", {"Contents": [{"Key": "stacks/lamed/releases/1.json"}]})
        s3.add_client_error(denied, "AccessDenied", http_status_code=403)
        with pytest.raises(AccessDeniedError) as refused:
            aws_checks.bucket(subject)
    assert refused.value.action == action


def test_a_bucket_of_somebody_else_is_refused(subject: Subject) -> None:
    with s3_script(subject.aws) as s3:
        s3.add_client_error("head_bucket", "403", http_status_code=403)
        with pytest.raises(AccessDeniedError, match="s3:ListBucket, or it belongs to another account"):
            aws_checks.bucket(subject)


ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-1a2b3c"
CURRENT = {"VersionIdsToStages": {"0" * 32: ["AWSCURRENT"]}}


def with_settings(subject: Subject, **values: Any) -> Subject:
    subject.loaded = replace(subject.loaded, config=subject.config.model_copy(update=values))
    return subject


def test_what_is_not_in_use_is_not_asked_for(subject: Subject) -> None:
    with played(subject.aws.secrets), played(subject.aws.apigateway):
        assert aws_checks.redis_secret(subject).detail == "Not in use."
        assert aws_checks.access_log_role(subject).detail == "Not in use."


@pytest.mark.parametrize(("key", "value"), [(None, "hunter2"), ("password", '{"password": "hunter2"}')])
def test_a_secret_that_can_be_read_passes_and_is_not_told(subject: Subject, key: str | None, value: str) -> None:
    with played(subject.aws.secrets) as secrets:
        secrets.add_response("describe_secret", CURRENT, {"SecretId": ARN})
        secrets.add_response("get_secret_value", {"SecretString": value}, {"SecretId": ARN})
        finding = aws_checks.redis_secret(with_settings(subject, redis_secret=SecretSettings(arn=ARN, key=key)))
    assert (finding.state, finding.detail) == ("pass", f"{ARN} can be read.")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"SecretString": "hunter2"}, f"redis_secret.key: the value of {ARN} is no JSON object."),
        ({"SecretString": '{"pass": "hunter2"}'}, f"redis_secret.key: the value of {ARN} has no key password."),
        ({"SecretBinary": b"hunter2"}, f"redis_secret.arn: {ARN} holds no text."),
    ],
)
def test_a_secret_without_the_password_is_refused(subject: Subject, value: dict[str, Any], words: str) -> None:
    with played(subject.aws.secrets) as secrets:
        secrets.add_response("describe_secret", CURRENT)
        secrets.add_response("get_secret_value", value)
        with pytest.raises(ConfigError) as refused:
            aws_checks.redis_secret(with_settings(subject, redis_secret=SecretSettings(arn=ARN, key="password")))
    assert refused.value.what == words


@pytest.mark.parametrize(
    ("asked", "code", "error", "words"),
    [
        ("describe_secret", "ResourceNotFoundException", ConfigError, "there is no secret"),
        ("describe_secret", "AccessDeniedException", AccessDeniedError, "secretsmanager:DescribeSecret"),
        ("get_secret_value", "AccessDeniedException", AccessDeniedError, "secretsmanager:GetSecretValue"),
    ],
)
def test_a_secret_that_cannot_be_read_is_refused(
    subject: Subject, asked: str, code: str, error: type[Exception], words: str
) -> None:
    with played(subject.aws.secrets) as secrets:
        if asked == "get_secret_value":
            secrets.add_response("describe_secret", CURRENT)
        secrets.add_client_error(asked, code)
        with pytest.raises(error, match=words):
            aws_checks.redis_secret(with_settings(subject, redis_secret=SecretSettings(arn=ARN)))


def test_access_logs_need_the_role_of_the_account(subject: Subject) -> None:
    wanting = with_settings(subject, access_logs=True)
    with played(subject.aws.apigateway) as gateway:
        gateway.add_response("get_account", {})
        with pytest.raises(ConfigError, match="access_logs is true, but API Gateway may not write logs"):
            aws_checks.access_log_role(wanting)
        gateway.add_response("get_account", {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/gateway"})
        assert aws_checks.access_log_role(wanting).detail.endswith("role/gateway.")
