"""The snippet as text, and what it does when a page runs it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lamed_tui.snippet.build import ALEPHBET_INTEGRITY, ALEPHBET_URL, build
from lamed_tui.snippet.spec import Format, Goal, SnippetSpec, Variant
from tests.unit.snippet.formats import BOTH_FORMATS
from tests.unit.snippet.page import Scripts

if TYPE_CHECKING:
    from tests.unit.snippet.page import Page

SPEC = SnippetSpec(
    experiment="button color",
    variants=(Variant("control"), Variant("blue")),
    goals=(Goal("signup"), Goal("page view", unique=False)),
    track_url="https://abc.execute-api.eu-central-1.amazonaws.com/prod/track",
)
WEIGHTED = replace(SPEC, variants=(Variant("control", 80), Variant("blue", 20)))

AWKWARD = (
    "</script>",
    "</SCRIPT ><b>",
    "<!-- <script>",
    "-->",
    "quote \" ' ` ${x}",
    "back\\slash \\",
    "*/ //",
    "line\u2028and\u2029paragraph",
    "no\u00adbreak\u00a0here",
    "emoji 👩‍👩‍👧 and 𐐷",
    "right\u202eto left",
    "עברית",
    "__proto__",
    "constructor",
    "0",
    "%s {0} {name}",
    "a:b",
)
REFUSED = {"participate", "variant", "in_sample"}
names = (
    # Control characters (Cc) and lone surrogates (Cs) are refused, see test_spec.
    st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\ufffd"), min_size=1)
    | st.lists(st.sampled_from(AWKWARD), min_size=1, max_size=3).map("".join)
).filter(lambda name: len(name.encode()) <= 64 and name not in REFUSED)


@BOTH_FORMATS
def test_a_page_gets_the_experiment_that_was_described(page: Page, form: Format) -> None:
    seen = page.run(build(replace(WEIGHTED, format=form, sample=0.5, namespace="shop")))

    assert seen["adapter"] == [SPEC.track_url, "shop"]
    assert seen["experiment"] == {
        "name": "button color",
        "sample": 0.5,
        "user_id": None,
        "triggered": None,
        "variants": [["control", 80], ["blue", 20]],
    }
    assert seen["goals"] == [["signup", True], ["page view", False]]
    assert seen["added"] == ["signup", "page view"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    experiment=names,
    variants=st.lists(names, min_size=2, max_size=4, unique=True),
    goals=st.lists(names, max_size=3, unique=True),
    namespace=names,
    form=st.sampled_from(get_args(Format)),
)
@example(experiment=AWKWARD[0], variants=list(AWKWARD), goals=list(AWKWARD), namespace=AWKWARD[0], form="html")
@example(experiment=AWKWARD[2], variants=list(AWKWARD), goals=list(AWKWARD), namespace=AWKWARD[2], form="module")
def test_every_name_reaches_the_page_as_it_is(
    page: Page, experiment: str, variants: list[str], goals: list[str], namespace: str, form: Format
) -> None:
    spec = replace(
        SPEC,
        experiment=experiment,
        variants=tuple(Variant(name, weight) for weight, name in enumerate(variants, 1)),
        goals=tuple(Goal(name, unique=len(name) % 2 == 0) for name in goals),
        namespace=namespace,
        format=form,
    )

    seen = page.run(build(spec), clicks=goals)

    assert "error" not in seen
    assert seen["adapter"] == [SPEC.track_url, namespace]
    assert seen["readFrom"] == f"lamed:{namespace}:{experiment}"
    assert seen["experiment"]["name"] == experiment
    # JavaScript orders properties that look like numbers first; which weight belongs to whom must not change.
    assert dict(seen["experiment"]["variants"]) == {name: weight for weight, name in enumerate(variants, 1)}
    assert seen["goals"] == [[name, len(name) % 2 == 0] for name in goals]
    assert seen["added"] == goals
    assert seen["completed"] == goals
    assert seen["exposed"] == ([experiment] if form == "html" else ["experiment", "goals"])


@settings(deadline=None)
@given(names, names)
def test_no_name_can_open_or_close_an_element(experiment: str, goal: str) -> None:
    plain = build(SPEC)
    awkward = build(replace(SPEC, experiment=experiment, goals=(Goal(goal), Goal("page view", unique=False))))

    assert awkward.count("<") == plain.count("<")


def test_the_page_loads_the_pinned_library_with_its_hash(page: Page) -> None:
    library, inline = Scripts(build(SPEC)).found

    assert library[0] == {"src": ALEPHBET_URL, "integrity": ALEPHBET_INTEGRITY, "crossorigin": "anonymous"}
    assert inline[0] == {}
    assert page.run(build(replace(SPEC, format="module")))["loaded"] == {
        "src": ALEPHBET_URL,
        "integrity": ALEPHBET_INTEGRITY,
        "crossOrigin": "anonymous",
    }


@pytest.mark.parametrize(
    ("expiry", "longest"), [(86_400, "82800000"), (7 * 86_400, "601200000"), (3_600, "1800000"), (1, "1000")]
)
def test_events_are_sent_no_longer_than_repeats_are_recognised(expiry: int, longest: str) -> None:
    assert f"- entry.since < {longest};" in build(replace(SPEC, uuid_expiry_seconds=expiry))


@BOTH_FORMATS
def test_the_library_may_come_from_the_sites_own_server_under_the_same_hash(form: Format) -> None:
    own = build(replace(SPEC, format=form, library_url="https://shop.example/js/alephbet.min.js?a=1&b=2"))

    assert ALEPHBET_URL not in own
    assert ALEPHBET_INTEGRITY in own


def test_defaults_of_alephbet_are_left_to_it() -> None:
    snippet = build(SPEC)

    assert "sample" not in snippet
    assert "weight" not in snippet
    assert "user" not in snippet
    assert "trigger" not in snippet


def test_a_click_elsewhere_reaches_no_goal(page: Page) -> None:
    seen = page.run(build(SPEC), clicks=[None, "another page's goal", "signup"])

    assert seen["completed"] == ["signup"]


@BOTH_FORMATS
@pytest.mark.parametrize("expression", ["user.id", "user?.id", "user['id'] // the account", "(user, user.id)"])
def test_a_signed_in_persons_id_is_handed_over(page: Page, form: Format, expression: str) -> None:
    seen = page.run(build(replace(SPEC, format=form, user_id=expression)), page_globals={"user": {"id": 7}})

    assert seen["experiment"]["user_id"] == 7
    assert seen["experiment"]["triggered"] is True
    assert seen["added"] == ["signup", "page view"]


def test_without_an_id_nobody_takes_part_in_an_experiment_of_signed_in_people(page: Page) -> None:
    seen = page.run(build(replace(SPEC, user_id="user.id", trigger="true")), page_globals={"user": {"id": ""}})

    assert seen["experiment"]["triggered"] is False
    assert "added" not in seen


@BOTH_FORMATS
@pytest.mark.parametrize(
    ("trigger", "expected"),
    [("path === '/pricing'", True), ("path === '/'", False), ("({a: 1}).a && 1 < 2 // comment", True)],
)
def test_the_trigger_is_evaluated_in_the_page(page: Page, form: Format, trigger: str, *, expected: bool) -> None:
    seen = page.run(build(replace(SPEC, format=form, trigger=trigger)), page_globals={"path": "/pricing"})

    assert seen["experiment"]["triggered"] is expected


def test_an_experiment_without_goals_still_counts_visitors(page: Page) -> None:
    seen = page.run(build(replace(SPEC, goals=())))

    assert seen["added"] == []
    assert seen["experiment"]["name"] == "button color"


def test_two_experiments_share_a_page(page: Page) -> None:
    both = build(SPEC) + build(replace(SPEC, experiment="headline"))
    inline = "\n".join(text for _, text in Scripts(both).found)

    assert page.run(f"<!-- --><script></script><script>{inline}</script>")["exposed"] == ["button color", "headline"]
