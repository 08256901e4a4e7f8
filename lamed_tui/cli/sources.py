"""Which counters a command reads: a Redis directly, or the deployed API."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from lamed_tui.cli.addresses import tracking_endpoints
from lamed_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lamed_tui.config.files import LoadedConfig
    from lamed_tui.config.model import Config
    from lamed_tui.experiments.operations import Operations
    from lamed_tui.experiments.source import SnapshotSource

    Command = TypeVar("Command", bound=Callable[..., object])


def source_options(command: Command) -> Command:
    """The options `--namespace` and `--source`."""
    namespace = namespace_option("The namespace to read; else the configured one.")
    source = click.option(
        "--source",
        type=click.Choice(["redis", "api"]),
        help="Read Redis directly, or the deployed API; else as configured.",
    )
    return namespace(source(command))


def namespace_option(about: str) -> Callable[[Command], Command]:
    """The option `--namespace`, which a script's unset variable must not turn into the configured one."""
    return click.option("--namespace", metavar="NAME", callback=_named, help=about)


def _named(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("must not be empty; leave it out for the configured one.")
    return value


@contextmanager
def watched_source(
    config: Config, namespace: str | None, kind: str | None = None, *, operations: Operations | None = None
) -> Iterator[SnapshotSource]:
    """The configured counters, closed at the end.

    Args:
        namespace: another one than the configured one.
        kind: "redis" or "api"; None as configured.
        operations: what may be done to the experiments.

    Raises:
        UsageError: the API's address or key is not known.
        AwsError: AWS cannot tell them.
    """
    source = open_source(config, namespace or config.namespace, kind)
    source.operations = operations
    try:
        yield source
    finally:
        source.close()


def open_source(config: Config, namespace: str, kind: str | None = None) -> SnapshotSource:
    """As `watched_source`, for a caller that closes it."""
    if (kind or config.watch.source) == "api":
        from lamed_tui.experiments.api_source import ApiSource

        url, key = _api(config)
        return ApiSource(url, key, namespace, config.experiments)
    from lamed_tui.experiments.source import RedisSource
    from lamed_tui.store.connect import open_store

    return RedisSource(open_store(config.redis), namespace, config.experiments)


def permitted(loaded: LoadedConfig, kind: str | None = None, *, read_only: bool = False) -> Operations:
    """What the console may do to the experiments of the configured counters."""
    from lamed_tui.experiments.operations import FileBook, operations

    config = loaded.config
    return operations(
        config,
        FileBook(loaded.path, config),
        read_only=read_only,
        directly=(kind or config.watch.source) == "redis",
        track_url=lambda: tracking_endpoints(config)[0].url,
    )


def _api(config: Config) -> tuple[str, str]:
    """The address of `/experiments`, and the key: as configured, else as deployed."""
    url, key = config.watch.api_url, config.watch.api_key
    if url is None or key is None:
        from lamed_tui.aws.session import connect
        from lamed_tui.deploy import status
        from lamed_tui.deploy.wiring import ALL

        found = status.read(connect(config.aws, os.environ), config, show_key=key is None)
        url = url or next((endpoint.url for endpoint in found.endpoints if endpoint.handler == ALL), None)
        secret = key.get_secret_value() if key else found.api_key
    else:
        secret = key.get_secret_value()
    if url is None or secret is None:
        raise UsageError(
            "There is no deployed API to read experiments from.",
            "Deploy it with lamed deploy, or set watch.api_url and watch.api_key with lamed configure --set.",
        )
    return url, secret
