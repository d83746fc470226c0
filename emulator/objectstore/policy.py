"""IAM policies: an action on a resource is allowed when a statement allows it and none denies it.

Source: AWS, IAM User Guide, "Policy evaluation logic". Conditions and principals are not supported: a statement that has
them does not allow anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

_KNOWN = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"}


class PolicyError(ValueError):
    """A document that is no policy; says what is wrong with it."""


def parse(text: str) -> dict[str, Any]:
    """A policy document; a single statement (as the guide prints it) is taken for a policy of one. Raises PolicyError."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise PolicyError(f"it is no JSON: {error}") from None
    if isinstance(document, dict) and "Effect" in document:
        document = {"Version": "2012-10-17", "Statement": [document]}
    if not isinstance(document, dict) or "Statement" not in document:
        raise PolicyError("it has no Statement")
    for number, statement in enumerate(_listed(document["Statement"])):
        _check(statement, f"Statement[{number}]")
    return document


def _check(statement: Any, where: str) -> None:
    if not isinstance(statement, dict):
        raise PolicyError(f"{where} is no object")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where}.Effect is {statement.get('Effect')!r}; allowed are Allow and Deny")
    unknown = sorted(set(statement) - _KNOWN)
    if unknown:
        raise PolicyError(f"{where}.{unknown[0]} is not supported; known are {', '.join(sorted(_KNOWN))}")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise PolicyError(f"{where} needs one of {one} and {other}")
        values = _listed(statement.get(one, statement.get(other)))
        if not values or not all(isinstance(value, str) for value in values):
            raise PolicyError(f"{where}.{one} is to be a text or a list of texts")


def allows(policies: Iterable[dict[str, Any]], action: str, resource: str) -> bool:
    """Whether an action on a resource (an ARN) is allowed: by one statement at least, and denied by none."""
    allowed = False
    for policy in policies:
        for statement in _listed(policy["Statement"]):
            if not _concerns(statement, action, resource):
                continue
            if statement["Effect"] == "Deny":
                return False
            allowed = True
    return allowed


def _concerns(statement: dict[str, Any], action: str, resource: str) -> bool:
    if not set(statement) <= _KNOWN:
        return False
    return _in(statement, "Action", action.lower(), lower=True) and _in(statement, "Resource", resource, lower=False)


def _in(statement: dict[str, Any], name: str, value: str, *, lower: bool) -> bool:
    negated = f"Not{name}" in statement
    patterns = _listed(statement[f"Not{name}"] if negated else statement[name])
    return any(fnmatchcase(value, _pattern(item.lower() if lower else item)) for item in patterns) is not negated


def _pattern(text: str) -> str:
    """IAM's wildcards are ``*`` and ``?`` only; brackets mean themselves."""
    return text.replace("[", "[[]")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
