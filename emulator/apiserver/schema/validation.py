"""Value validation: a schema compiled into validators that report every violation in the server's words.

Theory of operation. A ``Validator`` checks one place and calls its children; errors go into one list, with the path as the messages
print it (``spec.parts[0].name``; empty at the root). The returned number counts the checks that passed: of the alternatives of an
anyOf or oneOf that all fail, the one with most passed checks explains the failure. With the old value at hand an unchanged value is
never wrong (ratcheting): whatever was reported beneath it is taken back.

Source of rules and texts: k8s.io/kube-openapi/pkg/validation/{validate,errors},
k8s.io/apiextensions-apiserver/pkg/apiserver/validation/{validation,ratcheting}.go.
"""

from __future__ import annotations

import json
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, go_quote
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.formats import NUMERIC, format_check
from emulator.apiserver.schema.numbers import NumberRules, is_whole
from emulator.apiserver.schema.regexp import compile_pattern
from emulator.apiserver.schema.violations import NOWHERE, not_in, nowhere, wrong, wrong_type

ABSENT: Any = object()
_PLAIN_PASSED = 7  # what ``check`` counts for a string of which nothing is asked

_NAMES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
_GO_FORMATS = {"integer": "int64", "number": "float64"}
_ROOT_UNRATCHETED = frozenset({"apiVersion", "kind"})


def type_name(value: Any) -> str:
    """The JSON type of a value, as schemas name it."""
    return _NAMES.get(type(value), "null")


def same(one: Any, other: Any) -> bool:
    """Deep equality of JSON values in which ``true`` is not 1."""
    if type(one) is not type(other):
        return (
            isinstance(one, (int, float))
            and isinstance(other, (int, float))
            and not (isinstance(one, bool) or isinstance(other, bool))
            and one == other
        )
    if isinstance(one, dict):
        return len(one) == len(other) and all(name in other and same(item, other[name]) for name, item in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


class Validator:
    """The checks of one place in a schema."""

    __slots__ = (
        "additional",
        "all_of",
        "any_of",
        "check_format",
        "closed",
        "combined",
        "enum",
        "format",
        "items",
        "list_keys",
        "max_items",
        "max_length",
        "max_properties",
        "min_items",
        "min_length",
        "min_properties",
        "negated",
        "nullable",
        "numbers",
        "one_of",
        "pattern",
        "pattern_text",
        "plain",
        "properties",
        "required",
        "types",
        "unique",
    )

    def __init__(self, schema: Object) -> None:
        self.types: tuple[str, ...] = (schema["type"],) if schema.get("type") else ()
        if schema.get("x-kubernetes-int-or-string"):
            self.types = ("integer", "string")
        self.nullable = bool(schema.get("nullable"))
        given = schema.get("format") or ""
        self.check_format = format_check(given)
        self.format: str = given if self.check_format is not None or given in NUMERIC else ""
        self.enum: list[Any] = schema.get("enum") or []
        self.min_length, self.max_length = schema.get("minLength"), schema.get("maxLength")
        self.pattern_text: str = schema.get("pattern") or ""
        self.pattern = compile_pattern(self.pattern_text) if self.pattern_text else None
        self.numbers = NumberRules(schema, self.types, self.format)
        self.min_items, self.max_items = schema.get("minItems"), schema.get("maxItems")
        self.unique = bool(schema.get("uniqueItems"))
        self.min_properties, self.max_properties = schema.get("minProperties"), schema.get("maxProperties")
        self.required: tuple[str, ...] = tuple(schema.get("required") or ())
        self.properties = {name: Validator(sub) for name, sub in (schema.get("properties") or {}).items()}
        additional = schema.get("additionalProperties")
        self.additional = Validator(additional) if isinstance(additional, dict) else None
        self.closed = additional is False
        items = schema.get("items")
        self.items = Validator(items) if isinstance(items, dict) else None
        keyed = schema.get("x-kubernetes-list-type") == "map"
        self.list_keys: tuple[str, ...] = tuple(schema.get("x-kubernetes-list-map-keys") or ()) if keyed else ()
        self.all_of = [Validator(sub) for sub in schema.get("allOf") or ()]
        self.any_of = [Validator(sub) for sub in schema.get("anyOf") or ()]
        self.one_of = [Validator(sub) for sub in schema.get("oneOf") or ()]
        self.negated = Validator(schema["not"]) if isinstance(schema.get("not"), dict) else None
        # any string will do: nothing is asked of it but its type
        bounds = (self.max_length, self.min_length, self.pattern, self.check_format)
        limits = ("allOf", "anyOf", "oneOf", "not")
        self.plain = self.types == ("string",) and not self.enum and not any(schema.get(name) for name in limits)
        self.plain = self.plain and not self.format and all(bound is None for bound in bounds)
        self.combined = bool(self.all_of or self.any_of or self.one_of or self.negated is not None)

    def check(self, value: Any, path: str, found: list[FieldError], old: Any = ABSENT) -> int:
        """Append what is wrong with *value* to *found*; returns how many checks passed."""
        start = len(found)
        passed = self._check_null(path, found) if value is None else self._check_value(value, path, found, old)
        if len(found) > start and old is not ABSENT and same(value, old):
            del found[start:]
        return passed

    def _check_null(self, path: str, found: list[FieldError]) -> int:
        if self.types and not self.nullable and "null" not in self.types:
            found.append(wrong_type(path, ",".join(self.types), "null"))
            return 0
        if self.enum and None not in self.enum:
            found.append(not_in(path, None, self.enum))
        return 1

    def _check_value(self, value: Any, path: str, found: list[FieldError], old: Any) -> int:
        passed = 4  # the value itself, the combinators (twice) and the enumeration
        name = _NAMES[type(value)]
        if self.types or self.format:
            passed += 1
            if name not in self.types and (problem := self._type_problem(value, name, path)) is not None:
                found.append(problem)
            else:
                passed += 1
        if self.combined:
            passed += self._check_combined(value, path, found, old)
        if name == "string":
            passed += 1 + self._check_string(value, path, found)
        elif name in _GO_FORMATS:
            passed += 2
            self.numbers.check(value, path, found)
        elif name == "array":
            passed += 2 + self._check_list(value, path, found, old)
        if self.enum and not any(same(value, allowed) for allowed in self.enum):
            found.append(not_in(path, value, self.enum))
        if name == "object":
            passed += 1 + self._check_object(value, path, found, old)
        return passed

    def _type_problem(self, value: Any, name: str, path: str) -> FieldError | None:
        types = self.types
        if name == "number" and "integer" in types and is_whole(value):
            return None
        if name == "integer" and "number" in types:
            return None
        if self.format:
            if name in ("string", "array"):
                if "number" not in types and "integer" not in types:
                    return None
            elif _GO_FORMATS.get(name, "") != self.format:
                return wrong_type(path, self.format, _GO_FORMATS.get(name, ""))
        return wrong_type(path, ",".join(types), name)

    def _check_string(self, value: str, path: str, found: list[FieldError]) -> int:
        if self.max_length is not None and len(value) > self.max_length:
            found.append(fields.too_long(path or NOWHERE, self.max_length))
        elif self.min_length is not None and len(value) < self.min_length:
            found.append(wrong(path, value, f"should be at least {self.min_length} chars long"))
        elif self.pattern is not None and not self.pattern.search(value):
            found.append(wrong(path, value, f"should match '{self.pattern_text}'"))
        if self.check_format is None:
            return 0
        if not self.check_format(value):
            found.append(wrong_type(path, self.format, value))
        return 1

    def _check_list(self, value: list[Any], path: str, found: list[FieldError], old: Any) -> int:
        passed = 0
        items = self.items
        if items is not None:
            known = self._correlate(old) if old is not ABSENT else None
            for position, item in enumerate(value):
                before = known(item) if known is not None else ABSENT
                passed += items.check(item, f"{path}[{position}]", found, before)
        size = len(value)
        if self.min_items is not None and size < self.min_items:
            found.append(wrong(path, size, f"should have at least {self.min_items} items"))
        if self.max_items is not None and size > self.max_items:
            found.append(fields.too_many(path or NOWHERE, size, self.max_items))
        if self.unique and any(same(value[at], item) for at in range(size) for item in value[:at]):
            found.append(wrong(path, "", "shouldn't contain duplicates"))
        return passed

    def _correlate(self, old: Any) -> Any:
        """How to find an item's old value: by its keys in a map list, not at all in others."""
        if not self.list_keys or not isinstance(old, list):
            return None
        keys = self.list_keys
        table = {_key(item, keys): item for item in old if isinstance(item, dict)}
        return lambda item: table.get(_key(item, keys), ABSENT) if isinstance(item, dict) else ABSENT

    def _check_object(self, value: Object, path: str, found: list[FieldError], old: Any) -> int:
        size = len(value)
        if self.min_properties is not None and size < self.min_properties:
            found.append(wrong(path, size, f"should have at least {self.min_properties} properties"))
            return 0
        if self.max_properties is not None and size > self.max_properties:
            found.append(fields.too_many(path or NOWHERE, size, self.max_properties))
            return 0
        passed = 0
        properties, additional = self.properties, self.additional
        correlated = isinstance(old, dict)
        for name, item in value.items():
            known = properties.get(name)
            if known is not None:
                if known.plain and item.__class__ is str:
                    passed += _PLAIN_PASSED
                    continue
                before = old.get(name, ABSENT) if correlated else ABSENT
                if not path and name in _ROOT_UNRATCHETED:
                    before = ABSENT
                passed += known.check(item, f"{path}.{name}" if path else name, found, before)
            elif additional is not None:
                before = old.get(name, ABSENT) if correlated else ABSENT
                passed += additional.check(item, f"{path}.{name}", found, before)
            elif self.closed:
                detail = f"{path}.{name} in body is a forbidden property"
                found.append(fields.invalid(path or NOWHERE, name, detail))
        for name in self.required:
            if name not in value:
                found.append(fields.required(f"{path}.{name}" if path else name))
        return passed

    def _check_combined(self, value: Any, path: str, found: list[FieldError], old: Any) -> int:
        passed = 0
        if self.any_of:
            passed += self._check_any(value, path, found, old)
        if self.one_of:
            passed += self._check_one(value, path, found, old)
        if self.all_of:
            valid = 0
            for alternative in self.all_of:
                before = len(found)
                passed += alternative.check(value, path, found, old)
                valid += len(found) == before
            if valid != len(self.all_of):
                none = ". None validated" if valid == 0 else ""
                found.append(nowhere(f"{go_quote(path)} must validate all the schemas (allOf){none}"))
        if self.negated is not None:
            reported: list[FieldError] = []
            self.negated.check(value, path, reported, old)
            if not reported:
                found.append(nowhere(f"{go_quote(path)} must not validate the schema (not)"))
        return passed

    def _check_any(self, value: Any, path: str, found: list[FieldError], old: Any) -> int:
        best: list[FieldError] = []
        most = -1
        for alternative in self.any_of:
            reported: list[FieldError] = []
            passed = alternative.check(value, path, reported, old)
            if not reported:
                return passed
            if passed > most:
                best, most = reported, passed
        found.append(nowhere(f"{go_quote(path)} must validate at least one schema (anyOf)"))
        found.extend(best)
        return most

    def _check_one(self, value: Any, path: str, found: list[FieldError], old: Any) -> int:
        best: list[FieldError] = []
        most, valid, success = -1, 0, 0
        for alternative in self.one_of:
            reported: list[FieldError] = []
            passed = alternative.check(value, path, reported, old)
            if not reported:
                valid += 1
                success = success or passed
            elif passed > most:
                best, most = reported, passed
        if valid == 1:
            return success
        how = "Found none valid" if valid == 0 else f"Found {valid} valid alternatives"
        found.append(nowhere(f"{go_quote(path)} must validate one and only one schema (oneOf). {how}"))
        if valid == 0:
            found.extend(best)
            return most
        return 0


def _key(item: Object, names: tuple[str, ...]) -> str:
    return json.dumps([item.get(name) for name in names], sort_keys=True)
