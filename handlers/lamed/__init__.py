"""The backend of lamed-tui: counts the events of AlephBet exactly once, in Redis, behind API Gateway.

The four names below are the handlers that wiring refers to (``lamed.track`` and so on).
"""

from lamed.endpoints import all_experiments as all  # noqa: A004 - the handler's public name since lamed 0.4.3
from lamed.endpoints import delete, experiment, track

__all__ = ["all", "delete", "experiment", "track"]
