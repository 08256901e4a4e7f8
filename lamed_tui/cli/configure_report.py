"""What `lamed configure --show` tells: every setting, and where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamed_tui.config.documents import flattened, masked
from lamed_tui.setup.review import AWS_VARIABLES, variable_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamed_tui.config.files import LoadedConfig


def settings_in_force(loaded: LoadedConfig, environment: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted key, value as it may be shown, where it came from)."""
    settings = []
    for key, value in flattened(masked(loaded.config.model_dump(by_alias=True))):
        variable = variable_for(key, environment) if key in AWS_VARIABLES else None
        if variable:
            settings.append((key, environment[variable], variable))
        else:
            settings.append((key, value, loaded.source(key)))
    return settings
