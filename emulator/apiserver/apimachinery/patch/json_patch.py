"""JSON patch (RFC 6902) as the API server applies it: replace and copy of what is missing succeed.

A patch whose ``test`` fails is 422; a path that does not exist is 422 with the path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.metadata import go_type
from emulator.apiserver.apimachinery.objects import Object, copy

MAX_OPERATIONS = 10_000
REJECTED = "the server rejected our request due to an error in our request"


class _PatchError(Exception):
    """An operation that cannot be done."""


def compile(patch: Any) -> Callable[[Object], Object]:
    """The patch as a function. Raises StatusError: 400 when it is none, 413 when it is too long."""
    if not isinstance(patch, list):
        raise errors.bad_request(
            f"error decoding patch: json: cannot unmarshal {go_type(patch)} into Go value of type []handlers.jsonPatchOp"
        )
    if len(patch) > MAX_OPERATIONS:
        text = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        raise errors.too_large(text)
    for operation in patch:
        if not isinstance(operation, dict):
            raise errors.bad_request(
                f"error decoding patch: json: cannot unmarshal {go_type(operation)} into Go value of type handlers.jsonPatchOp"
            )

    def change(live: Object) -> Object:
        try:
            for operation in patch:
                live = _OPERATIONS[str(operation.get("op"))](live, operation)
        except (_PatchError, KeyError):
            raise StatusError(422, "Invalid", REJECTED, {}) from None
        return live

    return change


def _pointer(text: Any) -> list[str]:
    if not isinstance(text, str):
        raise _PatchError
    if text == "":
        return []
    if not text.startswith("/"):
        raise _PatchError
    return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]


def _holder(document: Any, parts: list[str]) -> Any:
    for part in parts[:-1]:
        document = _step(document, part)
    if not isinstance(document, (dict, list)):
        raise _PatchError
    return document


def _step(document: Any, part: str) -> Any:
    if isinstance(document, dict) and part in document:
        return document[part]
    if isinstance(document, list):
        return document[_position(document, part, len(document) - 1)]
    raise _PatchError


def _position(items: list[Any], part: str, last: int) -> int:
    try:
        position = int(part)
    except ValueError:
        raise _PatchError from None
    if position < 0:
        position += len(items)
    if not 0 <= position <= last:
        raise _PatchError
    return position


def _get(document: Any, parts: list[str]) -> Any:
    for part in parts:
        document = _step(document, part)
    return document


def _put(document: Any, parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    holder = _holder(document, parts)
    last = parts[-1]
    if isinstance(holder, dict):
        holder[last] = value
    elif last == "-":
        holder.append(value)
    else:
        holder.insert(_position(holder, last, len(holder)), value)
    return document


def _add(document: Any, operation: Object) -> Any:
    if "value" not in operation:
        raise _PatchError
    return _put(document, _pointer(operation.get("path")), copy(operation["value"]))


def _remove(document: Any, operation: Object) -> Any:
    parts = _pointer(operation.get("path"))
    if not parts:
        raise _PatchError
    holder = _holder(document, parts)
    if isinstance(holder, dict):
        if parts[-1] not in holder:
            raise _PatchError
        del holder[parts[-1]]
    else:
        del holder[_position(holder, parts[-1], len(holder) - 1)]
    return document


def _replace(document: Any, operation: Object) -> Any:
    """Replace; a missing member of an object is added, as evanphx/json-patch does."""
    if "value" not in operation:
        raise _PatchError
    parts = _pointer(operation.get("path"))
    value = copy(operation["value"])
    if not parts:
        return value
    holder = _holder(document, parts)
    if isinstance(holder, dict):
        holder[parts[-1]] = value
    else:
        holder[_position(holder, parts[-1], len(holder) - 1)] = value
    return document


def _move(document: Any, operation: Object) -> Any:
    value = _get(document, _pointer(operation.get("from")))
    document = _remove(document, {"path": operation.get("from")})
    return _put(document, _pointer(operation.get("path")), value)


def _copy(document: Any, operation: Object) -> Any:
    """Copy; what is missing is copied as null."""
    parts = _pointer(operation.get("from"))
    try:
        value = copy(_get(document, parts))
    except _PatchError:
        if not isinstance(_holder(document, parts), dict):
            raise
        value = None
    return _put(document, _pointer(operation.get("path")), value)


def _test(document: Any, operation: Object) -> Any:
    try:
        value = _get(document, _pointer(operation.get("path")))
    except _PatchError:
        if operation.get("value") is None:
            return document
        raise
    if not _same(value, operation.get("value")):
        raise _PatchError
    return document


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    return bool(one == two)


_OPERATIONS: dict[str, Callable[[Any, Object], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
