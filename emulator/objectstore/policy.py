"""IAM policies: an action on a resource is allowed when a statement allows it and none denies it.

Source: AWS, IAM User Guide, "Policy evaluation logic". A statement with a part that is not supported (a principal, an unknown
condition) never allows anything, and denies as if the part were not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from emulator.objectstore import conditions
from emulator.objectstore.conditions import Facts

_KNOWN = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


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
    statements = _listed(document["Statement"])
    if not statements:
        raise PolicyError('its Statement is empty; to allow nothing, deny everything: {"Effect": "Deny", ...}')
    for number, statement in enumerate(statements):
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
    if wrong := conditions.check(statement.get("Condition", {})):
        raise PolicyError(f"{where}.Condition{wrong}")


def allows(policies: Iterable[dict[str, Any]], action: str, resource: str, facts: Facts | None = None) -> bool:
    """Whether an action on a resource (an ARN) is allowed: by one statement at least, and denied by none.

    *facts*: what conditions and variables ask for, by their keys in lower case.
    """
    allowed = False
    for policy in policies:
        for statement in _listed(policy["Statement"]):
            if not _concerns(statement, action, resource, facts or {}):
                continue
            if statement["Effect"] == "Deny":
                return False
            allowed = True
    return allowed


def _concerns(statement: dict[str, Any], action: str, resource: str, facts: Facts) -> bool:
    if not _in(statement, "Action", action.lower(), {}, lower=True):
        return False
    if not _in(statement, "Resource", resource, facts, lower=False):
        return False
    condition = statement.get("Condition", {})
    if not set(statement) <= _KNOWN or conditions.check(condition):
        return bool(statement["Effect"] == "Deny")
    return conditions.holds(condition, facts)


def _in(statement: dict[str, Any], name: str, value: str, facts: Facts, *, lower: bool) -> bool:
    negated = f"Not{name}" in statement
    patterns = _listed(statement[f"Not{name}"] if negated else statement[name])
    wanted = (conditions.pattern(item.lower() if lower else item, facts) for item in patterns)
    return any(fnmatchcase(value, item) for item in wanted) is not negated


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
