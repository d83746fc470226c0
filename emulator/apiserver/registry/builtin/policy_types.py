"""What a validating policy's expressions say that does not fit the kinds that it is about: warnings, which refuse nothing.

Recursive types, quantities and what is a number or a string are dynamic, and so are the request and the namespace.
Source: k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.apiserver.apimachinery.fields import child, index
from emulator.apiserver.apimachinery.names import GroupVersion, GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.policy_expressions import names_of
from emulator.apiserver.registry.catalog import Catalog, Served
from emulator.apiserver.schema.cel.check import typed
from emulator.apiserver.schema.cel.types import DYN, Type, declared
from emulator.apiserver.schema.kubernetes import (
    INT_OR_STRING,
    OBJECT_META,
    QUANTITY,
    REFERENCE,
    definitions,
    names_by_kind,
)

_MOST_KINDS = 10
_DYNAMIC: Object = {"x-kubernetes-int-or-string": True}
_STRING: Object = {"type": "string"}
_ENVELOPE: Object = {"apiVersion": _STRING, "kind": _STRING, "metadata": {"$ref": REFERENCE + OBJECT_META}}


def expression_warnings(policy: Object, catalog: Catalog) -> list[Object]:
    """The ``expressionWarnings`` of a policy."""
    spec = policy["spec"]
    kinds = [(kind, _type(served)) for kind, served in _kinds(spec, catalog)]
    params = _params(spec.get("paramKind"), catalog)
    found: list[Object] = []
    for position, validation in enumerate(spec.get("validations") or ()):
        for name in ("expression", "messageExpression"):
            text = _complaints(validation.get(name) or "", spec, kinds, params)
            if text:
                found.append({"fieldRef": child(index("spec.validations", position), name), "warning": text})
    return found


def _complaints(expression: str, spec: Object, kinds: list[tuple[str, Type]], params: Type | None) -> str:
    if not expression:
        return ""
    problems = [(kind, typed(expression, names_of(spec, own, params))[1]) for kind, own in kinds]
    return "\n".join(f"{kind}: {problem}\n" for kind, problem in problems if problem is not None)


def _kinds(spec: Object, catalog: Catalog) -> list[tuple[str, Served]]:
    """The kinds that rules name outright, sorted; wildcards and subresources are passed over."""
    found: dict[GroupVersionKind, Served] = {}
    for rule in (spec.get("matchConstraints") or {}).get("resourceRules") or ():
        for count, served in enumerate(_named(rule, catalog), start=1):
            resource = served.resource
            found[GroupVersionKind(resource.group, resource.version, resource.kind)] = served
            if count == _MOST_KINDS:
                return _shown(found)
    return _shown(found)


def _shown(found: dict[GroupVersionKind, Served]) -> list[tuple[str, Served]]:
    return [(f"{kind.group}/{kind.version}, Kind={kind.kind}", found[kind]) for kind in sorted(found)]


def _named(rule: Object, catalog: Catalog) -> Iterator[Served]:
    groups, versions = sorted(rule.get("apiGroups") or ()), sorted(rule.get("apiVersions") or ())
    if any("*" in name for name in (*groups, *versions)):
        return
    for group in groups:
        for version in versions:
            for plural in sorted(rule.get("resources") or ()):
                served = None if {"*", "/"} & set(plural) else catalog.lookup(group, version, plural)
                if served is not None:
                    yield served


def _params(kind: Object | None, catalog: Catalog) -> Type | None:
    if not kind:
        return None
    group, _, version = kind["apiVersion"].rpartition("/")
    served = catalog.by_kind(GroupVersion(group, version), kind["kind"])
    return _type(served) if served is not None else None


def _type(served: Served) -> Type:
    resource = served.resource
    if served.document is None:
        name = names_by_kind().get(GroupVersionKind(resource.group, resource.version, resource.kind))
        node = definitions()[name] if name is not None else {}
    else:
        versions = served.document["spec"]["versions"]
        schemas = [each.get("schema") or {} for each in versions if each["name"] == resource.version]
        node = next((each.get("openAPIV3Schema") or {} for each in schemas), {})
        node = {**node, "properties": {**(node.get("properties") or {}), **_ENVELOPE}}
    return declared(_expanded(node, ()), False, resource.kind) or DYN


def _expanded(node: Any, above: tuple[str, ...]) -> Any:
    """A schema with its references filled in."""
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].removeprefix(REFERENCE)
        if name in (INT_OR_STRING, QUANTITY) or name in above:
            return _DYNAMIC
        return _expanded(definitions()[name], (*above, name))
    found = dict(node)
    if "properties" in found:
        found["properties"] = {name: _expanded(below, above) for name, below in found["properties"].items()}
    for name in ("items", "additionalProperties"):
        if name in found:
            found[name] = _expanded(found[name], above)
    return found
