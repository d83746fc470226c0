"""Table rows of custom resources as bytes: all but the ages is encoded once per version of an object."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.endpoints.presentation import row
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.store import Store
from emulator.apiserver.schema.ages import age
from emulator.apiserver.schema.columns import dates
from emulator.apiserver.storage.interface import Stored

_HOLE = f"hole-{secrets.token_hex(8)}"  # no object has it
_CUT = codec.encode(_HOLE)


class Template(NamedTuple):
    """A row with holes between its parts, and the timestamps whose ages go there."""

    parts: tuple[bytes, ...]
    stamps: tuple[str, ...]


def encoded_rows(
    store: Store, kind: Kind, items: Iterable[Stored], include: str, version: str, now: datetime
) -> Iterator[bytes]:
    """The rows of stored objects, each encoded."""
    second = now.replace(microsecond=0)
    known: dict[str, bytes] = {}  # ages, by timestamp
    form = ("row", kind.resource.api_version, include, version)
    for stored in items:
        template = stored.views.get(form) if stored.views is not None else None
        if template is None:
            template = _template(kind, store.decode(stored, kind), include, version, now)
            if stored.views is None:
                stored.views = {}
            stored.views[form] = template
        parts = template.parts
        if len(parts) == 2:
            stamp = template.stamps[0]
            old = known.get(stamp)
            if old is None:
                old = known[stamp] = _age(stamp, second)
            yield parts[0] + old + parts[1]
        elif len(parts) == 1:
            yield parts[0]
        else:
            ages = [_age(stamp, second) for stamp in template.stamps]
            yield b"".join(piece for pair in zip(parts, [*ages, b""], strict=True) for piece in pair)


def _template(kind: Kind, obj: Object, include: str, version: str, now: datetime) -> Template:
    shown = row(kind, obj, include, version, now)
    stamps = dates(kind.resource.columns, obj)
    for position in stamps:
        shown["cells"][position] = _HOLE
    return Template(tuple(codec.encode(shown).split(_CUT)), tuple(stamps.values()))


@lru_cache(maxsize=8192)
def _age(stamp: str, now: datetime) -> bytes:
    return codec.encode(age(stamp, now))
