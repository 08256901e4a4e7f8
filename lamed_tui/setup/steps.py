"""The steps of setting up, in order, with everything that is asked and said in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lamed_tui.setup.questions import Question

Way = Literal["deploy", "watch"]
"""What a person sets up: everything, or only the watching of a Redis that others fill."""

StepId = Literal["redis", "aws", "endpoints", "review"]


@dataclass(frozen=True)
class Step:
    """One service a step.

    Attributes:
        about: what the step decides and why, in a few sentences.
        checks: ids of the preflight checks that try its answers.
        try_it: what trying is called.
        ways: where the step is asked.
    """

    id: StepId
    title: str
    about: str
    questions: tuple[Question, ...] = ()
    checks: tuple[str, ...] = ()
    try_it: str = ""
    ways: tuple[Way, ...] = ("deploy", "watch")


PASSWORD = Question(
    "redis.password",
    "Password",
    "Empty keeps the one that is set, if there is one; a single - removes it.",
    "secret",
)

REDIS = Step(
    "redis",
    "Redis",
    "The counters live in a Redis or Valkey of yours. AWS Lambda writes to it, and this program reads it.",
    (
        Question(
            "redis.host",
            "Address",
            "A host name or an IP address. A whole redis:// or rediss:// URL fills in everything it says.",
            "address",
        ),
        Question("redis.port", "Port", "Usually 6379; hosted servers often have one of their own.", "number"),
        Question("redis.ssl", "TLS", "Whether to encrypt the connection: yes for any server on the internet.", "flag"),
        Question("redis.username", "User", "Empty means the default user, as on most servers."),
        PASSWORD,
        Question("redis.db", "Database", "The number of the database: 0 unless programs share the server.", "number"),
        Question("redis.cluster", "Cluster", "Whether the server is a Redis Cluster of several nodes.", "flag"),
        Question(
            "namespace",
            "Namespace",
            "The first part of every key, and AlephBet's name for your site. alephbet is what it sends by itself.",
        ),
    ),
    checks=("redis.reachable", "redis.access", "redis.encryption", "redis.server", "redis.eviction", "redis.host"),
    try_it="Test connection",
)

AWS = Step(
    "aws",
    "AWS",
    "Three small functions and an API are deployed to your own AWS account. Nothing is created before you have seen "
    "the plan.",
    (
        Question("name", "Name", "Begins the name of everything created in AWS, and tells two installations apart."),
        Question(
            "aws.profile",
            "Profile",
            "Which credentials of ~/.aws to use. Without a choice, those that AWS tools use by default.",
            "choice",
        ),
        Question(
            "aws.region",
            "Region",
            "Where it runs, best close to Redis. Empty means the profile's region.",
            hint="eu-central-1",
        ),
    ),
    checks=("aws.session", "aws.credentials"),
    try_it="Check identity",
    ways=("deploy",),
)

ENDPOINTS = Step(
    "endpoints",
    "Endpoints",
    "Pages send events to /track, dashboards read /experiments. Further addresses can lead to the same functions.",
    ways=("deploy",),
)

REVIEW = Step("review", "Review", "Nothing is written before you have seen it. Secrets are never shown.")

STEPS = (REDIS, AWS, ENDPOINTS, REVIEW)

WATCHED_REDIS = "The Redis that holds the counters. Nothing is deployed, and nothing is written to it."
"""What stands for the step's own words where only watching is set up."""


def steps_of(way: Way) -> tuple[Step, ...]:
    """The steps to go through."""
    return tuple(step for step in STEPS if way in step.ways)


def step_named(name: str) -> Step:
    """The step with an id.

    Raises:
        KeyError: there is none.
    """
    return {str(step.id): step for step in STEPS}[name]


def checks_of(step: Step, way: Way) -> tuple[str, ...]:
    """The checks to try a step's answers with: where nothing is deployed, AWS need not reach Redis."""
    return tuple(check for check in step.checks if way == "deploy" or check != "redis.host")


def about(step: Step, way: Way) -> str:
    """What to say of a step."""
    return WATCHED_REDIS if step is REDIS and way == "watch" else step.about


def help_on(step: Step, way: Way) -> str:
    """All that is said about a step, for a page of help."""
    lines = [about(step, way), *(f"{question.title}: {question.help}" for question in step.questions)]
    return "\n\n".join(lines)
