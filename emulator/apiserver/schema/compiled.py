"""One version of a custom resource's schema, compiled once: pruned, defaulted and validated against, object by object.

The order of the checks is the server's: values, scale paths, embedded resources, list uniqueness, and at last the rules (CEL), which
are not run when the object is malformed. The rules' engine is loaded only by schemas that have rules.
Source: k8s.io/apiextensions-apiserver/pkg/registry/customresource/{strategy,status_strategy,validator}.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.certain import Certain, fitting, settled
from emulator.apiserver.schema.defaulting import default
from emulator.apiserver.schema.embedded import coerce_embedded, validate_embedded
from emulator.apiserver.schema.lists import repeated
from emulator.apiserver.schema.pruning import prune
from emulator.apiserver.schema.scale import Scale
from emulator.apiserver.schema.structural import Node
from emulator.apiserver.schema.validation import ABSENT, Validator
from emulator.apiserver.schema.violations import NOWHERE

_BLOCKING = frozenset(
    {
        "FieldValueNotSupported",
        "FieldValueRequired",
        "FieldValueTooLong",
        "FieldValueTooMany",
        "FieldValueTypeInvalid",
    }
)
_UNCHECKED = (
    "some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation"
)


class Rules(Protocol):
    """The ``x-kubernetes-validations`` of a schema."""

    def validate(self, obj: Object, old: Object | None) -> tuple[list[FieldError], list[str]]:
        """The rules that the object breaks; as warnings those that it broke before, where it is unchanged."""
        ...


class CompiledSchema:
    """A schema ready for use. ``node`` is the schema itself, which is not to be changed any more."""

    def __init__(self, schema: Object | None, *, preserve_unknown: bool = False, scale: Object | None = None) -> None:
        self.node: Object = schema or {}
        if preserve_unknown and not self.node.get("x-kubernetes-preserve-unknown-fields"):
            self.node = {**self.node, "x-kubernetes-preserve-unknown-fields": True}
        self.structure = Node(self.node)
        self.validator = Validator(self.node)
        self.status_validator = self.validator.properties.get("status")
        self.scale = Scale(scale) if scale else None
        self._rules: Rules | None = None
        self._has_rules = has_rules(self.node)

    @property
    def rules(self) -> Rules | None:
        """The schema's CEL rules, compiled at first use; None when it has none."""
        if self._has_rules and self._rules is None:
            from emulator.apiserver.schema.cel.rules import RuleSet

            self._rules = RuleSet(self.node)
        return self._rules

    @cached_property
    def settled(self) -> Certain:
        """Whether an object certainly has nothing to prune and to default."""
        return settled(self.structure, root=True)

    @cached_property
    def _fitting(self) -> Certain:
        return fitting(self.validator)

    def prune(self, obj: Object) -> list[str]:
        """Drop unknown fields in place; returns their paths as the strict decoder lists them.

        Raises ValueError when the metadata of an embedded resource cannot be read.
        """
        dropped = [] if self.settled(obj) else prune(obj, self.structure)
        if self.structure.holds_embedded:
            dropped += coerce_embedded(obj, self.structure)
        return dropped

    def default(self, obj: Object) -> None:
        """Fill in defaults in place, and drop nulls that may not be."""
        if not self.settled(obj):
            default(obj, self.structure)

    def validate(self, obj: Object, old: Object | None = None) -> tuple[list[FieldError], list[str]]:
        """Everything wrong with an object; beside it, warnings for what is wrong and was tolerated (ratcheting)."""
        found: list[FieldError] = []
        if not self._fitting(obj):
            self.validator.check(obj, "", found)
            if found and old is not None:
                found = []
                self.validator.check(obj, "", found, old)
            found = _distinct(found)
        if self.scale is not None:
            found += self.scale.validate(obj)
        if self.structure.holds_embedded:
            found += validate_embedded(obj, self.structure)
        return self._finish(obj, old, found)

    def validate_status(self, obj: Object, old: Object) -> tuple[list[FieldError], list[str]]:
        """As ``validate``, for a write that changes nothing but the status."""
        found: list[FieldError] = []
        if self.status_validator is not None and "status" in obj:
            status = obj["status"]
            self.status_validator.check(status, "", found)
            if found:
                found = []
                self.status_validator.check(status, "", found, old.get("status", ABSENT))
            found = [_beneath("status", error) for error in _distinct(found)]
        if self.scale is not None:
            found += self.scale.validate_status(obj)
        return self._finish(obj, old, found)

    def _finish(self, obj: Object, old: Object | None, found: list[FieldError]) -> tuple[list[FieldError], list[str]]:
        if self.structure.holds_unique:
            again = repeated(obj, self.structure)
            if again and (old is None or not repeated(old, self.structure)):
                found += again
        rules = self.rules
        if rules is None:
            return found, []
        if any(error.reason in _BLOCKING for error in found):
            return [*found, fields.invalid(NOWHERE, None, _UNCHECKED)], []
        broken, tolerated = rules.validate(obj, old)
        return found + broken, tolerated


def has_rules(schema: Any) -> bool:
    """Whether a schema has ``x-kubernetes-validations`` anywhere."""
    if isinstance(schema, dict):
        if schema.get("x-kubernetes-validations"):
            return True
        below: list[Any] = [schema.get(name) for name in ("items", "additionalProperties", "not")]
        below.extend((schema.get("properties") or {}).values())
        for name in ("allOf", "anyOf", "oneOf"):
            below.extend(schema.get(name) or ())
        return any(has_rules(sub) for sub in below if isinstance(sub, dict))
    return False


def validate_value(value: Any, validator: Validator, path: str) -> list[FieldError]:
    """What is wrong with a value that stands at *path* and was checked on its own (a default)."""
    found: list[FieldError] = []
    validator.check(value, "", found)
    return [_beneath(path, error) for error in _distinct(found)]


def _beneath(path: str, error: FieldError) -> FieldError:
    return replace(error, path=path if error.path == NOWHERE else f"{path}.{error.path.removeprefix('.')}")


def _distinct(found: Iterable[FieldError]) -> list[FieldError]:
    """Without errors that say the same again, as two alternatives of an allOf may."""
    kept: dict[tuple[str, str, str], FieldError] = {}
    for error in found:
        kept.setdefault((error.reason, error.path, error.detail), error)
    return list(kept.values())
