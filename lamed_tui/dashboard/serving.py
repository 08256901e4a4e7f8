"""The web server: textual-serve starts a console for every page and carries what it draws; we decide who gets in."""

from __future__ import annotations

import asyncio
import secrets
import signal
from contextlib import suppress
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web
from textual_serve.server import Server

from lamed_tui.dashboard.guard import Asked, refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from lamed_tui.dashboard.guard import Door

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GOODBYE_SECONDS = 0.1
"""For requests that are under way when a signal comes."""
_CLOSING_SECONDS = 5.0
"""For consoles to close by themselves after that."""
_PARTS = {"page.css": "text/css", "page.js": "text/javascript"}
_FONT_SIZES = range(8, 41)
_DEFAULT_FONT_SIZE = 16
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the address is the secret
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Inline styles because the terminal makes its own as it draws."""


async def serve(listener: socket.socket, door: Door, command: str, *, title: str, ready: Callable[[str], None]) -> None:
    """Serve the console until a signal says to end, and see every console end.

    Args:
        listener: bound to where the door is.
        command: what a shell runs for every page: a Textual app.
        title: of the pages.
        ready: called once pages can be opened, with an address that opens one, once; for whoever starts a browser,
            because the addresses that programs are started with can be read by everybody on this computer.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(number, ended.set)
    once = secrets.token_urlsafe()
    runner = web.AppRunner(
        _application(door, command, title, {once}), access_log=None, shutdown_timeout=_GOODBYE_SECONDS
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        ready(f"{door.base}/{once}")
        await ended.wait()
    finally:
        with suppress(TimeoutError):  # a console that hangs ends when it next draws, on the pipe that we leave closed
            await asyncio.wait_for(runner.cleanup(), _CLOSING_SECONDS)


def _application(door: Door, command: str, title: str, tickets: set[str]) -> web.Application:
    """What answers at the door.

    Args:
        tickets: paths that lead inside, each once; a used one is removed.
    """
    consoles = Server(command)

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        asked = Asked(
            path=request.path,
            host=request.headers.get("Host", ""),
            origin=request.headers.get("Origin"),
            is_websocket="websocket" in request.headers.get("Upgrade", "").lower(),
        )
        reason = refusal(door, asked)
        if reason is None:
            return await handler(request)
        ticket = asked.path.removeprefix("/")
        if ticket in tickets and refusal(door, _inside(door, asked)) is None:
            tickets.remove(ticket)
            raise web.HTTPSeeOther(f"/{door.token}/")
        raise web.HTTPForbidden(text=reason)

    async def page(request: web.Request) -> web.Response:
        text = Template(_text("page.html")).substitute(
            title=escape(title),
            websocket=escape(f"ws://{request.host}/{door.token}/ws"),
            font_size=_font_size(request.query.get("fontsize", "")),
        )
        return web.Response(text=text, content_type="text/html")

    async def part(request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        return web.Response(text=_text(name), content_type=_PARTS[name])

    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = _POLICY.format(host=request.host)

    application = web.Application(middlewares=[guard])
    application.on_response_prepare.append(dress)
    application.add_routes(
        [
            web.get(f"/{door.token}/", page),
            *(web.get(f"/{door.token}/{name}", part) for name in _PARTS),
            web.get(f"/{door.token}/ws", consoles.handle_websocket),
            web.static(f"/{door.token}/static", consoles.statics_path),
        ]
    )
    return application


def _inside(door: Door, asked: Asked) -> Asked:
    """The same request for what lies behind the door."""
    return Asked(f"/{door.token}/", asked.host, asked.origin, asked.is_websocket)


def _font_size(asked: str) -> int:
    size = int(asked) if asked.isdecimal() and len(asked) < 4 else _DEFAULT_FONT_SIZE
    return min(max(size, _FONT_SIZES.start), _FONT_SIZES[-1])


def _text(name: str) -> str:
    return files("lamed_tui.dashboard").joinpath(name).read_text(encoding="utf-8")
