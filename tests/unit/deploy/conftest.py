"""CloudFormation and a clock that are played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.deploy.stubs import CloudFormationScript, PlayedTime, aws_for_stubs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def script() -> Iterator[CloudFormationScript]:
    """What CloudFormation will answer; everything in it must be asked for."""
    scripted = CloudFormationScript(aws_for_stubs())
    yield scripted
    scripted.close()


@pytest.fixture
def time() -> PlayedTime:
    """A clock that moves only when somebody waits."""
    return PlayedTime()
