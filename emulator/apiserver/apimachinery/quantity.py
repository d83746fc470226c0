"""Quantities (``500m``, ``1Gi``, ``2e3``): read, brought into canonical form, compared.

Source of the rules: k8s.io/apimachinery/pkg/api/resource (quantity.go, suffix.go).
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any

WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
WRONG_NUMBER = "unable to parse numeric part of quantity"
WRONG_SUFFIX = "unable to parse quantity's suffix"

_TEXT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")
_LARGEST = Decimal((1 << 63) - 1)
_SMALLEST = Decimal(1).scaleb(-9)


class Quantity:
    """A number and how it is written: with decimal suffixes, binary ones, or an exponent."""

    __slots__ = ("form", "value")

    def __init__(self, value: Decimal, form: str) -> None:
        self.value = value
        self.form = form  # "decimal", "binary" or "exponent"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        if not self.value:
            return "0"
        if self.form == "binary" and abs(self.value) >= 1024 and self.value == self.value.to_integral_value():
            return _binary(int(self.value))
        return _decimal(self.value, exponent=self.form == "exponent")


def _binary(value: int) -> str:
    suffix = ""
    for name in _BINARY:
        if value % 1024:
            break
        value //= 1024
        suffix = name
    return f"{value}{suffix}"


def _decimal(value: Decimal, *, exponent: bool) -> str:
    """The mantissa without trailing zeros that a power of a thousand can take up."""
    power = -9
    mantissa = int(value.scaleb(9))
    while power < 18 and not mantissa % 1000:
        mantissa //= 1000
        power += 3
    if exponent:
        return f"{mantissa}e{power}" if power else str(mantissa)
    suffix = next(name for name, known in _DECIMAL.items() if known == power)
    return f"{mantissa}{suffix}"


@lru_cache(maxsize=1024)
def parse(text: str) -> Quantity:
    """A quantity. Raises ValueError with the real server's text."""
    if not text:
        raise ValueError(WRONG_FORMAT)
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(WRONG_FORMAT)
    sign, whole, fraction, suffix = match.groups()
    if not whole and not fraction:
        raise ValueError(WRONG_FORMAT)
    number = Decimal(f"{sign}{whole or '0'}.{fraction or '0'}")
    if suffix in _BINARY:
        number, form = number * (1 << _BINARY[suffix]), "binary"
    elif suffix in _DECIMAL:
        number, form = number.scaleb(_DECIMAL[suffix]), "decimal"
    else:
        exponent = _EXPONENT.fullmatch(suffix)
        if exponent is None:
            raise ValueError(WRONG_SUFFIX)
        number, form = number.scaleb(int(exponent[1])), "exponent"
    return Quantity(_rounded(number), form)


def _rounded(number: Decimal) -> Decimal:
    """Nothing is finer than a nano (rounded away from zero) or larger than 64 bits."""
    if abs(number) > _LARGEST:
        return _LARGEST.copy_sign(number)
    rounded = abs(number).quantize(_SMALLEST, rounding=ROUND_CEILING)
    return rounded.copy_sign(number)


def canonical(text: str) -> str:
    """A quantity's canonical text. Raises ValueError."""
    return str(parse(text))


def compare(one: Any, two: Any) -> int:
    """Negative, zero or positive, as *one* is less than, equal to or more than *two*. Raises ValueError."""
    difference = parse(str(one)).value - parse(str(two)).value
    return (difference > 0) - (difference < 0)
