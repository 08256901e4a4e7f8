"""Content-hashed logical ids: a change makes exactly the new ids it needs, and no change makes none.

A version that keeps its id keeps serving the old code or settings; a deployment that keeps its id keeps serving the
old routes; a new id without need replaces what nobody touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lamed_tui.deploy import logical_id, template, wiring
from lamed_tui.deploy.template_functions import Code
from lamed_tui.errors import ConfigError
from tests.unit.deploy.configs import CODE, config, rendered
from tests.wiring import entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.deploy.template import Template

on_a_busy_machine = settings(deadline=None, max_examples=30)

TAKEN_PATHS = ("track", "experiments", "delete")
NAMES = st.from_regex(r"[A-Za-z0-9._:-]{1,12}", fullmatch=True)
ORIGINS = st.lists(
    st.sampled_from(["https://a.example", "https://b.example", "https://c.example"]), min_size=1, unique=True
) | st.just(["*"])


@dataclass(frozen=True)
class Inputs:
    """Everything a template is made from."""

    values: Mapping[str, Any]
    memory: int
    key: bool
    sha256: str
    revision: str | None
    runtime: str

    def template(self) -> Template:
        extra = [entry("visits", "mine", MemorySize=self.memory, key=self.key), *self.values.get("extra_wiring", [])]
        chosen = config(**{**self.values, "extra_wiring": extra})
        code = Code(CODE.bucket, f"packages/{self.sha256}.zip", self.sha256)
        return rendered(chosen, code=code, secret_revision=self.revision, runtime=self.runtime)

    def but(self, **changes: Any) -> Inputs:
        return Inputs(**{**self.__dict__, **changes})

    def with_values(self, **changes: Any) -> Inputs:
        return self.but(values={**self.values, **changes})


DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
INPUTS = st.builds(
    Inputs,
    values=st.fixed_dictionaries(
        {
            "uuid_expiry_seconds": st.integers(1, 10**6),
            "namespace": st.text("abcé:%", min_size=1, max_size=8),
            "cors_origins": ORIGINS,
        }
    ),
    memory=st.integers(128, 1024),
    key=st.booleans(),
    sha256=DIGESTS,
    revision=st.sampled_from(["aa", "bb"]) | st.none(),
    runtime=st.sampled_from(["python3.12", "python3.13"]),
)


def ids(template: Template, kind: str) -> set[str]:
    return {
        logical_id for logical_id, resource in template.body["Resources"].items() if resource["Type"].endswith(kind)
    }


def renewed(before: Template, after: Template, kind: str) -> set[str]:
    """The names, without their digest, of the resources of one type that got a new id."""
    return {new[:-12] for new in ids(after, kind) - ids(before, kind)}


def unhashed(template: Template) -> set[str]:
    return set(template.body["Resources"]) - ids(template, "::Version") - ids(template, "::Deployment")


ALL_VERSIONS = {"TrackVersion", "AllExperimentsVersion", "DeleteExperimentVersion", "MineVersion"}


def assert_renews(before: Inputs, after: Inputs, versions: set[str], *, deployment: bool) -> None:
    old, new = before.template(), after.template()
    assert renewed(old, new, "::Version") == versions
    assert renewed(old, new, "::Deployment") == ({"Deployment"} if deployment else set())


@on_a_busy_machine
@given(INPUTS)
def test_no_change_changes_nothing(inputs: Inputs) -> None:
    assert inputs.template().text() == inputs.template().text()


@on_a_busy_machine
@given(INPUTS, DIGESTS)
def test_new_code_makes_a_new_version_of_every_function_and_no_new_deployment(inputs: Inputs, sha256: str) -> None:
    changed = inputs.but(sha256=sha256)
    assert_renews(inputs, changed, ALL_VERSIONS if sha256 != inputs.sha256 else set(), deployment=False)
    assert unhashed(inputs.template()) == unhashed(changed.template())


@on_a_busy_machine
@given(INPUTS, st.integers(128, 1024))
def test_a_property_of_one_function_makes_a_new_version_of_that_function_only(inputs: Inputs, memory: int) -> None:
    versions = {"MineVersion"} if memory != inputs.memory else set()
    assert_renews(inputs, inputs.but(memory=memory), versions, deployment=False)


@on_a_busy_machine
@given(
    INPUTS,
    st.sampled_from(
        [
            {"uuid_expiry_seconds": 10**7},
            {"namespace": "another"},
            {"limits": {"max_counters": 3}},
            {"redis": {"host": "elsewhere.example"}},
            {"redis": {"host": "localhost", "db": 5}},
            {"redis": {"host": "localhost", "username": "ann"}},
            {"vpc": {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}},
        ]
    ),
)
def test_a_setting_that_all_functions_read_makes_a_new_version_of_each(inputs: Inputs, change: dict[str, Any]) -> None:
    assert_renews(inputs, inputs.with_values(**change), ALL_VERSIONS, deployment=False)


@on_a_busy_machine
@given(INPUTS)
def test_another_runtime_makes_a_new_version_of_each(inputs: Inputs) -> None:
    assert_renews(inputs, inputs.but(runtime="python3.14"), ALL_VERSIONS, deployment=False)


@on_a_busy_machine
@given(INPUTS)
def test_a_changed_secret_makes_a_new_version_of_each(inputs: Inputs) -> None:
    assert_renews(inputs, inputs.but(revision="cc"), ALL_VERSIONS, deployment=False)


@on_a_busy_machine
@given(INPUTS, NAMES)
def test_a_route_to_a_function_that_is_there_makes_a_new_deployment_and_no_version(inputs: Inputs, path: str) -> None:
    if path == "visits":
        path = "visits2"
    more = [entry(path, "mine", http_method="POST")]
    assert_renews(inputs, inputs.with_values(extra_wiring=more), set(), deployment=True)


@on_a_busy_machine
@given(INPUTS)
def test_closing_or_opening_a_route_makes_a_new_deployment(inputs: Inputs) -> None:
    assert_renews(inputs, inputs.but(key=not inputs.key), set(), deployment=True)


@on_a_busy_machine
@given(INPUTS, ORIGINS)
def test_other_origins_renew_the_versions_and_the_deployment_if_the_gateway_shows_it(
    inputs: Inputs, origins: list[str]
) -> None:
    before = inputs.values["cors_origins"]
    shown = [one[0] if len(one) == 1 else "*" for one in (before, origins)]
    versions = ALL_VERSIONS if origins != before else set()
    assert_renews(inputs, inputs.with_values(cors_origins=origins), versions, deployment=shown[0] != shown[1])


@on_a_busy_machine
@given(NAMES, NAMES)
@example("a-b", "a_b")
@example("ab", "Ab")
@example("a-1", "a1")
def test_distinct_names_have_distinct_logical_ids_of_letters_and_digits(one: str, other: str) -> None:
    first, second = logical_id.of(one, "Method"), logical_id.of(other, "Method")
    assert first.isascii()
    assert first.isalnum()
    assert (first == second) == (one == other)


WORDS = ["access", "log", "api", "key", "stage", "role", "usage", "plan", "deployment", "get", "options", "track", "x"]
COMPOUND = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("-".join) | NAMES


@on_a_busy_machine
@given(st.lists(st.tuples(COMPOUND, COMPOUND), unique_by=lambda names: names[1], max_size=6), st.booleans())
@example([("access", "visits")], True)
@example([("access", "visits")], False)
def test_no_names_of_functions_and_paths_make_two_resources_one(
    names: list[tuple[str, str]], access_logs: bool
) -> None:
    used = [(function.replace(".", "_").replace(":", "_"), path) for function, path in names if path not in TAKEN_PATHS]
    chosen = config(
        name="shop", access_logs=access_logs, extra_wiring=[entry(path, function) for function, path in used]
    )
    try:
        routes = wiring.resolve(chosen)
    except ConfigError as error:
        assert "FunctionName" in error.what or "Handler" in error.what  # noqa: PT017 - either is an answer
        return
    made = template.render(chosen, routes, CODE, secret_revision=None, runtime="python3.13").body["Resources"]
    paths = {endpoint.path for endpoint in routes.endpoints}
    # Log group, function, version, alias and permission; resource and preflight; what there is once; the access log.
    expected = 5 * len(routes.functions) + 2 * len(paths) + len(routes.endpoints) + 10 + access_logs
    assert len(made) == expected, sorted(made)
    assert not access_logs or all(function.role != "access" for function in routes.functions)
