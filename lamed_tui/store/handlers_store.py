"""The handlers' own door to Redis, opened from here: the same code, connection and commands as in the functions."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lamed.endpoint import Endpoint, Tls
from lamed.resp import ReplyError
from lamed.resp import StoreError as HandlerStoreError
from lamed.settings import Limits, Settings
from lamed.store import Store

from lamed_tui.errors import StoreError
from lamed_tui.store.errors import StoreAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamed_tui.config.model import Config
    from lamed_tui.config.redis_settings import RedisSettings


_NO_LIMIT = 1_000_000_000


@contextmanager
def handlers_store(config: Config, deed: str, seconds: float, fix: str = "") -> Iterator[tuple[Store, float]]:
    """A store as the functions use it, and the moment (on the monotonic clock) when its time is up.

    Args:
        deed: what is done with it, to follow "could not".
        seconds: for everything.
        fix: what to do when it fails for another reason than a missing permission.

    Raises:
        StoreAccessError: the user may not run a command that it takes; the server's words name it.
        StoreError: Redis cannot be reached, or answered another error.
    """
    store = Store(_settings(config.redis, config.uuid_expiry_seconds))
    where = f"Redis at {config.redis.location}"
    try:
        yield store, time.monotonic() + seconds
    except HandlerStoreError as error:
        detail = error.detail if isinstance(error, ReplyError) else ""
        if "no permission" in detail:
            # What follows names the script's line, which helps nobody.
            words = detail.removeprefix("ACL failure in script: ").partition(" script: ")[0].rstrip(".")
            raise StoreAccessError(
                f"{where} does not allow this: {words}.",
                "Give the user the permission (ACL SETUSER), or name another one in redis.username.",
            ) from None
        raise StoreError(f"{where} could not {deed} ({error.reason}).", fix) from None
    finally:
        store.close()


def _settings(redis: RedisSettings, uuid_expiry_seconds: int) -> Settings:
    """The handlers' settings for the same Redis."""
    endpoint = Endpoint(
        redis.host,
        redis.port,
        path=redis.unix_socket_path or "",
        username=redis.username or "",
        password=redis.password.get_secret_value() if redis.password else "",
        database=redis.db,
        tls=Tls(verify=redis.ssl_cert_reqs == "required", authorities=redis.ssl_ca_certs) if redis.ssl else None,
    )
    return Settings(
        endpoint,
        cluster=redis.cluster,
        timeout=redis.socket_timeout,
        uuid_expiry_seconds=uuid_expiry_seconds,
        # What is done from here is the operator's wish, however many names visitors have brought.
        limits=Limits(max_namespaces=_NO_LIMIT, max_experiments=_NO_LIMIT, max_counters=_NO_LIMIT),
    )
