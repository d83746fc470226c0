"""The rules that the platform's protobuf files declare for their fields, checked on create and update: the first broken one is said.

Source: the ``michelangelo.api.validation`` options, and what the platform's generator makes of them. Kubernetes' clients are
not held to them: on the real platform, too, they are checked by the gRPC handlers only.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from google.protobuf.message import Message
from michelangelo.gen.api import options_pb2

_STRING, _MESSAGE, _BOOL, _BYTES = 9, 11, 8, 12
_RULES = options_pb2.validation
_NO_DEFAULT = options_pb2.no_default
_REQUIRED_ONEOF = options_pb2.required


def problem(message: Message) -> str | None:
    """The first broken rule of an object's spec, as ``<path> <rule>``; None when all hold."""
    return next(_problems(message.spec, "spec"), None)


def _problems(message: Message, path: str) -> Iterator[str]:
    descriptor = message.DESCRIPTOR
    every = bool(descriptor.GetOptions().Extensions[_NO_DEFAULT])
    for oneof in descriptor.oneofs:
        if oneof.GetOptions().Extensions[_REQUIRED_ONEOF] and message.WhichOneof(oneof.name) is None:
            names = ",".join(field.name for field in oneof.fields)
            yield f"one field in oneof {path}.{oneof.name}({names}) must be set"
    for field in descriptor.fields:
        where = f"{path}.{field.name}"
        yield from (f"{where} {text}" for text in _broken(message, field, every=every))
        if field.type == _MESSAGE and not field.message_type.GetOptions().map_entry:
            yield from _inner(message, field, where)


def _inner(message: Message, field: Any, where: str) -> Iterator[str]:
    if field.is_repeated:
        for position, item in enumerate(getattr(message, field.name)):
            yield from _problems(item, f"{where}[{position}]")
    elif message.HasField(field.name):
        yield from _problems(getattr(message, field.name), where)


def _broken(message: Message, field: Any, *, every: bool) -> Iterator[str]:
    rules = _rules(field)
    if field.is_repeated or (not rules and not every):
        return
    value = getattr(message, field.name)
    required = any(rule.required for rule in rules) or (every and not any(rule.optional for rule in rules))
    if required:
        missing = _missing(message, field, value)
        if missing:
            yield missing
    for rule in rules:
        if not _holds(rule, field, value):
            yield rule.msg or _text(rule)


@lru_cache(maxsize=1024)
def _rules(field: Any) -> list[Any]:
    return list(field.GetOptions().Extensions[_RULES])


def _missing(message: Message, field: Any, value: Any) -> str:
    if field.type == _MESSAGE:
        return "" if message.HasField(field.name) else "cannot be nil"
    if field.type in (_STRING, _BYTES):
        return "" if value else "cannot be empty"
    if field.type == _BOOL:
        return ""
    return "" if value else "must be a non-zero number"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


# Each rule that the platform's files use: its option, whether a value keeps it, and its words.
_Check = Callable[[Any, Any], bool]
_CHECKS: tuple[tuple[str, _Check, Callable[[Any], str]], ...] = (
    ("pattern", lambda rule, value: bool(re.fullmatch(rule.pattern, value)), lambda rule: f"must match {rule.pattern}"),
    (
        "max_length",
        lambda rule, value: len(value) <= int(rule.max_length),
        lambda rule: f"must be no more than {rule.max_length} characters long",
    ),
    (
        "min_length",
        lambda rule, value: len(value) >= int(rule.min_length),
        lambda rule: f"must be at least {rule.min_length} characters long",
    ),
    ("uuid", lambda _, value: _is_uuid(value), lambda _: "must be a valid UUID"),
    (
        "min",
        lambda rule, value: value >= float(rule.min),
        lambda rule: f"must be in the range [{rule.min},{rule.max}]" if rule.max else f"must be >= {rule.min}",
    ),
    (
        "max",
        lambda rule, value: value <= float(rule.max),
        lambda rule: f"must be in the range [{rule.min},{rule.max}]" if rule.min else f"must be <= {rule.max}",
    ),
)


def _holds(rule: Any, field: Any, value: Any) -> bool:
    return all(check(rule, value) for name, check, _ in _CHECKS if getattr(rule, name))


def _text(rule: Any) -> str:
    return next(text(rule) for name, _, text in _CHECKS if getattr(rule, name))
