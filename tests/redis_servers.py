"""The servers that the handlers and the console must work on, started for the tests and gone with them.

Valkey 9 comes with the development tools (`lamed_tui.embedded.valkey`). Redis 7.0 is Debian's, and the only one here
that speaks TLS.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import redis

from lamed_tui.embedded.valkey import running_valkey
from lamed_tui.embedded.watchdog import ended_with_us
from tests.ports import a_free_port, port_of
from tests.waiting import comes_true

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PORT_ATTEMPTS = 5
_SLOTS = 16_384


class ServerMissingError(Exception):
    """A server that the tests need is not installed. Nothing is skipped for that: old servers must stay supported."""


@dataclass(frozen=True)
class RedisServer:
    """A Redis 7.0: its ports (`tls_port` 0: none), its unix socket, and the authority that signed its certificate."""

    port: int
    tls_port: int
    unix_socket: Path
    authority: Path | None

    @property
    def url(self) -> str:
        """The server over plain TCP."""
        return f"redis://127.0.0.1:{self.port}/0"


@dataclass(frozen=True)
class Certificate:
    """A server's certificate for 127.0.0.1 and localhost, its key, and the throw-away authority that signed it."""

    authority: Path
    certificate: Path
    key: Path


def redis_7_binary() -> str:
    """The path of redis-server.

    Raises:
        ServerMissingError: it is not installed.
    """
    binary = shutil.which("redis-server")
    if binary is None:
        raise ServerMissingError("redis-server is missing; on Debian or Ubuntu: apt install redis-server")
    return binary


@contextmanager
def running_redis_7(
    directory: Path, settings: Mapping[str, str] | None = None, certificate: Certificate | None = None
) -> Iterator[RedisServer]:
    """Run Debian's redis-server on loopback, on plain TCP, a unix socket, and with a `certificate` on TLS too.

    Args:
        directory: an existing folder for the server's files, with a path short enough for a unix socket.
        settings: additional `redis.conf` directives.
        certificate: what the server shows to TLS clients; they need none of their own.

    Raises:
        ServerMissingError: it is not installed.
        RuntimeError: it did not start; the message ends with its log.
    """
    process, server = _start_redis_7(directory, settings or {}, certificate)
    with ended_with_us(process.pid):
        try:
            yield server
        finally:
            process.terminate()
            process.wait()


def a_certificate(directory: Path) -> Certificate:
    """Make an authority and a certificate signed by it, valid for two days, in an existing folder.

    Raises:
        CalledProcessError: openssl refused.
    """
    made = Certificate(directory / "authority.pem", directory / "server.pem", directory / "server.key")
    request, authority_key, names = directory / "server.csr", directory / "authority.key", directory / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    commands: tuple[list[str | Path], ...] = (
        ["req", "-x509", *new_key, "-days", "2", "-subj", "/CN=throw-away authority",
         "-keyout", authority_key, "-out", made.authority],
        ["req", *new_key, "-subj", "/CN=127.0.0.1", "-keyout", made.key, "-out", request],
        ["x509", "-req", "-in", request, "-CA", made.authority, "-CAkey", authority_key, "-CAcreateserial",
         "-days", "2", "-extfile", names, "-out", made.certificate],
    )  # fmt: skip
    for arguments in commands:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    return made


@contextmanager
def running_cluster(directory: Path, nodes: int = 3) -> Iterator[tuple[int, ...]]:
    """Run a Valkey cluster of primaries that share the slots evenly, and yield their ports.

    Raises:
        EmbeddedError: a node did not start.
        RuntimeError: the nodes did not agree in time.
    """
    with ExitStack() as stack:
        ports = []
        for number in range(nodes):
            folder = directory / f"node-{number}"
            folder.mkdir()
            settings = {"cluster-enabled": "yes", "cluster-port": a_free_port(), "cluster-node-timeout": 2_000}
            url = stack.enter_context(running_valkey(folder, settings))
            ports.append(port_of(url))
        nodes_of = (redis.Redis(host="127.0.0.1", port=port, decode_responses=True) for port in ports)
        clients = [stack.enter_context(client) for client in nodes_of]
        _join(clients, ports)
        yield tuple(ports)


@contextmanager
def password_on(url: str, password: str) -> Iterator[None]:
    """Have a server ask for this password, as long as the context lasts."""
    with redis.Redis.from_url(url) as client:
        client.config_set("requirepass", password)
        try:
            yield
        finally:
            client.config_set("requirepass", "")


def _start_redis_7(
    directory: Path, settings: Mapping[str, str], certificate: Certificate | None
) -> tuple[subprocess.Popen[bytes], RedisServer]:
    binary, log = redis_7_binary(), directory / "redis.log"
    for _ in range(_PORT_ATTEMPTS):  # another process may take a port between our look and the server's bind
        tls_port = a_free_port() if certificate else 0
        authority = certificate.authority if certificate else None
        server = RedisServer(a_free_port(), tls_port, directory / "redis.sock", authority)
        directives = {
            "bind": "127.0.0.1",
            "port": str(server.port),
            "unixsocket": str(server.unix_socket),
            "dir": str(directory),
            "logfile": str(log),
            "save": '""',
            "maxmemory-policy": "noeviction",
            **_tls_directives(tls_port, certificate),
            **settings,
        }
        file = directory / "redis.conf"
        file.write_text("".join(f"{name} {value}\n" for name, value in directives.items()))
        process = subprocess.Popen([binary, file], cwd=directory, stdin=subprocess.DEVNULL)
        if comes_true(partial(_is_settled, process, server.port)) and process.poll() is None:
            return process, server
        process.kill()
        process.wait()
    raise RuntimeError(f"redis-server did not start: {log.read_text()[-500:]}")


def _is_settled(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it answers, or has ended."""
    return process.poll() is not None or _answers(port)


def _tls_directives(port: int, certificate: Certificate | None) -> dict[str, str]:
    if certificate is None:
        return {}
    return {
        "tls-port": str(port),
        "tls-cert-file": str(certificate.certificate),
        "tls-key-file": str(certificate.key),
        "tls-ca-cert-file": str(certificate.authority),
        "tls-auth-clients": "no",
    }


def _answers(port: int) -> bool:
    try:
        with redis.Redis(host="127.0.0.1", port=port) as client:
            return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


def _join(clients: Sequence[Any], ports: Sequence[int]) -> None:
    share = -(-_SLOTS // len(clients))
    for number, client in enumerate(clients):
        first = number * share
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, min(first + share, _SLOTS) - 1)
        client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for port, client in zip(ports[1:], clients[1:], strict=True):
        bus_port = client.config_get("cluster-port")["cluster-port"]
        clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus_port)

    def agreed() -> bool:
        facts = [str(client.execute_command("CLUSTER", "INFO")) for client in clients]
        return all("cluster_state:ok" in fact and f"cluster_known_nodes:{len(clients)}\r" in fact for fact in facts)

    if not comes_true(agreed):
        raise RuntimeError("the cluster's nodes did not agree in time")
