"""Go types as readers of JSON values: each knows its name, its zero value, and what it does to a value.

A reader changes maps and lists in place and returns what is kept. It raises MismatchError for a wrong JSON type (the structs on the
way out add where it was) and ValueError for text that cannot be parsed. Source: Go's encoding/json, sigs.k8s.io/json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.apiserver.apimachinery import gobase64, quantity
from emulator.apiserver.apimachinery.gotime import read_micro_time, read_time
from emulator.apiserver.apimachinery.metadata import go_type
from emulator.apiserver.apimachinery.objects import Object

_BITS = {"int32": 1 << 31, "int64": 1 << 63}


class MismatchError(Exception):
    """A JSON value of the wrong type, and where: the innermost struct, and the fields that lead there."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(found, wanted)
        self.found = found
        self.wanted = wanted
        self.struct = ""
        self.path: list[str] = []

    def text(self) -> str:
        """What Go's decoder says."""
        where = f"Go struct field {self.struct}.{'.'.join(reversed(self.path))}" if self.path else "Go value"
        return f"json: cannot unmarshal {self.found} into {where} of type {self.wanted}"


class Reader:
    """A Go type."""

    name = ""
    struct = False  # structs are never empty: omitempty does not leave them out
    pointer = False  # what was given is kept, even if it is empty

    def zero(self) -> Any:
        """What the encoder writes for a value that was never set."""
        return None

    def read(self, value: Any, unknown: list[str]) -> Any:
        """What is kept of a value. Paths of unknown fields beneath it are added to *unknown*."""
        return value

    def mismatch(self, value: Any) -> MismatchError:
        """The value is no JSON of this type."""
        return MismatchError(go_type(value), self.name)


class Raw(Reader):
    """Any JSON, kept as it is (RawExtension, FieldsV1, apiextensions JSON)."""

    struct = True


class Text(Reader):
    """A string."""

    def __init__(self, name: str = "string") -> None:
        self.name = name

    def zero(self) -> Any:
        """Empty."""
        return ""

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The string."""
        if not isinstance(value, str):
            raise self.mismatch(value)
        return value


class Bytes(Text):
    """Bytes, as base64."""

    def __init__(self) -> None:
        super().__init__("[]uint8")

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The same bytes, encoded as Go encodes them. Raises ValueError."""
        if not isinstance(value, str):
            raise self.mismatch(value)
        return gobase64.canonical(value)


class Flag(Reader):
    """A boolean."""

    name = "bool"

    def zero(self) -> Any:
        """False."""
        return False

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The boolean."""
        if value is not True and value is not False:
            raise self.mismatch(value)
        return value


class Whole(Reader):
    """An integer of 32 or 64 bits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._limit = _BITS[name]

    def zero(self) -> Any:
        """Zero."""
        return 0

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The integer."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.mismatch(value)
        if isinstance(value, float) or not -self._limit <= value < self._limit:
            raise MismatchError(f"number {value}", self.name)
        return value


class Number(Reader):
    """A floating-point number."""

    name = "float64"

    def zero(self) -> Any:
        """Zero."""
        return 0

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.mismatch(value)
        return value


class Time(Reader):
    """metav1.Time or metav1.MicroTime: its zero is written as null."""

    struct = True

    def __init__(self, name: str, *, micro: bool) -> None:
        self.name = name
        self._parse: Callable[[str], str | None] = read_micro_time if micro else read_time

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The instant in UTC. Raises ValueError."""
        if not isinstance(value, str):
            raise ValueError(f"json: cannot unmarshal {go_type(value)} into Go value of type string")
        return self._parse(value)


class Amount(Reader):
    """A resource.Quantity: in canonical form."""

    name = "resource.Quantity"
    struct = True

    def zero(self) -> Any:
        """Nought."""
        return "0"

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The quantity. Raises ValueError."""
        if isinstance(value, (bool, dict, list)):
            raise ValueError(quantity.WRONG_FORMAT)
        return quantity.canonical(value if isinstance(value, str) else str(value))


class IntOrString(Reader):
    """An integer or a string."""

    name = "intstr.IntOrString"
    struct = True

    def zero(self) -> Any:
        """Zero."""
        return 0

    def read(self, value: Any, unknown: list[str]) -> Any:
        """Either. Raises ValueError."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"json: cannot unmarshal {go_type(value)} into Go value of type int32")
        return value


class Items(Reader):
    """A slice."""

    def __init__(self, item: Reader, name: str = "") -> None:
        self._item = item
        self.name = name or f"[]{item.name}"

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The list; null items are zero values."""
        if not isinstance(value, list):
            raise self.mismatch(value)
        item = self._item
        for position, entry in enumerate(value):
            if entry is None:
                value[position] = item.zero()
                continue
            known = len(unknown)
            value[position] = item.read(entry, unknown)
            if len(unknown) > known:
                _prefix(unknown, known, f"[{position}]")
        return value


class Entries(Reader):
    """A map with string keys."""

    def __init__(self, item: Reader, name: str = "") -> None:
        self._item = item
        self.name = name or f"map[string]{item.name}"

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The map; null values are zero values."""
        if not isinstance(value, dict):
            raise self.mismatch(value)
        item = self._item
        for key, entry in value.items():
            if entry is None:
                value[key] = item.zero()
                continue
            known = len(unknown)
            value[key] = item.read(entry, unknown)
            if len(unknown) > known:
                _prefix(unknown, known, key)
        return value


class Field:
    """A field of a struct: its type, and whether an empty value is left out, always written, or null when it is missing."""

    __slots__ = ("always", "null", "omits", "reader")

    def __init__(self, reader: Reader, *, omits: bool, always: bool, null: bool = False) -> None:
        self.reader = reader
        self.omits = omits
        self.always = always
        self.null = null

    def zero(self) -> Any:
        """What is written when the field is missing."""
        return None if self.null else self.reader.zero()


class Struct(Reader):
    """A struct. Its fields are filled in after it is made: structs refer to themselves."""

    struct = True

    def __init__(self, name: str, short: str) -> None:
        self.name = name
        self.short = short
        self.fields: dict[str, Field] = {}
        self.always: list[tuple[str, Field]] = []
        # Definitions are stored as JSON, unlike other kinds, which are protobuf; roles lose their empty rules in their strategy,
        # for who gave them owns them all the same.
        self.keeps_empty = short.startswith("CustomResourceDefinition") or short in ("Role", "ClusterRole")

    def add(self, name: str, field: Field) -> None:
        """One more field."""
        self.fields[name] = field
        if field.always:
            self.always.append((name, field))

    def zero(self) -> Any:
        """What is written of a struct without content."""
        return {name: field.zero() for name, field in self.always}

    def read(self, value: Any, unknown: list[str]) -> Any:
        """The known fields; empty ones as Go leaves them out or writes them."""
        if not isinstance(value, dict):
            raise self.mismatch(value)
        fields = self.fields
        for name in list(value):
            field = fields.get(name)
            if field is None:
                unknown.append(name)
                del value[name]
                continue
            given = value[name]
            if given is None:
                del value[name]
                continue
            known = len(unknown)
            try:
                kept = field.reader.read(given, unknown)
            except MismatchError as error:
                error.struct = error.struct or self.short
                error.path.append(name)
                raise
            if len(unknown) > known:
                _prefix(unknown, known, name)
            if kept is None or (field.omits and not kept):
                del value[name]
            elif field.always and not kept and isinstance(field.reader, (Items, Entries)) and not self.keeps_empty:
                value[name] = None  # storage keeps no empty lists and maps apart from missing ones
            else:
                value[name] = kept
        for name, field in self.always:
            if name not in value:
                value[name] = field.zero()
        return value


class Union(Reader):
    """A type with a decoder of its own that takes some JSON types; unknown fields beneath it go silently."""

    struct = True

    def __init__(
        self, name: str, *, mapping: Reader | None = None, items: Reader | None = None, flag: bool = False
    ) -> None:
        self.name = name
        self._mapping = mapping
        self._items = items
        self._flag = flag

    def read(self, value: Any, unknown: list[str]) -> Any:
        """One of the alternatives. Raises ValueError."""
        try:
            if isinstance(value, dict) and self._mapping is not None:
                return self._mapping.read(value, [])
            if isinstance(value, list) and self._items is not None:
                return self._items.read(value, [])
        except MismatchError as error:
            raise ValueError(error.text()) from None
        if self._flag and not isinstance(value, bool):
            raise ValueError("boolean or JSON schema expected")
        return value if self._flag else None


def _prefix(unknown: list[str], start: int, name: str) -> None:
    for position in range(start, len(unknown)):
        path = unknown[position]
        unknown[position] = f"{name}{path}" if path.startswith("[") else f"{name}.{path}"


def empty(kind: Object, reader: Struct) -> Object:
    """An object of a kind without content: ``apiVersion`` and ``kind``, and what is always written."""
    return {**reader.zero(), **kind}
