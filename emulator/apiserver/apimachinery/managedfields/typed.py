"""Values with their schema: how structured merge sees an object (sigs.k8s.io/structured-merge-diff/typed).

A schema node is an OpenAPI-style dict. It says for lists whether they are atomic (the default), a set, or a map by keys; for
maps whether they are atomic. What the schema does not know is deduced from the value: maps are granular, lists atomic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from emulator.apiserver.apimachinery.managedfields.fieldset import MEMBER, SELF, Set, is_member
from emulator.apiserver.apimachinery.objects import Object, copy

SCALAR, ATOMIC, SET, KEYED, MAP, DEDUCED = "scalar", "atomic", "set", "keyed", "map", "deduced"
_ABSENT: Any = object()
_STRING: Object = {"type": "string"}
OBJECT_META: Object = {
    "type": "object",
    "x-kubernetes-preserve-unknown-fields": True,
    "properties": {
        "labels": {"type": "object", "additionalProperties": _STRING},
        "annotations": {"type": "object", "additionalProperties": _STRING},
        "finalizers": {"type": "array", "items": _STRING, "x-kubernetes-list-type": "set"},
        "ownerReferences": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["uid"],
            "items": {
                "type": "object",
                "x-kubernetes-map-type": "atomic",
                "x-kubernetes-preserve-unknown-fields": True,
            },
        },
    },
}


class TypedError(Exception):
    """A value that does not fit its schema: the message as structured-merge-diff words it."""


@dataclass(frozen=True, slots=True)
class TypeSource:
    """The schema of one kind in one version: its root node, and how ``$ref`` is looked up."""

    node: Object
    resolve: Callable[[str], Object]
    blank: Object = field(default_factory=dict)  # an object without content; what it has anyway, nobody set


@dataclass(slots=True)
class Type:
    """A compiled node."""

    sort: str
    scalar: str = ""  # the JSON type of a scalar, empty: any
    fields: dict[str, Type] = field(default_factory=dict)
    element: Type | None = None  # of lists and maps; None for structs without further fields
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def child(self, name: str) -> Type | None:
        """The type of a map's entry; None when the schema declares no such field."""
        return self.fields.get(name) or self.element


DEDUCED_TYPE = Type(DEDUCED)
DEDUCED_TYPE.element = DEDUCED_TYPE
_ATOMIC = Type(ATOMIC)


class Compiler:
    """Schema nodes to types, each ``$ref`` once (kinds refer to themselves: JSONSchemaProps does)."""

    def __init__(self, source: TypeSource) -> None:
        self._resolve = source.resolve
        self._known: dict[str, Type] = {}

    def root(self, node: Object) -> Type:
        """The type of whole objects: apiVersion, kind and metadata are known for every kind."""
        compiled = self.type(node)
        if compiled.sort == DEDUCED:
            compiled = Type(MAP, element=DEDUCED_TYPE)
        fields = {**compiled.fields, "apiVersion": Type(SCALAR, "string"), "kind": Type(SCALAR, "string")}
        fields["metadata"] = self.type(OBJECT_META)
        return Type(MAP, fields=fields, element=compiled.element)

    def type(self, node: Object) -> Type:
        """The type of a node."""
        if not node:
            return DEDUCED_TYPE
        reference = node.get("$ref")
        if reference is None and len(node.get("allOf") or ()) == 1:
            reference = node["allOf"][0].get("$ref")
        if reference is not None:
            return self._reference(reference, node)
        if node.get("x-kubernetes-int-or-string"):
            return Type(SCALAR)
        sort = node.get("type")
        if isinstance(sort, list):
            sort = next((name for name in sort if name != "null"), None)
        if sort == "array":
            return self._list(node)
        if sort == "object" or "properties" in node or "additionalProperties" in node:
            return self._map(node, Type(MAP))
        if sort in ("string", "integer", "number", "boolean"):
            return Type(SCALAR, "" if node.get("format") == "int-or-string" else sort)
        return DEDUCED_TYPE

    def _reference(self, reference: str, node: Object) -> Type:
        atomic = node.get("x-kubernetes-map-type") == "atomic"
        known = self._known.get(reference)
        if known is None:
            target = self._resolve(reference)
            shell = self._known[reference] = Type(DEDUCED)
            compiled = self.type(target)
            shell.sort, shell.scalar, shell.fields = compiled.sort, compiled.scalar, compiled.fields
            shell.element, shell.keys, shell.defaults = compiled.element, compiled.keys, compiled.defaults
            known = shell
        return _ATOMIC if atomic else known

    def _list(self, node: Object) -> Type:
        sort = node.get("x-kubernetes-list-type")
        if sort == "set":
            return Type(SET, element=self.type(node.get("items") or {}))
        if sort == "map":
            keys = tuple(node.get("x-kubernetes-list-map-keys") or ())
            items = node.get("items") or {}
            properties = self._properties(items)
            defaults = {key: properties[key]["default"] for key in keys if "default" in properties.get(key, {})}
            return Type(KEYED, element=self.type(items), keys=keys, defaults=defaults)
        return _ATOMIC

    def _properties(self, node: Object) -> Object:
        reference = node.get("$ref") or (node["allOf"][0].get("$ref") if node.get("allOf") else None)
        if reference is not None:
            node = self._resolve(reference)
        properties: Object = node.get("properties") or {}
        return properties

    def _map(self, node: Object, compiled: Type) -> Type:
        if node.get("x-kubernetes-map-type") == "atomic":
            return _ATOMIC
        compiled.fields = {name: self.type(child) for name, child in (node.get("properties") or {}).items()}
        more = node.get("additionalProperties")
        if isinstance(more, dict):
            compiled.element = self.type(more)
        elif (
            more is True
            or node.get("x-kubernetes-preserve-unknown-fields")
            or (not compiled.fields and "properties" not in node)
        ):
            compiled.element = DEDUCED_TYPE
        if node.get("x-kubernetes-embedded-resource") and "metadata" in compiled.fields:
            compiled.fields["metadata"] = DEDUCED_TYPE
        return compiled


def _sort(compiled: Type, value: Any) -> str:
    """How a value is treated: a deduced type takes the value's own shape."""
    if compiled.sort != DEDUCED:
        return compiled.sort
    if isinstance(value, dict):
        return MAP
    return ATOMIC if isinstance(value, list) else SCALAR


def element_of(compiled: Type, item: Any, position: int) -> str:
    """The path element of a list's item. Raises TypedError."""
    if compiled.sort == SET:
        return "v:" + orjson.dumps(item).decode()
    if not isinstance(item, dict):
        raise TypedError(f": element {position}: associative list with keys may not have non-map elements")
    keys: Object = {}
    for name in compiled.keys:
        value = item.get(name)
        if value is None:
            value = compiled.defaults.get(name)
        if value is None:
            raise TypedError(
                f': element {position}: associative list with keys has an element that omits key field "{name}" '
                "(and doesn't have default value)"
            )
        keys[name] = value
    return "k:" + orjson.dumps(keys, option=orjson.OPT_SORT_KEYS).decode()


def _index(compiled: Type, items: list[Any]) -> dict[str, Any]:
    """A list's items by path element; the first of repeated ones (lists of old objects may repeat)."""
    found: dict[str, Any] = {}
    for position, item in enumerate(items):
        found.setdefault(element_of(compiled, item, position), item)
    return found


# All fields of a value


def field_set(compiled: Type, value: Any) -> Set:
    """The paths that a value sets: its leaves, list items and map entries."""
    return _fields(compiled, value) or {}


def _fields(compiled: Type, value: Any) -> Set | None:
    """The set beneath a value; None when the value is a leaf itself."""
    sort = _sort(compiled, value)
    if sort == MAP and isinstance(value, dict):
        result: Set = {}
        for name, item in value.items():
            child = compiled.child(name) or DEDUCED_TYPE
            below = _fields(child, item)
            if below is None or item is None or item == {}:
                result["f:" + name] = MEMBER
            elif name not in compiled.fields:
                result["f:" + name] = {SELF: {}, **below} if below else MEMBER
            elif below:
                result["f:" + name] = below
        return result
    if sort in (SET, KEYED) and isinstance(value, list):
        assert compiled.element is not None, "lists have elements"
        result = {}
        for position, item in enumerate(value):
            below = _fields(compiled.element, item)
            result[element_of(compiled, item, position)] = {SELF: {}, **below} if below else MEMBER
        return result
    return None


# What changed between two values


def compare(compiled: Type, old: Any, new: Any) -> tuple[Set, Set]:
    """(added or modified, removed) paths from one value to another."""
    changed: Set = {}
    removed: Set = {}
    _compare(compiled, old, new, changed, removed)
    return changed, removed


def _compare(compiled: Type, old: Any, new: Any, changed: Set, removed: Set) -> bool:
    """Fill in the paths beneath two values that are both there; True when they are one leaf that differs."""
    sort = _sort(compiled, new if new is not None else old)
    if sort == MAP and _maps(old, new):
        one, two = old or {}, new or {}
        if not one and not two:
            return bool(old != new)
        for name, item in two.items():
            before = one.get(name, _ABSENT)
            if before is item or (before.__class__ is str and before == item):
                continue
            _step(compiled.child(name) or DEDUCED_TYPE, "f:" + name, before, item, changed, removed)
        for name, item in one.items():
            if name not in two:
                _step(compiled.child(name) or DEDUCED_TYPE, "f:" + name, item, _ABSENT, changed, removed)
        return False
    if sort in (SET, KEYED) and _lists(old, new):
        if not old and not new:
            return bool(old != new)
        assert compiled.element is not None, "lists have elements"
        one, two = _index(compiled, old or []), _index(compiled, new or [])
        for name, item in two.items():
            _step(compiled.element, name, one.get(name, _ABSENT), item, changed, removed)
        for name, item in one.items():
            if name not in two:
                _step(compiled.element, name, item, _ABSENT, changed, removed)
        return False
    return not _equal(old, new)


def _maps(old: Any, new: Any) -> bool:
    return (old is None or isinstance(old, dict)) and (new is None or isinstance(new, dict))


def _lists(old: Any, new: Any) -> bool:
    return (old is None or isinstance(old, list)) and (new is None or isinstance(new, list))


def _equal(one: Any, two: Any) -> bool:
    if one is two:
        return True
    if type(one) is not type(two) and (isinstance(one, bool) or isinstance(two, bool)):
        return False
    return bool(one == two)


def _step(compiled: Type, name: str, old: Any, new: Any, changed: Set, removed: Set) -> None:
    """Compare one entry, which may be missing on a side."""
    if old is _ABSENT:
        changed[name] = _whole(compiled, new)
        return
    if new is _ABSENT:
        removed[name] = _whole(compiled, old)
        return
    if old is new or (type(old) is type(new) and not isinstance(old, (dict, list)) and old == new):
        return
    more: Set = {}
    less: Set = {}
    if _compare(compiled, old, new, more, less):
        changed[name] = MEMBER
        return
    if more:
        changed[name] = more
    if less:
        removed[name] = less


def _whole(compiled: Type, value: Any) -> Set:
    """Every path of a value that is only on one side, inner nodes included."""
    sort = _sort(compiled, value)
    if sort == MAP and isinstance(value, dict) and value:
        result: Set = {SELF: {}}
        for name, item in value.items():
            nested = item and isinstance(item, (dict, list))
            result["f:" + name] = _whole(compiled.child(name) or DEDUCED_TYPE, item) if nested else MEMBER
        return result
    if sort in (SET, KEYED) and isinstance(value, list) and value:
        assert compiled.element is not None, "lists have elements"
        result = {SELF: {}}
        for position, item in enumerate(value):
            result[element_of(compiled, item, position)] = _whole(compiled.element, item)
        return result
    return MEMBER


# Merging what somebody applies


def merge(compiled: Type, live: Any, applied: Any) -> Any:
    """*live* with *applied* laid over it; neither is changed."""
    sort = _sort(compiled, applied)
    if sort == MAP and isinstance(applied, dict) and isinstance(live, dict):
        result = dict(live)
        for name, item in applied.items():
            child = compiled.child(name) or DEDUCED_TYPE
            result[name] = merge(child, live[name], item) if name in live else copy(item)
        return result
    if sort in (SET, KEYED) and isinstance(applied, list) and isinstance(live, list):
        return _merge_lists(compiled, live, applied)
    return copy(applied)


def _merge_lists(compiled: Type, live: list[Any], applied: list[Any]) -> list[Any]:
    """Items of both: the applied order holds among the applied, the others keep their place between them."""
    assert compiled.element is not None, "lists have elements"
    left, right = _index(compiled, live), _index(compiled, applied)
    ours, theirs = list(left), list(right)
    shared = [name for name in theirs if name in left]
    out: list[Any] = []
    i = j = done = 0
    while i < len(ours) or j < len(theirs):
        if i < len(ours) and j < len(theirs):
            if ours[i] == theirs[j]:
                out.append(merge(compiled.element, left[ours[i]], right[ours[i]]))
                i, j, done = i + 1, j + 1, done + 1
                continue
            if ours[i] in right and done < len(shared) and ours[i] != shared[done]:
                i += 1
                continue
        if i < len(ours) and ours[i] not in right:
            out.append(left[ours[i]])
            i += 1
        elif j < len(theirs):
            name = theirs[j]
            out.append(merge(compiled.element, left[name], right[name]) if name in left else copy(right[name]))
            if done < len(shared) and shared[done] == name:
                done += 1
            j += 1
        else:
            i += 1
    return out


def remove(compiled: Type, value: Any, gone: Set) -> Any:
    """The value without the members of a set; None when nothing is left of it."""
    sort = _sort(compiled, value)
    if sort == MAP and isinstance(value, dict):
        result: Object = {}
        for name, item in value.items():
            node = gone.get("f:" + name)
            if node is None:
                result[name] = item
            elif not is_member(node):
                left = remove(compiled.child(name) or DEDUCED_TYPE, item, node)
                if left is not None:
                    result[name] = left
        return result or None
    if sort in (SET, KEYED) and isinstance(value, list):
        assert compiled.element is not None, "lists have elements"
        kept: list[Any] = []
        for position, item in enumerate(value):
            node = gone.get(element_of(compiled, item, position))
            if node is None:
                kept.append(item)
            elif not is_member(node):
                left = remove(compiled.element, item, node)
                if left is not None:
                    kept.append(left)
        return kept or None
    return value


def named_members(compiled: Type, one: Set) -> Set:
    """The set with the named fields of structs as members wherever something beneath them is (for pruning)."""
    result: Set = {}
    for key, node in one.items():
        if key == SELF:
            continue
        child = DEDUCED_TYPE
        if key.startswith("f:"):
            child = compiled.child(key[2:]) or DEDUCED_TYPE
        elif compiled.element is not None:
            child = compiled.element
        below = named_members(child, node)
        struct = key.startswith("f:") and key[2:] in compiled.fields
        if not below:
            result[key] = MEMBER
        else:
            result[key] = {SELF: {}, **below} if struct or is_member(node) else below
    return result


# Checking what somebody applies


def check(compiled: Type, value: Any, path: str = "") -> list[str]:
    """Everything in an applied value that does not fit the schema: ``.spec.bogus: field not declared in schema``."""
    sort = _sort(compiled, value)
    if value is None:
        return []
    if sort == MAP:
        if not isinstance(value, dict):
            return [f"{path}: expected map, got {_go(value)}"]
        found: list[str] = []
        for name, item in value.items():
            child = compiled.child(name)
            if child is None:
                found.append(f"{path}.{name}: field not declared in schema")
            else:
                found += check(child, item, f"{path}.{name}")
        return found
    if sort in (SET, KEYED):
        return _check_list(compiled, value, path)
    if sort == SCALAR and compiled.scalar:
        return _check_scalar(compiled.scalar, value, path)
    return []


def _check_list(compiled: Type, value: Any, path: str) -> list[str]:
    from emulator.apiserver.apimachinery.managedfields.fieldset import show

    if not isinstance(value, list):
        return [f"{path}: expected list, got {_go(value)}"]
    assert compiled.element is not None, "lists have elements"
    found: list[str] = []
    seen: set[str] = set()
    for position, item in enumerate(value):
        try:
            name = element_of(compiled, item, position)
        except TypedError as error:
            found.append(f"{path}{error}")
            continue
        if name in seen:
            found.append(f"{path}: duplicate entries for key {show((name,))}")
            continue
        seen.add(name)
        found += check(compiled.element, item, f"{path}{show((name,))}")
    return found


def _check_scalar(expected: str, value: Any, path: str) -> list[str]:
    if expected == "string":
        fits = isinstance(value, str)
    elif expected == "boolean":
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    if fits:
        return []
    words = {"integer": "numeric (int or float)", "number": "numeric (int or float)"}
    return [f"{path}: expected {words.get(expected, expected)}, got {_go(value)}"]


def _go(value: Any) -> str:
    if isinstance(value, bool):
        shown = "true" if value else "false"
    elif isinstance(value, dict):
        shown = "map[" + " ".join(f"{key}:{_bare(item)}" for key, item in sorted(value.items())) + "]"
    elif isinstance(value, list):
        shown = "[" + " ".join(_bare(item) for item in value) + "]"
    else:
        shown = str(value)
    return f"&value.valueUnstructured{{Value:{shown}}}"


def _bare(value: Any) -> str:
    return _go(value).removeprefix("&value.valueUnstructured{Value:").removesuffix("}")
