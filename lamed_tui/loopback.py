"""Asking for a URL: this computer directly, whatever proxy is configured for the world outside, and nobody else."""

from __future__ import annotations

import ipaddress
import urllib.request
from urllib.parse import urlsplit


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Take the redirection for the answer, an error: urllib would carry the API key to wherever it leads."""


def is_loopback(url: str) -> bool:
    """Whether a URL names this computer.

    Raises:
        ValueError: it is no URL.
    """
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def opener(url: str) -> urllib.request.OpenerDirector:
    """What asks for a URL: past every proxy when it names this computer, else as the environment says."""
    proxies = urllib.request.ProxyHandler({} if is_loopback(url) else None)
    return urllib.request.build_opener(proxies, _NoRedirection())
