"""Built-in kinds: how Kubernetes' Go structs read and write JSON.

Reading drops unknown fields and nulls, leaves out what Go leaves out, writes what Go always writes, brings times and quantities into
their canonical form, and refuses wrong types with the decoder's text. The structs are made from the published OpenAPI
definitions (``kubernetes``) and from what those do not say (``gostructs``), each when it is first needed.
"""

from __future__ import annotations

from functools import cache

from emulator.apiserver.apimachinery.managedfields import TypeSource
from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema import gostructs
from emulator.apiserver.schema.gotypes import (
    Amount,
    Bytes,
    Entries,
    Field,
    Flag,
    IntOrString,
    Items,
    MismatchError,
    Number,
    Raw,
    Reader,
    Struct,
    Text,
    Time,
    Union,
    Whole,
    empty,
)
from emulator.apiserver.schema.kubernetes import (
    INT_OR_STRING,
    META,
    OBJECT_META,
    QUANTITY,
    REFERENCE,
    definitions,
    names_by_kind,
    resolve,
)

_ROOT = frozenset({"metadata", "spec", "status"})
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
_OWN: dict[str, Reader] = {
    META + "Time": Time("v1.Time", micro=False),
    META + "MicroTime": Time("v1.MicroTime", micro=True),
    META + "FieldsV1": Raw(),
    QUANTITY: Amount(),
    INT_OR_STRING: IntOrString(),
    "io.k8s.apimachinery.pkg.runtime.RawExtension": Raw(),
    _EXTENSIONS + "JSON": Raw(),
}


@cache
def reader(name: str) -> Reader:
    """The Go type of a definition."""
    known = _OWN.get(name) or _union(name)
    if known is not None:
        return known
    short = name.rpartition(".")[2]
    struct = Struct(f"v1.{short}", short)
    _shells[name] = struct
    node = definitions()[name]
    required = frozenset(node.get("required") or ())
    if "x-kubernetes-group-version-kind" in node:
        required |= _ROOT
    for field, child in (node.get("properties") or {}).items():
        struct.add(field, _field(short, field, child, field in required))
    for field in gostructs.ALWAYS.get(".".join(name.split(".")[-3:]), ()):
        struct.add(field, Field(struct.fields[field].reader, omits=False, always=True))
    return struct


_shells: dict[str, Struct] = {}  # structs that are being made


def _named(name: str) -> Reader:
    return _shells.get(name) or reader(name)


def _union(name: str) -> Reader | None:
    """The types of apiextensions with decoders of their own."""
    short = name.removeprefix(_EXTENSIONS)
    if not short.startswith("JSONSchemaPropsOr"):
        return None
    schema = _named(_EXTENSIONS + "JSONSchemaProps")
    if short == "JSONSchemaPropsOrBool":
        return Union(f"v1.{short}", mapping=schema, flag=True)
    return Union(f"v1.{short}", mapping=schema, items=Items(schema if short.endswith("OrArray") else Text()))


def _field(struct: str, name: str, node: Object, required: bool) -> Field:
    where = f"{struct}.{name}"
    kind = _type(node, where)
    if where in gostructs.REQUIRED_POINTERS:
        return Field(kind, omits=False, always=True, null=True)
    if kind.struct:
        always = required or name in gostructs.STRUCTS.get(struct, ())
        return Field(kind, omits=False, always=always)
    always = required or name in gostructs.ALWAYS.get(struct, ())
    if isinstance(kind, Text):
        pointer = where in gostructs.POINTERS
    elif isinstance(kind, (Flag, Whole, Number)):
        plain = (name in gostructs.PLAIN and where not in gostructs.POINTER_FIELDS) or where in gostructs.PLAIN_FIELDS
        pointer = not plain
    else:
        pointer = False
    return Field(kind, omits=not pointer and not always, always=always)


def _type(node: Object, where: str) -> Reader:
    reference = node.get("$ref")
    if reference is not None:
        return _named(reference.removeprefix(REFERENCE))
    sort, form = node.get("type"), node.get("format")
    if sort == "array":
        return Items(_type(node.get("items") or {}, ""))
    if sort == "object":
        more = node.get("additionalProperties")
        if not isinstance(more, dict):
            return Raw()
        item = _type(more, "")
        return Entries(item, "v1.ResourceList" if isinstance(item, Amount) else "")
    if sort == "string":
        return Bytes() if form == "byte" else Text(gostructs.NAMED.get(where, "string"))
    if sort == "integer":
        return Whole(form or "int64")
    return {"boolean": Flag(), "number": Number()}.get(sort or "") or Raw()


class TypedShape:
    """A built-in kind in one version."""

    strategic = True

    def __init__(self, gvk: GroupVersionKind) -> None:
        self.gvk = gvk
        self._source: TypeSource | None = None

    @property
    def source(self) -> TypeSource:
        """The schema as server-side apply and strategic merge read it."""
        if self._source is None:
            node = definitions()[names_by_kind()[self.gvk]]
            self._source = TypeSource(node, resolve, self.blank())
        return self._source

    @property
    def _struct(self) -> Struct:
        struct = reader(names_by_kind()[self.gvk])
        assert isinstance(struct, Struct), "kinds are structs"
        return struct

    def blank(self) -> Object:
        """An object of the kind without content."""
        return empty({"apiVersion": self.gvk.api_version, "kind": self.gvk.kind}, self._struct)

    def read(self, obj: Object) -> list[str]:
        """Read an object as the struct does, in place; returns the paths of unknown fields.

        Raises ValueError with Go's text when something is of a wrong type.
        """
        unknown: list[str] = []
        try:
            self._struct.read(obj, unknown)
        except MismatchError as error:
            raise ValueError(error.text()) from None
        return unknown

    def default(self, obj: Object) -> None:
        """Nothing: a kind's defaults are the registry's to know."""

    def settled(self, obj: Object) -> bool:
        """Never certainly: the kinds' own defaults are not compiled."""
        return False


__all__ = ["OBJECT_META", "TypedShape", "definitions", "names_by_kind", "reader", "resolve"]
