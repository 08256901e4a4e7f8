"""The kinds of value a configuration is made of. Each refuses a bad one in words that follow the value's path."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


def refuse(sentence: str) -> PydanticCustomError:
    """The error that says, after a value's path, what it must be."""
    return PydanticCustomError("lamed", sentence.replace("{", "{{").replace("}", "}}"))


def whole_number(low: int, high: int) -> Any:
    """A whole number from `low` to `high`; digits in quotes count, as they did in 0.4.3."""
    sentence = f"must be {low}–{high}"

    def check(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise refuse(sentence)
        return value

    return BeforeValidator(check)


def positive(sentence: str, high: float, *, low: float = 0.0) -> Any:
    """A number above 0, from `low` and up to `high`; `sentence` says so."""

    def check(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
        except (ValueError, OverflowError):
            number = -1.0
        if not (number > 0 and low <= number <= high):
            raise refuse(sentence)
        return number

    return BeforeValidator(check)


def matching(pattern: str, sentence: str) -> Any:
    """Text that matches all of `pattern`; `sentence` says what that means."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refuse(sentence)
        return value

    return AfterValidator(check)


def _host(value: str) -> str:
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if value.startswith("ENTER YOUR"):
        raise refuse("is still the placeholder of the template; enter the address of your Redis")
    if ":" in bare:
        try:
            IPv6Address(bare)
        except ValueError:
            raise refuse("must be a host name or an IP address alone; the port has a key of its own") from None
    elif not re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", bare):
        raise refuse("must be a host name or an IP address")
    return bare


def is_web_address(text: str) -> bool:
    """Whether it is an http or https URL without user or query."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an address between them, or a port that is none
        return False


def _web_address(value: object) -> str:
    # What holds a password has been wrapped as a secret by now, and so is no text.
    if isinstance(value, str) and is_web_address(value):
        return value
    raise refuse(
        "must be an http or https URL without user or query, such as "
        "https://abc123.execute-api.eu-central-1.amazonaws.com/prod/experiments"
    )


Port = Annotated[int, whole_number(1, 65535)]
Seconds = Annotated[float, positive("must be a number of seconds from 0.001 up to 60", 60, low=0.001)]
Name = Annotated[
    str, matching(r"[A-Za-z][A-Za-z0-9-]{0,29}", "must be 1–30 letters, digits or hyphens, starting with a letter")
]
Host = Annotated[str, AfterValidator(_host)]
Text = Annotated[str, matching(r"[^\x00-\x1f\x7f-\x9f]+", "must not be empty or hold control characters")]
Origin = Annotated[
    str,
    matching(
        r"\*|(?=[!-~]+\Z)https?://[^/?#,]+",
        'must be "*" or an origin in ASCII, as browsers send it, such as https://shop.example, without a path',
    ),
]


WebAddress = Annotated[str, BeforeValidator(_web_address)]


class Section(BaseModel):
    """Frozen, and tolerant of keys that a later or an older version knows."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, hide_input_in_errors=True)
