"""Writes ``fixtures/crds`` from the protobuf descriptors of the released ``michelangelo`` package (extra ``[ma]``).

    python -m emulator.michelangelo.crds.generate

One schema per message, as the platform's own generator makes it: camelCase, enums by name with the zero value, int64 as
strings, Struct preserved, messages as objects, nothing required. The ``guide`` dialect differs in Model alone, whose fields are
spelled as the operator guide spells them: snake_case but for ``trainingFramework``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from emulator import fixtures
from emulator.michelangelo.crds import KINDS, Object

GROUP, VERSION = "michelangelo.api", "v2"
PACKAGE = "michelangelo.api.v2"
MODULES = "michelangelo.gen.api.v2"
INT64 = {"type": "string", "format": "int64", "pattern": r"^[-]?\d{1,19}$"}
# Names that the guide writes in camelCase although it writes Model in snake_case.
GUIDE_CAMEL = frozenset({"training_framework"})
# Messages with a JSON form of their own.
WELL_KNOWN: dict[str, Object] = {
    "google.protobuf.Struct": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string"},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}, "value": {"type": "string", "format": "byte"}},
    },
}
SCALARS: dict[str, Object] = {
    "double": {"type": "number", "format": "double"},
    "float": {"type": "number", "format": "float"},
    "int32": {"type": "integer", "format": "int32"},
    "uint32": {"type": "integer", "format": "int64"},
    "int64": INT64,
    "uint64": INT64,
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "bytes": {"type": "string", "format": "byte"},
}
_TYPES = {
    1: "double",
    2: "float",
    3: "int64",
    4: "uint64",
    5: "int32",
    8: "bool",
    9: "string",
    12: "bytes",
    13: "uint32",
}
_ENUM, _MESSAGE = 14, 11
Spell = Callable[[Any], str]


def camel(field: Any) -> str:
    """A field as protobuf's JSON spells it."""
    return str(field.json_name)


def guide(field: Any) -> str:
    """A Model field as the guide spells it."""
    return str(field.json_name if field.name in GUIDE_CAMEL else field.name)


def schema(message: Any, spell: Spell, seen: tuple[str, ...] = ()) -> Object:
    """The structural schema of a message; one that contains itself is preserved as it is from there on."""
    known = WELL_KNOWN.get(message.full_name)
    if known is not None:
        return dict(known)
    if message.full_name.startswith("k8s.io.") and (special := _kubernetes(message)):
        return special
    if message.full_name in seen:
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    inside = (*seen, message.full_name)
    properties = {spell(field): _field(field, spell, inside) for field in message.fields}
    return {"type": "object", **({"properties": dict(sorted(properties.items()))} if properties else {})}


def _kubernetes(message: Any) -> Object | None:
    """The schema of Kubernetes' own values that are no objects in JSON."""
    if message.full_name.endswith(".Quantity"):
        return {"x-kubernetes-int-or-string": True}
    if message.full_name.endswith((".Time", ".MicroTime")):
        return {"type": "string", "format": "date-time"}
    return None


def _field(field: Any, spell: Spell, seen: tuple[str, ...]) -> Object:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _one(field.message_type.fields_by_name["value"], spell, seen)}
    one = _one(field, spell, seen)
    return {"type": "array", "items": one} if field.is_repeated else one


def _one(field: Any, spell: Spell, seen: tuple[str, ...]) -> Object:
    if field.type == _ENUM:
        return {"type": "string", "enum": [value.name for value in field.enum_type.values]}
    if field.type == _MESSAGE:
        return schema(field.message_type, spell, seen)
    return dict(SCALARS[_TYPES[field.type]])


def snake(kind: str) -> str:
    """``InferenceServer`` to ``inference_server``: how modules are named."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in kind).lstrip("_")


def document(kind: str, dialect: str) -> Object:
    """The CRD of a kind in a dialect. Raises ModuleNotFoundError without the ``[ma]`` extra."""
    module = importlib.import_module(f"{MODULES}.{snake(kind)}_pb2")
    message = module.DESCRIPTOR.message_types_by_name[kind]
    spell = guide if dialect == "guide" and kind == "Model" else camel
    lower = kind.lower()
    parts = {name: schema(message.fields_by_name[name].message_type, spell) for name in ("spec", "status")}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{lower}s.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": f"{lower}s", "singular": lower},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": parts}},
                }
            ],
        },
    }


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: a CRD is read by people."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an alias."""
        return True


def text(kind: str, dialect: str) -> str:
    """The CRD of a kind as the file's text."""
    head = f"# {kind}, dialect {dialect}. Generated by `python -m emulator.michelangelo.crds.generate`: do not edit.\n"
    return head + yaml.dump(document(kind, dialect), Dumper=_Dumper, sort_keys=False, width=120)


def path(kind: str, dialect: str) -> Path:
    """Where the CRD of a kind is kept."""
    return fixtures.path("crds", dialect, f"{kind.lower()}s.yaml")


def main() -> int:
    """Write every file; 1 when the package is missing."""
    try:
        texts = {path(kind, dialect): text(kind, dialect) for dialect in ("guide", "upstream") for kind in KINDS}
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error}: the descriptors are in the extra [ma]: pip install 'michelangelo-emulator[ma]'\n")
        return 1
    for file, content in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    sys.stdout.write(f"wrote {len(texts)} definitions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
