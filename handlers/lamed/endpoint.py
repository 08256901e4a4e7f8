"""Where a Redis server is and how to speak to it, and the URLs that say so: one grammar for functions and console.

``redis://[user[:password]@]host[:port][/db]``, ``rediss://…`` (TLS) or ``unix:///path``; query options ``db``,
``ssl_cert_reqs`` (required, none), ``ssl_ca_certs``, ``ssl_check_hostname`` as redis-py names them.
"""

from __future__ import annotations

_DEFAULT_PORT = 6379


class Tls:
    """How to speak TLS: whether to verify the server's certificate and its host name, and against which authorities."""

    __slots__ = ("authorities", "check_host_name", "verify")

    def __init__(self, *, verify: bool = True, check_host_name: bool = True, authorities: str | None = None) -> None:
        self.verify = verify
        self.check_host_name = verify and check_host_name
        self.authorities = authorities


class Endpoint:
    """Where one Redis server listens, and as whom to speak to it. With `path` it is a unix socket."""

    __slots__ = ("database", "host", "password", "path", "port", "tls", "username")

    def __init__(
        self,
        host: str = "",
        port: int = _DEFAULT_PORT,
        *,
        path: str = "",
        username: str = "",
        password: str = "",
        database: int = 0,
        tls: Tls | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.path = path
        self.username = username
        self.password = password
        self.database = database
        self.tls = tls

    def moved_to(self, host: str, port: int) -> Endpoint:
        """The same way of speaking, to another node of the cluster."""
        return Endpoint(host, port, username=self.username, password=self.password, tls=self.tls)


def parse_url(url: str) -> Endpoint:
    """The endpoint in a Redis URL. urllib.parse would cost more CPU to import than all of this package.

    Raises:
        ValueError: the URL is not one of those that the module's docstring lists; the message says why, without
            repeating any of it.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must start with redis://, rediss:// or unix://")
    rest, _, query = rest.partition("?")
    place, slash, path = rest.partition("/")
    credentials, _, address = place.rpartition("@")
    username, _, password = credentials.partition(":")
    options = dict([_option(pair) for pair in query.split("&") if pair])
    database = options.pop("db", "")
    endpoint = Endpoint(username=_unquote(username), password=_unquote(password))
    if scheme == "unix":
        if address or not path:
            raise ValueError("must name a socket's path after unix://")
        endpoint.path = _unquote(slash + path)
    else:
        endpoint.host, endpoint.port = parse_address(address)
        database = database or path
        if scheme == "rediss":
            endpoint.tls = _tls(options)
    if options:
        raise ValueError("has a query option other than db and those of TLS")
    if database and not (database.isascii() and database.isdigit()):
        raise ValueError("must name its database by a number")
    endpoint.database = int(database or 0)
    return endpoint


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of ``host[:port]``, an IPv6 host standing in brackets.

    Raises:
        ValueError: there is no host, or the port is not one.
    """
    host, separator, port = address.rpartition(":") if not address.endswith("]") else (address, "", "")
    if not separator:
        host, port = address, str(_DEFAULT_PORT)
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65_535):
        raise ValueError("must name a port from 1 to 65535")
    host = _unquote(host.removeprefix("[").removesuffix("]"))
    if not host or not host.isprintable() or " " in host:
        raise ValueError("must name a host")
    return host, int(port)


def _option(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return _unquote(name), _unquote(value)


def _tls(options: dict[str, str]) -> Tls:
    requirement = options.pop("ssl_cert_reqs", "required").lower().removeprefix("cert_")
    host_name = options.pop("ssl_check_hostname", "true").lower()
    if requirement not in {"required", "optional", "none"} or host_name not in {"true", "false", "1", "0", "yes", "no"}:
        raise ValueError("has an option for TLS that is not valid")
    return Tls(
        verify=requirement != "none",
        check_host_name=host_name in {"true", "1", "yes"},
        authorities=options.pop("ssl_ca_certs", None) or None,
    )


def _unquote(text: str) -> str:
    """Percent-decoded as redis-py does: a percent sign that encodes nothing stands for itself."""
    head, *rest = text.encode().split(b"%")
    return (head + b"".join([_unquoted(part) for part in rest])).decode(errors="replace")


def _unquoted(part: bytes) -> bytes:
    try:
        return bytes.fromhex(part[:2].decode()) + part[2:] if part[:2].isalnum() else b"%" + part
    except ValueError:
        return b"%" + part
