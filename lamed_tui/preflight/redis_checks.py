"""Will Redis take every event, and keep it?"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lamed import keys

from lamed_tui.errors import AwsError, StoreError
from lamed_tui.preflight.result import failed, passed, warned
from lamed_tui.store.counting_probe import try_counting
from lamed_tui.store.errors import StoreAccessError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamed_tui.preflight.result import Finding
    from lamed_tui.preflight.subject import Subject

OLDEST_VERSION = (6, 2)
"""The oldest Redis that the tracking script was tested with."""

_CROWDED, _FULL = 0.75, 0.95
"""Shares of maxmemory from which on to warn, and to refuse."""


def reachable(subject: Subject) -> Finding:
    """Something that speaks the Redis protocol answers; whether it lets us in is the next question."""
    try:
        seconds = subject.store.ping()
    except StoreAccessError:
        return passed(f"{subject.store.location} answers.")
    return passed(f"{subject.store.location} answers in {seconds * 1000:.1f} ms.")


def access(subject: Subject) -> Finding:
    """User and password are accepted, and there are some where strangers could come."""
    subject.store.ping()
    redis = subject.config.redis
    if redis.password is not None:
        return passed(f"The password of the user {redis.username or 'default'} is accepted.")
    if _is_exposed(subject):
        return warned(
            f"{subject.store.location} has a public address and asks for no password: anybody can change the counters.",
            "Set a password on the server and as redis.password.",
        )
    return passed("The server asks for no password.")


def encryption(subject: Subject) -> Finding:
    """What travels over other people's networks is encrypted, to a server that proved who it is."""
    redis = subject.config.redis
    if redis.ssl and redis.ssl_cert_reqs == "none":
        return warned(
            "TLS without verification: anybody in between can pose as this server.",
            "Set redis.ssl_cert_reqs to required, and redis.ssl_ca_certs where the authority is your own.",
        )
    if redis.ssl:
        return passed("TLS, with a verified certificate.")
    if _is_exposed(subject):
        return warned(
            f"Password and counters travel to {subject.store.location} unencrypted.",
            "Enable TLS on the server and set redis.ssl to true.",
        )
    return passed("No TLS; the traffic stays on this computer or in a private network.")


def server(subject: Subject) -> Finding:
    """A primary, of a version that the tracking script runs on, spoken to in the way it is set up."""
    facts = subject.facts
    name = f"{facts.software} {facts.version or 'of an unknown version'}"
    if facts.mode == "sentinel":
        return failed(f"{name} is a Sentinel, which holds no data.", "Name the primary in redis.host.")
    if facts.role == "slave":
        return failed(f"{name} is a replica, which takes no events.", "Name the primary in redis.host.")
    if facts.mode == "cluster" and not subject.config.redis.cluster:
        return failed(f"{name} is a node of a cluster.", "Run: lamed configure --set redis.cluster=true")
    version = _version(facts.redis_version)
    if version is None:
        return warned(
            f"{name}: nothing can be said about its version.", "It must be compatible with Redis 6.2 or newer."
        )
    if version < OLDEST_VERSION:
        return failed(f"{name} is too old.", "Upgrade it to Redis 6.2 or newer, or to Valkey.")
    return passed(f"{name}, {facts.mode or 'standalone'}")


def scripts(subject: Subject) -> Finding:
    """Events are counted by a script: it runs, counts an event once, and what it wrote can be removed again."""
    try_counting(subject.config, subject.world.draw())
    return passed("An event was counted once by the script, and removed.")


def writing(subject: Subject) -> Finding:
    """Keys of both shapes in use can be written, read and removed, and the index can be read."""
    for key in _probe_keys(subject):
        subject.store.check_write(key)
    subject.store.read_sets([keys.NAMESPACES_KEY])
    return passed(f"A key of the namespace {subject.config.namespace} was written, read and removed.")


def eviction(subject: Subject) -> Finding:
    """A server that evicts keys when it is full forgets counters, or that an event was counted."""
    policy, limited = subject.facts.maxmemory_policy, subject.facts.limits_memory
    fix = "Set maxmemory-policy to noeviction, in the server's configuration or its provider's console."
    if policy is None:
        return warned("The server does not tell its maxmemory-policy.", f"Make sure of it. {fix}")
    if policy == "noeviction":
        return passed("maxmemory-policy is noeviction.")
    if limited is False:
        return warned(f"maxmemory-policy is {policy}; without a memory limit nothing is evicted yet.", fix)
    if policy.startswith("allkeys-"):
        return failed(f"maxmemory-policy is {policy}: a full server would delete counters.", fix)
    return warned(
        f"maxmemory-policy is {policy}: a full server would forget which events it has counted, and count them twice.",
        fix,
    )


def memory(subject: Subject) -> Finding:
    """There is room for more events."""
    used, limit = subject.facts.used_memory, subject.facts.maxmemory
    if used is None:
        return warned("The server does not tell how much memory it uses.")
    if subject.facts.limits_memory is None:
        return warned(f"{_size(used)} used; the server does not tell its limit.")
    if limit is None:
        return passed(f"{_size(used)} used, without a limit.")
    share = used / limit
    detail = f"{_size(used)} of {_size(limit)} used ({share:.0%})."
    fix = "Raise maxmemory, or remove data: a full server refuses new events."
    if share >= _FULL:
        return failed(detail, fix)
    return warned(detail, fix) if share >= _CROWDED else passed(detail)


def connections(subject: Subject) -> Finding:
    """Each container that AWS starts keeps one connection."""
    facts = subject.facts
    if facts.maxclients is None:
        return warned("The server does not tell how many connections it accepts.")
    try:
        containers = subject.concurrency
    except AwsError:
        return warned("Skipped: Lambda's concurrency is unknown.")
    free = facts.maxclients - (facts.connected_clients or 0)
    detail = f"{free} connections are free, and AWS may run up to {containers} containers with one each."
    if free >= containers:
        return passed(detail)
    return warned(
        f"{detail} Events beyond that are refused, and sent again later.",
        "Raise maxclients, or choose a larger plan of the Redis provider.",
    )


def host(subject: Subject) -> Finding:
    """Lambda runs elsewhere: what this computer reaches, a function may not."""
    redis, endpoint = subject.config.redis, _endpoint_url(subject)
    if endpoint is not None and _is_loopback(subject, urlsplit(endpoint).hostname or ""):
        return passed(f"The functions run on this computer ({endpoint}), and so reach what it reaches.")
    if redis.unix_socket_path:
        return failed(
            f"Lambda cannot open the socket {redis.unix_socket_path} of this computer.",
            "Name a host that Lambda reaches in redis.host.",
        )
    addresses = _addresses(subject, redis.host)
    private = [address for address in addresses if not _is_public(address)]
    if subject.config.vpc:
        return _host_from_a_vpc(redis.host, addresses, private)
    if not private:
        return passed(f"{redis.host} has a public address.")
    if all(ip_address(address).is_loopback for address in addresses):
        return failed(
            f"{redis.host} is this computer, which Lambda cannot reach.",
            "Name a Redis with a public address in redis.host, or one inside a VPC and set vpc.",
        )
    return failed(
        f"{redis.host} has a private address ({private[0]}), which Lambda cannot reach from outside its network.",
        "Set vpc (subnet_ids and security_group_ids) with lamed configure --edit, or use a public address.",
    )


def _host_from_a_vpc(name: str, addresses: Sequence[str], private: Sequence[str]) -> Finding:
    if any(ip_address(address).is_loopback for address in addresses):
        return failed(f"{name} is this computer, which Lambda cannot reach.", "Name the host inside the VPC.")
    if not private:
        return warned(
            f"{name} has a public address: functions in a VPC reach it only through a NAT gateway.",
            "Make sure that the subnets have one, or remove vpc.",
        )
    return passed(f"{name} has a private address, and the functions join the VPC.")


def _is_exposed(subject: Subject) -> bool:
    """Whether the traffic leaves for a public address; an unknown name counts as one."""
    redis = subject.config.redis
    if redis.unix_socket_path:
        return False
    try:
        return any(_is_public(address) for address in subject.world.resolve(redis.host))
    except OSError:
        return True


def _endpoint_url(subject: Subject) -> str | None:
    """What stands for AWS; known even where the rest of the session is not."""
    try:
        return subject.aws.endpoint_url
    except AwsError:
        return subject.environment.get("AWS_ENDPOINT_URL") or None


def _is_loopback(subject: Subject, name: str) -> bool:
    try:
        return all(ip_address(address).is_loopback for address in subject.world.resolve(name))
    except OSError:
        return False


def _addresses(subject: Subject, name: str) -> Sequence[str]:
    try:
        return [address.partition("%")[0] for address in subject.world.resolve(name)]
    except OSError:
        raise StoreError(
            f"The host name {name} of Redis cannot be resolved.", "Check redis.host, and this computer's DNS or VPN."
        ) from None


def _is_public(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_global


def _probe_keys(subject: Subject) -> tuple[str, str]:
    """Keys nobody uses, in the shapes that a user's permissions must cover: a counter and its companion."""
    counter = keys.counter_key(
        subject.config.namespace,
        "lamed-preflight",
        subject.world.draw(),
        "probe",
        cluster=subject.config.redis.cluster,
    )
    return counter, keys.seen_node(counter, 0)


def _version(text: str | None) -> tuple[int, int] | None:
    major, _, rest = (text or "").partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"
