"""Random streams of events, as browsers send them: several experiments, any Unicode, and much of it twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st
from lamed.keys import PARTICIPATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hypothesis.strategies import SearchStrategy

    from tests.handler_calls import Answer


class Event(NamedTuple):
    """One delivery of one event."""

    namespace: str
    experiment: str
    variant: str
    goal: str
    uuid: str

    @property
    def query(self) -> dict[str, str]:
        """The parameters of `/track`."""
        return {
            "namespace": self.namespace,
            "experiment": self.experiment,
            "variant": self.variant,
            "event": self.goal,
            "uuid": self.uuid,
        }

    @property
    def counter(self) -> tuple[str, str, str]:
        """What it counts for, in its namespace."""
        return self.experiment, self.goal, self.variant


def names(also: Sequence[str] = (), without: str = "%:") -> SearchStrategy[str]:
    """Names that the handlers accept, short enough for the smallest limit.

    Args:
        also: texts that are more likely to be part of a name than any other.
        without: characters that are in no name.
    """
    characters = st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters=[*without, "\ufffd", "\x7f"], max_codepoint=0x1FFFF
    )
    parts = st.lists(characters | st.sampled_from([*also, " ", "+", "{", "}", ",", "&", "a"]), min_size=1, max_size=8)
    return parts.map("".join).filter(lambda name: "%2525" not in name)


def streams(name: SearchStrategy[str], *, most: int = 24) -> SearchStrategy[list[Event]]:
    """Deliveries over few names, so that they meet; one in three or so repeats an earlier one."""

    @st.composite
    def stream(draw: st.DrawFn) -> list[Event]:
        some = st.lists(name, min_size=1, max_size=3, unique=True)
        namespaces, experiments, variants, goals = [draw(some) for _ in range(4)]
        events = draw(
            st.lists(
                st.builds(
                    Event,
                    st.sampled_from(namespaces[:2]),
                    st.sampled_from(experiments),
                    st.sampled_from(variants),
                    st.sampled_from([PARTICIPATE, *goals]),
                    st.uuids(version=4).map(str) | st.sampled_from("123"),
                ),
                min_size=1,
                max_size=most,
            )
        )
        repeats = draw(st.lists(st.sampled_from(events), max_size=most // 2))
        return draw(st.permutations([*events, *repeats]))

    return stream()


def counts_of(events: Iterable[Event], namespace: str) -> Counter[tuple[str, str, str]]:
    """What must be counted in a namespace: each event once."""
    return Counter(event.counter for event in set(events) if event.namespace == namespace)


def in_order(answer: list[dict[str, Any]] | Answer) -> Any:
    """The answer of `all` with its lists sorted: 0.4.3's come out of sets. Raises when it is not an answer."""
    document = answer if isinstance(answer, list) else answer.body
    if not isinstance(answer, list) and answer.status != 200:
        raise AssertionError(answer)
    meta, *experiments = document
    goals = {
        one["experiment"]: sorted((goal["goal"], sorted(map(_row, goal["results"]))) for goal in one["goals"])
        for one in experiments
    }
    assert len(goals) == len(experiments)
    return meta, goals


def _row(result: dict[str, Any]) -> tuple[str, int, int]:
    assert set(result) == {"label", "successes", "trials"}
    return result["label"], result["successes"], result["trials"]
