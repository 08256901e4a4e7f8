"""Which functions and routes a configuration asks for, and what it may not ask for."""

from __future__ import annotations

import pytest

from lamed_tui.deploy.wiring import BUILT_IN, Wiring, resolve
from lamed_tui.errors import ConfigError, ExitCode
from tests.unit.deploy.configs import config
from tests.wiring import entry


def routes(wiring: Wiring) -> list[tuple[str, str, str, bool]]:
    return [(route.method, route.path, route.function, route.api_key_required) for route in wiring.endpoints]


def test_the_built_in_wiring_is_that_of_lamed_0_4_3_under_the_configured_name() -> None:
    wiring = resolve(config(name="shop"))
    assert routes(wiring) == [
        ("GET", "track", "shop-track", False),
        ("GET", "experiments", "shop-all-experiments", True),
        ("DELETE", "delete", "shop-delete-experiment", True),
    ]
    assert [function.handler for function in wiring.functions] == ["lamed.track", "lamed.all", "lamed.delete"]
    assert wiring.warnings == ()


def test_no_built_in_function_outlives_the_gateway() -> None:
    assert all((entry.function.timeout or 0) <= 29 for entry in BUILT_IN)


def test_another_route_to_a_built_in_function_is_one_more_route_and_no_other_function() -> None:
    wiring = resolve(config(name="shop", extra_wiring=[entry("visits", "lamed-track")]))
    assert ("GET", "visits", "shop-track", False) in routes(wiring)
    assert len(wiring.functions) == 3
    assert wiring.warnings == ()


def test_the_last_entry_decides_the_settings_of_a_function_and_says_so() -> None:
    wiring = resolve(
        config(
            extra_wiring=[
                entry("visits", MemorySize=128, Timeout=3),
                entry("pings", MemorySize=512),
            ]
        )
    )
    track = wiring.functions[0]
    assert (track.memory_size, track.timeout) == (512, 3)
    assert wiring.warnings == (
        "extra_wiring.0.lambda overrides the settings of lamed-track for all its routes: "
        "MemorySize 128 instead of 256, Timeout 3 instead of 10.",
        "extra_wiring.1.lambda overrides the settings of lamed-track for all its routes: "
        "MemorySize 512 instead of 128.",
    )


@pytest.mark.parametrize(
    ("written", "deployed"),
    [("lamed-mine", "shop-mine"), ("mine", "shop-mine"), ("shop-mine", "shop-shop-mine"), ("lamed-", "shop-lamed-")],
)
def test_other_functions_get_the_configured_prefix(written: str, deployed: str) -> None:
    wiring = resolve(config(name="shop", extra_wiring=[entry("visits", written)]))
    assert wiring.functions[3].name == deployed
    assert (wiring.functions[3].memory_size, wiring.functions[3].timeout) == (256, 10)


def test_results_without_a_key_are_possible_but_not_in_silence() -> None:
    wiring = resolve(
        config(
            extra_wiring=[
                entry("open", "lamed-all-experiments", "lamed.all"),
                entry("clear", "lamed-delete-experiment", "lamed.delete", http_method="DELETE"),
            ]
        )
    )
    assert wiring.warnings == (
        "extra_wiring.0.api_gateway.method.apiKeyRequired is false: anyone who finds /open can read every result.",
        "extra_wiring.1.api_gateway.method.apiKeyRequired is false: anyone who finds /clear can delete experiments.",
    )


def test_keys_that_mean_nothing_here_are_named() -> None:
    odd = entry("visits", Runtime="python2.7")
    odd["api_gateway"]["method"]["authorizationType"] = "NONE"
    odd["comment"] = "for the shop"
    assert resolve(config(extra_wiring=[odd])).warnings == (
        "extra_wiring.0.comment is not used by this version and is ignored.",
        "extra_wiring.0.lambda.Runtime is not used by this version and is ignored.",
        "extra_wiring.0.api_gateway.method.authorizationType is not used by this version and is ignored.",
    )


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (
            [entry("track")],
            "extra_wiring.0.api_gateway: GET /track is already taken by the built-in route track.",
        ),
        (
            [entry("a"), entry("a")],
            "extra_wiring.1.api_gateway: GET /a is already taken by extra_wiring.0.",
        ),
        (
            [entry("a", handler="lamed.trac")],
            "extra_wiring.0.lambda.Handler: lamed.trac is not a handler; it must be one of lamed.track, lamed.all, "
            "lamed.experiment, lamed.delete.",
        ),
        (
            [entry("b"), entry("a", handler="lamed.all")],
            "extra_wiring.1.lambda.Handler: lamed-track already runs lamed.track, and a function has one handler, so "
            "it cannot run lamed.all too.",
        ),
        (
            [entry("a", "f" * 60)],
            f"extra_wiring.0.lambda.FunctionName: becomes lamed-{'f' * 60}, which has 66 characters; AWS allows 64.",
        ),
    ],
)
def test_what_cannot_be_deployed_is_refused_with_its_index_and_field(
    entries: list[dict[str, object]], sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        resolve(config(extra_wiring=entries))
    assert refused.value.what == sentence
    assert refused.value.fix
    assert refused.value.exit_code == ExitCode.USAGE


def test_one_path_may_serve_several_methods() -> None:
    wiring = resolve(config(extra_wiring=[entry("track", http_method="POST"), entry("track", http_method="ANY")]))
    assert [route[:2] for route in routes(wiring)][-2:] == [("POST", "track"), ("ANY", "track")]


def test_a_function_cannot_be_called_like_the_access_logs() -> None:
    own = [entry("visits", "lamed-access")]
    assert resolve(config(extra_wiring=own)).functions[-1].role == "access"
    with pytest.raises(ConfigError, match=r"^extra_wiring\.0\.lambda\.FunctionName: access is what the log"):
        resolve(config(extra_wiring=own, access_logs=True))
