"""Trees to closures: a rule is compiled once, and evaluating it walks no tree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from emulator.apiserver.schema.cel.functions import (
    GLOBALS,
    METHODS,
    NAMESPACED,
    NO_OVERLOAD,
    TYPES,
    WELL_KNOWN,
    TypeValue,
)
from emulator.apiserver.schema.cel.syntax import Node, dotted, parse
from emulator.apiserver.schema.cel.values import REQUEST_RESOURCE, CelError, Optional, Struct

Scope = dict[str, Any]
Step = Callable[[Scope], Any]
_LIMIT = 1 << 63


@lru_cache(maxsize=2048)
def program(text: str) -> Step:
    """An expression, ready to be evaluated. Raises CelSyntaxError, CelError (unknown functions)."""
    return _compile(parse(text))


def _compile(node: Node) -> Step:
    return _BUILDERS[node.sort](node)


def _literal(node: Node) -> Step:
    value = node.parts[0]
    return lambda scope: value


def _name(node: Node) -> Step:
    name = node.parts[0]
    if name in TYPES:
        constant = TypeValue(TYPES[name])
        return lambda scope: scope.get(name, constant)

    def read(scope: Scope) -> Any:
        try:
            return scope[name]
        except KeyError:
            raise CelError(f"no such attribute(s): {name}") from None

    return read


def _select(node: Node) -> Step:
    if (path := dotted(node)) in WELL_KNOWN:
        constant = TypeValue(str(path))
        return lambda scope: constant
    if path == REQUEST_RESOURCE:
        return _name(Node("name", (path,), node.at))
    holder, name = _compile(node.parts[0]), node.parts[1]

    def read(scope: Scope) -> Any:
        value = holder(scope)
        if isinstance(value, Optional):
            if not value.has or not isinstance(value.value, dict) or name not in value.value:
                return Optional()
            return Optional(True, value.value[name])
        if not isinstance(value, dict):
            raise CelError(NO_OVERLOAD)
        try:
            return value[name]
        except KeyError:
            raise CelError(f"no such key: {name}") from None

    return read


def _optional_select(node: Node) -> Step:
    holder, name = _compile(node.parts[0]), node.parts[1]
    return lambda scope: _look_up(holder(scope), name)


def _look_up(value: Any, key: Any) -> Optional:
    if isinstance(value, Optional):
        if not value.has:
            return value
        value = value.value
    if isinstance(value, dict) and key in value:
        return Optional(True, value[key])
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return Optional(True, value[key])
    return Optional()


def _optional_index(node: Node) -> Step:
    holder, index = _compile(node.parts[0]), _compile(node.parts[1])
    return lambda scope: _look_up(holder(scope), index(scope))


def _index(node: Node) -> Step:
    holder, index = _compile(node.parts[0]), _compile(node.parts[1])

    def read(scope: Scope) -> Any:
        value, key = holder(scope), index(scope)
        if isinstance(value, list):
            if isinstance(key, bool) or not isinstance(key, int):
                raise CelError(NO_OVERLOAD)
            if not 0 <= key < len(value):
                raise CelError(f"index out of bounds: {key}")
            return value[key]
        if isinstance(value, dict):
            if key not in value:
                raise CelError(f"no such key: {key}")
            return value[key]
        if isinstance(value, Optional):
            return _look_up(value, key)
        raise CelError(NO_OVERLOAD)

    return read


def _has(node: Node) -> Step:
    holder, name = _compile(node.parts[0]), node.parts[1]

    def check(scope: Scope) -> bool:
        value = holder(scope)
        if isinstance(value, Optional):
            value = value.value if value.has else {}
        if not isinstance(value, dict):
            raise CelError(NO_OVERLOAD)
        return name in value

    return check


def _call(function: Callable[..., Any], arguments: list[Step]) -> Step:
    def call(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        try:
            return function(*values)
        except CelError:
            raise
        except (TypeError, AttributeError, ValueError, IndexError, OverflowError):
            raise CelError(NO_OVERLOAD) from None

    return call


def _global(node: Node) -> Step:
    name, arguments = node.parts
    function = GLOBALS.get(name)
    if function is None:
        raise CelError(f"undeclared reference to '{name}' (in container '')")
    return _call(function, [_compile(argument) for argument in arguments])


def _method(node: Node) -> Step:
    target, name, arguments = node.parts
    path = dotted(target)
    compiled = [_compile(argument) for argument in arguments]
    if path is not None and f"{path}.{name}" in NAMESPACED:
        return _call(NAMESPACED[f"{path}.{name}"], compiled)
    function = METHODS.get(name)
    if function is None:
        raise CelError(f"undeclared reference to '{name}' (in container '')")
    return _call(function, [_compile(target), *compiled])


def _list(node: Node) -> Step:
    items = [(part.sort == "optitem", _compile(_inside(part))) for part in node.parts]

    def build(scope: Scope) -> list[Any]:
        found: list[Any] = []
        for optional, step in items:
            value = step(scope)
            if not optional:
                found.append(value)
            elif value.has:
                found.append(value.value)
        return found

    return build


def _map(node: Node) -> Step:
    entries = [(key.sort == "optitem", _compile(_inside(key)), _compile(value)) for key, value in node.parts]

    def build(scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for optional, name, step in entries:
            key, value = name(scope), step(scope)
            if not optional:
                found[key] = value
            elif value.has:
                found[key] = value.value
        return found

    return build


def _inside(part: Node) -> Node:
    """An item or a key without its question mark."""
    found: Node = part.parts[0] if part.sort == "optitem" else part
    return found


def _struct(node: Node) -> Step:
    name, members = node.parts
    if name != "JSONPatch" and name.partition(".")[0] != "Object":
        raise CelError(f"undeclared reference to '{name}' (in container '')")
    fields = [(field, optional, _compile(value)) for field, optional, value in members]

    def build(scope: Scope) -> Struct:
        found: Scope = {}
        for field, optional, step in fields:
            value = step(scope)
            if not optional:
                found[field] = value
            elif value.has:
                found[field] = value.value
        return Struct(name, found)

    return build


def _not(node: Node) -> Step:
    operand = _compile(node.parts[0])

    def negate(scope: Scope) -> bool:
        value = operand(scope)
        if not isinstance(value, bool):
            raise CelError(NO_OVERLOAD)
        return not value

    return negate


def _negative(node: Node) -> Step:
    operand = _compile(node.parts[0])

    def negate(scope: Scope) -> Any:
        value = operand(scope)
        if isinstance(value, bool) or not isinstance(value, (int, float, timedelta)):
            raise CelError(NO_OVERLOAD)
        return -value

    return negate


def _logic(stop: bool) -> Callable[[Node], Step]:
    """``&&`` and ``||``: a side that decides makes up for an error on the other."""

    def build(node: Node) -> Step:
        left, right = _compile(node.parts[0]), _compile(node.parts[1])

        def decide(scope: Scope) -> bool:
            trouble: CelError | None = None
            for side in (left, right):
                try:
                    value = side(scope)
                except CelError as error:
                    trouble = trouble or error
                    continue
                if not isinstance(value, bool):
                    trouble = trouble or CelError(NO_OVERLOAD)
                elif value is stop:
                    return stop
            if trouble is not None:
                raise trouble
            return not stop

        return decide

    return build


def _choice(node: Node) -> Step:
    condition, yes, no = (_compile(part) for part in node.parts)

    def choose(scope: Scope) -> Any:
        value = condition(scope)
        if not isinstance(value, bool):
            raise CelError(NO_OVERLOAD)
        return yes(scope) if value else no(scope)

    return choose


def _binary(operate: Callable[[Any, Any], Any]) -> Callable[[Node], Step]:
    def build(node: Node) -> Step:
        left, right = _compile(node.parts[0]), _compile(node.parts[1])
        return lambda scope: operate(left(scope), right(scope))

    return build


def equal(one: Any, two: Any) -> bool:
    """CEL's equality: across numeric types, never between a boolean and a number."""
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    return bool(one == two)


_ORDERED = (int, float, str, bytes, datetime, timedelta)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(one: Any, two: Any) -> bool:
        if not isinstance(one, _ORDERED) or not isinstance(two, _ORDERED):
            raise CelError(NO_OVERLOAD)
        try:
            return bool(test(one, two))
        except TypeError:
            raise CelError(NO_OVERLOAD) from None

    return compare


def _add(one: Any, two: Any) -> Any:
    if isinstance(one, bool) or isinstance(two, bool):
        raise CelError(NO_OVERLOAD)
    try:
        return _checked(one + two)
    except TypeError:
        raise CelError(NO_OVERLOAD) from None


def _checked(value: Any) -> Any:
    if isinstance(value, int) and not -_LIMIT <= value < _LIMIT:
        raise CelError("return error for overflow")
    return value


def _arithmetic(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def calculate(one: Any, two: Any) -> Any:
        if isinstance(one, (bool, str, list)) or isinstance(two, (bool, str, list)):
            raise CelError(NO_OVERLOAD)
        try:
            return _checked(operate(one, two))
        except TypeError:
            raise CelError(NO_OVERLOAD) from None

    return calculate


def _divide(one: Any, two: Any) -> Any:
    if isinstance(one, int) and isinstance(two, int):
        if two == 0:
            raise CelError("division by zero")
        quotient = abs(one) // abs(two)
        return quotient if (one >= 0) == (two >= 0) else -quotient
    if two == 0:
        return float("inf") if one > 0 else float("-inf") if one < 0 else float("nan")
    return one / two


def _modulo(one: Any, two: Any) -> Any:
    if two == 0:
        raise CelError("modulus by zero")
    return one - two * _divide(one, two)


def _within(one: Any, two: Any) -> bool:
    if isinstance(two, dict):
        return one in two
    if isinstance(two, list):
        return any(equal(one, item) for item in two)
    raise CelError(NO_OVERLOAD)


def _macro(node: Node) -> Step:
    target, name, arguments = node.parts
    if name in ("optMap", "optFlatMap"):
        return _opt_map(_compile(target), arguments, flat=name == "optFlatMap")
    if name == "bind":
        if dotted(target) != "cel":
            raise CelError(f"undeclared reference to '{name}' (in container '')")
        variable, value, body = arguments[0].parts[0], _compile(arguments[1]), _compile(arguments[2])
        return lambda scope: body({**scope, variable: value(scope)})
    return _comprehension(_compile(target), name, arguments)


def _opt_map(target: Step, arguments: tuple[Node, ...], *, flat: bool) -> Step:
    variable, body = arguments[0].parts[0], _compile(arguments[1])

    def apply(scope: Scope) -> Optional:
        value = target(scope)
        if not value.has:
            return Optional()
        result = body({**scope, variable: value.value})
        return result if flat else Optional(True, result)

    return apply


def _comprehension(target: Step, name: str, arguments: tuple[Node, ...]) -> Step:
    two = name.startswith("transform") or (name in ("all", "exists", "exists_one", "existsOne") and len(arguments) == 3)
    variables = [argument.parts[0] for argument in arguments[: 2 if two else 1]]
    steps = [_compile(argument) for argument in arguments[len(variables) :]]

    def scopes(scope: Scope) -> list[tuple[Any, Scope]]:
        items = target(scope)
        if isinstance(items, dict):
            pairs = list(items.items()) if two else [(key, key) for key in items]
        elif isinstance(items, list):
            pairs = list(enumerate(items))
        else:
            raise CelError(NO_OVERLOAD)
        if two:
            return [(key, {**scope, variables[0]: key, variables[1]: item}) for key, item in pairs]
        return [(item, {**scope, variables[0]: item}) for _, item in pairs]

    return _REDUCERS[name](scopes, steps)


Scopes = Callable[[Scope], list[tuple[Any, Scope]]]


def _decide(stop: bool) -> Callable[[Scopes, list[Step]], Step]:
    """``all`` and ``exists``: one item that decides makes up for errors on others."""

    def build(scopes: Scopes, steps: list[Step]) -> Step:
        def run(scope: Scope) -> bool:
            trouble: CelError | None = None
            for _, inner in scopes(scope):
                try:
                    value = steps[0](inner)
                except CelError as error:
                    trouble = trouble or error
                    continue
                if not isinstance(value, bool):
                    trouble = trouble or CelError(NO_OVERLOAD)
                elif value is stop:
                    return stop
            if trouble is not None:
                raise trouble
            return not stop

        return run

    return build


def _exists_one(scopes: Scopes, steps: list[Step]) -> Step:
    return lambda scope: sum(steps[0](inner) is True for _, inner in scopes(scope)) == 1


def _filter(scopes: Scopes, steps: list[Step]) -> Step:
    return lambda scope: [item for item, inner in scopes(scope) if steps[0](inner) is True]


def _transform(scopes: Scopes, steps: list[Step]) -> Step:
    if len(steps) == 1:
        return lambda scope: [steps[0](inner) for _, inner in scopes(scope)]
    return lambda scope: [steps[1](inner) for _, inner in scopes(scope) if steps[0](inner) is True]


def _transform_map(scopes: Scopes, steps: list[Step]) -> Step:
    if len(steps) == 1:
        return lambda scope: {key: steps[0](inner) for key, inner in scopes(scope)}
    return lambda scope: {key: steps[1](inner) for key, inner in scopes(scope) if steps[0](inner) is True}


def _transform_entries(scopes: Scopes, steps: list[Step]) -> Step:
    def build(scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _, inner in scopes(scope):
            if len(steps) == 2 and steps[0](inner) is not True:
                continue
            for key, value in steps[-1](inner).items():
                if key in found:
                    raise CelError(f"insert failed: key {key} already exists")
                found[key] = value
        return found

    return build


_REDUCERS: dict[str, Callable[[Scopes, list[Step]], Step]] = {
    "all": _decide(False),
    "exists": _decide(True),
    "exists_one": _exists_one,
    "existsOne": _exists_one,
    "filter": _filter,
    "map": _transform,
    "transformList": _transform,
    "transformMap": _transform_map,
    "transformMapEntry": _transform_entries,
}
_BUILDERS: dict[str, Callable[[Node], Step]] = {
    "literal": _literal,
    "name": _name,
    "select": _select,
    "optselect": _optional_select,
    "index": _index,
    "optindex": _optional_index,
    "has": _has,
    "call": _global,
    "method": _method,
    "macro": _macro,
    "list": _list,
    "map": _map,
    "struct": _struct,
    "not": _not,
    "neg": _negative,
    "&&": _logic(False),
    "||": _logic(True),
    "?:": _choice,
    "==": _binary(equal),
    "!=": _binary(lambda one, two: not equal(one, two)),
    "<": _binary(_compare(lambda one, two: one < two)),
    "<=": _binary(_compare(lambda one, two: one <= two)),
    ">": _binary(_compare(lambda one, two: one > two)),
    ">=": _binary(_compare(lambda one, two: one >= two)),
    "+": _binary(_add),
    "-": _binary(_arithmetic(lambda one, two: one - two)),
    "*": _binary(_arithmetic(lambda one, two: one * two)),
    "/": _binary(_arithmetic(_divide)),
    "%": _binary(_arithmetic(_modulo)),
    "in": _binary(_within),
}
