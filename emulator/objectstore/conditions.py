"""A statement's Condition: all of its operators hold, each for all of its keys, each with one of the values given.

Source: AWS, IAM User Guide, "IAM JSON policy elements: Condition operators" and "Creating a condition with multiple keys or values".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

Facts = Mapping[str, str]  # what is known of a request: condition keys, in lower case
KEYS = (
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalArn",
    "aws:Referer",
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:UserAgent",
    "aws:username",
    "s3:authType",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:signatureversion",
    "s3:VersionId",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
)
_KNOWN = {key.lower() for key in KEYS}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "[*]", "?": "[?]", "$": "$"}


def pattern(text: str, facts: Facts) -> str:
    """A text with IAM's wildcards ``*`` and ``?`` and its variables, as a pattern of fnmatch. An unknown variable stays as it is."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in _LITERALS:
            return _LITERALS[name]
        found = facts.get(name.lower())
        return re.sub(r"([*?[])", r"[\1]", match[0] if found is None else found)

    parts = _VARIABLE.split(text)
    variables = [value(match) for match in _VARIABLE.finditer(text)]
    plain = [part.replace("[", "[[]") for part in parts[::2]]
    return "".join(one + other for one, other in zip(plain, [*variables, ""], strict=True))


def _text(text: str, facts: Facts) -> str:
    """A text with its variables filled in."""
    return _VARIABLE.sub(
        lambda match: match[1] if match[1] in _LITERALS else facts.get(match[1].lower(), match[0]), text
    )


def _instant(text: str) -> datetime:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _within(actual: str, wanted: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)


def _ordered(read: Callable[[str], Any], prefix: str) -> dict[str, Callable[[str, str], bool]]:
    """The six comparisons of numbers or dates."""
    return {
        f"{prefix}Equals": lambda one, other: bool(read(one) == read(other)),
        f"{prefix}LessThan": lambda one, other: bool(read(one) < read(other)),
        f"{prefix}LessThanEquals": lambda one, other: bool(read(one) <= read(other)),
        f"{prefix}GreaterThan": lambda one, other: bool(read(one) > read(other)),
        f"{prefix}GreaterThanEquals": lambda one, other: bool(read(one) >= read(other)),
    }


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "IpAddress": _within,
    **_ordered(float, "Numeric"),
    **_ordered(_instant, "Date"),
}
_PATTERNS = ("StringLike", "ArnEquals", "ArnLike")
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
OPERATORS = (*_OPERATORS, *_PATTERNS, *_NEGATED, "Null")


def check(condition: Any) -> str:
    """What is wrong with a Condition: nothing, or a sentence that begins with the part's name."""
    if not isinstance(condition, dict):
        return " is no object of operators"
    for name, keys in condition.items():
        operator = name.removesuffix("IfExists")
        if operator not in OPERATORS:
            return f".{name} is no operator that is supported; known are {', '.join(sorted(OPERATORS))}"
        if not isinstance(keys, dict):
            return f".{name} is no object of keys"
        for key, values in keys.items():
            if key.lower() not in _KNOWN:
                return f".{name}: the key {key} is not supported; known are {', '.join(KEYS)}"
            for value in _listed(values):
                if not _readable(operator, _said(value)):
                    return f".{name}: {value!r} is no value for {key}"
    return ""


def _readable(operator: str, value: str) -> bool:
    """Whether an operator can compare with a value: a number, an instant, a network."""
    compare = _OPERATORS.get(_NEGATED.get(operator, operator))
    try:
        return compare is None or compare("127.0.0.1" if "Ip" in operator else "0", value) in (True, False)
    except (ValueError, OverflowError):
        return False


def holds(condition: Mapping[str, Any], facts: Facts) -> bool:
    """Whether a Condition that was checked holds for a request."""
    return all(_one(name, key, values, facts) for name, keys in condition.items() for key, values in keys.items())


def _one(name: str, key: str, values: Any, facts: Facts) -> bool:
    operator, wanted = name.removesuffix("IfExists"), [_said(value) for value in _listed(values)]
    actual = facts.get(key.lower())
    if operator == "Null":
        return (actual is None) is (wanted == ["true"])
    if actual is None:
        return operator in _NEGATED or name != operator
    positive = _NEGATED.get(operator, operator)
    return any(_matches(positive, actual, value, facts) for value in wanted) is (operator not in _NEGATED)


def _matches(operator: str, actual: str, wanted: str, facts: Facts) -> bool:
    if operator in _PATTERNS:
        return fnmatchcase(actual, pattern(wanted, facts))
    try:
        return _OPERATORS[operator](actual, _text(wanted, facts))
    except (ValueError, OverflowError):  # what the client sent is no number
        return False


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
