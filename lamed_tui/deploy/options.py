"""How a deployment is to go, and the outside world handed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamed_tui.deploy import smoke
from lamed_tui.deploy.clock import Clock
from lamed_tui.deploy.following import Wish, always_follow

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamed_tui.deploy.plan import Plan


def _always(_plan: Plan) -> bool:
    return True


def _never(_question: str) -> bool:
    return False


def _nobody(_release: int | None, _base_url: str | None) -> None:
    """Nobody wants to know."""


def _random_word() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Options:
    """How a deployment, a rollback or a destruction is to go.

    Attributes:
        confirm: asked once, with the plan, before anything changes.
        mend: asked whether to take the step that leads out of a stuck state; without it such a state is an error.
        wish: asked while AWS works whether to go on following, to cancel or to detach.
        on_live: told the number of the release that is live and its address, None when nothing is, as soon as that is
            known and whenever it changes; so that also a failure can say it.
        smoke_test: whether to try the deployed URL afterwards.
        draw: gives random words of 32 hexadecimal digits.
        legacy_until: the epoch second until which 0.4.3's own flags shall be honoured; what is live when None.
    """

    confirm: Callable[[Plan], bool] = _always
    mend: Callable[[str], bool] = _never
    wish: Callable[[], Wish] = always_follow
    on_live: Callable[[int | None, str | None], None] = _nobody
    smoke_test: bool = True
    clock: Clock = field(default_factory=Clock)
    transport: smoke.Transport = smoke.over_http
    draw: Callable[[], str] = _random_word
    legacy_until: int | None = None
