"""Strategic merge patch, driven by ``x-kubernetes-patch-merge-key`` and ``x-kubernetes-patch-strategy`` of a schema.

Directives: ``$patch: replace|delete|merge``, ``$retainKeys``, ``$deleteFromPrimitiveList/F``, ``$setElementOrder/F``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery.fields import go_print
from emulator.apiserver.apimachinery.objects import Object, copy

Resolve = Callable[[str], Object]
_DELETE_PRIMITIVES = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"
_RETAIN = "$retainKeys"
_DIRECTIVE = "$patch"


class DirectiveError(Exception):
    """A patch that strategic merge cannot apply; the real server answers 500 with this text."""


class FormatError(DirectiveError):
    """A directive whose value is of the wrong form; the real server answers 400 with this text."""


def apply(live: Object, patch: Object, node: Object, resolve: Resolve) -> Object:
    """*live* with *patch* merged in. Raises DirectiveError."""
    result = _map(live, patch, node, resolve)
    return result if result is not None else {}


def _deref(node: Object, resolve: Resolve) -> Object:
    while True:
        reference = node.get("$ref") or (node["allOf"][0].get("$ref") if node.get("allOf") else None)
        if reference is None:
            return node
        node = resolve(reference)


def _child(node: Object, name: str, resolve: Resolve) -> Object:
    node = _deref(node, resolve)
    found: Object = (node.get("properties") or {}).get(name) or {}
    if found:
        return found
    more: Object | None = node.get("additionalProperties")
    return more if isinstance(more, dict) else {}


def _map(live: Object, patch: Object, node: Object, resolve: Resolve) -> Object | None:
    directive = patch.get(_DIRECTIVE)
    if directive is not None:
        rest = {key: value for key, value in patch.items() if key != _DIRECTIVE}
        if directive == "replace":
            replaced: Object = _clean(rest)
            return replaced
        if directive == "delete":
            return {}
        if directive != "merge":
            raise DirectiveError(f"unknown patch type: {directive} in map: {go_print(patch)}")
        patch = rest
    result = live
    if _RETAIN in patch:
        retained = _retained(patch)
        result = {key: value for key, value in result.items() if key in retained}
    for key, value in patch.items():
        if key == _RETAIN or key.startswith(_ORDER):
            continue
        if key.startswith(_DELETE_PRIMITIVES):
            name = key[len(_DELETE_PRIMITIVES) :]
            if not isinstance(value, list):
                raise FormatError("invalid patch format of primitive list")
            if isinstance(result.get(name), list) and name not in patch:
                result[name] = [item for item in result[name] if item not in value]
            continue
        if value is None:
            result.pop(key, None)
            continue
        child = _child(node, key, resolve)
        current = result.get(key)
        if isinstance(value, dict):
            merged = _map(current if isinstance(current, dict) else {}, value, child, resolve)
            if _deref(child, resolve).get("x-kubernetes-patch-strategy") == "replace":
                merged = _clean(value)
            result[key] = merged
        elif isinstance(value, list):
            gone = patch.get(_DELETE_PRIMITIVES + key) or []
            order = patch.get(_ORDER + key)
            if order is not None:
                _check_order(value, order, child.get("x-kubernetes-patch-merge-key"))
            result[key] = _list(current if isinstance(current, list) else [], value, child, resolve, gone, order)
        else:
            result[key] = value
    for key, order in patch.items():
        name = key[len(_ORDER) :]
        if key.startswith(_ORDER) and name not in patch and isinstance(result.get(name), list):
            child = _child(node, name, resolve)
            _check_order([], order, None)
            result[name] = _ordered(result[name], order, child.get("x-kubernetes-patch-merge-key"))
    return result


def _retained(patch: Object) -> set[str]:
    """The fields that ``$retainKeys`` keeps; whatever else the patch sets has to be among them."""
    names = patch[_RETAIN]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FormatError("invalid patch format of retainKeys")
    for key, value in patch.items():
        about_lists = key.startswith((_DELETE_PRIMITIVES, _ORDER))
        if key != _RETAIN and value is not None and not about_lists and key not in names:
            raise FormatError("invalid patch format of retainKeys")
    return set(names)


def _check_order(patch: list[Any], order: Any, key: str | None) -> None:
    """Refuse a ``$setElementOrder`` that lacks what the patch sets, or has it in another order."""
    if not isinstance(order, list):
        raise FormatError("invalid patch format of setElementOrder list")

    def identity(item: Any) -> Any:
        return item.get(key) if key is not None and isinstance(item, dict) else item

    kept = [item for item in patch if not (isinstance(item, dict) and item.get(_DIRECTIVE) in ("delete", "replace"))]
    following = iter([identity(item) for item in order])
    if not all(any(identity(item) == other for other in following) for item in kept):
        shown = f"{go_print(patch)}\n doesn't match $setElementOrder list:\n{go_print(order)}\n"
        raise DirectiveError(f"The order in patch list:\n{shown}")


def _list(live: list[Any], patch: list[Any], node: Object, resolve: Resolve, gone: list[Any], order: Any) -> list[Any]:
    strategy = str(node.get("x-kubernetes-patch-strategy") or "")
    key = node.get("x-kubernetes-patch-merge-key")
    if "merge" not in strategy.split(","):
        return [_clean(item) for item in patch if not (isinstance(item, dict) and _DIRECTIVE in item)]
    if key is None:
        kept = [item for item in live if item not in gone]
        merged = kept + [item for item in patch if item not in kept]
        return _ordered(merged, patch if order is None else order, None, live)
    return _list_of_maps(live, patch, key, node.get("items") or {}, resolve, order)


def _list_of_maps(
    live: list[Any], patch: list[Any], key: str, items: Object, resolve: Resolve, order: Any
) -> list[Any]:
    result = list(live)
    for item in patch:
        if not isinstance(item, dict):
            raise DirectiveError(f"expected a map in a list with merge key {key}, got {item!r}")
    if any(item.get(_DIRECTIVE) == "replace" for item in patch):
        return [_clean(item) for item in patch if item.get(_DIRECTIVE) != "replace"]
    changed: list[Any] = []
    for item in patch:
        directive = item.get(_DIRECTIVE)
        if directive not in (None, "delete", "merge"):
            raise DirectiveError(f"unknown patch type: {directive} in map: {go_print(item)}")
        if key not in item:
            raise DirectiveError(f"map: {go_print(item)} does not contain declared merge key: {key}")
        if directive == "delete":
            result = [other for other in result if not (isinstance(other, dict) and other.get(key) == item[key])]
            continue
        for position, other in enumerate(result):
            if isinstance(other, dict) and other.get(key) == item[key]:
                result[position] = _map(other, item, items, resolve)
                break
        else:
            changed.append(_clean(item))
    result += changed
    if order is None:
        order = [{key: item.get(key)} for item in patch if item.get(_DIRECTIVE) != "delete"]
    return _ordered(result, order, key, live)


def _ordered(items: list[Any], order: list[Any], key: str | None, live: list[Any] | None = None) -> list[Any]:
    """Items that *order* names in its order, the others in that of the live list, merged as the live list has both.

    What is new to the live list comes before what is only in it (mergeSortedSlice of k8s.io/apimachinery strategicpatch).
    """

    def identity(item: Any) -> str:
        return repr(item.get(key) if key is not None and isinstance(item, dict) else item)

    wanted = {identity(item): position for position, item in reversed(list(enumerate(order)))}
    server = {identity(item): position for position, item in reversed(list(enumerate(items if live is None else live)))}
    named = sorted((item for item in items if identity(item) in wanted), key=lambda item: wanted[identity(item)])
    others = [item for item in items if identity(item) not in wanted]
    out: list[Any] = []
    i = j = 0
    while i < len(others) and j < len(named):
        left, right = server.get(identity(others[i])), server.get(identity(named[j]))
        if left is not None and right is not None and left < right:
            out.append(others[i])
            i += 1
        else:
            out.append(named[j])
            j += 1
    return out + others[i:] + named[j:]


def _clean(value: Any) -> Any:
    """What a patch adds, without its directives and nulls."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if not key.startswith("$") and item is not None}
        return {key: _clean(item) for key, item in kept.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value if not (isinstance(item, dict) and item.get(_DIRECTIVE))]
    return copy(value)
