"""What a deployment tells while it runs. Faces render these; the engine prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lamed_tui.deploy.plan import Plan


@dataclass(frozen=True)
class EndpointUrl:
    """One route as a client calls it."""

    path: str
    method: str
    url: str
    function: str
    handler: str
    api_key_required: bool

    def as_json(self) -> Mapping[str, str | bool]:
        """The form that scripts rely on."""
        return {
            "path": self.path,
            "method": self.method,
            "url": self.url,
            "function": self.function,
            "api_key_required": self.api_key_required,
        }


@dataclass(frozen=True)
class Warned:
    """Something to know that stops nothing."""

    message: str


@dataclass(frozen=True)
class Attached:
    """Another deployment of this stack is running; what follows is its progress."""

    stack: str
    status: str


@dataclass(frozen=True)
class Mending:
    """A step that leads the stack out of a stuck state has begun; what follows is its progress."""

    stack: str
    status: str


@dataclass(frozen=True)
class Planned:
    """Nothing has been changed yet; the next thing is the question whether to go on."""

    plan: Plan


@dataclass(frozen=True)
class Applying:
    """The change set is being executed; `total` resources change."""

    total: int


@dataclass(frozen=True)
class ResourceChanged:
    """One resource, or the stack itself, entered a new state.

    Attributes:
        at: when, in UTC.
        elapsed: seconds since this resource began to change; 0 when it just began.
        is_stack: whether this is the stack's own state.
    """

    at: datetime
    logical_id: str
    resource_type: str
    status: str
    reason: str
    elapsed: float
    is_stack: bool = False


@dataclass(frozen=True)
class SmokeChecked:
    """One expectation of the smoke test and whether the deployed endpoint met it."""

    title: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Deployed:
    """The stack is what the configuration says.

    Attributes:
        changed: whether anything was done: False when it was so already, and recorded and tried.
        release: the number of the live release.
        base_url: where the API answers, without a slash at the end.
        api_key_id: the key's id; its value is read with `status`.
    """

    changed: bool
    release: int
    base_url: str
    endpoints: tuple[EndpointUrl, ...]
    api_key_id: str


@dataclass(frozen=True)
class Declined:
    """The answer was no; nothing of the plan was done, and nothing of it was left behind."""

    release: int | None
    base_url: str | None
    endpoints: tuple[EndpointUrl, ...]


@dataclass(frozen=True)
class Detached:
    """AWS goes on by itself; nobody follows it any more."""

    stack: str


@dataclass(frozen=True)
class Destroyed:
    """The stack is gone.

    Attributes:
        changed: False when there was nothing.
        kept: what stays, in words.
    """

    stack: str
    changed: bool
    kept: tuple[str, ...]


DeployEvent = (
    Warned
    | Attached
    | Mending
    | Planned
    | Applying
    | ResourceChanged
    | SmokeChecked
    | Deployed
    | Declined
    | Detached
    | Destroyed
)
