"""Role-based access control as one pure function: roles, bindings, and who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Sequence[str]]  # apiGroups, resources, verbs, resourceNames: as manifests have them


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the API server; no namespace: across all of them, or outside them."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """Rules granted to subjects: in one namespace, or (without) in all."""

    namespace: str
    rules: Sequence[Rule]
    subjects: Sequence[Mapping[str, Any]]


def covers(rule: Rule, request: Request) -> bool:
    """Whether a rule grants a request."""
    verbs, groups, resources = rule.get("verbs", ()), rule.get("apiGroups", ()), rule.get("resources", ())
    names = rule.get("resourceNames", ())
    if "*" not in verbs and request.verb not in verbs:
        return False
    if "*" not in groups and request.group not in groups:
        return False
    if names and request.name not in names:
        return False
    return any(_resource(pattern, request) for pattern in resources)


def _resource(pattern: str, request: Request) -> bool:
    if pattern == "*":
        return True
    if not request.subresource:
        return pattern == request.resource
    return pattern in (f"{request.resource}/{request.subresource}", f"*/{request.subresource}")


def granted(bindings: Iterable[Binding], user: str, groups: Iterable[str], request: Request) -> bool:
    """Whether any binding that holds for the user and place has a rule that covers the request."""
    held = frozenset(groups)
    return any(
        (not binding.namespace or binding.namespace == request.namespace)
        and any(_is(subject, binding.namespace, user, held) for subject in binding.subjects)
        and any(covers(rule, request) for rule in binding.rules)
        for binding in bindings
    )


def _is(subject: Mapping[str, Any], namespace: str, user: str, groups: frozenset[str]) -> bool:
    if subject["kind"] == "User":
        return bool(subject["name"] == user)
    if subject["kind"] == "Group":
        return subject["name"] in groups
    place = subject.get("namespace") or namespace
    return user == f"system:serviceaccount:{place}:{subject['name']}"
