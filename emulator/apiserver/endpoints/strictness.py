"""What strict decoding complains about: unknown and repeated fields, in the order and words of the server's decoders.

Built-in kinds are decoded into structs, so unknown and repeated fields are told as they come in the text. Custom resources tell first
what is repeated, then what their schema does not know. Source: sigs.k8s.io/json, k8s.io/apimachinery's json serializer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_LINE = "line "  # how repeated keys of YAML are told


class _Pairs(list[Any]):
    """The members of a JSON object, repeated ones too."""


def complaints(document: bytes, duplicates: list[str], unknown: list[str], *, in_order: bool) -> list[str]:
    """Every complaint; *in_order* as they come in the *document* (JSON)."""
    if not in_order:
        return [*duplicates, *(f'unknown field "{path}"' for path in unknown)]
    lines = [text for text in duplicates if text.startswith(_LINE)]
    return [*lines, *_in_document_order(document, unknown)]


def strict_error(found: list[str]) -> str:
    """The complaints as one error."""
    lines = [text for text in found if text.startswith(_LINE)]
    rest = [text for text in found if not text.startswith(_LINE)]
    return f"strict decoding error: {', '.join([repeated_keys(lines), *rest] if lines else rest)}"


def repeated_keys(lines: list[str]) -> str:
    """Repeated keys of YAML as go-yaml's error."""
    return "yaml: unmarshal errors:\n  " + "\n  ".join(lines)


def _in_document_order(document: bytes, unknown: list[str]) -> list[str]:
    found: dict[str, None] = {}
    left = set(unknown)
    for path, again in _fields(json.loads(document.decode("utf-8", "replace"), object_pairs_hook=_Pairs), "", left):
        if path in left:
            found[f'unknown field "{path}"'] = None
        elif again:
            found[f'duplicate field "{path}"'] = None
    for path in unknown:
        found.setdefault(f'unknown field "{path}"')
    return list(found)


def _fields(value: Any, path: str, unknown: set[str]) -> Iterator[tuple[str, bool]]:
    """Every field's path as it comes, and whether it came before in the same object; not beneath unknown ones."""
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, item in value:
            where = f"{path}.{name}" if path else name
            yield where, name in seen
            seen.add(name)
            if where not in unknown:
                yield from _fields(item, where, unknown)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _fields(item, f"{path}[{position}]", unknown)
