"""Sets of field paths, in the shape in which they are stored: ``FieldsV1``.

A set is a nested map from path element (``f:name``, ``k:{"name":"a"}``, ``v:"x"``) to the set below it. A node is a member itself
when it is empty or has the entry ``.``. Sets are values: no function here changes its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Set = dict[str, Any]
SELF = "."
MEMBER: Set = {}


def is_member(node: Set) -> bool:
    """Whether the path that ends at this node is in the set."""
    return not node or SELF in node


def _node(member: bool, children: Set) -> Set | None:
    """A node, or None when nothing is left of it."""
    if not children:
        return {} if member else None
    return {SELF: {}, **children} if member else children


def _children(node: Set) -> Set:
    return {key: child for key, child in node.items() if key != SELF}


def union(one: Set, two: Set) -> Set:
    """Paths in either; the first set itself when the second has nothing more."""
    if not one:
        return two
    result = one
    for key, node in two.items():
        mine = one.get(key)
        both = node if mine is None else _union_of_nodes(mine, node)
        if both is not mine:
            if result is one:
                result = dict(one)
            result[key] = both
    return result


def _union_of_nodes(one: Set, two: Set) -> Set:
    if not one:
        return two if is_member(two) else {SELF: {}, **two}
    if not two:
        return one if SELF in one else {SELF: {}, **one}
    return union(one, two)


def difference(one: Set, two: Set) -> Set:
    """Paths in the first that are not in the second."""
    if not one or not two:
        return one
    result: Set | None = None  # made when there is something to take out
    for key, other in two.items():
        node = one.get(key)
        if node is None or key == SELF:
            continue
        left = _difference_of_nodes(node, other)
        if left is node:
            continue
        if result is None:
            result = dict(one)
        if left is None:
            del result[key]
        else:
            result[key] = left
    return one if result is None else result


def _difference_of_nodes(node: Set, other: Set) -> Set | None:
    """A node without the paths of another; the node itself when it has none of them, None when it has no others."""
    if not node:
        return None if is_member(other) else node
    if SELF not in node:
        return difference(node, other) or None
    children = _children(node)
    left = difference(children, other)
    if left is children and not is_member(other):
        return node
    return _node(not is_member(other), left)


def intersection(one: Set, two: Set) -> Set:
    """Paths in both."""
    result: Set = {}
    if not one or not two:
        return result
    for key, node in one.items():
        other = two.get(key)
        if key == SELF or other is None:
            continue
        both = _node(is_member(node) and is_member(other), intersection(_children(node), _children(other)))
        if both is not None:
            result[key] = both
    return result


def without_prefixes(one: Set, prefixes: Set) -> Set:
    """The set without the members of *prefixes* and everything beneath them."""
    if not one or not prefixes:
        return one
    result: Set = {}
    for key, node in one.items():
        if key == SELF:
            continue
        prefix = prefixes.get(key)
        if prefix is None:
            result[key] = node
        elif not is_member(prefix):
            left = _node(is_member(node), without_prefixes(_children(node), prefix))
            if left is not None:
                result[key] = left
    return result


def paths(one: Set, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every path, members of a node before what is beneath it."""
    keys = sorted(key for key in one if key != SELF)
    for key in keys:
        if is_member(one[key]):
            yield (*prefix, key)
    for key in keys:
        if one[key]:
            yield from paths(one[key], (*prefix, key))


def from_paths(given: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> Set:
    """The set of some paths."""
    result: Set = {}
    for path in given:
        result = union(result, _chain(path))
    return result


def _chain(path: tuple[str, ...]) -> Set:
    node: Set = {}
    for element in reversed(path):
        node = {element: node}
    return node


def show(path: tuple[str, ...]) -> str:
    """A path as conflicts print it: ``.spec.parts[name="p"].count``."""
    import orjson

    out = []
    for element in path:
        sort, _, rest = element.partition(":")
        if sort == "f":
            out.append(f".{rest}")
        elif sort == "k":
            keys = orjson.loads(rest)
            out.append(
                "[" + ",".join(f"{name}={orjson.dumps(value).decode()}" for name, value in sorted(keys.items())) + "]"
            )
        elif sort == "v":
            out.append(f"[={rest}]")
        else:
            out.append(f"[{rest}]")
    return "".join(out)


def check(value: Any, path: str = "") -> None:
    """Raise ValueError when a client's fieldsV1 is no set."""
    if not isinstance(value, dict):
        raise ValueError(f"fieldsV1{path} is no object")
    for key, child in value.items():
        if key == SELF:
            continue
        if key[:2] not in ("f:", "k:", "v:", "i:"):
            raise ValueError(f"fieldsV1{path}: unknown path element {key!r}")
        check(child, f"{path}.{key}")
