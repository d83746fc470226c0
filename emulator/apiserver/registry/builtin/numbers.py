"""Numbers, ports and quantities in fields: what is wrong with them (k8s.io/apimachinery/pkg/util/validation)."""

from __future__ import annotations

import re
from typing import Any

from emulator.apiserver.apimachinery import fields, quantity
from emulator.apiserver.apimachinery.fields import FieldError, child, key
from emulator.apiserver.apimachinery.objects import Object

NOT_NEGATIVE = "must be greater than or equal to 0"
PROTOCOLS = ["SCTP", "TCP", "UDP"]
_PORT = "must be between 1 and 65535, inclusive"
_PORT_NAME = re.compile(r"[-a-z0-9]+")
_PERCENT = re.compile(r"[0-9]+%")
_PERCENT_TEXT = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"


def not_negative(obj: Object, path: str, *names: str) -> list[FieldError]:
    """Numbers that may not be negative."""
    return [
        fields.invalid(child(path, name), obj[name], NOT_NEGATIVE)
        for name in names
        if isinstance(obj.get(name), int) and obj[name] < 0
    ]


def one_of(obj: Object, name: str, path: str, values: list[str]) -> list[FieldError]:
    """A required string that is one of a few."""
    value = obj.get(name)
    if not value:
        return [fields.required(child(path, name))]
    return [] if value in values else [fields.not_supported(child(path, name), value, values)]


def port(value: Any, path: str) -> list[FieldError]:
    """A port's number."""
    return [] if isinstance(value, int) and 1 <= value <= 65535 else [fields.invalid(path, value, _PORT)]


def port_name_errors(name: str) -> list[str]:
    """What is wrong with the name of a port."""
    found = ["must be no more than 15 characters"] if len(name) > 15 else []
    if not _PORT_NAME.fullmatch(name):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not any("a" <= char <= "z" for char in name):
        found.append("must contain at least one letter (a-z)")
    if "--" in name:
        found.append("must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return found


def port_or_name(value: Any, path: str) -> list[FieldError]:
    """A port by its number or by its name."""
    if isinstance(value, str):
        return [fields.invalid(path, value, text) for text in port_name_errors(value)]
    return port(value, path)


def count_or_percent(value: Any, path: str) -> list[FieldError]:
    """A number of things, or a part of all of them."""
    if isinstance(value, str):
        return [] if _PERCENT.fullmatch(value) else [fields.invalid(path, value, _PERCENT_TEXT)]
    return [fields.invalid(path, value, NOT_NEGATIVE)] if isinstance(value, int) and value < 0 else []


def percentage(value: Any) -> int | None:
    """The number before a percent sign; None for anything else."""
    return int(value[:-1]) if isinstance(value, str) and _PERCENT.fullmatch(value) else None


def amounts(given: Object | None, path: str) -> list[FieldError]:
    """Quantities by resource name: none is negative."""
    return [
        fields.invalid(key(path, name), value, NOT_NEGATIVE)
        for name, value in sorted((given or {}).items())
        if quantity.compare(value, "0") < 0
    ]
