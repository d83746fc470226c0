"""What type an expression has, and what does not fit: the complaints are worded and placed as those of cel-go's checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from emulator.apiserver.schema.cel import types
from emulator.apiserver.schema.cel.functions import FORMATS, GLOBALS, METHODS, NAMESPACED, WELL_KNOWN
from emulator.apiserver.schema.cel.literals import Uint
from emulator.apiserver.schema.cel.overloads import OVERLOADS, Overload
from emulator.apiserver.schema.cel.syntax import Node, dotted
from emulator.apiserver.schema.cel.types import BOOL, DYN, INT, STRING, UNKNOWN, Type, list_of, optional_of
from emulator.apiserver.schema.cel.values import CelError

Names = Mapping[str, Type]
_OPERATORS = {name: f"_{name}_" for name in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||")}
_OPERATORS |= {"in": "@in", "not": "!_", "neg": "-_", "?:": "_?_:_", "index": "_[_]", "optindex": "_[?_]"}
_LITERALS: tuple[tuple[type, Type], ...] = (
    (bool, BOOL), (Uint, types.UINT), (int, INT), (float, types.DOUBLE), (str, STRING), (bytes, types.BYTES),
)  # fmt: skip
_TYPE_NAMES = {name: Type(name) for name in ("int", "uint", "double", "bool", "string", "bytes")}
_TYPE_NAMES |= {"list": list_of(DYN), "map": Type("map", (DYN, DYN)), "null_type": types.NULL, "type": UNKNOWN}
_CHECKED_LITERALS = ("duration", "timestamp", "matches")


class Complaint(NamedTuple):
    """What does not fit, and where in the text."""

    at: int
    text: str


def infer(tree: Node, names: Names) -> tuple[Type, list[Complaint]]:
    """The type of an expression whose variables have these types, and the complaints by their place."""
    walk = _Walk()
    found = walk.of(tree, names)
    return found, sorted(walk.complaints or walk.literals, key=lambda complaint: complaint.at)


class _Walk:
    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self.literals: list[Complaint] = []  # cel-go looks at these only when all types fit
        self.mixed = 0  # how many calls of format() we are in: their lists may mix types

    def complain(self, at: int, text: str) -> Type:
        self.complaints.append(Complaint(at, text))
        return UNKNOWN

    def of(self, tree: Node, names: Names) -> Type:
        """The type of a piece."""
        operator = _OPERATORS.get(tree.sort)
        if operator is not None:
            return self.resolve(operator, [self.of(part, names) for part in tree.parts], tree.at)
        return _SORTS[tree.sort](self, tree, names)

    def literal(self, tree: Node, names: Names) -> Type:
        return next((kind for python, kind in _LITERALS if isinstance(tree.parts[0], python)), types.NULL)

    def name(self, tree: Node, names: Names) -> Type:
        name = tree.parts[0]
        if name in names:
            return names[name]
        if name in _TYPE_NAMES:
            return Type("type", (_TYPE_NAMES[name],))
        return self.complain(tree.at, f"undeclared reference to '{name}' (in container '')")

    def select(self, tree: Node, names: Names) -> Type:
        path = dotted(tree)
        if path is not None and path in names:
            return names[path]
        if path in WELL_KNOWN:
            return Type("type", (Type(str(path).rpartition(".")[2].lower()),))
        holder, name = self.of(tree.parts[0], names), tree.parts[1]
        optional = tree.sort == "optselect" or holder.name == "optional_type"
        if holder.name == "optional_type":
            holder = holder.params[0]
        found = self.field(holder, name, tree.at)
        if tree.sort == "has":
            return BOOL
        return optional_of(found) if optional and found != UNKNOWN else found

    def field(self, holder: Type, name: str, at: int) -> Type:
        if holder in (DYN, UNKNOWN):
            return holder
        if holder.name == "map":
            return holder.params[1]
        if holder.fields is None:
            return self.complain(at, f"type '{holder}' does not support field selection")
        return holder.fields.get(name) or self.complain(at, f"undefined field '{name}'")

    def list_literal(self, tree: Node, names: Names) -> Type:
        found: Type | None = None
        for item in tree.parts:
            optional = item.sort == "optitem"
            kind = self.of(item.parts[0] if optional else item, names)
            found = self.join(found, _unwrapped(kind, optional), item.at)
        return list_of(found or DYN)

    def map_literal(self, tree: Node, names: Names) -> Type:
        keys: Type | None = None
        values: Type | None = None
        for key, value in tree.parts:
            optional = key.sort == "optitem"
            keys = self.join(keys, self.of(key.parts[0] if optional else key, names), key.at)
            values = self.join(values, _unwrapped(self.of(value, names), optional), value.at)
        return Type("map", (keys or DYN, values or DYN))

    def join(self, before: Type | None, kind: Type, at: int) -> Type:
        if before is None:
            return kind
        if types.assignable(before, kind, {}):
            return DYN if DYN in (before, kind) else kind
        if not self.mixed:
            self.literals.append(Complaint(at, f"expected type '{before}' but found '{kind}'"))
        return DYN

    def struct(self, tree: Node, names: Names) -> Type:
        for _, _, value in tree.parts[1]:
            self.of(value, names)
        return UNKNOWN

    def call(self, tree: Node, names: Names) -> Type:
        name, arguments = tree.parts
        given = [self.of(argument, names) for argument in arguments]
        self.check_literal(name, arguments)
        if name not in OVERLOADS and name in GLOBALS:
            return UNKNOWN
        return self.resolve(name, given, tree.at)

    def method(self, tree: Node, names: Names) -> Type:
        target, name, arguments = tree.parts
        self.mixed += name == "format"
        given = [self.of(argument, names) for argument in arguments]
        self.mixed -= name == "format"
        self.check_literal(name, arguments)
        path = dotted(target)
        if path is not None and path not in names:
            if path == "format" and name in FORMATS and not given:
                return Type("kubernetes.NamedFormat")
            if f"{path}.{name}" in OVERLOADS:
                return self.resolve(f"{path}.{name}", given, tree.at)
            if f"{path}.{name}" in NAMESPACED:
                return UNKNOWN
        holder = self.of(target, names)
        if name not in OVERLOADS and name in METHODS:
            return UNKNOWN
        return self.resolve(name, given, tree.at, holder)

    def check_literal(self, name: str, arguments: tuple[Node, ...]) -> None:
        """A literal that its function will never take is refused before it is asked."""
        last = arguments[-1] if arguments else None
        if name not in _CHECKED_LITERALS or last is None or last.sort != "literal" or type(last.parts[0]) is not str:
            return
        try:
            GLOBALS[name](*(["", last.parts[0]] if name == "matches" else [last.parts[0]]))
        except CelError:
            self.literals.append(Complaint(last.at, f"invalid {name} argument"))

    def resolve(self, name: str, given: list[Type], at: int, target: Type | None = None) -> Type:
        """The result of a function for these arguments."""
        overloads = OVERLOADS.get(name)
        if overloads is None:
            return self.complain(at, f"undeclared reference to '{name}' (in container '')")
        everything = given if target is None else [target, *given]
        results = [found for overload in overloads if (found := _taken(overload, everything, target is not None))]
        if not results:
            shown = f"({', '.join(map(str, given))})"
            applied = shown if target is None else f"{target}.{shown}"
            return self.complain(at, f"found no matching overload for '{name}' applied to '{applied}'")
        return results[0] if all(found == results[0] for found in results) else DYN

    def macro(self, tree: Node, names: Names) -> Type:
        target, name, arguments = tree.parts
        if name == "bind":
            return self.of(arguments[2], {**names, arguments[0].parts[0]: self.of(arguments[1], names)})
        holder = self.of(target, names)
        if name in ("optMap", "optFlatMap"):
            inside = holder.params[0] if holder.name == "optional_type" else UNKNOWN
            found = self.of(arguments[1], {**names, arguments[0].parts[0]: inside})
            return found if name == "optFlatMap" or found == UNKNOWN else optional_of(found)
        twofold = name.startswith("transform") or (len(arguments) == 3 and name != "map")
        bound = self.bound(holder, arguments, target.at, twofold)
        body = [self.of(argument, {**names, **bound}) for argument in arguments[2 if twofold else 1 :]]
        item = next(iter(bound.values()))
        if name in ("all", "exists"):
            return self.resolve("_&&_" if name == "all" else "_||_", [BOOL, body[0]], tree.at)
        if name in ("exists_one", "existsOne"):
            self.resolve("_?_:_", [body[0], INT, INT], tree.at)
            return BOOL
        result = list_of(item if name == "filter" else body[-1])
        if name == "filter" or len(body) == 2:
            self.resolve("_?_:_", [body[0], result, result], tree.at)
        if name == "transformMapEntry":
            return body[-1]
        return Type("map", (item, body[-1])) if name == "transformMap" else result

    def bound(self, holder: Type, arguments: tuple[Node, ...], at: int, twofold: bool) -> dict[str, Type]:
        """The types of the variables that a comprehension binds."""
        kinds = (UNKNOWN, UNKNOWN)
        if holder.name == "list":
            kinds = (INT, holder.params[0]) if twofold else (holder.params[0], UNKNOWN)
        elif holder.name == "map":
            kinds = (holder.params[0], holder.params[1])
        elif holder not in (DYN, UNKNOWN):
            text = f"expression of type '{holder}' cannot be range of a comprehension (must be list, map, or dynamic)"
            self.complain(at, text)
        named = [argument.parts[0] for argument in arguments[: 2 if twofold else 1]]
        return dict(zip(named, kinds, strict=False))


def _unwrapped(kind: Type, optional: bool) -> Type:
    return kind.params[0] if optional and kind.name == "optional_type" else kind


def _taken(overload: Overload, given: list[Type], member: bool) -> Type | None:
    if overload.member != member or len(overload.arguments) != len(given):
        return None
    bound: types.Bound = {}
    pairs = zip(given, overload.arguments, strict=True)
    return types.resolved(overload.result, bound) if all(types.assignable(*pair, bound) for pair in pairs) else None


_SORTS: dict[str, Callable[[_Walk, Node, Names], Type]] = {
    "literal": _Walk.literal,
    "name": _Walk.name,
    "select": _Walk.select,
    "optselect": _Walk.select,
    "has": _Walk.select,
    "list": _Walk.list_literal,
    "map": _Walk.map_literal,
    "struct": _Walk.struct,
    "call": _Walk.call,
    "method": _Walk.method,
    "macro": _Walk.macro,
}
