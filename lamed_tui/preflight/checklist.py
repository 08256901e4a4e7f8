"""Every check, in the order a person reads them, with what each one needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lamed_tui.preflight import aws_checks, config_checks, package_checks, redis_checks
from lamed_tui.preflight.schedule import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from lamed_tui.errors import ConfigError
    from lamed_tui.preflight.result import Finding
    from lamed_tui.preflight.subject import Subject


@dataclass(frozen=True)
class _Entry:
    """A check that does not know its subject yet; `without` and `needs` as in `Check`."""

    id: str
    title: str
    look: Callable[[Subject], Finding]
    needs: tuple[str, ...] = ()
    without: str = "an earlier check failed"


_NO_REDIS = "Redis cannot be used"
_NO_SESSION = "no AWS profile and region to work with"
_NO_ACCESS = "no access to AWS"

_ENTRIES = (
    _Entry("config.valid", "Configuration", config_checks.valid, without="the configuration is not valid"),
    _Entry("config.private", "Secrets in files", config_checks.private),
    _Entry("config.endpoints", "Endpoints", config_checks.endpoints, without="the endpoints are not valid"),
    _Entry("redis.reachable", "Redis answers", redis_checks.reachable, without="Redis cannot be reached"),
    _Entry("redis.access", "Redis lets us in", redis_checks.access, ("redis.reachable",), _NO_REDIS),
    _Entry("redis.encryption", "Redis encryption", redis_checks.encryption, ("redis.reachable",)),
    _Entry("redis.server", "Redis server", redis_checks.server, ("redis.access",), _NO_REDIS),
    _Entry("redis.scripts", "Redis scripts", redis_checks.scripts, ("redis.access",)),
    _Entry("redis.writing", "Redis writing", redis_checks.writing, ("redis.access",)),
    _Entry("redis.eviction", "Redis eviction", redis_checks.eviction, ("redis.server",)),
    _Entry("redis.memory", "Redis memory", redis_checks.memory, ("redis.server",)),
    _Entry("redis.host", "Redis from Lambda", redis_checks.host),
    _Entry("aws.session", "AWS region", aws_checks.session, without=_NO_SESSION),
    _Entry("aws.credentials", "AWS credentials", aws_checks.credentials, ("aws.session",), _NO_ACCESS),
    _Entry("aws.clock", "Clock", aws_checks.clock, ("aws.credentials",)),
    _Entry("aws.stack", "Stack", aws_checks.stack, ("aws.credentials",), "the stack cannot be used"),
    _Entry("aws.names", "Function names", aws_checks.names, ("aws.stack", "config.endpoints")),
    _Entry(
        "aws.concurrency", "Lambda concurrency", aws_checks.concurrency, ("aws.credentials",), "the limit is unknown"
    ),
    _Entry("redis.connections", "Redis connections", redis_checks.connections, ("redis.server", "aws.concurrency")),
    _Entry("aws.bucket", "Artefact bucket", aws_checks.bucket, ("aws.credentials",)),
    _Entry("aws.secret", "Redis secret", aws_checks.redis_secret, ("aws.credentials",)),
    _Entry("aws.access_logs", "Access logs", aws_checks.access_log_role, ("aws.credentials",)),
    _Entry("package.builds", "Lambda package", package_checks.builds, ("config.endpoints",), "there is no package"),
    _Entry("package.template", "Template", package_checks.template_valid, ("package.builds",)),
)


@dataclass(frozen=True)
class Entry:
    """A check by name: its id and its title."""

    id: str
    title: str


ENTRIES = tuple(Entry(entry.id, entry.title) for entry in _ENTRIES)
"""Every check, in order."""


def with_needed(checks: Sequence[Check], wanted: Collection[str]) -> tuple[Check, ...]:
    """Those of the checks that are wanted, and all that they need."""
    needed = set(wanted)
    for check in reversed(checks):  # each comes after those it needs
        if check.id in needed:
            needed.update(check.needs)
    return tuple(check for check in checks if check.id in needed)


def checklist(subject: Subject) -> tuple[Check, ...]:
    """The checks of a configuration that could be read."""
    return tuple(
        Check(entry.id, entry.title, partial(entry.look, subject), entry.without, entry.needs) for entry in _ENTRIES
    )


def checklist_without(error: ConfigError) -> tuple[Check, ...]:
    """The same checks for a configuration that could not be read: the first fails, the others are skipped."""

    def refuse() -> Finding:
        raise error

    first, *rest = (Check(entry.id, entry.title, refuse, entry.without) for entry in _ENTRIES)
    return (first, *(replace(check, needs=(first.id,)) for check in rest))
