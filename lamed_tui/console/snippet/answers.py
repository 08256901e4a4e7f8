"""What stands in the form, and what it means. Pure: `lamed_tui.snippet` alone builds and judges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamed_tui.config.model import Config
from lamed_tui.snippet import settings
from lamed_tui.snippet.build import build
from lamed_tui.snippet.spec import MAX_WEIGHT, Goal, NameLimits, Problem, SnippetSpec, Variant, problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.model import ExperimentSettings
    from lamed_tui.experiments.snapshot import Experiment
    from lamed_tui.snippet.spec import Format

_NO_ADDRESS = "https://your-api.invalid/track"
"""Stands in the code as long as nobody knows the address. No such name can ever exist (RFC 6761)."""

_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


@dataclass(frozen=True)
class Answers:
    """The texts of the form, right or wrong.

    Attributes:
        variants: name and weight of each row.
        goals: name of each row, and whether it counts once a visitor.
        sample: a share or a percentage; empty for everybody.
    """

    experiment: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    goals: tuple[tuple[str, bool], ...] = ()
    track_url: str = ""
    namespace: str = ""
    sample: str = ""
    user_id: str = ""
    trigger: str = ""
    form: Format = "html"


@dataclass(frozen=True)
class Known:
    """What the settings know of experiments.

    Attributes:
        namespace: the one that is watched.
        experiments: what is decided about each.
    """

    config: Config = field(default_factory=Config, repr=False)
    namespace: str = ""
    experiments: Mapping[str, ExperimentSettings] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """The code that answers make.

    Attributes:
        text: empty while something is wrong.
        problems: sentences by the name of the field they belong to.
        is_addressed: whether events have somewhere to go; without, the code shows a name that cannot exist.
        warning: what will not work although the code is sound.
    """

    text: str
    problems: Mapping[str, tuple[str, ...]]
    is_addressed: bool
    warning: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the code can be put into a page."""
        return bool(self.text) and self.is_addressed


def begin(known: Known, name: str | None = None) -> Answers:
    """The answers to begin with: a configured experiment's, by default the first one's, else an example."""
    name = settings.experiment_of(known.experiments) if name is None else name
    decided = known.experiments.get(name)
    return _answers(known, name, settings.variants_of(decided), settings.goals_of(decided))


def begin_with(known: Known, experiment: Experiment) -> Answers:
    """The answers for an experiment that is counted: the variants and goals that it has, or that are decided."""
    decided = known.experiments.get(experiment.name)
    named = decided is not None and decided.weights is not None
    counted = tuple(Variant(one.name) for one in experiment.variants)
    goals = tuple(Goal(goal.name, goal.unique) for goal in experiment.goals)
    return _answers(
        known,
        experiment.name,
        settings.variants_of(decided) if named or len(counted) < 2 else counted,
        goals or settings.goals_of(decided),
    )


def make(answers: Answers, known: Known) -> Made:
    """Judge the answers and build their code."""
    spec, wrong = _spec(answers, known)
    limits = NameLimits(known.config.limits.name_bytes, known.config.limits.namespace_bytes)
    told = {one.field for one in wrong}  # what else is wrong there may follow from it
    found = [*wrong, *(one for one in problems(spec, limits) if one.field not in told)]
    by_field: dict[str, tuple[str, ...]] = {}
    for one in found:
        by_field[one.field] = (*by_field.get(one.field, ()), one.message)
    text = "" if found else build(spec, limits)
    warning = settings.warning_about(answers.experiment, known.config.limits)
    return Made(text, by_field, bool(answers.track_url.strip()), warning)


def _answers(known: Known, name: str, variants: tuple[Variant, ...], goals: tuple[Goal, ...]) -> Answers:
    return Answers(
        experiment=name,
        variants=tuple((one.name, "" if one.weight is None else str(one.weight)) for one in variants),
        goals=tuple((goal.name, goal.unique) for goal in goals),
        namespace=known.namespace or known.config.namespace,
    )


def _spec(answers: Answers, known: Known) -> tuple[SnippetSpec, list[Problem]]:
    wrong: list[Problem] = []
    variants = []
    for name, weight in answers.variants:
        if name or weight.strip():
            variants.append(Variant(name, _weight(name, weight.strip(), wrong)))
    spec = SnippetSpec(
        experiment=answers.experiment,
        variants=tuple(variants),
        goals=tuple(Goal(name, unique) for name, unique in answers.goals if name),
        track_url=answers.track_url.strip() or _NO_ADDRESS,
        namespace=answers.namespace,
        sample=_sample(answers.sample.strip()),
        user_id=answers.user_id.strip() or None,
        trigger=answers.trigger.strip() or None,
        format=answers.form,
        uuid_expiry_seconds=known.config.uuid_expiry_seconds,
    )
    return spec, wrong


def _weight(name: str, text: str, wrong: list[Problem]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_WEIGHT)):
        return int(text)
    sentence = f"The weight of variant {name!r} must be a whole number from 1 to {MAX_WEIGHT}, not {text!r}."
    wrong.append(Problem("variants", sentence))
    return None


def _sample(text: str) -> float:
    """A share of 1; what is no number is no share either, and the spec says so."""
    if not text:
        return 1.0
    percent = _PERCENT.fullmatch(text)
    try:
        return float(percent[1]) / 100 if percent else float(text)
    except ValueError:
        return 0.0
