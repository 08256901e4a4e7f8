"""The door to Redis, against real servers and real faults."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis

from lamed_tui.config.model import RedisSettings
from lamed_tui.embedded.valkey import running_valkey
from lamed_tui.errors import ExitCode, StoreError
from lamed_tui.store.connect import Store, open_store
from lamed_tui.store.errors import StoreAccessError
from tests.network import a_server_that_answers, a_silent_server
from tests.ports import a_free_port, port_of
from tests.proxy import TcpProxy
from tests.redis_servers import password_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.redis_servers import RedisServer

PASSWORD = "kept out of sight"


def settings(**values: Any) -> RedisSettings:
    return RedisSettings.model_validate({"host": "127.0.0.1", "socket_timeout": 0.5, **values})


def failure_of(chosen: RedisSettings) -> StoreError:
    with open_store(chosen) as store, pytest.raises(StoreError) as caught:
        store.read_sets(["alephbet:experiments"])
    assert PASSWORD not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    return caught.value


@pytest.fixture
def locked(valkey: str) -> Iterator[int]:
    """The port of a server that asks for a password, and has a user who may only ping."""
    with redis.Redis.from_url(valkey) as client:
        client.execute_command("ACL SETUSER narrow on >pw ~alephbet:* +ping")
        with password_on(valkey, PASSWORD):
            yield port_of(valkey)
        client.execute_command("ACL DELUSER narrow")


def test_reading_takes_one_round_trip_however_many_keys(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.mset({f"key:{number}": number for number in range(5_000)})
        client.sadd("first", "a", "b")
    with TcpProxy(port_of(valkey), quiet=0.05) as proxy, open_store(settings(port=proxy.port)) as store:
        store.ping()
        before = proxy.round_trips
        assert store.read_sets(["first", "missing"]) == (frozenset("ab"), frozenset())
        assert proxy.round_trips - before == 1
        counts = store.read_counts([*(f"key:{number}" for number in range(5_000)), "missing"])
        assert proxy.round_trips - before == 2
    assert counts == {f"key:{number}": number for number in range(5_000)}


def test_a_key_that_holds_no_whole_number_is_left_out(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.mset(
            {"text": "many", "half": "0.5", "empty": "", "superscript": "²", "below": "-3", "endless": "9" * 99}
        )
        client.sadd("set", "member")
    with open_store(settings(port=port_of(valkey))) as store:
        assert store.read_counts(["text", "half", "empty", "superscript", "below", "endless", "set"]) == {"below": -3}


def test_a_key_that_is_no_hash_has_no_fields_and_hides_no_other(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.hset("hash", "field", "1")
        client.rpush("list", "member")
    with open_store(settings(port=port_of(valkey))) as store:
        assert store.read_hashes(["list", "hash", "missing"]) == [{}, {"field": "1"}, {}]


@pytest.mark.parametrize("read", [Store.read_sets, Store.read_sizes])
def test_a_key_that_is_no_set_is_named(valkey: str, read: Callable[[Store, Sequence[str]], object]) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.sadd("first", "a")
        client.set("shop:experiments", "not ours")
    with open_store(settings(port=port_of(valkey))) as store, pytest.raises(StoreError) as caught:
        read(store, ["missing", "first", "shop:experiments"])
    assert caught.value.what == f"shop:experiments in Redis at {store.location} is no set."
    assert "type shop:experiments" in caught.value.fix.lower()


def test_hashes_that_a_narrow_user_may_not_read_are_told(locked: int) -> None:
    narrow = settings(port=locked, username="narrow", password="pw")
    with open_store(narrow) as store, pytest.raises(StoreAccessError):
        store.read_hashes(["hash"])


def test_bytes_that_are_no_text_survive_reading(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.sadd("keys", b"broken:\xff")
        client.set(b"broken:\xff", 7)
    with open_store(settings(port=port_of(valkey))) as store:
        (members,) = store.read_sets(["keys"])
        assert list(store.read_counts(members).values()) == [7]


def test_a_ping_tells_seconds(valkey: str) -> None:
    with open_store(settings(port=port_of(valkey))) as store:
        assert 0 < store.ping() < 0.5


def test_facts_name_the_software_its_memory_policy_and_its_limits(valkey: str) -> None:
    with open_store(settings(port=port_of(valkey))) as store:
        facts = store.server_facts()
    assert (facts.software, facts.mode, facts.role, facts.tls) == ("Valkey", "standalone", "master", False)
    assert facts.version is not None
    assert facts.version.startswith("9.")
    assert facts.maxmemory_policy == "noeviction"
    assert (facts.maxmemory, facts.limits_memory) == (None, False)
    assert facts.used_memory is not None
    assert facts.used_memory > 100_000
    assert facts.maxclients == 10_000


def test_facts_that_a_narrow_user_may_not_see_stay_unknown(locked: int) -> None:
    with open_store(settings(port=locked, username="narrow", password="pw")) as store:
        facts = store.server_facts()
    assert (facts.version, facts.maxmemory_policy, facts.limits_memory) == (None, None, None)


def test_probes_leave_nothing_behind(valkey: str) -> None:
    with open_store(settings(port=port_of(valkey))) as store:
        store.check_write("alephbet:probe")
    with redis.Redis.from_url(valkey) as client:
        assert client.dbsize() == 0


def test_a_user_without_the_right_to_write_is_told_so(locked: int) -> None:
    with open_store(settings(port=locked, username="narrow", password="pw")) as store:
        store.ping()
        with pytest.raises(StoreAccessError, match="does not allow this") as caught:
            store.check_write("alephbet:probe")
        assert caught.value.exit_code == ExitCode.CREDENTIALS


def test_connecting_asks_for_nothing_that_a_narrow_user_may_not(locked: int) -> None:
    with redis.Redis(port=locked, password=PASSWORD) as client:
        client.acl_log_reset()
        with open_store(settings(port=locked, username="narrow", password="pw")) as store:
            store.ping()
        assert client.acl_log() == []


def test_a_missing_and_a_wrong_password_are_told_apart(locked: int) -> None:
    assert "requires a password" in failure_of(settings(port=locked)).what
    wrong = failure_of(settings(port=locked, password=PASSWORD + "!"))
    assert wrong.what == f"Redis at 127.0.0.1:{locked} did not accept the password."
    assert "of the user bob" in failure_of(settings(port=locked, username="bob", password="no")).what


def test_a_password_for_a_server_without_one_is_told(valkey: str) -> None:
    assert "asks for no password" in failure_of(settings(port=port_of(valkey), password=PASSWORD)).what


def test_nothing_listening_is_told_with_the_address() -> None:
    port = a_free_port()
    refused = failure_of(settings(port=port, password=PASSWORD))
    assert refused.what == f"Redis at 127.0.0.1:{port} refused the connection."
    assert refused.fix


def test_an_unknown_host_is_told() -> None:
    assert failure_of(settings(host="no-such-host.invalid")).what == (
        "The host name no-such-host.invalid of Redis cannot be resolved."
    )


def test_a_missing_socket_is_told() -> None:
    assert failure_of(settings(unix_socket_path="/nowhere/redis.sock")).what == (
        "There is no socket at /nowhere/redis.sock."
    )


def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    with a_silent_server() as port:
        start = time.monotonic()
        failure = failure_of(settings(port=port))
    assert "did not answer in time (2 s to connect, 0.5 s to answer)" in failure.what
    assert 0.4 < time.monotonic() - start < 1.5


def test_closing_ends_a_call_that_hangs_in_another_thread() -> None:
    with a_silent_server() as port:
        store = open_store(settings(port=port, socket_timeout=30))
        ended = threading.Event()

        def hang() -> None:
            with pytest.raises(StoreError):
                store.ping()
            ended.set()

        threading.Thread(target=hang, daemon=True).start()
        assert not ended.wait(0.3)
        store.close()
        assert ended.wait(1)
    with pytest.raises(StoreError, match="has been closed"):
        store.ping()


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", "is still loading its data"),
        (b"-READONLY You can't write against a read only replica.\r\n", "is a read-only replica"),
        (b"-MOVED 123 10.0.0.1:6379\r\n", "is one node of a cluster"),
        (b"-MASTERDOWN Link with MASTER is down\r\n", "has lost its primary"),
        (b"-OOM command not allowed when used memory > 'maxmemory'.\r\n", "is out of memory"),
        (b"-ERR max number of clients reached\r\n", "max number of clients reached"),
        (b"-MISCONF Errors writing to the AOF file\r\n", "answered an error: MISCONF Errors writing to the AOF file."),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak the Redis protocol"),
        (b"", "broke"),
    ],
)
def test_what_a_server_answers_is_told_in_a_sentence(reply: bytes, sentence: str) -> None:
    with a_server_that_answers(reply) as port:
        failure = failure_of(settings(port=port))
    assert sentence in failure.what
    assert str(port) in failure.what
    assert failure.fix


def test_a_password_that_the_server_echoes_is_not_repeated() -> None:
    echo = f"-ERR unknown command 'AUTH', with args beginning with: '{PASSWORD}'\r\n".encode()
    with a_server_that_answers(echo) as port:
        assert "unknown command 'AUTH'." in failure_of(settings(port=port, password=PASSWORD)).what


def test_tls_works_with_a_trusted_certificate_and_names_what_fails(redis_7: RedisServer) -> None:
    port = redis_7.tls_port
    trusted = settings(port=port, ssl=True, ssl_ca_certs=str(redis_7.authority))
    with open_store(trusted) as store:
        assert store.ping() > 0
        assert store.server_facts().tls
    with open_store(settings(port=port, ssl=True, ssl_cert_reqs="none")) as store:
        assert store.ping() > 0
    unknown = failure_of(settings(port=port, ssl=True))
    another_name = failure_of(trusted.model_copy(update={"host": "127.1"}))  # of the same address
    no_file = failure_of(settings(port=port, ssl=True, ssl_ca_certs="/nowhere/ca.pem"))
    plain = failure_of(settings(port=port))
    assert "self-signed certificate" in unknown.what
    assert "ostname mismatch" in another_name.what
    assert no_file.what == "There is no file /nowhere/ca.pem."
    assert "TLS" in plain.fix


def test_tls_to_a_server_without_it_is_told(valkey: str) -> None:
    assert "TLS" in failure_of(settings(port=port_of(valkey), ssl=True)).fix
    with a_server_that_answers(b"-ERR what is this\r\n") as port:
        assert "TLS handshake" in failure_of(settings(port=port, ssl=True)).what


def test_a_cluster_is_read_across_its_slots(tmp_path: Path) -> None:
    with running_valkey(tmp_path, {"cluster-enabled": "yes", "cluster-port": a_free_port()}) as url:
        port = port_of(url)
        with redis.Redis.from_url(url) as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE 0 16383")
            while client.cluster("INFO")["cluster_state"] != "ok":
                time.sleep(0.05)
            keys = [f"alephbet:counters:test:goal:{variant}" for variant in "abcdef"]
            for count, key in enumerate(keys):
                client.set(key, count)
                client.sadd("alephbet:counter_keys", key)
        with open_store(settings(port=port, cluster=True)) as store:
            (members,) = store.read_sets(["alephbet:counter_keys"])
            assert store.read_counts(members) == {key: count for count, key in enumerate(keys)}
            assert store.ping() > 0
            assert store.server_facts().mode == "cluster"
            store.check_write("alephbet:probe")


def test_a_single_server_that_is_configured_as_a_cluster_is_told(valkey: str) -> None:
    failure = failure_of(settings(port=port_of(valkey), cluster=True))
    assert "did not answer as a cluster" in failure.what
    assert "redis.cluster" in failure.fix


def test_a_cluster_that_is_down_is_told_like_any_server() -> None:
    assert "refused the connection" in failure_of(settings(port=a_free_port(), cluster=True)).what


def test_a_database_that_does_not_exist_is_told(valkey: str) -> None:
    assert "DB index is out of range" in failure_of(settings(port=port_of(valkey), db=9_999)).what
