"""The key schema: names survive their way into keys and back, and no two of them share a key."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lamed import keys

names = st.text(min_size=1) | st.text(alphabet="%:{}25A37BDab", min_size=1)
clustered = st.booleans()


@given(names, clustered)
def test_every_name_survives_encoding(name: str, cluster: bool) -> None:
    assert keys.decode(keys.encode(name, cluster=cluster)) == name


@given(names, clustered)
def test_an_encoded_name_never_has_a_character_that_means_something_in_a_key(name: str, cluster: bool) -> None:
    assert not set(keys.encode(name, cluster=cluster)) & set(":{}" if cluster else ":")


@given(st.tuples(names, names, names, names), st.tuples(names, names, names, names), clustered)
def test_different_counters_have_different_keys(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str], cluster: bool
) -> None:
    assert (keys.counter_key(*one, cluster=cluster) == keys.counter_key(*other, cluster=cluster)) == (one == other)


@given(names, names, names, clustered)
def test_index_keys_never_meet_each_other_or_a_counter(
    namespace: str, experiment: str, variant: str, cluster: bool
) -> None:
    built = [
        keys.NAMESPACES_KEY,
        keys.experiments_key(namespace, cluster=cluster),
        keys.counter_keys_key(namespace, cluster=cluster),
        keys.experiment_counter_keys_key(namespace, experiment, cluster=cluster),
        keys.counter_key(namespace, experiment, "goal", variant, cluster=cluster),
    ]
    assert len(set(built)) == len(built)


def test_names_without_special_characters_keep_the_keys_of_043() -> None:
    assert keys.experiments_key("alephbet") == "alephbet:experiments"
    assert keys.counter_keys_key("alephbet") == "alephbet:counter_keys"
    assert keys.experiment_counter_keys_key("alephbet", "my exp") == "alephbet:my exp:counter_keys"
    assert keys.counter_key("alephbet", "my exp", "{buy}", "größe") == "alephbet:counters:my exp:{buy}:größe"


def test_what_043_stored_raw_shows_as_itself() -> None:
    for raw in ("50% off", "100%", "%", "%2", "%3a", "%41", "%%", "a%25".replace("25", "zz")):
        assert keys.decode(raw) == raw


def test_a_name_is_decoded_once() -> None:
    assert keys.decode("%253A") == "%3A"
    assert keys.decode("%25253A") == "%253A"


def test_spellings_are_those_of_either_mode_and_the_raw_one() -> None:
    assert keys.spellings("plain") == ["plain"]
    assert keys.spellings("a:b") == ["a%3Ab", "a:b"]
    assert keys.spellings("a:{b}") == ["a%3A{b}", "a%3A%7Bb%7D", "a:{b}"]
    assert keys.spellings("{b}", cluster=True) == ["%7Bb%7D", "{b}"]


@given(st.lists(st.tuples(names, names, names), unique=True), names, clustered)
def test_grouping_finds_every_counter_under_its_names(
    counters: list[tuple[str, str, str]], namespace: str, cluster: bool
) -> None:
    built = {keys.counter_key(namespace, *counter, cluster=cluster): counter for counter in counters}
    members = {keys.encode(experiment, cluster=cluster) for experiment, _, _ in counters}
    found = keys.group_counters(namespace, members, built)
    regrouped = {
        (experiment, goal, variant): stored
        for experiment, group in found.items()
        for (goal, variant), stored in group.items()
    }
    assert regrouped == {counter: [key] for key, counter in built.items()}


def test_grouping_takes_known_experiments_to_divide_keys_with_too_many_parts() -> None:
    found = keys.group_counters(
        "ns", ["my:exp", "my"], ["ns:counters:my:exp:goal:blue", "ns:counters:my:goal:red", "ns:counters:x:y:goal:red"]
    )
    assert found == {
        "my:exp": {("goal", "blue"): ["ns:counters:my:exp:goal:blue"]},
        "my": {("goal", "red"): ["ns:counters:my:goal:red"]},
        "x:y": {("goal", "red"): ["ns:counters:x:y:goal:red"]},
    }


def test_an_old_raw_name_and_a_new_encoded_one_are_one_experiment() -> None:
    found = keys.group_counters(
        "ns", ["my:exp", "my%3Aexp"], ["ns:counters:my:exp:goal:blue", "ns:counters:my%3Aexp:goal:blue"]
    )
    assert found == {"my:exp": {("goal", "blue"): ["ns:counters:my:exp:goal:blue", "ns:counters:my%3Aexp:goal:blue"]}}


def test_grouping_leaves_out_what_is_no_counter_of_the_namespace() -> None:
    strangers = ["other:counters:e:g:v", "ns:counters:e:g", "ns:counters:", "nonsense", ""]
    assert keys.group_counters("ns", ["e"], strangers) == {"e": {}}


def test_goals_list_every_variant_with_its_participants_and_leave_participation_out() -> None:
    totals = {("participate", "b"): 5, ("participate", "a"): 7, ("buy", "b"): 1, ("see", "c"): 0}
    assert keys.goals_of(totals) == [
        {
            "goal": "buy",
            "results": [
                {"label": "a", "successes": 0, "trials": 7},
                {"label": "b", "successes": 1, "trials": 5},
                {"label": "c", "successes": 0, "trials": 0},
            ],
        },
        {
            "goal": "see",
            "results": [
                {"label": "a", "successes": 0, "trials": 7},
                {"label": "b", "successes": 0, "trials": 5},
                {"label": "c", "successes": 0, "trials": 0},
            ],
        },
    ]


@given(st.text(min_size=1))
def test_a_digest_is_a_signed_64_bit_integer_and_its_hex_digits(uuid: str) -> None:
    decimal, digits = keys.digest(uuid)
    assert -(2**63) <= int(decimal) < 2**63
    assert int(digits, 16) == int(decimal) % 2**64
    assert len(digits) == 16
    assert digits == hashlib.blake2b(uuid.encode(), digest_size=8).hexdigest()


def test_nodes_lead_from_the_root_down_the_digest() -> None:
    assert keys.seen_path("c", 43200, "0a3f99", 3) == ["{c}:seen:43200", "{c}:seen:43200:0", "{c}:seen:43200:0a"]
    assert keys.seen_path("c", 43200, "0a3f99")[-1] == keys.seen_node("c", 43200, "0a3f") == "{c}:seen:43200:0a3f"
    assert len(keys.seen_path("c", 43200, "0a3f99")) == keys.NODE_LEVELS


@given(st.integers(1, 10**7), st.integers(0, 4 * 10**9), st.integers(0, 10**8))
def test_an_event_is_remembered_at_least_for_the_expiry_and_at_most_half_as_long_again(
    expiry: int, moment: int, later: int
) -> None:
    length = keys.window_seconds(expiry)
    written = keys.windows(moment, length)[0]
    remembered = written in keys.windows(moment + later, length)
    if later <= expiry:
        assert remembered
    if later > 1.5 * expiry + 1.5:
        assert not remembered


@given(st.integers(1, 10**6), st.integers(10**9, 2 * 10**9), st.integers(0, keys.CLOCK_SKEW))
def test_a_container_sees_what_one_with_a_faster_clock_has_written(expiry: int, moment: int, skew: int) -> None:
    length = keys.window_seconds(max(expiry, 2 * keys.CLOCK_SKEW))
    assert keys.windows(moment + skew, length)[0] in keys.windows(moment, length)


@given(st.integers(1, 10**6), st.integers(10**9, 2 * 10**9), st.integers(0, 10**6))
def test_a_node_lives_as_long_as_its_window_is_looked_at_and_is_known_while_it_lives(
    expiry: int, moment: int, later: int
) -> None:
    length = keys.window_seconds(expiry)
    window = keys.windows(moment, length)[0]
    alive = later < keys.seen_seconds(moment, length)
    if window in keys.windows(moment + later, length):
        assert alive
    if alive:
        assert window in keys.living_windows(moment + later, length)


@pytest.mark.parametrize("series", [keys.HOURS, keys.DAYS], ids=["hours", "days"])
@given(moment=st.integers(10**9, 4 * 10**9), age=st.integers(0, 500 * 86_400))
def test_a_series_point_is_found_again_while_it_lives(series: keys.Series, moment: int, age: int) -> None:
    key, field = series.point("c", moment)
    assert 0 <= field < series.fields
    chunks = dict(series.chunks("c", moment + age))
    if age <= series.keep:
        assert chunks[key] + field * series.unit == moment // series.unit * series.unit
    assert len(chunks) <= 7


def test_series_keep_three_days_of_hours_and_four_hundred_days() -> None:
    # The newest field of a chunk appears at its hour's (day's) beginning and is read until the hour (day) is over.
    assert keys.HOURS.keep - keys.HOURS.unit >= 72 * 3_600
    assert keys.DAYS.keep - keys.DAYS.unit >= 400 * 86_400


def test_the_flag_of_043_is_the_one_it_writes() -> None:
    text = "ns:counters:my:exp:goal:50% uuid"
    assert keys.legacy_flag("ns", "my:exp", "goal", "50%", "uuid") == hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - 0.4.3's choice


def test_a_visitor_of_a_variant_whose_raw_name_holds_a_colon_stays_a_visitor() -> None:
    groups = keys.group_counters("ns", ["exp"], ["ns:counters:exp:participate:red:x", "ns:counters:exp:buy:now:red"])
    assert groups == {
        "exp": {
            ("participate", "red:x"): ["ns:counters:exp:participate:red:x"],
            ("buy:now", "red"): ["ns:counters:exp:buy:now:red"],
        }
    }


def test_a_namespace_is_read_under_every_spelling() -> None:
    assert keys.index_keys("a") == (["a:experiments"], ["a:counter_keys"])
    assert keys.index_keys("a:b") == (
        ["a%3Ab:experiments", "a:b:experiments"],
        ["a%3Ab:counter_keys", "a:b:counter_keys"],
    )
