"""Numbers as the server compares and prints them: 64-bit integers beside floats.

Source of the rules: k8s.io/kube-openapi/pkg/validation/validate, github.com/go-openapi/swag, Go's strconv.
"""

from __future__ import annotations

import math

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, go_float
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.schema.violations import NOWHERE, nowhere, wrong

_LIMITS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_LARGEST_FLOAT32 = 3.4028235677973366e38  # from here on a float of 32 bits is infinite
_LARGEST_JSON_INTEGER = float(2**53 - 1)
_EPSILON = 1e-9


def fits(value: float, sort: str, form: str) -> bool:
    """Whether a number is within what a type (``integer``, ``number``) and a format can hold."""
    if sort != "integer":
        return form != "float" or abs(value) < _LARGEST_FLOAT32
    if isinstance(value, float) and not value.is_integer():
        return False
    low, high = limits(form)
    return low <= int(value) <= high


def limits(form: str) -> tuple[int, int]:
    """The least and the greatest integer of a format."""
    return _LIMITS.get(form, _LIMITS["int64"])


def is_whole(value: float) -> bool:
    """Whether a float counts as an integer: up to 2^53, with a little tolerance."""
    if math.isnan(value) or math.isinf(value) or abs(value) > _LARGEST_JSON_INTEGER:
        return False
    nearest = float(math.trunc(value))
    if value == nearest:
        return True
    if nearest == 0:
        return False
    return abs(value - nearest) / (abs(value) + abs(nearest)) < _EPSILON


def is_multiple(value: float, factor: float) -> bool:
    """Whether *value* is a multiple of a positive *factor*: exactly among integers, with a little tolerance among floats."""
    if isinstance(value, int) and isinstance(factor, int):
        return value % factor == 0
    return is_whole(1 / factor * value if factor < 1 else value / factor)


def text(value: float) -> str:
    """A number as Go's %v prints it: ``100``, ``0.5``, ``1e+21``."""
    return go_float(value) if isinstance(value, float) else str(value)


class NumberRules:
    """What a schema says about numbers: bounds, factor, and the range of the type."""

    __slots__ = ("bounded", "format", "maximum", "minimum", "multiple_of", "over", "type", "under")

    def __init__(self, schema: Object, types: tuple[str, ...], form: str) -> None:
        self.minimum, self.maximum = schema.get("minimum"), schema.get("maximum")
        self.over, self.under = bool(schema.get("exclusiveMinimum")), bool(schema.get("exclusiveMaximum"))
        self.multiple_of = schema.get("multipleOf")
        self.type = types[0] if types in (("integer",), ("number",)) else None
        self.format = form
        self.bounded = any(bound is not None for bound in (self.minimum, self.maximum, self.multiple_of))

    def check(self, value: float, path: str, found: list[FieldError]) -> None:
        """Append what is wrong with a number."""
        problem = self._range_problem(value, "Checked", path)
        if problem is not None:
            found.append(problem)
        if self.multiple_of is not None:
            self._check_multiple(value, float(self.multiple_of), path, found)
        if self.minimum is not None:
            bound, exact = self._bound(value, self.minimum, "Minimum boundary", path, found)
            if exact < bound or (self.over and exact == bound):
                word = "greater than" if self.over else "greater than or equal to"
                found.append(wrong(path, exact, f"should be {word} {text(bound)}"))
        if self.maximum is not None:
            bound, exact = self._bound(value, self.maximum, "Maximum boundary", path, found)
            if exact > bound or (self.under and exact == bound):
                word = "less than" if self.under else "less than or equal to"
                found.append(wrong(path, exact, f"should be {word} {text(bound)}"))

    def _range_problem(self, value: float, what: str, path: str) -> FieldError | None:
        """Whether a number fits the type and format; the server reports this without a path."""
        if self.type is None or fits(value, self.type, self.format):
            return None
        sort = f"{self.type} with format {self.format}" if self.format else f"{self.type} (default format)"
        return nowhere(f"{what} value must be of type {sort} in {path}")

    def _bound(self, value: float, bound: float, what: str, path: str, found: list[FieldError]) -> tuple[float, float]:
        """The bound and the value as they are compared: as integers when the value is one and the bound can be."""
        problem = self._range_problem(float(bound), what, path)
        if problem is not None:
            found.append(problem)
            return float(bound), float(value)
        return (int(bound), value) if isinstance(value, int) else (float(bound), value)

    def _check_multiple(self, value: float, factor: float, path: str, found: list[FieldError]) -> None:
        problem = self._range_problem(factor, "MultipleOf", path)
        if problem is not None:
            found.append(problem)
            value = float(value)
        elif isinstance(value, int):
            factor = int(factor)  # as the server does: 0.5 becomes 0, which it then refuses
        if factor <= 0:
            detail = f"factor MultipleOf declared for {path} must be positive: {text(factor)}"
            found.append(fields.invalid(path or NOWHERE, factor, detail))
        elif not is_multiple(value, factor):
            found.append(wrong(path, value, f"should be a multiple of {text(factor)}"))
