"""`lamed preflight` against a real Valkey and the AWS emulator."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import redis

from lamed_tui.aws.session import connect
from lamed_tui.cli.main import run
from lamed_tui.config import files
from lamed_tui.deploy import package
from lamed_tui.errors import ExitCode
from lamed_tui.preflight.checklist import checklist
from lamed_tui.preflight.run import run_checks
from lamed_tui.preflight.schedule import run_all
from lamed_tui.preflight.subject import Subject
from tests import config_file
from tests.config_file import CONFIG
from tests.network import a_silent_server
from tests.ports import a_free_port
from tests.redis_servers import password_on
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.preflight.result import CheckResult

SECRET = "kept out of sight"


@pytest.fixture
def name() -> str:
    """A stack of the test's own: the emulator is shared."""
    return f"pf-{uuid4().hex[:8]}"


@pytest.fixture
def ready(valkey: str, emulator: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An environment in which a deployment works; the URL of its Redis."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    write(name=name, redis={"url": valkey})
    yield valkey
    with redis.Redis.from_url(valkey) as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", 0)


def write(**config: Any) -> None:
    """As `lamed configure` leaves it: for its owner only."""
    config_file.write(**config)
    CONFIG.chmod(0o600)


def preflight(capsys: pytest.CaptureFixture[str], expected: ExitCode) -> dict[str, dict[str, Any]]:
    """The checks by their id."""
    capsys.readouterr()
    code = run(["preflight", "--json"])
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err
    document = json.loads(told.out)
    assert code == expected, [check for check in document["checks"] if check["state"] != "pass"]
    assert document["ok"] is (expected is ExitCode.OK)
    return {check["id"]: check for check in document["checks"]}


def redis_checks(capsys: pytest.CaptureFixture[str], **settings: Any) -> dict[str, CheckResult]:
    """The checks that need nothing but Redis."""
    write(redis=settings)
    subject = Subject(files.load(CONFIG), os.environ)
    checks = [
        check for check in checklist(subject) if check.id.startswith("redis.") and check.id != "redis.connections"
    ]
    results = {result.id: result for result in run_all(checks)}
    subject.close()
    assert SECRET not in f"{results} {capsys.readouterr()}"
    return results


def bad(results: dict[str, CheckResult]) -> dict[str, str]:
    return {id_: result.state for id_, result in results.items() if result.state != "pass"}


def states(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {id_: check["state"] for id_, check in checks.items() if check["state"] != "pass"}


@pytest.mark.usefixtures("ready")
def test_everything_passes_where_a_deployment_works(capsys: pytest.CaptureFixture[str], name: str) -> None:
    checks = preflight(capsys, ExitCode.OK)

    assert states(checks) == {}
    assert len(checks) == 24
    for check in checks.values():
        assert list(check) == ["id", "title", "state", "detail", "fix", "seconds"]
        assert check["detail"]
        assert check["seconds"] >= 0
    assert "Valkey 9" in checks["redis.server"]["detail"]
    assert "The functions run on this computer" in checks["redis.host"]["detail"]
    assert checks["aws.stack"]["detail"] == f"No stack {name} in eu-central-1 yet."


def test_nothing_is_left_behind_in_redis(capsys: pytest.CaptureFixture[str], ready: str) -> None:
    preflight(capsys, ExitCode.OK)

    with redis.Redis.from_url(ready) as client:
        assert client.dbsize() == 0


@pytest.mark.usefixtures("ready")
def test_a_deployed_stack_is_recognised(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["deploy", "--yes", "--json", "--no-preflight"]) == ExitCode.OK

    checks = preflight(capsys, ExitCode.OK)

    assert checks["aws.stack"]["detail"] == f"{name}: release 1, CREATE_COMPLETE"
    assert checks["aws.names"]["state"] == "pass"
    assert checks["aws.bucket"]["detail"].endswith("can be read.")


@pytest.mark.usefixtures("ready")
def test_a_function_that_something_else_made_is_in_the_way(capsys: pytest.CaptureFixture[str], name: str) -> None:
    aws = connect(files.load(CONFIG).config.aws, os.environ)
    aws.functions.create_function(
        FunctionName=f"{name}-track",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/old",
        Handler="lamed.track",
        Code={"ZipFile": package.build().content},
    )

    checks = preflight(capsys, ExitCode.FAILED)

    assert states(checks) == {"aws.names": "fail"}
    assert f"{name}-track in eu-central-1 is not of this stack" in checks["aws.names"]["detail"]


@pytest.mark.usefixtures("ready")
def test_a_redis_that_is_down_hides_nothing_about_aws(capsys: pytest.CaptureFixture[str], name: str) -> None:
    write(name=name, redis={"host": "127.0.0.1", "port": a_free_port()})

    checks = preflight(capsys, ExitCode.FAILED)

    assert checks["redis.reachable"]["state"] == "fail"
    assert "refused the connection" in checks["redis.reachable"]["detail"]
    skipped = {id_ for id_, check in checks.items() if check["detail"] == "Skipped: Redis cannot be reached."}
    assert skipped == {
        *("redis.access", "redis.encryption", "redis.server", "redis.scripts", "redis.writing"),
        *("redis.eviction", "redis.memory", "redis.connections"),
    }
    assert not [id_ for id_, state in states(checks).items() if not id_.startswith("redis.")], "AWS was not looked at"


def test_a_wrong_password_is_a_matter_of_credentials(capsys: pytest.CaptureFixture[str], ready: str, name: str) -> None:
    write(name=name, redis={"url": ready, "password": SECRET + "!"})
    with password_on(ready, SECRET):
        refused = preflight(capsys, ExitCode.CREDENTIALS)
        write(name=name, redis={"url": ready, "password": SECRET})
        accepted = preflight(capsys, ExitCode.OK)

    assert refused["redis.reachable"]["state"] == "pass"
    assert refused["redis.access"]["state"] == "fail"
    assert refused["redis.server"]["detail"] == "Skipped: Redis cannot be used."
    assert states(accepted) == {}


def test_a_narrow_user_passes_when_it_may_do_what_counting_takes(
    capsys: pytest.CaptureFixture[str], ready: str
) -> None:
    users = {
        "counter": "~alephbet:* ~{alephbet:* ~lamed:namespaces +@all -@admin -@dangerous +info",
        "reader": "~alephbet:* ~{alephbet:* ~lamed:namespaces +@read +ping +info",
        "astray": "~elsewhere:* +@all",
    }
    with redis.Redis.from_url(ready) as client:
        try:
            for user, rights in users.items():
                client.execute_command(f"ACL SETUSER {user} on >pw {rights}")
            found = {user: bad(redis_checks(capsys, url=ready, username=user, password="pw")) for user in users}
        finally:
            client.execute_command("ACL DELUSER", *users)

    may_not_count = {"redis.scripts": "fail", "redis.writing": "fail"}
    assert found == {"counter": {}, "reader": may_not_count, "astray": may_not_count}


def test_a_server_that_evicts_counters_is_refused(capsys: pytest.CaptureFixture[str], ready: str) -> None:
    with redis.Redis.from_url(ready) as client:
        client.config_set("maxmemory", "100mb")
        client.config_set("maxmemory-policy", "allkeys-lru")

    results = redis_checks(capsys, url=ready)

    assert bad(results) == {"redis.eviction": "fail"}
    assert "would delete counters" in results["redis.eviction"].detail


def test_a_full_server_is_refused(capsys: pytest.CaptureFixture[str], ready: str) -> None:
    with redis.Redis.from_url(ready) as client:
        client.config_set("maxmemory", int(client.info("memory")["used_memory"] * 1.01))

    assert bad(redis_checks(capsys, url=ready))["redis.memory"] == "fail"


def test_a_secret_in_aws_is_checked_and_then_deployed(
    capsys: pytest.CaptureFixture[str], ready: str, name: str
) -> None:
    aws = connect(files.load(CONFIG).config.aws, os.environ)
    arn = aws.secrets.create_secret(Name=name, SecretString=json.dumps({"password": SECRET}))["ARN"]
    write(name=name, redis={"url": ready}, redis_secret={"arn": arn, "key": "pass"})
    wrong = preflight(capsys, ExitCode.USAGE)
    assert states(wrong) == {"aws.secret": "fail"}
    assert wrong["aws.secret"]["detail"].endswith("has no key pass.")
    write(name=name, redis={"url": ready}, redis_secret={"arn": arn, "key": "password"})
    assert states(preflight(capsys, ExitCode.OK)) == {}
    assert run(["deploy", "--yes", "--json", "--no-preflight", "--no-smoke"]) == ExitCode.OK
    assert SECRET not in capsys.readouterr().out


def test_a_redis_that_never_answers_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    with a_silent_server() as port:
        results = redis_checks(capsys, host="127.0.0.1", port=port, socket_timeout=0.3)

    assert "did not answer in time" in results["redis.reachable"].detail
    assert results["redis.reachable"].seconds < 5


@pytest.mark.usefixtures("ready")
def test_without_aws_everything_else_is_still_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    checks = preflight(capsys, ExitCode.FAILED)

    assert checks["aws.session"]["detail"] == "No AWS region is set."
    assert checks["aws.stack"]["detail"] == "Skipped: no AWS profile and region to work with."
    assert checks["redis.host"]["state"] == "fail", "Lambda cannot reach this computer"
    assert checks["package.template"]["state"] == "pass"


@pytest.mark.usefixtures("ready")
def test_missing_credentials_alone_give_their_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    checks = preflight(capsys, ExitCode.CREDENTIALS)

    assert checks["aws.credentials"]["detail"] == "No AWS credentials were found."
    assert checks["aws.stack"]["detail"] == "Skipped: no access to AWS."


def test_an_invalid_configuration_is_the_first_and_only_failure(capsys: pytest.CaptureFixture[str]) -> None:
    write(redis={"port": 0})

    checks = preflight(capsys, ExitCode.USAGE)

    assert "redis.port: must be 1–65535" in checks["config.valid"]["detail"]
    assert [id_ for id_, state in states(checks).items() if state == "fail"] == ["config.valid"]


@pytest.mark.usefixtures("ready")
def test_wiring_that_cannot_be_deployed_stops_what_depends_on_it(
    capsys: pytest.CaptureFixture[str], name: str, valkey: str
) -> None:
    write(name=name, redis={"url": valkey}, extra_wiring=[entry("x", "lamed-x", "lamed.nothing")])

    checks = preflight(capsys, ExitCode.USAGE)

    assert "extra_wiring.0.lambda.Handler" in checks["config.endpoints"]["detail"]
    assert checks["package.template"]["detail"] == "Skipped: the endpoints are not valid."
    assert checks["redis.writing"]["state"] == "pass"


def test_an_aws_that_never_answers_costs_its_time_limit_only(ready: str) -> None:
    began = time.monotonic()
    with a_silent_server() as port:
        environment = {**os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        results = {result.id: result for result in run_checks(lambda: files.load(CONFIG), environment, limit=2.0)}

    assert time.monotonic() - began < 15
    assert results["aws.credentials"].detail == "No answer within 2 s."
    assert results["aws.bucket"].detail == "Skipped: no access to AWS."
    assert results["redis.writing"].state == "pass"
    assert ready


@pytest.mark.usefixtures("ready")
def test_people_read_words_and_a_way_out(capsys: pytest.CaptureFixture[str], name: str) -> None:
    write(name=name, redis={"host": "127.0.0.1", "port": a_free_port()}, uuid_expiry_second=1)

    assert run(["preflight"]) == ExitCode.FAILED

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("warn  Configuration")
    assert "did you mean uuid_expiry_seconds?" in lines[0]
    failed = next(number for number, line in enumerate(lines) if line.startswith("fail"))
    assert "refused the connection" in lines[failed]
    assert lines[failed + 1].strip() == "Check that it runs, and redis.host and redis.port."
    assert lines[-1] == "14 passed, 9 warnings, 1 failed. Not ready to deploy."
    assert "\x1b" not in "".join(lines)
