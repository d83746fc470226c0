"""Numbers as the server compares and prints them: 64-bit integers beside floats.

Source of the rules: github.com/go-openapi/swag (the number checks of kube-openapi) and Go's strconv.
"""

from __future__ import annotations

import math

from emulator.apiserver.apimachinery.fields import go_float

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
    low, high = _LIMITS.get(form, _LIMITS["int64"])
    return low <= int(value) <= high


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
