"""Who may see the dashboard: whoever knows its address, from a page that came from there. Pure.

Whoever sees the console can deploy, delete and read the API key, and other pages of the same browser, other programs
and other people on the same computer can reach loopback too. So every request, for a file as for a WebSocket, must

- carry the token, which is random and made anew for every run, as the first part of its path;
- name this computer in `Host`, by address or as localhost. A foreign name means that somebody let it point here to make
  their page and ours one origin (DNS rebinding);
- name no other origin than its own in `Origin`. Browsers always send it with a WebSocket, which must have it.

The port in `Host` may be another one, so that `ssh -L 9000:127.0.0.1:8000` works.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_address

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Door:
    """Where the dashboard is, and what opens it.

    Attributes:
        host: what it listens on, an address or a name of this computer.
        port: the same.
        token: the first part of every path.
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES), repr=False)

    @property
    def base(self) -> str:
        """The beginning of every address, without a slash at the end."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole secret: whoever has it is let in."""
        return f"{self.base}/{self.token}/"


@dataclass(frozen=True)
class Asked:
    """What a request says of itself.

    Attributes:
        path: with the slash at its beginning, without the query.
        origin: None when the request does not tell.
    """

    path: str
    host: str
    origin: str | None
    is_websocket: bool = False


def refusal(door: Door, asked: Asked) -> str | None:
    """Why a request is refused, in words for whoever made it; None when it is welcome."""
    if not _is_this_computer(asked.host, door):
        return "This dashboard does not answer to that name."
    if asked.origin is None and asked.is_websocket:
        return "A WebSocket must say where it comes from."
    if asked.origin is not None and asked.origin != f"http://{asked.host}":
        return "This dashboard does not answer to pages from elsewhere."
    if not hmac.compare_digest(asked.path.split("/")[1].encode(errors="replace"), door.token.encode()):
        return "This dashboard opens with the address that lamed dashboard printed, and with no other."
    return None


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach what listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_this_computer(header: str, door: Door) -> bool:
    """Whether a `Host` header holds a name that nobody else can have made point here."""
    name = header.rpartition(":")[0] if header.rpartition(":")[2].isdecimal() else header
    name = name.removeprefix("[").removesuffix("]").lower()
    if is_loopback(name):
        return True
    if is_loopback(door.host):
        return False
    try:
        ip_address(name)
    except ValueError:
        return name == door.host.lower()
    return True
