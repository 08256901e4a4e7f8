"""What a snippet refuses, each in a sentence that names the field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lamed.endpoint import Endpoint
from lamed.events import BadRequestError, tracked_event
from lamed.settings import Settings

from lamed_tui.errors import ExitCode, UsageError
from lamed_tui.snippet.build import build
from lamed_tui.snippet.spec import Goal, NameLimits, SnippetSpec, Variant, problems

if TYPE_CHECKING:
    from lamed_tui.snippet.spec import Format

SPEC = SnippetSpec(
    experiment="button color",
    variants=(Variant("control"), Variant("blue")),
    goals=(Goal("signup"),),
    track_url="https://abc.example/prod/track",
)

A, B = Variant("a"), Variant("b")
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"experiment": ""}, "experiment", "must not be empty"),
    ({"experiment": "a\nb"}, "experiment", "control characters"),
    ({"experiment": "a\x7fb"}, "experiment", "control characters"),
    ({"experiment": "a\x85b"}, "experiment", "control characters"),
    ({"experiment": "\ud800"}, "experiment", "damaged"),
    ({"experiment": "caf\ufffd"}, "experiment", "damaged"),
    ({"experiment": "100%2525"}, "experiment", "damaged"),
    ({"experiment": "é" * 65}, "experiment", "130 bytes long"),
    ({"namespace": ""}, "namespace", "must not be empty"),
    ({"namespace": "n" * 65}, "namespace", "up to 64"),
    ({"variants": ()}, "variants", "at least two"),
    ({"variants": (A,)}, "variants", "at least two"),
    ({"variants": (A, A)}, "variants", "more than once"),
    ({"variants": (A, Variant(""))}, "variants", "must not be empty"),
    ({"variants": (A, Variant("b", 1))}, "variants", "Either every variant has a weight or none has: 'a' has none."),
    ({"variants": (Variant("a", 1), Variant("b", 0))}, "variants", "whole number from 1"),
    ({"variants": (Variant("a", 1), Variant("b", 10**7))}, "variants", "whole number from 1"),
    ({"goals": (Goal("x"), Goal("x", unique=False))}, "goals", "more than once"),
    ({"goals": (Goal("participate"),)}, "goals", "counts visitors"),
    ({"goals": (Goal("variant"),)}, "goals", "chosen variant"),
    ({"goals": (Goal("in_sample"),)}, "goals", "sampling"),
    ({"goals": (Goal("\u0000"),)}, "goals", "control characters"),
    ({"sample": 0.0}, "sample", "above 0"),
    ({"sample": 1.5}, "sample", "at most 1"),
    ({"sample": float("nan")}, "sample", "above 0"),
    ({"track_url": "/track"}, "track_url", "absolute"),
    ({"track_url": "ftp://x.example/track"}, "track_url", "absolute"),
    ({"track_url": "https://x.example:99999/track"}, "track_url", "absolute"),
    ({"track_url": "https://x.example/a b"}, "track_url", "absolute"),
    ({"track_url": 'https://x.example/"'}, "track_url", "absolute"),
    ({"track_url": "https://x.example/track?key=1"}, "track_url", "adds the query itself"),
    ({"track_url": "https://x.example/track#top"}, "track_url", "adds the query itself"),
    ({"track_url": "https://user:pw@x.example/track"}, "track_url", "every visitor"),
    ({"library_url": "alephbet.min.js"}, "library_url", "absolute"),
    ({"user_id": " "}, "user_id", "one line of JavaScript"),
    ({"user_id": "a\nb"}, "user_id", "one line of JavaScript"),
    ({"user_id": "'</script>'"}, "user_id", "would end the script"),
    ({"trigger": "'<!--'"}, "trigger", "would end the script"),
    ({"trigger": "() => true"}, "trigger", "not a function"),
    ({"trigger": "visitor => true"}, "trigger", "not a function"),
    ({"trigger": "async function () {}"}, "trigger", "not a function"),
    ({"format": "jsx"}, "format", "html or module"),
]


def test_a_sound_spec_has_no_problems() -> None:
    assert problems(SPEC) == ()


@pytest.mark.parametrize(("change", "field", "words"), REFUSED)
def test_what_cannot_work_is_refused_by_its_field(change: dict[str, Any], field: str, words: str) -> None:
    (problem,) = problems(replace(SPEC, **change))

    assert problem.field == field
    assert words in problem.message


def test_the_password_in_a_url_is_not_repeated() -> None:
    (problem,) = problems(replace(SPEC, track_url="https://user:hunter2@x.example/track"))

    assert "hunter2" not in problem.message


@pytest.mark.parametrize("trigger", ["isMobile()", "(function () { return true; })()", "a >= b", "f(() => 1)"])
def test_expressions_that_only_look_like_functions_pass(trigger: str) -> None:
    assert problems(replace(SPEC, trigger=trigger)) == ()


def test_names_as_long_as_the_backend_takes_them_pass() -> None:
    assert problems(replace(SPEC, experiment="é" * 64)) == ()
    assert problems(replace(SPEC, experiment="é" * 64), NameLimits(name_bytes=127)) != ()


def test_building_names_everything_that_is_wrong_at_once() -> None:
    wrong = replace(SPEC, experiment="", sample=2.0, format=cast("Format", "jsx"))

    with pytest.raises(UsageError) as refused:
        build(wrong)

    assert refused.value.exit_code == ExitCode.USAGE
    assert "name" in refused.value.what
    assert "sample" in refused.value.what
    assert "html or module" in refused.value.what


@settings(deadline=None)
@given(
    st.text(st.characters(), min_size=0, max_size=70)
    | st.lists(st.sampled_from(["%25", "%2525", "é", "\ufffd", "\x7f", "\x9f", "\xa0", "a" * 60])).map("".join)
)
def test_a_name_is_accepted_here_exactly_when_the_backend_counts_it(name: str) -> None:
    """Except for the names that AlephBet itself has a use for."""
    event = {"queryStringParameters": {"experiment": name, "variant": "v", "event": "participate", "uuid": "u"}}
    try:
        tracked_event(event, Settings(Endpoint("localhost")))
        is_counted = True
    except BadRequestError:
        is_counted = False

    assert (problems(replace(SPEC, experiment=name)) == ()) is is_counted
