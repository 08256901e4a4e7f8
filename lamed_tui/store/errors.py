"""What went wrong between here and Redis, in one sentence a person can act on.

Client exceptions are told apart by their types, and by the operating system's error below them. Where the client
library gives one type to several server answers, the server's own words are passed on, without any secret.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple

from lamed_tui.errors import ExitCode, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.config.model import RedisSettings

_LONGEST_QUOTE = 160
_ECHOED_ARGUMENTS = "with args beginning with"
_PIPELINE_PREFIX = " of pipeline caused error: "


class StoreAccessError(StoreError):
    """Redis is there, and did not accept the user, the password or the command."""

    exit_code = ExitCode.CREDENTIALS


class _Sentence(NamedTuple):
    """How one type of exception is told; `{}` fields are filled from the settings and the exception."""

    what: str
    fix: str
    type: type[StoreError] = StoreError


def explain(error: BaseException, settings: RedisSettings) -> StoreError:
    """The `StoreError` for an exception of the Redis client or of the network below it. Never names a password."""
    chain = tuple(_chain(error))
    for cause in chain:
        sentence = _authentication(cause, settings) or _answer(cause) or _network(cause, settings)
        if sentence:
            return _told(sentence, cause, settings)
    return _told(_late(chain, settings) or _unexpected(chain, settings), chain[0], settings)


def _told(sentence: _Sentence, cause: BaseException, settings: RedisSettings) -> StoreError:
    fields = {
        "where": f"Redis at {settings.location}",
        "location": settings.location,
        "host": settings.host,
        "user": f" of the user {settings.username}" if settings.username else "",
        "authorities": settings.ssl_ca_certs or "of certificates",
        "quote": _quoted(cause, settings),
    }
    return sentence.type(sentence.what.format(**fields), sentence.fix)


def _authentication(error: BaseException, settings: RedisSettings) -> _Sentence | None:
    import redis.exceptions as answers

    if not isinstance(error, answers.AuthenticationError):
        return None
    if settings.password is None:
        return _Sentence(
            "{where} requires a password.", "Set redis.password or LAMED_REDIS_PASSWORD.", StoreAccessError
        )
    # The client library has one type for both: only the server's words tell them apart.
    if "no password is set" in str(error) or "without any password configured" in str(error):
        return _Sentence(
            "{where} asks for no password, but one is configured.",
            "Remove redis.password, or set a password on the server.",
            StoreAccessError,
        )
    return _Sentence(
        "{where} did not accept the password{user}.",
        "Correct redis.username and redis.password (or LAMED_REDIS_PASSWORD).",
        StoreAccessError,
    )


def _answer(error: BaseException) -> _Sentence | None:
    """The server answered, and the answer was an error."""
    import redis.exceptions as answers

    table: dict[type[BaseException], _Sentence] = {
        answers.NoPermissionError: _Sentence(
            "{where} does not allow this: {quote}",
            "Give the user the permission (ACL SETUSER), or name another one in redis.username.",
            StoreAccessError,
        ),
        answers.BusyLoadingError: _Sentence("{where} is still loading its data.", "Wait a moment and try again."),
        answers.ReadOnlyError: _Sentence("{where} is a read-only replica.", "Name the primary in redis.host."),
        answers.AskError: _Sentence("{where} is one node of a cluster.", "Set redis.cluster to true."),
        answers.OutOfMemoryError: _Sentence("{where} is out of memory.", "Raise maxmemory, or remove data."),
        answers.MasterDownError: _Sentence(
            "{where} is a replica that has lost its primary.", "Wait, or name the primary in redis.host."
        ),
        answers.InvalidResponse: _Sentence(
            "What listens at {location} does not speak the Redis protocol.",
            "Check redis.port, and whether the server expects TLS (redis.ssl).",
        ),
    }
    return _first(table, error)


def _network(error: BaseException, settings: RedisSettings) -> _Sentence | None:
    """There is no usable connection: the operating system or TLS says why."""
    missing = (
        _Sentence("There is no file {authorities}.", "Correct redis.ssl_ca_certs.")
        if settings.ssl
        else _Sentence("There is no socket at {location}.", "Correct redis.unix_socket_path.")
    )
    no_such_host = _Sentence(
        "The host name {host} of Redis cannot be resolved.", "Check redis.host, and this machine's DNS or VPN."
    )
    table: dict[type[BaseException], _Sentence] = {
        socket.gaierror: no_such_host,
        UnicodeError: no_such_host,
        ssl.SSLCertVerificationError: _Sentence(
            "The TLS certificate of {where} was not accepted: {quote}",
            "Name its authority's file in redis.ssl_ca_certs, and the host as the certificate names it.",
        ),
        ssl.SSLError: _Sentence(
            "The TLS handshake with {where} failed: {quote}",
            "Check that this port speaks TLS; if it does not, set redis.ssl to false.",
        ),
        ConnectionRefusedError: _Sentence(
            "{where} refused the connection.", "Check that it runs, and redis.host and redis.port."
        ),
        FileNotFoundError: missing,
        PermissionError: _Sentence(
            "{where} may not be opened by this user.", "Check the permissions of redis.unix_socket_path."
        ),
    }
    return _first(table, error)


def _late(chain: tuple[BaseException, ...], settings: RedisSettings) -> _Sentence | None:
    import redis.exceptions as answers

    if not any(isinstance(error, answers.TimeoutError | TimeoutError) for error in chain):
        return None
    connect, answer = settings.socket_connect_timeout, settings.socket_timeout
    waited = f"{answer:g} s" if connect == answer else f"{connect:g} s to connect, {answer:g} s to answer"
    tls = "that this port speaks TLS, " if settings.ssl else ""
    return _Sentence(
        f"{{where}} did not answer in time ({waited}).",
        f"Check {tls}the address, firewalls and security groups, and the server's load.",
    )


def _unexpected(chain: tuple[BaseException, ...], settings: RedisSettings) -> _Sentence:
    import redis.exceptions as answers

    if isinstance(chain[0], answers.RedisClusterException):
        return _Sentence(
            "{where} did not answer as a cluster: {quote}", "Set redis.cluster to false if it is a single server."
        )
    if isinstance(chain[0], answers.ConnectionError | OSError):
        tls = "" if settings.ssl else ", and whether it expects TLS (redis.ssl)"
        return _Sentence("The connection to {where} broke: {quote}", f"Check the server's log{tls}.")
    return _Sentence("{where} answered an error: {quote}", "Check the server's log.")


def _first(table: dict[type[BaseException], _Sentence], error: BaseException) -> _Sentence | None:
    return next((sentence for type_, sentence in table.items() if isinstance(error, type_)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it came from, outermost first."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _quoted(error: BaseException, settings: RedisSettings) -> str:
    """An exception's own words: one printable line, not endless, without a secret, with a full stop."""
    text = str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = error.verify_message
    elif isinstance(error, ssl.SSLError):
        text = error.reason or "no reason given"
    # Servers that know no AUTH, and some proxies, answer with the arguments they were sent.
    text = text.rpartition(_PIPELINE_PREFIX)[2].partition(_ECHOED_ARGUMENTS)[0]
    if settings.password:
        text = text.replace(settings.password.get_secret_value(), "**********")
    line = "".join(character if character.isprintable() else " " for character in text).strip(" ,.")
    if len(line) > _LONGEST_QUOTE:
        line = line[: _LONGEST_QUOTE - 1] + "…"
    return f"{line or type(error).__name__}."
