"""Endpoints of one's own, as a configuration describes them."""

from __future__ import annotations

from typing import Any


def entry(
    path: str,
    function: str = "lamed-track",
    handler: str = "lamed.track",
    *,
    http_method: str = "GET",
    key: bool = False,
    **settings: Any,
) -> dict[str, Any]:
    """An entry of `extra_wiring`; the function's settings by the names that AWS gives them."""
    return {
        "lambda": {"FunctionName": function, "Handler": handler, **settings},
        "api_gateway": {"pathPart": path, "method": {"httpMethod": http_method, "apiKeyRequired": key}},
    }
