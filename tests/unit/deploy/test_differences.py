"""Values before and after, from AWS or from the templates, and never a secret among them."""

from __future__ import annotations

from lamed_tui.deploy.differences import Difference, of_change

SECRET = "pl4nted"


def test_aws_own_values_are_taken_where_it_gives_them() -> None:
    target = {"Attribute": "Properties", "Name": "Timeout", "Path": "/Properties/Timeout"}
    found = {"Details": [{"Target": {**target, "BeforeValue": "10", "AfterValue": "3"}}, {"Target": target}]}
    assert of_change(found, None, None) == (Difference("Timeout", "10", "3"),)


def test_where_aws_is_silent_the_templates_tell_each_value_that_differs() -> None:
    before = {"Properties": {"MemorySize": 256, "Environment": {"Variables": {"A": "1", "B": "2"}}}}
    after = {"Properties": {"MemorySize": 512, "Environment": {"Variables": {"A": "1", "C": "3"}}}}
    assert of_change({}, before, after) == (
        Difference("Environment.Variables.B", "2", None),
        Difference("Environment.Variables.C", None, "3"),
        Difference("MemorySize", "256", "512"),
    )
    assert of_change({}, None, after) == ()


def test_a_password_is_masked_whichever_way_it_comes() -> None:
    variable = "LAMED_REDIS_PASSWORD"
    whole = {"Path": "/Properties/Environment", "AfterValue": f'{{"Variables":{{"{variable}":"{SECRET}"}}}}'}
    single = {"Path": f"/Properties/Environment/Variables/{variable}", "BeforeValue": SECRET, "AfterValue": SECRET}
    templates = [{"Properties": {"Environment": {"Variables": {variable: value}}}} for value in (SECRET, SECRET + "2")]
    for told in (
        of_change({"Details": [{"Target": whole}]}, None, None),
        of_change({"Details": [{"Target": single}]}, None, None),
        of_change({}, *templates),
    ):
        assert len(told) == 1
        assert SECRET not in repr(told)
        assert "(secret)" in repr(told)
